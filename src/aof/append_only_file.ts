/**
 * The append-only file of a server: whether it is on, which files it consists of, and when it is
 * rewritten.
 *
 * A rewrite begins a new incremental file, writes the data as they are at that moment as a new base
 * in the background, and then puts the base and the new file in force with one change of the
 * manifest. Until then the old files and the new incremental one hold everything, so that a crash at
 * any moment loses nothing.
 *
 * Turned on while the server runs, the file begins with a rewrite. Until that is done there is
 * nothing yet that could be loaded, so what is appended meanwhile goes to a file beside it.
 *
 * @module
 */

import { toText } from "../bytes/bytes.ts";
import type { Clock, Timer } from "../clock/clock.ts";
import type { Config } from "../config/config.ts";
import { osReason } from "../config/os_error.ts";
import { type Journal, TARGET } from "../journal/journal.ts";
import type { Logger } from "../log/logger.ts";
import { Appender } from "./appender.ts";
import { type AppendFile, FsAppendFile } from "./file.ts";
import { AofDirectory, AofFileError, baseName, exists, remove } from "./files.ts";
import type { AofLoadResult } from "./load.ts";
import { EMPTY_MANIFEST, isEmpty, type Manifest, withNextBase, withNextIncr } from "./manifest.ts";
import { RewriteBackoff } from "./rewrite_backoff.ts";

/** Looks at what is due, in milliseconds. */
const TICK_MS = 100;

/** A base that is being written in the background. */
export interface BaseJob {
  /** Resolves when the file is on the disk; rejects when it is not, or was given up. */
  readonly done: Promise<void>;
  /** Give up: nothing of it stays. */
  abort(): void;
}

/** What the append-only file asks of the server around it. */
export interface AofHost {
  /** Write all data to a file in the background, as they are now. */
  writeBase(path: string, rdb: boolean): BaseJob;
  /** Write all data to a file, at one go. @throws Error with the reason */
  writeBaseNow(path: string, rdb: boolean): void;
  /** Whether something else is being written in the background, which a rewrite waits for. */
  readonly busy: boolean;
  /** More is on the disk: see {@linkcode AppendOnlyFile.syncedPosition}. */
  onSynced(): void;
  /** {@linkcode AppendOnlyFile.error} has changed. */
  onError(): void;
  /** All data was written anew. */
  onRewritten(): void;
  /** The server cannot go on: what it has promised to keep cannot be kept. */
  onFatal(): void;
}

/** What an append-only file is made of. */
export interface AofOptions {
  readonly clock: Clock;
  readonly config: Config;
  readonly log: Logger;
  readonly journal: Journal;
  readonly host: AofHost;
  /** Milliseconds to stop for before each write, for tests; none when absent. */
  readonly writeDelayMs?: () => number;
  /** Opens the file to append to; one of the file system when absent. */
  readonly openFile?: (path: string, options: { truncate?: boolean }) => AppendFile;
}

/** A rewrite under way. */
interface Rewrite {
  readonly job: BaseJob;
  readonly temporary: string;
  readonly rdb: boolean;
  /** `clock.monotonic()` of its start. */
  readonly started: number;
}

/** The append-only file of one server. */
export class AppendOnlyFile {
  /** The files in force. */
  manifest: Manifest = EMPTY_MANIFEST;
  readonly directory: AofDirectory;
  /** Successful and failed rewrites so far. */
  rewrites = 0;
  /** Whether the last rewrite went well. */
  lastRewriteWentWell = true;
  /** Seconds that the last rewrite took; -1 before the first. */
  lastRewriteSeconds = -1;
  /** Bytes of all files at the end of the last rewrite, or at the start. */
  baseSize = 0;
  /** A rewrite is to begin as soon as it can. */
  rewriteScheduled = false;

  readonly #options: AofOptions;
  readonly #appender: Appender;
  readonly #backoff: RewriteBackoff;
  readonly #openFile: NonNullable<AofOptions["openFile"]>;
  /** `waiting`: turned on, and the first base is not written yet. */
  #state: "off" | "waiting" | "on" = "off";
  #rewrite: Rewrite | null = null;
  #unsubscribe: (() => void) | null = null;
  #timer: Timer | null = null;
  #error: string | null = null;

