/**
 * SORT and SORT_RO: the elements of a list, set or sorted set in another order, or what keys named
 * after them hold.
 *
 * Here are the commands with their options; how elements are ordered is in `sort_order.ts`, how BY
 * and GET find keys in `sort_pattern.ts`.
 *
 * Source: https://redis.io/docs/latest/commands/sort/
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { detach } from "../../bytes/latin1.ts";
import {
  type Argument,
  block,
  integer,
  key,
  many,
  oneof,
  opt,
  pattern,
  token,
} from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type Command, type CommandSpec, defineCommand } from "../../command/command.ts";
import { keyRange, type KeyReference, keyUnknown } from "../../command/key_specs.ts";
import { EventClass } from "../../keyspace/events.ts";
import { RedisError, type Reply, syntaxError, wrongType } from "../../resp/reply.ts";
import { ListValue } from "../../values/list.ts";
import { SetValue } from "../../values/set.ts";
import { ZSetValue } from "../../values/zset.ts";
import { isWord, parseIntArg } from "../parse.ts";
import { sortedElements, type SortOrder } from "./sort_order.ts";
import { SortPattern } from "./sort_pattern.ts";
import type { ServerCommand } from "../services.ts";

/** The options of a SORT command. */
interface SortOptions extends SortOrder {
  gets: SortPattern[];
  store: ByteString | null;
}

const sharedArguments: readonly Argument[] = [
  key("key"),
  opt(pattern("by-pattern", { display: "pattern", keySpecIndex: 1, token: "BY" })),
  opt(block("limit", [integer("offset"), integer("count")], { token: "LIMIT" })),
  opt(
    many(
      pattern("get-pattern", {
        display: "pattern",
        keySpecIndex: 1,
        token: "GET",
        multipleToken: true,
      }),
    ),
  ),
  opt(oneof("order", [token("ASC"), token("DESC")])),
  opt(token("ALPHA", { name: "sorting" })),
];

const patternKeys = keyUnknown(
  "RO access",
  "The keys that BY and GET read are named after the elements, so nobody can tell them beforehand",
);

const common = {
  group: "generic",
  complexity: "O(N*log(N)) where N is the number of elements; O(N) when they are not sorted",
  arity: -2,
} satisfies Partial<CommandSpec>;

const sort: Command<Context> = defineCommand({
  ...common,
  name: "sort",
  summary: "Answers the elements of a list, set or sorted set in order, or stores them in a list.",
  since: "1.0.0",
  flags: ["write", "denyoom", "movablekeys"],
  acl: ["@write", "@set", "@sortedset", "@list", "@slow", "@dangerous"],
  keys: [
    keyRange("RO access"),
    patternKeys,
    keyUnknown("OW update", "STORE can stand anywhere among the options"),
  ],
  args: [...sharedArguments, opt(key("destination", { keySpecIndex: 2, token: "STORE" }))],
  getKeys: sortKeys,
  run(context, args) {
    const options = parseOptions(context, args, sort);
    return options.store === null
      ? reply(context, args[1], options)
      : store(context, args[1], options.store, options);
  },
});

const sortRo: Command<Context> = defineCommand({
  ...common,
  name: "sort_ro",
  summary: "Answers the elements of a list, set or sorted set in order.",
  since: "7.0.0",
  flags: ["readonly", "movablekeys"],
  acl: ["@read", "@set", "@sortedset", "@list", "@slow", "@dangerous"],
  keys: [keyRange("RO access"), patternKeys],
  args: sharedArguments,
  getKeys: () => [{ index: 1, flags: ["RO", "access"] }],
  run: (context, args) => reply(context, args[1], parseOptions(context, args, sortRo)),
});

