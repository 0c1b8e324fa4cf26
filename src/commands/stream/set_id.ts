/**
 * XSETID: setting the counters of a stream, as files and replication need it.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { integer, key, opt, string } from "../../command/arguments.ts";
import { defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { EventClass } from "../../keyspace/events.ts";
import { OK, RedisError, syntaxError } from "../../resp/reply.ts";
import { StreamValue } from "../../values/stream.ts";
import {
  compareStreamIds,
  isZeroStreamId,
  MAX_STREAM_ID,
  MIN_STREAM_ID,
  type StreamId,
  toUint64,
  type Uint64,
} from "../../values/stream_id.ts";
import { isWord, parseInt64Arg } from "../parse.ts";
import { parseId } from "./ids.ts";

/** What XSETID sets. */
interface Counters {
  readonly lastId: StreamId;
  readonly entriesAdded: Uint64 | undefined;
  readonly maxDeletedId: StreamId | undefined;
}

function parseCounters(args: readonly ByteString[]): Counters {
  const lastId = parseId(args[2]);
  let entriesAdded: Uint64 | undefined;
  let maxDeletedId: StreamId | undefined;
  for (let i = 3; i < args.length; i += 2) {
    if (i + 1 === args.length) throw syntaxError();
    if (isWord(args[i], "ENTRIESADDED")) {
      const count = parseInt64Arg(args[i + 1]);
      if (count < 0n) throw new RedisError("ERR entries_added must be positive");
      entriesAdded = toUint64(count);
    } else if (isWord(args[i], "MAXDELETEDID")) {
      const id = parseId(args[i + 1]);
      if (compareStreamIds(lastId, id) < 0) {
        throw new RedisError(
          "ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id",
        );
      }
      maxDeletedId = isZeroStreamId(id) ? undefined : id;
    } else {
      throw syntaxError();
    }
  }
  return { lastId, entriesAdded, maxDeletedId };
}

function check(stream: StreamValue, { lastId, entriesAdded }: Counters): void {
  if (compareStreamIds(lastId, stream.maxDeletedId) < 0) {
    throw new RedisError(
      "ERR The ID specified in XSETID is smaller than current max_deleted_entry_id",
    );
  }
  const [top] = stream.range(MIN_STREAM_ID, MAX_STREAM_ID, { reverse: true, count: 1 });
  if (top === undefined) return;
  if (compareStreamIds(lastId, top.id) < 0) {
    throw new RedisError(
      "ERR The ID specified in XSETID is smaller than the target stream top item",
    );
  }
  if (entriesAdded !== undefined && entriesAdded < stream.length) {
    throw new RedisError(
      "ERR The entries_added specified in XSETID is smaller than the target stream length",
    );
  }
}

/** XSETID. */
export const xsetid = defineCommand({
  name: "xsetid",
  summary: "Sets the last id of a stream, and its counters.",
  since: "5.0.0",
  group: "stream",
  complexity: "O(1)",
  arity: -3,
  flags: ["write", "denyoom", "fast"],
  acl: ["@write", "@stream", "@fast"],
  keys: [keyRange("RW update")],
  history: [["7.0.0", "The options ENTRIESADDED and MAXDELETEDID came."]],
  args: [
    key("key"),
    string("last-id"),
    opt(integer("entries-added", { token: "ENTRIESADDED", since: "7.0.0" })),
    opt(string("max-deleted-id", { token: "MAXDELETEDID", since: "7.0.0" })),
  ],
  run({ db, keyspace }, args) {
    const counters = parseCounters(args);
    const stream = db.getForWriteAs(args[1], StreamValue);
    if (stream === undefined) throw new RedisError("ERR no such key");
    check(stream, counters);
    stream.setId(counters.lastId, counters.entriesAdded, counters.maxDeletedId);
    keyspace.changes++;
    db.notify(args[1], EventClass.STREAM, "xsetid");
    return OK;
  },
});
