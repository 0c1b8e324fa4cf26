/**
 * Memory of a key beside a real server: what the process grows by in truth, what `used_memory` says
 * and what MEMORY USAGE says.
 *
 *     deno run -A tests/bench/memory.ts [--keys 1000000] [--only strings,hashes]
 *
 * Each data set goes into a fresh server, whose resident bytes are read before and after, once they
 * stand still.
 *
 * @module
 */

import { digits, feed } from "./support/feed.ts";
import { program } from "./support/options.ts";
import { residentBytes, settledBytes } from "./support/proc.ts";
import { keepFigures, RESULTS_PATH } from "./support/results.ts";
import { decimal, formatTable, whole } from "./support/table.ts";
import { LABELS, ReplyError, Target, type TargetKind } from "./support/targets.ts";

/** How many keys MEMORY USAGE is asked for. */
const SAMPLE = 200;
const KINDS: TargetKind[] = ["redis", "redeno"];

/** A kind of data, made of many small keys. */
interface DataSet {
  command: string;
  title: string;
  key(i: number): string;
  /** The command that makes the key with a number. */
  make(i: number): string[];
}

const DATA: Record<string, DataSet> = {
  strings: {
    command: "SET",
    title: "16-byte key, 24-byte string",
    key: (i) => `key:${digits(i)}`,
    make: (i) => ["SET", `key:${digits(i)}`, `value:${String(i).padStart(18, "0")}`],
  },
  hashes: {
    command: "HSET",
    title: "17-byte key, hash of 3 fields",
    key: (i) => `hash:${digits(i)}`,
    make: (i) => [
      ...["HSET", `hash:${digits(i)}`, "name", `user-${i % 100_000}`],
      ...["visits", `${i % 1000}`, "city", `city-${i % 500}`],
    ],
  },
};

/** Bytes a key, by three witnesses. */
interface KeyBytes {
  resident: number;
  /** Resident bytes at once after the load, with what was not collected yet. */
  residentAtOnce: number;
  usedMemory: number | null;
  memoryUsage: number | null;
}

async function memoryUsage(target: Target, data: DataSet, keys: number): Promise<number | null> {
  const step = Math.max(1, Math.floor(keys / SAMPLE));
  let sum = 0;
  let asked = 0;
  for (let i = 0; i < keys; i += step) {
    try {
      sum += Number((await target.call("MEMORY", "USAGE", data.key(i))).text);
    } catch (error) {
      if (error instanceof ReplyError) return null;
      throw error;
    }
    asked++;
  }
  return sum / asked;
}

async function measure(
  kind: TargetKind,
  data: DataSet,
  keys: number,
): Promise<KeyBytes | undefined> {
  await using target = await Target.start(kind);
  if (!await target.has(data.command)) return undefined;
  const before = await settledBytes(target.pid);
  const usedBefore = await target.info("memory", "used_memory");
  await feed(target.port, commands(data, keys));
  const atOnce = await residentBytes(target.pid);
  const after = await settledBytes(target.pid);
  const usedAfter = await target.info("memory", "used_memory");
  return {
    resident: (after - before) / keys,
    residentAtOnce: (atOnce - before) / keys,
    usedMemory: usedBefore === undefined || usedAfter === undefined
      ? null
      : (usedAfter - usedBefore) / keys,
    memoryUsage: await memoryUsage(target, data, keys),
  };
}

function* commands(data: DataSet, keys: number): Generator<string[]> {
  for (let i = 0; i < keys; i++) yield data.make(i);
}

if (import.meta.main) {
  await program({
    values: ["keys", "only", "out"],
    flags: ["no-write"],
    usage: `deno run -A tests/bench/memory.ts [options]
  --keys NUMBER   default 1000000
  --only NAMES    of ${Object.keys(DATA).join(", ")}
  --out FILE      default tests/bench/results.json
  --no-write      print only`,
  }, async (options) => {
    const keys = options.number("keys", 1_000_000);
    const names = options.words("only", Object.keys(DATA), Object.keys(DATA));
    const figures: Record<string, Partial<Record<TargetKind, KeyBytes>>> = {};
    const rows: string[][] = [];
    for (const name of names) {
      figures[name] = {};
      for (const kind of KINDS) {
        const found = await measure(kind, DATA[name], keys);
        if (found === undefined) {
          console.error(`${LABELS[kind]} has no ${DATA[name].command}`);
          continue;
        }
        figures[name][kind] = found;
        rows.push([
          DATA[name].title,
          LABELS[kind],
          decimal(found.resident, 1),
          decimal(found.residentAtOnce, 1),
          decimal(found.usedMemory, 1),
          decimal(found.memoryUsage, 1),
        ]);
      }
    }
    console.log(`bytes a key at ${whole(keys)} keys\n`);
    console.log(formatTable(
      ["data", "server", "resident", "resident at once", "used_memory", "MEMORY USAGE"],
      rows,
    ));
    const path = options.flag("no-write") ? undefined : options.text("out") ?? RESULTS_PATH;
    await keepFigures(path, "memory", { keys, data: figures });
  });
}
