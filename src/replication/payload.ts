/**
 * The snapshot that a primary sends, as bytes: `$<length>` and so many of them, or `$EOF:<mark>` and
 * all until the mark of 40 bytes, which the primary has chosen at random.
 *
 * Behind a mark the primary sends nothing before it has been told that the snapshot is loaded: a
 * mark is therefore always the last that has come, and is looked for there alone.
 *
 * @module
 */

import { type ByteString, fromBytes, toText } from "../bytes/bytes.ts";
import type { ReplicationNeeds } from "./needs.ts";
import { type LinkConnection, LinkError } from "./link_connection.ts";

/** What this works with. */
type Parts = Pick<ReplicationNeeds, "log">;

const MARK_LENGTH = 40;

/** How the snapshot ends. */
export interface PayloadHeader {
  /** Its length in bytes; 0 when it ends with a mark. */
  readonly length: number;
  readonly mark: ByteString | null;
}

/**
 * Wait for the snapshot to begin.
 *
 * @throws LinkError when there will be none; with an empty message, the reason is in the log
 */
export async function readPayloadHeader(
  { log }: Parts,
  connection: LinkConnection,
): Promise<PayloadHeader> {
  let line = "";
  try {
    // Empty lines keep the link alive while the primary gets ready.
    while (line === "") line = await connection.readLine();
  } catch (error) {
    if (!(error instanceof LinkError) || connection.closed) throw error;
    log.warning(`I/O error reading bulk count from MASTER: ${error.message}`);
    throw new LinkError("");
  }
  if (line.startsWith("-")) {
    log.warning(`MASTER aborted replication with an error: ${toText(line.slice(1))}`);
    throw new LinkError("");
  }
  if (!line.startsWith("$")) {
    log.warning(
      "Bad protocol from MASTER, the first byte is not '$' (we received " +
        `'${toText(line)}'), are you sure the host and port are right?`,
    );
    throw new LinkError("");
  }
  if (line.startsWith("$EOF:") && line.length >= 5 + MARK_LENGTH) {
    return { length: 0, mark: line.slice(5, 5 + MARK_LENGTH) };
  }
  const length = Number(/^\$(\d+)$/.exec(line)?.[1] ?? NaN);
  if (Number.isSafeInteger(length)) return { length, mark: null };
  log.warning(`Bad length of the snapshot from MASTER: '${toText(line)}'`);
  throw new LinkError("");
}

/** Reads a snapshot off a connection. */
export class PayloadReader {
  /** Bytes that have come, the mark's not counted. */
  received = 0;

  readonly #connection: LinkConnection;
  readonly #header: PayloadHeader;
  readonly #end: MarkedEnd | null;

  constructor(connection: LinkConnection, header: PayloadHeader) {
    this.#connection = connection;
    this.#header = header;
    this.#end = header.mark === null ? null : new MarkedEnd(header.mark);
  }

  /** Whether all has come. */
  get done(): boolean {
    return this.#end === null ? this.received === this.#header.length : this.#end.found;
  }

  /**
   * Wait for more of it.
   *
   * @param take gets the bytes, in one or several pieces that are valid until the next call
   * @throws LinkError when the connection ends before
   */
  async next(take: (bytes: Uint8Array) => void): Promise<void> {
    const count = (bytes: Uint8Array) => {
      if (bytes.length === 0) return;
      this.received += bytes.length;
      take(bytes);
    };
    if (this.#end === null) {
      if (this.done) return;
      count(await this.#connection.read(this.#header.length - this.received));
    } else {
      this.#end.feed(await this.#connection.read(), count);
    }
  }
}

/**
 * Lets bytes through, but for the last 40 that have come: they may be the mark, or the beginning of
 * it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromBytes, toBytes } from "../bytes/bytes.ts";
 * const end = new MarkedEnd("m".repeat(40));
 * let text = "";
 * const take = (bytes: Uint8Array) => text += fromBytes(bytes);
 * end.feed(toBytes("snapshot" + "m".repeat(15)), take);
 * end.feed(toBytes("m".repeat(25)), take);
 * assertEquals([text, end.found], ["snapshot", true]);
 * ```
 */
export class MarkedEnd {
  /** Whether the mark has come. */
  found = false;

  readonly #mark: ByteString;
  readonly #held = new Uint8Array(MARK_LENGTH);
  #count = 0;

  constructor(mark: ByteString) {
    this.#mark = mark;
  }

  /** Take in a chunk, and give what is certainly not of the mark. O(its length). */
  feed(chunk: Uint8Array, take: (bytes: Uint8Array) => void): void {
    const held = this.#held;
    const surplus = this.#count + chunk.length - MARK_LENGTH;
    if (surplus <= 0) {
      held.set(chunk, this.#count);
      this.#count += chunk.length;
    } else if (chunk.length >= MARK_LENGTH) {
      take(held.slice(0, this.#count));
      take(chunk.subarray(0, chunk.length - MARK_LENGTH));
      held.set(chunk.subarray(chunk.length - MARK_LENGTH));
      this.#count = MARK_LENGTH;
    } else {
      take(held.slice(0, surplus));
      held.copyWithin(0, surplus, this.#count);
      held.set(chunk, this.#count - surplus);
      this.#count = MARK_LENGTH;
    }
    this.found = this.#count === MARK_LENGTH && fromBytes(held) === this.#mark;
  }
}
