/**
 * BITOP: strings combined bit by bit.
 *
 * @module
 */

import { asciiUpper, type ByteString } from "../../bytes/bytes.ts";
import { key, many, oneof, token } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type Command, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { EventClass } from "../../keyspace/events.ts";
import { RedisError, type Reply, syntaxError } from "../../resp/reply.ts";
import { StringBuffer } from "../../values/string_buffer.ts";
import { bytesOf, readBitString } from "./bit_string.ts";

const NO_BYTES = new Uint8Array(0);

/** Combine `from` into `into`, which is as long or longer; what `from` lacks is zeros. */
function combine(operation: string, into: Uint8Array, from: Uint8Array): void {
  const length = from.length;
  // Both in words when both begin at one: a buffer's bytes always do.
  const aligned = (from.byteOffset & 3) === 0 && (into.byteOffset & 3) === 0;
  const words = aligned ? length >> 2 : 0;
  const a = new Int32Array(into.buffer, aligned ? into.byteOffset : 0, words);
  const b = new Int32Array(from.buffer, aligned ? from.byteOffset : 0, words);
  const rest = words * 4;
  switch (operation) {
    case "AND":
      for (let i = 0; i < words; i++) a[i] &= b[i];
      for (let i = rest; i < length; i++) into[i] &= from[i];
      into.fill(0, length);
      break;
    case "OR":
      for (let i = 0; i < words; i++) a[i] |= b[i];
      for (let i = rest; i < length; i++) into[i] |= from[i];
      break;
    case "XOR":
      for (let i = 0; i < words; i++) a[i] ^= b[i];
      for (let i = rest; i < length; i++) into[i] ^= from[i];
      break;
    case "NOT":
      for (let i = 0; i < words; i++) a[i] = ~b[i];
      for (let i = rest; i < length; i++) into[i] = ~from[i];
      break;
  }
}

function run(context: Context, args: readonly ByteString[]): Reply {
  const operation = asciiUpper(args[1]);
  const isNot = operation === "NOT";
  if (!isNot && operation !== "AND" && operation !== "OR" && operation !== "XOR") {
    throw syntaxError();
  }
  if (isNot && args.length !== 4) {
    throw new RedisError("ERR BITOP NOT must be called with a single source key.");
  }
  const sources: Uint8Array[] = [];
  let length = 0;
  for (let i = 3; i < args.length; i++) {
    const value = readBitString(context, args[i]);
    const bytes = value === undefined ? NO_BYTES : bytesOf(value);
    sources.push(bytes);
    length = Math.max(length, bytes.length);
  }
  const { db } = context;
  const target = args[2];
  if (length > 0) {
    const result = new Uint8Array(length);
    if (isNot) combine(operation, result, sources[0]);
    else result.set(sources[0]);
    for (let i = 1; i < sources.length; i++) combine(operation, result, sources[i]);
    db.put(target, StringBuffer.adopt(result));
    db.changed(target, EventClass.STRING, "set");
  } else if (db.deleteEvenExpired(target)) {
    db.changed(target, EventClass.GENERIC, "del");
  }
  return length;
}

const bitOp = defineCommand({
  name: "bitop",
  summary: "Combines strings bit by bit, and stores the result.",
  since: "2.6.0",
  group: "bitmap",
  complexity: "O(N) where N is the length of all strings together",
  arity: -4,
  flags: ["write", "denyoom"],
  acl: ["@write", "@bitmap", "@slow"],
  keys: [keyRange("OW update", { at: 2 }), keyRange("RO access", { at: 3, last: -1 })],
  args: [
    oneof("operation", [token("AND"), token("OR"), token("XOR"), token("NOT")]),
    key("destkey"),
    many(key("key", { keySpecIndex: 1 })),
  ],
  run,
});

/** BITOP. */
export const bitOpCommands: readonly Command<Context>[] = [bitOp];
