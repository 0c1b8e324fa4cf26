/**
 * Key tables beside a plain Map: time of an operation, memory of a key, pauses while overwriting.
 *
 *     deno bench -A tests/bench/key_table_bench.ts
 *     deno run -A tests/bench/key_table_bench.ts memory [keys …]
 *
 * Keys come as substrings of a larger string, as the request decoder makes them, so that a Map has
 * to hash each one anew. `memory` runs every table in a process of its own, with 16-byte keys and
 * 24-byte values, and prints resident bytes a key and the pauses in some seconds of overwriting.
 *
 * @module
 */

import process from "node:process";
import { ByteMap } from "../../src/keyspace/byte_map/byte_map.ts";
import type { KeyTable } from "../../src/keyspace/key_table.ts";
import { MapTable } from "../../src/keyspace/map_table.ts";

const TABLES: Record<string, () => Map<string, string> | KeyTable> = {
  "Map": () => new Map(),
  "MapTable": () => new MapTable(),
  "ByteMap": () => new ByteMap(),
};
const BENCH_KEYS = 300_000;
const BATCH = 1000;
const OVERWRITE_MS = 5000;
/** A hundred operations that take longer than this have met a pause. */
const PAUSE_MS = 4;

let state = 88675123;
function randomBelow(limit: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % limit;
}

function key(i: number): string {
  return "key:" + String(i).padStart(12, "0");
}

function value(i: number): string {
  return "value:" + String(i).padStart(18, "0");
}

/** Random keys of the table as substrings of one string. */
function requestKeys(count: number, keys: number): string[] {
  const chunk = Array.from({ length: count }, () => key(randomBelow(keys))).join("");
  return Array.from({ length: count }, (_, i) => chunk.substring(i * 16, i * 16 + 16));
}

function fill(table: Map<string, string> | KeyTable, keys: number): void {
  for (let i = 0; i < keys; i++) {
    if (table instanceof Map) table.set(key(i), value(i));
    else table.insert(key(i), value(i));
  }
}

function overwrite(table: Map<string, string> | KeyTable, name: string, text: string): void {
  if (table instanceof Map) table.set(name, text);
  else table.setValueAt(table.find(name), text);
}

function defineBenchmarks(): void {
  const values = Array.from({ length: BATCH }, (_, i) => value(i * 7));
  let sink = 0;
  for (const [name, make] of Object.entries(TABLES)) {
    let table: Map<string, string> | KeyTable | undefined;
    const ready = () => {
      if (table === undefined) fill(table = make(), BENCH_KEYS);
      return table;
    };
    const define = (
      group: string,
      onMap: (map: Map<string, string>, key: string, i: number) => void,
      onTable: (table: KeyTable, key: string, i: number) => void,
    ) =>
      Deno.bench({
        name: `${name}: ${BATCH} × ${group}`,
        group,
        baseline: name === "Map",
        fn(context) {
          const table = ready();
          const keys = requestKeys(BATCH, BENCH_KEYS);
          context.start();
          if (table instanceof Map) { for (let i = 0; i < BATCH; i++) onMap(table, keys[i], i); }
          else for (let i = 0; i < BATCH; i++) onTable(table, keys[i], i);
          context.end();
        },
      });
    define(
      "get",
      (map, key) => sink += map.get(key)!.length,
      (table, key) => sink += (table.valueAt(table.find(key)) as string).length,
    );
    define(
      "overwrite",
      (map, key, i) => map.set(key, values[i]),
      (table, key, i) => table.setValueAt(table.find(key), values[i]),
    );
    define(
      "delete and insert",
      (map, key, i) => map.delete(key) && map.set(key, values[i]),
      (table, key, i) => {
        table.deleteAt(table.find(key));
        table.insert(key, values[i]);
      },
    );
  }
}

/** Resident memory after the collector has run; its young space is full of garbage before, too. */
async function resident(): Promise<number> {
  const { gc } = globalThis as unknown as { gc(): void };
  for (let i = 0; i < 3; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return Deno.memoryUsage().rss;
}

/** Processor time of this process and all its threads. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function measureMemory(name: string, keys: number): Promise<void> {
  let garbage = 0;
  for (let i = 0; i < 2e6; i++) garbage += key(i).length + value(i).length;
  const before = await resident();
  const table = TABLES[name]();
  fill(table, keys);
  const bytes = ((await resident()) - before) / keys;

  let worst = 0;
  let sum = 0;
  let operations = 0;
  const begin = performance.now();
  let cpuBefore = cpuMs();
  for (let last = begin; last < begin + OVERWRITE_MS;) {
    for (let i = 0; i < 100; i++) overwrite(table, key(randomBelow(keys)), value(i + operations));
    operations += 100;
    const now = performance.now();
    const cpu = cpuMs();
    // On a busy machine a gap is mostly the time of others: only what this process ran counts.
    const gap = Math.min(now - last, cpu - cpuBefore);
    if (gap > PAUSE_MS) sum += gap;
    worst = Math.max(worst, gap);
    last = now;
    cpuBefore = cpu;
  }
  const nanoseconds = OVERWRITE_MS * 1e6 / operations;
  console.log(
    `${name.padEnd(9)} ${keys} keys: ${bytes.toFixed(1)} bytes a key; overwriting ` +
      `${nanoseconds.toFixed(0)} ns, pauses over ${PAUSE_MS} ms: ${sum.toFixed(0)} ms, ` +
      `worst ${worst.toFixed(1)} ms (${garbage > 0 ? size(table) : 0} keys)`,
  );
}

function size(table: Map<string, string> | KeyTable): number {
  return table.size;
}

if (Deno.args[0] === "memory-of") {
  await measureMemory(Deno.args[1], Number(Deno.args[2]));
} else if (Deno.args[0] === "memory") {
  const counts = Deno.args.length > 1 ? Deno.args.slice(1) : ["1000000", "2000000"];
  for (const count of counts) {
    for (const name of Object.keys(TABLES)) {
      await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--v8-flags=--expose-gc", import.meta.url, "memory-of", name, count],
        stdout: "inherit",
        stderr: "inherit",
      }).output();
    }
  }
} else {
  defineBenchmarks();
}