/** The keys that the arguments name: the one to sort, and the last STORE. */
function sortKeys(args: readonly ByteString[]): KeyReference[] {
  const found: KeyReference[] = [{ index: 1, flags: ["RO", "access"] }];
  for (let i = 2; i < args.length; i++) {
    if (isWord(args[i], "LIMIT")) i += 2;
    else if (isWord(args[i], "GET") || isWord(args[i], "BY")) i++;
    else if (isWord(args[i], "STORE") && i + 1 < args.length) {
      found[1] = { index: i + 1, flags: ["OW", "update"] };
    }
  }
  return found;
}

function parseOptions(
  { client }: Context,
  args: readonly ByteString[],
  command: Command,
): SortOptions {
  const canStore = command.isWrite;
  const options: SortOptions = {
    alpha: false,
    descending: false,
    unsorted: false,
    by: null,
    offset: 0,
    count: -1,
    canonical: false,
    gets: [],
    store: null,
  };
  for (let i = 2; i < args.length; i++) {
    const word = args[i];
    const left = args.length - i - 1;
    if (isWord(word, "ASC")) options.descending = false;
    else if (isWord(word, "DESC")) options.descending = true;
    else if (isWord(word, "ALPHA")) options.alpha = true;
    else if (isWord(word, "LIMIT") && left >= 2) {
      options.offset = parseIntArg(args[++i]);
      options.count = parseIntArg(args[++i]);
    } else if (canStore && isWord(word, "STORE") && left >= 1) {
      options.store = args[++i];
    } else if (isWord(word, "BY") && left >= 1) {
      options.by = new SortPattern(args[++i]);
      // A name that is the same for all elements cannot order them: this means no order, and no
      // later BY changes that.
      if (!options.by.varies) options.unsorted = true;
      else if (!client.readsEverything(command, args)) throw patternDenied("BY");
    } else if (isWord(word, "GET") && left >= 1) {
      if (!client.readsEverything(command, args)) throw patternDenied("GET");
      options.gets.push(new SortPattern(args[++i]));
    } else {
      throw syntaxError();
    }
  }
  // What is stored, and what a script does, must not depend on the order of a set in memory.
  options.canonical = options.store !== null || client.caller.name === "script";
  return options;
}

/** What is read is named after the data: nobody can say beforehand whether the user may read it. */
function patternDenied(option: string): RedisError {
  return new RedisError(`ERR ${option} option of SORT denied due to insufficient ACL permissions.`);
}

/** The elements at a key in the order asked for, LIMIT applied. */
function elements(context: Context, name: ByteString, order: SortOrder): ByteString[] {
  const value = context.db.get(name);
  if (value === undefined) return [];
  // A real server sorts only those in their large form, and leaves them in it.
  if (value instanceof ZSetValue) value.prepare(Infinity, context.db.keyspace.limits);
  if (value instanceof ListValue || value instanceof SetValue || value instanceof ZSetValue) {
    return sortedElements(context.db, value, order);
  }
  throw wrongType();
}

function reply(context: Context, name: ByteString, options: SortOptions): Reply {
  const found = elements(context, name, options);
  const { gets } = options;
  if (gets.length === 0) return found;
  const out: Reply[] = [];
  for (const element of found) {
    for (const get of gets) out.push(get.reply(context.db, element));
  }
  return out;
}

function store(
  context: Context,
  name: ByteString,
  destination: ByteString,
  options: SortOptions,
): Reply {
  const { db } = context;
  const { gets } = options;
  const items: ByteString[] = [];
  for (const element of elements(context, name, options)) {
    if (gets.length === 0) items.push(detach(element));
    // What GET does not find is stored as an empty string.
    else for (const get of gets) items.push(detach(get.lookUp(db, element) ?? ""));
  }
  if (items.length > 0) {
    db.put(destination, ListValue.from(items, db.keyspace.limits));
    db.changed(destination, EventClass.LIST, "sortstore", items.length);
  } else if (db.deleteEvenExpired(destination)) {
    db.changed(destination, EventClass.GENERIC, "del");
  }
  return items.length;
}

/** SORT and SORT_RO. */
export const sortCommands: readonly ServerCommand[] = [sort, sortRo];
