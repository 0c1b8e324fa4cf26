/**
 * Three real sentinels watch a primary and two replicas, kill -9 comes under load, and a replica
 * takes over: with Redeno as the one that dies, the one that wins, and the one that follows.
 *
 * One test runs always, the rest with `SENTINEL_FULL=1` (`deno task test:sentinel`).
 * `SENTINEL_SELF=1` puts real servers everywhere, which tells whether the tests are sound.
 *
 * @module
 */

import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import { findRedisServer } from "../support/servers.ts";
import {
  DOWN_AFTER_MS,
  FAILOVER_TIMEOUT_MS,
  fieldsOf,
  Group,
  type GroupOptions,
  type Kind,
  Load,
  type Node,
} from "./sentinel.ts";

const SELF = Deno.env.get("SENTINEL_SELF") === "1";
const FULL = Deno.env.get("SENTINEL_FULL") === "1";

/** Longest wait for a new primary: enough for what {@linkcode Group.excuseMs} excuses. */
const PATIENCE_MS = 60_000;

/** Tell what happened on the way. */
const VERBOSE = Deno.env.get("SENTINEL_VERBOSE") === "1";

interface Options {
  /** Run only with SENTINEL_FULL=1. */
  full: boolean;
}

function sentinelTest(
  name: string,
  { full }: Options,
  options: GroupOptions,
  run: (group: Group) => Promise<void>,
): void {
  const why = findRedisServer() === undefined
    ? " (ignored: no redis-server on PATH)"
    : full && !FULL
    ? " (ignored: SENTINEL_FULL is not 1)"
    : "";
  Deno.test({
    name: `sentinel: ${name}${why}`,
    ignore: why !== "",
    // ioredis leaves timers behind when it disconnects.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      const kinds = options.kinds.map((kind): Kind => SELF ? "redis" : kind);
      await using group = await Group.create({ ...options, kinds });
      await run(group);
    },
  });
}

function say(text: string): void {
  if (VERBOSE) console.log(text);
}

/** Until a load has that many more acknowledged writes. */
async function progress(group: Group, load: Load, writes: number): Promise<void> {
  const from = load.acknowledged.length;
  await group.until(
    () => load.acknowledged.length >= from + writes,
    `${writes} acknowledged writes`,
  );
}

/**
 * The primary dies; the sentinels have to make another one in time.
 *
 * @param expected which; undefined when any will do
 * @returns the new primary
 */
async function failover(
  group: Group,
  load: Load,
  from: Node,
  expected: Node | undefined,
): Promise<Node> {
  const replicas = group.servers.filter((server) => server !== from);
  await from.end("SIGKILL");
  const begin = performance.now();
  // Where they stand: nothing comes any more, and the sentinels still wait.
  const position = new Map<Node, number>();
  for (const replica of replicas) {
    position.set(
      replica,
      await group.until(async () => {
        const info = await replica.info("replication");
        return info.get("master_link_status") === "down" && Number(info.get("slave_repl_offset"));
      }, `${replica.name} has lost its primary`),
    );
  }
  const winner = await group.switched(from, PATIENCE_MS);
  const tookMs = performance.now() - begin;
  say(`${from.name} died, ${winner.name} was named after ${Math.round(tookMs)} ms`);
  if (expected !== undefined) assertEquals(winner.name, expected.name);
  load.replicas = Math.min(load.replicas, replicas.length - 1);
  const limit = DOWN_AFTER_MS + FAILOVER_TIMEOUT_MS + group.excuseMs;
  assert(tookMs < limit, `it took ${tookMs} ms\n${group.logs()}`);
  await progress(group, load, 50);

  // The others go on from where they were, if the new primary had got as far.
  const others = replicas.filter((replica) => replica !== winner);
  await group.linked(winner, others);
  const reached = others.filter((one) => position.get(one)! <= position.get(winner)!).length;
  const stats = await winner.info("stats");
  assertEquals(stats.get("sync_partial_ok"), `${reached}`, group.logs());
  assertEquals(stats.get("sync_full"), `${others.length - reached}`, group.logs());
  say(`${reached} of ${others.length} went on without a full synchronisation`);
  return winner;
}

/** The former primary starts as it was configured; the sentinels make it a replica. */
async function comeBack(group: Group, node: Node, primary: Node): Promise<void> {
  await node.start();
  await group.linked(primary, group.servers.filter((server) => server !== primary));
  // The sentinels had it write down its new role.
  await group.until(async () => {
    return new RegExp(`^(replica|slave)of 127\\.0\\.0\\.1 ${primary.port}$`, "m")
      .test(await node.readConfig());
  }, `${node.name} has written its configuration`);
}

/** Stop the load: nothing acknowledged is lost anywhere, and all have the same data. */
async function settle(group: Group, load: Load): Promise<void> {
  await load.stop();
  say(`${load.acknowledged.length} acknowledged, ${load.doubtful} doubtful`);
  for (const [text, count] of load.errors) say(`  ${count} x ${text}`);
  await group.level();
  const [digest, ...others] = await group.digests();
  assertMatch(digest, /^(?!0+$)[0-9a-f]{40}$/);
  for (const other of others) assertEquals(other, digest);
  for (const server of group.servers) assertEquals(await load.lost(server), [], server.name);
  assertGreater(load.acknowledged.length, 100);
}

/**
 * The whole story: kill, switch, come back, and once more from its file alone.
 *
 * @param winner index of the replica whose priority makes it win; undefined when none does
 */
