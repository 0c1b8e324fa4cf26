/**
 * SET and GET with their variants: SETNX SETEX PSETEX GETSET GETDEL GETEX.
 *
 * Relative expiries leave through the journal as absolute ones.
 *
 * @module
 */

import { asciiUpper, type ByteString } from "../../bytes/bytes.ts";
import { integer, key, oneof, opt, string, token, unixTime } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type Command, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { EventClass } from "../../keyspace/events.ts";
import { NO_EXPIRY } from "../../keyspace/key_table.ts";
import { OK, type Reply, syntaxError } from "../../resp/reply.ts";
import { argumentValue, getReply, withArgument } from "../large_strings.ts";
import { parseExpireTime } from "../expire_time.ts";

/** The options of SET. */
interface SetOptions {
  condition: "NX" | "XX" | null;
  get: boolean;
  keepTtl: boolean;
  /** Unix milliseconds; -1 for none. */
  expireAt: number;
  /** The expiry was given as it goes on: PXAT. */
  exact: boolean;
}

const PLAIN: SetOptions = {
  condition: null,
  get: false,
  keepTtl: false,
  expireAt: NO_EXPIRY,
  exact: false,
};

function parseSetOptions(context: Context, args: readonly ByteString[]): SetOptions {
  const options: SetOptions = { ...PLAIN };
  let unit: string | null = null;
  let amount = "";
  for (let i = 3; i < args.length; i++) {
    const word = asciiUpper(args[i]);
    switch (word) {
      case "NX":
      case "XX":
        if (options.condition !== null && options.condition !== word) throw syntaxError();
        options.condition = word;
        break;
      case "GET":
        options.get = true;
        break;
      case "KEEPTTL":
        if (unit !== null) throw syntaxError();
        options.keepTtl = true;
        break;
      case "EX":
      case "PX":
      case "EXAT":
      case "PXAT":
        // The same unit may come again, and then the last amount counts.
        if ((unit !== null && unit !== word) || options.keepTtl || i + 1 === args.length) {
          throw syntaxError();
        }
        unit = word;
        amount = args[++i];
        break;
      default:
        throw syntaxError();
    }
  }
  if (unit !== null) {
    options.expireAt = expiryOf(context, unit, amount, "set");
    options.exact = unit === "PXAT";
  }
  return options;
}

/** The time that EX, PX, EXAT or PXAT with an amount means, in unix milliseconds. */
function expiryOf(context: Context, unit: string, amount: ByteString, command: string): number {
  return parseExpireTime(context, amount, unit[0] === "E" ? "s" : "ms", unit.length === 2, command);
}

function setString(context: Context, args: ByteString[]): Reply {
  const { db } = context;
  const key = args[1];
  if (args.length === 3) {
    db.put(key, argumentValue(args, 2));
    db.changed(key, EventClass.STRING, "set");
    return OK;
  }
  const options = parseSetOptions(context, args);
  const old = options.get ? getReply(db, key) : null;
  if (options.condition !== null && db.has(key) !== (options.condition === "XX")) return old;
  store(context, args, 2, options);
  if (options.get) leaveWithoutGet(context, args, options);
  return options.get ? old : OK;
}

/** The reply of SET concerns its client alone: the effect goes without GET. */
function leaveWithoutGet(
  { db, journal }: Context,
  args: readonly ByteString[],
  { expireAt }: SetOptions,
): void {
  // With an expiry it has left in another form, or PXAT is worth no copy.
  if (expireAt !== NO_EXPIRY || !journal.active) return;
  const effect = withArgument(["SET", args[1]], args, 2);
  for (let i = 3; i < args.length; i++) if (asciiUpper(args[i]) !== "GET") effect.push(args[i]);
  journal.replace(db.index, effect);
}

/** Put the argument at `index` at the key. */
function store(context: Context, args: ByteString[], index: number, options: SetOptions): void {
  const { db } = context;
  const key = args[1];
  const value = argumentValue(args, index);
  if (options.keepTtl) db.putKeepingExpiry(key, value);
  else db.put(key, value);
  db.changed(key, EventClass.STRING, "set");
  if (options.expireAt === NO_EXPIRY) return;
  db.setExpireAt(key, options.expireAt);
  db.notify(key, EventClass.GENERIC, "expire");
  if (!options.exact && context.journal.active) {
    const effect = withArgument(["SET", key], args, index);
    effect.push("PXAT", String(options.expireAt));
    context.journal.replace(db.index, effect);
  }
}

