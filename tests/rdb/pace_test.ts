import { assert, assertEquals } from "@std/assert";
import { ManualClock } from "../../src/clock/clock.ts";
import { Pace } from "../../src/rdb/save/pace.ts";

/** Turns of the clients of so many milliseconds each. @returns the slices that followed them */
function slices(pace: Pace, clock: ManualClock, turns: number[], busy: () => void): number[] {
  return turns.map((ms) => {
    pace.turnBegins();
    clock.advance(ms);
    busy();
    pace.turnEnds();
    return pace.sliceMs;
  });
}

Deno.test("pace: busy clients get eight times as long as the snapshot, within bounds", () => {
  const clock = new ManualClock();
  let commands = 0;
  const pace = new Pace(clock, () => commands);
  const got = slices(pace, clock, [8, 4, 0.1, 1000], () => commands++);
  assertEquals(got, [1, 0.5, 0.15, 2]);
});

Deno.test("pace: a snapshot takes its time while clients are idle, and gives it back at once", () => {
  const clock = new ManualClock();
  let commands = 0;
  const pace = new Pace(clock, () => commands);
  const idle = slices(pace, clock, Array(20).fill(1), () => {});
  // A turn or two without commands does not make clients idle.
  assertEquals(idle[2], 0.15);
  assert(idle[9] > idle[6]);
  assertEquals(idle.at(-1), 2);
  assertEquals(slices(pace, clock, [4], () => commands++), [0.5]);
});

Deno.test("pace: where nobody tells of activity, clients are taken to be busy", () => {
  const clock = new ManualClock();
  const got = slices(new Pace(clock), clock, Array(50).fill(1), () => {});
  assertEquals(new Set(got), new Set([0.15]));
});
