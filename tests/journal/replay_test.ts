/**
 * What the journal says must be enough to make the same data: commands of all kinds run on one
 * server, their effects on another one, and both must then hold the same.
 *
 * The first server meets what makes a command's effect depend on more than its words: time that
 * passes, keys and hash fields that expire, members picked at random, ids made up, clients that
 * block, transactions. The second one runs the effects later and with other random numbers, as
 * after a restart; none of them may fail there.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { ManualClock } from "../../src/clock/clock.ts";
import { allCommands } from "../../src/commands/mod.ts";
import { Config } from "../../src/config/config.ts";
import type { Client, ClientConnection } from "../../src/session/client.ts";
import { TestParts } from "../support/parts.ts";
import { Registry } from "../../src/command/registry.ts";
import type { Effect } from "../../src/journal/journal.ts";
import { expireStep } from "../../src/keyspace/active_expire.ts";
import { ByteMap } from "../../src/keyspace/byte_map/byte_map.ts";
import { Logger } from "../../src/log/logger.ts";
import { ErrorReply, MapReply, type Reply, SimpleString } from "../../src/resp/reply.ts";
import { HashValue } from "../../src/values/hash.ts";
import { StreamValue } from "../../src/values/stream.ts";
import { GROUPS } from "../fuzz/groups.ts";
import { Shrinker } from "../fuzz/shrink.ts";
import { Templates } from "../fuzz/template.ts";
import type { WordContext } from "../fuzz/words.ts";
import { mulberry32, type Prng } from "../support/prng.ts";
import { PRIMARY } from "../../src/session/caller.ts";

const ROUNDS = Number(Deno.env.get("REPLAY_ROUNDS") ?? 16);
const COMMANDS = 1500;
const CLIENTS = 6;
/** The last of these only send commands that block. */
const WAITING = 3;
const START = 1_700_000_000_000;

/** What the groups of the fuzzer leave out, as no two servers agree about it. */
const MORE: Record<string, Templates> = {
  string: Templates.parse(`
    4 SET key value (EX|PX) soon
    2 GETEX key (EX|PX) soon
  `),
  list: Templates.parse(`
    BLPOP key key 0
    BRPOP key (0|0.05)
    BLMOVE key key LEFT RIGHT 0
    BLMPOP 0 keycount LEFT COUNT count
    BRPOPLPUSH key key 0.1
    10 RPUSH key manymembers
  `),
  set: Templates.parse(`
    6 SPOP key [count]
    SRANDMEMBER key [count]
    SORT key BY 'nosort' STORE key
  `),
  hash: Templates.parse(`
    6 HSET key (member value)+
    6 HEXPIRE key soon [NX|XX|GT|LT] FIELDS 1 member
    6 HPEXPIRE key soon FIELDS 2 member member
    2 HEXPIREAT key unixtime FIELDS 1 member
    2 HPERSIST key FIELDS 1 member
    HTTL key FIELDS 1 member
    HGETALL key
  `),
  zset: Templates.parse(`
    BZPOPMIN key key 0
    BZMPOP 0.05 keycount MAX COUNT count
    6 ZADD key manyscores
    ZRANDMEMBER key [count]
  `),
  // Ids that are made up go to a key of their own: those that are given would all be smaller.
  stream: Templates.parse(`
    6 XADD k5 [MAXLEN [~] limit] * member value
    3 XADD k5 [NOMKSTREAM] * (member value)+
    2 XGROUP CREATE k5 group (0|$) MKSTREAM
    6 XREADGROUP GROUP group consumer [COUNT count] [NOACK] STREAMS k5 >
    2 XREADGROUP GROUP group consumer [NOACK] BLOCK 0 STREAMS k5 >
    2 XREADGROUP GROUP group consumer BLOCK 0 STREAMS key >
    XREAD BLOCK 10 STREAMS key $
    3 XAUTOCLAIM (k5|key) group consumer 10 0 [COUNT 3]
    4 XGROUP CREATE key group 0 MKSTREAM
    3 XCLAIM key group consumer 5 id+
    4 XACK key group id id id
    2 XDEL key id id
  `),
  expire: Templates.parse(`
    6 EXPIRE key soon
    3 PEXPIRE key soon
    2 EXPIREAT key soon
  `),
  generic: Templates.parse("FLUSHALL"),
};
/** Of these only one in twenty is sent, so that there are data to work on. */
const RARE = ["FLUSHALL", "FLUSHDB", "SELECT", "BLPOP", "BRPOP", "BZPOPMIN", "SWAPDB"];