const set = defineCommand({
  name: "set",
  summary: "Sets the string at a key, whatever it held.",
  since: "1.0.0",
  group: "string",
  complexity: "O(1)",
  arity: -3,
  flags: ["write", "denyoom"],
  acl: ["@write", "@string", "@slow"],
  keys: [
    keyRange("RW access update variable_flags", {
      notes: "Reads the old value only with the GET option.",
    }),
  ],
  history: [
    ["2.6.12", "The options EX, PX, NX and XX came."],
    ["6.0.0", "The option KEEPTTL came."],
    ["6.2.0", "The options GET, EXAT and PXAT came."],
    ["7.0.0", "NX and GET can be used together."],
  ],
  args: [
    key("key"),
    string("value"),
    opt(oneof("condition", [token("NX"), token("XX")], { since: "2.6.12" })),
    opt(token("GET", { since: "6.2.0" })),
    opt(
      oneof("expiration", [
        integer("seconds", { token: "EX", since: "2.6.12" }),
        integer("milliseconds", { token: "PX", since: "2.6.12" }),
        unixTime("unix-time-seconds", { token: "EXAT", since: "6.2.0" }),
        unixTime("unix-time-milliseconds", { token: "PXAT", since: "6.2.0" }),
        token("KEEPTTL", { since: "6.0.0" }),
      ]),
    ),
  ],
  getKeys: (args) => {
    const reads = args.slice(3).some((arg) => asciiUpper(arg) === "GET");
    return [{ index: 1, flags: reads ? ["RW", "access", "update"] : ["OW", "update"] }];
  },
  run: setString,
});

const setNx = defineCommand({
  name: "setnx",
  summary: "Sets the string at a key, if the key does not exist.",
  since: "1.0.0",
  group: "string",
  complexity: "O(1)",
  arity: 3,
  flags: ["write", "denyoom", "fast"],
  acl: ["@write", "@string", "@fast"],
  keys: [keyRange("OW insert")],
  deprecatedSince: "2.6.12",
  replacedBy: "`SET` with the `NX` argument",
  args: [key("key"), string("value")],
  run(context, args) {
    if (context.db.has(args[1])) return 0;
    store(context, args, 2, PLAIN);
    return 1;
  },
});

const setEx = defineCommand({
  name: "setex",
  summary: "Sets the string at a key with an expiry in seconds.",
  since: "2.0.0",
  group: "string",
  complexity: "O(1)",
  arity: 4,
  flags: ["write", "denyoom"],
  acl: ["@write", "@string", "@slow"],
  keys: [keyRange("OW update")],
  deprecatedSince: "2.6.12",
  replacedBy: "`SET` with the `EX` argument",
  args: [key("key"), integer("seconds"), string("value")],
  run(context, args) {
    store(context, args, 3, { ...PLAIN, expireAt: expiryOf(context, "EX", args[2], "setex") });
    return OK;
  },
});

const psetEx = defineCommand({
  name: "psetex",
  summary: "Sets the string at a key with an expiry in milliseconds.",
  since: "2.6.0",
  group: "string",
  complexity: "O(1)",
  arity: 4,
  flags: ["write", "denyoom"],
  acl: ["@write", "@string", "@slow"],
  keys: [keyRange("OW update")],
  deprecatedSince: "2.6.12",
  replacedBy: "`SET` with the `PX` argument",
  args: [key("key"), integer("milliseconds"), string("value")],
  run(context, args) {
    store(context, args, 3, { ...PLAIN, expireAt: expiryOf(context, "PX", args[2], "psetex") });
    return OK;
  },
});

const get = defineCommand({
  name: "get",
  summary: "Answers the string at a key.",
  since: "1.0.0",
  group: "string",
  complexity: "O(1)",
  arity: 2,
  flags: ["readonly", "fast"],
  acl: ["@read", "@string", "@fast"],
  keys: [keyRange("RO access")],
  args: [key("key")],
  run: (context, args) => getReply(context.db, args[1]),
});

