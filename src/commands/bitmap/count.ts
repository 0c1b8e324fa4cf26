/**
 * Bits in a range: BITCOUNT, BITPOS.
 *
 * As in Redis up to 7.2, the key is looked up before the rest of the arguments is read, and when
 * there is no key they are not read.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { parseInteger } from "../../bytes/int.ts";
import { block, integer, key, oneof, opt, token } from "../../command/arguments.ts";
import { type Command, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { notAnInteger, RedisError, type Reply, syntaxError } from "../../resp/reply.ts";
import { isWord, parseIntArg } from "../parse.ts";
import { bytesOf, readBitString } from "./bit_string.ts";
import { countBits, findBit } from "./bits.ts";
import type { Context } from "../../command/context.ts";

const UNIT = opt(oneof("unit", [token("BYTE"), token("BIT")], { since: "7.0.0" }));

/** Bits in a unit: 1 or 8. */
function parseUnit(text: ByteString): 1 | 8 {
  if (isWord(text, "BIT")) return 1;
  if (isWord(text, "BYTE")) return 8;
  throw syntaxError();
}

/** An index that may count from the end, as one from 0 to the total. */
function fromEnd(index: number | bigint, total: number): number {
  const at = Number(index);
  return Math.min(at < 0 ? Math.max(0, total + at) : at, total);
}

function countRange(context: Context, args: readonly ByteString[]): Reply {
  const value = readBitString(context, args[1]);
  if (value === undefined) return 0;
  if (args.length !== 2 && args.length !== 4 && args.length !== 5) throw syntaxError();
  let start = 0;
  let end = value.length;
  let unit = 8;
  if (args.length > 2) {
    const from = parseInteger(args[2]);
    if (from === null) throw notAnInteger();
    const to = parseInteger(args[3]);
    if (to === null) throw notAnInteger();
    if (from < 0 && to < 0 && from > to) return 0;
    if (args.length === 5) unit = parseUnit(args[4]);
    const total = value.length * 8 / unit;
    start = fromEnd(from, total);
    end = Math.min(fromEnd(to, total), total - 1) + 1;
  }
  return start < end ? countBits(bytesOf(value), start * unit, end * unit - 1) : 0;
}

const bitCount = defineCommand({
  name: "bitcount",
  summary: "Counts the bits that are set in the string at a key, or in a part of it.",
  since: "2.6.0",
  group: "bitmap",
  complexity: "O(N) where N is the length of the part",
  arity: -2,
  flags: ["readonly"],
  acl: ["@read", "@bitmap", "@slow"],
  keys: [keyRange("RO access")],
  history: [["7.0.0", "The range may be given in bits: `BIT`, or `BYTE` for what it was before."]],
  args: [key("key"), opt(block("range", [integer("start"), integer("end"), UNIT]))],
  run: countRange,
});

function findInRange(context: Context, args: readonly ByteString[]): Reply {
  const wanted = parseIntArg(args[2]);
  if (wanted !== 0 && wanted !== 1) throw new RedisError("ERR The bit argument must be 1 or 0.");
  const value = readBitString(context, args[1]);
  if (value === undefined) return wanted === 1 ? -1 : 0;
  if (args.length > 6) throw syntaxError();
  let start = 0;
  let end = value.length;
  let unit = 8;
  if (args.length > 3) {
    const from = parseIntArg(args[3]);
    if (args.length === 6) unit = parseUnit(args[5]);
    const total = value.length * 8 / unit;
    end = total;
    if (args.length > 4) end = Math.min(fromEnd(parseIntArg(args[4]), total), total - 1) + 1;
    start = fromEnd(from, total);
  }
  if (start >= end) return -1;
  const found = findBit(bytesOf(value), wanted, start * unit, end * unit - 1);
  // Without an end in the arguments, the string counts as followed by zeros without end.
  return found < 0 && wanted === 0 && args.length <= 4 ? value.length * 8 : found;
}

const bitPos = defineCommand({
  name: "bitpos",
  summary: "Finds the first bit that is set, or clear, in the string at a key or in a part of it.",
  since: "2.8.7",
  group: "bitmap",
  complexity: "O(N) where N is the length of the part",
  arity: -3,
  flags: ["readonly"],
  acl: ["@read", "@bitmap", "@slow"],
  keys: [keyRange("RO access")],
  history: [["7.0.0", "The range may be given in bits: `BIT`, or `BYTE` for what it was before."]],
  args: [
    key("key"),
    integer("bit"),
    opt(
      block("range", [
        integer("start"),
        opt(block("end-unit-block", [integer("end"), UNIT])),
      ]),
    ),
  ],
  run: findInRange,
});

/** The commands on bits in a range. */
export const countCommands: readonly Command<Context>[] = [bitCount, bitPos];
