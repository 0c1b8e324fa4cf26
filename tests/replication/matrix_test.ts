/**
 * Servers of both makes as primaries and replicas of each other, under load, with the ways to
 * synchronise that the configuration offers: at the end all hold the same.
 *
 * REPL_WRITES sets the number of writes of one row, REPL_SEED what is written; REPL_ALL=1 runs all
 * combinations.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { assertEqualData, HAS_REDIS, type Make, Node, setting, untilSynced } from "./support.ts";
import { Writer } from "./writer.ts";
import { until } from "../support/until.ts";
import { logsOf } from "./support.ts";

const WRITES = setting("REPL_WRITES", 5000);
const FIRST_SEED = setting("REPL_SEED", 1000);
const ALL = setting("REPL_ALL", 0) === 1;

/** A server that follows another one of its row. */
interface Follower {
  make: Make;
  /** Whom it follows: 0 is the primary, 1 the first follower. */
  of: number;
  /** Before the load begins, or in its middle. */
  attach: "before" | "amid";
  args?: string[];
}

/** Servers that are tested together. */
interface Row {
  name: string;
  primary: { make: Make; args?: string[] };
  followers: Follower[];
}

const SWAPDB = ["--repl-diskless-load", "swapdb"];
const ON_EMPTY = ["--repl-diskless-load", "on-empty-db"];
const AOF = ["--appendonly", "yes"];
const DISK = ["--repl-diskless-sync", "no"];

const ROWS: Row[] = [
  {
    name: "real → Redeno",
    primary: { make: "real" },
    followers: [
      { make: "redeno", of: 0, attach: "before", args: AOF },
      { make: "redeno", of: 0, attach: "amid", args: SWAPDB },
    ],
  },
  {
    name: "Redeno → real",
    primary: { make: "redeno" },
    followers: [
      { make: "real", of: 0, attach: "before" },
      { make: "real", of: 0, attach: "amid", args: SWAPDB },
    ],
  },
  {
    name: "Redeno → Redeno, by way of files",
    primary: { make: "redeno", args: DISK },
    followers: [
      { make: "redeno", of: 0, attach: "before", args: ON_EMPTY },
      { make: "redeno", of: 0, attach: "amid", args: AOF },
    ],
  },
  {
    name: "real → Redeno → real",
    primary: { make: "real", args: DISK },
    followers: [
      { make: "redeno", of: 0, attach: "before" },
      { make: "real", of: 1, attach: "amid" },
    ],
  },
  ...ALL ? allRows() : [],
];

/** Every pair with every setting, and further chains. */
function allRows(): Row[] {
  const rows: Row[] = [];
  const pairs: [Make, Make][] = [["real", "redeno"], ["redeno", "real"], ["redeno", "redeno"]];
  for (const [primary, replica] of pairs) {
    for (const sync of [DISK, []]) {
      for (const load of [[], SWAPDB, ON_EMPTY]) {
        for (const aof of [[], AOF]) {
          const args = [...load, ...aof];
          rows.push({
            name: [primary, ...sync, "→", replica, ...args].join(" "),
            primary: { make: primary, args: [...sync, ...aof] },
            followers: [
              { make: replica, of: 0, attach: "before", args },
              { make: replica, of: 0, attach: "amid", args },
            ],
          });
        }
      }
    }
  }
  const chains: Make[][] = [
    ["real", "redeno", "real"],
    ["redeno", "real", "redeno"],
    ["redeno", "redeno", "redeno"],
    ["real", "redeno", "redeno"],
    ["redeno", "redeno", "real"],
  ];
  for (const [primary, middle, last] of chains) {
    for (const attach of ["before", "amid"] as const) {
      rows.push({
        name: `${primary} → ${middle} (${attach}) → ${last}`,
        primary: { make: primary },
        followers: [
          { make: middle, of: 0, attach },
          { make: last, of: 1, attach: "before" },
          { make: last, of: 1, attach: "amid" },
        ],
      });
    }
  }
  return rows;
}

async function run(row: Row, seed: number): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const { make, args } = row.primary;
  const primary = stack.use(await Node.start("primary", make, args));
  const nodes = [primary];
  for (const [i, { make, args }] of row.followers.entries()) {
    nodes.push(stack.use(await Node.start(`replica ${i + 1}`, make, args)));
  }
  const replicas = nodes.slice(1);
  const attach = async (when: Follower["attach"]) => {
    for (const [i, follower] of row.followers.entries()) {
      if (follower.attach !== when) continue;
      // What a replica has of its own must go.
      if (when === "amid") await replicas[i].call("MSET", "own", "1", "s:1", "own");
      await replicas[i].follow(nodes[follower.of].server.port);
    }
  };

  await attach("before");
  const writer = stack.use(await Writer.start(primary.server, seed));
  await writer.run(WRITES / 3);
  await attach("amid");
  let linked = false;
  const linking = until(
    async () => (await Promise.all(replicas.map((node) => node.linked()))).every(Boolean),
    "links up",
    { logs: () => logsOf(nodes), timeoutMs: 60_000 },
  ).finally(() => linked = true);
  await Promise.all([linking, writer.run(WRITES / 3, () => linked)]);
  await writer.run(WRITES / 3);

  await assertEqualData(primary, replicas, 60_000);
  assert(writer.refused < writer.written / 8, `${writer.refused} of ${writer.written} refused`);
  await reload(primary, replicas, row);
}

/** What the replicas have on disk is what they have in memory. */
async function reload(primary: Node, replicas: Node[], row: Row): Promise<void> {
  const kept = replicas.filter((_, i) => row.followers[i].args?.includes("--appendonly"));
  for (const replica of kept) {
    const idle = async () => {
      const info = await replica.info("persistence");
      return info.get("aof_enabled") === "1" && info.get("aof_rewrite_in_progress") === "0" &&
        info.get("aof_rewrite_scheduled") === "0";
    };
    await until(idle, "the rewrite of the append-only file", { logs: () => logsOf([replica]) });
    assertEquals((await replica.call("DEBUG", "LOADAOF")).text, "OK");
  }
  if (kept.length > 0) {
    await untilSynced(primary, kept);
    await assertEqualData(primary, kept);
  }
}

for (const [i, row] of ROWS.entries()) {
  const needsRedis = [row.primary, ...row.followers].some(({ make }) => make === "real");
  const ignore = needsRedis && !HAS_REDIS;
  Deno.test({
    name: `replication: ${row.name}${ignore ? " (no redis-server on PATH)" : ""}`,
    ignore,
    fn: () => run(row, FIRST_SEED + i),
  });
}