async function killAndComeBack(group: Group, winner?: number): Promise<void> {
  const [old] = group.servers;
  // Chosen for its priority, a replica may be behind another one: then only what both have is
  // safe. Otherwise the sentinels choose the one that has got furthest, and what one has is safe.
  const load = new Load(group.client(), winner === undefined ? 1 : 2);
  await progress(group, load, 100);
  const expected = winner === undefined ? undefined : group.servers[winner];
  const primary = await failover(group, load, old, expected);
  await comeBack(group, old, primary);
  await progress(group, load, 50);
  await settle(group, load);
  // Its file says now whom to follow: it does not need the sentinels for that.
  await old.end("SIGTERM");
  await old.start();
  assertEquals((await old.info("replication")).get("role"), "slave");
  await group.linked(primary, group.servers.filter((server) => server !== primary));
}

sentinelTest(
  "a Redeno primary is killed, a Redeno replica takes over from it",
  { full: false },
  { kinds: ["redeno", "redis", "redeno"], priorities: [100, 50, 10] },
  (group) => killAndComeBack(group, 2),
);

sentinelTest(
  "a Redeno primary is killed, a real replica takes over from it",
  { full: true },
  { kinds: ["redeno", "redis", "redeno"], priorities: [100, 10, 50] },
  (group) => killAndComeBack(group, 1),
);

sentinelTest(
  "a real primary is killed, a Redeno replica takes over from it",
  { full: true },
  { kinds: ["redis", "redeno", "redis"], priorities: [100, 10, 50] },
  (group) => killAndComeBack(group, 1),
);

sentinelTest(
  "a Redeno primary is killed, the replica that has got furthest takes over from it",
  { full: true },
  { kinds: ["redeno", "redeno", "redis"], priorities: [100, 100, 100] },
  (group) => killAndComeBack(group),
);

sentinelTest(
  "with passwords and append-only files",
  { full: true },
  {
    kinds: ["redeno", "redeno", "redis"],
    priorities: [100, 10, 50],
    password: "kite",
    config: "appendonly yes\n",
  },
  (group) => killAndComeBack(group, 1),
);

sentinelTest(
  "a Redeno primary shuts down in order, and no answered write is lost",
  { full: true },
  { kinds: ["redeno", "redis", "redeno"], priorities: [100, 50, 10] },
  async (group) => {
    const [old, other, primary] = group.servers;
    // It lets its replicas catch up before it ends: an answer is enough, nobody has to wait.
    const load = new Load(group.client(), 0);
    await progress(group, load, 1000);
    await old.end("SIGTERM");
    const answered = load.acknowledged.length;
    for (const replica of [other, primary]) {
      await group.until(async () => {
        return (await replica.info("replication")).get("master_link_status") === "down";
      }, `${replica.name} has lost its primary`);
      assertEquals(await load.lost(replica), [], replica.name);
    }
    say(`${answered} writes were answered`);
    assertEquals((await group.switched(old, PATIENCE_MS)).name, primary.name);
    await progress(group, load, 50);
    await comeBack(group, old, primary);
    await settle(group, load);
  },
);

sentinelTest(
  "a Redeno primary hangs, is replaced, and wakes up with writes that nobody else has",
  { full: true },
  { kinds: ["redeno", "redis", "redeno"], priorities: [100, 50, 10] },
  async (group) => {
    const [old, , primary] = group.servers;
    // Nobody closes the connection to a process that is stopped: the sentinels tell the client.
    const load = new Load(group.client({ failoverDetector: true }), 2);
    await progress(group, load, 100);
    old.signal("SIGSTOP");
    const stray = await old.connect();
    // The system takes it in for the process, which runs it when it wakes up.
    await stray.send("SET", "stray", "1");
    const switched = await group.switched(old, PATIENCE_MS);
    assertEquals(switched.name, primary.name);
    load.replicas = 1;
    await progress(group, load, 50);
    old.signal("SIGCONT");
    assertEquals(await stray.readReply(), "+OK\r\n");
    await stray.close();
    await group.linked(primary, group.servers.filter((server) => server !== primary));
    await progress(group, load, 50);
    await settle(group, load);
    assertEquals(await old.raw("GET", "stray"), "$-1\r\n");
  },
);

sentinelTest(
  "SENTINEL FAILOVER by hand, forth and back",
  { full: true },
  { kinds: ["redeno", "redis", "redeno"], priorities: [100, 10, 50] },
  async (group) => {
    // The old primary takes writes until it is told, and one replica follows it till then: only
    // what both replicas have cannot be lost, with real servers neither.
    const load = new Load(group.client(), 2);
    let [primary] = group.servers;
    for (const next of [group.servers[1], group.servers[0], group.servers[2]]) {
      await progress(group, load, 100);
      for (const server of group.servers) {
        await server.text("CONFIG", "SET", "replica-priority", server === next ? "10" : "100");
      }
      await group.until(async () => {
        for (const sentinel of group.sentinels) {
          const { items = [] } = await sentinel.call("SENTINEL", "REPLICAS", "mymaster");
          const known = items.map(fieldsOf);
          const best = known.find((one) => one.get("slave-priority") === "10");
          if (best?.get("port") !== `${next.port}`) return false;
        }
        return true;
      }, "the sentinels know the priorities");
      await group.until(async () => {
        const reply = await group.sentinels[1].raw("SENTINEL", "FAILOVER", "mymaster");
        return reply === "+OK\r\n";
      }, "the failover is accepted");
      const switched = await group.switched(primary, FAILOVER_TIMEOUT_MS);
      assertEquals(switched.name, next.name);
      await group.linked(next, group.servers.filter((server) => server !== next));
      primary = next;
    }
    await progress(group, load, 100);
    await settle(group, load);
  },
);
