/**
 * Loading an append-only file: the base, then the incremental files in their order.
 *
 * Any of them may begin with a snapshot, which RDB records are read from; the rest are commands,
 * run one by one. Only the end of the last file may be missing, as a crash leaves it: a command cut
 * short, or a transaction without its EXEC. It is cut off then (`aof-load-truncated yes`) or is a
 * reason not to start. Damage anywhere else is always one, and nothing on disk changes: a real
 * server cuts an earlier file too before it gives up; here it stays as it was found.
 *
 * The work is a generator that pauses after each chunk, so that the start can answer clients (with
 * `-LOADING`) in between, while DEBUG LOADAOF runs it without a pause.
 *
 * @module
 */

import { type ByteString, toText } from "../bytes/bytes.ts";
import { osReason } from "../config/os_error.ts";
import type { Clock } from "../clock/clock.ts";
import type { Keyspace } from "../keyspace/keyspace.ts";
import type { Logger } from "../log/logger.ts";
import { RdbDecoder } from "../rdb/decode/decoder.ts";
import { RdbError } from "../rdb/error.ts";
import { KeyLoader, type LoadResult, newLoadResult } from "../rdb/load/load.ts";
import { AofFormatError, CommandReader } from "./command_reader.ts";
import { type AofDirectory, AofFileError } from "./files.ts";
import { isEmpty, type Manifest } from "./manifest.ts";

/** Bytes read at a time. */
const CHUNK_BYTES = 256 * 1024;
const RDB_MAGIC = "REDIS";

/** Why a command cannot even be begun: there is none of its name, or its arguments are too few. */
export type ReplayFault = "unknown" | "arity";

/** Runs the commands of the file. */
export interface Replayer {
  /** A file begins: database 0, and no transaction. */
  begin(): void;
  /**
   * Run a command, or queue it in a transaction.
   *
   * @returns why that cannot be; null when it can, which says nothing of how the command went
   */
  run(args: ByteString[]): ReplayFault | null;
  /** Whether a transaction is being queued. */
  readonly inTransaction: boolean;
  /** Whether the command goes on (a slow script): the next one has to wait for its end. */
  readonly isBusy: boolean;
}

/** What a load needs. */
export interface AofLoadOptions {
  readonly manifest: Manifest;
  readonly directory: AofDirectory;
  readonly keyspace: Keyspace;
  readonly clock: Clock;
  readonly log: Logger;
  readonly replayer: Replayer;
  /** Cut a torn end off rather than refuse the file. */
  readonly truncate: boolean;
  /** Verify the checksum of snapshots. */
  readonly verifyChecksum: boolean;
}

/** How far a load is. */
export interface AofProgress {
  readonly loadedBytes: number;
  readonly totalBytes: number;
  /** The load cannot go on before the event loop has run: a slow script of the file does. */
  readonly isBusy: boolean;
}

/** What a load found. */
export interface AofLoadResult {
  /** Bytes of all files, after a torn end was cut off. */
  readonly size: number;
  /** Bytes of the base. */
  readonly baseSize: number;
  /** What came out of snapshots. */
  readonly snapshot: LoadResult;
}

/** The load is over; why is in the log. */
class LoadFailure extends Error {
  override name = "LoadFailure";
}

/**
 * Load all files that the manifest names into an empty keyspace. O(bytes).
 *
 * @returns null when it cannot be loaded: why is in the log, and the keyspace holds a part
 */
export function* loadAof(
  options: AofLoadOptions,
): Generator<AofProgress, AofLoadResult | null, void> {
  const { manifest, keyspace } = options;
  const snapshot = newLoadResult();
  if (isEmpty(manifest)) return { size: 0, baseSize: 0, snapshot };
  // Nothing expires while it is loaded: the file says itself when a key went.
  const endPause = keyspace.pauseExpiry();
  try {
    return yield* loadParts(options, snapshot);
  } catch (error) {
    if (error instanceof LoadFailure || error instanceof AofFileError) return null;
    throw error;
  } finally {
    endPause();
  }
}

