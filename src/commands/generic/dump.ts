/**
 * DUMP and RESTORE: a value as bytes, to be moved to another key or server.
 *
 * The bytes are an RDB value with a version and a checksum behind it. `rdb-version` decides what
 * DUMP writes: 10 for what is to be restored by Redis 7.0.
 *
 * @module
 */

import { type ByteString, toBytes } from "../../bytes/bytes.ts";
import { integer, key, opt, string, token } from "../../command/arguments.ts";
import { type CommandSpec, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { EventClass } from "../../keyspace/events.ts";
import { NO_ENTRY } from "../../keyspace/key_table.ts";
import { RdbError } from "../../rdb/error.ts";
import type { RdbBytes, RdbValue } from "../../rdb/records.ts";
import { toValue } from "../../rdb/load/to_value.ts";
import { decodeDumpPayload } from "../../rdb/decode/value.ts";
import { encodeDumpPayload, type WriteVersion } from "../../rdb/encode/value.ts";
import { argumentBytes } from "../../resp/large_arguments.ts";
import { BytesReply, OK, RedisError, type Reply, syntaxError } from "../../resp/reply.ts";
import { withArgument } from "../large_strings.ts";
import { isWord, parseIntArg } from "../parse.ts";
import { lookUpForWrite } from "./look_up.ts";
import type { AdminContext, ServerCommand } from "../services.ts";

/** What these commands work with. */
type Needs = AdminContext<"switches">;

const dump = defineCommand({
  name: "dump",
  summary: "Answers what a key holds as bytes that RESTORE takes.",
  since: "2.6.0",
  group: "generic",
  complexity: "O(N) where N is the size of the value in bytes",
  arity: 2,
  flags: ["readonly"],
  acl: ["@keyspace", "@read", "@slow"],
  keys: [keyRange("RO access")],
  tips: ["nondeterministic_output"],
  args: [key("key")],
  run(context: Needs, args) {
    const value = context.db.get(args[1]);
    if (value === undefined) return null;
    const { config: { values }, keyspace } = context;
    const payload = encodeDumpPayload(value, {
      version: values.rdbVersion as WriteVersion,
      compress: values.rdbcompression,
      limits: keyspace.limits,
    });
    return new BytesReply(payload);
  },
});

/** The options of RESTORE; a number is -1 when it was not given. */
interface RestoreOptions {
  replace: boolean;
  absolute: boolean;
  idleSeconds: number;
  frequency: number;
}

function parseOptions(args: readonly ByteString[]): RestoreOptions {
  const options = { replace: false, absolute: false, idleSeconds: -1, frequency: -1 };
  for (let i = 4; i < args.length; i++) {
    const more = i + 1 < args.length;
    if (isWord(args[i], "REPLACE")) {
      options.replace = true;
    } else if (isWord(args[i], "ABSTTL")) {
      options.absolute = true;
    } else if (isWord(args[i], "IDLETIME") && more && options.frequency === -1) {
      options.idleSeconds = parseIntArg(args[++i]);
      if (options.idleSeconds < 0) {
        throw new RedisError("ERR Invalid IDLETIME value, must be >= 0");
      }
    } else if (isWord(args[i], "FREQ") && more && options.idleSeconds === -1) {
      options.frequency = parseIntArg(args[++i]);
      if (options.frequency < 0 || options.frequency > 255) {
        throw new RedisError("ERR Invalid FREQ value, must be >= 0 and <= 255");
      }
    } else {
      throw syntaxError();
    }
  }
  return options;
}

/** @throws RedisError when the bytes are no value */
function decode(payload: Uint8Array, verifyChecksum: boolean): RdbValue | RdbBytes {
  let value: RdbValue | RdbBytes | null;
  try {
    value = decodeDumpPayload(payload, verifyChecksum);
  } catch (error) {
    if (!(error instanceof RdbError)) throw error;
    if (error.kind === "version" || error.kind === "checksum") {
      throw new RedisError("ERR DUMP payload version or checksum are wrong");
    }
    throw badFormat();
  }
  if (value === null) throw badFormat();
  return value;
}

function badFormat(): RedisError {
  return new RedisError("ERR Bad data format");
}

function runRestore(context: Needs, args: ByteString[]): Reply {
  const { db } = context;
  const { keyspace, journal, clock } = context;
  const name = args[1];
  const options = parseOptions(args);
  if (!options.replace && lookUpForWrite(db, name) !== NO_ENTRY) {
    throw new RedisError("BUSYKEY Target key name already exists.");
  }
  const ttl = parseIntArg(args[2]);
  if (ttl < 0) throw new RedisError("ERR Invalid TTL value, must be >= 0");
  const payload = argumentBytes(args, 3) ?? toBytes(args[3]);
  const decoded = decode(payload, context.services.switches.verifiesChecksums);
  const replaced = options.replace && db.delete(name);
  const at = ttl === 0 || options.absolute ? ttl : ttl + clock.ms;
  // Past its time already: the old value is removed, and nothing takes its place. While loading,
  // and on a replica, the key is removed when its DEL arrives.
  const keeps = keyspace.expiryPaused || keyspace.hidesExpired;
  const value = at !== 0 && at <= clock.ms && !keeps
    ? null
    : toValue(decoded, keyspace.limits, keeps ? 0 : clock.ms);
  if (value === null) {
    if (!replaced) return OK;
    db.changed(name, EventClass.GENERIC, "del");
    journal.replace(db.index, [
      context.config.values.lazyfreeLazyServerDel ? "UNLINK" : "DEL",
      name,
    ]);
    return OK;
  }
  const entry = db.add(name, value);
  if (at !== 0) {
    db.table.setExpireAt(entry, at);
    if (!options.absolute && journal.active) {
      const effect = withArgument([args[0], name, String(at)], args, 3);
      for (const option of args.slice(4)) effect.push(option);
      effect.push("ABSTTL");
      journal.replace(db.index, effect);
    }
  }
  const { access } = keyspace;
  if (access.lfu) {
    if (options.frequency >= 0) {
      db.table.setAccessAt(entry, access.wordOfFrequency(options.frequency));
    }
  } else if (options.idleSeconds >= 0) {
    db.table.setAccessAt(entry, access.wordOfIdle(options.idleSeconds));
  }
  db.changed(name, EventClass.GENERIC, "restore");
  return OK;
}

const restoreFacts = {
  complexity: "O(N) where N is the size of the value in bytes; O(N*log(N)) for a sorted set",
  arity: -4,
  acl: ["@keyspace", "@write", "@slow", "@dangerous"],
  keys: [keyRange("OW update")],
  history: [
    ["3.0.0", "The REPLACE option came."],
    ["5.0.0", "The ABSTTL option came."],
    ["5.0.0", "The IDLETIME and FREQ options came."],
  ],
  args: [
    key("key"),
    integer("ttl"),
    string("serialized-value"),
    opt(token("REPLACE", { since: "3.0.0" })),
    opt(token("ABSTTL", { since: "5.0.0" })),
    opt(integer("seconds", { token: "IDLETIME", since: "5.0.0" })),
    opt(integer("frequency", { token: "FREQ", since: "5.0.0" })),
  ],
  run: runRestore,
} satisfies Partial<CommandSpec<Needs>>;

const restore = defineCommand({
  ...restoreFacts,
  name: "restore",
  summary: "Creates a key out of what DUMP has answered.",
  since: "2.6.0",
  group: "generic",
  flags: ["write", "denyoom"],
});

const restoreAsking = defineCommand({
  ...restoreFacts,
  name: "restore-asking",
  isInternal: true,
  summary: "Creates a key out of what DUMP has answered, while its cluster entry moves.",
  since: "3.0.0",
  group: "server",
  flags: ["write", "denyoom", "asking"],
});

/** DUMP, RESTORE, and RESTORE-ASKING, which cluster nodes send one another. */
export const dumpCommands: readonly ServerCommand[] = [dump, restore, restoreAsking];
