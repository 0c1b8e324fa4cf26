/**
 * MIGRATE's transfer of keys to another server, and their removal here.
 *
 * As in a real server, AUTH (when a password is given), SELECT (when another database was used last
 * on that connection) and a RESTORE for each key are sent without waiting; then the replies are
 * read. A failure before the first reply, other than a timeout, is retried once on a new
 * connection, as the other server may have closed the one that was kept. Each key that was
 * acknowledged is removed here, whatever else fails.
 *
 * A key is serialised when its turn comes, so that the largest key, and not all of them together,
 * is what has to fit into memory.
 *
 * @module
 */

import { type ByteString, toBytes } from "../bytes/bytes.ts";
import type { Clock } from "../clock/clock.ts";
import type { Config } from "../config/config.ts";
import type { Blocking } from "../execution/blocking.ts";
import type { Pause } from "../execution/pause.ts";
import type { Journal } from "../journal/journal.ts";
import type { Keyspace } from "../keyspace/keyspace.ts";
import type { Logger } from "../log/logger.ts";
import type { BlockedState } from "../session/blocked.ts";
import type { Client } from "../session/client.ts";
import type { HeldKeys, Hold } from "./held_keys.ts";
import type { Peer, Peers } from "./peers.ts";
import { OutgoingError } from "../transport/outgoing.ts";
import type { Database } from "../keyspace/database.ts";
import { EventClass } from "../keyspace/events.ts";
import { NO_ENTRY, NO_EXPIRY } from "../keyspace/key_table.ts";
import { encodeDumpPayload, type WriteVersion } from "../rdb/encode/value.ts";
import { encodeCommand } from "../resp/encoder.ts";
import { OK, RedisError, type Reply } from "../resp/reply.ts";

/** The newest format in which values are sent: all servers from 7.0 on read it. */
const SENT_VERSION = 10;
/** So many bytes are given to the connection at a time. */
const PIECE_BYTES = 64 * 1024;

/** What a transfer needs of the server. */
export interface TransferNeeds {
  readonly clock: Clock;
  readonly config: Config;
  readonly log: Logger;
  readonly keyspace: Keyspace;
  readonly journal: Journal;
  readonly blocking: Blocking;
  readonly pause: Pause;
  readonly held: HeldKeys;
  readonly peers: Peers;
  readonly replication: { readonly isReplica: boolean };
}

/** What MIGRATE is asked for. */
export interface MigrateRequest {
  readonly hostname: ByteString;
  readonly port: number;
  /** The database on the other server. */
  readonly db: number;
  /** The longest wait for each step of the conversation, in milliseconds. */
  readonly timeoutMs: number;
  readonly copy: boolean;
  readonly replace: boolean;
  /** What follows AUTH: a password, or a user and a password; nothing when empty. */
  readonly credentials: readonly ByteString[];
}

/** What the other server said. */
interface Answers {
  /** The first error reply, without its `-`. */
  refusal: ByteString | null;
  /** Keys that it has taken, in their order. */
  acknowledged: ByteString[];
  /** How many RESTOREs it has answered. */
  count: number;
}

/** One MIGRATE on its way. */
export class Transfer implements Hold {
  readonly exclusive: boolean;
  readonly changed: Set<ByteString> = new Set();
  readonly #parts: TransferNeeds;
  readonly #client: Client;
  readonly #db: Database;
  readonly #request: MigrateRequest;
  readonly #answers: Answers = { refusal: null, acknowledged: [], count: 0 };
  #state: BlockedState | null = null;
  #peer: Peer | null = null;
  /** What was being done when the connection failed for the last time. */
  #failed: ByteString | null = null;

  /** @param keys those to be sent, which are all there */
  constructor(
    parts: TransferNeeds,
    client: Client,
    request: MigrateRequest,
    readonly keys: readonly ByteString[],
  ) {
    this.#parts = parts;
    this.#client = client;
    this.#db = client.db;
    this.#request = request;
    // While a copy is made, reading harms nobody.
    this.exclusive = !request.copy;
  }

  /** Let the client wait, hold the keys, and begin. */
  start(args: readonly ByteString[]): void {
    const { blocking, held, pause } = this.#parts;
    this.#state = blocking.beginWork(this.#client, args, () => this.#conclude());
    held.add(this);
    this.#send().then(() => pause.whenWritable(() => this.#finish()));
  }

  abandon(): void {
    this.#failed ??= "reading to target instance";
    this.#finish();
    this.#peer?.connection.close();
  }

  /** Run the end of the command and let the keys go; once. */
  #finish(): void {
    const state = this.#state;
    if (state === null) return;
    this.#state = null;
    const { blocking, held, clock } = this.#parts;
    clock.tick();
    held.remove(this);
    blocking.finishWork(this.#client, state);
    held.serve();
  }

  /** Transfer the keys. Never rejects. */
  async #send(): Promise<void> {
    const { log } = this.#parts;
    try {
      if (await this.#attempt(true)) await this.#attempt(false);
    } catch (error) {
      // A bug of this server: failures of the connection are handled elsewhere.
      const text = error instanceof Error ? error.stack ?? error.message : String(error);
      log.warning(`Internal error in 'migrate': ${text}`);
      this.#peer?.connection.close();
      this.#failed ??= "writing to target instance";
    }
  }

