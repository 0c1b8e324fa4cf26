/**
 * Commands that give a value another place: RENAME, RENAMENX, COPY, MOVE.
 *
 * A value that moves takes its expiry and its access clock along; a copy takes the expiry alone.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { integer, key, opt, token } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import type { Database } from "../../keyspace/database.ts";
import { EventClass } from "../../keyspace/events.ts";
import { NO_ENTRY, NO_EXPIRY } from "../../keyspace/key_table.ts";
import { OK, RedisError, type Reply, syntaxError } from "../../resp/reply.ts";
import type { Value } from "../../values/value.ts";
import { isWord, parseInt32Arg } from "../parse.ts";
import { lookUpForWrite } from "./look_up.ts";
import type { ServerCommand } from "../services.ts";

const rename = defineCommand({
  name: "rename",
  summary: "Gives a key another name, in place of the key that has it so far.",
  since: "1.0.0",
  group: "generic",
  complexity: "O(1)",
  arity: 3,
  flags: ["write"],
  acl: ["@keyspace", "@write", "@slow"],
  keys: [keyRange("RW access delete"), keyRange("OW update", { at: 2 })],
  args: [key("key"), key("newkey", { keySpecIndex: 1 })],
  run(context, args) {
    renameKey(context.db, args[1], args[2], true);
    return OK;
  },
});

const renameNx = defineCommand({
  name: "renamenx",
  summary: "Gives a key another name unless a key has it already.",
  since: "1.0.0",
  group: "generic",
  complexity: "O(1)",
  arity: 3,
  flags: ["write", "fast"],
  acl: ["@keyspace", "@write", "@fast"],
  keys: [keyRange("RW access delete"), keyRange("OW insert", { at: 2 })],
  history: [["3.2.0", "The two names being the same is no error any more."]],
  args: [key("key"), key("newkey", { keySpecIndex: 1 })],
  run: (context, args) => renameKey(context.db, args[1], args[2], false) ? 1 : 0,
});

/** Rename a key. @returns whether anything changed */
function renameKey(db: Database, from: ByteString, to: ByteString, replace: boolean): boolean {
  const value = db.getForWrite(from);
  if (value === undefined) throw new RedisError("ERR no such key");
  if (from === to) return false;
  if (lookUpForWrite(db, to) !== NO_ENTRY) {
    if (!replace) return false;
    db.delete(to);
  }
  transfer(db, from, db, to, value);
  db.changed(from, EventClass.GENERIC, "rename_from", 0);
  db.changed(to, EventClass.GENERIC, "rename_to");
  return true;
}

/** Take a key from its place to one that is free, with its expiry and access clock. */
function transfer(
  source: Database,
  from: ByteString,
  target: Database,
  to: ByteString,
  value: Value,
): void {
  const entry = source.table.find(from);
  const expireAt = source.table.expireAt(entry);
  const access = source.table.accessAt(entry);
  target.add(to, value);
  const newEntry = target.table.find(to);
  target.table.setAccessAt(newEntry, access);
  if (expireAt !== NO_EXPIRY) target.table.setExpireAt(newEntry, expireAt);
  source.delete(from);
}

const copy = defineCommand({
  name: "copy",
  summary: "Copies what a key holds to another key, in this or another database.",
  since: "6.2.0",
  group: "generic",
  complexity: "O(N) where N is the number of elements in a collection; O(1) for a string",
  arity: -3,
  flags: ["write", "denyoom"],
  acl: ["@keyspace", "@write", "@slow"],
  keys: [keyRange("RO access"), keyRange("OW update", { at: 2 })],
  args: [
    key("source"),
    key("destination", { keySpecIndex: 1 }),
    opt(integer("destination-db", { token: "DB" })),
    opt(token("REPLACE")),
  ],
  run: copyKey,
});

function copyKey(context: Context, args: ByteString[]): Reply {
  const { db } = context;
  const [, from, to] = args;
  let target = db;
  let replace = false;
  for (let i = 3; i < args.length; i++) {
    if (isWord(args[i], "REPLACE")) replace = true;
    else if (isWord(args[i], "DB") && i + 1 < args.length) target = database(context, args[++i]);
    else throw syntaxError();
  }
  if (target === db && from === to) throw samePlace();
  const value = db.get(from);
  if (value === undefined) return 0;
  const expireAt = db.expireAt(from);
  if (lookUpForWrite(target, to) !== NO_ENTRY) {
    if (!replace) return 0;
    target.delete(to);
  }
  target.add(to, typeof value === "string" ? value : value.clone());
  if (expireAt !== NO_EXPIRY) target.setExpireAt(to, expireAt);
  target.changed(to, EventClass.GENERIC, "copy_to");
  return 1;
}

const move = defineCommand({
  name: "move",
  summary: "Takes a key to another database unless there is one of that name already.",
  since: "1.0.0",
  group: "generic",
  complexity: "O(1)",
  arity: 3,
  flags: ["write", "fast"],
  acl: ["@keyspace", "@write", "@fast"],
  keys: [keyRange("RW access update")],
  args: [key("key"), integer("db")],
  run(context, args) {
    const { db } = context;
    const name = args[1];
    const target = database(context, args[2]);
    if (target === db) throw samePlace();
    const value = db.getForWrite(name);
    if (value === undefined || lookUpForWrite(target, name) !== NO_ENTRY) return 0;
    transfer(db, name, target, name, value);
    db.changed(name, EventClass.GENERIC, "move_from", 0);
    target.changed(name, EventClass.GENERIC, "move_to");
    return 1;
  },
});

function samePlace(): RedisError {
  return new RedisError("ERR source and destination objects are the same");
}

/** The database of an index argument. */
function database(context: Context, text: ByteString): Database {
  const db = context.keyspace.databases[parseInt32Arg(text)];
  if (db === undefined) throw new RedisError("ERR DB index is out of range");
  return db;
}

/** The commands that give a value another place. */
export const movingCommands: readonly ServerCommand[] = [rename, renameNx, copy, move];
