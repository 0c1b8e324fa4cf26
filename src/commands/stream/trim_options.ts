/**
 * The options that XADD and XTRIM share: MAXLEN and MINID with `=`, `~` and LIMIT.
 *
 * Trimming with `~` stops where a node would have to be cut, and how entries lie in nodes depends
 * on the settings of each server. So such a command is journaled with `=` and the boundary that it
 * came to.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { block, integer, oneof, opt, string, token } from "../../command/arguments.ts";
import { RedisError, syntaxError } from "../../resp/reply.ts";
import type { StreamTrim, StreamValue } from "../../values/stream.ts";
import { formatStreamId, MAX_STREAM_ID } from "../../values/stream_id.ts";
import { isWord, parseIntArg } from "../parse.ts";
import { type NewId, parseId, parseNewId } from "./ids.ts";
import type { Context } from "../../command/context.ts";

/** The grammar of the options. */
export const trimArgument = block("trim", [
  oneof("strategy", [token("MAXLEN"), token("MINID", { since: "6.2.0" })]),
  opt(oneof("operator", [
    token("=", { name: "equal" }),
    token("~", { name: "approximately" }),
  ])),
  string("threshold"),
  opt(integer("count", { token: "LIMIT", since: "6.2.0" })),
]);

/** What stands before the fields of XADD, or is all of XTRIM. */
export interface TrimOptions {
  readonly trim: StreamTrim | null;
  /** XADD: do not begin a stream. */
  readonly onlyExisting: boolean;
  /** XADD's id, and where in the arguments it stands. */
  readonly newId: NewId;
  readonly newIdAt: number;
  /** Where in the arguments the threshold stands. */
  readonly thresholdAt: number;
}

const AUTO: NewId = { kind: "auto" };

/**
 * Parse from the third argument on: for XADD up to its id, for XTRIM to the end.
 *
 * @throws RedisError
 */
export function parseTrimOptions(
  context: Context,
  args: readonly ByteString[],
  forAdd: boolean,
): TrimOptions {
  let threshold: StreamTrim | null = null;
  let limit: number | null = null;
  let onlyExisting = false;
  let newId = AUTO;
  let thresholdAt = 0;
  let i = 2;
  for (; i < args.length; i++) {
    const arg = args[i];
    if (forAdd && arg === "*") break;
    const more = args.length - 1 - i;
    if (more > 0 && (isWord(arg, "MAXLEN") || isWord(arg, "MINID"))) {
      if (threshold !== null) {
        throw new RedisError(
          "ERR syntax error, MAXLEN and MINID options at the same time are not compatible",
        );
      }
      const operator = more > 1 && (args[i + 1] === "~" || args[i + 1] === "=") ? args[++i] : "=";
      threshold = parseThreshold(arg, args[++i], operator === "~");
      thresholdAt = i;
    } else if (more > 0 && isWord(arg, "LIMIT")) {
      limit = parseIntArg(args[++i]);
      if (limit < 0) throw new RedisError("ERR The LIMIT argument must be >= 0.");
    } else if (forAdd && isWord(arg, "NOMKSTREAM")) {
      onlyExisting = true;
    } else if (forAdd) {
      newId = parseNewId(arg);
      break;
    } else {
      throw syntaxError();
    }
  }
  const trim = finishTrim(context, threshold, limit, forAdd);
  return { trim, onlyExisting, newId, newIdAt: i, thresholdAt };
}

function parseThreshold(strategy: ByteString, text: ByteString, approximate: boolean): StreamTrim {
  if (isWord(strategy, "MINID")) {
    return { strategy: "minid", minId: parseId(text), approximate, limit: 0 };
  }
  const maxLength = parseIntArg(text);
  if (maxLength < 0) throw new RedisError("ERR The MAXLEN argument must be >= 0.");
  return { strategy: "maxlen", maxLength, approximate, limit: 0 };
}

function finishTrim(
  context: Context,
  trim: StreamTrim | null,
  limit: number | null,
  forAdd: boolean,
): StreamTrim | null {
  if (trim === null && limit !== null && limit > 0) {
    throw new RedisError(
      "ERR syntax error, LIMIT cannot be used without specifying a trimming strategy",
    );
  }
  if (trim === null && !forAdd) {
    throw new RedisError("ERR syntax error, XTRIM must be called with a trimming strategy");
  }
  // An append-only file and a primary give the boundary that was reached; the LIMIT no longer
  // matters.
  if (context.client.caller.obeyed) return trim;
  if (trim?.approximate) return { ...trim, limit: limit ?? defaultLimit(context) };
  if (limit === null) return trim;
  throw new RedisError("ERR syntax error, LIMIT cannot be used without the special ~ option");
}

/** How many entries may go without LIMIT: that bounds the time that one command takes. */
function defaultLimit(context: Context): number {
  const limit = 100 * context.keyspace.limits.streamNodeMaxEntries;
  return limit <= 0 ? 10_000 : Math.min(limit, 1_000_000);
}

/**
 * Change the words of a command that trimmed with `~` into those that trim another copy of the
 * stream to where this one was trimmed. A LIMIT stays, which means nothing there.
 */
export function makeTrimExact(
  words: ByteString[],
  { trim, thresholdAt }: TrimOptions,
  stream: StreamValue,
): void {
  if (!trim?.approximate) return;
  words[thresholdAt - 1] = "=";
  words[thresholdAt] = trim.strategy === "maxlen"
    ? String(stream.length)
    : formatStreamId(stream.length === 0 ? MAX_STREAM_ID : stream.firstId);
}
