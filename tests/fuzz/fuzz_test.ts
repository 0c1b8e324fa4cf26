/**
 * A short run of the fuzzer over every group, from fixed seeds. `deno task fuzz` is for long ones.
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { mulberry32 } from "../support/prng.ts";
import { findRedisServer } from "../support/servers.ts";
import { isTolerance } from "./compare.ts";
import { fuzz, report } from "./fuzzer.ts";
import { GROUPS } from "./groups.ts";
import { Pair } from "./pair.ts";
import { Shrinker } from "./shrink.ts";
import { Templates } from "./template.ts";

const COUNT = 9000;
const missing = findRedisServer() === undefined;
let pair: Pair | undefined;

if (!missing) {
  Deno.test.beforeAll(async () => void (pair = await Pair.start()));
  Deno.test.afterAll(async () => await pair?.[Symbol.asyncDispose]());
}

for (const group of Object.keys(GROUPS)) {
  const name = `fuzz: ${group} commands give the same replies and data as a real server`;
  Deno.test({
    name: missing ? `${name} (ignored: no redis-server on PATH)` : name,
    ignore: missing,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const { differences } = await fuzz(pair!, { group, seed: 20_240_101, count: COUNT, most: 3 });
      const stable = differences.filter(({ unstable }) => !unstable);
      if (stable.length > 0) throw new Error(stable.map(report).join("\n"));
    },
  });
}

Deno.test("fuzz: a template makes what it says", () => {
  const context = { random: mulberry32(1), clock: 1, ids: [], now: 0 };
  const templates = Templates.parse("# a comment\n!3 SET 'key' [NX|XX] ~int ; GET k1\n");
  const seen = new Set<string>();
  for (let i = 0; i < 300; i++) {
    const [set, get] = templates.next(context);
    assertEquals([set.tolerances, get.tolerances], [["int"], []]);
    seen.add(set.args.join(",").toUpperCase());
  }
  assertEquals([...seen].sort(), ["SET,KEY", "SET,KEY,NX", "SET,KEY,XX"]);
  assertThrows(() => Templates.parse("GET nonsense"), Error, "nothing makes the word nonsense");
  assertThrows(() => Templates.parse("GET [key"), Error, "a bracket is open");
});

Deno.test("fuzz: the groups name only tolerances that there are", () => {
  for (const { templates } of Object.values(GROUPS)) {
    for (const mark of templates.tolerances) assert(isTolerance(mark), mark);
  }
});

Deno.test("fuzz: a failing sequence is cut down to what it needs", async () => {
  const shrinker = new Shrinker(
    Array.from({ length: 100 }, (_, i) => i),
    (items) => items.includes(17) ? items.indexOf(42) : -1,
    500,
  );
  await shrinker.drop();
  assertEquals(shrinker.items, [17, 42]);
});
