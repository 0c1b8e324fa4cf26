/**
 * The memory limits as the executor asks for them, on a heap whose figures the test sets.
 *
 * @module
 */

import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { ManualClock } from "../../src/clock/clock.ts";
import { allCommands } from "../../src/commands/mod.ts";
import { Config } from "../../src/config/config.ts";
import type { Client } from "../../src/session/client.ts";
import { TestParts } from "../support/parts.ts";
import type { Resources } from "../../src/observe/resources.ts";
import type { Host } from "../../src/commands/services.ts";
import { Registry } from "../../src/command/registry.ts";
import { ByteMap } from "../../src/keyspace/byte_map/byte_map.ts";
import type { HeapProbe, HeapSample } from "../../src/keyspace/heap_probe.ts";
import { applyConfig } from "../../src/lifecycle/apply_config.ts";
import { Logger } from "../../src/log/logger.ts";
import { mulberry32 } from "../support/prng.ts";
import { startServer } from "../../src/mod.ts";
import { RawClient } from "../support/raw_client.ts";
import { plain } from "./support.ts";

const MB = 1 << 20;
const QUEUED = "+QUEUED\r\n";
const OOM = "-OOM command not allowed when used memory > 'maxmemory'.";

class FakeHeap implements HeapProbe {
  readonly limit = 1000 * MB;
  readonly oldLimit = 1000 * MB;
  /** Of the old generation: what is reachable, and what is not. */
  live = 20 * MB;
  garbage = 0;
  collections = 0;

  sample(): HeapSample {
    const old = this.live + this.garbage;
    return { old, used: old, external: 0 };
  }

  collect(): boolean {
    this.collections++;
    this.garbage = 0;
    return true;
  }
}

class Subject extends TestParts {
  readonly heap: FakeHeap;
  override readonly clock: ManualClock;
  readonly client: Client;
  readonly effects: string[] = [];

  constructor(config: Record<string, string> = {}) {
    const heap = new FakeHeap();
    const clock = new ManualClock();
    super({
      clock,
      config: new Config(),
      log: new Logger({ level: "nothing" }),
      host: { resources: () => ({ resident: 0 }) as Resources } as Host,
      registry: new Registry(allCommands),
      newTable: () => new ByteMap(),
      random: mulberry32(1).next,
      heap,
    });
    this.heap = heap;
    this.clock = clock;
    this.client = this.createClient(null);
    this.config.onChange(["maxmemory"], () => this.memory.limitsChanged());
    for (const [name, value] of Object.entries({ loglevel: "nothing", ...config })) {
      this.set(name, value);
    }
    this.memory.started();
    this.journal.subscribe((effects) => {
      for (const { args } of effects) this.effects.push(args.slice(0, 2).join(" "));
    });
  }

  set(name: string, value: string): void {
    assertEquals(this.run(`CONFIG SET ${name} ${value}`), "+OK");
    applyConfig(this);
  }

  run(line: string): unknown {
    return plain(this.execute(this.client, line.split(" ")));
  }

  /** Set so many keys of 1 KB. @returns the replies that were not +OK */
  fill(count: number, from = 0): unknown[] {
    const value = "v".repeat(1000);
    const other: unknown[] = [];
    for (let i = 0; i < count; i++) {
      const reply = this.run(`SET key:${from + i} ${value}`);
      if (reply !== "+OK") other.push(reply);
    }
    return other;
  }
}

Deno.test("without a limit commands hardly ever come by", () => {
  const subject = new Subject();
  let visits = 0;
  const { look } = subject.memory;
  subject.memory.look = () => {
    visits++;
    look.call(subject.memory);
  };
  for (let i = 0; i < 1700; i++) subject.run("PING");
  assertEquals(visits, 100);
});

Deno.test("keys of maxmemory's worth stay, and the figure keeps to the limit", () => {
  const subject = new Subject({ "maxmemory-policy": "allkeys-lru" });
  subject.fill(1000);
  const thousand = subject.memory.meter.used;
  subject.set("maxmemory", String(thousand));
  for (let i = 1000; i < 5000; i++) {
    subject.clock.advance(100);
    assertEquals(subject.fill(1, i), []);
    assertLess(subject.memory.meter.used, thousand + 2048);
  }
  const { size, stats } = subject.keyspace;
  assertGreater(size, 900);
  assertEquals(size + stats.evictedKeys, 5000);
  // An eviction is journaled before the write that made it necessary.
  const last = subject.effects.slice(-2);
  assert(last[0].startsWith("DEL key:"), last[0]);
  assertEquals(last[1], "SET key:4999");
  subject.set("lazyfree-lazy-eviction", "yes");
  subject.fill(2, 5000);
  assert(subject.effects.at(-2)?.startsWith("UNLINK key:"));
});

Deno.test("eviction goes on without commands after the limit was lowered", () => {
  const subject = new Subject({ "maxmemory-policy": "allkeys-lru", maxmemory: "100mb" });
  subject.set("maxmemory-eviction-tenacity", "0");
  subject.fill(3000);
  const half = Math.floor(subject.memory.meter.used / 2);
  subject.set("maxmemory", String(half));
  assertGreater(subject.memory.meter.used, half * 1.9);
  subject.clock.advance(500);
  assertLess(subject.memory.meter.used, half + 1);
  assertGreater(subject.stats.evictionExceededMs, 0);
  assertEquals(subject.memory.currentExceededMs, 0);
});

