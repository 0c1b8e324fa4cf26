/**
 * Entries of sorted sets as replies. With RESP3 a member and its score are a pair of their own; with
 * RESP2 they follow each other in one flat array.
 *
 * @module
 */

import type { Context } from "../../command/context.ts";
import { DoubleReply, type Reply } from "../../resp/reply.ts";
import type { ZSetCursor, ZSetEntry } from "../../values/zset.ts";

/** All that a cursor walks over. O(n). */
export function cursorReply(context: Context, cursor: ZSetCursor, withScores: boolean): Reply[] {
  const reply: Reply[] = [];
  if (!withScores) {
    while (cursor.next()) reply.push(cursor.member);
  } else if (context.client.protocol === 3) {
    while (cursor.next()) reply.push([cursor.member, new DoubleReply(cursor.score)]);
  } else {
    while (cursor.next()) reply.push(cursor.member, new DoubleReply(cursor.score));
  }
  return reply;
}

/** Entries one behind the other. O(n). */
export function entriesReply(
  context: Context,
  entries: readonly ZSetEntry[],
  withScores: boolean,
): Reply[] {
  if (!withScores) return entries.map((entry) => entry.member);
  return context.client.protocol === 3 ? pairsReply(entries) : flatReply(entries);
}

/** Each entry as an array of member and score, with either protocol. O(n). */
export function pairsReply(entries: readonly ZSetEntry[]): Reply[] {
  return entries.map(({ member, score }) => [member, new DoubleReply(score)]);
}

/** Members and scores in one array, with either protocol. O(n). */
export function flatReply(entries: readonly ZSetEntry[]): Reply[] {
  const reply: Reply[] = [];
  for (const { member, score } of entries) reply.push(member, new DoubleReply(score));
  return reply;
}
