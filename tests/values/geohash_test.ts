import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  geoDistance,
  geoDistanceWithin,
  type GeoPoint,
  geoPoint,
  geoRanges,
  geoScore,
  type GeoShape,
  geoText,
  isGeoPoint,
  MAX_LATITUDE,
  MAX_LONGITUDE,
} from "../../src/values/geohash.ts";
import { defaultLimits } from "../../src/values/limits.ts";
import { ZSetValue } from "../../src/values/zset.ts";
import { mulberry32, type Prng } from "../support/prng.ts";
import { encodeCommand, parseReply, type Reply } from "../support/resp.ts";
import { findRedisServer, startRedis } from "../support/servers.ts";

function anyPoint(random: Prng): GeoPoint {
  switch (random.int(12)) {
    case 0:
      return {
        longitude: random.pick([-180, 180, 0, 179.9999999, -179.9999999]),
        latitude: random.pick([0, 85.05112878, -85.05112878, 66, -80.5, 45]),
      };
    case 1:
    case 2:
      // A town.
      return { longitude: 13.4 + random.next() * 0.05, latitude: 52.5 + random.next() * 0.05 };
    case 3:
      return { longitude: random.next() * 4 - 2, latitude: -84 + random.next() * 4 };
    default:
      return { longitude: random.next() * 360 - 180, latitude: random.next() * 170 - 85 };
  }
}

function anyShape(random: Prng): GeoShape {
  const center = anyPoint(random);
  const metres = () => random.next() * 10 ** (1 + random.int(7));
  return random.int(2) === 0
    ? { center, kind: "circle", radius: metres() }
    : { center, kind: "box", width: metres(), height: metres() };
}

/** Replies have 17 digits behind the point. */
function asPrinted(point: GeoPoint): GeoPoint {
  return {
    longitude: Number(point.longitude.toFixed(17)),
    latitude: Number(point.latitude.toFixed(17)),
  };
}

/** Names of the places in a shape, in the order of a search. */
function search(set: ZSetValue, shape: GeoShape): string[] {
  const names: string[] = [];
  for (const range of geoRanges(shape)) {
    const { start, end } = set.scoreRanks(range);
    for (const cursor = set.cursor(start, end); cursor.next();) {
      if (geoDistanceWithin(shape, geoPoint(cursor.score)) >= 0) names.push(cursor.member);
    }
  }
  return names;
}

Deno.test("geo: a score's place is within half a cell of what it was made of", () => {
  const random = mulberry32(1);
  for (let i = 0; i < 20_000; i++) {
    const point = anyPoint(random);
    if (Math.abs(point.longitude) === 180 || Math.abs(point.latitude) === MAX_LATITUDE) continue;
    const back = geoPoint(geoScore(point));
    assertAlmostEquals(back.longitude, point.longitude, 180 / 2 ** 26 + 1e-12);
    assertAlmostEquals(back.latitude, point.latitude, MAX_LATITUDE / 2 ** 26 + 1e-12);
    assertEquals(geoScore(back), geoScore(point));
  }
  for (const score of [-1, 2 ** 60, 2 ** 64, 1e300, Infinity, -Infinity, 0.5, -0.5]) {
    assert(isGeoPoint(geoPoint(score)), String(score));
  }
  assert(isGeoPoint({ longitude: MAX_LONGITUDE, latitude: -MAX_LATITUDE }));
  assert(!isGeoPoint({ longitude: 180.0001, latitude: 0 }));
  assert(!isGeoPoint({ longitude: 0, latitude: 85.1 }));
  assert(!isGeoPoint({ longitude: NaN, latitude: 0 }));
});

Deno.test("geo: distances", () => {
  const palermo = { longitude: 13.361389, latitude: 38.115556 };
  const catania = { longitude: 15.087269, latitude: 37.502669 };
  assertAlmostEquals(geoDistance(palermo, catania), 166274.1516, 1);
  assertAlmostEquals(geoDistance(palermo, { ...palermo, latitude: 39.115556 }), 111226.3, 1);
  assertEquals(geoDistance(palermo, palermo), 0);
});

