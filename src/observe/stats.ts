/**
 * Counters that INFO shows and CONFIG RESETSTAT clears, beside those of the keyspace and the
 * commands.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";

/** Kinds of errors that are counted; further kinds are not, to bound memory. */
const MAX_ERROR_KINDS = 128;
/** Samples that an instantaneous rate is the mean of. */
const SAMPLES = 16;

/** A rate a second over the last moments, fed by the cron with a growing total. */
export class Rate {
  #samples = new Float64Array(SAMPLES);
  #next = 0;
  #lastTotal = 0;
  #lastMs = 0;

  /** Take a sample: the total so far at the monotonic time `ms`. */
  sample(total: number, ms: number): void {
    const elapsed = ms - this.#lastMs;
    if (this.#lastMs !== 0 && elapsed > 0) {
      this.#samples[this.#next] = Math.max(0, (total - this.#lastTotal) * 1000 / elapsed);
      this.#next = (this.#next + 1) % SAMPLES;
    }
    this.#lastTotal = total;
    this.#lastMs = ms;
  }

  /** The mean of the samples, a second. */
  get perSecond(): number {
    let sum = 0;
    for (const sample of this.#samples) sum += sample;
    return sum / SAMPLES;
  }

  /** Forget all samples. */
  reset(): void {
    this.#samples.fill(0);
    this.#lastTotal = 0;
    this.#lastMs = 0;
  }
}

/** Counters of a server. */
export class Stats {
  connectionsReceived = 0;
  rejectedConnections = 0;
  commandsProcessed = 0;
  /** Exceptions that nobody had reckoned with, which cost a connection at most. */
  unhandledErrors = 0;
  inputBytes = 0;
  outputBytes = 0;
  /** Bytes of the replication stream, and of snapshots, that replicas have taken. */
  replicationOutputBytes = 0;
  /** Bytes that came from the primary. */
  replicationInputBytes = 0;
  /** Full synchronisations of replicas. */
  fullSyncs = 0;
  /** Replicas that went on where they were. */
  partialSyncs = 0;
  /** Replicas that asked for that and could not. */
  failedPartialSyncs = 0;
  readsProcessed = 0;
  writesProcessed = 0;
  errorReplies = 0;
  /** Errors in commands from the primary or an append-only file. */
  unexpectedErrorReplies = 0;
  queryBufferDisconnections = 0;
  outputBufferDisconnections = 0;
  /** Clients closed as all together took too much memory. */
  evictedClients = 0;
  maxInputBuffer = 0;
  maxOutputBuffer = 0;
  activeExpireCycleMs = 0;
  expiredTimeCapReached = 0;
  /** Milliseconds for which eviction was not done, but for the time since it last was. */
  evictionExceededMs = 0;
  /** Time spent in commands, in microseconds. */
  commandMicros = 0;
  /** Error replies by their first word. */
  readonly errors: Map<string, number> = new Map();
  readonly opsRate: Rate = new Rate();
  readonly inputRate: Rate = new Rate();
  readonly outputRate: Rate = new Rate();
  readonly replicationInputRate: Rate = new Rate();
  readonly replicationOutputRate: Rate = new Rate();
  readonly readRate: Rate = new Rate();

  /** Count an error reply; `text` is the error line without its dash. */
  countError(text: ByteString): void {
    this.errorReplies++;
    const space = text.indexOf(" ");
    const code = space < 0 ? text : text.slice(0, space);
    const count = this.errors.get(code);
    if (count !== undefined) this.errors.set(code, count + 1);
    else if (this.errors.size < MAX_ERROR_KINDS) this.errors.set(code, 1);
  }

  /** CONFIG RESETSTAT. */
  reset(): void {
    this.connectionsReceived = 0;
    this.rejectedConnections = 0;
    this.commandsProcessed = 0;
    this.unhandledErrors = 0;
    this.inputBytes = 0;
    this.outputBytes = 0;
    this.replicationOutputBytes = 0;
    this.replicationInputBytes = 0;
    this.fullSyncs = 0;
    this.partialSyncs = 0;
    this.failedPartialSyncs = 0;
    this.readsProcessed = 0;
    this.writesProcessed = 0;
    this.errorReplies = 0;
    this.unexpectedErrorReplies = 0;
    this.queryBufferDisconnections = 0;
    this.outputBufferDisconnections = 0;
    this.evictedClients = 0;
    this.activeExpireCycleMs = 0;
    this.expiredTimeCapReached = 0;
    this.evictionExceededMs = 0;
    this.commandMicros = 0;
    this.errors.clear();
    this.opsRate.reset();
    this.inputRate.reset();
    this.outputRate.reset();
    this.replicationInputRate.reset();
    this.replicationOutputRate.reset();
    this.readRate.reset();
  }
}
