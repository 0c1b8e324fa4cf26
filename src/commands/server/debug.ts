/**
 * DEBUG: tools for tests of servers and clients.
 *
 * Each subcommand is a row of the table below; those that a real server has and that are not here
 * (crashing on purpose, allocator tuning) are answered as unknown ones. The command runs only where
 * `enable-debug-command` lets it.
 *
 * @module
 */

import { asciiUpper, type ByteString } from "../../bytes/bytes.ts";
import { matchGlob } from "../../bytes/glob.ts";
import { defineCommand } from "../../command/command.ts";
import {
  AttributeReply,
  BigNumberReply,
  BooleanReply,
  DoubleReply,
  ErrorReply,
  MapReply,
  MultiReply,
  OK,
  PushReply,
  RedisError,
  type Reply,
  SetReply,
  SimpleString,
  VerbatimReply,
} from "../../resp/reply.ts";
import { rewriteFile } from "../../config/rewrite.ts";
import { parseSize } from "../../config/numbers.ts";
import { parseRangeArg } from "../parse.ts";
import { describeObject } from "./debug_object.ts";
import { loadAof } from "./debug_loadaof.ts";
import { reload } from "./debug_reload.ts";
import { digestAll, digestValues } from "./digest.ts";
import type { AdminContext, ServerCommand } from "../services.ts";

/** What these commands work with. */
type Needs = AdminContext<
  | "acl"
  | "aof"
  | "blocking"
  | "clients"
  | "clock"
  | "config"
  | "executor"
  | "host"
  | "journal"
  | "keyspace"
  | "libraries"
  | "loading"
  | "log"
  | "persistence"
  | "registry"
  | "replication"
  | "switches"
>;

interface Subcommand {
  /** Number of arguments, DEBUG and the subcommand included: least and most. */
  readonly count: readonly [least: number, most: number];
  readonly help: readonly string[];
  readonly run: (context: Needs, args: readonly ByteString[]) => Reply;
}

/** As C's `strtod` reads a number: what does not parse is 0, what follows is not looked at. */
function leadingNumber(text: ByteString): number {
  const value = parseFloat(text);
  return value === value ? value : 0;
}

function sleep(context: Needs, args: readonly ByteString[]): Reply {
  const seconds = leadingNumber(args[2]);
  if (seconds > 0) context.clock.block(seconds * 1000);
  return OK;
}

function setActiveExpire(context: Needs, args: readonly ByteString[]): Reply {
  context.services.switches.activeExpire = Math.trunc(leadingNumber(args[2])) !== 0;
  return OK;
}

function setAofFlushSleep(context: Needs, args: readonly ByteString[]): Reply {
  const micros = Math.trunc(leadingNumber(args[2]));
  context.services.switches.aofFlushDelayMs = Math.max(0, micros / 1000);
  return OK;
}

/** Tell the replicas a command that this server does not run. */
function replicate(context: Needs, args: readonly ByteString[]): Reply {
  const { replication } = context.services;
  if (replication.link === null && replication.feed.active) {
    replication.feed.send(args.slice(2));
  }
  return OK;
}

function setDisableDenyScripts(context: Needs, args: readonly ByteString[]): Reply {
  context.services.switches.deniesScriptCommands = Math.trunc(leadingNumber(args[2])) === 0;
  return OK;
}

function setSkipChecksums(context: Needs, args: readonly ByteString[]): Reply {
  context.services.switches.verifiesChecksums = Math.trunc(leadingNumber(args[2])) === 0;
  return OK;
}

/** Most bytes that a packed node may be told to take an element of: a little less than 4 GB. */
const LARGEST_THRESHOLD = (1n << 32n) - (1n << 20n);

function setPackedThreshold(context: Needs, args: readonly ByteString[]): Reply {
  const bytes = parseSize(args[2]);
  if (bytes === null || bytes > LARGEST_THRESHOLD) {
    throw new RedisError("ERR argument must be a memory value bigger than 1 and smaller than 4gb");
  }
  context.keyspace.limits.listPackedThreshold = Number(bytes);
  return OK;
}

function rewriteAll({ config, services: { acl } }: Needs): Reply {
  const error = rewriteFile(config, { users: acl.fileLines(), all: true });
  if (error !== null) throw new RedisError(error);
  return OK;
}

function changeReplicationId(context: Needs): Reply {
  context.services.log.notice("Changing replication IDs after receiving DEBUG change-repl-id");
  context.services.replication.renameHistory();
  return OK;
}

const POSITIVE = "ERR value is out of range, must be positive";

