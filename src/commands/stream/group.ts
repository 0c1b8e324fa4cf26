/**
 * XGROUP: making, setting and removing consumer groups and their consumers.
 *
 * @module
 */

import { asciiUpper, type ByteString } from "../../bytes/bytes.ts";
import { integer, key, oneof, opt, string, token } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { EventClass } from "../../keyspace/events.ts";
import { OK, RedisError, type Reply } from "../../resp/reply.ts";
import { type StreamGroup, StreamValue } from "../../values/stream.ts";
import { MIN_STREAM_ID, toUint64, type Uint64 } from "../../values/stream_id.ts";
import { defineHelp } from "../help.ts";
import { isWord, parseInt64Arg } from "../parse.ts";
import { nameInError, noSuchGroup } from "./group_lookup.ts";
import { parseId, parseIdOrEnd } from "./ids.ts";

/** The error for options that a subcommand does not know. */
export function subcommandSyntaxError(args: readonly ByteString[]): RedisError {
  const name = nameInError(args[1]).substring(0, 128);
  const command = asciiUpper(nameInError(args[0]));
  return new RedisError(
    `ERR unknown subcommand or wrong number of arguments for '${name}'. Try ${command} HELP.`,
  );
}

interface GroupOptions {
  makeStream: boolean;
  entriesRead: Uint64 | null;
}

/** The options of CREATE and SETID. */
function parseGroupOptions(args: readonly ByteString[], forCreate: boolean): GroupOptions {
  const options: GroupOptions = { makeStream: false, entriesRead: null };
  for (let i = 5; i < args.length; i++) {
    if (forCreate && isWord(args[i], "MKSTREAM")) {
      options.makeStream = true;
    } else if (i + 1 < args.length && isWord(args[i], "ENTRIESREAD")) {
      const count = parseInt64Arg(args[++i]);
      if (count < -1n) throw new RedisError("ERR value for ENTRIESREAD must be positive or -1");
      options.entriesRead = count < 0n ? null : toUint64(count);
    } else {
      throw subcommandSyntaxError(args);
    }
  }
  return options;
}

/** Report a change of groups. For WATCH it is none, as that is about the entries of a stream. */
function tell(context: Context, name: ByteString, event: string): void {
  context.keyspace.changes++;
  context.db.notify(name, EventClass.STREAM, event);
}

function requireStream(context: Context, name: ByteString): StreamValue {
  const stream = context.db.getForWriteAs(name, StreamValue);
  if (stream !== undefined) return stream;
  throw new RedisError(
    "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to " +
      "use the MKSTREAM option to create an empty stream automatically.",
  );
}

function requireGroup(context: Context, args: readonly ByteString[]): StreamGroup {
  const group = requireStream(context, args[2]).group(args[3]);
  if (group === undefined) throw noSuchGroup(args[2], args[3]);
  return group;
}

function create(context: Context, args: ByteString[]): Reply {
  const options = parseGroupOptions(args, true);
  const { db } = context;
  const name = args[2];
  let stream = options.makeStream
    ? db.getForWriteAs(name, StreamValue)
    : requireStream(context, name);
  if (args.length > 8) throw subcommandSyntaxError(args);
  const id = args[4] === "$" ? stream?.lastId ?? MIN_STREAM_ID : parseId(args[4]);
  const isNew = stream === undefined;
  stream ??= new StreamValue();
  if (stream.createGroup(args[3], id, options.entriesRead) === null) {
    throw new RedisError("BUSYGROUP Consumer Group name already exists");
  }
  if (isNew) {
    db.add(name, stream);
    db.changed(name, EventClass.STREAM, "xgroup-create");
  } else {
    tell(context, name, "xgroup-create");
  }
  return OK;
}

function setId(context: Context, args: ByteString[]): Reply {
  const { entriesRead } = parseGroupOptions(args, false);
  const stream = requireStream(context, args[2]);
  const group = stream.group(args[3]);
  if (group === undefined) throw noSuchGroup(args[2], args[3]);
  if (args.length !== 5 && args.length !== 7) throw subcommandSyntaxError(args);
  group.lastId = args[4] === "$" ? stream.lastId : parseIdOrEnd(args[4]);
  group.entriesRead = entriesRead;
  tell(context, args[2], "xgroup-setid");
  return OK;
}

