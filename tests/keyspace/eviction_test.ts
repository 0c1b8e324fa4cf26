/**
 * Which keys eviction takes: how near it comes to the true order, what it spares, and when it ends.
 *
 * @module
 */

import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { ManualClock } from "../../src/clock/clock.ts";
import { ByteMap } from "../../src/keyspace/byte_map/byte_map.ts";
import type { Database } from "../../src/keyspace/database.ts";
import { evictionBudgetMs, type EvictionPolicy, Evictor } from "../../src/keyspace/eviction.ts";
import { EvictionPool } from "../../src/keyspace/eviction_pool.ts";
import type { HeapProbe, HeapSample } from "../../src/keyspace/heap_probe.ts";
import { Keyspace } from "../../src/keyspace/keyspace.ts";
import { MemoryMeter } from "../../src/keyspace/memory.ts";
import { ListValue } from "../../src/values/list.ts";
import { defaultLimits } from "../../src/values/limits.ts";
import { mulberry32 } from "../support/prng.ts";

const MB = 1 << 20;

/** A heap whose figures the test sets. */
class FakeHeap implements HeapProbe {
  readonly limit = 1000 * MB;
  readonly oldLimit = 1000 * MB;
  now: HeapSample = { old: 20 * MB, used: 30 * MB, external: 0 };
  /** What is left of the old generation after a collection. */
  live = 20 * MB;
  collections = 0;

  sample(): HeapSample {
    return { ...this.now };
  }

  collect(): boolean {
    this.collections++;
    this.now = { ...this.now, old: this.live };
    return true;
  }
}

/** A keyspace that remembers what is evicted. */
class Subject {
  readonly clock = new ManualClock();
  readonly heap = new FakeHeap();
  readonly log: string[] = [];
  readonly keyspace: Keyspace;
  readonly meter: MemoryMeter;
  readonly evictor: Evictor;

  constructor(seed = 1) {
    this.keyspace = new Keyspace({
      clock: this.clock,
      databases: 4,
      newTable: () => new ByteMap(),
      random: mulberry32(seed).next,
    });
    this.keyspace.listeners.notified = -1;
    this.keyspace.listeners.set({
      modified: (_db, key) => void this.log.push(`modified ${key}`),
      notify: (_db, _class, event, key) => {
        if (event !== "new") this.log.push(`${event} ${key}`);
      },
      evicted: (db, key) => void this.log.push(`journal ${db.index} ${key}`),
    }, true);
    this.meter = new MemoryMeter({
      keyspace: this.keyspace,
      clock: this.clock,
      heap: this.heap,
      clientBytes: () => 0,
    });
    this.evictor = new Evictor(this.keyspace, this.meter);
  }

  get db(): Database {
    return this.keyspace.databases[0];
  }

  /** Evict keys until so many are left. */
  shrinkTo(size: number, policy: EvictionPolicy, samples = 5) {
    const settings = { policy, samples, tenacity: 100 };
    return this.evictor.step(settings, () => this.keyspace.size - size);
  }

  /** Add the keys `k0` … in this order, one a second. */
  fill(count: number, each: (i: number) => void = () => {}): void {
    this.keyspace.access.lfu = false;
    for (let i = 0; i < count; i++) {
      this.clock.advance(1000);
      this.db.add(`k${i}`, `value ${i}`);
      each(i);
    }
  }

  /** Numbers of the keys that are left. */
  left(): number[] {
    const numbers: number[] = [];
    this.db.forEach((key) => void numbers.push(Number(key.slice(1))));
    return numbers;
  }
}

/** The share of numbers that are at least `from`. */
function share(numbers: number[], from: number): number {
  return numbers.filter((n) => n >= from).length / numbers.length;
}

Deno.test("the pool keeps the sixteen best, each once, the best on top", () => {
  const { db } = new Subject();
  const pool = new EvictionPool();
  const { next } = mulberry32(3);
  const scores = Array.from({ length: 200 }, () => Math.floor(next() * 1000));
  scores.forEach((score, i) => {
    if (!pool.accepts(score)) return;
    pool.add({ db, key: `k${i}`, score });
    pool.add({ db, key: `k${i}`, score });
  });
  const best = scores.toSorted((a, b) => b - a).slice(0, 16);
  const got: number[] = [];
  for (let one = pool.take(); one !== undefined; one = pool.take()) got.push(one.score);
  assertEquals(got, best);
});