/** What a client does, or what happens to all. */
type Step =
  | { readonly client: number; readonly args: readonly string[] }
  | { readonly passMs: number; readonly expire: boolean };

/** A server without sockets at a clock of its own. */
class Node extends TestParts {
  override readonly clock: ManualClock;

  constructor(startMs: number, seed: number) {
    const clock = new ManualClock(startMs);
    const config = new Config();
    config.assign("enable-debug-command", ["yes"]);
    super({
      clock,
      config,
      log: new Logger({ level: "nothing" }),
      registry: new Registry(allCommands),
      newTable: () => new ByteMap(),
      random: mulberry32(seed).next,
    });
    this.clock = clock;
    const { limits } = this.keyspace;
    Object.assign(limits, { hashMaxListpackEntries: 16, zsetMaxListpackEntries: 16 });
    Object.assign(limits, { setMaxListpackEntries: 16, setMaxIntsetEntries: 16 });
    Object.assign(limits, { streamNodeMaxEntries: 8 });
  }

  /** A client whose late replies go nowhere. */
  connect(): Client {
    const connection: Partial<ClientConnection> = {
      address: "127.0.0.1:1",
      isLocal: true,
      send: () => {},
      sendEncoded: () => {},
      close: () => {},
      resume: () => {},
    };
    return this.createClient(connection as ClientConnection);
  }

  /** All data as text, a line for each key. */
  dump(): string[] {
    const client = this.createClient(null);
    const lines: string[] = [];
    for (const db of this.keyspace.databases) {
      client.db = db;
      for (let entry = 0; entry < db.table.entryLimit; entry++) {
        if (!db.table.isLive(entry)) continue;
        const key = db.table.keyAt(entry);
        const value = db.table.valueAt(entry);
        const [digest] = this.execute(client, ["DEBUG", "DIGEST-VALUE", key]) as SimpleString[];
        lines.push(
          `${db.index} ${JSON.stringify(key)} ${digest.text} expires ${db.table.expireAt(entry)}` +
            (value instanceof HashValue ? fieldTimes(value) : "") +
            (value instanceof StreamValue ? this.#stream(client, key) : ""),
        );
      }
    }
    return lines.sort();
  }

  /** What the digest leaves out of a stream: groups, consumers, what is pending, counters. */
  #stream(client: Client, key: string): string {
    const reply = this.execute(client, ["XINFO", "STREAM", key, "FULL", "COUNT", "0"]);
    return JSON.stringify(plain(reply));
  }

  /** One hash over all data. */
  digest(): string {
    return (this.execute(this.createClient(null), ["DEBUG", "DIGEST"]) as SimpleString).text;
  }
}

function fieldTimes(hash: HashValue): string {
  return hash.fields().sort().map((field) => ` ${hash.getExpiry(field) ?? "-"}`).join("");
}

/** A reply without the times at which consumers were seen, which are those of the replay. */
function plain(reply: Reply): unknown {
  if (reply instanceof MapReply) {
    const kept: unknown[] = [];
    for (let i = 0; i < reply.flat.length; i += 2) {
      const name = reply.flat[i];
      if (name === "seen-time" || name === "active-time") continue;
      kept.push(name, plain(reply.flat[i + 1]));
    }
    return kept;
  }
  if (Array.isArray(reply)) return reply.filter((item) => !isIdleConsumer(item)).map(plain);
  return typeof reply === "bigint" ? `${reply}` : reply;
}

