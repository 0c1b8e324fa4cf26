/**
 * Single commands on one collection of a million elements, beside a real server: what costs more
 * than it should when a collection is large shows here, and nowhere in a benchmark of small keys.
 *
 *     deno run -A tests/bench/structures.ts [--elements 1000000] [--only ZRANK,LINSERT]
 *
 * The collections are filled before the measurement, one type after the other; both servers hold
 * the same elements, and each round sends both the same number of commands.
 *
 * @module
 */

import { digits, feed } from "./support/feed.ts";
import { compare, type Effort, type ServerFigures } from "./support/measure.ts";
import { program } from "./support/options.ts";
import { runBenchmark } from "./support/redis_benchmark.ts";
import { keepFigures, RESULTS_PATH } from "./support/results.ts";
import { decimal, formatTable, ratioText, whole } from "./support/table.ts";
import { LABELS, type TargetKind, TargetSet } from "./support/targets.ts";

const KINDS: TargetKind[] = ["redis", "redeno"];
const LOAD = { pipeline: 16, clients: 50 };
/** Elements that one command of the filling brings. */
const TOGETHER = 200;
/** Steps through all elements in an order that looks random: a prime that divides no round size. */
const STRIDE = 612_373;

/** A collection, and the commands to run on it. */
interface Structure {
  /** The command that brings elements, without them. */
  fill: string[];
  /** What element number `i` of `n` is, in words of that command. */
  element(i: number, n: number): string[];
  /** Whether a command can bring several elements. */
  single?: boolean;
  commands: Record<string, Case>;
}

/** One command under load; `__rand_int__` becomes a number below that of the elements. */
interface Case {
  args(n: number): string[];
  /** Requests of the first trial, where a command takes long on any server. */
  trial?: number;
}

/** A case measured. */
interface Point {
  command: string;
  servers: Partial<Record<TargetKind, ServerFigures>>;
}

const NAME = "element:__rand_int__";
const middle = (n: number, offset = 0) => `${Math.floor(n / 2) + offset}`;

const STRUCTURES: Structure[] = [
  {
    fill: ["ZADD", "zset"],
    element: (i, n) => [`${(i * STRIDE) % n}`, `element:${digits(i)}`],
    commands: {
      "ZRANK": { args: () => ["ZRANK", "zset", NAME] },
      "ZSCORE": { args: () => ["ZSCORE", "zset", NAME] },
      "ZRANGE, middle, 10": { args: (n) => ["ZRANGE", "zset", middle(n), middle(n, 9)] },
      "ZRANGEBYSCORE LIMIT 0 10": {
        args: () => ["ZRANGEBYSCORE", "zset", "__rand_int__", "+inf", "LIMIT", "0", "10"],
      },
      "ZRANGEBYSCORE LIMIT 1000 10": {
        args: () => ["ZRANGEBYSCORE", "zset", "-inf", "+inf", "LIMIT", "1000", "10"],
      },
      "ZCOUNT": { args: () => ["ZCOUNT", "zset", "__rand_int__", "+inf"] },
      "ZADD, moving": { args: () => ["ZADD", "zset", "__rand_int__", NAME] },
      "ZPOPMIN": { args: () => ["ZPOPMIN", "zset"] },
    },
  },
  {
    fill: ["RPUSH", "list"],
    element: (i) => [`element:${digits(i)}`],
    commands: {
      "LINDEX, middle": { args: (n) => ["LINDEX", "list", middle(n)] },
      "LRANGE, middle, 100": { args: (n) => ["LRANGE", "list", middle(n), middle(n, 99)] },
      "LSET, middle": { args: (n) => ["LSET", "list", middle(n, 100), "element:changed"] },
      "LINSERT, middle": {
        args: (n) => ["LINSERT", "list", "BEFORE", `element:${digits(n >> 1)}`, "new"],
        trial: 20,
      },
      "LPOP": { args: () => ["LPOP", "list"] },
    },
  },
  {
    fill: ["SADD", "set"],
    element: (i) => [`element:${digits(i)}`],
    commands: {
      "SISMEMBER": { args: () => ["SISMEMBER", "set", NAME] },
      "SRANDMEMBER": { args: () => ["SRANDMEMBER", "set"] },
      "SRANDMEMBER 10": { args: () => ["SRANDMEMBER", "set", "10"] },
      "SPOP": { args: () => ["SPOP", "set"] },
      "SREM": { args: () => ["SREM", "set", NAME] },
    },
  },
  {
    fill: ["HSET", "hash"],
    element: (i) => [`element:${digits(i)}`, `value:${i}`],
    commands: {
      "HGET": { args: () => ["HGET", "hash", NAME] },
      "HSET, overwriting": { args: () => ["HSET", "hash", NAME, "another value"] },
      "HRANDFIELD": { args: () => ["HRANDFIELD", "hash"] },
      "HSCAN COUNT 10": { args: () => ["HSCAN", "hash", "0", "COUNT", "10"] },
      "HDEL": { args: () => ["HDEL", "hash", NAME] },
    },
  },
  {
    fill: ["XADD", "stream"],
    element: (i) => [`${i + 1}-0`, "field", `value:${i}`],
    single: true,
    commands: {
      "XRANGE COUNT 10": {
        args: () => ["XRANGE", "stream", "__rand_int__", "+", "COUNT", "10"],
      },
      "XREVRANGE COUNT 10": {
        args: () => ["XREVRANGE", "stream", "__rand_int__", "-", "COUNT", "10"],
      },
      "XREAD COUNT 10": {
        args: () => ["XREAD", "COUNT", "10", "STREAMS", "stream", "__rand_int__"],
      },
      "XDEL": { args: () => ["XDEL", "stream", "__rand_int__"] },
      "XADD": { args: () => ["XADD", "stream", "*", "field", "value"] },
      "XADD MAXLEN ~": {
        args: (n) => ["XADD", "stream", "MAXLEN", "~", `${n}`, "*", "field", "value"],
      },
    },
  },
];

