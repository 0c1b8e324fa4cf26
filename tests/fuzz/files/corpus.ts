/**
 * The good files that damaged ones are made of: the recorded ones, and those that this server writes
 * in every version of its own, compressed and not.
 *
 * @module
 */

import "../../../src/datatypes/mod.ts";
import { type ByteString, fromBytes } from "../../../src/bytes/bytes.ts";
import { RdbDecoder } from "../../../src/rdb/decode/decoder.ts";
import { RdbError } from "../../../src/rdb/error.ts";
import { encodeDumpPayload } from "../../../src/rdb/encode/value.ts";
import type { WriteVersion } from "../../../src/rdb/encode/value.ts";
import type { TestParts } from "../../support/parts.ts";
import { fixtureNames as aofNames, FIXTURES as AOF_FIXTURES } from "../../aof/support.ts";
import { damagedFiles, fixtureNames, readBytes } from "../../rdb/fixtures.ts";
import { encodeCommand } from "../../support/resp.ts";
import { valueOfSegment } from "./parts.ts";

/** The files of an append-only file; the manifest is the first. */
export type AofFiles = readonly { readonly name: string; readonly bytes: ByteString }[];

/** Everything there is to damage. */
export interface Corpus {
  readonly dumps: readonly ByteString[];
  /** Values with their type's number in front, those of each type together. */
  readonly values: readonly (readonly ByteString[])[];
  readonly aofs: readonly AofFiles[];
}

/** Larger files are in use, but seldom: their mutations take long and say little. */
const LARGE_FILE = 12 * 1024;
const LARGE_VALUE = 3 * 1024;
const VERSIONS: readonly WriteVersion[] = [9, 10, 11, 12];

/** Commands that make values of every type and encoding, with what can hang on them. */
export function dataCommands(): string[][] {
  const far = "2500000000000";
  const many = Array.from({ length: 140 }, (_, i) => `member:${i}`);
  const long = "long text, ".repeat(12);
  return [
    ["SET", "string", "text"],
    ["SET", "integer", "-129"],
    ["SET", "compressed", long, "PXAT", far],
    ["SETRANGE", "edited", "9", "\x00\xff"],
    ["RPUSH", "list", "a", "12", "-70000", long, ""],
    ["RPUSH", "list:long", ...many, long.repeat(60)],
    ["SADD", "set:int", "1", "-5", "70000"],
    ["SADD", "set:wide", "1", "9223372036854775807"],
    ["SADD", "set", "a", "1", long],
    ["SADD", "set:long", ...many],
    ["HSET", "hash", "f", "v", "n", "12", "long", long],
    ["HSET", "hash:long", ...many, ...many],
    ["HSET", "hash:timed", "a", "1", "b", "2", "c", "3"],
    ["HPEXPIREAT", "hash:timed", far, "FIELDS", "2", "a", "b"],
    ["HSET", "hash:long:timed", ...many, ...many],
    ["HPEXPIREAT", "hash:long:timed", far, "FIELDS", "1", "member:3"],
    ["ZADD", "zset", "1.5", "a", "-inf", "b", "3", "12"],
    ["ZADD", "zset:long", ...many.flatMap((member, i) => [`${i / 7}`, member])],
    ["GEOADD", "geo", "13.361389", "38.115556", "Palermo", "15.087269", "37.502669", "Catania"],
    ["PFADD", "hyperloglog", "a", "b", "c"],
    ["PFADD", "hyperloglog:dense", ...many, ...many.map((word) => word + word)],
    ["XADD", "stream", "5-1", "f", "v", "g", "12"],
    ["XADD", "stream", "5-2", "f", "w", "g", "-70000"],
    ["XADD", "stream", "1700000000000-0", "other", "field"],
    ["XADD", "stream", "1700000000001-0", "f", long],
    ["XDEL", "stream", "5-2"],
    ["XGROUP", "CREATE", "stream", "group", "0"],
    ["XGROUP", "CREATE", "stream", "group:idle", "$"],
    ["XGROUP", "CREATECONSUMER", "stream", "group", "idle"],
    ["XREADGROUP", "GROUP", "group", "alice", "COUNT", "2", "STREAMS", "stream", ">"],
    ["XREADGROUP", "GROUP", "group", "bob", "COUNT", "1", "STREAMS", "stream", ">"],
    ["XDEL", "stream", "5-1"],
    ["XGROUP", "CREATE", "stream:empty", "group", "$", "MKSTREAM"],
    ...many.map((word, i) => ["XADD", "stream:long", `7-${i + 1}`, word, word]),
    ["SELECT", "3"],
    ["SET", "elsewhere", "1", "PXAT", far],
    ["SELECT", "0"],
  ];
}

/** Values of a dump, as far as it is sound. */
function valuesOf(bytes: Uint8Array): ByteString[] {
  const decoder = new RdbDecoder({ totalBytes: bytes.length });
  decoder.push(bytes);
  decoder.end();
  const values: ByteString[] = [];
  try {
    for (let start = 0;; start = decoder.offset) {
      const record = decoder.next();
      if (record === null) break;
      if (record.kind === "key") values.push(valueOfSegment(bytes.subarray(start, decoder.offset)));
    }
  } catch (error) {
    if (!(error instanceof RdbError)) throw error;
  }
  return values;
}

