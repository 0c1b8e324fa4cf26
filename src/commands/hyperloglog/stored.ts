/**
 * HyperLogLogs as they are kept: they are strings like any other, so every command first has to
 * find out whether a string is one.
 *
 * @module
 */

import { type ByteString, toBytes } from "../../bytes/bytes.ts";
import type { Context, Handler } from "../../command/context.ts";
import { RedisError, wrongType } from "../../resp/reply.ts";
import { HyperLogLog, HyperLogLogError } from "../../values/hyperloglog.ts";
import { StringBuffer } from "../../values/string_buffer.ts";
import type { Value } from "../../values/value.ts";
import { editable } from "../string/parts.ts";

/**
 * A longer one is changed in the bytes of its buffer; a shorter one is text in the key table, and
 * replaced.
 */
const IN_PLACE_LENGTH = 128;

/**
 * The HyperLogLog in a value, to be read only.
 *
 * @throws RedisError WRONGTYPE when the value is no string, or no HyperLogLog by its header
 */
export function readHyperLogLog(value: Value): HyperLogLog {
  if (typeof value !== "string" && !(value instanceof StringBuffer)) throw wrongType();
  return over(typeof value === "string" ? toBytes(value) : value.bytes);
}

function over(bytes: Uint8Array): HyperLogLog {
  const hll = HyperLogLog.open(bytes);
  if (hll === null) {
    throw new RedisError("WRONGTYPE Key is not a valid HyperLogLog string value.");
  }
  return hll;
}

/** The HyperLogLog at a key, to be changed and then saved. */
export class StoredHyperLogLog {
  readonly hll: HyperLogLog;
  readonly #context: Context;
  readonly #key: ByteString;
  /** The bytes that are in the table, when the HyperLogLog works on these; else null. */
  readonly #shared: Uint8Array | null;

  private constructor(
    context: Context,
    key: ByteString,
    hll: HyperLogLog,
    shared: Uint8Array | null,
  ) {
    this.#context = context;
    this.#key = key;
    this.hll = hll;
    this.#shared = shared;
  }

  /** A new one for a key that is absent; it is there once it is saved. */
  static create(context: Context, key: ByteString): StoredHyperLogLog {
    return new StoredHyperLogLog(context, key, HyperLogLog.create(), null);
  }

  /**
   * The one at a key.
   *
   * @param value what is at the key
   * @throws RedisError WRONGTYPE
   */
  static open(context: Context, key: ByteString, value: Value): StoredHyperLogLog {
    const hll = readHyperLogLog(value);
    const buffer = editable(context, key, value);
    if (buffer.length <= IN_PLACE_LENGTH) return new StoredHyperLogLog(context, key, hll, null);
    const bytes = buffer.writable(buffer.length);
    return new StoredHyperLogLog(context, key, over(bytes), bytes);
  }

  /** Put what has changed at the key. An expiry stays. */
  save(): void {
    // No string's bytes are shared with another thread.
    const bytes = this.hll.bytes as Uint8Array<ArrayBuffer>;
    if (bytes !== this.#shared) {
      this.#context.db.putKeepingExpiry(this.#key, StringBuffer.adopt(bytes));
    }
  }
}

/** The handler, with the error that clients get when the runs of a HyperLogLog are broken. */
export function refusingBroken(run: Handler<Context>): Handler<Context> {
  return (context, args) => {
    try {
      return run(context, args);
    } catch (error) {
      if (!(error instanceof HyperLogLogError)) throw error;
      throw new RedisError("INVALIDOBJ Corrupted HLL object detected");
    }
  };
}
