/**
 * OBJECT: the encoding of a key's value, and how much the key is used.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { key } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type CommandSpec, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { NO_ENTRY } from "../../keyspace/key_table.ts";
import { RedisError, type Reply } from "../../resp/reply.ts";
import type { Value } from "../../values/value.ts";
import { defineHelp } from "../help.ts";
import { encodingName } from "../object_encoding.ts";
import { lookUpUntouched } from "./look_up.ts";
import type { ServerCommand } from "../services.ts";

/** Integers below this exist once in a real server, and are shared by all keys. */
const SHARED_INTEGERS = 10_000;
/** The reference count that stands for "shared by all, never freed". */
const SHARED_COUNT = 2_147_483_647;

const SWITCHING = "Please note that when switching between policies at runtime LRU and LFU data " +
  "will take some time to adjust.";

const common = {
  since: "2.2.3",
  group: "generic",
  complexity: "O(1)",
  arity: 3,
  flags: ["readonly"],
  acl: ["@keyspace", "@read", "@slow"],
  keys: [keyRange("RO", { at: 2 })],
  tips: ["nondeterministic_output"],
  args: [key("key")],
} satisfies Partial<CommandSpec>;

/** A handler over the entry of the key that the subcommand names; null when there is no key. */
function overEntry(answer: (context: Context, entry: number) => Reply) {
  return (context: Context, args: ByteString[]): Reply => {
    const entry = lookUpUntouched(context.db, args[2], false);
    return entry === NO_ENTRY ? null : answer(context, entry);
  };
}

const encoding = defineCommand({
  ...common,
  name: "object|encoding",
  summary: "Names the form in which a value is held.",
  run: overEntry(({ db }, entry) => encodingName(db.table.valueAt(entry))),
});

const freq = defineCommand({
  ...common,
  name: "object|freq",
  summary: "Answers the logarithmic counter of how often a key was used, under an LFU policy.",
  since: "4.0.0",
  run: overEntry(({ db, keyspace }, entry) => {
    const { access } = keyspace;
    if (!access.lfu) {
      throw new RedisError(
        `ERR An LFU maxmemory policy is not selected, access frequency not tracked. ${SWITCHING}`,
      );
    }
    return access.frequency(db.table.accessAt(entry));
  }),
});

const idleTime = defineCommand({
  ...common,
  name: "object|idletime",
  summary: "Answers for how many seconds a key was not used, under any but an LFU policy.",
  run: overEntry(({ db, keyspace }, entry) => {
    const { access } = keyspace;
    if (access.lfu) {
      throw new RedisError(
        `ERR An LFU maxmemory policy is selected, idle time not tracked. ${SWITCHING}`,
      );
    }
    return Math.floor(access.idleMs(db.table.accessAt(entry)) / 1000);
  }),
});

const refCount = defineCommand({
  ...common,
  name: "object|refcount",
  summary: "Answers how many references there are to a value.",
  run: overEntry(({ db }, entry) => isSharedInteger(db.table.valueAt(entry)) ? SHARED_COUNT : 1),
});

/**
 * Values are never shared here; the reply for small integers is the one that a real server gives.
 */
function isSharedInteger(value: Value): boolean {
  return typeof value === "string" && value.length <= 4 && encodingName(value) === "int" &&
    Number(value) >= 0 && Number(value) < SHARED_INTEGERS;
}

const object = defineCommand({
  name: "object",
  summary: "Holds the commands that look at how values are held.",
  since: "2.2.3",
  group: "generic",
  complexity: "Depends on the subcommand.",
  arity: -2,
  flags: [],
  acl: ["@slow"],
  subcommands: [
    encoding,
    freq,
    defineHelp("object", {
      since: "6.2.0",
      group: "generic",
      flags: ["loading", "stale"],
      acl: ["@keyspace", "@slow"],
    }),
    idleTime,
    refCount,
  ],
});

/** OBJECT. */
export const objectCommand: ServerCommand = object;
