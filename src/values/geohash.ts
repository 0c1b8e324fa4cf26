/**
 * Places on the globe as scores of a sorted set, and which ranges of scores a search has to look at.
 *
 * Longitude and latitude are each cut into 2^26 equal steps, and the bits of the two step numbers
 * alternate (longitude first) in a number of 52 bits, which a score holds exactly. Places that are
 * near are mostly near as numbers: all places in a cell of the map, cut 2^n times each way, are one
 * range of scores. A search picks cells about as large as its area, takes the one around its centre
 * and those of the eight neighbours that the area reaches, and looks at everything in their ranges.
 *
 * Distances are of the great circle on a sphere. Figures (limits of latitude, the earth's radius)
 * and the order in which cells are looked at are the real server's, as results without an order of
 * their own come in that order.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { ScoreRange } from "./zset_ranges.ts";

/** Longitudes go from minus to plus this, in degrees. */
export const MAX_LONGITUDE = 180;
/** Latitudes go from minus to plus this, in degrees: where a Mercator map is as high as wide. */
export const MAX_LATITUDE = 85.05112878;

const EARTH_RADIUS = 6372797.560856;
/** Half of the map's width in metres. */
const MERCATOR_MAX = 20037726.37;
const RADIANS = Math.PI / 180;
/** Times that a score's cell is cut each way. */
const MAX_STEP = 26;
const TWO_26 = 67108864;
const TWO_32 = 4294967296;
const ALPHABET = "0123456789bcdefghjkmnpqrstuvwxyz";

/** A place: degrees east and north. */
export interface GeoPoint {
  readonly longitude: number;
  readonly latitude: number;
}

/** What a search covers: around a centre, a circle, or a box with sides east to west, north to south. */
export type GeoShape =
  & { readonly center: GeoPoint }
  & (
    | { readonly kind: "circle"; /** Metres. */ readonly radius: number }
    | { readonly kind: "box"; /** Metres. */ readonly width: number; readonly height: number }
  );

/** A cell by its step numbers; `step`: times that the map is cut each way. */
interface Cell {
  readonly longitude: number;
  readonly latitude: number;
  readonly step: number;
}

