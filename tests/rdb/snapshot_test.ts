/**
 * A snapshot that is taken while the data change: what it writes is what there was at the start.
 * Commands of every type run between its slices; the model is a save at the start.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { ByteMap } from "../../src/keyspace/byte_map/byte_map.ts";
import { MapTable } from "../../src/keyspace/map_table.ts";
import { expireStep } from "../../src/keyspace/active_expire.ts";
import { expireFieldsStep } from "../../src/keyspace/field_expire.ts";
import { KEEP } from "../../src/rdb/encode/context.ts";
import { Snapshot } from "../../src/rdb/save/snapshot.ts";
import { RdbWriter } from "../../src/rdb/encode/writer.ts";
import { TestServer } from "../execution/support.ts";
import { mulberry32, type Prng } from "../support/prng.ts";
import { canonicalContent, decodeAll } from "./canonical.ts";

function newWriter(server: TestServer): RdbWriter {
  const { keyspace } = server;
  const writer = new RdbWriter({
    version: 12,
    compress: false,
    checksum: true,
    access: null,
    accessClock: keyspace.access,
    limits: keyspace.limits,
  });
  writer.header();
  return writer;
}

function contentOf(writer: RdbWriter): unknown {
  writer.end();
  return canonicalContent(decodeAll(writer.take(), { refuseDuplicateKeys: true })).dbs;
}

/** What a save would write now. */
function contentNow(server: TestServer): unknown {
  const writer = newWriter(server);
  for (const { index, table } of server.keyspace.databases) {
    for (let entry = 0; entry < table.entryLimit; entry++) {
      if (table.isLive(entry)) writer.key(index, table, entry);
    }
  }
  return contentOf(writer);
}

const LARGE = ["hash", "set", "zset", "list", "stream"];

/** Values that are written in several steps. */
function fillLarge(server: TestServer): void {
  const numbers = Array.from({ length: 1000 }, (_, i) => i);
  server.main.run(`HSET large:hash ${numbers.map((i) => `f${i} v${i}`).join(" ")}`);
  server.main.run(`HPEXPIRE large:hash 9000000 FIELDS 2 f7 f8`);
  server.main.run(`SADD large:set ${numbers.map((i) => `m${i}`).join(" ")}`);
  server.main.run(`ZADD large:zset ${numbers.map((i) => `${i / 3} m${i}`).join(" ")}`);
  server.main.run(`RPUSH large:list ${numbers.map((i) => `${i}`.repeat(20)).join(" ")}`);
  for (const i of numbers) server.main.run(`XADD large:stream ${i + 1}-0 f v${i}`);
}

const NAMES = Array.from({ length: 40 }, (_, i) => `k${i}`);

