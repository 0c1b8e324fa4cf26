/**
 * The times of fields, beside a plain map.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { FieldExpiry } from "../../src/values/field_expiry.ts";
import { mulberry32 } from "../support/prng.ts";

Deno.test("field expiry: the earliest time, beside a map", () => {
  const random = mulberry32(11);
  const times = new FieldExpiry();
  const model = new Map<string, number>();
  for (let step = 0; step < 20_000; step++) {
    const field = `f${random.int(50)}`;
    const choice = random.int(10);
    if (choice < 6) {
      const at = random.int(1000);
      times.set(field, at);
      model.set(field, at);
    } else if (choice < 8) assertEquals(times.delete(field), model.delete(field));
    else {
      const now = random.int(300);
      const due = times.takeDue(now);
      if (due === undefined) assert(Math.min(...model.values()) >= now);
      else {
        assertEquals(model.get(due), Math.min(...model.values()));
        assert(model.get(due)! < now);
        model.delete(due);
      }
    }
    assertEquals([times.size, times.next], [model.size, Math.min(...model.values())]);
    assertEquals(times.get(field), model.get(field));
  }
});

Deno.test("field expiry: times set over and over do not pile up", () => {
  const times = new FieldExpiry();
  times.set("first", 1);
  for (let at = 100_000; at > 10; at--) times.set("f", at);
  assert(times.memoryBytes() < 2000, String(times.memoryBytes()));
  assertEquals([times.size, times.next], [2, 1]);
  assertEquals([times.takeDue(11), times.takeDue(11), times.takeDue(12)], [
    "first",
    undefined,
    "f",
  ]);
  assertEquals([times.size, times.next], [0, Infinity]);
});