Deno.test("allkeys-lru takes what was idle longest, nearly", () => {
  const subject = new Subject();
  subject.fill(4000);
  assertEquals(subject.shrinkTo(2000, "allkeys-lru"), "done");
  const five = share(subject.left(), 2000);
  assertGreater(five, 0.85);
  const thorough = new Subject();
  thorough.fill(4000);
  thorough.shrinkTo(2000, "allkeys-lru", 50);
  assertGreater(share(thorough.left(), 2000), Math.max(five, 0.97));
});

Deno.test("allkeys-lru spares a key that was read since it became a candidate", () => {
  const subject = new Subject();
  subject.fill(200);
  subject.shrinkTo(199, "allkeys-lru", 200);
  // The pool is full of the oldest ones now.
  for (let i = 1; i < 20; i++) subject.db.get(`k${i}`);
  subject.shrinkTo(150, "allkeys-lru", 200);
  assertEquals(subject.left().filter((n) => n < 20).length, 19);
});

Deno.test("allkeys-lfu takes what is used least", () => {
  const subject = new Subject();
  subject.keyspace.access.lfu = true;
  for (let i = 0; i < 1000; i++) subject.db.add(`k${i}`, "v");
  for (let use = 0; use < 60; use++) {
    for (let i = 500; i < 1000; i++) subject.db.get(`k${i}`);
  }
  assertEquals(subject.shrinkTo(500, "allkeys-lfu"), "done");
  assertGreater(share(subject.left(), 500), 0.88);
});

Deno.test("volatile-ttl takes what has least time left, and nothing without a time", () => {
  const subject = new Subject();
  const start = subject.clock.ms;
  subject.fill(2000, (i) => {
    if (i % 2 === 0) subject.db.setExpireAt(`k${i}`, start + 1e9 + i * 1000);
  });
  assertEquals(subject.shrinkTo(1500, "volatile-ttl"), "done");
  const left = subject.left();
  assertEquals(left.filter((n) => n % 2 === 1).length, 1000);
  assertGreater(share(left.filter((n) => n % 2 === 0), 1000), 0.85);
});

for (const policy of ["volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl"] as const) {
  Deno.test(`${policy} is stuck when only keys without expiry are left`, () => {
    const subject = new Subject();
    subject.keyspace.access.lfu = policy === "volatile-lfu";
    for (let i = 0; i < 300; i++) {
      subject.db.add(`k${i}`, "v");
      if (i % 3 === 0) subject.db.setExpireAt(`k${i}`, subject.clock.ms + 1e6);
    }
    assertEquals(subject.shrinkTo(0, policy), "stuck");
    assertEquals(subject.left().length, 200);
    assert(subject.left().every((n) => n % 3 !== 0));
    // A key that loses its expiry while it is a candidate is spared.
    for (let i = 0; i < 30; i++) subject.db.setExpireAt(`k${i}`, subject.clock.ms + 1e6);
    subject.shrinkTo(199, policy);
    for (let i = 0; i < 30; i++) subject.db.setExpireAt(`k${i}`, -1);
    assertEquals(subject.shrinkTo(0, policy), "stuck");
    assertEquals(subject.left().length, 199);
  });
}

Deno.test("allkeys-random takes keys of every database alike", () => {
  const subject = new Subject();
  const { databases } = subject.keyspace;
  for (const db of databases.slice(1)) {
    for (let i = 0; i < 1000; i++) db.add(`k${i}`, "v");
  }
  assertEquals(subject.shrinkTo(1500, "allkeys-random"), "done");
  assertEquals(databases.map((db) => db.size), [0, 500, 500, 500]);
  assertEquals(subject.shrinkTo(0, "allkeys-random"), "done");
  assertEquals(subject.keyspace.size, 0);
  assertEquals(
    subject.evictor.step(
      { policy: "allkeys-random", samples: 5, tenacity: 100 },
      () => 1,
    ),
    "stuck",
  );
});

Deno.test("best candidates are looked for in every database", () => {
  const subject = new Subject();
  const [, one, two] = subject.keyspace.databases;
  for (let i = 0; i < 500; i++) {
    subject.clock.advance(1000);
    (i % 2 === 0 ? one : two).add(`k${i}`, "v");
  }
  subject.shrinkTo(250, "allkeys-lru", 20);
  const left: number[] = [];
  for (const db of [one, two]) db.forEach((key) => void left.push(Number(key.slice(1))));
  assertGreater(share(left, 250), 0.9);
});