const getSet = defineCommand({
  name: "getset",
  summary: "Sets the string at a key and answers what was there before.",
  since: "1.0.0",
  group: "string",
  complexity: "O(1)",
  arity: 3,
  flags: ["write", "denyoom", "fast"],
  acl: ["@write", "@string", "@fast"],
  keys: [keyRange("RW access update")],
  deprecatedSince: "6.2.0",
  replacedBy: "`SET` with the `!GET` argument",
  args: [key("key"), string("value")],
  run(context, args) {
    const { db } = context;
    const key = args[1];
    const old = getReply(db, key);
    db.put(key, argumentValue(args, 2));
    db.changed(key, EventClass.STRING, "set");
    if (context.journal.active) {
      context.journal.replace(db.index, withArgument(["SET", key], args, 2));
    }
    return old;
  },
});

const getDel = defineCommand({
  name: "getdel",
  summary: "Answers the string at a key and removes the key.",
  since: "6.2.0",
  group: "string",
  complexity: "O(1)",
  arity: 2,
  flags: ["write", "fast"],
  acl: ["@write", "@string", "@fast"],
  keys: [keyRange("RW access delete")],
  args: [key("key")],
  run(context, [, key]) {
    const { db } = context;
    const value = getReply(db, key);
    if (value === null) return null;
    db.delete(key);
    db.changed(key, EventClass.GENERIC, "del");
    if (context.journal.active) context.journal.replace(db.index, ["DEL", key]);
    return value;
  },
});

function getAndExpire(context: Context, args: ByteString[]): Reply {
  const { db } = context;
  const key = args[1];
  let unit: string | null = null;
  let amount = "";
  for (let i = 2; i < args.length; i++) {
    const word = asciiUpper(args[i]);
    if (unit !== null && unit !== word) throw syntaxError();
    if (["EX", "PX", "EXAT", "PXAT"].includes(word) && i + 1 < args.length) amount = args[++i];
    else if (word !== "PERSIST") throw syntaxError();
    unit = word;
  }
  const value = getReply(db, key);
  if (value === null) return null;
  if (unit === null) return value;
  if (unit === "PERSIST") {
    if (db.persist(key)) {
      db.changed(key, EventClass.GENERIC, "persist");
      context.journal.replace(db.index, ["PERSIST", key]);
    }
    return value;
  }
  const expireAt = expiryOf(context, unit, amount, "getex");
  if (expireAt <= context.clock.ms && !context.keyspace.hidesExpired) {
    db.delete(key);
    db.changed(key, EventClass.GENERIC, "del");
    context.journal.replace(db.index, [
      context.config.values.lazyfreeLazyExpire ? "UNLINK" : "DEL",
      key,
    ]);
  } else {
    db.setExpireAt(key, expireAt);
    db.changed(key, EventClass.GENERIC, "expire");
    context.journal.replace(db.index, ["PEXPIREAT", key, String(expireAt)]);
  }
  return value;
}

const getEx = defineCommand({
  name: "getex",
  summary: "Answers the string at a key, and sets or removes the key's expiry.",
  since: "6.2.0",
  group: "string",
  complexity: "O(1)",
  arity: -2,
  flags: ["write", "fast"],
  acl: ["@write", "@string", "@fast"],
  keys: [
    keyRange("RW access update", { notes: "Changes the expiry only when an option says so." }),
  ],
  args: [
    key("key"),
    opt(
      oneof("expiration", [
        integer("seconds", { token: "EX" }),
        integer("milliseconds", { token: "PX" }),
        unixTime("unix-time-seconds", { token: "EXAT" }),
        unixTime("unix-time-milliseconds", { token: "PXAT" }),
        token("PERSIST"),
      ]),
    ),
  ],
  run: getAndExpire,
});

/** SET, GET and their variants. */
export const setGetCommands: readonly Command<Context>[] = [
  set,
  setNx,
  setEx,
  psetEx,
  get,
  getSet,
  getDel,
  getEx,
];
