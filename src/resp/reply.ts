/**
 * What a command handler returns: one value out of this union. A handler never sees a socket and
 * does not know the protocol version; the encoder alone turns a reply into RESP2 or RESP3.
 *
 * Plain JavaScript values stand for the common kinds (string = bulk string, number and bigint =
 * integer, null = null bulk, array = array); small classes stand for the rest.
 *
 * Source: https://redis.io/docs/latest/develop/reference/protocol-spec/
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";

/** `+OK`: a simple string. `text` must not contain CR or LF. */
export class SimpleString {
  constructor(readonly text: ByteString) {}
}

/**
 * A bulk string as bytes, which stay as they are until they are sent: a large value, which is sent
 * from where it is.
 */
export class BytesReply {
  constructor(readonly bytes: Uint8Array<ArrayBuffer>) {}
}

/**
 * `-ERR …`: an error as a value. `text` is the line without the dash, code included.
 *
 * `counted` says that it is in the error statistics already: a script passes on the error of one of
 * its calls.
 */
export class ErrorReply {
  constructor(readonly text: ByteString, readonly counted = false) {}
}

/**
 * A floating point number: RESP3 double; in RESP2 a bulk string of the same digits.
 *
 * `digits` are its text where that is not the shortest one.
 */
export class DoubleReply {
  constructor(readonly value: number, readonly digits: ByteString | null = null) {}
}

/** True or false: RESP3 boolean; in RESP2 the integer 1 or 0. */
export class BooleanReply {
  constructor(readonly value: boolean) {}
}

/** RESP3 big number; in RESP2 a bulk string. */
export class BigNumberReply {
  constructor(readonly digits: ByteString) {}
}

/** RESP3 verbatim string with a three-letter format; in RESP2 a bulk string. */
export class VerbatimReply {
  constructor(readonly format: "txt" | "mkd", readonly text: ByteString) {}
}

/** RESP3 map, as a flat list key, value, key, value…; in RESP2 the flat array. */
export class MapReply {
  constructor(readonly flat: Reply[]) {}
}

/** RESP3 set; in RESP2 an array. */
export class SetReply {
  constructor(readonly items: Reply[]) {}
}

/** RESP3 out-of-band push; in RESP2 an array. */
export class PushReply {
  constructor(readonly items: Reply[]) {}
}

/** RESP3 attribute before a reply; RESP2 clients get the reply alone. */
export class AttributeReply {
  constructor(readonly flat: Reply[], readonly reply: Reply) {}
}

/** The null array: `*-1` in RESP2, the plain null `_` in RESP3. */
export class NullArrayReply {
  private readonly kind = "null-array";
}

/** Several replies to one command, one behind the other (SUBSCRIBE a b c). */
export class MultiReply {
  constructor(readonly replies: Reply[]) {}
}

/** Nothing is sent for this command now: it blocked, or CLIENT REPLY is off. */
export class NoReply {
  private readonly kind = "no-reply";
}

/** Any reply. */
export type Reply =
  | ByteString
  | number
  | bigint
  | null
  | Reply[]
  | BytesReply
  | SimpleString
  | ErrorReply
  | DoubleReply
  | BooleanReply
  | BigNumberReply
  | VerbatimReply
  | MapReply
  | SetReply
  | PushReply
  | AttributeReply
  | NullArrayReply
  | MultiReply
  | NoReply;

/** `+OK` */
export const OK = new SimpleString("OK");
/** `+QUEUED` */
export const QUEUED = new SimpleString("QUEUED");
/** `+PONG` */
export const PONG = new SimpleString("PONG");
/** `*-1` / `_` */
export const NULL_ARRAY = new NullArrayReply();
/** Nothing is sent. */
export const NO_REPLY = new NoReply();

/**
 * An error with the exact text that a real server gives: thrown by handlers, caught once in the
 * pipeline, sent as `-text`.
 */
export class RedisError extends Error {
  override name = "RedisError";

  /** @param message the error line without the dash, code included: `ERR syntax error` */
  constructor(message: ByteString) {
    super(message);
  }
}

/** `-ERR syntax error` */
export function syntaxError(): RedisError {
  return new RedisError("ERR syntax error");
}

/** `-WRONGTYPE …` */
export function wrongType(): RedisError {
  return new RedisError("WRONGTYPE Operation against a key holding the wrong kind of value");
}

/** `-ERR value is not an integer or out of range` */
export function notAnInteger(): RedisError {
  return new RedisError("ERR value is not an integer or out of range");
}