Deno.test("geo: ranges find all places in a shape that is no larger than a continent", () => {
  const random = mulberry32(2);
  const limits = defaultLimits();
  const names: string[] = [];
  const scores: number[] = [];
  for (let i = 0; i < 3000; i++) {
    names.push(`p${i}`);
    scores.push(geoScore(anyPoint(random)));
  }
  const set = ZSetValue.from(names, scores, limits);
  let found = 0;
  for (let i = 0; i < 800; i++) {
    const shape = anyShape(random);
    const size = shape.kind === "circle" ? shape.radius : Math.max(shape.width, shape.height);
    if (size > 2_000_000 || Math.abs(shape.center.latitude) > 60) continue;
    if (Math.abs(shape.center.longitude) > 140) continue;
    const expected = names.filter((_, j) => geoDistanceWithin(shape, geoPoint(scores[j])) >= 0);
    const got = search(set, shape);
    assertEquals(got.toSorted(), expected.toSorted(), JSON.stringify(shape));
    found += got.length;
  }
  assert(found > 1000, `${found} found`);
});

Deno.test({
  name: "geo beside redis-server (ignored without it): scores, places, texts, distances, searches",
  ignore: findRedisServer() === undefined,
  fn: async () => {
    await using server = await startRedis();
    await using client = await server.connect();
    const random = mulberry32(3);
    const limits = defaultLimits();
    const pipeline = async (commands: string[][]): Promise<Reply[]> => {
      await client.sendRaw(commands.map((command) => encodeCommand(command)).join(""));
      const replies: Reply[] = [];
      for (const _ of commands) replies.push(parseReply(await client.readReply()));
      return replies;
    };
    const points: GeoPoint[] = Array.from({ length: 4000 }, () => anyPoint(random));
    const set = ZSetValue.create(limits);
    points.forEach((point, i) => set.add(`p${i}`, geoScore(point), limits));
    await pipeline(
      points.map(({ longitude, latitude }, i) => [
        "GEOADD",
        "k",
        String(longitude),
        String(latitude),
        `p${i}`,
      ]),
    );
    const scores = await pipeline(points.map((_, i) => ["ZSCORE", "k", `p${i}`]));
    const places = await pipeline(points.map((_, i) => ["GEOPOS", "k", `p${i}`]));
    const texts = await pipeline(points.map((_, i) => ["GEOHASH", "k", `p${i}`]));
    const far = await pipeline(
      points.map((_, i) => ["GEODIST", "k", `p${i}`, `p${(i * 7) % points.length}`]),
    );
    points.forEach((_, i) => {
      const score = set.score(`p${i}`)!;
      assertEquals(Number(scores[i].text), score);
      const [longitude, latitude] = places[i].items![0].items!.map((item) => Number(item.text));
      assertEquals(asPrinted(geoPoint(score)), { longitude, latitude });
      assertEquals(texts[i].items![0].text, geoText(score));
      const other = geoPoint(set.score(`p${(i * 7) % points.length}`)!);
      assertAlmostEquals(Number(far[i].text), geoDistance(geoPoint(score), other), 0.0002);
    });

    // Scores that no place has.
    const odd = [2 ** 52, 2 ** 53 + 2, 2 ** 60, 12345.75, 1.8e19, 1e30, -1, -0.5, -1e18, -1e19];
    odd.push(2 ** 63, -(2 ** 63), 2 ** 64, Infinity, -Infinity);
    await pipeline(odd.map((score, i) => ["ZADD", "odd", String(score), `o${i}`]));
    for (const [i, score] of odd.entries()) {
      const [reply] = await pipeline([["GEOPOS", "odd", `o${i}`]]);
      const [longitude, latitude] = reply.items![0].items!.map((item) => Number(item.text));
      assertEquals(asPrinted(geoPoint(score)), { longitude, latitude }, String(score));
    }

    let found = 0;
    for (let i = 0; i < 3000; i++) {
      const shape = anyShape(random);
      const { longitude, latitude } = shape.center;
      const by = shape.kind === "circle"
        ? ["BYRADIUS", String(shape.radius), "m"]
        : ["BYBOX", String(shape.width), String(shape.height), "m"];
      const command = ["GEOSEARCH", "k", "FROMLONLAT", String(longitude), String(latitude), ...by];
      const [reply] = await pipeline([command]);
      assertEquals(
        reply.items!.map((item) => item.text),
        search(set, shape),
        command.join(" "),
      );
      found += reply.items!.length;
    }
    assert(found > 10_000, `${found} found`);
  },
});
