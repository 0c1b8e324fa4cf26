/**
 * Saving to a file while clients go on.
 *
 * Where a real server forks and lets the child write, this takes a snapshot in slices of the event
 * loop (see `snapshot.ts`): no memory is copied. The bytes of a slice are written by another
 * thread, and meanwhile clients are served (see `pace.ts`).
 *
 * Clients are served because the write is awaited: Deno looks at the sockets when it has to wait
 * for something. An immediate or a message to itself would come back before that: a ping then took
 * 46 ms and more. A timer takes at least a millisecond, even without clients.
 *
 * @module
 */

import { Pace } from "./pace.ts";
import { beginRdb, type SaveOptions, TemporaryFile } from "./save.ts";
import { Snapshot, type SnapshotTarget } from "./snapshot.ts";
import { CHUNK_BYTES } from "../encode/writer.ts";

/** Makes the bytes of a save. */
export interface SaveWriter extends SnapshotTarget {
  /** Write the end. */
  end(): void;
  /** The bytes gathered so far, which are forgotten there; they stay valid until the next call. */
  take(): Uint8Array;
}

/** How to save in the background. */
export interface BackgroundOptions extends SaveOptions {
  /** Makes the writer, with everything before the first key in it; of an RDB file when absent. */
  readonly begin?: (options: SaveOptions) => SaveWriter;
  /** Milliseconds to wait after each key, for tests; read anew before each slice. */
  readonly keyDelayMs: () => number;
  /** A number that changes when clients do something; always busy when absent. */
  readonly activity?: () => number;
}

/** A save that goes on in the background from the moment that it is made. */
export class BackgroundSave {
  /**
   * Resolves when the save is over: with whether the file is in place, or null when it was called
   * off. Rejects with a SaveError when it failed; nothing is left of it then.
   */
  readonly done: Promise<boolean | null>;
  readonly #options: BackgroundOptions;
  readonly #file: TemporaryFile;
  readonly #writer: SaveWriter;
  readonly #snapshot: Snapshot;
  readonly #pace: Pace;
  #cancelled = false;
  /** The file is being renamed, which cannot be cancelled. */
  #renaming = false;

  /** @throws SaveError when the file cannot be opened */
  constructor(options: BackgroundOptions) {
    this.#options = options;
    this.#file = new TemporaryFile(options, `temp-${Deno.pid}-bg.rdb`);
    this.#writer = (options.begin ?? beginRdb)(options);
    this.#snapshot = new Snapshot(options.keyspace, this.#writer);
    this.#pace = new Pace(options.keyspace.clock, options.activity);
    this.done = this.#run();
  }

  /** Keys written so far. */
  get keysDone(): number {
    return this.#snapshot.written;
  }

  /** Keys in all. */
  get keysTotal(): number {
    return this.#snapshot.keys;
  }

  /**
   * Cancel it. When this returns nothing of it is left, or the file is in place: it will not
   * replace one that is saved later.
   */
  cancel(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#snapshot.close();
    if (this.#renaming) this.#file.awaitRename(this.#options.keyspace.clock);
    this.#file.discard();
  }

  async #run(): Promise<boolean | null> {
    const file = this.#file;
    const writer = this.#writer;
    const { keyDelayMs } = this.#options;
    try {
      // Not in the call that asks for the save, which is to be answered first.
      await this.#pause(0);
      while (!this.#cancelled && !this.#slice()) {
        this.#pace.turnBegins();
        const delay = keyDelayMs();
        // A timer would come milliseconds after the clients' turn.
        if (delay > 0) await this.#pause(delay);
        else await file.write(writer.take());
        this.#pace.turnEnds();
      }
      this.#snapshot.close();
      if (this.#cancelled) return null;
      writer.end();
      await file.write(writer.take());
      await file.sync();
      if (this.#cancelled) return null;
      this.#renaming = true;
      await file.renameSoon();
      if (this.#cancelled) return null;
      await file.syncDirectory();
      return true;
    } catch (error) {
      // After a cancel, any error is expected.
      if (this.#cancelled) return null;
      this.#snapshot.close();
      file.discard();
      throw error;
    }
  }

  #slice(): boolean {
    const keys = this.#options.keyDelayMs() > 0 ? 1 : Infinity;
    return this.#snapshot.step({ ms: this.#pace.sliceMs, bytes: CHUNK_BYTES, keys });
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#options.keyspace.clock.after(ms, resolve));
  }
}