/** A command that changes something in one way or another. */
function change({ int, pick }: Prng): string {
  const key = pick(NAMES);
  const other = pick(NAMES);
  // Some keys are left to one type, so that their values grow old.
  const stream = `stream${int(4)}`;
  const hash = `hash${int(4)}`;
  if (int(6) === 0) {
    return pick([
      `HSET large:hash f${int(2000)} new`,
      `HDEL large:hash f${int(2000)}`,
      `SREM large:set m${int(2000)}`,
      `SPOP large:set 3`,
      `ZADD large:zset ${int(2000)} m${int(2000)}`,
      `ZPOPMAX large:zset 2`,
      `LPOP large:list`,
      `LSET large:list ${int(1000)} new`,
      `XADD large:stream * f v`,
      `XTRIM large:stream MAXLEN 900`,
      `RENAME large:${pick(LARGE)} ${other}`,
      `DEL large:${pick(LARGE)}`,
      `EXPIRE large:${pick(LARGE)} 100`,
    ]);
  }
  const n = int(50);
  if (int(4) === 0) {
    return pick([
      `HSET ${hash} f${n} v g ${n}`,
      `HEXPIRE ${hash} ${1 + int(3)} FIELDS 1 f${int(50)}`,
      `XADD ${stream} * f ${n}`,
      `XGROUP CREATE ${stream} g 0`,
      `XREADGROUP GROUP g bob COUNT 2 STREAMS ${stream} >`,
      `XREADGROUP GROUP g bob COUNT 2 STREAMS ${stream} 0`,
      `XAUTOCLAIM ${stream} g dave 0 0 COUNT 1`,
      "!time",
    ]);
  }
  return pick([
    `SET ${key} v${n}`,
    `SET ${key} ${n}`,
    `SET ${key} v KEEPTTL`,
    `INCR ${key}`,
    `INCRBYFLOAT ${key} 1.5`,
    `APPEND ${key} more`,
    `SETRANGE ${key} ${n} edit`,
    `SETBIT ${key} ${n} 1`,
    `GETDEL ${key}`,
    `GETEX ${key} PX 100000`,
    `SETEX ${key} 1000 x`,
    `RPUSH ${key} a b c ${n}`,
    `LPOP ${key}`,
    `LSET ${key} 0 x${n}`,
    `LINSERT ${key} BEFORE a new`,
    `LREM ${key} 1 b`,
    `LTRIM ${key} 0 2`,
    `LMOVE ${key} ${other} LEFT RIGHT`,
    `SADD ${key} ${n} m${n}`,
    `SREM ${key} ${n}`,
    `SPOP ${key}`,
    `SMOVE ${key} ${other} m${n}`,
    `SUNIONSTORE ${key} ${other} ${pick(NAMES)}`,
    `HSET ${key} f${n} v g ${n}`,
    `HDEL ${key} f${n} g`,
    `HINCRBY ${key} g 1`,
    `HEXPIRE ${key} ${1 + int(3)} FIELDS 1 g`,
    `HPERSIST ${key} FIELDS 1 g`,
    `HGETALL ${key}`,
    `ZADD ${key} ${n} m${n} 2.5 n`,
    `ZINCRBY ${key} 1.5 n`,
    `ZPOPMIN ${key}`,
    `ZREMRANGEBYRANK ${key} 0 0`,
    `ZUNIONSTORE ${key} 2 ${other} ${pick(NAMES)}`,
    `XADD ${key} * f ${n}`,
    `XTRIM ${key} MAXLEN 3`,
    `XDEL ${key} ${n}-1`,
    `XADD ${key} ${n}-1 f v`,
    `XSETID ${key} 99999999999999-1`,
    `XGROUP CREATE ${key} g 0`,
    `XGROUP CREATECONSUMER ${key} g carol`,
    `XGROUP DELCONSUMER ${key} g bob`,
    `XREADGROUP GROUP g bob COUNT 2 STREAMS ${key} >`,
    `XREADGROUP GROUP g bob COUNT 2 STREAMS ${key} 0`,
    `XAUTOCLAIM ${key} g dave 0 0 COUNT 1`,
    `XCLAIM ${key} g erin 0 ${n}-1`,
    `XACK ${key} g ${n}-1`,
    `EXPIRE ${key} ${1 + int(3)}`,
    `PERSIST ${key}`,
    `DEL ${key}`,
    `UNLINK ${key} ${other}`,
    `RENAME ${key} ${other}`,
    `RENAMENX ${key} ${other}`,
    `COPY ${key} ${other} REPLACE`,
    `MOVE ${key} ${int(3)}`,
    `SORT ${key} ALPHA STORE ${other}`,
    `SELECT ${int(3)}`,
    `GET ${key}`,
    "!time",
  ]);
}

/** Run a change; errors are welcome. */
function apply(server: TestServer, line: string): void {
  if (line === "!time") server.clock.advance(700);
  else server.main.run(line);
  expireStep(server.keyspace, 10);
  expireFieldsStep(server.keyspace, 10);
}

for (const [name, newTable] of [["ByteMap", ByteMap], ["MapTable", MapTable]] as const) {
  Deno.test(`a snapshot of ${name}s holds what there was at its start, whatever changes`, () => {
    let frozen = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const prng = mulberry32(seed);
      const server = new TestServer();
      for (const db of server.keyspace.databases) db.table = new newTable();
      // The walk comes to the first keys while there still are changes; the last change before that.
      if (seed % 4 === 0) fillLarge(server);
      for (let i = 0; i < 400; i++) apply(server, change(prng));
      if (seed % 4 === 2) fillLarge(server);
      const before = contentNow(server);
      const writer = newWriter(server);
      const freeze = writer.freeze.bind(writer);
      writer.freeze = (...where) => {
        const begin = freeze(...where);
        if (begin !== null) frozen++;
        return begin;
      };
      const snapshot = new Snapshot(server.keyspace, writer);
      const keys = snapshot.keys;
      for (let i = 0; i < 200; i++) {
        if (i === 60 && seed % 4 === 0) server.main.run("SWAPDB 0 1");
        if (i === 90 && seed % 5 === 0) server.main.run("FLUSHDB");
        if (i === 120 && seed % 6 === 0) server.keyspace.clearAll();
        apply(server, change(prng));
        if (prng.int(4) > 0) continue;
        // As nothing is taken from the writer, one byte is a step.
        snapshot.step({ ms: 1000, bytes: seed % 3 === 0 ? Infinity : 1, keys: 1 });
      }
      while (!snapshot.step({ ms: 1000, bytes: Infinity }));
      snapshot.close();
      assertEquals(snapshot.written, keys);
      assertEquals(contentOf(writer), before, `seed ${seed}`);
      assertEquals(server.keyspace.snapshot, null);
      for (const { table } of server.keyspace.databases) {
        for (let entry = 0; entry < table.entryLimit; entry++) {
          if (table.isLive(entry)) assertEquals(table.epochAt(entry), 0);
        }
      }
    }
    assert(frozen > 20, `${frozen} large values changed before their turn`);
  });
}