/** Degrees. */
interface Bounds {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

/** Whether a place is within the limits. */
export function isGeoPoint(point: GeoPoint): boolean {
  return Math.abs(point.longitude) <= MAX_LONGITUDE && Math.abs(point.latitude) <= MAX_LATITUDE;
}

/**
 * The score of a place within the limits.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const score = geoScore({ longitude: 13.361389, latitude: 38.115556 });
 * assertEquals(score, 3479099956230698);
 * assertEquals(geoText(score), "sqc8b49rny0");
 * ```
 */
export function geoScore(point: GeoPoint): number {
  return cellBits(cellOf(point, MAX_STEP, MAX_LATITUDE));
}

/** The place that a score stands for: the middle of its cell. Any score gives some place. */
export function geoPoint(score: number): GeoPoint {
  let high: number;
  let low: number;
  if (score >= 0 && score < TWO_32 * TWO_32) {
    high = Math.floor(score / TWO_32);
    low = Math.floor(score % TWO_32);
  } else {
    // Not a score of a place: what the processor's conversion to 64 bits makes of it.
    const large = score < 0 ? 1n << 63n : 0n;
    const fits = Math.abs(score) <= TWO_32 * TWO_32 / 2;
    const bits = fits ? BigInt.asUintN(64, BigInt(Math.trunc(score))) : large;
    high = Number(bits >> 32n);
    low = Number(bits & 0xffffffffn);
  }
  const latitude = squash(high) * 65536 + squash(low);
  const longitude = squash(high >>> 1) * 65536 + squash(low >>> 1);
  const area = boundsOf({ longitude, latitude, step: MAX_STEP });
  return {
    longitude: clamp((area.west + area.east) / 2, MAX_LONGITUDE),
    latitude: clamp((area.south + area.north) / 2, MAX_LATITUDE),
  };
}

/**
 * The geohash of a score's place, as other programs write it: eleven letters and digits, of which
 * the last is always `0`. (These cut latitudes from -90 to 90.)
 */
export function geoText(score: number): ByteString {
  const bits = cellBits(cellOf(geoPoint(score), MAX_STEP, 90));
  let text = "";
  for (let shift = 47; shift > 0; shift -= 5) {
    text += ALPHABET[Math.floor(bits / 2 ** shift) % 32];
  }
  return text + "0";
}

/** Metres between two places along the great circle. */
export function geoDistance(a: GeoPoint, b: GeoPoint): number {
  const v = Math.sin((b.longitude * RADIANS - a.longitude * RADIANS) / 2);
  if (v === 0) return latitudeDistance(a, b);
  const latitudeA = a.latitude * RADIANS;
  const latitudeB = b.latitude * RADIANS;
  const u = Math.sin((latitudeB - latitudeA) / 2);
  const h = u * u + Math.cos(latitudeA) * Math.cos(latitudeB) * v * v;
  return 2 * EARTH_RADIUS * Math.asin(Math.sqrt(h));
}

/** Metres from a shape's centre to a place in it; -1 when it is not in the shape. */
export function geoDistanceWithin(shape: GeoShape, point: GeoPoint): number {
  const { center } = shape;
  if (shape.kind === "circle") {
    const distance = geoDistance(center, point);
    return distance > shape.radius ? -1 : distance;
  }
  if (latitudeDistance(center, point) > shape.height / 2) return -1;
  const sideways = geoDistance(point, { longitude: center.longitude, latitude: point.latitude });
  return sideways > shape.width / 2 ? -1 : geoDistance(center, point);
}

/**
 * The ranges of scores where the places in a shape are, together with others; at most nine, in the
 * order in which a search looks at them.
 */
export function geoRanges(shape: GeoShape): ScoreRange[] {
  const reach = reachOf(shape);
  const { latitude } = shape.center;
  let step = stepFor(shape, latitude);
  let cell = cellOf(shape.center, step, MAX_LATITUDE);
  if (step > 1 && !isCovered(cell, reach)) {
    step--;
    cell = cellOf(shape.center, step, MAX_LATITUDE);
  }
  const area = boundsOf(cell);
  // Cells that large are all taken: a neighbour may be on both sides.
  const all = step < 2;
  const north = all || area.north <= reach.north;
  const south = all || area.south >= reach.south;
  const east = all || area.east <= reach.east;
  const west = all || area.west >= reach.west;
  const cells = [cell];
  if (north) cells.push(neighbour(cell, 0, 1));
  if (south) cells.push(neighbour(cell, 0, -1));
  if (east) cells.push(neighbour(cell, 1, 0));
  if (west) cells.push(neighbour(cell, -1, 0));
  if (north && east) cells.push(neighbour(cell, 1, 1));
  if (north && west) cells.push(neighbour(cell, -1, 1));
  if (south && east) cells.push(neighbour(cell, 1, -1));
  if (south && west) cells.push(neighbour(cell, -1, -1));

  const ranges: ScoreRange[] = [];
  const unit = 4 ** (MAX_STEP - step);
  let previous = -1;
  for (let i = 0; i < cells.length; i++) {
    const bits = cellBits(cells[i]);
    // With cells as large as half the map, neighbours in a row may be the same one.
    if (bits === previous) continue;
    if (i > 0) previous = bits;
    ranges.push({
      min: bits * unit,
      max: (bits + 1) * unit,
      minExclusive: false,
      maxExclusive: true,
    });
  }
  return ranges;
}

function latitudeDistance(a: GeoPoint, b: GeoPoint): number {
  return EARTH_RADIUS * Math.abs(b.latitude * RADIANS - a.latitude * RADIANS);
}

/** The box around a shape; a metre is most degrees of longitude on the side nearer to a pole. */
function reachOf(shape: GeoShape): Bounds {
  const { longitude, latitude } = shape.center;
  const height = shape.kind === "circle" ? shape.radius : shape.height / 2;
  const width = shape.kind === "circle" ? shape.radius : shape.width / 2;
  const up = height / EARTH_RADIUS / RADIANS;
  const edge = latitude < 0 ? latitude - up : latitude + up;
  const aside = width / EARTH_RADIUS / Math.cos(edge * RADIANS) / RADIANS;
  return {
    west: longitude - aside,
    south: latitude - up,
    east: longitude + aside,
    north: latitude + up,
  };
}

/** How often to cut the map so that nine cells cover a shape, by estimate. */
function stepFor(shape: GeoShape, latitude: number): number {
  let reach = shape.kind === "circle"
    ? shape.radius
    : Math.sqrt((shape.width / 2) * (shape.width / 2) + (shape.height / 2) * (shape.height / 2));
  if (reach === 0) return MAX_STEP;
  let step = 1;
  for (; reach < MERCATOR_MAX; reach *= 2) step++;
  step -= 2;
  // Towards the poles cells are narrower.
  if (Math.abs(latitude) > 66) step--;
  if (Math.abs(latitude) > 80) step--;
  return Math.min(Math.max(step, 1), MAX_STEP);
}

/** Whether the cell and its neighbours reach as far as `reach` each way. */
function isCovered(cell: Cell, reach: Bounds): boolean {
  return boundsOf(neighbour(cell, 0, 1)).north >= reach.north &&
    boundsOf(neighbour(cell, 0, -1)).south <= reach.south &&
    boundsOf(neighbour(cell, 1, 0)).east >= reach.east &&
    boundsOf(neighbour(cell, -1, 0)).west <= reach.west;
}

/** The cell of a place; `maxLatitude`: where the map ends. */
function cellOf(point: GeoPoint, step: number, maxLatitude: number): Cell {
  const steps = 2 ** step;
  const east = (point.longitude + MAX_LONGITUDE) / (2 * MAX_LONGITUDE) * steps;
  const north = (point.latitude + maxLatitude) / (2 * maxLatitude) * steps;
  return { longitude: Math.floor(east), latitude: Math.floor(north), step };
}

/** The cell so many cells to the east and to the north, around the map's edges. */
function neighbour(cell: Cell, east: number, north: number): Cell {
  const mask = 2 ** cell.step - 1;
  return {
    longitude: east === 0 ? cell.longitude : (cell.longitude + east) & mask,
    latitude: north === 0 ? cell.latitude : (cell.latitude + north) & mask,
    step: cell.step,
  };
}

function boundsOf(cell: Cell): Bounds {
  const steps = 2 ** cell.step;
  const wide = 2 * MAX_LONGITUDE;
  const high = 2 * MAX_LATITUDE;
  return {
    west: -MAX_LONGITUDE + cell.longitude / steps * wide,
    south: -MAX_LATITUDE + cell.latitude / steps * high,
    east: -MAX_LONGITUDE + (cell.longitude + 1) / steps * wide,
    north: -MAX_LATITUDE + (cell.latitude + 1) / steps * high,
  };
}

/** The bits of both step numbers, alternating. */
function cellBits(cell: Cell): number {
  // The last step may be 2^26 itself, at the very edge: one bit more in the upper halves.
  const low = spread(cell.latitude & 0x1fff) | spread(cell.longitude & 0x1fff) << 1;
  const high = spread(cell.latitude >>> 13) | spread(cell.longitude >>> 13) << 1;
  return high * TWO_26 + low;
}

/** Put a zero between any two of 16 bits. */
function spread(bits: number): number {
  let x = bits;
  x = (x | x << 8) & 0x00ff00ff;
  x = (x | x << 4) & 0x0f0f0f0f;
  x = (x | x << 2) & 0x33333333;
  return (x | x << 1) & 0x55555555;
}

/** Every second of 32 bits, from the lowest on. */
function squash(bits: number): number {
  let x = bits & 0x55555555;
  x = (x | x >>> 1) & 0x33333333;
  x = (x | x >>> 2) & 0x0f0f0f0f;
  x = (x | x >>> 4) & 0x00ff00ff;
  return (x | x >>> 8) & 0xffff;
}

function clamp(value: number, limit: number): number {
  return Math.min(Math.max(value, -limit), limit);
}
