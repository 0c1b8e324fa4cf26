import { assertEquals } from "@std/assert";
import { geoCommands } from "../../src/commands/geo/mod.ts";
import { partialSort } from "../../src/commands/geo/partial_sort.ts";
import { distanceReply } from "../../src/commands/geo/text.ts";
import { sortedSetCommands } from "../../src/commands/sorted_set/mod.ts";
import { mulberry32 } from "../support/prng.ts";
import { Probe } from "./probe.ts";

Deno.test("geo: GEOADD is journaled as the ZADD that it is", () => {
  const probe = new Probe([...geoCommands, ...sortedSetCommands]);
  assertEquals(probe.run("GEOADD k CH 13.361389 38.115556 a 0 0 b"), 2);
  assertEquals(probe.takeEffects(), ["0: zadd k CH 3479099956230698 a 3377699720527872 b"]);
  assertEquals(probe.run("GEOADD k 0 0 b"), 0);
  assertEquals(probe.run("GEOADD k NX 1 1 b"), 0);
  assertEquals(
    probe.run("GEOADD k 1 1 a 181 0 b"),
    "-ERR invalid longitude,latitude pair " +
      "181.000000,0.000000",
  );
  assertEquals(probe.takeEffects(), []);
});

Deno.test("geo: searches that store are journaled as themselves, others not", () => {
  const probe = new Probe([...geoCommands, ...sortedSetCommands]);
  probe.setUp("GEOADD k 1 1 a 2 2 b");
  const store = "GEOSEARCHSTORE d k FROMMEMBER a BYRADIUS 1 km STOREDIST";
  assertEquals(probe.run(store), 1);
  assertEquals(probe.run("GEORADIUS k 50 50 1 m STORE d"), 0);
  assertEquals(probe.run("GEORADIUS k 50 50 1 m STORE d"), 0);
  assertEquals(probe.run("GEOSEARCH k FROMMEMBER a BYRADIUS 1 km"), ["a"]);
  assertEquals(probe.takeEffects(), [`0: ${store}`, "0: GEORADIUS k 50 50 1 m STORE d"]);
  assertEquals(probe.takeEvents(), ["new 0:d", "geosearchstore 0:d", "del 0:d"]);
});

Deno.test("geo: a partial sort gives the first elements of a whole one", () => {
  const random = mulberry32(7);
  const compare = (a: number, b: number) => a - b;
  for (let round = 0; round < 3000; round++) {
    const size = random.int(random.int(10) === 0 ? 500 : 60);
    // Few different values make many ties; rows that are sorted already are a case of their own.
    const spread = 1 + random.int(size + 1);
    const items = Array.from({ length: size }, () => random.int(spread));
    if (random.int(5) === 0) items.sort(compare);
    if (random.int(5) === 0) items.sort((a, b) => b - a);
    const wanted = random.int(size + 2);
    const expected = items.toSorted(compare);
    const got = [...items];
    partialSort(got, wanted, compare);
    assertEquals(got.slice(0, wanted), expected.slice(0, wanted));
    assertEquals(got.toSorted(compare), expected);
  }
});

Deno.test("geo: distances have four decimals, ties to even", () => {
  const texts = [0, 0.00005, 0.00035, 0.00065, 0.25, 12.34567, 166274.15156, 20015087.0].map(
    distanceReply,
  );
  assertEquals(texts, [
    "0.0000",
    "0.0000",
    "0.0004",
    "0.0006",
    "0.2500",
    "12.3457",
    "166274.1516",
    "20015087.0000",
  ]);
});
