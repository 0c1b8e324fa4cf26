/**
 * Coordinates, distances and units in arguments and replies.
 *
 * @module
 */

import { asciiUpper, type ByteString } from "../../bytes/bytes.ts";
import { formatDouble, parseDouble } from "../../bytes/double.ts";
import { type Argument, oneof, token } from "../../command/arguments.ts";
import { DoubleReply, RedisError, type Reply } from "../../resp/reply.ts";
import { type GeoPoint, isGeoPoint } from "../../values/geohash.ts";

/** The argument that names a unit. */
export const UNIT: Argument = oneof("unit", [token("M"), token("KM"), token("FT"), token("MI")]);

/** Metres of a unit. */
export function parseUnit(text: ByteString): number {
  switch (asciiUpper(text)) {
    case "M":
      return 1;
    case "KM":
      return 1000;
    case "FT":
      return 0.3048;
    case "MI":
      return 1609.34;
    default:
      throw new RedisError("ERR unsupported unit provided. please use M, KM, FT, MI");
  }
}

/**
 * A floating point argument.
 *
 * @param error the error line when it is none
 */
export function parseNumber(text: ByteString, error: string): number {
  const value = parseDouble(text);
  if (value === null || value !== value) throw new RedisError(error);
  return value;
}

/** A place, from two arguments. */
export function parsePoint(east: ByteString, north: ByteString): GeoPoint {
  const error = "ERR value is not a valid float";
  const longitude = parseNumber(east, error);
  const latitude = parseNumber(north, error);
  const point = { longitude, latitude };
  if (isGeoPoint(point)) return point;
  throw new RedisError(
    `ERR invalid longitude,latitude pair ${sixDecimals(longitude)},${sixDecimals(latitude)}`,
  );
}

/** A number with six decimals, as C's `%f` writes it: in full, and ties to even. */
function sixDecimals(value: number): string {
  if (!Number.isFinite(value)) return formatDouble(value);
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const size = Math.abs(value);
  if (size >= 1e21) return `${sign}${BigInt(size)}.000000`;
  // A double that could be a tie has no decimals beyond these.
  const exact = size.toFixed(60);
  const cut = exact.length - 54;
  const isTie = exact.charCodeAt(cut) === 0x35 && /^50*$/.test(exact.substring(cut));
  const isEven = (exact.charCodeAt(cut - 1) & 1) === 0;
  return sign + (isTie && isEven ? exact.substring(0, cut) : size.toFixed(6));
}

/** A distance: four decimals, in either protocol as text. */
export function distanceReply(distance: number): ByteString {
  const scaled = distance * 10_000;
  let rounded = Math.round(scaled);
  if (rounded - scaled === 0.5 && rounded % 2 !== 0) rounded--;
  const digits = String(rounded).padStart(5, "0");
  return `${digits.slice(0, -4)}.${digits.slice(-4)}`;
}

/** A place: both coordinates with 17 decimals, zeros at the end left out. */
export function pointReply({ longitude, latitude }: GeoPoint): Reply {
  return [coordinate(longitude), coordinate(latitude)];
}

function coordinate(degrees: number): Reply {
  return new DoubleReply(degrees, degrees.toFixed(17).replace(/\.?0+$/, ""));
}
