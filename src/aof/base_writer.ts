/**
 * A base in commands (`aof-use-rdb-preamble no`): the same steps as those that write a snapshot.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { ByteQueue } from "../bytes/byte_queue.ts";
import { EffectEncoder } from "../journal/effect_encoder.ts";
import { type KeyTable, NO_EXPIRY } from "../keyspace/key_table.ts";
import type { SaveWriter } from "../rdb/save/background_save.ts";
import { type SaveOptions, TemporaryFile } from "../rdb/save/save.ts";
import { timeRemark } from "./appender.ts";
import { emitValue } from "./value_commands.ts";

/** Bytes are handed out when there are so many. */
const CHUNK_BYTES = 256 * 1024;

/** Makes a base in commands. */
export class CommandBaseWriter implements SaveWriter {
  readonly #pending = new ByteQueue();
  readonly #encoder = new EffectEncoder((piece) => {
    if (typeof piece === "string") this.#pending.append(piece);
    else this.#pending.appendBytes(piece);
  });
  #db = -1;
  /** Keys written so far. */
  keys = 0;

  /** @param seconds unix time for a remark at the beginning; null for none */
  constructor(functions: readonly ByteString[], seconds: number | null) {
    if (seconds !== null) this.#pending.append(timeRemark(seconds));
    for (const code of functions) this.#emit(["FUNCTION", "LOAD", code]);
  }

  /** Bytes that wait to be taken. */
  get pending(): number {
    return this.#pending.length;
  }

  readonly #emit = (args: readonly ByteString[]): void => {
    this.#encoder.command(args);
  };

  /** Say which database the next keys are in. */
  selectDb(index: number): void {
    if (index === this.#db) return;
    this.#db = index;
    this.#emit(["SELECT", `${index}`]);
  }

  /** Commands have no place for how many keys there are. */
  resizeDb(): void {}

  /** Write the key in a live entry with all that belongs to it. O(size of the value). */
  key(index: number, table: KeyTable, entry: number): void {
    this.selectDb(index);
    const key = table.keyAt(entry);
    emitValue(key, table.valueAt(entry), this.#emit);
    const expireAt = table.expiring === 0 ? NO_EXPIRY : table.expireAt(entry);
    if (expireAt !== NO_EXPIRY) this.#emit(["PEXPIREAT", key, `${expireAt}`]);
    this.keys++;
  }

  /** Write the end, which commands have none of. */
  end(): void {}

  /** The bytes gathered so far, which are forgotten here. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#pending.takeAll();
  }
}

/**
 * Save all databases as commands. Nothing else runs meanwhile. O(size of the data).
 *
 * @param seconds unix time for a remark at the beginning; null for none
 * @throws SaveError when it fails; the file that was there is there still
 */
export function saveCommands(options: SaveOptions, seconds: number | null): void {
  const file = new TemporaryFile(options, `temp-rewriteaof-${Deno.pid}.aof`);
  try {
    const writer = new CommandBaseWriter(options.functions, seconds);
    for (const { index, table } of options.keyspace.databases) {
      const limit = table.entryLimit;
      for (let entry = 0; entry < limit; entry++) {
        if (!table.isLive(entry)) continue;
        writer.key(index, table, entry);
        if (writer.pending >= CHUNK_BYTES) file.writeSync(writer.take());
      }
    }
    file.writeSync(writer.take());
    file.commit();
  } catch (error) {
    file.discard();
    throw error;
  }
}