function destroy(context: Context, args: ByteString[]): Reply {
  if (!requireStream(context, args[2]).destroyGroup(args[3])) return 0;
  tell(context, args[2], "xgroup-destroy");
  // Clients that are blocked on this group have to be told.
  context.db.signalReady(args[2]);
  return 1;
}

function createConsumer(context: Context, args: ByteString[]): Reply {
  const group = requireGroup(context, args);
  if (group.createConsumer(args[4], context.clock.ms) === null) return 0;
  tell(context, args[2], "xgroup-createconsumer");
  return 1;
}

function deleteConsumer(context: Context, args: ByteString[]): Reply {
  const pending = requireGroup(context, args).deleteConsumer(args[4]);
  if (pending === null) return 0;
  tell(context, args[2], "xgroup-delconsumer");
  return pending;
}

const idSelector = oneof("id-selector", [string("id"), token("$", { name: "new-id" })]);

const xgroupCreate = defineCommand({
  name: "xgroup|create",
  summary: "Makes a consumer group that reads a stream from an id on.",
  since: "5.0.0",
  group: "stream",
  complexity: "O(1)",
  arity: -5,
  flags: ["write", "denyoom"],
  acl: ["@write", "@stream", "@slow"],
  keys: [keyRange("RW insert", { at: 2 })],
  history: [["7.0.0", "The option ENTRIESREAD came."]],
  args: [
    key("key"),
    string("group"),
    idSelector,
    opt(token("MKSTREAM")),
    opt(integer("entries-read", { token: "ENTRIESREAD" })),
  ],
  run: create,
});

const xgroupCreateConsumer = defineCommand({
  name: "xgroup|createconsumer",
  summary: "Makes a consumer of a group.",
  since: "6.2.0",
  group: "stream",
  complexity: "O(1)",
  arity: 5,
  flags: ["write", "denyoom"],
  acl: ["@write", "@stream", "@slow"],
  keys: [keyRange("RW insert", { at: 2 })],
  args: [key("key"), string("group"), string("consumer")],
  run: createConsumer,
});

const xgroupDelConsumer = defineCommand({
  name: "xgroup|delconsumer",
  summary: "Removes a consumer of a group with what it has pending, and answers how much that was.",
  since: "5.0.0",
  group: "stream",
  complexity: "O(N log P) where N is the number of its pending entries and P of all of the group",
  arity: 5,
  flags: ["write"],
  acl: ["@write", "@stream", "@slow"],
  keys: [keyRange("RW delete", { at: 2 })],
  args: [key("key"), string("group"), string("consumer")],
  run: deleteConsumer,
});

const xgroupDestroy = defineCommand({
  name: "xgroup|destroy",
  summary: "Removes a consumer group with all of its consumers.",
  since: "5.0.0",
  group: "stream",
  complexity: "O(1); memory is returned by the collector later",
  arity: 4,
  flags: ["write"],
  acl: ["@write", "@stream", "@slow"],
  keys: [keyRange("RW delete", { at: 2 })],
  args: [key("key"), string("group")],
  run: destroy,
});

const xgroupSetId = defineCommand({
  name: "xgroup|setid",
  summary: "Sets the id that a consumer group has read up to.",
  since: "5.0.0",
  group: "stream",
  complexity: "O(1)",
  arity: -5,
  flags: ["write"],
  acl: ["@write", "@stream", "@slow"],
  keys: [keyRange("RW update", { at: 2 })],
  history: [["7.0.0", "The option ENTRIESREAD came."]],
  args: [
    key("key"),
    string("group"),
    idSelector,
    opt(integer("entriesread", { display: "entries-read", token: "ENTRIESREAD" })),
  ],
  run: setId,
});

/** XGROUP. */
export const xgroup = defineCommand({
  name: "xgroup",
  summary: "Holds the commands that make and remove consumer groups.",
  since: "5.0.0",
  group: "stream",
  complexity: "Depends on the subcommand.",
  arity: -2,
  flags: [],
  acl: ["@slow"],
  subcommands: [
    xgroupCreate,
    xgroupCreateConsumer,
    xgroupDelConsumer,
    xgroupDestroy,
    defineHelp("xgroup", {
      since: "5.0.0",
      group: "stream",
      flags: ["loading", "stale"],
      acl: ["@stream", "@slow"],
    }),
    xgroupSetId,
  ],
});
