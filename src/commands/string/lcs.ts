/**
 * LCS: the longest common subsequence of two strings, by dynamic programming.
 *
 * @module
 */

import { asciiUpper, type ByteString, LONGEST_STRING } from "../../bytes/bytes.ts";
import { integer, key, opt, token } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type Command, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { asString } from "../../keyspace/database.ts";
import { MapReply, RedisError, type Reply, syntaxError } from "../../resp/reply.ts";
import { StringBuffer } from "../../values/string_buffer.ts";
import { parseIntArg } from "../parse.ts";

/** Cells of the table that are worked on at most: 2 GB of memory. */
const MAX_CELLS = 2 ** 29;

interface LcsOptions {
  length: boolean;
  ranges: boolean;
  minMatch: number;
  withLength: boolean;
}

function parseOptions(args: readonly ByteString[]): LcsOptions {
  const options: LcsOptions = { length: false, ranges: false, minMatch: 0, withLength: false };
  for (let i = 3; i < args.length; i++) {
    const word = asciiUpper(args[i]);
    if (word === "IDX") options.ranges = true;
    else if (word === "LEN") options.length = true;
    else if (word === "WITHMATCHLEN") options.withLength = true;
    else if (word === "MINMATCHLEN" && i + 1 < args.length) {
      options.minMatch = Math.max(0, parseIntArg(args[++i]));
    } else throw syntaxError();
  }
  if (options.length && options.ranges) {
    throw new RedisError("ERR If you want both the length and indexes, please just use IDX.");
  }
  return options;
}

function stringAt(context: Context, key: ByteString): ByteString {
  const value = context.db.get(key);
  if (value === undefined) return "";
  if (typeof value !== "string" && !(value instanceof StringBuffer)) {
    throw new RedisError("ERR The specified keys must contain string values");
  }
  // As a real server says of what it cannot work on.
  if (value.length > LONGEST_STRING) {
    throw new RedisError(
      "ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len",
    );
  }
  return asString(value)!;
}

/** Lengths of the longest common subsequence of all pairs of prefixes, row by row. */
function lengths(a: ByteString, b: ByteString, maxBytes: number): Uint32Array {
  const width = b.length + 1;
  const count = (a.length + 1) * width;
  if (count * Uint32Array.BYTES_PER_ELEMENT > maxBytes) {
    throw new RedisError(
      "ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len",
    );
  }
  if (count > MAX_CELLS) {
    throw new RedisError("ERR Insufficient memory, failed allocating transient memory for LCS");
  }
  const cells = new Uint32Array(count);
  for (let i = 1; i <= a.length; i++) {
    const char = a.charCodeAt(i - 1);
    const row = i * width;
    for (let j = 1; j <= b.length; j++) {
      if (char === b.charCodeAt(j - 1)) {
        cells[row + j] = cells[row - width + j - 1] + 1;
      } else {
        const up = cells[row - width + j];
        const left = cells[row + j - 1];
        cells[row + j] = up > left ? up : left;
      }
    }
  }
  return cells;
}

function findLcs(context: Context, args: ByteString[]): Reply {
  // Both values are looked at before the options, so a wrong type is what is reported first.
  const a = stringAt(context, args[1]);
  const b = stringAt(context, args[2]);
  const options = parseOptions(args);
  const width = b.length + 1;
  const cells = lengths(a, b, context.config.values.protoMaxBulkLen);
  const total = cells[a.length * width + b.length];
  if (options.length) return total;
  const subsequence: string[] = [];
  const matches: Reply[] = [];
  // Walk back from the end; a run of equal characters is one match.
  let i = a.length;
  let j = b.length;
  let runEndA = 0;
  let runEndB = 0;
  let run = 0;
  const endRun = () => {
    if (run === 0) return;
    if (run >= options.minMatch) {
      const match: Reply[] = [[runEndA - run + 1, runEndA], [runEndB - run + 1, runEndB]];
      if (options.withLength) match.push(run);
      matches.push(match);
    }
    run = 0;
  };
  while (i > 0 && j > 0) {
    if (a.charCodeAt(i - 1) === b.charCodeAt(j - 1)) {
      if (run === 0 || runEndA - run !== i - 1 || runEndB - run !== j - 1) {
        endRun();
        runEndA = i - 1;
        runEndB = j - 1;
      }
      run++;
      if (!options.ranges) subsequence.push(a[i - 1]);
      i--;
      j--;
    } else {
      if (cells[(i - 1) * width + j] > cells[i * width + j - 1]) i--;
      else j--;
      endRun();
    }
  }
  endRun();
  if (options.ranges) return new MapReply(["matches", matches, "len", total]);
  return subsequence.reverse().join("");
}

const lcs = defineCommand({
  name: "lcs",
  summary: "Finds the longest common subsequence of the strings at two keys.",
  since: "7.0.0",
  group: "string",
  complexity: "O(N*M) where N and M are the lengths of the strings",
  arity: -3,
  flags: ["readonly"],
  acl: ["@read", "@string", "@slow"],
  keys: [keyRange("RO access", { last: 1 })],
  args: [
    key("key1"),
    key("key2"),
    opt(token("LEN")),
    opt(token("IDX")),
    opt(integer("min-match-len", { token: "MINMATCHLEN" })),
    opt(token("WITHMATCHLEN")),
  ],
  run: findLcs,
});

/** LCS. */
export const lcsCommands: readonly Command<Context>[] = [lcs];
