/**
 * MIGRATE: keys move to another server.
 *
 * A real server stops until the transfer is over. This one goes on serving: the client waits as in
 * a blocking command, and so does every client that uses a key which is being moved (see
 * `migration/held_keys.ts`; with COPY only those that would write to it). To clients the move
 * therefore happens at one moment, when the keys are removed here; the journal gets one DEL of
 * those that the other server has acknowledged. If the client disconnects, the move still goes on
 * to its end.
 *
 * It cannot wait within a transaction, which runs without a break, or for a caller that cannot be
 * answered later: there it is refused, in a transaction as soon as it is queued, so that no part of
 * the transaction runs. A real server allows it there; that is the one difference.
 *
 * Values are sent in format 10 at the most, whatever `rdb-version` says, so that a 7.0 server takes
 * them; only hashes with fields that expire need a 7.4.
 *
 * Source: https://redis.io/docs/latest/commands/migrate/
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { detach } from "../../bytes/latin1.ts";
import { block, integer, key, many, oneof, opt, string, token } from "../../command/arguments.ts";
import { defineCommand } from "../../command/command.ts";
import { keyAfter, keyRange, type KeyReference } from "../../command/key_specs.ts";
import { type MigrateRequest, Transfer } from "../../migration/migration.ts";
import { NO_ENTRY } from "../../keyspace/key_table.ts";
import { NO_REPLY, RedisError, type Reply, SimpleString, syntaxError } from "../../resp/reply.ts";
import { isWord, parseIntArg } from "../parse.ts";
import { lookUpTouched } from "./look_up.ts";
import type { AdminContext } from "../services.ts";

/** What these commands work with. */
type Needs = AdminContext<
  | "blocking"
  | "clock"
  | "config"
  | "held"
  | "journal"
  | "keyspace"
  | "log"
  | "pause"
  | "peers"
  | "replication"
>;

/** Milliseconds, for timeouts that are not positive. */
const DEFAULT_TIMEOUT_MS = 1000;
const NO_KEY = new SimpleString("NOKEY");
const FLAGS = ["RW", "access", "delete"];

/** The options of MIGRATE and where its keys stand. */
interface Options {
  copy: boolean;
  replace: boolean;
  credentials: ByteString[];
  firstKey: number;
  /** The index behind the last key. */
  end: number;
}

function parseOptions(args: readonly ByteString[]): Options {
  const options: Options = { copy: false, replace: false, credentials: [], firstKey: 3, end: 4 };
  for (let i = 6; i < args.length; i++) {
    const more = args.length - 1 - i;
    if (isWord(args[i], "COPY")) {
      options.copy = true;
    } else if (isWord(args[i], "REPLACE")) {
      options.replace = true;
    } else if (isWord(args[i], "AUTH") && more >= 1) {
      options.credentials = [args[++i]];
    } else if (isWord(args[i], "AUTH2") && more >= 2) {
      options.credentials = [args[++i], args[++i]];
    } else if (isWord(args[i], "KEYS")) {
      if (args[3] !== "") {
        throw new RedisError(
          "ERR When using MIGRATE KEYS option, the key argument must be set to the empty string",
        );
      }
      options.firstKey = i + 1;
      options.end = args.length;
      break;
    } else {
      throw syntaxError();
    }
  }
  return options;
}

/** The keys of a request, as far as its options can be told from passwords. */
function findKeys(args: readonly ByteString[]): KeyReference[] {
  let [first, end] = [3, 4];
  for (let i = 6; i < args.length; i++) {
    if (isWord(args[i], "AUTH")) i++;
    else if (isWord(args[i], "AUTH2")) i += 2;
    else if (isWord(args[i], "KEYS") && i + 1 < args.length) {
      // With another key before them it is a syntax error.
      [first, end] = args[3] === "" ? [i + 1, args.length] : [0, 0];
      break;
    }
  }
  const keys: KeyReference[] = [];
  for (let index = first; index < end; index++) keys.push({ index, flags: FLAGS });
  return keys;
}

/** A port as C's `atoi` reads it, and as an address keeps it. */
function parsePort(text: ByteString): number {
  const port = parseInt(text, 10) | 0;
  return port < 0 ? -1 : port & 0xffff;
}

/** Why a client cannot run it now, or null. */
function refusal(context: Needs): string | null {
  if (context.client.transaction === null && context.client.caller.mayBlock) return null;
  return "ERR MIGRATE has to wait for another server, which is not possible here (in a " +
    "transaction, a script, or without a connection)";
}

function migrate(context: Needs, args: readonly ByteString[]): Reply {
  const { copy, replace, credentials, firstKey, end } = parseOptions(args);
  const timeoutMs = parseIntArg(args[5]);
  const request: MigrateRequest = {
    hostname: detach(args[1]),
    port: parsePort(args[2]),
    db: parseIntArg(args[4]),
    timeoutMs: timeoutMs > 0 ? timeoutMs : DEFAULT_TIMEOUT_MS,
    copy,
    replace,
    credentials,
  };
  const keys = args.slice(firstKey, end).filter((name) =>
    lookUpTouched(context.db, name) !== NO_ENTRY
  );
  if (keys.length === 0) return NO_KEY;
  const refused = refusal(context);
  if (refused !== null) throw new RedisError(refused);
  new Transfer(context.services, context.client, request, keys.map(detach)).start(args);
  return NO_REPLY;
}

/** MIGRATE. */
export const migrateCommand = defineCommand({
  name: "migrate",
  summary: "Moves keys to another server.",
  since: "2.6.0",
  group: "generic",
  complexity:
    "O(N) where N is the size of the keys in bytes: a DUMP, a RESTORE over there and a DEL",
  arity: -6,
  flags: ["write", "movablekeys"],
  acl: ["@keyspace", "@write", "@slow", "@dangerous"],
  keys: [
    keyRange("RW access delete", { at: 3 }),
    keyAfter("KEYS", -2, "RW access delete incomplete", { last: -1 }),
  ],
  getKeys: findKeys,
  tips: ["nondeterministic_output"],
  history: [
    ["3.0.0", "The COPY and REPLACE options came."],
    ["3.0.6", "The KEYS option came."],
    ["4.0.7", "The AUTH option came."],
    ["6.0.0", "The AUTH2 option came."],
  ],
  args: [
    string("host"),
    integer("port"),
    oneof("key-selector", [key("key"), token("", { name: "empty-string" })]),
    integer("destination-db"),
    integer("timeout"),
    opt(token("COPY", { since: "3.0.0" })),
    opt(token("REPLACE", { since: "3.0.0" })),
    opt(
      oneof("authentication", [
        string("auth", { display: "password", token: "AUTH", since: "4.0.7" }),
        block("auth2", [string("username"), string("password")], {
          token: "AUTH2",
          since: "6.0.0",
        }),
      ]),
    ),
    opt(many(key("keys", { display: "key", keySpecIndex: 1, token: "KEYS", since: "3.0.6" }))),
  ],
  requires: refusal,
  run: migrate,
});
