/**
 * Running what a primary sends: its commands become the changes of this server's data, and its bytes
 * the stream that this server passes on.
 *
 * Replies are dropped, and gates that limit clients are not asked: the primary has run the commands
 * already. Keys past their time count as there, since the primary says when they go.
 *
 * A pause holds what it is about, and all behind it: such bytes are kept, and run when it is over.
 *
 * Bytes join the stream when their commands have run, and those of a transaction all at once: so
 * the stream's end always is the position of exactly these data.
 *
 * @module
 */

import { gateBits } from "../command/gates.ts";
import { type ByteString, fromBytes, toText } from "../bytes/bytes.ts";
import { quoteBytes } from "../bytes/repr.ts";
import { clientLine } from "../session/client_info.ts";
import type { Client } from "../session/client.ts";
import type { Command } from "../command/command.ts";
import type { ReplicationNeeds } from "./needs.ts";
import { RequestDecoder } from "../resp/decoder.ts";
import { ErrorReply } from "../resp/reply.ts";
import type { Replication } from "./replication.ts";

/** What this works with. */
type Parts = Pick<
  ReplicationNeeds,
  | "aof"
  | "clock"
  | "config"
  | "executor"
  | "host"
  | "journal"
  | "keyspace"
  | "libraries"
  | "log"
  | "pause"
  | "registry"
  | "stats"
>;

/** What a pause of writes is about. */
const PAUSABLE = gateBits("pause-writes");
const FIRST_KEPT = 4 * 1024;
/** A larger buffer is given back when nothing is in it. */
const LARGEST_KEPT = 1024 * 1024;
const NOTHING = new Uint8Array(0);
/** Bytes of the stream that are shown where a command fails. */
const LATEST = 256;

/** What an applier is made of. */
export interface ApplierOptions {
  readonly parts: Parts;
  readonly replication: Replication;
  /** Runs the commands. */
  readonly client: Client;
  /** The primary wants to know how far this server is. */
  readonly onQuestion: () => void;
}

