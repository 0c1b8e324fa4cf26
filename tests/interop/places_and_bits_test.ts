/**
 * What hides in strings and sorted sets: bitmaps, HyperLogLogs and places on the earth, through the
 * packages' own methods for them.
 *
 * @module
 */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { GEO_REPLY_WITH } from "redis";
import { Topic } from "./clients.ts";

const topic = new Topic("places and bits");

const ROME = { longitude: 12.4964, latitude: 41.9028, member: "Rome" };
const PARIS = { longitude: 2.3522, latitude: 48.8566, member: "Paris" };
const OSLO = { longitude: 10.7522, latitude: 59.9139, member: "Oslo" };

topic.ioredis("bitmaps", async ({ client }) => {
  assertEquals(await client.setbit("a", 100, 1), 0);
  assertEquals(await client.setbit("a", 7, 1), 0);
  assertEquals(await client.setbit("a", 7, 1), 1);
  assertEquals([await client.getbit("a", 100), await client.getbit("a", 10_000)], [1, 0]);
  assertEquals(await client.strlen("a"), 13);
  assertEquals([await client.bitcount("a"), await client.bitcount("a", 1, -1)], [2, 1]);
  assertEquals([await client.bitpos("a", 1), await client.bitpos("a", 1, 1)], [7, 100]);
  await client.set("b", "\x01\x02");
  assertEquals(await client.bitop("AND", "both", "a", "b"), 13);
  assertEquals(await client.bitcount("both"), 1);
  assertEquals(await client.bitop("NOT", "none", "missing"), 0);
  const fields = await client.call(
    ...(["BITFIELD", "n", "SET", "u8", 8, 200, "OVERFLOW", "SAT", "INCRBY", "u8", "#1"] as const),
    ...([100, "OVERFLOW", "FAIL", "INCRBY", "u8", 8, 1, "GET", "i8", 8] as const),
  );
  assertEquals(fields, [0, 255, null, -1]);
});

topic.ioredis("HyperLogLogs", async ({ client }) => {
  const visitors = Array.from({ length: 5000 }, (_, i) => `visitor:${i}`);
  assertEquals(await client.pfadd("monday", ...visitors.slice(0, 3000)), 1);
  assertEquals(await client.pfadd("monday", "visitor:0"), 0);
  assertEquals(await client.pfadd("tuesday", ...visitors.slice(2000)), 1);
  assertAlmostEquals(await client.pfcount("monday"), 3000, 100);
  assertAlmostEquals(await client.pfcount("monday", "tuesday"), 5000, 150);
  assertEquals(await client.pfmerge("both", "monday", "tuesday"), "OK");
  assertEquals(await client.pfcount("both"), await client.pfcount("monday", "tuesday"));
});

topic.ioredis("places", async ({ client }) => {
  const places = [ROME, PARIS, OSLO].flatMap((p) => [p.longitude, p.latitude, p.member]);
  assertEquals(await client.geoadd("cities", ...places as [number, number, string]), 3);
  assertAlmostEquals(Number(await client.geodist("cities", "Rome", "Paris", "KM")), 1105, 2);
  assertEquals(await client.geohash("cities", "Rome", "none"), ["sr2ykk5te00", null]);
  const [position, none] = await client.geopos("cities", "Oslo", "none");
  assertAlmostEquals(Number(position![0]), OSLO.longitude, 1e-5);
  assertAlmostEquals(Number(position![1]), OSLO.latitude, 1e-5);
  assertEquals(none, null);
  const found = await client.geosearch(
    ...(["cities", "FROMMEMBER", "Rome", "BYRADIUS", 1200, "km", "DESC", "WITHDIST"] as const),
  ) as [string, string][];
  assertEquals(found.map(([name]) => name), ["Paris", "Rome"]);
  assertEquals(found[1][1], "0.0000");
  const stored = await client.geosearchstore(
    ...(["near", "cities", "FROMLONLAT", 5, 48, "BYBOX", 1000, 1000, "km", "ASC"] as const),
  );
  assertEquals(stored, 1);
  assertEquals(await client.zrange("near", 0, -1), ["Paris"]);
});

topic.nodeRedis("bitmaps and HyperLogLogs", async ({ client }) => {
  assertEquals(await client.setBit("a", 9, 1), 0);
  assertEquals(await client.getBit("a", 9), 1);
  assertEquals(await client.bitCount("a", { start: 8, end: 15, mode: "BIT" }), 1);
  assertEquals(await client.bitPos("a", 1), 9);
  await client.set("b", "\x01");
  assertEquals(await client.bitOp("OR", "c", ["a", "b"]), 2);
  assertEquals(await client.bitCount("c"), 2);
  assertEquals(
    await client.bitField("n", [
      { operation: "INCRBY", encoding: "i16", offset: 0, increment: -5 },
      { operation: "GET", encoding: "u4", offset: "#0" },
    ]),
    [-5, 15],
  );
  assertEquals(await client.bitFieldRo("n", [{ encoding: "i16", offset: 0 }]), [-5]);
  assertEquals(await client.pfAdd("p", ["x", "y"]), 1);
  await client.pfAdd("q", ["y", "z"]);
  assertEquals(await client.pfCount(["p", "q"]), 3);
  assertEquals(await client.pfMerge("r", ["p", "q"]), "OK");
  assertEquals(await client.pfCount("r"), 3);
});

topic.nodeRedis("places", async ({ client }) => {
  assertEquals(await client.geoAdd("cities", [ROME, PARIS, OSLO]), 3);
  assertEquals(await client.geoAdd("cities", ROME, { condition: "NX", CH: true }), 0);
  assertAlmostEquals((await client.geoDist("cities", "Rome", "Oslo", "km"))!, 2008, 4);
  assertEquals(await client.geoHash("cities", ["Rome"]), ["sr2ykk5te00"]);
  const [oslo, none] = await client.geoPos("cities", ["Oslo", "none"]);
  assertAlmostEquals(Number(oslo!.longitude), OSLO.longitude, 1e-5);
  assertEquals(none, null);
  const around = { radius: 1500, unit: "km" } as const;
  assertEquals(await client.geoSearch("cities", "Paris", around, { SORT: "ASC" }), [
    "Paris",
    "Rome",
    "Oslo",
  ]);
  const detailed = await client.geoSearchWith(
    "cities",
    { longitude: 12, latitude: 42 },
    { width: 300, height: 300, unit: "km" },
    [GEO_REPLY_WITH.DISTANCE, GEO_REPLY_WITH.COORDINATES, GEO_REPLY_WITH.HASH],
    { COUNT: 1 },
  );
  assertEquals(detailed.map(({ member }) => member), ["Rome"]);
  assertAlmostEquals(Number(detailed[0].distance), 42.5, 1);
  assertAlmostEquals(Number(detailed[0].coordinates!.latitude), ROME.latitude, 1e-5);
  assert(Number(detailed[0].hash) > 3e15);
});
