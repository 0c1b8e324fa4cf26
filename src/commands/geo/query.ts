/**
 * The arguments of the commands that search: the GEORADIUS commands, which begin with a circle, and
 * the GEOSEARCH commands, where everything is an option.
 *
 * The key is looked up first, as it must be of the right type and as a member of it may be the
 * centre. When it is absent the arguments are still read, for their errors.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import type { Context } from "../../command/context.ts";
import { RedisError, syntaxError } from "../../resp/reply.ts";
import { type GeoPoint, geoPoint, type GeoShape } from "../../values/geohash.ts";
import { ZSetValue } from "../../values/zset.ts";
import { isWord, parseIntArg } from "../parse.ts";
import { parseNumber, parsePoint, parseUnit } from "./text.ts";

/** What the arguments of a command are. */
export interface SearchForm {
  /** Where the key of the places stands. */
  readonly keyAt: number;
  /** Where the options begin. */
  readonly optionsAt: number;
  /** What stands between the key and the options; options say it all when absent. */
  readonly center?: "point" | "member";
  /** Takes STORE and STOREDIST with a key. */
  readonly storing?: boolean;
  /** Where the key to store to stands. */
  readonly storeAt?: number;
}

/** Distributes over the alternatives of a union. */
type WithoutCenter<T> = T extends unknown ? Omit<T, "center"> : never;

/** A circle or a box without its centre. */
type Area = WithoutCenter<GeoShape>;

/** What to search, read from the arguments. */
export interface SearchQuery {
  /** Undefined when the key is absent: then nothing is found. */
  source: ZSetValue | undefined;
  /** Null when a place is to be the centre that is not there, as its key is absent. */
  center: GeoPoint | null;
  /** Null when it was not read, as the key is absent. */
  area: Area | null;
  /** Metres of the unit that distances are given in. */
  unit: number;
  withDist: boolean;
  withHash: boolean;
  withCoord: boolean;
  /** By distance. */
  order: "asc" | "desc" | null;
  /** Most places wanted; 0: all. */
  count: number;
  /** ANY: the first that are found instead of the nearest. */
  any: boolean;
  /** The key to store to. */
  store: ByteString | null;
  /** Store distances. */
  storeDist: boolean;
}

/** The options of a search that were given so far. */
interface Said {
  member: boolean;
  point: boolean;
}

function parseRadius(text: ByteString): number {
  const radius = parseNumber(text, "ERR need numeric radius");
  if (radius < 0) throw new RedisError("ERR radius cannot be negative");
  return radius;
}

/** Read `radius unit`. */
function readCircle(query: SearchQuery, radiusText: ByteString, unit: ByteString): void {
  const radius = parseRadius(radiusText);
  query.unit = parseUnit(unit);
  query.area = { kind: "circle", radius: radius * query.unit };
}

/** Read `width height unit`. */
function readBox(query: SearchQuery, [wide, high, unit]: readonly ByteString[]): void {
  const width = parseNumber(wide, "ERR need numeric width");
  const height = parseNumber(high, "ERR need numeric height");
  if (width < 0 || height < 0) throw new RedisError("ERR height or width cannot be negative");
  query.unit = parseUnit(unit);
  query.area = { kind: "box", width: width * query.unit, height: height * query.unit };
}

function placeOf(zset: ZSetValue, member: ByteString): GeoPoint {
  const score = zset.score(member);
  if (score === undefined) throw new RedisError("ERR could not decode requested zset member");
  return geoPoint(score);
}

/**
 * Read the arguments and look the key up.
 *
 * @throws RedisError
 */