function* loadParts(
  options: AofLoadOptions,
  snapshot: LoadResult,
): Generator<AofProgress, AofLoadResult, void> {
  const { manifest, directory, clock, log } = options;
  const parts = [...manifest.base === null ? [] : [manifest.base], ...manifest.incr];
  const sizes = parts.map(({ name }) => directory.sizeOf(name));
  const totalBytes = sizes.reduce((sum, size) => sum + size, 0);
  let baseSize = 0;
  let size = 0;
  for (const [i, part] of parts.entries()) {
    const isBase = part === manifest.base;
    const file = new PartLoader(options, part.name, {
      isBase,
      isLast: i === parts.length - 1,
      snapshot,
      before: size,
      size: sizes[i],
      totalBytes,
    });
    const started = clock.monotonic();
    const loaded = yield* file.load();
    size += loaded;
    if (isBase) baseSize = loaded;
    if (totalBytes > 0 && sizes[i] > 0) {
      const seconds = ((clock.monotonic() - started) / 1000).toFixed(3);
      const kind = isBase ? "base" : "incr";
      log.notice(`DB loaded from ${kind} file ${toText(part.name)}: ${seconds} seconds`);
    }
  }
  return { size, baseSize, snapshot };
}

interface PartOptions {
  readonly isBase: boolean;
  readonly isLast: boolean;
  readonly snapshot: LoadResult;
  /** Bytes of the files before this one. */
  readonly before: number;
  /** Bytes of this one. */
  readonly size: number;
  readonly totalBytes: number;
}

/** Loads one file. */
class PartLoader {
  readonly #options: AofLoadOptions;
  readonly #part: PartOptions;
  readonly #name: string;
  readonly #path: string;
  #read = 0;

  constructor(options: AofLoadOptions, name: ByteString, part: PartOptions) {
    this.#options = options;
    this.#part = part;
    this.#name = toText(name);
    this.#path = options.directory.pathOf(name);
  }

  /** @returns the file's size now */
  *load(): Generator<AofProgress, number, void> {
    using file = this.#open();
    const chunk = new Uint8Array(Math.min(CHUNK_BYTES, this.#part.size + RDB_MAGIC.length));
    let first = this.#readChunk(file, chunk);
    // A read may give less than it could; the signature decides, so it has to be there in full.
    for (let more = first; more.length > 0 && first.length < RDB_MAGIC.length;) {
      more = this.#readChunk(file, chunk.subarray(first.length));
      first = chunk.subarray(0, first.length + more.length);
    }
    if (first.length === 0) return 0;
    const isRdb = RDB_MAGIC.split("").every((char, i) => first[i] === char.charCodeAt(0));
    let commands: CommandReader;
    if (isRdb) {
      commands = yield* this.#loadSnapshot(file, first, chunk);
    } else {
      commands = new CommandReader(0);
      commands.push(first);
    }
    return yield* this.#runCommands(file, commands, chunk);
  }

  #fail(message: string): never {
    this.#options.log.warning(message);
    throw new LoadFailure(message);
  }

  /** A command cannot be run at all. (A real server takes wrong numbers of arguments, and breaks.) */
  #refuse(fault: ReplayFault, name: ByteString): never {
    const what = fault === "unknown" ? "Unknown" : "Wrong number of arguments for";
    // As far as a C string goes.
    const shown = toText(name.split("\0", 1)[0]);
    this.#fail(`${what} command '${shown}' reading the append only file ${this.#name}`);
  }