function populate(context: Needs, args: readonly ByteString[]): Reply {
  const count = parseRangeArg(args[2], 0, Number.MAX_SAFE_INTEGER, POSITIVE);
  const prefix = args.length > 3 ? args[3] : "key";
  const size = args.length > 4 ? parseRangeArg(args[4], 0, 2 ** 29, POSITIVE) : 0;
  for (let i = 0; i < count; i++) {
    const key = `${prefix}:${i}`;
    if (context.db.has(key)) continue;
    const value = `value:${i}`;
    context.db.add(
      key,
      size === 0 ? value : value.slice(0, size).padEnd(size, "\0"),
    );
    context.keyspace.listeners.modified(context.db, key);
  }
  return OK;
}

const NUMBERS: Reply[] = [0, 1, 2];
const FLAGS_BY_NUMBER: Reply[] = [
  0,
  new BooleanReply(false),
  1,
  new BooleanReply(true),
  2,
  new BooleanReply(false),
];

function protocolReply(context: Needs, args: readonly ByteString[]): Reply {
  switch (args[2].toLowerCase()) {
    case "string":
      return "Hello World";
    case "integer":
      return 12345;
    case "double":
      return new DoubleReply(3.141);
    case "null":
      return null;
    case "array":
      return NUMBERS;
    case "set":
      return new SetReply(NUMBERS);
    case "map":
      return new MapReply(FLAGS_BY_NUMBER);
    case "attrib":
      return new AttributeReply(
        ["key-popularity", ["key:123", 90]],
        "Some real reply following the attribute",
      );
    case "push":
      if (context.client.protocol < 3) {
        throw new RedisError("ERR RESP2 is not supported by this command");
      }
      return new MultiReply([
        new PushReply(["server-cpu-usage", 42]),
        "Some real reply following the push reply",
      ]);
    case "bignum":
      return new BigNumberReply("1234567999999999999999999999999999999");
    case "true":
      return new BooleanReply(true);
    case "false":
      return new BooleanReply(false);
    case "verbatim":
      return new VerbatimReply("txt", "This is a verbatim\nstring");
    default:
      throw new RedisError(
        "ERR Wrong protocol type name. Please use one of the following: " +
          "string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false",
      );
  }
}

/** Match random patterns with random texts, as long as none makes the matcher fail. */
function matchTest(context: Needs): Reply {
  const { random } = context.keyspace;
  const alphabet = "ab*?[]^-\\";
  const word = () =>
    Array.from(
      { length: Math.floor(random() * 32) },
      () => alphabet[Math.floor(random() * alphabet.length)],
    ).join("");
  for (let i = 0; i < 100_000; i++) matchGlob(word(), word(), i % 2 === 0);
  return new SimpleString("Apparently Redis did not crash: test passed");
}

const SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map<string, Subcommand>([
  ["AOF-FLUSH-SLEEP", {
    count: [3, 3],
    help: [
      "AOF-FLUSH-SLEEP <microseconds>",
      "    Stop the server for so long before each write to the append-only file.",
    ],
    run: setAofFlushSleep,
  }],
  ["CHANGE-REPL-ID", {
    count: [2, 2],
    help: [
      "CHANGE-REPL-ID",
      "    Take a new replication id, so that no replica can go on from here.",
    ],
    run: changeReplicationId,
  }],
  ["CONFIG-REWRITE-FORCE-ALL", {
    count: [2, 2],
    help: [
      "CONFIG-REWRITE-FORCE-ALL",
      "    Write the configuration file with every directive, also those at their default.",
    ],
    run: rewriteAll,
  }],
  ["DIGEST", {
    count: [2, 2],
    help: ["DIGEST", "    Answer a hash of all data, equal for equal data."],
    run: digestAll,
  }],
  ["DIGEST-VALUE", {
    count: [2, Infinity],
    help: ["DIGEST-VALUE <key> [<key> ...]", "    Answer a hash of each key's value."],
    run: digestValues,
  }],
  ["ERROR", {
    count: [3, 3],
    help: ["ERROR <string>", "    Answer an error with this text."],
    run: (_context, args) => new ErrorReply(args[2]),
  }],
  ["LOADAOF", {
    count: [2, Infinity],
    help: ["LOADAOF", "    Write all to the append-only file, then load the data from it anew."],
    run: loadAof,
  }],
  ["LOG", {
    count: [3, 3],
    help: ["LOG <message>", "    Write a message to the server's log."],
    run(context: Needs, args) {
      context.services.log.warning(`DEBUG LOG: ${args[2]}`);
      return OK;
    },
  }],
  ["OBJECT", {
    count: [3, 4],
    help: ["OBJECT <key>", "    Show how the value of a key is held."],
    run: describeObject,
  }],
  ["POPULATE", {
    count: [3, 5],
    help: [
      "POPULATE <count> [<prefix>] [<size>]",
      "    Create string keys <prefix>:<number> (prefix 'key' when left out); they are not",
      "    journaled.",
    ],
    run: populate,
  }],
  ["PROTOCOL", {
    count: [3, 3],
    help: [
      "PROTOCOL <type>",
      "    Answer a sample of a type: string, integer, double, bignum, null, array, set, map,",
      "    attrib, push, verbatim, true, false.",
    ],
    run: protocolReply,
  }],
  ["QUICKLIST-PACKED-THRESHOLD", {
    count: [3, 3],
    help: [
      "QUICKLIST-PACKED-THRESHOLD <size>",
      "    From so many bytes on an element of a quicklist is a node by itself; 0 for the default.",
    ],
    run: setPackedThreshold,
  }],
  ["RELOAD", {
    count: [2, Infinity],
    help: [
      "RELOAD [option ...]",
      "    Save all data, forget them, and load them. Options: MERGE, let a key that is there give",
      "    way to the file's; NOFLUSH, forget nothing; NOSAVE, load the file as it is.",
    ],
    run: reload,
  }],
  ["REPLICATE", {
    count: [3, Infinity],
    help: [
      "REPLICATE <command> [<arg> ...]",
      "    Send the replicas a command without running it here.",
    ],
    run: replicate,
  }],
  ["SET-ACTIVE-EXPIRE", {
    count: [3, 3],
    help: [
      "SET-ACTIVE-EXPIRE <0|1>",
      "    Turn the removal of expired keys that nobody asks for off or on.",
    ],
    run: setActiveExpire,
  }],
  ["SET-DISABLE-DENY-SCRIPTS", {
    count: [3, 3],
    help: [
      "SET-DISABLE-DENY-SCRIPTS <0|1>",
      "    Let scripts run commands that are not for scripts (1) or not (0).",
    ],
    run: setDisableDenyScripts,
  }],
  ["SET-SKIP-CHECKSUM-VALIDATION", {
    count: [3, 3],
    help: [
      "SET-SKIP-CHECKSUM-VALIDATION <0|1>",
      "    Look at the checksums of RDB files and DUMP payloads (0) or not (1).",
    ],
    run: setSkipChecksums,
  }],
  ["SLEEP", {
    count: [3, 3],
    help: ["SLEEP <seconds>", "    Stop the whole server for a time; fractions are allowed."],
    run: sleep,
  }],
  ["STRINGMATCH-LEN", {
    count: [4, 4],
    help: [
      "STRINGMATCH-LEN <pattern> <string>",
      "    Answer 1 when the glob pattern matches the string, else 0.",
    ],
    run: (_context, args) => matchGlob(args[2], args[3]) ? 1 : 0,
  }],
  ["STRINGMATCH-TEST", {
    count: [2, 2],
    help: ["STRINGMATCH-TEST", "    Run the glob matcher over random input."],
    run: matchTest,
  }],
]);

function help(): Reply {
  const lines = ["DEBUG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:"];
  for (const subcommand of SUBCOMMANDS.values()) lines.push(...subcommand.help);
  lines.push("HELP", "    Print this help.");
  return lines.map((line) => new SimpleString(line));
}

function debug(context: Needs, args: readonly ByteString[]): Reply {
  const name = asciiUpper(args[1]);
  if (name === "HELP" && args.length === 2) return help();
  const subcommand = SUBCOMMANDS.get(name);
  if (
    subcommand === undefined || args.length < subcommand.count[0] ||
    args.length > subcommand.count[1]
  ) {
    throw new RedisError(
      `ERR unknown subcommand or wrong number of arguments for '${args[1].slice(0, 128)}'. ` +
        "Try DEBUG HELP.",
    );
  }
  return subcommand.run(context, args);
}

/** DEBUG. */
export const debugCommand: ServerCommand = defineCommand({
  name: "debug",
  isInternal: true,
  summary: "Groups tools for tests.",
  since: "1.0.0",
  group: "server",
  complexity: "Depends on the subcommand.",
  arity: -2,
  flags: ["admin", "noscript", "loading", "stale"],
  acl: ["@admin", "@slow", "@dangerous"],
  requires(context: Needs) {
    const allowed = context.config.values.enableDebugCommand;
    const local = context.client.connection === null || context.client.connection.isLocal;
    if (allowed === "yes" || (allowed === "local" && local)) return null;
    return "ERR DEBUG command not allowed. If the enable-debug-command option is set to " +
      '"local", you can run it from a local connection, otherwise you need to set this option ' +
      "in the configuration file, and then restart the server.";
  },
  run: debug,
});
