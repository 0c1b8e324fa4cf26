/**
 * Adding to and removing from streams: XADD XDEL XTRIM.
 *
 * A stream stays when its last entry is removed: its last id and its groups are still needed.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { block, key, many, oneof, opt, string, token } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type Command, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { EventClass } from "../../keyspace/events.ts";
import { RedisError, type Reply } from "../../resp/reply.ts";
import { StreamValue } from "../../values/stream.ts";
import {
  compareStreamIds,
  formatStreamId,
  isZeroStreamId,
  MAX_STREAM_ID,
  type StreamId,
} from "../../values/stream_id.ts";
import { type NewId, parseId } from "./ids.ts";
import { makeTrimExact, parseTrimOptions, trimArgument, type TrimOptions } from "./trim_options.ts";

const NOT_GREATER =
  "ERR The ID specified in XADD is equal or smaller than the target stream top item";

function nextIdOf(stream: StreamValue, wanted: NewId, now: number): StreamId {
  if (wanted.kind === "full") return wanted.id;
  const id = wanted.kind === "auto" ? stream.nextId(now) : stream.nextIdWithin(wanted.ms);
  if (id === null) throw new RedisError(NOT_GREATER);
  return id;
}

function add(context: Context, args: ByteString[]): Reply {
  const options = parseTrimOptions(context, args, true);
  const { trim, newId, newIdAt } = options;
  const count = args.length - newIdAt - 1;
  if (count < 2 || count % 2 === 1) {
    throw new RedisError("ERR wrong number of arguments for 'xadd' command");
  }
  if (newId.kind === "full" && isZeroStreamId(newId.id)) {
    throw new RedisError("ERR The ID specified in XADD must be greater than 0-0");
  }
  const { db } = context;
  const name = args[1];
  let stream = db.getForWriteAs(name, StreamValue);
  const isNew = stream === undefined;
  if (stream === undefined) {
    if (options.onlyExisting) return null;
    stream = new StreamValue();
  }
  if (compareStreamIds(stream.lastId, MAX_STREAM_ID) === 0) {
    throw new RedisError(
      "ERR The stream has exhausted the last possible ID, unable to add more items",
    );
  }
  const id = nextIdOf(stream, newId, context.clock.ms);
  const added = stream.add(id, args.slice(newIdAt + 1), context.keyspace.limits);
  if (added === "not-greater") throw new RedisError(NOT_GREATER);
  if (added === "too-large") throw new RedisError("ERR Elements are too large to be stored");
  if (isNew) db.add(name, stream);
  db.changed(name, EventClass.STREAM, "xadd");
  if (trim !== null && stream.trim(trim) > 0) db.notify(name, EventClass.STREAM, "xtrim");
  const idText = formatStreamId(id);
  if (context.journal.active && (newId.kind !== "full" || trim?.approximate === true)) {
    context.journal.replace(db.index, exactAdd(args, options, stream, idText));
  }
  if (!isNew) db.signalReady(name);
  return idText;
}

/** An XADD that does the same to another copy of the stream. */
function exactAdd(
  args: readonly ByteString[],
  options: TrimOptions,
  stream: StreamValue,
  id: ByteString,
): ByteString[] {
  const words = args.slice();
  words[options.newIdAt] = id;
  makeTrimExact(words, options, stream);
  return words;
}

const xadd = defineCommand({
  name: "xadd",
  summary: "Appends an entry to a stream; begins the stream when absent.",
  since: "5.0.0",
  group: "stream",
  complexity: "O(1) to add, and O(N) to trim where N is the number of entries that go",
  arity: -5,
  flags: ["write", "denyoom", "fast"],
  acl: ["@write", "@stream", "@fast"],
  keys: [keyRange("RW update", { notes: "An update, since it may trim what was there." })],
  tips: ["nondeterministic_output"],
  history: [
    ["6.2.0", "The options NOMKSTREAM, MINID and LIMIT came."],
    ["7.0.0", "An id may leave its sequence to the server: `ms-*`."],
  ],
  args: [
    key("key"),
    opt(token("NOMKSTREAM", { since: "6.2.0" })),
    opt(trimArgument),
    oneof("id-selector", [token("*", { name: "auto-id" }), string("id")]),
    many(block("data", [string("field"), string("value")])),
  ],
  run: add,
});

const xdel = defineCommand({
  name: "xdel",
  summary: "Deletes entries of a stream, and answers how many there were.",
  since: "5.0.0",
  group: "stream",
  complexity: "O(N log M) where N is the number of ids and M the number of nodes of the stream",
  arity: -3,
  flags: ["write", "fast"],
  acl: ["@write", "@stream", "@fast"],
  keys: [keyRange("RW delete")],
  args: [key("key"), many(string("id"))],
  run({ db }, args) {
    const stream = db.getForWriteAs(args[1], StreamValue);
    if (stream === undefined) return 0;
    const ids = args.slice(2).map((arg) => parseId(arg));
    let deleted = 0;
    for (const id of ids) if (stream.delete(id)) deleted++;
    if (deleted > 0) db.changed(args[1], EventClass.STREAM, "xdel", deleted);
    return deleted;
  },
});

const xtrim = defineCommand({
  name: "xtrim",
  summary: "Removes the oldest entries of a stream, by its length or by an id.",
  since: "5.0.0",
  group: "stream",
  complexity: "O(N) where N is the number of entries that go; whole nodes of them go in O(1)",
  arity: -4,
  flags: ["write"],
  acl: ["@write", "@stream", "@slow"],
  keys: [keyRange("RW delete")],
  tips: ["nondeterministic_output"],
  history: [["6.2.0", "The options MINID and LIMIT came."]],
  args: [key("key"), trimArgument],
  run(context, args) {
    const options = parseTrimOptions(context, args, false);
    const trim = options.trim!;
    const { db } = context;
    const stream = db.getForWriteAs(args[1], StreamValue);
    if (stream === undefined) return 0;
    const removed = stream.trim(trim);
    if (removed === 0) return 0;
    db.changed(args[1], EventClass.STREAM, "xtrim", removed);
    if (trim.approximate && context.journal.active) {
      const words = args.slice();
      makeTrimExact(words, options, stream);
      context.journal.replace(db.index, words);
    }
    return removed;
  },
});

/** The commands of this module. */
export const streamWriteCommands: readonly Command<Context>[] = [xadd, xdel, xtrim];
