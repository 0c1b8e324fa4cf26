/**
 * From effects to bytes on the disk: what the journal hands on becomes commands in a buffer, and the
 * buffer is appended to the incremental file.
 *
 * The buffer is written once a turn of the event loop, before any reply to the commands in it
 * leaves: replies wait for {@linkcode Appender.holdsReplies} to become false. With
 * `appendfsync always` the same turn waits for the disk, once for all clients whose requests came
 * together; with `everysec` the disk is flushed in another thread, at most once a second, and
 * nothing waits for it.
 *
 * When the file cannot be written, what was not written stays in the buffer and is tried again;
 * meanwhile writes are refused. With `always` the server ends instead, as it could not keep what it
 * has promised.
 *
 * A rewrite may begin while something could not be written. The new base will have the effects of it,
 * so that it must not come behind that base, and may have to come before the next effects if there
 * will be no base: it is held back until the rewrite is over.
 *
 * Effects that cannot even be encoded, for want of memory, are owed: they stay as they are, with all
 * that come behind them, and are tried again like what could not be written.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { ByteQueue } from "../bytes/byte_queue.ts";
import type { Clock } from "../clock/clock.ts";
import type { Config } from "../config/config.ts";
import { osReason } from "../config/os_error.ts";
import { EffectEncoder, encodeSelect, NO_DB } from "../journal/effect_encoder.ts";
import type { Effect } from "../journal/journal.ts";
import type { Logger } from "../log/logger.ts";
import type { AppendFile } from "./file.ts";

/** Of the `everysec` policy, in milliseconds. */
const SYNC_EVERY_MS = 1000;
/** Between two log lines about the same trouble, in milliseconds. */
const LOG_EVERY_MS = 30_000;
const NO_SPACE = "No space left on device";

/** What an appender is made of. */
export interface AppenderOptions {
  readonly clock: Clock;
  readonly config: Config;
  readonly log: Logger;
  /** The journal's position: how many units it has handed on. */
  readonly position: () => number;
  /** Whether a base is being written, which the disk may be left alone for. */
  readonly rewriting: () => boolean;
  /** Milliseconds to stop for before each write, for tests. */
  readonly writeDelayMs: () => number;
  /** The file can be written no more (and why), or again (null). */
  readonly onError: (reason: string | null) => void;
  /** The disk holds more than before; see {@linkcode Appender.syncedPosition}. */
  readonly onSynced: () => void;
  /** The server cannot go on. */
  readonly onFatal: () => void;
}

/** The remark with the time that `aof-timestamp-enabled` asks for. */
export function timeRemark(seconds: number): ByteString {
  return `#TS:${seconds}\r\n`;
}

