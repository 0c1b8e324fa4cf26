/**
 * The append-only file at the start of a server and while it runs: loading it instead of the
 * snapshot, opening it, and following `CONFIG SET appendonly`.
 *
 * @module
 */

import type { AofLoadResult } from "../aof/load.ts";
import { AofFileError } from "../aof/files.ts";
import { isEmpty } from "../aof/manifest.ts";
import type { PersistenceNeeds } from "./needs.ts";
import { beginAofLoad, takeAofResult } from "./replay.ts";

/** What this works with. */
type Parts = Pick<
  PersistenceNeeds,
  | "aof"
  | "clients"
  | "clock"
  | "config"
  | "executor"
  | "keyspace"
  | "libraries"
  | "loading"
  | "log"
  | "persistence"
  | "registry"
  | "stats"
  | "switches"
  | "writeWaits"
>;

/** Clients are answered between pieces of work of this length, in milliseconds. */
const SLICE_MS = 20;
/** Milliseconds between two lines of progress in the log. */
const REPORT_EVERY_MS = 1000;

const NOTHING_LOADED = { size: 0, baseSize: 0 };

/**
 * Read which files there are. This comes before anything is loaded, and also while it is off.
 *
 * @returns false when they cannot be used; why is in the log
 */
export function prepareAof(parts: Parts): boolean {
  return attempt(() => parts.aof.readManifest());
}

/** @returns false when the work failed; why is in the log */
function attempt(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (error instanceof AofFileError) return false;
    throw error;
  }
}

/**
 * Load the append-only file, and begin to append to it. Does the latter alone when it is off, so
 * that it can be turned on later.
 *
 * @param signal ends the load early
 * @returns false when it cannot be loaded or opened; why is in the log
 */
export async function startAof(parts: Parts, signal: AbortSignal): Promise<boolean> {
  const { aof, config } = parts;
  let loaded: Pick<AofLoadResult, "size" | "baseSize"> = NOTHING_LOADED;
  if (config.values.appendonly && !isEmpty(aof.manifest)) {
    // There is no waiting for the engine of libraries while commands are replayed.
    await parts.libraries.prepare();
    const result = await load(parts, signal);
    if (result === null) return false;
    loaded = result;
  }
  if (!attempt(() => aof.start(loaded))) return false;
  config.onChange(["appendonly"], () => follow(parts));
  return true;
}

/** Turn it on or off as the configuration says now. @throws Error when it cannot be turned on */
function follow({ aof, executor, log, writeWaits }: Parts): void {
  try {
    aof.apply(executor.isNested);
  } catch (error) {
    log.warning(
      "Failed applying new configuration. Possibly related to new appendonly setting. Restoring " +
        "previous settings.",
    );
    throw error;
  }
  // Who waits for a file that is no more waits in vain.
  writeWaits.serve();
}

async function load(parts: Parts, signal: AbortSignal): Promise<AofLoadResult | null> {
  const { clock, log, stats, registry, keyspace } = parts;
  const startedMs = clock.tick();
  const began = clock.monotonic();
  const loading = { startedMs, totalBytes: 0, loadedBytes: 0, loadedKeys: 0 };
  const end = parts.loading.begin(loading);
  const processed = stats.commandsProcessed;
  try {
    const work = beginAofLoad(parts);
    let sliceEnd = began + SLICE_MS;
    let reported = began;
    for (let step = work.next();; step = work.next()) {
      if (step.done) {
        if (step.value === null) return null;
        takeAofResult(parts, step.value);
        const seconds = (clock.monotonic() - began) / 1000;
        log.notice(`DB loaded from append only file: ${seconds.toFixed(3)} seconds`);
        return step.value;
      }
      clock.tick();
      loading.totalBytes = step.value.totalBytes;
      loading.loadedBytes = step.value.loadedBytes;
      loading.loadedKeys = keyspace.size;
      const now = clock.monotonic();
      if (now - reported >= REPORT_EVERY_MS) {
        reported = now;
        const percent = loading.loadedBytes / Math.max(1, loading.totalBytes) * 100;
        log.notice(
          `Loading DB in memory: ${
            percent.toFixed(1)
          } % of the files, ${keyspace.size} keys so far`,
        );
      }
      if (now < sliceEnd && !step.value.isBusy) continue;
      await new Promise<void>((resolve) => clock.after(0, resolve));
      if (signal.aborted) return null;
      sliceEnd = clock.monotonic() + SLICE_MS;
    }
  } finally {
    end();
    // These commands were not requests of clients.
    stats.commandsProcessed = processed;
    registry.resetStats();
  }
}