  constructor(options: AofOptions) {
    this.#options = options;
    const { clock, config, log, journal, host } = options;
    this.directory = new AofDirectory(config, log);
    this.#backoff = new RewriteBackoff(log);
    this.#openFile = options.openFile ?? ((path, how) => new FsAppendFile(path, how));
    this.#appender = new Appender({
      clock,
      config,
      log,
      position: () => journal.position,
      rewriting: () => this.#rewrite !== null || host.busy,
      writeDelayMs: () => options.writeDelayMs?.() ?? 0,
      onError: (reason) => this.error = reason,
      onSynced: () => host.onSynced(),
      onFatal: () => host.onFatal(),
    });
  }

  /** Why writes have to be refused; null when they need not be. */
  get error(): string | null {
    return this.#error;
  }

  set error(reason: string | null) {
    this.#error = reason;
    this.#options.host.onError();
  }

  /** Whether it is on, or about to be. */
  get enabled(): boolean {
    return this.#state !== "off";
  }

  /** Whether replies have to wait until {@linkcode whenWritten} calls back. */
  get holdsReplies(): boolean {
    return this.#appender.holdsReplies;
  }

  /** Call back when what was journaled in this turn is written, and flushed if `always` says so. */
  whenWritten(callback: () => void): void {
    this.#appender.whenWritten(callback);
  }

  /** The position of the journal up to which all is on the disk. */
  get syncedPosition(): number {
    // What lies beside a base that is not written yet could not be loaded.
    return this.#state === "on" ? this.#appender.syncedPosition : 0;
  }

  /** Bytes of all files in force. */
  get size(): number {
    return this.#appender.size;
  }

  /** Bytes that wait to be written. */
  get pendingBytes(): number {
    return this.#appender.pendingBytes;
  }

  /** Whether a flush of the disk is under way. */
  get syncing(): boolean {
    return this.#appender.syncing;
  }

  /** How often a flush was due while the one before was under way. */
  get delayedSyncs(): number {
    return this.#appender.delayedSyncs;
  }

  /** Whether a rewrite is under way. */
  get rewriting(): boolean {
    return this.#rewrite !== null;
  }

  /** Seconds that the rewrite under way has taken; -1 without one. */
  get rewriteSeconds(): number {
    if (this.#rewrite === null) return -1;
    return Math.floor((this.#options.clock.monotonic() - this.#rewrite.started) / 1000);
  }

  /** Failed rewrites since the last that went well. */
  get consecutiveFailures(): number {
    return this.#backoff.failures;
  }

  /**
   * Read which files there are, and take in the file of an older server when one is to be loaded.
   *
   * @throws AofFileError
   */
  readManifest(): void {
    this.manifest = this.directory.readManifest();
    if (this.#options.config.values.appendonly) {
      this.manifest = this.directory.upgrade(this.manifest);
    }
  }

  /**
   * Begin to append, once the data are loaded; without files they are made.
   *
   * @throws AofFileError
   */
  start(loaded: Pick<AofLoadResult, "size" | "baseSize">): void {
    const { log, config, host } = this.#options;
    if (config.values.appendonly) {
      this.directory.ensure();
      let { manifest } = this;
      const hadIncr = manifest.incr.length > 0;
      if (isEmpty(manifest)) {
        manifest = withNextBase(manifest, this.directory.filename, {
          rdb: config.values.aofUseRdbPreamble,
          keep: 0,
        });
        const { name } = manifest.base!;
        try {
          host.writeBaseNow(this.directory.pathOf(name), config.values.aofUseRdbPreamble);
        } catch (error) {
          throw new AofFileError(error instanceof Error ? error.message : String(error));
        }
        log.notice(`Creating AOF base file ${toText(name)} on server start`);
      }
      if (!hadIncr) manifest = withNextIncr(manifest, this.directory.filename);
      const name = manifest.incr[manifest.incr.length - 1].name;
      const file = this.#open(this.directory.pathOf(name));
      this.directory.sync();
      this.directory.writeManifest(manifest);
      this.manifest = manifest;
      log.notice(
        `${hadIncr ? "Opening" : "Creating"} AOF incr file ${toText(name)} on server start`,
      );
      const base = manifest.base === null ? 0 : this.directory.sizeOf(manifest.base.name);
      this.#appender.open(file, this.directory.sizeOf(name), Math.max(loaded.size, base));
      this.baseSize = loaded.baseSize === 0 ? base : loaded.baseSize;
      this.#follow("on");
    }
    this.#timer ??= this.#options.clock.every(TICK_MS, () => this.tick());
    this.#removeHistory();
  }

  #open(path: string, how: { truncate?: boolean } = {}): AppendFile {
    try {
      return this.#openFile(path, how);
    } catch (error) {
      const message = `Can't open the append-only file ${baseName(path)}: ${osReason(error)}`;
      this.#options.log.warning(message);
      throw new AofFileError(message);
    }
  }

  #follow(state: "waiting" | "on"): void {
    this.#state = state;
    this.#unsubscribe ??= this.#options.journal.subscribe(
      this.#appender.append,
      { target: TARGET.FILE },
    );
  }

  /**
   * Turn it on or off as the configuration says (CONFIG SET appendonly).
   *
   * @param inTransaction effects of the transaction under way have not been handed on yet
   * @throws Error when it cannot be turned on
   */
  apply(inTransaction: boolean): void {
    if (!this.#options.config.values.appendonly) this.#turnOff();
    else if (this.#state === "off") this.#turnOn(inTransaction);
  }

  /**
   * Append nothing until the next {@linkcode AppendOnlyFile.apply}: other data are about to take the
   * place of these, and the files go on with those when they are complete.
   */
  suspend(): void {
    this.#turnOff();
  }

  #turnOn(inTransaction: boolean): void {
    const { log, host } = this.#options;
    this.#state = "waiting";
    if (inTransaction) {
      this.rewriteScheduled = true;
      log.notice(
        "AOF was enabled during a transaction. An AOF background was scheduled to start when " +
          "possible.",
      );
      return;
    }
    if (this.#rewrite !== null) {
      log.notice(
        "AOF was enabled but there is already an AOF rewriting in background. Stopping " +
          "background AOF and starting a rewrite now.",
      );
      this.#abortRewrite();
    } else if (host.busy) {
      this.rewriteScheduled = true;
      log.notice(
        "AOF was enabled but there is already another background operation. An AOF background " +
          "was scheduled to start when possible.",
      );
      return;
    }
    if (this.rewrite()) return;
    this.#state = "off";
    log.warning(
      "Redis needs to enable the AOF but can't trigger a background AOF rewrite operation. Check " +
        "the above logs for more info about the error.",
    );
    throw new Error("Unable to turn on AOF. Check server logs.");
  }

  #turnOff(): void {
    if (this.#state === "off") return;
    if (this.#rewrite !== null) this.#abortRewrite();
    this.#stopAppending();
    this.#state = "off";
    this.rewriteScheduled = false;
  }

  #stopAppending(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = null;
    this.#appender.close();
    if (this.#state === "waiting") remove(this.#waitingPath);
  }

  /** Where effects go while the first base is not written yet. */
  get #waitingPath(): string {
    return this.directory.pathOf(`temp-${this.directory.filename}.incr`);
  }

  /**
   * Begin a rewrite.
   *
   * @returns false when it cannot begin; why is in the log
   */
  rewrite(): boolean {
    const { config, clock, host, log } = this.#options;
    if (this.#rewrite !== null) return false;
    this.rewriteScheduled = false;
    const rdb = config.values.aofUseRdbPreamble;
    const temporary = this.directory.temporaryPath(`temp-rewriteaof-bg-${Deno.pid}.aof`);
    try {
      this.directory.ensure();
      this.#beginIncr();
    } catch (error) {
      if (!(error instanceof AofFileError)) throw error;
      this.lastRewriteWentWell = false;
      this.#backoff.failed();
      return false;
    }
    let job: BaseJob;
    try {
      job = host.writeBase(temporary, rdb);
    } catch (error) {
      log.warning(error instanceof Error ? error.message : String(error));
      this.#appender.release(false);
      this.lastRewriteWentWell = false;
      this.#backoff.failed();
      return false;
    }
    const rewrite = { job, temporary, rdb, started: clock.monotonic() };
    this.#rewrite = rewrite;
    log.notice(`Background append only file rewriting started by pid ${Deno.pid}`);
    job.done.then(() => this.#written(rewrite), (error) => this.#notWritten(rewrite, error));
    return true;
  }

  /** Whether a rewrite has to wait for something else that is being written. */
  get mustWait(): boolean {
    return this.#options.host.busy;
  }

  /** Begin a rewrite as soon as that can be, whatever failures there were. */
  scheduleRewrite(): void {
    this.rewriteScheduled = true;
    this.#backoff.succeeded();
  }

  /** What is journaled from now on goes to a new file. @throws AofFileError */
  #beginIncr(): void {
    const { log } = this.#options;
    if (this.#state === "off") return;
    this.#appender.flush();
    if (this.#state === "waiting") {
      this.#unsubscribe?.();
      this.#unsubscribe = null;
      this.#appender.close();
      const file = this.#open(this.#waitingPath, { truncate: true });
      log.notice(
        `Creating AOF incr file ${baseName(this.#waitingPath)} on background rewrite`,
      );
      this.#appender.open(file, 0, 0);
      this.#follow("waiting");
      return;
    }
    if (!this.#appender.canOpen) {
      const message =
        "The AOF ends with half a command, which has to be completed before a rewrite";
      log.warning(message);
      throw new AofFileError(message);
    }
    const manifest = withNextIncr(this.manifest, this.directory.filename);
    const { name } = manifest.incr[manifest.incr.length - 1];
    const file = this.#open(this.directory.pathOf(name), { truncate: true });
    try {
      this.directory.writeManifest(manifest);
    } catch (error) {
      file.close();
      remove(this.directory.pathOf(name));
      throw error;
    }
    log.notice(`Creating AOF incr file ${toText(name)} on background rewrite`);
    this.manifest = manifest;
    this.#appender.open(file, 0, this.#appender.size);
  }

  #written(rewrite: Rewrite): void {
    if (this.#rewrite !== rewrite) return;
    const { log } = this.#options;
    log.notice(
      `Successfully created the temporary AOF base file ${baseName(rewrite.temporary)}`,
    );
    log.notice("Background AOF rewrite terminated with success");
    try {
      this.#install(rewrite);
    } catch (error) {
      if (!(error instanceof AofFileError)) throw error;
      remove(rewrite.temporary);
      this.#ended(rewrite, false);
      return;
    }
    this.#ended(rewrite, true);
    log.notice("Background AOF rewrite finished successfully");
    this.#removeHistory();
  }

  readonly #removeHistory = (): void => {
    // After its end the files may be another server's.
    if (this.#timer === null) return;
    this.manifest = this.directory.removeHistory(this.manifest, this.#removeHistory);
  };

  /** Put a new base in force. @throws AofFileError */
  #install(rewrite: Rewrite): void {
    const { log } = this.#options;
    const { directory } = this;
    const waiting = this.#state === "waiting";
    let manifest = withNextBase(this.manifest, directory.filename, {
      rdb: rewrite.rdb,
      keep: this.#state === "on" ? 1 : 0,
    });
    const base = manifest.base!.name;
    const basePath = directory.pathOf(base);
    directory.rename(rewrite.temporary, basePath, "base");
    log.notice(
      `Successfully renamed the temporary AOF base file ${baseName(rewrite.temporary)} into ${
        toText(base)
      }`,
    );
    let incrPath = "";
    try {
      if (waiting) {
        manifest = withNextIncr(manifest, directory.filename);
        const { name } = manifest.incr[0];
        incrPath = directory.pathOf(name);
        // The open file stays the same one under its new name.
        directory.rename(this.#waitingPath, incrPath, "incr");
        log.notice(
          `Successfully renamed the temporary AOF incr file ${baseName(this.#waitingPath)} into ` +
            toText(name),
        );
      }
      directory.writeManifest(manifest);
    } catch (error) {
      remove(basePath);
      if (incrPath !== "" && exists(incrPath)) remove(incrPath);
      throw error;
    }
    this.manifest = manifest;
    if (this.#state === "off") return;
    this.#state = "on";
    const incr = manifest.incr.reduce((sum, { name }) => sum + directory.sizeOf(name), 0);
    this.baseSize = directory.sizeOf(base) + incr;
    this.#appender.resize(this.baseSize);
    this.#appender.release(true);
    this.#options.host.onSynced();
  }

  #notWritten(rewrite: Rewrite, error: unknown): void {
    if (this.#rewrite !== rewrite) return;
    const { log } = this.#options;
    remove(rewrite.temporary);
    log.warning(error instanceof Error ? error.message : String(error));
    log.warning("Background AOF rewrite terminated with error");
    this.#ended(rewrite, false);
  }

  #ended(rewrite: Rewrite, wentWell: boolean): void {
    const { clock } = this.#options;
    this.#rewrite = null;
    this.rewrites++;
    this.lastRewriteSeconds = Math.floor((clock.monotonic() - rewrite.started) / 1000);
    this.lastRewriteWentWell = wentWell;
    this.#appender.release(false);
    if (wentWell) {
      this.#backoff.succeeded();
      this.#options.host.onRewritten();
    } else {
      this.#backoff.failed();
    }
    // Without a base there is nothing that could be loaded: try again.
    if (this.#state === "waiting") this.rewriteScheduled = true;
  }

  #abortRewrite(): void {
    const rewrite = this.#rewrite;
    if (rewrite === null) return;
    this.#options.log.notice("Killing running AOF rewrite child");
    this.#rewrite = null;
    this.#appender.release(false);
    rewrite.job.abort();
    rewrite.job.done.catch(() => {}).finally(() => remove(rewrite.temporary));
  }

  /** The regular work, some times a second. */
  tick(): void {
    this.#appender.tick();
    const { host, clock } = this.#options;
    if (this.#rewrite !== null || host.busy) return;
    if (this.rewriteScheduled) {
      if (!this.#backoff.holds(clock.monotonic())) this.rewrite();
    } else if (this.#state === "on" && this.#hasGrown()) {
      if (!this.#backoff.holds(clock.monotonic())) this.rewrite();
    }
  }

  #hasGrown(): boolean {
    const { config: { values }, log, clock } = this.#options;
    const { autoAofRewritePercentage: percentage, autoAofRewriteMinSize: least } = values;
    const size = this.#appender.size;
    if (percentage === 0 || size <= least) return false;
    const base = this.baseSize === 0 ? 1 : this.baseSize;
    const growth = Math.floor(size * 100 / base) - 100;
    if (growth < percentage) return false;
    if (!this.#backoff.holds(clock.monotonic())) {
      log.notice(`Starting automatic rewriting of AOF on ${growth}% growth`);
    }
    return true;
  }

  /** Bring everything to the disk: DEBUG LOADAOF reads it next. */
  flush(): void {
    this.#appender.flush();
  }

  /**
   * The server wants to end: call off a rewrite, and bring everything to the disk.
   *
   * @param force go even if what is in memory is in no file yet
   * @returns false when it has to go on, as the first base is not written yet
   */
  prepareStop(force: boolean): boolean {
    const { log } = this.#options;
    if (this.#rewrite !== null) {
      if (this.#state === "waiting") {
        log.warning(`Writing initial AOF${force ? ". Exit anyway." : ", can't exit."}`);
        if (!force) return false;
      }
      log.warning("There is a child rewriting the AOF. Killing it!");
      this.#abortRewrite();
    }
    if (this.#state !== "off") {
      log.notice("Calling fsync() on the AOF file.");
      this.#appender.flush();
    }
    return true;
  }

  /** End, with everything on the disk. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
    if (this.#state === "off") return;
    this.#stopAppending();
    this.#state = "off";
  }
}