  #open(): Deno.FsFile {
    try {
      return Deno.openSync(this.#path, { read: true });
    } catch (error) {
      this.#fail(
        `Fatal error: can't open the append log file ${this.#name} for reading: ${osReason(error)}`,
      );
    }
  }

  /** @returns a view on the chunk; an empty one at the end of the file */
  #readChunk(file: Deno.FsFile, chunk: Uint8Array): Uint8Array {
    try {
      const count = file.readSync(chunk) ?? 0;
      this.#read += count;
      return chunk.subarray(0, count);
    } catch (error) {
      this.#fail(
        `Unrecoverable error reading the append only file ${this.#name}: ${osReason(error)}`,
      );
    }
  }

  get #progress(): AofProgress {
    const { before, totalBytes } = this.#part;
    return { loadedBytes: before + this.#read, totalBytes, isBusy: this.#options.replayer.isBusy };
  }

  /** @returns what is behind the snapshot */
  *#loadSnapshot(
    file: Deno.FsFile,
    first: Uint8Array,
    chunk: Uint8Array,
  ): Generator<AofProgress, CommandReader, void> {
    const { log, keyspace, replayer, verifyChecksum } = this.#options;
    const { isBase, snapshot } = this.#part;
    const librariesBefore = snapshot.functions.length;
    const whole = isBase && this.#name.endsWith(".rdb");
    log.notice(
      whole ? "Reading RDB base file on AOF loading..." : "Reading RDB preamble from AOF file...",
    );
    const loader = new KeyLoader(keyspace, snapshot, {
      keepExpired: true,
      onEmptyKey: (key) => log.notice(`rdbLoadObject skipping empty key: ${toText(key)}`),
    });
    const decoder = new RdbDecoder({
      databases: keyspace.databases.length,
      verifyChecksum,
      sink: loader,
    });
    try {
      for (let bytes = first;; bytes = this.#readChunk(file, chunk)) {
        if (bytes.length === 0) decoder.end();
        else decoder.push(bytes);
        for (let record = decoder.next(); record !== null; record = decoder.next()) {
          loader.record(record);
        }
        if (decoder.done) break;
        yield this.#progress;
      }
    } catch (error) {
      if (!(error instanceof RdbError)) throw error;
      log.warning(error.message);
      this.#fail(
        whole
          ? `Error reading the RDB base file ${this.#name}, AOF loading aborted`
          : `Error reading the RDB preamble of the AOF file ${this.#name}, AOF loading aborted`,
      );
    }
    const { aux, keysLoaded } = snapshot;
    const version = aux.get("redis-ver") ?? aux.get("valkey-ver");
    if (version !== undefined) log.notice(`Loading RDB produced by version ${toText(version)}`);
    if (aux.get("aof-base") === "1") log.notice("RDB is base AOF");
    log.notice(
      `Done loading RDB, keys loaded: ${keysLoaded}, keys expired: ${snapshot.keysExpired}.`,
    );
    for (const code of snapshot.functions.slice(librariesBefore)) {
      replayer.run(["FUNCTION", "LOAD", "REPLACE", code]);
    }
    if (!whole) log.notice("Reading the remaining AOF tail...");
    const commands = new CommandReader(decoder.offset);
    const rest = decoder.rest();
    if (rest.length > 0) commands.push(rest);
    return commands;
  }

  /** @returns the file's size now */
  *#runCommands(
    file: Deno.FsFile,
    commands: CommandReader,
    chunk: Uint8Array,
  ): Generator<AofProgress, number, void> {
    const { replayer, log } = this.#options;
    replayer.begin();
    /** Where the transaction under way began. */
    let beforeMulti = commands.offset;
    try {
      for (;;) {
        for (;;) {
          const before = commands.offset;
          const args = commands.next();
          if (args === null) break;
          const queued = replayer.inTransaction;
          const fault = replayer.run(args);
          if (fault !== null) this.#refuse(fault, args[0]);
          while (replayer.isBusy) yield this.#progress;
          if (!queued) beforeMulti = before;
        }
        yield this.#progress;
        const bytes = this.#readChunk(file, chunk);
        if (bytes.length === 0) break;
        commands.push(bytes);
      }
    } catch (error) {
      if (!(error instanceof AofFormatError)) throw error;
      this.#fail(
        `Bad file format reading the append only file ${this.#name}: make a backup of your AOF ` +
          "file, then use ./redis-check-aof --fix <filename.manifest>",
      );
    }
    if (replayer.inTransaction) {
      log.warning(`Revert incomplete MULTI/EXEC transaction in AOF file ${this.#name}`);
      return this.#torn(beforeMulti);
    }
    return commands.atEnd ? commands.offset : this.#torn(commands.offset);
  }

  /** The file ends within something. @returns its size once it is cut */
  #torn(offset: number): number {
    const { log, truncate } = this.#options;
    if (!this.#part.isLast) {
      log.warning(`!!! Warning: short read while loading the AOF file ${this.#name}!!!`);
      this.#fail("Fatal error: the truncated file is not the last file");
    }
    if (!truncate) {
      this.#fail(
        `Unexpected end of file reading the append only file ${this.#name}. You can: 1) Make a ` +
          "backup of your AOF file, then use ./redis-check-aof --fix <filename.manifest>. " +
          "2) Alternatively you can set the 'aof-load-truncated' configuration option to yes and " +
          "restart the server.",
      );
    }
    log.warning(`!!! Warning: short read while loading the AOF file ${this.#name}!!!`);
    log.warning(`!!! Truncating the AOF ${this.#name} at offset ${offset} !!!`);
    try {
      Deno.truncateSync(this.#path, offset);
    } catch (error) {
      this.#fail(`Error truncating the AOF file ${this.#name}: ${osReason(error)}`);
    }
    log.warning(`AOF ${this.#name} loaded anyway because aof-load-truncated is enabled`);
    return offset;
  }
}