Deno.test("an eviction is counted, announced and journaled", () => {
  const subject = new Subject();
  subject.db.add("key", "v");
  subject.shrinkTo(0, "allkeys-lru");
  assertEquals(subject.log, ["modified key", "evicted key", "journal 0 key"]);
  assertEquals(subject.keyspace.stats.evictedKeys, 1);
});

Deno.test("noeviction evicts nothing; nothing over the limit, neither", () => {
  const subject = new Subject();
  subject.fill(10);
  assertEquals(subject.shrinkTo(5, "noeviction"), "stuck");
  assertEquals(subject.shrinkTo(10, "allkeys-lru"), "done");
  assertEquals(subject.keyspace.size, 10);
});

Deno.test("a step ends in time and goes on where it stopped", () => {
  assertEquals([0, 1, 10].map(evictionBudgetMs), [0, 0.05, 0.5]);
  assertEquals(evictionBudgetMs(100), Infinity);
  assertLess(Math.abs(evictionBudgetMs(99) - 0.5 * 1.15 ** 89), 1);
  const subject = new Subject();
  subject.fill(1000);
  const settings = { policy: "allkeys-lru", samples: 5, tenacity: 0 } as const;
  const steps: number[] = [];
  while (subject.evictor.step(settings, () => subject.keyspace.size - 900) === "more") {
    steps.push(subject.keyspace.size);
  }
  assertEquals(steps, [984, 968, 952, 936, 920, 904]);
  assertEquals(subject.keyspace.size, 900);
});

Deno.test("to relieve the heap only objects go", () => {
  const limits = defaultLimits();
  for (const policy of ["allkeys-lru", "allkeys-random"] as const) {
    const subject = new Subject();
    for (let i = 0; i < 400; i++) {
      subject.db.add(`k${i}`, i % 10 === 0 ? ListValue.from(["a", "b"], limits) : "v");
    }
    const lists = () => subject.left().filter((n) => n % 10 === 0).length;
    const settings = { policy, samples: 5, tenacity: 100 } as const;
    assertEquals(subject.evictor.step(settings, () => lists() - 20, true), "done");
    assertEquals([lists(), subject.keyspace.size], [20, 380]);
    assertGreater(subject.meter.evicted, 20 * 40);
    // The last of them may not be found among so many others.
    assertEquals(subject.evictor.step(settings, () => 1, true), "stuck");
    assertLess(lists(), 20);
    assertEquals(subject.keyspace.size, 360 + lists());
  }
});

Deno.test("the meter counts tables exactly, and the heap only where there are objects", () => {
  const subject = new Subject();
  const { meter, heap, db } = subject;
  meter.sample();
  assertEquals(meter.used, 0);
  db.add("key", "v".repeat(1000));
  const one = meter.used;
  assertGreater(one, 1000);
  for (let i = 0; i < 1000; i++) db.add(`key ${i}`, "v".repeat(1000));
  assertGreater(meter.used - one, 1000 * 1000);
  heap.now = { old: 50 * MB, used: 60 * MB, external: 5 * MB };
  meter.sample();
  assertEquals(meter.objects, 0);
  db.add("list", ListValue.from(["a"], defaultLimits()));
  heap.now = { old: 80 * MB, used: 95 * MB, external: 5 * MB };
  meter.sample();
  // What was there before the first object is the program: the least that was seen.
  const held = meter.objects;
  assertGreater(held, 60 * MB);
  assertLess(held, 66 * MB);
  meter.noteEvicted(10 * MB);
  assertEquals(meter.objects, held - 10 * MB);
  heap.now = { ...heap.now, old: 76 * MB };
  meter.sample();
  assertEquals(meter.evicted, 6 * MB);
  assertEquals(meter.objects, held - 10 * MB);
  db.delete("list");
  assertEquals(meter.objects, 0);
});

Deno.test("collections take a bounded part of the time", () => {
  const subject = new Subject();
  const { meter, heap, clock } = subject;
  heap.collect = () => {
    clock.advance(100);
    heap.collections++;
    return true;
  };
  assert(meter.collect(10));
  clock.advance(900);
  assert(!meter.collect(10));
  clock.advance(101);
  assert(meter.collect(10));
  assertEquals(heap.collections, 2);
});