/** A consumer with nothing pending: those that never got anything are told to nobody. */
function isIdleConsumer(reply: Reply): boolean {
  if (!(reply instanceof MapReply)) return false;
  const at = reply.flat.indexOf("pel-count");
  return reply.flat.includes("seen-time") && reply.flat[at + 1] === 0;
}

/** Run steps on one engine. @returns it with the units that it journaled */
function live(steps: readonly Step[]): { node: Node; units: Effect[][] } {
  const node = new Node(START, 1);
  const units: Effect[][] = [];
  node.journal.subscribe((effects) => units.push([...effects]));
  const clients = Array.from({ length: CLIENTS }, () => node.connect());
  for (const step of steps) {
    if ("passMs" in step) {
      node.clock.advance(step.passMs);
      if (step.expire) expireStep(node.keyspace, 1000);
      continue;
    }
    // One that still waits has lost its patience.
    if (clients[step.client].blocked !== null) {
      node.clients.remove(clients[step.client]);
      clients[step.client] = node.connect();
    }
    node.execute(clients[step.client], [...step.args]);
  }
  return { node, units };
}

/** Run effects on another server, as a restart does. @returns it, and the effects that failed */
function replay(units: readonly (readonly Effect[])[]): { node: Node; failed: string[] } {
  const node = new Node(START + 10 ** 10, 2);
  node.keyspace.pauseExpiry();
  const client = node.createClient(null);
  client.caller = PRIMARY;
  const failed: string[] = [];
  for (const { db, args } of units.flat()) {
    client.select(db);
    const reply = node.execute(client, [...args]);
    if (reply instanceof ErrorReply || client.blocked !== null) {
      failed.push(
        `${db} ${args.join(" ")}: ${reply instanceof ErrorReply ? reply.text : "blocks"}`,
      );
    }
  }
  return { node, failed };
}

/** How the data differs after a replay; empty when all is well. */
function difference(steps: readonly Step[]): { units: Effect[][]; lines: string[] } {
  const { node, units } = live(steps);
  node.keyspace.pauseExpiry();
  const other = replay(units);
  if (other.failed.length > 0) return { units, lines: other.failed };
  const [mine, theirs] = [node.dump(), other.node.dump()];
  const lines = [
    ...mine.filter((line) => !theirs.includes(line)).map((line) => `live:     ${line}`),
    ...theirs.filter((line) => !mine.includes(line)).map((line) => `replayed: ${line}`),
  ];
  if (lines.length === 0) assertEquals(other.node.digest(), node.digest());
  return { units, lines };
}

/** The commands of one group, which mostly has keys of its own. */
interface Kind {
  readonly name: string;
  readonly templates: readonly Templates[];
}

function allKinds(): Kind[] {
  const known = new Set(allCommands.map(({ name }) => name.toUpperCase()));
  const { pubsub: _pubsub, transactions: _transactions, ...groups } = GROUPS;
  return Object.entries(groups).flatMap(([name, { templates }]) => {
    const unknown = [...templates.names].filter((name) => !known.has(name));
    const sent = templates.without(new Set(unknown));
    if (sent.isEmpty) return [];
    return { name, templates: name in MORE ? [sent, MORE[name]] : [sent] };
  });
}

/** What a client sends at once. */
function makeLine(kinds: readonly Kind[], context: WordContext): string[][] {
  const { random } = context;
  const { name, templates } = random.pick(kinds);
  const made = templates[random.int(4) > 0 ? 0 : templates.length - 1].next(context);
  const own = random.int(10) > 0;
  return made.flatMap(({ args }) => {
    if (RARE.includes(args[0].toUpperCase()) && random.int(20) > 0) return [];
    if (isRereading(args)) return [];
    return [args.map((word) => own && /^k[1-4]$/.test(word) ? `${name}:${word}` : word)];
  });
}

/**
 * Whether a consumer asks again for what it has pending. That counts as a delivery, and a real
 * server does not journal it either.
 */