/** Appends effects to a file. */
export class Appender {
  readonly #options: AppenderOptions;
  #file: AppendFile | null = null;
  readonly #pending = new ByteQueue();
  readonly #encoder = new EffectEncoder((piece) => {
    if (typeof piece === "string") this.#pending.append(piece);
    else this.#pending.appendBytes(piece);
  });
  /** The database that was selected before what waits. */
  #pendingDb = NO_DB;
  /** Units that could not be encoded yet. */
  #owed: (readonly Effect[])[] = [];
  /** Bytes at the beginning of what waits that a base which is being written has the effects of. */
  #held = 0;
  /** The same of the units that are owed. */
  #heldOwed = 0;
  /** The file ends with a part of what waits, which could not be taken back. */
  #torn = false;
  /** Resolves when the file before this one is on the disk; null when it is. */
  #handover: Promise<void> | null = null;
  #lastRemark = 0;
  #size = 0;
  #fileSize = 0;
  #scheduled = false;
  #failed = false;
  #waiting: (() => void)[] = [];
  #writtenPosition = 0;
  #syncedPosition = 0;
  #syncDue = false;
  #syncing = false;
  #lastSyncMs = 0;
  #lastLogMs = -Infinity;
  #writeError: string | null = null;
  #syncError: string | null = null;
  /** How often a flush was due while the one before was under way. */
  delayedSyncs = 0;

  constructor(options: AppenderOptions) {
    this.#options = options;
  }

  /** Whether replies have to wait: what they answer to is not in the file yet. */
  get holdsReplies(): boolean {
    return this.#scheduled;
  }

  /** Bytes that wait to be written. */
  get pendingBytes(): number {
    return this.#pending.length;
  }

  /** Bytes of all files, what waits not included. */
  get size(): number {
    return this.#size;
  }

  /** Whether a flush of the disk is under way. */
  get syncing(): boolean {
    return this.#syncing;
  }

  /** The position of the journal up to which all is on the disk. */
  get syncedPosition(): number {
    return this.#syncedPosition;
  }

  /** Whether another file can follow: not behind half a command. */
  get canOpen(): boolean {
    return !this.#torn;
  }

  /**
   * Append to this file from now on; the one before is closed once it is on the disk. What could not
   * be written to it is held back until {@linkcode Appender.release}.
   *
   * @param fileSize its size
   * @param totalSize the size of all files
   */
  open(file: AppendFile, fileSize: number, totalSize: number): void {
    const before = this.#file;
    this.#file = file;
    this.#fileSize = fileSize;
    this.#size = totalSize;
    this.#encoder.selectedDb = NO_DB;
    if (!this.#waits) this.#writtenPosition = this.#options.position();
    else {
      if (this.#pending.length > 0 && this.#pendingDb !== NO_DB) {
        this.#pending.prepend(encodeSelect(this.#pendingDb));
      }
      this.#held = this.#pending.length;
      this.#heldOwed = this.#owed.length;
    }
    const position = this.#writtenPosition;
    if (before === null) this.#syncedPosition = position;
    else {
      const handover = before.sync();
      const over = () => {
        if (this.#handover === handover) this.#handover = null;
      };
      this.#handover = handover;
      handover.then(() => this.#synced(position), () => {}).finally(over);
      before.close();
    }
  }

  /**
   * The rewrite that began with the file is over.
   *
   * @param inBase whether there is a base now that has what was held back
   */
  release(inBase: boolean): void {
    if (this.#held === 0 && this.#heldOwed === 0) return;
    if (inBase) {
      this.#pending.drop(this.#held);
      this.#owed.splice(0, this.#heldOwed);
    }
    this.#held = this.#heldOwed = 0;
    if (this.#waits) this.flush();
    else this.#written();
  }

  /** Whether there is something to write. */
  get #waits(): boolean {
    return this.#pending.length > 0 || this.#owed.length > 0;
  }

  /** The size of all files has become another one. */
  resize(totalSize: number): void {
    this.#size = totalSize;
  }

  /** Flush all to the disk, and close the file. */
  close(): void {
    const file = this.#file;
    if (file === null) return;
    this.#held = this.#heldOwed = 0;
    this.flush();
    try {
      file.syncSync();
      this.#synced(this.#writtenPosition);
    } catch (error) {
      this.#options.log.warning(`Fail to fsync the AOF file: ${osReason(error)}.`);
    }
    file.close();
    this.#file = null;
    this.#pending.clear();
    this.#owed = [];
    this.#torn = false;
    this.#writeError = null;
    this.#syncError = null;
    this.#syncDue = false;
    this.#tellError();
  }

  /** Take the effects of a unit. */
  readonly append = (effects: readonly Effect[]): void => {
    if (this.#file === null) return;
    if (this.#owed.length > 0) this.#owed.push(effects);
    else this.#encode(effects);
    this.#schedule();
  };

  /** @returns whether that went well; if not, they are owed */
  #encode(effects: readonly Effect[]): boolean {
    const { length } = this.#pending;
    const db = this.#encoder.selectedDb;
    if (length === 0) this.#pendingDb = db;
    try {
      this.#encoder.unit(effects, this.#remark());
      return true;
    } catch (error) {
      this.#pending.cut(this.#pending.length - length);
      this.#encoder.selectedDb = db;
      this.#owed.unshift(effects);
      const reason = osReason(error);
      this.#options.log.warning(`Error encoding for the AOF file: ${reason}`);
      this.#writeError = reason;
      this.#tellError();
      return false;
    }
  }

  /** @returns whether nothing is owed any more */
  #encodeOwed(): boolean {
    if (this.#owed.length === 0) return true;
    if (this.#heldOwed > 0) return false;
    while (this.#owed.length > 0) if (!this.#encode(this.#owed.shift()!)) return false;
    return true;
  }

  #remark(): ByteString {
    if (!this.#options.config.values.aofTimestampEnabled) return "";
    const seconds = Math.floor(this.#options.clock.ms / 1000);
    if (seconds <= this.#lastRemark) return "";
    this.#lastRemark = seconds;
    return timeRemark(seconds);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(this.#endTurn);
  }

  #endTurn = (): void => {
    if (this.#failed) return;
    this.flush();
    if (this.#failed) return;
    this.#scheduled = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const callback of waiting) callback();
  };

  /** Call back when replies need not wait any more. */
  whenWritten(callback: () => void): void {
    this.#waiting.push(callback);
  }

  /** Write what waits, and flush it if that is the policy. O(bytes that wait). */
  flush(): void {
    const file = this.#file;
    if (file === null || (!this.#waits && !this.#syncDue)) return;
    const complete = this.#encodeOwed();
    if (!this.#write(file) || !complete) return;
    if (this.#options.config.values.appendfsync === "always") this.#syncNow(file);
  }

  /** @returns whether all was written */
  #write(file: AppendFile): boolean {
    const { length } = this.#pending;
    if (length === 0) return true;
    if (this.#held > 0) return false;
    const delay = this.#options.writeDelayMs();
    if (delay > 0) this.#options.clock.block(delay);
    let at = 0;
    try {
      for (const piece of this.#pending.pieces()) {
        for (let from = 0; from < piece.length;) {
          const count = file.appendSync(from === 0 ? piece : piece.subarray(from));
          if (count === 0) throw new Error(NO_SPACE);
          from += count;
          at += count;
        }
      }
    } catch (error) {
      this.#writeFailed(file, at, osReason(error));
      return false;
    }
    this.#pending.drop(length);
    this.#size += length;
    this.#fileSize += length;
    this.#torn = false;
    this.#written();
    return true;
  }

  /** Nothing waits any more. */
  #written(): void {
    this.#syncDue = true;
    if (this.#owed.length > 0) return;
    this.#writtenPosition = this.#options.position();
    if (this.#writeError === null) return;
    this.#writeError = null;
    this.#tellError();
    this.#options.log.notice("AOF write error looks solved, Redis can write again.");
  }

  #writeFailed(file: AppendFile, written: number, reason: string): void {
    const { log, config, clock } = this.#options;
    const now = clock.ms;
    const say = now - this.#lastLogMs >= LOG_EVERY_MS;
    if (say) {
      this.#lastLogMs = now;
      log.warning(
        written === 0
          ? `Error writing to the AOF file: ${reason}`
          : `Short write while writing to the AOF file: (nwritten=${written}, ` +
            `expected=${this.#pending.length})`,
      );
    }
    if (written > 0) {
      // Half a command must not stay: a crash now would leave a file with a torn end.
      try {
        file.truncateSync(this.#fileSize);
      } catch (error) {
        if (say) {
          log.warning(
            "Could not remove short write from the append-only file.  Redis may refuse to load " +
              `the AOF the next time it starts.  ftruncate: ${osReason(error)}`,
          );
        }
        this.#pending.drop(written);
        this.#torn = true;
        this.#size += written;
        this.#fileSize += written;
      }
    }
    // What stops a write halfway is a full disk, whatever the next one says.
    this.#writeError = written === 0 ? reason : NO_SPACE;
    this.#tellError();
    if (config.values.appendfsync !== "always") return;
    log.warning(
      "Can't recover from AOF write error when the AOF fsync policy is 'always'. Exiting...",
    );
    this.#fail();
  }

  #syncNow(file: AppendFile): void {
    if (!this.#syncDue) return;
    try {
      file.syncSync();
    } catch (error) {
      this.#options.log.warning(
        "Can't persist AOF for fsync error when the AOF fsync policy is 'always': " +
          `${osReason(error)}. Exiting...`,
      );
      this.#fail();
      return;
    }
    this.#syncDue = false;
    this.#lastSyncMs = this.#options.clock.ms;
    this.#synced(this.#writtenPosition);
  }

  /** Replies that wait are never sent: they would promise what is not on the disk. */
  #fail(): void {
    this.#failed = true;
    this.#scheduled = true;
    this.#waiting = [];
    this.#options.onFatal();
  }

  #tellError(): void {
    this.#options.onError(this.#writeError ?? this.#syncError);
  }

  #synced(position: number): void {
    if (position <= this.#syncedPosition) return;
    this.#syncedPosition = position;
    this.#options.onSynced();
  }

  /** The regular work, some times a second: try again what failed, and flush what is due. */
  tick(): void {
    const file = this.#file;
    if (file === null || this.#failed) return;
    if (this.#writeError !== null) this.flush();
    const { config: { values }, clock } = this.#options;
    if (values.appendfsync !== "everysec" || !this.#syncDue) return;
    if (clock.ms - this.#lastSyncMs < SYNC_EVERY_MS && clock.ms >= this.#lastSyncMs) return;
    if (values.noAppendfsyncOnRewrite && this.#options.rewriting()) return;
    if (this.#syncing) {
      this.delayedSyncs++;
      this.#lastSyncMs = clock.ms;
      return;
    }
    this.#syncInBackground(file);
  }

  #syncInBackground(file: AppendFile): void {
    const position = this.#writtenPosition;
    this.#syncing = true;
    this.#syncDue = false;
    this.#lastSyncMs = this.#options.clock.ms;
    const synced = file.sync();
    const before = this.#handover;
    // More is on the disk only with what came before it.
    const both = before === null ? synced : Promise.all([before, synced]);
    both.then(() => {
      this.#syncing = false;
      if (this.#syncError !== null) {
        this.#syncError = null;
        this.#tellError();
      }
      this.#synced(position);
    }, (error) => {
      this.#syncing = false;
      if (file !== this.#file) return;
      const reason = osReason(error);
      if (this.#syncError === null) {
        this.#options.log.warning(`Fail to fsync the AOF file: ${reason}`);
      }
      this.#syncError = reason;
      this.#tellError();
      this.#syncDue = true;
    });
  }
}
