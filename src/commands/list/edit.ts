/**
 * Changing lists away from their ends: LSET LINSERT LREM LTRIM.
 *
 * @module
 */

import { detach } from "../../bytes/latin1.ts";
import { integer, key, oneof, string, token } from "../../command/arguments.ts";
import { type Command, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { EventClass } from "../../keyspace/events.ts";
import { OK, RedisError, syntaxError } from "../../resp/reply.ts";
import { ListValue } from "../../values/list.ts";
import { isWord, parseIntArg } from "../parse.ts";
import type { Context } from "../../command/context.ts";

const lset = defineCommand({
  name: "lset",
  summary: "Replaces the element of a list at an index.",
  since: "1.0.0",
  group: "list",
  complexity: "O(N) where N is the length of the list; O(1) at the ends",
  arity: 4,
  flags: ["write", "denyoom"],
  acl: ["@write", "@list", "@slow"],
  keys: [keyRange("RW update")],
  args: [key("key"), integer("index"), string("element")],
  run({ db, keyspace }, [, key, at, element]) {
    const list = db.getForWriteAs(key, ListValue);
    if (list === undefined) throw new RedisError("ERR no such key");
    const index = parseIntArg(at);
    const place = index < 0 ? list.length + index : index;
    if (!list.set(place, detach(element), keyspace.limits)) {
      throw new RedisError("ERR index out of range");
    }
    db.changed(key, EventClass.LIST, "lset");
    return OK;
  },
});

const linsert = defineCommand({
  name: "linsert",
  summary: "Puts an element before or behind the first one that equals a pivot.",
  since: "2.2.0",
  group: "list",
  complexity: "O(N) where N is the number of elements before the pivot",
  arity: 5,
  flags: ["write", "denyoom"],
  acl: ["@write", "@list", "@slow"],
  keys: [keyRange("RW insert")],
  args: [
    key("key"),
    oneof("where", [token("BEFORE"), token("AFTER")]),
    string("pivot"),
    string("element"),
  ],
  run({ db, keyspace }, [, key, where, pivot, element]) {
    const after = isWord(where, "AFTER");
    if (!after && !isWord(where, "BEFORE")) throw syntaxError();
    const list = db.getForWriteAs(key, ListValue);
    if (list === undefined) return 0;
    const index = list.indexOf(pivot);
    if (index < 0) return -1;
    const { limits } = keyspace;
    if (after) list.insertAfter(index, detach(element), limits);
    else list.insertBefore(index, detach(element), limits);
    db.changed(key, EventClass.LIST, "linsert");
    return list.length;
  },
});

const lrem = defineCommand({
  name: "lrem",
  summary: "Removes elements that equal a value, from the head on, from the tail on, or all.",
  since: "1.0.0",
  group: "list",
  complexity: "O(N+M) where N is the length of the list and M the number of elements removed",
  arity: 4,
  flags: ["write"],
  acl: ["@write", "@list", "@slow"],
  keys: [keyRange("RW delete")],
  args: [key("key"), integer("count"), string("element")],
  run({ db, keyspace }, [, key, howMany, element]) {
    const count = parseIntArg(howMany);
    const list = db.getForWriteAs(key, ListValue);
    if (list === undefined) return 0;
    const removed = list.remove(count, element, keyspace.limits);
    if (removed === 0) return 0;
    db.changed(key, EventClass.LIST, "lrem", removed);
    if (list.length === 0) db.deleteEmptied(key);
    return removed;
  },
});

const ltrim = defineCommand({
  name: "ltrim",
  summary: "Keeps the elements of a list from one index to another and removes the others.",
  since: "1.0.0",
  group: "list",
  complexity: "O(N) where N is the number of elements removed",
  arity: 4,
  flags: ["write"],
  acl: ["@write", "@list", "@slow"],
  keys: [keyRange("RW delete")],
  args: [key("key"), integer("start"), integer("stop")],
  run({ db, keyspace }, [, key, from, to]) {
    const start = parseIntArg(from);
    const stop = parseIntArg(to);
    const list = db.getForWriteAs(key, ListValue);
    if (list === undefined) return OK;
    const { length } = list;
    const first = Math.max(0, start < 0 ? length + start : start);
    const end = Math.min(length, (stop < 0 ? length + stop : stop) + 1);
    if (first >= end) list.removeRange(0, length, keyspace.limits);
    else list.trim(first, end, keyspace.limits);
    // The event comes even when everything stays.
    db.changed(key, EventClass.LIST, "ltrim", length - list.length);
    if (list.length === 0) db.deleteEmptied(key);
    return OK;
  },
});

/** The commands that change lists away from their ends. */
export const editCommands: readonly Command<Context>[] = [lset, linsert, lrem, ltrim];
