/**
 * Stream ids as the commands take them.
 *
 * A real server reads each half with the C library's `strtoull` when its own strict reader refuses
 * it, so that leading zeros, spaces and a plus sign pass, and a minus sign before a leading zero.
 * Clients have come to send such ids (`000-01`); they are read the same way here, off the fast path.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { parseInt64, UINT64_MAX } from "../../bytes/int.ts";
import { RedisError } from "../../resp/reply.ts";
import {
  MAX_STREAM_ID,
  MIN_STREAM_ID,
  nextStreamId,
  parseStreamId,
  previousStreamId,
  type StreamId,
  toUint64,
  type Uint64,
} from "../../values/stream_id.ts";

/** A longer text is no id, whatever it says. */
const MAX_TEXT = 127;

/** What XADD was given for an id: all of it, its milliseconds alone (`5-*`), or nothing (`*`). */
export type NewId =
  | { readonly kind: "auto" }
  | { readonly kind: "ms"; readonly ms: Uint64 }
  | { readonly kind: "full"; readonly id: StreamId };

/** A range of ids, both ends inclusive. */
export interface IdRange {
  readonly start: StreamId;
  readonly end: StreamId;
}

function invalid(): RedisError {
  return new RedisError("ERR Invalid stream ID specified as stream command argument");
}

/** An unsigned integer as `strtoull` reads it; null when the text is none. */
function parseLenient(text: ByteString): Uint64 | null {
  const match = /^[\t-\r ]*([+-]?)([0-9]+)$/.exec(text);
  if (match === null) return null;
  // A negative number in its strict form is refused; any other wraps around.
  if (match[1] === "-" && parseInt64(text) !== null) return null;
  const value = BigInt(match[2]);
  if (value > UINT64_MAX) return null;
  return toUint64(match[1] === "-" ? BigInt.asUintN(64, -value) : value);
}

/** An id that the strict reader refused; null when it is none. */
function parseOddId(text: ByteString, missingSeq: Uint64): StreamId | null {
  if (text.length > MAX_TEXT) return null;
  const nul = text.indexOf("\0");
  if (nul >= 0) text = text.substring(0, nul);
  const dash = text.indexOf("-");
  const ms = parseLenient(dash < 0 ? text : text.substring(0, dash));
  if (ms === null) return null;
  const seq = dash < 0 ? missingSeq : parseLenient(text.substring(dash + 1));
  return seq === null ? null : { ms, seq };
}

/**
 * An id in the form `ms-seq` or `ms`, or null when the text is none.
 *
 * @param missingSeq the sequence of an id that gives its milliseconds alone
 */
export function tryParseId(text: ByteString, missingSeq: Uint64): StreamId | null {
  return parseStreamId(text, missingSeq) ?? parseOddId(text, missingSeq);
}

/**
 * An id in the form `ms-seq` or `ms`.
 *
 * @param missingSeq the sequence of an id that gives its milliseconds alone
 * @throws RedisError when it is none
 */
export function parseId(text: ByteString, missingSeq: Uint64 = 0): StreamId {
  const id = tryParseId(text, missingSeq);
  if (id === null) throw invalid();
  return id;
}

/**
 * As {@linkcode parseId}, and `-` and `+` for the smallest and the largest id.
 *
 * @throws RedisError when it is none
 */
export function parseIdOrEnd(text: ByteString, missingSeq: Uint64 = 0): StreamId {
  if (text === "-") return MIN_STREAM_ID;
  if (text === "+") return MAX_STREAM_ID;
  return parseId(text, missingSeq);
}

/**
 * The id of a new entry.
 *
 * @throws RedisError when it is none
 */
export function parseNewId(text: ByteString): NewId {
  if (text === "*") return { kind: "auto" };
  if (text.endsWith("-*") && text.indexOf("-") === text.length - 2) {
    return { kind: "ms", ms: parseId(text.substring(0, text.length - 2)).ms };
  }
  return { kind: "full", id: parseId(text) };
}

/**
 * The start of a range; `(` before it excludes the id itself.
 *
 * @throws RedisError when it is none, or nothing is behind it
 */
export function parseRangeStart(text: ByteString): StreamId {
  if (!isExclusive(text)) return parseIdOrEnd(text, 0);
  const next = nextStreamId(parseId(text.substring(1), 0));
  if (next === null) throw new RedisError("ERR invalid start ID for the interval");
  return next;
}

/**
 * The end of a range; `(` before it excludes the id itself.
 *
 * @throws RedisError when it is none, or nothing is before it
 */
export function parseRangeEnd(text: ByteString): StreamId {
  if (!isExclusive(text)) return parseIdOrEnd(text, UINT64_MAX);
  const previous = previousStreamId(parseId(text.substring(1), UINT64_MAX));
  if (previous === null) throw new RedisError("ERR invalid end ID for the interval");
  return previous;
}

function isExclusive(text: ByteString): boolean {
  return text.length > 1 && text.charCodeAt(0) === 0x28;
}
