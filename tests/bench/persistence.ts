/**
 * What keeping the data on the disk costs, beside a real server.
 *
 *     deno run -A tests/bench/persistence.ts                 all, about ten minutes
 *     deno run -A tests/bench/persistence.ts --only saving   one part
 *
 * Three parts: how long SAVE, BGSAVE and a load take; what the append-only file leaves of the
 * throughput; and how long clients wait while a snapshot is made. Everything is written below the
 * system's place for temporary files (TMPDIR), whose kind of file system is printed: on a memory disk
 * the figures say little.
 *
 * @module
 */

import { TempDir } from "../support/temp.ts";
import { measureAppending, POLICIES, reportAppending } from "./persistence_appending.ts";
import { measurePauses, reportPauses } from "./persistence_pauses.ts";
import { measureSaving, reportSaving } from "./persistence_saving.ts";
import { program } from "./support/options.ts";
import { fileSystemOf } from "./support/proc.ts";
import { keepFigures, RESULTS_PATH } from "./support/results.ts";
import { whole } from "./support/table.ts";

const PARTS = ["saving", "appending", "pauses"];

if (import.meta.main) {
  await program({
    values: ["only", "keys", "rounds", "seconds", "policies", "pipelines", "out"],
    flags: ["no-write"],
    usage: `deno run -A tests/bench/persistence.ts [options]
  --only NAMES         of ${PARTS.join(", ")}
  --keys NUMBER        default 1000000
  --rounds NUMBER      of everything, default 3
  --seconds NUMBER     of a round under load, default 1
  --policies NAMES     of ${POLICIES.join(", ")}
  --pipelines NUMBERS  default 1,16
  --out FILE           default tests/bench/results.json
  --no-write           print only`,
  }, async (options) => {
    const parts = options.words("only", PARTS, PARTS);
    const keys = options.number("keys", 1_000_000);
    const rounds = options.number("rounds", 3);
    const seconds = options.number("seconds", 1);
    const path = options.flag("no-write") ? undefined : options.text("out") ?? RESULTS_PATH;
    const disk = await temporaryFileSystem();
    console.log(`${whole(keys)} keys, ${rounds} rounds, files on ${disk}`);
    if (parts.includes("saving")) {
      const data = await measureSaving({ keys, rounds });
      reportSaving(data);
      await keepFigures(path, "saving", { keys, rounds, disk, data });
    }
    if (parts.includes("appending")) {
      const cases = await measureAppending({
        keys: 100_000,
        policies: options.words("policies", POLICIES, POLICIES),
        pipelines: options.numbers("pipelines", [1, 16]),
        effort: { rounds, seconds },
      });
      reportAppending(cases);
      await keepFigures(path, "appending", { disk, cases });
    }
    if (parts.includes("pauses")) {
      const servers = await measurePauses({ keys, rounds, seconds });
      reportPauses(servers);
      await keepFigures(path, "savingPauses", { keys, rounds, disk, servers });
    }
  });
}

async function temporaryFileSystem(): Promise<string> {
  await using dir = await TempDir.create();
  return await fileSystemOf(dir.path);
}
