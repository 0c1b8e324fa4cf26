/**
 * The directory of an append-only file: its paths, and the steps that change what is in it.
 *
 * Every change of the manifest is one rename: a crash at any moment leaves either the old or the new
 * one, and all files that it names. The order is: write the new file and flush it, write the
 * manifest beside the old one and flush it, rename, flush the directory; only then may a file that
 * is no longer named be removed.
 *
 * @module
 */

import { type ByteString, fromBytes, toBytes, toText } from "../bytes/bytes.ts";
import type { Config } from "../config/config.ts";
import { osReason } from "../config/os_error.ts";
import type { Logger } from "../log/logger.ts";
import {
  EMPTY_MANIFEST,
  formatManifest,
  isEmpty,
  type Manifest,
  ManifestError,
  manifestName,
  parseManifest,
  withoutHistory,
} from "./manifest.ts";

/** A change on disk that could not be made; the reason is in the log. */
export class AofFileError extends Error {
  override name = "AofFileError";
}

/** Where the parts of an append-only file are, and what is done to them. */
export class AofDirectory {
  readonly #config: Config;
  readonly #log: Logger;

  constructor(config: Config, log: Logger) {
    this.#config = config;
    this.#log = log;
  }

  /** The base name of all parts. */
  get filename(): ByteString {
    return this.#config.values.appendfilename;
  }

  /** The directory. */
  get path(): string {
    return this.#config.path(this.#config.values.appenddirname);
  }

  /** The path of a part. */
  pathOf(name: ByteString): string {
    return `${this.path}/${toText(name)}`;
  }

  /** The path of a file in `dir`, where files are written that do not belong to the directory yet. */
  temporaryPath(name: string): string {
    return this.#config.path(name);
  }

  /**
   * Make the directory if it is not there.
   *
   * @throws AofFileError
   */
  ensure(): void {
    try {
      Deno.mkdirSync(this.path, { recursive: true, mode: 0o755 });
    } catch (error) {
      this.#fail(`Can't open or create append-only dir ${this.#dirname}: ${osReason(error)}`);
    }
  }

  get #dirname(): string {
    return toText(this.#config.values.appenddirname);
  }