export function parseSearch(
  context: Context,
  args: readonly ByteString[],
  form: SearchForm,
): SearchQuery {
  const source = context.db.getAs(args[form.keyAt], ZSetValue);
  const query: SearchQuery = {
    source,
    center: null,
    area: null,
    unit: 1,
    withDist: false,
    withHash: false,
    withCoord: false,
    order: null,
    count: 0,
    any: false,
    store: form.storeAt === undefined ? null : args[form.storeAt],
    storeDist: false,
  };
  const { optionsAt } = form;
  if (form.center === "point") {
    query.center = parsePoint(args[2], args[3]);
    readCircle(query, args[optionsAt - 2], args[optionsAt - 1]);
  } else if (form.center === "member" && source !== undefined) {
    query.center = placeOf(source, args[2]);
    readCircle(query, args[optionsAt - 2], args[optionsAt - 1]);
  }
  const said: Said = { member: false, point: false };
  for (let i = optionsAt; i < args.length;) {
    const next = readSelection(query, args, i) || readStore(query, args, i, form) ||
      (form.center === undefined ? readShape(query, args, i, said) : 0);
    if (next === 0) throw syntaxError();
    i = next;
  }
  check(query, args, form, said);
  return query;
}

/** An option on what to give of what is found. @returns where the next one stands; 0: it is none */
function readSelection(query: SearchQuery, args: readonly ByteString[], at: number): number {
  const word = args[at];
  if (isWord(word, "WITHDIST")) query.withDist = true;
  else if (isWord(word, "WITHHASH")) query.withHash = true;
  else if (isWord(word, "WITHCOORD")) query.withCoord = true;
  else if (isWord(word, "ANY")) query.any = true;
  else if (isWord(word, "ASC")) query.order = "asc";
  else if (isWord(word, "DESC")) query.order = "desc";
  else if (isWord(word, "COUNT") && at + 1 < args.length) {
    query.count = parseIntArg(args[at + 1]);
    if (query.count <= 0) throw new RedisError("ERR COUNT must be > 0");
    return at + 2;
  } else return 0;
  return at + 1;
}

/** An option on where to store. @returns where the next one stands; 0: it is none */
function readStore(
  query: SearchQuery,
  args: readonly ByteString[],
  at: number,
  form: SearchForm,
): number {
  const dist = isWord(args[at], "STOREDIST");
  if (dist && form.storeAt !== undefined) {
    query.storeDist = true;
    return at + 1;
  }
  if (!form.storing || at + 1 >= args.length || (!dist && !isWord(args[at], "STORE"))) return 0;
  query.store = args[at + 1];
  query.storeDist = dist;
  return at + 2;
}

/** An option on where to search. @returns where the next one stands; 0: it is none */
function readShape(
  query: SearchQuery,
  args: readonly ByteString[],
  at: number,
  said: Said,
): number {
  const word = args[at];
  const left = args.length - at - 1;
  if (left >= 1 && !said.point && isWord(word, "FROMMEMBER")) {
    if (query.source !== undefined) query.center = placeOf(query.source, args[at + 1]);
    said.member = true;
    return at + 2;
  }
  if (left >= 2 && !said.member && isWord(word, "FROMLONLAT")) {
    query.center = parsePoint(args[at + 1], args[at + 2]);
    said.point = true;
    return at + 3;
  }
  if (left >= 2 && query.area?.kind !== "box" && isWord(word, "BYRADIUS")) {
    readCircle(query, args[at + 1], args[at + 2]);
    return at + 3;
  }
  if (left >= 3 && query.area?.kind !== "circle" && isWord(word, "BYBOX")) {
    readBox(query, args.slice(at + 1, at + 4));
    return at + 4;
  }
  return 0;
}

/** Refuse what does not go together, or is not enough. */
function check(
  query: SearchQuery,
  args: readonly ByteString[],
  form: SearchForm,
  said: Said,
): void {
  if (query.store !== null && (query.withDist || query.withHash || query.withCoord)) {
    const who = form.storeAt === undefined ? "STORE option in GEORADIUS" : "GEOSEARCHSTORE";
    throw new RedisError(
      `ERR ${who} is not compatible with WITHDIST, WITHHASH and WITHCOORD options`,
    );
  }
  if (form.center === undefined && !said.member && !said.point) {
    throw new RedisError(
      `ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for ${args[0]}`,
    );
  }
  if (form.center === undefined && query.area === null) {
    throw new RedisError(`ERR exactly one of BYRADIUS and BYBOX can be specified for ${args[0]}`);
  }
  if (query.any && query.count === 0) {
    throw new RedisError("ERR the ANY argument requires COUNT argument");
  }
}