/** The commands that fill a collection with `n` elements. */
function* filling({ fill, element, single }: Structure, n: number): Generator<string[]> {
  const together = single === true ? 1 : TOGETHER;
  for (let i = 0; i < n; i += together) {
    const command = [...fill];
    for (let j = i; j < Math.min(i + together, n); j++) command.push(...element(j, n));
    yield command;
  }
}

/** Measures one structure's commands, those that were asked for. */
async function measure(
  targets: TargetSet,
  structure: Structure,
  { elements, only, effort }: { elements: number; only: readonly string[]; effort: Effort },
): Promise<Point[]> {
  const wanted = Object.entries(structure.commands).filter(([name]) => only.includes(name));
  if (wanted.length === 0) return [];
  for (const target of targets.list) {
    await target.call("FLUSHALL");
    await feed(target.port, filling(structure, elements));
  }
  const points: Point[] = [];
  for (const [command, { args, trial }] of wanted) {
    const { servers } = await compare(targets.list, {
      run: ({ port }, requests) =>
        runBenchmark({
          port,
          ...LOAD,
          requests,
          keys: elements,
          command: args(elements),
          limitMs: 60_000,
        }),
      trial: trial ?? 500,
    }, effort);
    points.push({ command, servers });
    const rates = KINDS.map((kind) =>
      `${LABELS[kind]} ${whole(servers[kind]?.rps.median ?? NaN)}/s`
    );
    console.error(`${command}: ${rates.join(", ")}`);
  }
  return points;
}

function row({ command, servers }: Point): string[] {
  const cpu = KINDS.map((kind) => {
    const times = servers[kind]?.cpuPerMillion;
    return times === undefined ? undefined : times.user + times.system;
  });
  return [
    command,
    ...KINDS.map((kind) => whole(servers[kind]?.rps.median ?? NaN)),
    ...cpu.map((seconds) => decimal(seconds)),
    decimal(cpu[0] === undefined || !cpu[1] ? null : cpu[0] / cpu[1]),
    ratioText(servers.redeno?.ratio),
  ];
}

if (import.meta.main) {
  const names = STRUCTURES.flatMap(({ commands }) => Object.keys(commands));
  await program({
    values: ["elements", "only", "rounds", "seconds", "out"],
    flags: ["no-write"],
    usage: `deno run -A tests/bench/structures.ts [options]
  --elements NUMBER  of each collection, default 1000000
  --only WORDS       commands, by the first word of ${names.join("; ")}
  --rounds NUMBER    default 3
  --seconds NUMBER   wanted length of a round, default 0.2
  --out FILE         default tests/bench/results.json
  --no-write         print only`,
  }, async (options) => {
    const elements = options.number("elements", 1_000_000);
    const words = [...new Set(names.map((name) => name.split(/[ ,]/)[0]))];
    const chosen = options.words("only", words, words);
    const only = names.filter((name) => chosen.includes(name.split(/[ ,]/)[0]));
    const effort = {
      rounds: options.number("rounds", 3),
      seconds: options.number("seconds", 0.2),
    };
    await using targets = await TargetSet.start(KINDS);
    const points: Point[] = [];
    for (const structure of STRUCTURES) {
      points.push(...await measure(targets, structure, { elements, only, effort }));
    }
    console.log(
      `collections of ${whole(elements)} elements, ${LOAD.clients} connections, pipelines of ` +
        `${LOAD.pipeline}; CPU is seconds for a million commands\n`,
    );
    const heading = [
      ...KINDS.map((kind) => `${LABELS[kind]}/s`),
      ...KINDS.map((kind) => `${LABELS[kind]} CPU`),
    ];
    console.log(formatTable(["command", ...heading, "CPU ratio", "ratio"], points.map(row)));
    const path = options.flag("no-write") ? undefined : options.text("out") ?? RESULTS_PATH;
    await keepFigures(path, "structures", { elements, ...effort, points });
  });
}
