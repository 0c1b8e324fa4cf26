import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { ManualClock } from "../../src/clock/clock.ts";
import { Config } from "../../src/config/config.ts";
import { type Command, defineCommand } from "../../src/command/command.ts";
import { CommandTimer } from "../../src/observe/command_timer.ts";
import { LatencyHistogram } from "../../src/command/latency_histogram.ts";
import { Registry } from "../../src/command/registry.ts";
import { Rate, Stats } from "../../src/observe/stats.ts";
import { OK } from "../../src/resp/reply.ts";

Deno.test("latency histogram: two digits are kept", () => {
  const histogram = new LatencyHistogram();
  // What a real server printed for one call of 9 µs.
  histogram.record(9);
  assertEquals(histogram.percentile(50), 9.023);
  assertEquals(histogram.percentile(100), 9.023);
});

Deno.test("latency histogram: percentiles of many values are within one percent", () => {
  const histogram = new LatencyHistogram();
  for (let micros = 1; micros <= 10_000; micros++) histogram.record(micros);
  for (const percent of [1, 25, 50, 90, 99, 99.9]) {
    const exact = percent * 100;
    assertAlmostEquals(histogram.percentile(percent), exact, exact * 0.01, `${percent}`);
  }
  assertEquals(histogram.total, 10_000);
});

Deno.test("latency histogram: values outside its range count at its ends", () => {
  const histogram = new LatencyHistogram();
  histogram.record(0);
  assertEquals(histogram.percentile(50), 0.001);
  histogram.record(1e12, 9);
  assert(histogram.percentile(99) > 990_000 && histogram.percentile(99) < 1_010_000);
});

function command(name: string): Command {
  return defineCommand({
    name,
    summary: "For a test.",
    since: "1.0.0",
    group: "generic",
    arity: 1,
    flags: [],
    acl: [],
    run: () => OK,
  });
}

Deno.test("command timer: a run of equal commands shares its time, others have their own", () => {
  const clock = new ManualClock();
  const [a, b] = [command("a"), command("b")];
  const registry = new Registry([a, b]);
  const stats = new Stats();
  const timer = new CommandTimer(clock, new Config(), registry, stats);
  const call = (which: Command, ms: number, nested = false) => {
    const begun = timer.begin(which, nested);
    clock.advance(ms);
    timer.end(which, begun);
  };
  timer.beginBatch();
  call(a, 1);
  call(a, 3);
  call(b, 5);
  timer.endBatch();
  assertEquals([registry.stats(a).calls, registry.stats(a).micros], [2, 4000]);
  assertEquals([registry.stats(b).calls, registry.stats(b).micros], [1, 5000]);
  clock.advance(1000);
  call(b, 7);
  assertEquals([registry.stats(b).calls, registry.stats(b).micros], [2, 12_000]);
  assertEquals([stats.commandsProcessed, stats.commandMicros], [4, 16_000]);
});

Deno.test("command timer: a call that blocks leaves its run and counts later", () => {
  const clock = new ManualClock();
  const a = command("a");
  const registry = new Registry([a]);
  const timer = new CommandTimer(clock, new Config(), registry, new Stats());
  timer.beginBatch();
  timer.end(a, timer.begin(a, false));
  const begun = timer.begin(a, false);
  clock.advance(4);
  assertEquals(timer.suspend(begun), 2000);
  timer.endBatch();
  assertEquals(registry.stats(a).calls, 1);
});

Deno.test("command timer: settle brings the figures up to the running call", () => {
  const clock = new ManualClock();
  const a = command("a");
  const registry = new Registry([a]);
  const timer = new CommandTimer(clock, new Config(), registry, new Stats());
  timer.beginBatch();
  for (let i = 0; i < 3; i++) timer.begin(a, false);
  timer.settle();
  assertEquals(registry.stats(a).calls, 2);
  timer.endBatch();
  assertEquals(registry.stats(a).calls, 3);
});

Deno.test("rate: the mean of the last samples, a second", () => {
  const rate = new Rate();
  for (let i = 0; i <= 16; i++) rate.sample(i * 50, 1000 + i * 100);
  assertEquals(rate.perSecond, 500);
  rate.reset();
  assertEquals(rate.perSecond, 0);
});
