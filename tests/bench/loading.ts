/**
 * How long a start with a large dump takes, beside a real server, which also makes the dump.
 *
 *     deno run -A tests/bench/loading.ts [--keys 1000000] [--rounds 3]
 *
 * @module
 */

import { TempDir } from "../support/temp.ts";
import { program } from "./support/options.ts";
import { residentBytes } from "./support/proc.ts";
import { keepFigures, RESULTS_PATH } from "./support/results.ts";
import { median } from "./support/statistics.ts";
import { bytesText, decimal, formatTable, whole } from "./support/table.ts";
import { LABELS, Target, type TargetKind } from "./support/targets.ts";

const KINDS: TargetKind[] = ["redis", "redeno"];
const VALUE_SIZE = 24;
const FILE = "dump.rdb";

/** One start, in seconds. */
interface Loading {
  /** From exec until connections are accepted. */
  wall: number;
  /** What the log line says. */
  logged: number;
  residentBytes: number;
}

/** Makes the dump. @returns its bytes */
async function makeDump(dir: string, keys: number): Promise<number> {
  await using target = await Target.start("redis", { args: ["--dir", dir, "--dbfilename", FILE] });
  await target.call("DEBUG", "POPULATE", `${keys}`, "key", `${VALUE_SIZE}`);
  await target.call("SAVE");
  return (await Deno.stat(`${dir}/${FILE}`)).size;
}

async function load(kind: TargetKind, dir: string, keys: number): Promise<Loading> {
  await using target = await Target.start(kind, { args: ["--dir", dir, "--dbfilename", FILE] });
  const logged = /DB loaded from disk: ([\d.]+) seconds/.exec(target.log())?.[1];
  if (logged === undefined) throw new Error(`no load in the log:\n${target.log()}`);
  const found = Number((await target.call("DBSIZE")).text);
  if (found !== keys) throw new Error(`${LABELS[kind]} has ${found} keys instead of ${keys}`);
  return {
    wall: target.startSeconds,
    logged: Number(logged),
    residentBytes: await residentBytes(target.pid),
  };
}

if (import.meta.main) {
  await program({
    values: ["keys", "rounds", "out"],
    flags: ["no-write"],
    usage: `deno run -A tests/bench/loading.ts [options]
  --keys NUMBER     default 1000000
  --rounds NUMBER   starts of each server, default 3
  --out FILE        default tests/bench/results.json
  --no-write        print only`,
  }, async (options) => {
    const keys = options.number("keys", 1_000_000);
    const rounds = options.number("rounds", 3);
    await using dir = await TempDir.create();
    const size = await makeDump(dir.path, keys);
    const all: Record<string, Loading[]> = Object.fromEntries(KINDS.map((kind) => [kind, []]));
    for (let i = 0; i < rounds; i++) {
      for (const kind of KINDS) all[kind].push(await load(kind, dir.path, keys));
    }
    const figures = Object.fromEntries(KINDS.map((kind) => {
      const of = (name: keyof Loading) => median(all[kind].map((one) => one[name]));
      return [kind, { wall: of("wall"), logged: of("logged"), residentBytes: of("residentBytes") }];
    }));
    console.log(`${whole(keys)} keys in a dump of ${bytesText(size)}, medians of ${rounds}\n`);
    console.log(formatTable(
      ["server", "seconds to ready", "seconds by the log", "resident"],
      KINDS.map((kind) => [
        LABELS[kind],
        decimal(figures[kind].wall),
        decimal(figures[kind].logged),
        bytesText(figures[kind].residentBytes),
      ]),
    ));
    const path = options.flag("no-write") ? undefined : options.text("out") ?? RESULTS_PATH;
    await keepFigures(path, "loading", { keys, rounds, dumpBytes: size, servers: figures });
  });
}
