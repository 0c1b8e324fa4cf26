/**
 * How elements leave the ends of a list: the part that LPOP, LMPOP, LMOVE and their blocking forms
 * share.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import type { Context } from "../../command/context.ts";
import { EventClass } from "../../keyspace/events.ts";
import { type Reply, syntaxError } from "../../resp/reply.ts";
import { ListValue } from "../../values/list.ts";
import { isWord, parseRangeArg } from "../parse.ts";
import { parseSide, type Side } from "./side.ts";

/** Report that elements have left a list, and remove it when it is empty. */
export function removed(
  context: Context,
  key: ByteString,
  list: ListValue,
  options: { side: Side; count: number },
): void {
  const { db } = context;
  const event = options.side === "left" ? "lpop" : "rpop";
  db.changed(key, EventClass.LIST, event, options.count);
  if (list.length === 0) db.deleteEmptied(key);
}

/** Remove the element at one end of a list, which is not empty. */
export function popOne(context: Context, key: ByteString, list: ListValue, side: Side): ByteString {
  const { limits } = context.keyspace;
  const value = side === "left" ? list.popLeft(limits)! : list.popRight(limits)!;
  removed(context, key, list, { side, count: 1 });
  return value;
}

/** Remove up to `count` elements at one end of a list; the outermost comes first. */
export function popSome(
  context: Context,
  key: ByteString,
  list: ListValue,
  options: { side: Side; count: number },
): ByteString[] {
  const { side } = options;
  const { limits } = context.keyspace;
  const { length } = list;
  const count = Math.min(options.count, length);
  const start = side === "left" ? 0 : length - count;
  const items = list.slice(start, start + count);
  list.removeRange(start, start + count, limits);
  removed(context, key, list, { side, count });
  return side === "left" ? items : items.reverse();
}

/** What {@linkcode popFirst} is to take. */
export interface PopOptions {
  side: Side;
  count: number;
  /** Answer the elements as an array (LMPOP), not as a single one (BLPOP). */
  nested: boolean;
}

/**
 * Remove elements from the first of several lists that is there; the journal gets LPOP or RPOP.
 *
 * @returns the key with what was removed; undefined when there is none of the lists
 * @throws RedisError WRONGTYPE when a key before it holds something else
 */
export function popFirst(
  context: Context,
  keys: readonly ByteString[],
  options: PopOptions,
): Reply | undefined {
  const { db } = context;
  const { journal } = context;
  for (const key of keys) {
    const list = db.getForWriteAs(key, ListValue);
    if (list === undefined) continue;
    const name = options.side === "left" ? "LPOP" : "RPOP";
    if (!options.nested) {
      if (journal.active) journal.replace(db.index, [name, key]);
      return [key, popOne(context, key, list, options.side)];
    }
    const items = popSome(context, key, list, options);
    if (journal.active) journal.replace(db.index, [name, key, `${items.length}`]);
    return [key, items];
  }
  return undefined;
}

/** Arguments of LMPOP and BLMPOP. */
export interface PopArguments {
  keys: ByteString[];
  side: Side;
  count: number;
}

/**
 * Read `numkeys key [key …] LEFT|RIGHT [COUNT count]`.
 *
 * @param at where `numkeys` stands
 * @throws RedisError
 */
export function parsePopOptions(args: readonly ByteString[], at: number): PopArguments {
  const numKeys = parseRangeArg(
    args[at],
    1,
    Infinity,
    "ERR numkeys should be greater than 0",
  );
  const sideAt = at + 1 + numKeys;
  if (sideAt >= args.length) throw syntaxError();
  const side = parseSide(args[sideAt]);
  let count = -1;
  for (let i = sideAt + 1; i < args.length; i += 2) {
    if (count !== -1 || !isWord(args[i], "COUNT") || i + 1 >= args.length) throw syntaxError();
    count = parseRangeArg(args[i + 1], 1, Infinity, "ERR count should be greater than 0");
  }
  return { keys: args.slice(at + 1, sideAt), side, count: count === -1 ? 1 : count };
}