function recordedAof(name: string): AofFiles {
  const files: { name: string; bytes: ByteString }[] = [];
  const root = new URL(`${name}/`, AOF_FIXTURES).pathname;
  const walk = (folder: string) => {
    for (const entry of Deno.readDirSync(decodeURIComponent(folder))) {
      if (entry.isDirectory) walk(`${folder}${entry.name}/`);
      else if (entry.name !== "expected.json") {
        const bytes = fromBytes(Deno.readFileSync(decodeURIComponent(folder) + entry.name));
        if (entry.name.endsWith(".manifest")) files.unshift({ name: entry.name, bytes });
        else files.push({ name: entry.name, bytes });
      }
    }
  };
  walk(root);
  return files;
}

/** The name that a manifest of these files has. */
export const AOF_NAME = "appendonly.aof";

/** A set of files in the form of Redis 7, whatever it was. */
function settled(files: AofFiles): AofFiles {
  if (files[0].name.endsWith(".manifest")) {
    // Whatever it was called when it was recorded.
    const stem = files[0].name.slice(0, -".manifest".length);
    return files.map(({ name, bytes }, i) => ({
      name: name.replace(stem, AOF_NAME),
      bytes: i === 0 ? bytes.replaceAll(`"${stem}`, `"${AOF_NAME}`) : bytes,
    }));
  }
  const manifest = `file ${AOF_NAME} seq 1 type b\n`;
  return [{ name: `${AOF_NAME}.manifest`, bytes: manifest }, {
    name: AOF_NAME,
    bytes: files[0].bytes,
  }];
}

/** Dumps of what is in a server, in every version. */
function ownDumps(parts: TestParts, client: ReturnType<TestParts["createClient"]>): ByteString[] {
  const dumps: ByteString[] = [];
  const run = (...args: string[]) => parts.execute(client, args);
  for (const version of VERSIONS) {
    for (const compress of ["yes", "no"]) {
      run("CONFIG", "SET", "rdb-version", `${version}`, "rdbcompression", compress);
      run("SAVE");
      dumps.push(fromBytes(Deno.readFileSync(parts.config.path("dump.rdb"))));
    }
  }
  run("CONFIG", "SET", "rdb-version", "11", "rdbcompression", "yes");
  return dumps;
}

function ownValues(parts: TestParts): ByteString[] {
  const values: ByteString[] = [];
  const { keyspace } = parts;
  for (const { table } of keyspace.databases) {
    for (let entry = 0; entry < table.entryLimit; entry++) {
      if (!table.isLive(entry)) continue;
      for (const version of VERSIONS) {
        const options = { version, compress: false, limits: keyspace.limits };
        values.push(fromBytes(encodeDumpPayload(table.valueAt(entry), options)).slice(0, -10));
      }
    }
  }
  return values;
}

/** Gather it. @param parts an empty server, which is empty again afterwards */
export function gatherCorpus(parts: TestParts): Corpus {
  const client = parts.createClient(null);
  for (const args of dataCommands()) parts.execute(client, args);
  const own = ownDumps(parts, client);
  const values = new Set(ownValues(parts));
  parts.execute(client, ["FLUSHALL"]);
  const dumps: ByteString[] = [...own, ...own];
  for (const name of fixtureNames()) {
    const bytes = readBytes(name);
    for (const value of valuesOf(bytes)) values.add(value);
    dumps.push(fromBytes(bytes));
  }
  for (const { file } of damagedFiles()) {
    const bytes = readBytes(`damaged/${file}`);
    if (bytes.length >= 10) dumps.push(fromBytes(bytes));
  }
  // Without most of what makes long structures: how these are stored, commands do not say.
  const commands = dataCommands()
    .filter(([, key, id]) => key !== "stream:long" || id.length === 3)
    .map((args) => encodeCommand(args.slice(0, 40)))
    .join("");
  const aofs = aofNames().map((name) => settled(recordedAof(name)));
  const [manifest] = aofs.find((files) => files.length === 4)!;
  aofs.push([
    { name: `${AOF_NAME}.manifest`, bytes: `file ${AOF_NAME}.1.incr.aof seq 1 type i\n` },
    { name: `${AOF_NAME}.1.incr.aof`, bytes: commands },
  ], [
    manifest,
    { name: `${AOF_NAME}.2.base.rdb`, bytes: own[4] },
    { name: `${AOF_NAME}.2.incr.aof`, bytes: "#TS:1700000000\r\n" },
    { name: `${AOF_NAME}.3.incr.aof`, bytes: commands },
  ]);
  return {
    dumps: sparing([...dumps], LARGE_FILE),
    values: byType(values).map((group) => sparing(group, LARGE_VALUE)),
    aofs,
  };
}

function byType(values: Iterable<ByteString>): ByteString[][] {
  const groups: ByteString[][] = [];
  for (const value of values) (groups[value.charCodeAt(0)] ??= []).push(value);
  return Object.values(groups);
}

/** Small ones twice over, large ones once, very large ones not. */
function sparing(all: ByteString[], large: number): ByteString[] {
  const small = all.filter((bytes) => bytes.length <= large / 8);
  return [
    ...small,
    ...small,
    ...small,
    ...all.filter((bytes) => bytes.length <= large),
    ...all.filter((bytes) => bytes.length > large && bytes.length <= large * 4).slice(0, 8),
  ];
}