Deno.test("nothing is evicted while writes are paused, nor on a replica", () => {
  const subject = new Subject({ "maxmemory-policy": "allkeys-lru" });
  subject.fill(100);
  subject.run("CLIENT PAUSE 1000 WRITE");
  subject.set("maxmemory", "1");
  assertEquals(subject.run("GET none"), null);
  assertEquals(subject.keyspace.size, 100);
  subject.run("CLIENT UNPAUSE");
  subject.keyspace.hideExpired("test", true);
  subject.run("GET none");
  assertEquals(subject.keyspace.size, 100);
  subject.keyspace.hideExpired("test", false);
  subject.run("GET none");
  assertEquals(subject.keyspace.size, 0);
});

Deno.test("garbage is collected before keys go for it", () => {
  const subject = new Subject({ "maxmemory-policy": "allkeys-lru", maxmemory: "100mb" });
  subject.run("RPUSH list a");
  subject.fill(100);
  subject.heap.garbage = 200 * MB;
  subject.clock.advance(200);
  assertEquals(subject.run("SET x y"), "+OK");
  assertEquals(subject.heap.collections, 1);
  assertEquals(subject.keyspace.stats.evictedKeys, 0);
  // What is not garbage has to go.
  subject.heap.live = 200 * MB;
  subject.clock.advance(200);
  subject.run("SET x y");
  assertGreater(subject.keyspace.stats.evictedKeys, 0);
});

Deno.test("a full heap refuses what needs memory until there is room", () => {
  const subject = new Subject();
  const { heap, clock, memory } = subject;
  subject.run("RPUSH list a b");
  heap.live = 700 * MB;
  heap.garbage = 150 * MB;
  clock.advance(200);
  memory.tick();
  assertEquals(subject.run("RPUSH list c"), 3);
  assertEquals(heap.collections, 1);
  heap.live = 810 * MB;
  clock.advance(200);
  memory.tick();
  assertEquals(subject.run("RPUSH list d"), OOM);
  assertEquals(subject.run("SET x y"), OOM);
  assertEquals(subject.run("LPOP list"), "a");
  assertEquals(subject.run("LLEN list"), 2);
  assertEquals(subject.run("MULTI"), "+OK");
  assertEquals(subject.run("RPUSH list e"), OOM);
  assertEquals(
    subject.run("EXEC"),
    "-EXECABORT Transaction discarded because of previous errors.",
  );
  // The deletion shows when garbage is collected, of which the guard takes care.
  assertEquals(subject.run("DEL list"), 1);
  heap.live = 600 * MB;
  heap.garbage = 210 * MB;
  clock.advance(200);
  memory.tick();
  assertEquals(heap.collections, 3);
  assertEquals(subject.run("RPUSH list f"), 1);
});

Deno.test("at the brim there is no waiting for a collection", () => {
  const subject = new Subject();
  const { heap, clock, memory } = subject;
  heap.collect = () => {
    clock.advance(100);
    return true;
  };
  heap.live = 850 * MB;
  memory.tick();
  assertEquals(subject.run("SET x y"), OOM);
  heap.live = 500 * MB;
  memory.tick();
  assertEquals(subject.run("SET x y"), "+OK");
  // So soon after the last one none is run, and what it may be is not told from garbage.
  heap.live = 880 * MB;
  memory.tick();
  assertEquals(subject.run("SET x y"), "+OK");
  heap.live = 910 * MB;
  memory.tick();
  assertEquals(subject.run("SET x y"), OOM);
});

Deno.test("with a policy a full heap is relieved of objects", () => {
  const subject = new Subject({ "maxmemory-policy": "allkeys-lru" });
  const { heap, clock, memory } = subject;
  const element = "e".repeat(10_000);
  for (let i = 0; i < 200; i++) {
    subject.run(`RPUSH list:${i} ${Array(100).fill(element).join(" ")}`);
  }
  subject.fill(200);
  heap.live = 820 * MB;
  clock.advance(200);
  memory.tick();
  assert(memory.heapFull);
  assertEquals(subject.run("RPUSH more x"), 1);
  const lists = subject.keyspace.size - 200;
  // 60 MB had to go, by 1 MB each.
  assertGreater(lists, 130);
  assertLess(lists, 150);
});

Deno.test("when clients take too much the largest are closed", async () => {
  await using server = await startServer({ port: 0, config: { "maxmemory-clients": "3mb" } });
  await using small = await RawClient.connect(server.port);
  await using large = await RawClient.connect(server.port);
  await using spared = await RawClient.connect(server.port);
  await spared.call("CLIENT", "NO-EVICT", "on");
  for (const client of [spared, large]) {
    await client.call("MULTI");
    for (let i = 0; i < 20; i++) {
      assertEquals(await client.call("ECHO", "x".repeat(100_000)), QUEUED);
    }
  }
  assertEquals(await small.call("PING"), "+PONG\r\n");
  await small.call("MULTI");
  assertEquals(await small.call("ECHO", "x".repeat(1_500_000)), QUEUED);
  assert(await large.closedByPeer());
  assertEquals(await spared.call("PING"), QUEUED);
  assertEquals(await small.call("PING"), QUEUED);
  await small.call("DISCARD");
  assert((await small.call("INFO", "stats")).includes("evicted_clients:1\r\n"));
});
