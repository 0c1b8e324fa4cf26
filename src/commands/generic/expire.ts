/**
 * Commands that set and remove the expiry of keys: EXPIRE, PEXPIRE, EXPIREAT, PEXPIREAT, PERSIST.
 *
 * They leave through the journal as PEXPIREAT with unix milliseconds, so that it does not matter
 * when the effect is run again. A time that has passed removes the key at once, and leaves as DEL.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { INT64_MAX } from "../../bytes/int.ts";
import {
  type Argument,
  integer,
  key,
  oneof,
  opt,
  token,
  unixTime,
} from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type Command, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { EventClass } from "../../keyspace/events.ts";
import { NO_ENTRY, NO_EXPIRY } from "../../keyspace/key_table.ts";
import { RedisError, type Reply } from "../../resp/reply.ts";
import { type ExpireUnit, parseDeadline } from "../expire_time.ts";
import { isWord } from "../parse.ts";
import { lookUpForWrite } from "./look_up.ts";
import type { ServerCommand } from "../services.ts";

/** The conditions of EXPIRE, as bits. */
const NX = 1;
const XX = 2;
const GT = 4;
const LT = 8;

/** In what one of the EXPIRE commands differs from the others. */
interface ExpireForm {
  name: string;
  summary: string;
  since: string;
  unit: ExpireUnit;
  /** Whether the time counts from now on. */
  relative: boolean;
  /** The argument with the time. */
  time: Argument;
}

function defineExpire(form: ExpireForm): Command<Context> {
  return defineCommand({
    name: form.name,
    summary: form.summary,
    since: form.since,
    group: "generic",
    complexity: "O(1)",
    arity: -3,
    flags: ["write", "fast"],
    acl: ["@keyspace", "@write", "@fast"],
    keys: [keyRange("RW update")],
    history: [["7.0.0", "The conditions NX, XX, GT and LT came."]],
    args: [
      key("key"),
      form.time,
      opt(
        oneof("condition", [token("NX"), token("XX"), token("GT"), token("LT")], {
          since: "7.0.0",
        }),
      ),
    ],
    run: (context, args) => setExpiry(context, args, form),
  });
}

/** Run one of the EXPIRE commands. */
function setExpiry(context: Context, args: ByteString[], form: ExpireForm): Reply {
  const conditions = parseConditions(args);
  const at = parseDeadline(context, args[2], form.unit, form.relative, form.name);
  const { db } = context;
  const name = args[1];
  const entry = lookUpForWrite(db, name);
  if (entry === NO_ENTRY) return 0;
  if (conditions !== 0 && !isAllowed(conditions, db.table.expireAt(entry), at)) return 0;
  const { keyspace, journal } = context;
  // While loading, and on a replica, keys go when their DEL arrives.
  const removes = at <= context.clock.ms && !keyspace.expiryPaused && !keyspace.hidesExpired;
  if (removes) {
    db.delete(name);
    db.changed(name, EventClass.GENERIC, "del");
    if (journal.active) {
      journal.replace(db.index, [
        context.config.values.lazyfreeLazyExpire ? "UNLINK" : "DEL",
        name,
      ]);
    }
    return 1;
  }
  db.setEntryExpireAt(entry, Math.max(0, at));
  db.changed(name, EventClass.GENERIC, "expire");
  if (journal.active && form.name !== "pexpireat") {
    journal.replace(db.index, ["PEXPIREAT", name, millisecondText(at), ...args.slice(3)]);
  }
  return 1;
}

/** The conditions behind the time, as bits. */
function parseConditions(args: readonly ByteString[]): number {
  let conditions = 0;
  for (let i = 3; i < args.length; i++) {
    if (isWord(args[i], "NX")) conditions |= NX;
    else if (isWord(args[i], "XX")) conditions |= XX;
    else if (isWord(args[i], "GT")) conditions |= GT;
    else if (isWord(args[i], "LT")) conditions |= LT;
    else throw new RedisError(`ERR Unsupported option ${args[i].split("\0", 1)[0]}`);
  }
  if ((conditions & NX) !== 0 && conditions !== NX) {
    throw new RedisError("ERR NX and XX, GT or LT options at the same time are not compatible");
  }
  if ((conditions & (GT | LT)) === (GT | LT)) {
    throw new RedisError("ERR GT and LT options at the same time are not compatible");
  }
  return conditions;
}

/** Whether conditions let a new expiry take the place of the current one. None is the latest. */
function isAllowed(conditions: number, current: number, at: number): boolean {
  if (current === NO_EXPIRY) return (conditions & (XX | GT)) === 0;
  if ((conditions & NX) !== 0) return false;
  if ((conditions & GT) !== 0) return at > current;
  return (conditions & LT) === 0 || at < current;
}

/** Milliseconds as decimal digits: beyond 2^53 a number's own text would round them away. */
function millisecondText(ms: number): ByteString {
  if (Number.isSafeInteger(ms)) return String(ms);
  const exact = BigInt(ms);
  return String(exact > INT64_MAX ? INT64_MAX : exact);
}

const persist = defineCommand({
  name: "persist",
  summary: "Removes the expiry of a key.",
  since: "2.2.0",
  group: "generic",
  complexity: "O(1)",
  arity: 2,
  flags: ["write", "fast"],
  acl: ["@keyspace", "@write", "@fast"],
  keys: [keyRange("RW update")],
  args: [key("key")],
  run({ db }, args) {
    const entry = lookUpForWrite(db, args[1]);
    if (entry === NO_ENTRY || db.table.expireAt(entry) === NO_EXPIRY) return 0;
    db.setEntryExpireAt(entry, NO_EXPIRY);
    db.changed(args[1], EventClass.GENERIC, "persist");
    return 1;
  },
});

/** The commands that set and remove expiry. */
export const expireCommands: readonly ServerCommand[] = [
  defineExpire({
    name: "expire",
    summary: "Lets a key expire after so many seconds.",
    since: "1.0.0",
    unit: "s",
    relative: true,
    time: integer("seconds"),
  }),
  defineExpire({
    name: "pexpire",
    summary: "Lets a key expire after so many milliseconds.",
    since: "2.6.0",
    unit: "ms",
    relative: true,
    time: integer("milliseconds"),
  }),
  defineExpire({
    name: "expireat",
    summary: "Lets a key expire at a unix time in seconds.",
    since: "1.2.0",
    unit: "s",
    relative: false,
    time: unixTime("unix-time-seconds"),
  }),
  defineExpire({
    name: "pexpireat",
    summary: "Lets a key expire at a unix time in milliseconds.",
    since: "2.6.0",
    unit: "ms",
    relative: false,
    time: unixTime("unix-time-milliseconds"),
  }),
  persist,
];
