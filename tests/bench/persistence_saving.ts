/**
 * How long it takes to save and to load a data set. The real server makes it, both load the same
 * file, and save what they have loaded.
 *
 * @module
 */

import { TempDir } from "../support/temp.ts";
import { digits, feed, strings } from "./support/feed.ts";
import { sleep } from "./support/pings.ts";
import { cpuTimes } from "./support/proc.ts";
import { median } from "./support/statistics.ts";
import { bytesText, decimal, formatTable, whole } from "./support/table.ts";
import { LABELS, Target, type TargetKind } from "./support/targets.ts";
import { valueOf } from "./support/workloads.ts";

const KINDS: TargetKind[] = ["redis", "redeno"];
const FILE = "dump.rdb";
const VALUE_SIZE = 24;
/** Between two looks at whether a save is over, in milliseconds. */
const LOOK_MS = 20;

/** Seconds that one server took. */
interface Saving {
  /** By its log. */
  load: number;
  save: number;
  /** Of processor time, its children's not included. */
  saveCpu: number;
  /** From BGSAVE until INFO says that it is over, without other clients. */
  background: number;
  /** Bytes of the file that it wrote. */
  fileBytes: number;
}

/** A data set, measured on both servers. */
export interface SavingFigures {
  data: string;
  dumpBytes: number;
  servers: Partial<Record<TargetKind, Saving>>;
}

/** Of ten keys: three strings, one of them compressible, a number, and small and larger structures. */
function* mixed(keys: number): Generator<string[]> {
  const text = "The same words again and again, the same words. ".repeat(4);
  for (let i = 0; i < keys; i++) {
    const key = `key:${digits(i)}`;
    switch (i % 10) {
      case 0:
        yield ["SET", key, `value:${digits(i * 7919)}`];
        break;
      case 1:
        yield ["SET", key, `value:${digits(i * 104729)}`, "EX", "1000000"];
        break;
      case 2:
        yield ["SET", key, text + i];
        break;
      case 3:
        yield ["SET", key, `${i * 31}`];
        break;
      case 4:
        yield ["HSET", key, "name", `name ${i}`, "mail", `${i}@example.com`, "age", `${i % 90}`];
        break;
      case 5:
        yield ["RPUSH", key, ...elements(i, 8)];
        break;
      case 6:
        yield ["SADD", key, ...Array.from({ length: 6 }, (_, j) => `${i * 13 + j * j}`)];
        break;
      case 7:
        yield ["SADD", key, ...elements(i, 6)];
        break;
      case 8:
        yield ["ZADD", key, ...elements(i, 6).flatMap((each, j) => [`${i % 100 + j * 1.5}`, each])];
        break;
      default:
        // One in a hundred is beyond what is packed.
        yield i % 1000 === 9
          ? ["HSET", key, ...elements(i, 200).flatMap((each) => [each, each])]
          : ["HSET", key, "visits", `${i}`, "since", `${i * 3}`];
    }
  }
}

function elements(i: number, count: number): string[] {
  return Array.from({ length: count }, (_, j) => `element:${i + j}`);
}

const DATA: Record<string, (keys: number) => Iterable<string[]>> = {
  strings: (keys) => strings({ keys, value: valueOf(VALUE_SIZE) }),
  mixed,
};

async function makeDump(dir: string, commands: Iterable<string[]>): Promise<number> {
  await using target = await Target.start("redis", { args: ["--dir", dir, "--dbfilename", FILE] });
  await feed(target.port, commands);
  await target.call("SAVE");
  return (await Deno.stat(`${dir}/${FILE}`)).size;
}

/** Seconds of processor time so far. */
async function cpu({ pid }: Target): Promise<number> {
  const { user, system } = await cpuTimes(pid);
  return user + system;
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

/** Begins a save in the background, and waits until it is over. @throws Error when it failed */
export async function backgroundSave(target: Target): Promise<void> {
  await target.call("BGSAVE");
  while (await target.info("persistence", "rdb_bgsave_in_progress") !== 0) await sleep(LOOK_MS);
  const { text } = await target.call("INFO", "persistence");
  if (!/^rdb_last_bgsave_status:ok/m.test(text ?? "")) throw new Error(target.log());
}

async function once(kind: TargetKind, dump: string, keys: number): Promise<Saving> {
  await using dir = await TempDir.create();
  await Deno.copyFile(dump, `${dir.path}/${FILE}`);
  await using target = await Target.start(kind, {
    args: ["--dir", dir.path, "--dbfilename", FILE],
  });
  const load = /DB loaded from disk: ([\d.]+) seconds/.exec(target.log())?.[1];
  if (load === undefined) throw new Error(`no load in the log:\n${target.log()}`);
  const found = Number((await target.call("DBSIZE")).text);
  if (found !== keys) throw new Error(`${LABELS[kind]} has ${found} keys instead of ${keys}`);
  const background = await secondsOf(() => backgroundSave(target));
  const before = await cpu(target);
  const save = await secondsOf(() => target.call("SAVE"));
  const saveCpu = await cpu(target) - before;
  const { size } = await Deno.stat(`${dir.path}/${FILE}`);
  return { load: Number(load), save, saveCpu, background, fileBytes: size };
}

/** Measures saves and loads of all data sets. */
export async function measureSaving(
  { keys, rounds }: { keys: number; rounds: number },
): Promise<SavingFigures[]> {
  const all: SavingFigures[] = [];
  for (const [data, commands] of Object.entries(DATA)) {
    await using dir = await TempDir.create();
    const dumpBytes = await makeDump(dir.path, commands(keys));
    const runs: Record<string, Saving[]> = Object.fromEntries(KINDS.map((kind) => [kind, []]));
    for (let i = 0; i < rounds; i++) {
      for (const kind of KINDS) runs[kind].push(await once(kind, `${dir.path}/${FILE}`, keys));
    }
    const servers = Object.fromEntries(KINDS.map((kind) => {
      const of = (name: keyof Saving) => median(runs[kind].map((one) => one[name]));
      const figures: Saving = {
        load: of("load"),
        save: of("save"),
        saveCpu: of("saveCpu"),
        background: of("background"),
        fileBytes: of("fileBytes"),
      };
      return [kind, figures];
    }));
    all.push({ data, dumpBytes, servers });
  }
  return all;
}

/** Prints the table. */
export function reportSaving(all: readonly SavingFigures[]): void {
  const rows = all.flatMap(({ data, servers: { redis, redeno } }) => {
    if (redis === undefined || redeno === undefined) return [];
    const line = (label: string, figures: Saving) => [
      `${data}, ${label}`,
      decimal(figures.load),
      decimal(figures.save),
      decimal(figures.saveCpu),
      decimal(figures.background),
      bytesText(figures.fileBytes),
    ];
    const times = (name: keyof Saving) => `${decimal(redis[name] / redeno[name])}`;
    return [
      line(LABELS.redis, redis),
      line(LABELS.redeno, redeno),
      [`${data}, speed`, ...(["load", "save", "saveCpu", "background"] as const).map(times), ""],
    ];
  });
  console.log(`\nseconds, medians; speed: Redis's seconds by Redeno's\n`);
  console.log(formatTable(["data", "load", "SAVE", "its CPU", "BGSAVE", "file"], rows));
  for (const { data, dumpBytes } of all) console.log(`${data}: loaded ${whole(dumpBytes)} bytes`);
}