function isRereading([name, ...args]: readonly string[]): boolean {
  const ids = args.slice(args.indexOf("STREAMS") + 1);
  return name.toUpperCase() === "XREADGROUP" &&
    ids.slice(ids.length / 2).some((id) => id !== ">");
}

function isWaiting([name, ...args]: readonly string[]): boolean {
  return /^B[RLZ]/i.test(name) || args.includes("BLOCK");
}

function makeSteps(kinds: readonly Kind[], random: Prng): Step[] {
  const context: WordContext = { random, clock: 1, ids: [], now: START };
  const steps: Step[] = [];
  while (steps.length < COMMANDS) {
    if (random.int(25) === 0) {
      steps.push({ passMs: random.int(60), expire: random.int(2) === 0 });
      continue;
    }
    let line = makeLine(kinds, context);
    if (random.int(20) === 0) {
      const inside = [...line, ...makeLine(kinds, context), ...makeLine(kinds, context)];
      line = [["MULTI"], ...inside, ["EXEC"]];
    }
    const waits = line.length === 1 && isWaiting(line[0]);
    const client = waits ? CLIENTS - WAITING + random.int(WAITING) : random.int(CLIENTS - WAITING);
    for (const args of line) steps.push({ client, args });
  }
  return steps;
}

function show(steps: readonly Step[]): string {
  return steps.map((step) =>
    "passMs" in step
      ? `  (${step.passMs} ms pass${step.expire ? ", keys expire" : ""})`
      : `  ${step.client}: ${step.args.map((word) => JSON.stringify(word)).join(" ")}`
  ).join("\n");
}

Deno.test("journal: the effects of random commands make the same data again", async () => {
  const kinds = allKinds();
  for (let seed = 1; seed <= ROUNDS; seed++) {
    const steps = makeSteps(kinds, mulberry32(seed));
    if (difference(steps).lines.length === 0) continue;
    const shrinker = new Shrinker(
      steps,
      (items) => difference(items).lines.length > 0 ? items.length - 1 : -1,
      2000,
    );
    await shrinker.drop();
    await shrinker.drop();
    const { units, lines } = difference(shrinker.items);
    const effects = units.flat().map(({ db, args }) => `  ${db} ${args.join(" ")}`).join("\n");
    throw new Error(
      `seed ${seed}:\n${show(shrinker.items)}\njournaled:\n${effects}\n${lines.join("\n")}`,
    );
  }
});

/** Commands of one client whose effects need care. */
const SINGLE = [
  "XADD k MAXLEN 9223372036854775807 * f v",
  "BITFIELD k OVERFLOW FAIL SET u1 107 -11",
  "SADD k a b c d e | SPOP k 2 | SPOP k",
  "SADD k a | SPOP k",
  "SET k 1.5 EX 100 | INCRBYFLOAT k 0.1 | GETEX k PX 5000",
  "HSET k f 1.5 | HINCRBYFLOAT k f 3e-17 | HPEXPIRE k 5000 FIELDS 1 f",
  "SADD k c a b | SORT k BY nosort ALPHA STORE l | SORT k ALPHA DESC STORE m",
  "XADD k * f v | XADD k * f v | XTRIM k MAXLEN ~ 1 | XGROUP CREATE k g 0 | " +
  "XREADGROUP GROUP g c STREAMS k > | XAUTOCLAIM k g d 0 0",
  "XADD k 1-1 f v | XGROUP CREATE k g 0 | XCLAIM k g c 0 1-1 RETRYCOUNT 9223372036854775807 FORCE",
  "SET a 1 | SELECT 3 | SET b 2 PX 1 | MOVE b 0 | SWAPDB 0 3 | COPY a c DB 5",
];

for (const line of SINGLE) {
  Deno.test(`journal: the effects make the same data again: ${line}`, () => {
    const steps = line.split(" | ").map((words) => ({ client: 0, args: words.split(" ") }));
    assertEquals(difference(steps).lines, []);
  });
}
