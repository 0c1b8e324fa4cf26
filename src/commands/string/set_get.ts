/**
 * SET and GET with their relatives: SETNX SETEX PSETEX GETSET GETDEL GETEX.
 *
 * Relative expiries leave through the journal as absolute ones.
 *
 * @module
 */

import { asciiUpper, type ByteString } from "../../bytes/bytes.ts";
import { integer, key, oneof, opt, string, token, unixTime } from "../../command/arguments.ts";
import type { Client } from "../../session/client.ts";
import { type Command, defineCommand } from "../../command/command.ts";
import { keyRange } from "../../command/key_specs.ts";
import { EventClass } from "../../keyspace/events.ts";
import { NO_EXPIRY } from "../../keyspace/key_table.ts";
import { OK, type Reply, syntaxError } from "../../resp/reply.ts";
import { parseExpireTime } from "../expire_time.ts";

/** What SET's options amount to. */
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

function parseSetOptions(client: Client, args: readonly ByteString[]): SetOptions {
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
    options.expireAt = expiryOf(client, unit, amount, "set");
    options.exact = unit === "PXAT";
  }
  return options;
}

/** The time that EX, PX, EXAT or PXAT with an amount means, in unix milliseconds. */
function expiryOf(client: Client, unit: string, amount: ByteString, command: string): number {
  return parseExpireTime(client, amount, unit[0] === "E" ? "s" : "ms", unit.length === 2, command);
}

function setString(client: Client, args: ByteString[]): Reply {
  const { db } = client;
  const key = args[1];
  if (args.length === 3) {
    db.put(key, args[2]);
    db.changed(key, EventClass.STRING, "set");
    return OK;
  }
  const options = parseSetOptions(client, args);
  const old = options.get ? db.getString(key) : undefined;
  const notDone = options.get ? old ?? null : null;
  if (options.condition !== null && db.has(key) !== (options.condition === "XX")) return notDone;
  store(client, key, args[2], options);
  if (options.get) leaveWithoutGet(client, args, options);
  return options.get ? old ?? null : OK;
}

/** What SET answers is nobody's business elsewhere. */
function leaveWithoutGet(
  { db, engine: { journal } }: Client,
  args: readonly ByteString[],
  { expireAt }: SetOptions,
): void {
  // With an expiry it has left in another form, or PXAT is worth no copy.
  if (expireAt !== NO_EXPIRY || !journal.active) return;
  journal.replace(db.index, args.filter((arg, i) => i < 3 || asciiUpper(arg) !== "GET"));
}

function store(client: Client, key: ByteString, value: ByteString, options: SetOptions): void {
  const { db, engine } = client;
  if (options.keepTtl) db.putKeepingExpiry(key, value);
  else db.put(key, value);
  db.changed(key, EventClass.STRING, "set");
  if (options.expireAt === NO_EXPIRY) return;
  db.setExpireAt(key, options.expireAt);
  db.notify(key, EventClass.GENERIC, "expire");
  if (!options.exact && engine.journal.active) {
    engine.journal.replace(db.index, ["SET", key, value, "PXAT", String(options.expireAt)]);
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
  run(client, [, key, value]) {
    if (client.db.has(key)) return 0;
    store(client, key, value, PLAIN);
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
  run(client, [, key, amount, value]) {
    store(client, key, value, { ...PLAIN, expireAt: expiryOf(client, "EX", amount, "setex") });
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
  run(client, [, key, amount, value]) {
    store(client, key, value, { ...PLAIN, expireAt: expiryOf(client, "PX", amount, "psetex") });
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
  run: (client, args) => client.db.getString(args[1]) ?? null,
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
  run(client, [, key, value]) {
    const old = client.db.getString(key) ?? null;
    client.db.put(key, value);
    client.db.changed(key, EventClass.STRING, "set");
    if (client.engine.journal.active) {
      client.engine.journal.replace(client.db.index, ["SET", key, value]);
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
  run(client, [, key]) {
    const { db, engine } = client;
    const value = db.getString(key);
    if (value === undefined) return null;
    db.delete(key);
    db.changed(key, EventClass.GENERIC, "del");
    if (engine.journal.active) engine.journal.replace(db.index, ["DEL", key]);
    return value;
  },
});

function getAndExpire(client: Client, args: ByteString[]): Reply {
  const { db, engine } = client;
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
  const value = db.getString(key);
  if (value === undefined) return null;
  if (unit === null) return value;
  if (unit === "PERSIST") {
    if (db.persist(key)) {
      db.changed(key, EventClass.GENERIC, "persist");
      engine.journal.replace(db.index, ["PERSIST", key]);
    }
    return value;
  }
  const expireAt = expiryOf(client, unit, amount, "getex");
  if (expireAt <= engine.clock.ms && !engine.keyspace.hidesExpired) {
    db.delete(key);
    db.changed(key, EventClass.GENERIC, "del");
    engine.journal.replace(db.index, [
      engine.config.values.lazyfreeLazyExpire ? "UNLINK" : "DEL",
      key,
    ]);
  } else {
    db.setExpireAt(key, expireAt);
    db.changed(key, EventClass.GENERIC, "expire");
    engine.journal.replace(db.index, ["PEXPIREAT", key, String(expireAt)]);
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

/** SET, GET and their relatives. */
export const setGetCommands: readonly Command[] = [
  set,
  setNx,
  setEx,
  psetEx,
  get,
  getSet,
  getDel,
  getEx,
];
