import { assert, assertEquals } from "@std/assert";
import { ManualClock } from "../../src/clock/clock.ts";
import { AccessClock } from "../../src/keyspace/access_clock.ts";
import { mulberry32 } from "../support/prng.ts";

Deno.test("access clock: idle time, also across the wrap of 24 bits", () => {
  const wrap = (1 << 24) * 1000;
  const clock = new ManualClock(wrap - 5000);
  const access = new AccessClock(clock, Math.random);
  const word = access.fresh();
  assertEquals(access.idleMs(word), 0);
  clock.advance(12_000);
  assertEquals(access.lruClock(), 7);
  assertEquals(access.idleMs(word), 12_000);
  assertEquals(access.idleMs(access.wordOfIdle(3600)), 3_600_000);
});

Deno.test("access clock: the LFU counter grows ever slower, and decays by the minute", () => {
  const clock = new ManualClock(0);
  const access = new AccessClock(clock, mulberry32(3).next);
  access.lfu = true;
  let word = access.fresh();
  assertEquals(access.frequency(word), 5);
  for (let i = 0; i < 1000; i++) word = access.touched(word);
  const after1000 = access.frequency(word);
  // A real server's documentation gives 18 for 1000 hits with the default factor.
  assert(after1000 >= 12 && after1000 <= 25, `${after1000}`);
  for (let i = 0; i < 1_000_000; i++) word = access.touched(word);
  assertEquals(access.frequency(word), 255);
  clock.advance(60_000 * 55);
  assertEquals(access.frequency(word), 200);
  access.decayMinutes = 0;
  assertEquals(access.frequency(word), 255);
  access.decayMinutes = 1;
  clock.advance(60_000 * 500);
  assertEquals(access.frequency(word), 0);
  assertEquals(access.frequency(access.wordOfFrequency(77)), 77);
});
