/**
 * Saving a keyspace to a file, while everything else waits.
 *
 * The file is written beside the one that it replaces, brought to the disk, and then renamed: at any
 * moment there is a whole file under the name, the old one or the new one. A save that fails removes
 * what it has written.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import type { Clock } from "../../clock/clock.ts";
import { osReason } from "../../config/os_error.ts";
import { splitPath } from "../../config/paths.ts";
import { hasExpiringFields } from "../../keyspace/field_expire.ts";
import type { Keyspace } from "../../keyspace/keyspace.ts";
import { FIELD_EXPIRY_VERSION } from "../encode/hash.ts";
import { CHUNK_BYTES, RdbWriter } from "../encode/writer.ts";
import type { WriteVersion } from "../encode/value.ts";

/** With `rdb-save-incremental-fsync`, so many bytes are brought to the disk at a time. */
const SYNC_BYTES = 4 * 1024 * 1024;
/** A rename that takes longer than this has failed. */
const LONGEST_RENAME_MS = 5000;

/** How to save. */
export interface SaveOptions {
  readonly keyspace: Keyspace;
  /** The file's path. */
  readonly path: string;
  /** The version that is wanted; 12 is written instead where fields of hashes expire. */
  readonly version: WriteVersion;
  readonly compress: boolean;
  readonly checksum: boolean;
  /** Bring the file to the disk bit by bit while it is written. */
  readonly incrementalSync: boolean;
  /** Which word of access is saved with each key. */
  readonly access: "idle" | "frequency" | null;
  /** Remarks for the beginning of the file, in their order. */
  readonly aux: readonly (readonly [ByteString, ByteString])[];
  /** Source code of function libraries. */
  readonly functions: readonly ByteString[];
  /** How a save has to differ from what was asked for. */
  readonly onNotice?: (message: string) => void;
}

/** A save that failed; the message says what failed and why, and nothing is left of it. */
export class SaveError extends Error {
  override name = "SaveError";
}

/** The version that a save has: 12 where older ones could not say all. O(1) usually. */
export function saveVersion({ keyspace, version, onNotice }: SaveOptions): WriteVersion {
  if (version >= FIELD_EXPIRY_VERSION || !hasExpiringFields(keyspace)) return version;
  onNotice?.(
    `Fields of hashes expire, which RDB version ${version} cannot say: ` +
      `saving in version ${FIELD_EXPIRY_VERSION}`,
  );
  return FIELD_EXPIRY_VERSION;
}

/** A writer that has everything before the first key in it. */
export function beginRdb(options: SaveOptions): RdbWriter {
  const { keyspace } = options;
  const version = saveVersion(options);
  const writer = new RdbWriter({
    version,
    compress: options.compress,
    checksum: options.checksum,
    access: options.access,
    accessClock: keyspace.access,
    limits: keyspace.limits,
  });
  writer.header();
  for (const [key, value] of options.aux) {
    // Before version 10 the mark of a file that begins an append-only file had another name.
    writer.aux(key === "aof-base" && version < 10 ? "aof-preamble" : key, value);
  }
  let lost = 0;
  for (const code of options.functions) if (!writer.functionLibrary(code)) lost++;
  if (lost > 0) {
    options.onNotice?.(
      `RDB version ${version} has no place for functions: ${lost} libraries are not saved`,
    );
  }
  return writer;
}

/** The file that a save writes before it is renamed. */
export class TemporaryFile {
  readonly #options: SaveOptions;
  readonly #name: string;
  readonly #directory: string;
  readonly #temporary: string;
  readonly #file: Deno.FsFile;
  #unsynced = 0;
  #done = false;

