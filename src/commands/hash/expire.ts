/**
 * Commands that set the expiry of hash fields, which came with Redis 7.4: HEXPIRE, HPEXPIRE,
 * HEXPIREAT, HPEXPIREAT.
 *
 * They answer, for each field: -2 there is no such field, 0 the condition does not hold, 1 done, 2
 * the time has passed and the field was removed. Through the journal they leave as HPEXPIREAT of the
 * fields that were changed, without the condition, or as HDEL.
 *
 * Source: https://redis.io/docs/latest/commands/hexpire/
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { parseInteger } from "../../bytes/int.ts";
import { detach } from "../../bytes/latin1.ts";
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
import { scheduleFields } from "../../keyspace/field_expire.ts";
import { notAnInteger, RedisError, type Reply } from "../../resp/reply.ts";
import type { HashValue } from "../../values/hash.ts";
import { type ExpireUnit, invalidExpireTime } from "../expire_time.ts";
import { isWord } from "../parse.ts";
import { hashToWrite } from "./look_up.ts";
import { FIELDS, namedFields } from "./named_fields.ts";

/** Latest time that a field can expire at, in unix milliseconds: in the year 4199. */
const LATEST = 2 ** 46 - 1;

const NO_FIELD = -2;
const NOT_MET = 0;
const DONE = 1;
const REMOVED = 2;

type Condition = "NX" | "XX" | "GT" | "LT" | null;

/** In what one of the commands differs from the others. */
interface FieldExpireForm {
  name: string;
  summary: string;
  unit: ExpireUnit;
  /** Whether the time counts from now on. */
  relative: boolean;
  /** The argument with the time. */
  time: Argument;
}

function defineFieldExpire(form: FieldExpireForm): Command<Context> {
  return defineCommand({
    name: form.name,
    summary: form.summary,
    since: "7.4.0",
    group: "hash",
    complexity: "O(N) where N is the number of fields named",
    arity: -6,
    flags: ["write", "denyoom", "fast"],
    acl: ["@write", "@hash", "@fast"],
    keys: [keyRange("RW update")],
    args: [
      key("key"),
      form.time,
      opt(oneof("condition", [token("NX"), token("XX"), token("GT"), token("LT")])),
      FIELDS,
    ],
    run: (context, args) => expireFields(context, args, form),
  });
}

/** The time as unix milliseconds. */
function parseTime(context: Context, text: ByteString, form: FieldExpireForm): number {
  const value = parseInteger(text);
  if (value === null) throw notAnInteger();
  if (value < 0) throw new RedisError("ERR invalid expire time, must be >= 0");
  const ms = form.unit === "s" ? Number(value) * 1000 : Number(value);
  const at = form.relative ? ms + context.clock.ms : ms;
  if (at > LATEST) throw invalidExpireTime(form.name);
  return at;
}

function parseCondition(text: ByteString): Condition {
  for (const word of ["NX", "XX", "GT", "LT"] as const) if (isWord(text, word)) return word;
  return null;
}

/** Whether a condition lets a new time take the place of the current one. None is the latest. */
function isAllowed(condition: Condition, current: number | undefined, at: number): boolean {
  if (condition === null) return true;
  if (current === undefined) return condition === "NX" || condition === "LT";
  if (condition === "GT") return at > current;
  if (condition === "LT") return at < current;
  return condition === "XX";
}

function expireFields(context: Context, args: ByteString[], form: FieldExpireForm): Reply {
  const { db, keyspace } = context;
  const hash = hashToWrite(db, args[1]);
  const at = parseTime(context, args[2], form);
  const condition = parseCondition(args[3]);
  const first = namedFields(
    args,
    condition === null ? 3 : 4,
    "ERR Parameter `numFields` should be greater than 0",
  );
  const fields = args.slice(first);
  if (hash === undefined) return fields.map(() => NO_FIELD);
  // While loading, and on a replica, fields go when their HDEL arrives.
  const removes = at <= keyspace.clock.ms && !keyspace.expiryPaused && !keyspace.hidesExpired;
  const affected: ByteString[] = [];
  const replies = fields.map((field) => {
    if (!hash.has(field)) return NO_FIELD;
    if (!isAllowed(condition, hash.getExpiry(field), at)) return NOT_MET;
    affected.push(field);
    if (removes) hash.delete(field);
    else hash.setExpiry(detach(field), at);
    return removes ? REMOVED : DONE;
  });
  if (affected.length === 0) return replies;
  if (removes) reportRemoved(context, args[1], hash, affected);
  else reportExpiring(context, [args[1], ...condition === null ? [] : [args[3]]], at, affected);
  return replies;
}

function reportRemoved(
  { db, journal }: Context,
  name: ByteString,
  hash: HashValue,
  fields: ByteString[],
): void {
  db.changed(name, EventClass.HASH, "hdel", fields.length);
  if (hash.size === 0) db.deleteEmptied(name);
  for (const field of fields) journal.replace(db.index, ["HDEL", name, field]);
}

function reportExpiring(
  { db, journal }: Context,
  [name, ...condition]: ByteString[],
  at: number,
  fields: ByteString[],
): void {
  scheduleFields(db, name, at);
  db.changed(name, EventClass.HASH, "hexpire", fields.length);
  if (!journal.active) return;
  const effect = ["HPEXPIREAT", name, String(at), ...condition, "FIELDS", String(fields.length)];
  journal.replace(db.index, effect.concat(fields));
}

/** The commands that let hash fields expire. */
export const fieldExpireCommands: readonly Command<Context>[] = [
  defineFieldExpire({
    name: "hexpire",
    summary: "Lets fields of a hash expire after so many seconds.",
    unit: "s",
    relative: true,
    time: integer("seconds"),
  }),
  defineFieldExpire({
    name: "hpexpire",
    summary: "Lets fields of a hash expire after so many milliseconds.",
    unit: "ms",
    relative: true,
    time: integer("milliseconds"),
  }),
  defineFieldExpire({
    name: "hexpireat",
    summary: "Lets fields of a hash expire at a unix time in seconds.",
    unit: "s",
    relative: false,
    time: unixTime("unix-time-seconds"),
  }),
  defineFieldExpire({
    name: "hpexpireat",
    summary: "Lets fields of a hash expire at a unix time in milliseconds.",
    unit: "ms",
    relative: false,
    time: unixTime("unix-time-milliseconds"),
  }),
];