  #fail(message: string): never {
    this.#log.warning(message);
    throw new AofFileError(message);
  }

  /**
   * Read the manifest; none is the empty one.
   *
   * @throws AofFileError when there is one that cannot be read
   */
  readManifest(): Manifest {
    const name = manifestName(this.filename);
    let text: ByteString;
    try {
      text = fromBytes(Deno.readFileSync(this.pathOf(name)));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) {
        this.#log.debug(`The AOF manifest file ${toText(name)} doesn't exist`);
        return EMPTY_MANIFEST;
      }
      this.#fail(
        `Fatal error: can't open the AOF manifest file ${toText(name)} for reading: ${
          osReason(error)
        }`,
      );
    }
    try {
      return parseManifest(text);
    } catch (error) {
      if (!(error instanceof ManifestError)) throw error;
      this.#log.warning("\n*** FATAL AOF MANIFEST FILE ERROR ***");
      if (error.line > 0) {
        this.#log.warning(`Reading the manifest file, at line ${error.line}`);
        this.#log.warning(`>>> '${error.text}'`);
      }
      this.#fail(error.message);
    }
  }

  /**
   * Put a manifest in force.
   *
   * @throws AofFileError when it is not; the one before is in force still
   */
  writeManifest(manifest: Manifest): void {
    const name = manifestName(this.filename);
    const temporary = `temp-${name}`;
    try {
      using file = Deno.openSync(this.pathOf(temporary), {
        write: true,
        create: true,
        truncate: true,
        mode: 0o644,
      });
      const bytes = toBytes(formatManifest(manifest));
      for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
      file.syncSync();
    } catch (error) {
      this.#fail(
        `Error trying to write the temporary AOF manifest file ${toText(name)}: ${osReason(error)}`,
      );
    }
    this.rename(this.pathOf(temporary), this.pathOf(name), "manifest");
  }

  /**
   * Rename a file into the directory and make that last. That the latter fails is only logged: the
   * file has its new name, and who were told otherwise would take back what is in force.
   *
   * @param what what kind of file it is, for the log
   * @throws AofFileError when it has its old name still
   */
  rename(from: string, to: string, what: "manifest" | "base" | "incr"): void {
    try {
      Deno.renameSync(from, to);
    } catch (error) {
      this.#fail(
        `Error trying to rename the temporary AOF ${what} file ${baseName(from)} into ${
          baseName(to)
        }: ${osReason(error)}`,
      );
    }
    try {
      this.sync();
    } catch (error) {
      if (!(error instanceof AofFileError)) throw error;
    }
  }

  /** Flush the directory itself, so that its entries outlive a power cut. */
  sync(): void {
    try {
      using directory = Deno.openSync(this.path, { read: true });
      directory.syncSync();
    } catch (error) {
      // Not every system can; Windows refuses to open a directory.
      if (Deno.build.os === "windows") return;
      this.#fail(`Fail to fsync AOF directory ${this.#dirname}: ${osReason(error)}.`);
    }
  }

  /** Whether there is such a part. */
  has(name: ByteString): boolean {
    return exists(this.pathOf(name));
  }

  /**
   * The size of a part.
   *
   * @throws AofFileError
   */
  sizeOf(name: ByteString): number {
    try {
      return Deno.statSync(this.pathOf(name)).size;
    } catch (error) {
      this.#fail(
        `Unable to obtain the AOF file ${toText(name)} length. stat: ${osReason(error)}`,
      );
    }
  }

  /**
   * Take in the file of a server before 7.0, which lies in `dir` itself: it becomes the base.
   *
   * @param manifest what was found
   * @returns the manifest in force now
   * @throws AofFileError
   */
  upgrade(manifest: Manifest): Manifest {
    const { filename } = this;
    const old = this.#config.path(filename);
    if (!exists(old)) return manifest;
    // A crash between the two steps below leaves a manifest that names only this file.
    const interrupted = manifest.base?.name === filename && manifest.incr.length === 0 &&
      !this.has(filename);
    if (!isEmpty(manifest) && !interrupted) return manifest;
    this.ensure();
    const upgraded: Manifest = manifest.base === null
      ? { ...manifest, base: { name: filename, seq: 1 }, baseSeq: 1 }
      : manifest;
    this.writeManifest(upgraded);
    try {
      Deno.renameSync(old, this.pathOf(filename));
    } catch (error) {
      this.#fail(
        `Error trying to move the old AOF file ${toText(filename)} into dir ${this.#dirname}: ${
          osReason(error)
        }`,
      );
    }
    this.sync();
    this.#log.notice(
      `Successfully migrated an old-style AOF file (${toText(filename)}) into the AOF ` +
        `directory (${this.#dirname}).`,
    );
    return upgraded;
  }

  /**
   * Remove the files that a rewrite has replaced. What cannot be done now is done at the next
   * start or rewrite. Large ones are removed by another thread, and stay in the manifest until they
   * are gone: a crash meanwhile would leave files that nothing names.
   *
   * @param onRemoved called later when there were large ones: this is to be done again
   * @returns the manifest in force now
   */
  removeHistory(manifest: Manifest, onRemoved: () => void): Manifest {
    if (manifest.history.length === 0 || this.#config.values.aofDisableAutoGc) return manifest;
    const removals: Promise<void>[] = [];
    for (const { name } of manifest.history) {
      const path = this.pathOf(name);
      if (!exists(path)) continue;
      this.#log.notice(`Removing the history file ${toText(name)} in the background`);
      const removal = removeSoon(path);
      if (removal !== null) removals.push(removal);
    }
    if (removals.length > 0) {
      Promise.all(removals).then(onRemoved, () => {});
      return manifest;
    }
    const rest = withoutHistory(manifest);
    try {
      this.writeManifest(rest);
      return rest;
    } catch (error) {
      if (error instanceof AofFileError) return manifest;
      throw error;
    }
  }
}

/** The last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Whether there is something at a path. */
export function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Files from this size on are removed by another thread: it takes tens of milliseconds. */
const LARGE_BYTES = 4 * 1024 * 1024;

/** Remove a file; a large one without stopping the thread: resolves when it is gone then. */
function removeSoon(path: string): Promise<void> | null {
  try {
    if (Deno.statSync(path).size >= LARGE_BYTES) return Deno.remove(path);
    Deno.removeSync(path);
  } catch {
    // It is gone, or stays.
  }
  return null;
}

/** Remove a file if it is there. */
export function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It is not there, or not ours to remove.
  }
}
