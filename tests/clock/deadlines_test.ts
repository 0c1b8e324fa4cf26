import { assertEquals } from "@std/assert";
import { ManualClock } from "../../src/clock/clock.ts";
import { type Deadline, Deadlines } from "../../src/clock/deadlines.ts";
import { mulberry32 } from "../support/prng.ts";

Deno.test("deadlines: each fires at its time and in order, against a plain list", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = mulberry32(seed);
    const clock = new ManualClock(0);
    const fired: number[] = [];
    const deadlines = new Deadlines<number>(clock, (item) => fired.push(item));
    let model: { item: number; at: number; set: Deadline<number> }[] = [];
    for (let item = 0; item < 500; item++) {
      const ms = (1 + random.int(50)) / 2;
      model.push({ item, at: clock.ms + ms, set: deadlines.add(item, ms) });
      if (random.int(3) === 0) {
        const [gone] = model.splice(random.int(model.length), 1);
        deadlines.remove(gone.set);
        deadlines.remove(gone.set);
      }
      if (random.int(4) === 0) clock.advance(random.int(20));
      const due = model.filter(({ at }) => at <= clock.ms);
      model = model.filter(({ at }) => at > clock.ms);
      due.sort((a, b) => a.at - b.at || a.item - b.item);
      assertEquals(fired.splice(0), due.map((each) => each.item));
      assertEquals(deadlines.size, model.length);
    }
  }
});

Deno.test("deadlines: one timer, which rests when nothing is set", () => {
  let timers = 0;
  class CountingClock extends ManualClock {
    override after(ms: number, fn: () => void) {
      timers++;
      const timer = super.after(ms, () => {
        timers--;
        fn();
      });
      let cancelled = false;
      return {
        cancel() {
          if (!cancelled) timers--;
          cancelled = true;
          timer.cancel();
        },
      };
    }
  }
  const clock = new CountingClock();
  const deadlines = new Deadlines<number>(clock, () => {});
  const set = Array.from({ length: 100 }, (_, i) => deadlines.add(i, 100 - i));
  assertEquals(timers, 1);
  deadlines.rest();
  assertEquals(timers, 1);
  for (const each of set) deadlines.remove(each);
  deadlines.rest();
  assertEquals(timers, 0);
  deadlines.add(1, 5);
  assertEquals(timers, 1);
  clock.advance(5);
  assertEquals([timers, deadlines.size], [0, 0]);
});

Deno.test("deadlines: one that sets another while it fires", () => {
  const clock = new ManualClock();
  const fired: number[] = [];
  const deadlines: Deadlines<number> = new Deadlines(clock, (item) => {
    fired.push(item);
    if (item < 5) deadlines.add(item + 1, item % 2);
  });
  deadlines.add(0, 10);
  clock.advance(30);
  assertEquals(fired, [0, 1, 2, 3, 4, 5]);
});
