/**
 * How long clients wait while a snapshot is made, what is left of the throughput, and how much
 * memory it takes.
 *
 * 50 connections overwrite random keys at full speed, and another one pings every millisecond; first
 * without a snapshot, then during it. BGSAVE is measured without the append-only file, BGREWRITEAOF
 * with it.
 *
 * @module
 */

import { backgroundSave } from "./persistence_saving.ts";
import { feed, strings } from "./support/feed.ts";
import { ping, sleep, sumUp, type Waits } from "./support/pings.ts";
import { peakBytes, resetPeak, residentBytes } from "./support/proc.ts";
import { startLoad } from "./support/redis_benchmark.ts";
import { median } from "./support/statistics.ts";
import { bytesText, decimal, formatTable, whole } from "./support/table.ts";
import { LABELS, Target, type TargetKind } from "./support/targets.ts";
import { valueOf } from "./support/workloads.ts";

const KINDS: TargetKind[] = ["redis", "redeno"];
const VALUE_SIZE = 24;
const PIPELINE = 16;
const CLIENTS = 50;
/** The load runs this long before anything counts: connections are made, code is compiled. */
const WARM_MS = 2000;
const LOOK_MS = 20;

/** What is measured with and without a snapshot. */
interface Phase extends Waits {
  seconds: number;
  /** Commands a second. */
  rate: number;
  /** Resident bytes when the phase began. */
  beforeBytes: number;
  /** The most that was resident during the phase, with what a child had to copy. */
  peakBytes: number;
}

/** One kind of snapshot on one server: medians of the rounds, and the longest wait of all. */
interface SnapshotFigures {
  without: Phase;
  during: Phase;
}

/** One server's figures by the command that makes the snapshot. */
export type PauseFigures = Partial<Record<TargetKind, Record<string, SnapshotFigures>>>;

interface Snapshots {
  args: string[];
  run(target: Target): Promise<void>;
  /** Field of INFO with the bytes that the last child had to copy. */
  copied: string;
}

const SNAPSHOTS: Record<string, Snapshots> = {
  BGSAVE: { args: [], run: backgroundSave, copied: "rdb_last_cow_size" },
  BGREWRITEAOF: {
    args: [
      ...["--appendonly", "yes", "--appendfsync", "everysec"],
      ...["--auto-aof-rewrite-percentage", "0"],
    ],
    run: rewrite,
    copied: "aof_last_cow_size",
  },
};

async function rewrite(target: Target): Promise<void> {
  await target.call("BGREWRITEAOF");
  const busy = async () =>
    await target.info("persistence", "aof_rewrite_in_progress") !== 0 ||
    await target.info("persistence", "aof_rewrite_scheduled") !== 0;
  while (await busy()) await sleep(LOOK_MS);
  const { text } = await target.call("INFO", "persistence");
  if (!/^aof_last_bgrewrite_status:ok/m.test(text ?? "")) throw new Error(target.log());
}

/** Pings while `work` goes on. */
async function phase(target: Target, work: () => Promise<unknown>): Promise<Phase> {
  const processed = async () => await target.info("stats", "total_commands_processed") ?? NaN;
  const beforeBytes = await residentBytes(target.pid);
  await resetPeak(target.pid);
  const before = await processed();
  const began = performance.now();
  const over = work();
  const waits = await ping(target.port, over);
  const seconds = (performance.now() - began) / 1000;
  const rate = (await processed() - before) / seconds;
  return { ...sumUp(waits), seconds, rate, beforeBytes, peakBytes: await peakBytes(target.pid) };
}

function together(phases: readonly Phase[]): Phase {
  const of = (name: keyof Phase) => median(phases.map((one) => one[name]));
  return {
    pings: phases.reduce((sum, { pings }) => sum + pings, 0),
    medianMs: of("medianMs"),
    p99Ms: of("p99Ms"),
    p999Ms: of("p999Ms"),
    longestMs: Math.max(...phases.map(({ longestMs }) => longestMs)),
    seconds: of("seconds"),
    rate: of("rate"),
    beforeBytes: of("beforeBytes"),
    peakBytes: Math.max(...phases.map((one) => one.peakBytes)),
  };
}

/** How much to measure. */
export interface PausesPlan {
  keys: number;
  rounds: number;
  /** Of a phase without a snapshot. */
  seconds: number;
}

async function measure(
  kind: TargetKind,
  { args, run, copied }: Snapshots,
  { keys, rounds, seconds }: PausesPlan,
): Promise<SnapshotFigures> {
  await using target = await Target.start(kind, { args });
  const value = valueOf(VALUE_SIZE);
  await feed(target.port, strings({ keys, value }));
  await using _load = startLoad({
    port: target.port,
    clients: CLIENTS,
    pipeline: PIPELINE,
    keys,
    command: ["SET", "key:__rand_int__", value],
  });
  await sleep(WARM_MS);
  const without: Phase[] = [];
  const during: Phase[] = [];
  for (let i = 0; i < rounds; i++) {
    without.push(await phase(target, () => sleep(seconds * 1000)));
    const figures = await phase(target, () => run(target));
    const copiedBytes = await target.info("persistence", copied) ?? 0;
    during.push({ ...figures, peakBytes: figures.peakBytes + copiedBytes });
    await sleep(500);
  }
  return { without: together(without), during: together(during) };
}

/** Measures all kinds of snapshots on both servers. */
export async function measurePauses(plan: PausesPlan): Promise<PauseFigures> {
  const all: PauseFigures = {};
  for (const [name, snapshots] of Object.entries(SNAPSHOTS)) {
    for (const kind of KINDS) {
      all[kind] = { ...all[kind], [name]: await measure(kind, snapshots, plan) };
    }
  }
  return all;
}

/** Prints the table. */
export function reportPauses(all: PauseFigures): void {
  const rows: string[][] = [];
  for (const name of Object.keys(SNAPSHOTS)) {
    for (const kind of KINDS) {
      const figures = all[kind]?.[name];
      if (figures === undefined) continue;
      const line = (label: string, one: Phase) =>
        rows.push([
          `${LABELS[kind]}, ${label} ${name}`,
          decimal(one.seconds),
          decimal(one.medianMs),
          decimal(one.p99Ms),
          decimal(one.p999Ms),
          decimal(one.longestMs),
          whole(one.rate),
          decimal(one.rate / figures.without.rate),
          bytesText(one.peakBytes),
          decimal(one.peakBytes / figures.without.beforeBytes),
        ]);
      line("without", figures.without);
      line("during", figures.during);
    }
  }
  console.log(
    `\nmilliseconds until PONG while ${CLIENTS} connections SET with pipelines of ${PIPELINE}; ` +
      "medians of the\nrounds, the longest of all of them; peak: resident, with what a child copied\n",
  );
  console.log(formatTable(
    [
      "phase",
      "seconds",
      "median",
      "p99",
      "p99.9",
      "longest",
      "commands/s",
      "of without",
      "peak",
      "of before",
    ],
    rows,
  ));
}