  /**
   * @param name of the file, in the directory of the final one
   * @throws SaveError
   */
  constructor(options: SaveOptions, name: string) {
    this.#options = options;
    this.#name = name;
    this.#directory = splitPath(options.path).directory;
    this.#temporary = `${this.#directory}/${name}`;
    // Known now: nothing is written for it.
    if (this.#target === "") throw this.#renameFailure("No such file or directory");
    try {
      this.#file = Deno.openSync(this.#temporary, { write: true, create: true, truncate: true });
    } catch (error) {
      throw new SaveError(
        `Failed opening the temp RDB file ${name} (in server root dir ${this.#directory}) ` +
          `for saving: ${osReason(error)}`,
      );
    }
  }

  /** Write, and wait for it. @throws SaveError */
  writeSync(chunk: Uint8Array): void {
    try {
      for (let at = 0; at < chunk.length;) at += this.#file.writeSync(chunk.subarray(at));
      if (this.#owesSync(chunk.length)) this.#file.syncDataSync();
    } catch (error) {
      throw writeFailure("rdbSaveRio", error);
    }
  }

  /** Write without stopping the thread. @throws SaveError */
  async write(chunk: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < chunk.length;) at += await this.#file.write(chunk.subarray(at));
      if (this.#owesSync(chunk.length)) await this.#file.syncData();
    } catch (error) {
      throw writeFailure("rdbSaveRio", error);
    }
  }

  #owesSync(bytes: number): boolean {
    this.#unsynced += bytes;
    if (!this.#options.incrementalSync || this.#unsynced < SYNC_BYTES) return false;
    this.#unsynced = 0;
    return true;
  }

  /** Flush all to the disk without stopping the thread. @throws SaveError */
  async sync(): Promise<void> {
    try {
      await this.#file.sync();
    } catch (error) {
      throw writeFailure("fsync", error);
    }
  }

  /** Bring the file to the disk and put it in the place of the final one. @throws SaveError */
  commit(): void {
    try {
      this.#file.syncSync();
    } catch (error) {
      throw writeFailure("fsync", error);
    }
    this.rename();
    try {
      using directory = Deno.openSync(this.#directory, { read: true });
      directory.syncSync();
    } catch {
      // Where directories cannot be opened there is no need to: the data is in place.
    }
  }

  /**
   * Bring to the disk that the file was renamed, without stopping the thread. It is in place already:
   * what fails here is only how soon that is on the disk.
   */
  async syncDirectory(): Promise<void> {
    try {
      using directory = await Deno.open(this.#directory, { read: true });
      await directory.sync();
    } catch {
      // Where directories cannot be opened there is no need to.
    }
  }

  /** Put the file, which is on the disk, in the place of the final one. @throws SaveError */
  rename(): void {
    this.#close();
    try {
      Deno.renameSync(this.#temporary, this.#target);
    } catch (error) {
      throw this.#renameFailure(error);
    }
  }

  /**
   * As {@linkcode TemporaryFile.rename}, without stopping the thread: the file that is replaced is
   * freed on the way, which takes some time for a large one. @throws SaveError
   */
  async renameSoon(): Promise<void> {
    this.#close();
    try {
      await Deno.rename(this.#temporary, this.#target);
    } catch (error) {
      throw this.#renameFailure(error);
    }
  }

  /** Stop the thread until a {@linkcode TemporaryFile.renameSoon} that has begun is over. */
  awaitRename(clock: Clock): void {
    for (let waited = 0; waited < LONGEST_RENAME_MS; waited++) {
      try {
        Deno.lstatSync(this.#temporary);
      } catch {
        return;
      }
      clock.block(1);
    }
  }

  /** The final path; empty when it names a directory alone, as it would be moved into that. */
  get #target(): string {
    const { path } = this.#options;
    return splitPath(path).name === "" ? "" : path;
  }

  #renameFailure(error: unknown): SaveError {
    return new SaveError(
      `Error moving temp DB file ${this.#name} on the final destination ` +
        `${splitPath(this.#options.path).name} ` +
        `(in server root dir ${this.#directory}): ${osReason(error)}`,
    );
  }

  /** Remove what was written. Does nothing after `commit`'s rename, as there is nothing then. */
  discard(): void {
    this.#close();
    try {
      Deno.removeSync(this.#temporary);
    } catch {
      // It is gone, or cannot be removed: the next save replaces it.
    }
  }

  #close(): void {
    if (this.#done) return;
    this.#done = true;
    this.#file.close();
  }
}

function writeFailure(what: string, error: unknown): SaveError {
  return new SaveError(`Write error saving DB on disk(${what}): ${osReason(error)}`);
}

/**
 * Save all databases. Nothing else runs meanwhile. O(size of the data).
 *
 * @returns how many keys were saved
 * @throws SaveError when it fails; the file that was there is there still
 */
export function saveRdb(options: SaveOptions): number {
  const file = new TemporaryFile(options, `temp-${Deno.pid}.rdb`);
  try {
    const writer = beginRdb(options);
    for (const { index, table } of options.keyspace.databases) {
      if (table.size === 0) continue;
      writer.selectDb(index);
      writer.resizeDb(table.size, table.expiring);
      const limit = table.entryLimit;
      for (let entry = 0; entry < limit; entry++) {
        if (!table.isLive(entry)) continue;
        writer.key(index, table, entry);
        if (writer.pending >= CHUNK_BYTES) file.writeSync(writer.take());
      }
    }
    writer.end();
    file.writeSync(writer.take());
    file.commit();
    return writer.keys;
  } catch (error) {
    file.discard();
    throw error;
  }
}
