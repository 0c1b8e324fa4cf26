/**
 * The arguments of a request of which some are large.
 *
 * A large argument arrives as bytes, and most often goes on as bytes: into the key table, the
 * append-only file, the replication stream. The string that all other code expects in its place is
 * therefore made only when somebody looks at it; making one of 100 MB takes as long as receiving it.
 *
 * Whoever looks at `args[i]` needs to know nothing of this. Who can do with bytes asks
 * {@linkcode argumentBytes} first. An argument that is longer than a string of V8 can be can be had
 * as bytes only: looking at it throws the error that its client is to get.
 *
 * @module
 */

import { type ByteString, fromBytes, LONGEST_STRING } from "../bytes/bytes.ts";
import { RedisError } from "./reply.ts";

/** An argument from this length on is kept as bytes; a shorter one is cheap to copy. */
export const LARGE_LENGTH: number = 64 * 1024;

/** The longest argument in bytes: what one buffer can surely hold. */
export const LONGEST_ARGUMENT = 0xffffffff;

/** Arguments, of which some are not strings yet. */
export class LargeArguments extends Array<ByteString> {
  readonly #bytes = new Map<number, Uint8Array<ArrayBuffer>>();

  /** What is made of them (slices and the like) is plain. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  /** A copy of arguments. */
  static copyOf(args: readonly ByteString[]): LargeArguments {
    const copy = new LargeArguments();
    for (const arg of args) copy.push(arg);
    return copy;
  }

  /** Add an argument of which there are the bytes, which nobody writes to any more. O(1). */
  pushBytes(bytes: Uint8Array<ArrayBuffer>): void {
    const index = this.length;
    this.#bytes.set(index, bytes);
    Object.defineProperty(this, index, {
      configurable: true,
      enumerable: true,
      get: (): ByteString => {
        if (bytes.length > LONGEST_STRING) throw tooLong(bytes.length);
        const value = fromBytes(bytes);
        Object.defineProperty(this, index, { value, configurable: true, writable: true });
        return value;
      },
    });
  }

  /** The bytes of an argument; null when it is a string only. */
  bytesAt(index: number): Uint8Array<ArrayBuffer> | null {
    return this.#bytes.get(index) ?? null;
  }
}

/**
 * The bytes of an argument, if it is a large one: they stay as they are, and are not to be written
 * to. Null for all others, which are strings. O(1).
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const args = LargeArguments.copyOf(["SET", "key"]);
 * args.pushBytes(new Uint8Array([0x61]));
 * assertEquals(argumentBytes(args, 2), new Uint8Array([0x61]));
 * assertEquals(argumentBytes(args, 1), null);
 * assertEquals([...args], ["SET", "key", "a"]);
 * ```
 */
export function argumentBytes(
  args: readonly ByteString[],
  index: number,
): Uint8Array<ArrayBuffer> | null {
  return args instanceof LargeArguments ? args.bytesAt(index) : null;
}

/** Length of an argument in bytes. O(1). */
export function argumentLength(args: readonly ByteString[], index: number): number {
  const bytes = argumentBytes(args, index);
  return bytes === null ? args[index].length : bytes.length;
}

/** Length of all arguments together in bytes. O(arguments). */
export function argumentsLength(args: readonly ByteString[]): number {
  let sum = 0;
  if (args instanceof LargeArguments) {
    for (let i = 0; i < args.length; i++) sum += argumentLength(args, i);
  } else {
    for (let i = 0; i < args.length; i++) sum += args[i].length;
  }
  return sum;
}

function tooLong(length: number): RedisError {
  return new RedisError(
    `ERR this command cannot take an argument of ${length} bytes: the longest is ${LONGEST_STRING}`,
  );
}
