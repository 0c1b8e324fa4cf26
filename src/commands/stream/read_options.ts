/**
 * The arguments that XREAD and XREADGROUP share.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { INT64_MAX, parseInteger } from "../../bytes/int.ts";
import { block, integer, key, many, opt, string } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { MapReply, RedisError, type Reply, syntaxError } from "../../resp/reply.ts";
import { isWord, parseIntArg } from "../parse.ts";

/** The grammar of the options before STREAMS. */
export const readLimits = [
  opt(integer("count", { token: "COUNT" })),
  opt(integer("milliseconds", { token: "BLOCK" })),
];

/** The grammar of STREAMS. */
export const streamsArgument = block("streams", [many(key("key")), many(string("id"))], {
  token: "STREAMS",
});

/** What the two commands were given. */
export interface ReadOptions {
  /** Entries of each stream at most; undefined for all. */
  readonly count: number | undefined;
  /** Milliseconds to wait, 0 for ever; undefined: do not wait. */
  readonly blockMs: number | undefined;
  readonly noAck: boolean;
  /** Present for XREADGROUP alone. */
  readonly group: ByteString;
  readonly consumer: ByteString;
  readonly keys: readonly ByteString[];
  readonly ids: readonly ByteString[];
}

/**
 * Parse the arguments.
 *
 * @throws RedisError
 */
export function parseReadOptions(
  context: Context,
  args: readonly ByteString[],
  grouped: boolean,
): ReadOptions {
  let count = 0;
  let blockMs: number | undefined;
  let noAck = false;
  let groupAt = 0;
  let streamsAt = 0;
  for (let i = 1; i < args.length && streamsAt === 0; i++) {
    const arg = args[i];
    const more = args.length - 1 - i;
    if (more > 0 && isWord(arg, "BLOCK")) {
      if (context.client.caller.name === "script") {
        throw new RedisError(
          `ERR ${args[0]} command is not allowed with BLOCK option from scripts`,
        );
      }
      blockMs = parseTimeout(context, args[++i]);
    } else if (more > 0 && isWord(arg, "COUNT")) {
      count = Math.max(parseIntArg(args[++i]), 0);
    } else if (more > 0 && isWord(arg, "STREAMS")) {
      streamsAt = i + 1;
      if (more % 2 === 1) throw unbalanced(grouped);
    } else if (more > 1 && isWord(arg, "GROUP")) {
      if (!grouped) throw onlyWithGroup("GROUP");
      groupAt = i + 1;
      i += 2;
    } else if (isWord(arg, "NOACK")) {
      if (!grouped) throw onlyWithGroup("NOACK");
      noAck = true;
    } else {
      throw syntaxError();
    }
  }
  if (streamsAt === 0) throw syntaxError();
  if (grouped && groupAt === 0) throw new RedisError("ERR Missing GROUP option for XREADGROUP");
  const idsAt = streamsAt + (args.length - streamsAt) / 2;
  return {
    count: count === 0 ? undefined : count,
    blockMs,
    noAck,
    group: grouped ? args[groupAt] : "",
    consumer: grouped ? args[groupAt + 1] : "",
    keys: args.slice(streamsAt, idsAt),
    ids: args.slice(idsAt),
  };
}

function unbalanced(grouped: boolean): RedisError {
  const [name, sign] = grouped ? ["xreadgroup", ">"] : ["xread", "$"];
  return new RedisError(
    `ERR Unbalanced '${name}' list of streams: for each stream key an ID or '${sign}' must be ` +
      "specified.",
  );
}

function onlyWithGroup(option: string): RedisError {
  return new RedisError(
    `ERR The ${option} option is only supported by XREADGROUP. You called XREAD instead.`,
  );
}

/** Milliseconds; not a float as for the other blocking commands. */
function parseTimeout(context: Context, text: ByteString): number {
  const value = parseInteger(text);
  if (value === null) throw new RedisError("ERR timeout is not an integer or out of range");
  if (value < 0) throw new RedisError("ERR timeout is negative");
  if (BigInt(value) > INT64_MAX - BigInt(context.clock.ms)) {
    throw new RedisError("ERR timeout is out of range");
  }
  return Number(value);
}

/** What was read, by stream: a map in RESP3, an array of pairs in RESP2. */
export function readReply(context: Context, found: [ByteString, Reply][]): Reply {
  return context.client.protocol === 3 ? new MapReply(found.flat()) : found;
}