  /** @returns whether it failed in a way that a second attempt may succeed */
  async #attempt(mayRepeat: boolean): Promise<boolean> {
    const { peers } = this.#parts;
    const answers = this.#answers;
    let doing = "connecting to the client";
    try {
      const peer = this.#peer = await peers.take(this.#request);
      doing = "writing to target instance";
      const selects = peer.db !== this.#request.db;
      const sent = await this.#write(peer, selects);
      doing = "reading to target instance";
      await this.#read(peer, selects, sent);
      peer.db = answers.refusal === null ? this.#request.db : -1;
      if (this.#state !== null) peers.keep(peer);
      else peer.connection.close();
      return false;
    } catch (error) {
      if (!(error instanceof OutgoingError)) throw error;
      // A real server sees only when it begins to write that nobody listens, or is slow to.
      if (this.#peer === null && error.failure !== "unreachable") {
        doing = "writing to target instance";
      }
      this.#peer?.connection.close();
      this.#peer = null;
      const useless = error.failure === "timeout" || error.failure === "unreachable";
      if (mayRepeat && !useless && answers.count === 0 && this.#state !== null) return true;
      this.#failed ??= doing;
      return false;
    }
  }

  /** Send all commands. @returns the keys that were sent */
  async #write(peer: Peer, selects: boolean): Promise<ByteString[]> {
    const { timeoutMs, db, credentials, replace } = this.#request;
    const sent: ByteString[] = [];
    let head = credentials.length > 0 ? encodeCommand(["AUTH", ...credentials]) : "";
    if (selects) head += encodeCommand(["SELECT", String(db)]);
    let pieces: Uint8Array[] = [];
    let bytes = 0;
    const flush = async () => {
      const joined = join(pieces, bytes);
      pieces = [];
      bytes = 0;
      for (let from = 0; from < joined.length; from += PIECE_BYTES) {
        await peer.connection.write(joined.subarray(from, from + PIECE_BYTES), timeoutMs);
      }
    };
    const add = (piece: Uint8Array) => {
      pieces.push(piece);
      bytes += piece.length;
    };
    for (const key of this.keys) {
      const entry = this.#serialise(key);
      if (entry === null) continue;
      const { ttlMs, payload } = entry;
      head += `*${replace ? 5 : 4}\r\n$7\r\nRESTORE\r\n${bulk(key)}${bulk(String(ttlMs))}` +
        `$${payload.length}\r\n`;
      add(toBytes(head));
      add(payload);
      head = replace ? "\r\n$7\r\nREPLACE\r\n" : "\r\n";
      sent.push(key);
      if (bytes >= PIECE_BYTES) await flush();
    }
    add(toBytes(head));
    await flush();
    return sent;
  }

  /** A key as RESTORE takes it, or null when its time has come since. */
  #serialise(key: ByteString): { ttlMs: number; payload: Uint8Array } | null {
    const db = this.#db;
    const { config: { values }, keyspace: { limits }, clock } = this.#parts;
    const entry = db.entryOf(key);
    if (entry === NO_ENTRY) return null;
    const at = db.table.expireAt(entry);
    const payload = encodeDumpPayload(db.table.valueAt(entry), {
      version: Math.min(values.rdbVersion, SENT_VERSION) as WriteVersion,
      compress: values.rdbcompression,
      limits,
    });
    return { ttlMs: at === NO_EXPIRY ? 0 : Math.max(1, at - clock.tick()), payload };
  }

  /** Read the replies to all that was sent. */
  async #read(peer: Peer, selects: boolean, sent: readonly ByteString[]): Promise<void> {
    const { timeoutMs, credentials } = this.#request;
    const answers = this.#answers;
    const line = () => peer.connection.readLine(timeoutMs);
    const isError = (reply: ByteString) => reply.startsWith("-");
    // Refused in the beginning, nothing that follows is where it should be.
    const before: ByteString[] = [];
    if (credentials.length > 0) before.push(await line());
    if (selects) before.push(await line());
    const refusal = before.find(isError);
    for (const key of sent) {
      const reply = await line();
      answers.count++;
      const error = refusal ?? (isError(reply) ? reply : undefined);
      if (error === undefined) answers.acknowledged.push(key);
      else answers.refusal ??= error.slice(1);
    }
  }

  /** The end of the command: remove the keys that the other server has now, and reply. */
  #conclude(): Reply {
    const { refusal, acknowledged } = this.#answers;
    const kept = this.#request.copy ? false : this.#remove(acknowledged);
    if (refusal !== null) {
      throw new RedisError(`ERR Target instance replied with error: ${refusal}`);
    }
    if (this.#failed !== null) throw new RedisError(`IOERR error or timeout ${this.#failed}`);
    if (kept) {
      throw new RedisError("ERR A key was changed while it was sent, and is kept here, too");
    }
    return OK;
  }

  /** @returns whether there is a key that must not be removed */
  #remove(keys: readonly ByteString[]): boolean {
    const db = this.#db;
    // A server that became a replica meanwhile must not change data by itself.
    const { replication, journal } = this.#parts;
    const moved = replication.isReplica
      ? []
      : keys.filter((key) => !this.changed.has(key) || !db.has(key));
    for (const key of moved) {
      db.delete(key);
      db.changed(key, EventClass.GENERIC, "del");
    }
    if (moved.length > 0) journal.replace(db.index, ["DEL", ...moved]);
    return moved.length < keys.length;
  }
}

/** A bulk string. */
function bulk(text: ByteString): ByteString {
  return `$${text.length}\r\n${text}\r\n`;
}

function join(pieces: readonly Uint8Array[], bytes: number): Uint8Array {
  const joined = new Uint8Array(bytes);
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}