Deno.test("a slice ends at its time and at its bytes", () => {
  const server = new TestServer();
  for (let i = 0; i < 100; i++) server.main.run(`SET key${i} ${"x".repeat(100)}`);
  const writer = newWriter(server);
  const snapshot = new Snapshot(server.keyspace, writer);
  assert(!snapshot.step({ ms: 1000, bytes: 1000 }));
  assert(snapshot.written >= 9 && snapshot.written <= 10);
  assert(!snapshot.step({ ms: 0, bytes: Infinity }));
  assert(snapshot.written < 40);
  assert(snapshot.step({ ms: 1000, bytes: Infinity }));
  assertEquals(snapshot.written, 100);
  snapshot.close();
});

Deno.test("a copy is written also when the walk ends before its turn", () => {
  const server = new TestServer();
  const numbers = Array.from({ length: 1000 }, (_, i) => i);
  server.main.run(`RPUSH one ${numbers.join(" ")}`);
  server.main.run(`SADD two ${numbers.map((i) => `m${i}`).join(" ")}`);
  const before = contentNow(server);
  const writer = newWriter(server);
  const snapshot = new Snapshot(server.keyspace, writer);
  assert(!snapshot.step({ ms: 0, bytes: Infinity }));
  server.main.run("SREM two m1 m2 m3");
  assert(snapshot.step({ ms: 1000, bytes: Infinity }));
  snapshot.close();
  assertEquals(contentOf(writer), before);
});

const CHANGES = {
  hash: ["HSET large:hash f3 new", "HDEL large:hash f999 f0 f1", "HPERSIST large:hash FIELDS 1 f7"],
  set: ["SREM large:set m0 m1 m2 m999", "SADD large:set new"],
  zset: ["ZADD large:zset 0 m999 999 m0", "ZPOPMAX large:zset 5", "ZREMRANGEBYRANK large:zset 0 9"],
  list: ["LPOP large:list 300", "LSET large:list 5 new", "RPUSH large:list new"],
  stream: [
    "XDEL large:stream 5-0 999-0",
    "XTRIM large:stream MAXLEN 9",
    "XACK large:stream two 3-0",
  ],
};

for (const [type, changes] of Object.entries(CHANGES)) {
  Deno.test(`a ${type} that changes while it is being written goes on as a copy`, () => {
    const key = `large:${type}`;
    let kept = 0;
    for (const change of [...changes, `DEL ${key}`, `SET ${key} new`]) {
      for (let at = 0; at < 12; at++) {
        const server = new TestServer();
        fillLarge(server);
        for (const group of ["one", "two"]) {
          server.main.run(`XGROUP CREATE large:stream ${group} 0`);
          server.main.run(`XREADGROUP GROUP ${group} bob COUNT 9 STREAMS large:stream >`);
        }
        server.main.run("SET small 1");
        for (const other of LARGE) if (other !== type) server.main.run(`DEL large:${other}`);
        const before = contentNow(server);
        const writer = newWriter(server);
        const begin = writer.beginKey.bind(writer);
        writer.beginKey = (...where) => {
          const steps = begin(...where);
          if (steps === null) return null;
          const next = steps.next.bind(steps);
          steps.next = (...asked) => {
            if (asked[0] === KEEP) kept++;
            return next(...asked);
          };
          return steps;
        };
        const snapshot = new Snapshot(server.keyspace, writer);
        // One byte is a step, as nothing is taken from the writer.
        while (snapshot.written === 0) snapshot.step({ ms: 1000, bytes: 1 });
        for (let i = 0; i < at; i++) snapshot.step({ ms: 1000, bytes: 1 });
        const { pending } = writer;
        server.main.run(change);
        assertEquals(writer.pending, pending);
        server.main.run(change);
        server.main.run("SET small 2");
        server.main.run(`DEL ${key}`);
        server.main.run(`SET ${key} another`);
        while (!snapshot.step({ ms: 1000, bytes: 1 }));
        snapshot.close();
        assertEquals(snapshot.written, 2);
        assertEquals(contentOf(writer), before, `${change} at ${at}`);
      }
    }
    assert(kept >= 15, `${kept} times`);
  });
}