/** Applies a primary's stream, from where this server's own stream ends. */
export class StreamApplier {
  readonly #parts: Parts;
  readonly #replication: Replication;
  readonly #client: Client;
  readonly #onQuestion: () => void;
  readonly #decoder = new RequestDecoder({
    maxBulkLength: Infinity,
    maxQueryBuffer: Infinity,
    authenticated: true,
    refusesInline: true,
  });
  /** Bytes that are decoded, at least in part, and not applied yet. */
  #kept = new Uint8Array(FIRST_KEPT);
  #keptLength = 0;
  /** What has come since, and is not applied. */
  #chunk: Uint8Array = NOTHING;
  /** The command that waits for a pause to end; null when none does. */
  #held: ByteString[] | null = null;
  /** Bytes of what was fed whose commands are done; those of an unfinished transaction are not. */
  #done = 0;
  /** Bytes of what was fed that have joined the stream. */
  #applied = 0;

  constructor({ parts, replication, client, onQuestion }: ApplierOptions) {
    this.#parts = parts;
    this.#replication = replication;
    this.#client = client;
    this.#onQuestion = onQuestion;
  }

  /** Bytes that have come, and whose command is not complete. */
  get pendingBytes(): number {
    return this.#keptLength;
  }

  /** Whether a pause holds what has come. */
  get isHeld(): boolean {
    return this.#held !== null;
  }

  /** The pause is over: run what it held. A stream that makes no sense is told of with the next chunk. */
  resume(): void {
    const args = this.#held;
    if (args === null || this.#client.closed) return;
    this.#held = null;
    this.#runAll(args, NOTHING);
  }

  /**
   * Run what a chunk completes. O(its length), beside what the commands take.
   *
   * @returns false when the stream makes no sense; why is in the log
   */
  apply(chunk: Uint8Array): boolean {
    const decoder = this.#decoder;
    decoder.feed(chunk);
    if (this.#held !== null || !decoder.hasWork) {
      this.#keep(chunk);
      return true;
    }
    this.#runAll(decoder.next(), chunk);
    if (this.#client.closed || decoder.error === null) return true;
    this.#parts.log.warning(
      `Protocol error (${decoder.error}) from client: ${clientLine(this.#client)}.`,
    );
    return false;
  }

  /** Run a command and those behind it, until nothing is complete or a pause holds one. */
  #runAll(first: ByteString[] | null, chunk: Uint8Array): void {
    const { keyspace } = this.#parts;
    const decoder = this.#decoder;
    this.#parts.executor.beginBatch();
    const endPause = keyspace.pauseExpiry();
    this.#chunk = chunk;
    try {
      for (let args = first; args !== null; args = decoder.next()) {
        if (this.#parts.pause.active && this.#isPaused(args)) {
          this.#held = args;
          break;
        }
        const asked = this.#run(args);
        if (this.#client.transaction === null) this.#done = decoder.consumedBytes;
        if (asked) {
          this.#commit();
          this.#onQuestion();
        }
        if (this.#client.closed) return;
      }
    } finally {
      endPause();
      this.#commit();
      this.#parts.executor.endBatch();
    }
    this.#keep(this.#chunk);
  }

  /** Whether the pause that is on is about a command. */
  #isPaused(args: readonly ByteString[]): boolean {
    const { pause, registry } = this.#parts;
    const command = registry.resolve(args);
    if (command === undefined) return false;
    const { transaction } = this.#client;
    const bits = transaction !== null && command.name === "exec"
      ? command.gates | transaction.gates
      : command.gates;
    return pause.holds((bits & PAUSABLE) !== 0);
  }

  /** Let what is applied join the stream. */
  #commit(): void {
    const replication = this.#replication;
    const count = this.#done - this.#applied;
    if (count === 0) return;
    const { stream } = replication;
    this.#applied += count;
    const fromKept = Math.min(count, this.#keptLength);
    if (fromKept > 0) {
      stream.appendBytes(this.#kept.subarray(0, fromKept));
      this.#kept.copyWithin(0, fromKept, this.#keptLength);
      this.#keptLength -= fromKept;
      if (this.#keptLength === 0 && this.#kept.length > LARGEST_KEPT) {
        this.#kept = new Uint8Array(FIRST_KEPT);
      }
    }
    const fromChunk = count - fromKept;
    if (fromChunk > 0) {
      stream.appendBytes(this.#chunk.subarray(0, fromChunk));
      this.#chunk = this.#chunk.subarray(fromChunk);
    }
    replication.linkDb = this.#client.db.index;
    replication.feed.grew();
  }

  #keep(bytes: Uint8Array): void {
    const length = this.#keptLength + bytes.length;
    if (length > this.#kept.length) {
      const grown = new Uint8Array(Math.max(length, this.#kept.length * 2));
      grown.set(this.#kept.subarray(0, this.#keptLength));
      this.#kept = grown;
    }
    this.#kept.set(bytes, this.#keptLength);
    this.#keptLength = length;
  }

  /** Run a command. @returns whether it asks how far this server is */
  #run(args: ByteString[]): boolean {
    const { clock, executor, registry } = this.#parts;
    const client = this.#client;
    client.lastInteractionMs = clock.ms;
    const command = executor.resolve(args);
    if (command instanceof ErrorReply) {
      this.#refused(command, registry.resolve(args) ?? null);
      return false;
    }
    if (command.name === "replconf") return isQuestion(args);
    const reply = executor.run(client, command, args);
    if (reply instanceof ErrorReply) this.#complain(reply, command.name);
    else if (command.name === "exec" && Array.isArray(reply)) {
      for (const each of reply) {
        if (each instanceof ErrorReply) this.#complain(each, command.name);
      }
    }
    return false;
  }

  /** A command that cannot even be begun. */
  #refused(error: ErrorReply, command: Command | null): void {
    const { transaction } = this.#client;
    if (transaction !== null) transaction.aborted = true;
    this.#parts.stats.countError(error.text);
    this.#complain(error, command?.name ?? "<unknown>");
  }

  /** The data of this server and of its primary differ now. */
  #complain({ text }: ErrorReply, name: string): void {
    const { config, host, log, stats } = this.#parts;
    stats.unexpectedErrorReplies++;
    const shown = text.startsWith("ERR ") ? text.slice(4) : `-${text}`;
    log.warning(
      "== CRITICAL == This replica is sending an error to its master: " +
        `'${toText(shown)}' after processing the command '${name}'`,
    );
    this.#commit();
    log.notice(`Latest backlog is: '${toText(quoteBytes(this.#latest()))}'`);
    if (config.values.propagationErrorBehavior === "ignore") return;
    log.warning(
      `This replica panicked sending an error to its master after processing the command '${name}'`,
    );
    host.abandon();
  }

  /** The last bytes of the stream, for the log. */
  #latest(): ByteString {
    const { stream } = this.#replication;
    const reader = stream.reader(Math.max(stream.start, stream.end - LATEST));
    let text = "";
    while (reader !== null && reader.pending > 0) {
      const bytes = reader.peek();
      text += fromBytes(bytes);
      reader.advance(bytes.length);
    }
    return text;
  }
}

function isQuestion(args: readonly ByteString[]): boolean {
  return args.length > 1 && args[1].length === 6 && args[1].toLowerCase() === "getack";
}
