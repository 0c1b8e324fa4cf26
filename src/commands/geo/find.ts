/**
 * Searching: places in a circle or a box, answered or stored.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import type { Context } from "../../command/context.ts";
import { EventClass } from "../../keyspace/events.ts";
import type { Reply } from "../../resp/reply.ts";
import {
  geoDistanceWithin,
  type GeoPoint,
  geoPoint,
  geoRanges,
  type GeoShape,
} from "../../values/geohash.ts";
import { ZSetValue } from "../../values/zset.ts";
import { partialSort } from "./partial_sort.ts";
import { parseSearch, type SearchForm, type SearchQuery } from "./query.ts";
import { distanceReply, pointReply } from "./text.ts";

/** A place that was found. */
interface Found {
  readonly member: ByteString;
  readonly score: number;
  readonly point: GeoPoint;
  /** Metres from the centre. */
  readonly distance: number;
}

/** The places that a search is to give. */
function search(query: SearchQuery): Found[] {
  const { source, center, area, count, any } = query;
  if (source === undefined || center === null || area === null) return [];
  const found = findWithin(source, { ...area, center }, any ? count : Infinity);
  // With COUNT the nearest ones are wanted, unless ANY is given.
  const order = query.order ?? (count > 0 && !any ? "asc" : null);
  if (order !== null) {
    const compare = order === "asc"
      ? (a: Found, b: Found) => a.distance - b.distance
      : (a: Found, b: Found) => b.distance - a.distance;
    if (count === 0 || count >= found.length) found.sort(compare);
    else partialSort(found, count, compare);
  }
  return count > 0 && count < found.length ? found.slice(0, count) : found;
}

/** The places in a shape, at most `limit`, in the order in which they are found. */
function findWithin(zset: ZSetValue, shape: GeoShape, limit: number): Found[] {
  const found: Found[] = [];
  for (const range of geoRanges(shape)) {
    const { start, end } = zset.scoreRanks(range);
    if (start >= end) continue;
    for (const cursor = zset.cursor(start, end); cursor.next();) {
      const { member, score } = cursor;
      const point = geoPoint(score);
      const distance = geoDistanceWithin(shape, point);
      if (distance < 0) continue;
      found.push({ member, score, point, distance });
      if (found.length >= limit) return found;
    }
  }
  return found;
}

function answer(query: SearchQuery): Reply {
  const { withDist, withHash, withCoord, unit } = query;
  const found = search(query);
  if (!withDist && !withHash && !withCoord) return found.map(({ member }) => member);
  return found.map(({ member, score, point, distance }) => {
    const item: Reply[] = [member];
    if (withDist) item.push(distanceReply(distance / unit));
    // One that was not made by GEOADD may have a fraction.
    if (withHash) item.push(Math.trunc(score));
    if (withCoord) item.push(pointReply(point));
    return item;
  });
}

function store(context: Context, query: SearchQuery, key: ByteString, event: string): Reply {
  const { db } = context;
  const found = search(query);
  if (found.length > 0) {
    const members = found.map(({ member }) => member);
    const scores = found.map((place) =>
      query.storeDist ? place.distance / query.unit : place.score
    );
    db.put(key, ZSetValue.from(members, scores, context.keyspace.limits));
    db.changed(key, EventClass.ZSET, event, found.length);
  } else if (db.deleteEvenExpired(key)) {
    db.changed(key, EventClass.GENERIC, "del");
  }
  return found.length;
}

/** Run a command that searches. */
export function runSearch(context: Context, args: readonly ByteString[], form: SearchForm): Reply {
  const query = parseSearch(context, args, form);
  if (query.store === null) return answer(query);
  const event = form.storeAt === undefined ? "georadiusstore" : "geosearchstore";
  return store(context, query, query.store, event);
}
