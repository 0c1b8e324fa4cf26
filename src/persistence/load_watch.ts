/**
 * Watching a snapshot being loaded: it keeps what INFO shows, writes the log lines, and lets
 * sockets be served meanwhile.
 *
 * While there is a watch, clients are answered `-LOADING`, or go on with the old data where the new
 * ones are loaded beside them.
 *
 * @module
 */

import { type ByteString, toText } from "../bytes/bytes.ts";
import { eventLoopTurn } from "../clock/turn.ts";
import type { LoadProgress, LoadResult } from "../rdb/load/load.ts";
import type { LoadingState } from "./loading.ts";
import type { PersistenceNeeds } from "./needs.ts";

/** What this works with. */
type Parts = Pick<PersistenceNeeds, "clock" | "config" | "loading" | "log" | "persistence">;

/** Milliseconds between two lines of progress in the log. */
const REPORT_EVERY_MS = 1000;
/**
 * Longest time in milliseconds, and most bytes, that loading goes on without waiting for the sockets.
 * A turn takes a millisecond or two, in which this process sleeps.
 */
const TURN_EVERY_MS = 16;
const TURN_EVERY_BYTES = 1024 * 1024;

/** What is loaded. */
export interface WatchOptions {
  /** Bytes of it; 0 when that is not known. */
  readonly totalBytes: number;
  /** Clients are served from the old data meanwhile. */
  readonly asynchronous?: boolean;
}

/** A load under way. */
export class LoadWatch {
  readonly #parts: Parts;
  readonly #state: LoadingState;
  readonly #end: () => void;
  readonly #began: number;
  #reported: number;
  /** When the sockets had their last turn, and how many bytes were loaded then. */
  #turned: number;
  #turnedBytes = 0;
  /** Keys that `key-load-delay` was waited for. */
  #delayedKeys = 0;

  /** Begin: clients are held off from now on. */
  constructor(parts: Parts, { totalBytes, asynchronous = false }: WatchOptions) {
    this.#parts = parts;
    this.#state = {
      startedMs: parts.clock.tick(),
      totalBytes,
      asynchronous,
      loadedBytes: 0,
      loadedKeys: 0,
    };
    this.#began = this.#reported = this.#turned = parts.clock.monotonic();
    this.#end = parts.loading.begin(this.#state);
  }

  /** Seconds since the beginning. */
  get seconds(): number {
    return (this.#parts.clock.monotonic() - this.#began) / 1000;
  }

  /** The header and the remarks before the first key are read: log where the data come from. */
  onHeader(aux: ReadonlyMap<ByteString, ByteString>): void {
    const { log, clock } = this.#parts;
    const version = aux.get("redis-ver") ?? aux.get("valkey-ver");
    if (version !== undefined) {
      log.notice(`Loading RDB produced by version ${toText(version)}`);
    }
    const created = Number(aux.get("ctime"));
    if (Number.isFinite(created) && aux.has("ctime")) {
      const age = Math.max(0, Math.floor(clock.ms / 1000) - created);
      log.notice(`RDB age ${age} seconds`);
    }
    const used = Number(aux.get("used-mem"));
    if (Number.isFinite(used) && aux.has("used-mem")) {
      log.notice(`RDB memory usage when created ${(used / 1024 / 1024).toFixed(2)} Mb`);
    }
  }

  /** A key was left out, as it holds nothing. */
  onEmptyKey(key: ByteString): void {
    this.#parts.log.notice(`rdbLoadObject skipping empty key: ${toText(key)}`);
  }

  /** Another piece is loaded. @returns what to wait for before the next one */
  onProgress({ bytesRead, keys }: Pick<LoadProgress, "bytesRead" | "keys">): Promise<void> | void {
    const { clock, log } = this.#parts;
    clock.tick();
    const state = this.#state;
    state.loadedBytes = bytesRead;
    state.loadedKeys = keys;
    const now = clock.monotonic();
    if (now - this.#reported >= REPORT_EVERY_MS) {
      this.#reported = now;
      const { totalBytes } = state;
      const part = totalBytes === 0
        ? `${bytesRead} bytes`
        : `${(bytesRead / totalBytes * 100).toFixed(1)} % of the file`;
      log.notice(`Loading DB in memory: ${part}, ${keys} keys so far`);
    }
    const delayMs = this.#delayMs(keys);
    if (delayMs > 0) return new Promise((resolve) => void clock.after(delayMs, resolve));
    if (now - this.#turned < TURN_EVERY_MS && bytesRead - this.#turnedBytes < TURN_EVERY_BYTES) {
      return;
    }
    this.#turnedBytes = bytesRead;
    return eventLoopTurn().then(() => {
      this.#turned = clock.monotonic();
    });
  }

  /** What `key-load-delay` (in microseconds; below 0: keys to a microsecond) makes of new keys. */
  #delayMs(keys: number): number {
    const { keyLoadDelay } = this.#parts.config.values;
    if (keyLoadDelay === 0) return 0;
    const fresh = keys - this.#delayedKeys;
    this.#delayedKeys = keys;
    return fresh * (keyLoadDelay > 0 ? keyLoadDelay : -1 / keyLoadDelay) / 1000;
  }

  /** All is loaded: log it and keep the figures. */
  finished(result: LoadResult): void {
    const { log, persistence } = this.#parts;
    persistence.loadedKeys = result.keysLoaded;
    persistence.expiredKeysOnLoad = result.keysExpired;
    log.notice(
      `Done loading RDB, keys loaded: ${result.keysLoaded}, keys expired: ${result.keysExpired}.`,
    );
  }

  /** The load is over, whether it succeeded or not. */
  end(): void {
    this.#end();
  }
}
