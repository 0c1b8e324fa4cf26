/**
 * How long a client waits at worst while others write at full speed, beside a real server.
 *
 *     deno run -A tests/bench/pauses.ts [--keys 1000000] [--seconds 10]
 *
 * One connection sends a PING for every millisecond without waiting for earlier replies: so a pause
 * of the server meets as many pings as it lasts milliseconds, and no ping is spared by it.
 * Meanwhile redis-benchmark overwrites random ones of the keys. The pinging process needs its share
 * of the processor too; what it waits for that is in both servers' figures.
 *
 * @module
 */

import { toBytes } from "../support/resp.ts";
import { feed, strings, writeAll } from "./support/feed.ts";
import { program } from "./support/options.ts";
import { startLoad } from "./support/redis_benchmark.ts";
import { keepFigures, RESULTS_PATH } from "./support/results.ts";
import { quantile } from "./support/statistics.ts";
import { decimal, formatTable, whole } from "./support/table.ts";
import { LABELS, Target, type TargetKind } from "./support/targets.ts";
import { valueOf } from "./support/workloads.ts";

const KINDS: TargetKind[] = ["redis", "redeno"];
const VALUE_SIZE = 24;
const PIPELINE = 16;
const CLIENTS = 50;
/** The load runs this long before pings count: connections are made, code is compiled. */
const WARM_MS = 1000;

const PING = "PING\r\n";
const PONG_SIZE = "+PONG\r\n".length;

/** What the pings met, in milliseconds. */
interface Waits {
  pings: number;
  medianMs: number;
  p99Ms: number;
  p999Ms: number;
  longestMs: number;
  /** Commands a second that the server did meanwhile. */
  rate: number;
}

/** Pings for some time. @returns milliseconds until each reply */
async function ping(port: number, durationMs: number): Promise<number[]> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  conn.setNoDelay(true);
  const sent: number[] = [];
  const waits: number[] = [];
  const done = Promise.withResolvers<void>();
  const began = performance.now();
  const end = began + durationMs;
  const timer = setInterval(() => {
    const now = performance.now();
    if (now >= end) {
      clearInterval(timer);
      if (waits.length === sent.length) done.resolve();
      return;
    }
    // A tick that comes late sends what was due meanwhile; the waits of those begin here too, since
    // the server had no part in the delay.
    const due = Math.floor(now - began) + 1 - sent.length;
    for (let i = 0; i < due; i++) sent.push(now);
    if (due > 0) writeAll(conn, toBytes(PING.repeat(due))).catch(done.reject);
  }, 1);
  const read = async () => {
    const chunk = new Uint8Array(64 * 1024);
    for (let bytes = 0; performance.now() < end || waits.length < sent.length;) {
      const n = await conn.read(chunk);
      if (n === null) throw new Error("the server closed the connection");
      bytes += n;
      const now = performance.now();
      while (waits.length < Math.floor(bytes / PONG_SIZE)) waits.push(now - sent[waits.length]);
    }
    done.resolve();
  };
  const reading = read();
  // A failure reaches the caller through `done`; after its end the closed connection ends the read.
  reading.catch(done.reject);
  try {
    await done.promise;
  } finally {
    clearInterval(timer);
  }
  return waits;
}

async function measure(
  kind: TargetKind,
  { keys, seconds }: { keys: number; seconds: number },
): Promise<Waits> {
  await using target = await Target.start(kind);
  const value = valueOf(VALUE_SIZE);
  await feed(target.port, strings({ keys, value }));
  await using _load = startLoad({
    port: target.port,
    clients: CLIENTS,
    pipeline: PIPELINE,
    keys,
    command: ["SET", "key:__rand_int__", value],
  });
  await new Promise((resolve) => setTimeout(resolve, WARM_MS));
  const processed = () => target.info("stats", "total_commands_processed");
  const before = await processed();
  const began = performance.now();
  const waits = await ping(target.port, seconds * 1000);
  const elapsed = (performance.now() - began) / 1000;
  const after = await processed();
  return {
    pings: waits.length,
    medianMs: quantile(waits, 0.5),
    p99Ms: quantile(waits, 0.99),
    p999Ms: quantile(waits, 0.999),
    longestMs: quantile(waits, 1),
    rate: ((after ?? NaN) - (before ?? NaN)) / elapsed,
  };
}

if (import.meta.main) {
  await program({
    values: ["keys", "seconds", "out"],
    flags: ["no-write"],
    usage: `deno run -A tests/bench/pauses.ts [options]
  --keys NUMBER      default 1000000
  --seconds NUMBER   of pinging, default 10
  --out FILE         default tests/bench/results.json
  --no-write         print only`,
  }, async (options) => {
    const setting = {
      keys: options.number("keys", 1_000_000),
      seconds: options.number("seconds", 10),
    };
    const figures: Partial<Record<TargetKind, Waits>> = {};
    const rows: string[][] = [];
    for (const kind of KINDS) {
      const waits = await measure(kind, setting);
      figures[kind] = waits;
      rows.push([
        LABELS[kind],
        whole(waits.pings),
        ...[waits.medianMs, waits.p99Ms, waits.p999Ms, waits.longestMs].map((ms) => decimal(ms)),
        whole(waits.rate),
      ]);
    }
    console.log(
      `milliseconds until PONG while ${CLIENTS} connections SET with pipelines of ${PIPELINE}, ` +
        `${whole(setting.keys)} keys\n`,
    );
    console.log(
      formatTable(["server", "pings", "median", "p99", "p99.9", "longest", "commands/s"], rows),
    );
    const path = options.flag("no-write") ? undefined : options.text("out") ?? RESULTS_PATH;
    await keepFigures(path, "pauses", { ...setting, servers: figures });
  });
}
