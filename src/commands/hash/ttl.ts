/**
 * Commands that tell and remove the expiry of hash fields, which came with Redis 7.4: HTTL, HPTTL,
 * HEXPIRETIME, HPEXPIRETIME, HPERSIST.
 *
 * For a field that does not exist they answer -2, and for one that does not expire -1. Seconds are
 * rounded up.
 *
 * Source: https://redis.io/docs/latest/commands/httl/
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { key } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type Command, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { EventClass } from "../../keyspace/events.ts";
import { fieldTime } from "../../keyspace/field_expire.ts";
import type { Reply } from "../../resp/reply.ts";
import { HashValue } from "../../values/hash.ts";
import { hashToWrite } from "./look_up.ts";
import { FIELDS, namedFields } from "./named_fields.ts";

const NO_FIELD = -2;
const NO_EXPIRY = -1;
const COUNT_ERROR = "ERR Number of fields must be a positive integer";

/** In what one of the commands differs from the others. */
interface FieldTtlForm {
  name: string;
  summary: string;
  /** Milliseconds in what the answer is counted in. */
  unitMs: 1000 | 1;
  /** Whether the answer counts from now on, or is a unix time. */
  relative: boolean;
}

function defineFieldTtl(form: FieldTtlForm): Command<Context> {
  return defineCommand({
    name: form.name,
    summary: form.summary,
    since: "7.4.0",
    group: "hash",
    complexity: "O(N) where N is the number of fields named",
    arity: -5,
    flags: ["readonly", "fast"],
    acl: ["@read", "@hash", "@fast"],
    keys: [keyRange("RO access")],
    args: [key("key"), FIELDS],
    run: (context, args) => tellTimes(context, args, form),
  });
}

function tellTimes({ db }: Context, args: ByteString[], form: FieldTtlForm): Reply {
  const hash = db.getAs(args[1], HashValue);
  const fields = args.slice(namedFields(args, 2, COUNT_ERROR));
  if (hash === undefined) return fields.map(() => NO_FIELD);
  const now = fieldTime(db.keyspace);
  const from = form.relative ? db.keyspace.clock.ms : 0;
  return fields.map((field) => {
    if (!hash.has(field, now)) return NO_FIELD;
    const at = hash.getExpiry(field);
    return at === undefined ? NO_EXPIRY : Math.ceil((at - from) / form.unitMs);
  });
}

function persist({ db }: Context, args: ByteString[]): Reply {
  const hash = hashToWrite(db, args[1]);
  const fields = args.slice(namedFields(args, 2, COUNT_ERROR));
  if (hash === undefined) return fields.map(() => NO_FIELD);
  let changed = 0;
  const replies = fields.map((field) => {
    if (!hash.has(field)) return NO_FIELD;
    if (!hash.persist(field)) return NO_EXPIRY;
    changed++;
    return 1;
  });
  if (changed > 0) db.changed(args[1], EventClass.HASH, "hpersist", changed);
  return replies;
}

const hpersist = defineCommand({
  name: "hpersist",
  summary: "Removes the expiry of fields of a hash.",
  since: "7.4.0",
  group: "hash",
  complexity: "O(N) where N is the number of fields named",
  arity: -5,
  flags: ["write", "fast"],
  acl: ["@write", "@hash", "@fast"],
  keys: [keyRange("RW update")],
  args: [key("key"), FIELDS],
  run: persist,
});

/** The commands that tell and remove the expiry of hash fields. */
export const fieldTtlCommands: readonly Command<Context>[] = [
  defineFieldTtl({
    name: "httl",
    summary: "Answers after how many seconds fields of a hash expire.",
    unitMs: 1000,
    relative: true,
  }),
  defineFieldTtl({
    name: "hpttl",
    summary: "Answers after how many milliseconds fields of a hash expire.",
    unitMs: 1,
    relative: true,
  }),
  defineFieldTtl({
    name: "hexpiretime",
    summary: "Answers the unix time in seconds at which fields of a hash expire.",
    unitMs: 1000,
    relative: false,
  }),
  defineFieldTtl({
    name: "hpexpiretime",
    summary: "Answers the unix time in milliseconds at which fields of a hash expire.",
    unitMs: 1,
    relative: false,
  }),
  hpersist,
];
