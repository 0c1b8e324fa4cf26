/**
 * That the largest value is found, whatever happens to it.
 *
 * @module
 */

import { assertEquals, assertGreater, assertLess } from "@std/assert";
import { ManualClock } from "../../src/clock/clock.ts";
import { ByteMap } from "../../src/keyspace/byte_map/byte_map.ts";
import { Keyspace } from "../../src/keyspace/keyspace.ts";
import { LargestValue } from "../../src/keyspace/largest_value.ts";
import { defaultLimits } from "../../src/values/limits.ts";
import { SetValue } from "../../src/values/set.ts";

const limits = defaultLimits();

function setOf(count: number): SetValue {
  return SetValue.from(Array.from({ length: count }, (_, i) => `member ${i}`), limits);
}

function keyspace(): Keyspace {
  return new Keyspace({
    clock: new ManualClock(),
    databases: 3,
    newTable: () => new ByteMap(),
  });
}

Deno.test("a walk finds the largest value of all databases", () => {
  const data = keyspace();
  const largest = new LargestValue(data);
  largest.step(10);
  assertEquals(largest.bytes, 0);
  const [a, , c] = data.databases;
  for (let i = 0; i < 500; i++) a.add(`k${i}`, i % 2 === 0 ? "x".repeat(100) : setOf(3));
  for (let i = 0; i < 200; i++) c.add(`k${i}`, setOf(i === 77 ? 5000 : 2));
  for (let i = 0; i < 80; i++) largest.step(10);
  const found = largest.bytes;
  assertGreater(found, 5000 * 40);
  assertEquals(found, setOf(5000).memoryBytes());

  // It grows, and is gone.
  const value = c.peek("k77") as SetValue;
  for (let i = 0; i < 5000; i++) value.add(`another ${i}`, limits);
  largest.step(1);
  assertGreater(largest.bytes, found * 1.5);
  c.delete("k77");
  largest.step(0);
  assertEquals(largest.bytes, 0);
  for (let i = 0; i < 80; i++) largest.step(10);
  assertGreater(largest.bytes, 0);
  assertLess(largest.bytes, 1000);
  data.clearAll();
  for (let i = 0; i < 80; i++) largest.step(10);
  assertEquals(largest.bytes, 0);
});
