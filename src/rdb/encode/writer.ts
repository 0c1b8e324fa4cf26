/**
 * Whole RDB files: header, remarks, the keys of the databases, end and checksum.
 *
 * The writer knows no file. It gathers bytes, and {@linkcode RdbWriter.take} hands them out; the
 * caller decides what they are written to, and whether to wait for that. Records may come in any
 * order of databases: the number of the database comes before a record when it is another one than
 * the last, as a snapshot saves keys out of order. A large value can be written in steps; what else
 * is written meanwhile is kept aside until it is complete.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import type { AccessClock } from "../../keyspace/access_clock.ts";
import { type KeyTable, NO_EXPIRY, PlainRecord } from "../../keyspace/key_table.ts";
import { Crc64 } from "../crc64.ts";
import { EncodeContext, type EncodeOptions, type Steps } from "./context.ts";
import { ByteSink } from "./sink.ts";
import { writeLength, writeRange, writeString } from "./string.ts";
import { Opcode, RDB_MAGIC, ValueType } from "../format.ts";
import type { Value } from "../../values/value.ts";
import { beginValue, isLarge, valueType } from "./value.ts";

/** First version that has function libraries. */
const FUNCTIONS_VERSION = 10;
/** A buffer is handed out when it holds this much. */
export const CHUNK_BYTES = 256 * 1024;

/** What a file is made of, beside the keys. */
export interface RdbWriterOptions extends EncodeOptions {
  /** End the file in a CRC; else in zeros. */
  readonly checksum: boolean;
  /** Which word of access is saved with each key. */
  readonly access: "idle" | "frequency" | null;
  /** Reads the words. */
  readonly accessClock: AccessClock;
}

/** Makes an RDB file. */
export class RdbWriter {
  readonly #options: RdbWriterOptions;
  /** What is handed out. */
  readonly #main: ByteSink;
  /** Where records go: into the main sink, or aside while a value there is not complete. */
  #context: EncodeContext;
  #sink: ByteSink;
  readonly #crc = new Crc64();
  readonly #plain = new PlainRecord();
  /** The memory that was handed out last and may be used again. */
  #spare: Uint8Array<ArrayBuffer> | null = null;
  #db = -1;
  /** Keys written so far. */
  keys = 0;
  /** Bytes handed out so far. */
  bytesTaken = 0;

  constructor(options: RdbWriterOptions) {
    this.#options = options;
    this.#main = new ByteSink(CHUNK_BYTES + CHUNK_BYTES / 4);
    this.#sink = this.#main;
    this.#context = new EncodeContext(options, this.#main);
  }

  /** Bytes that wait to be taken. */
  get pending(): number {
    return this.#main.length;
  }

  /** Write the first nine bytes. */
  header(): void {
    this.#sink.text(`${RDB_MAGIC}${String(this.#options.version).padStart(4, "0")}`);
  }

  /** Write a remark. */
  aux(key: ByteString, value: ByteString): void {
    this.#sink.byte(Opcode.AUX);
    writeString(this.#context, key);
    writeString(this.#context, value);
  }

  /**
   * Write a function library's source code.
   *
   * @returns false when files of this version have no place for it
   */
  functionLibrary(code: ByteString): boolean {
    if (this.#options.version < FUNCTIONS_VERSION) return false;
    this.#sink.byte(Opcode.FUNCTION2);
    writeString(this.#context, code);
    return true;
  }

  /** Say which database the next keys are in. */
  selectDb(index: number): void {
    if (index === this.#db) return;
    this.#db = index;
    this.#sink.byte(Opcode.SELECT_DB);
    writeLength(this.#sink, index);
  }

  /** Say how many keys the database has, and how many of them expire. */
  resizeDb(keys: number, expiring: number): void {
    this.#sink.byte(Opcode.RESIZE_DB);
    writeLength(this.#sink, keys);
    writeLength(this.#sink, expiring);
  }

  /** Write the key in a live entry with all that belongs to it. O(size of the value). */
  key(index: number, table: KeyTable, entry: number): void {
    if (this.#plainKey(index, table, entry)) return;
    const steps = this.#beginKey(index, table, entry);
    if (steps !== null) { while (!steps.next().done); }
    this.#trim();
  }

  /**
   * As {@linkcode RdbWriter.key}, but of a large value only the beginning: the caller does the steps,
   * and does not begin another key in this way before the last.
   *
   * @returns the work that is left; null when there is none
   */
  beginKey(index: number, table: KeyTable, entry: number): Steps | null {
    if (this.#plainKey(index, table, entry)) return null;
    return this.#aside(this.#beginKey(index, table, entry));
  }

  /**
   * Keep a large value as it is now, to be written later. O(n), with a small factor.
   *
   * @returns begins with the key, as {@linkcode RdbWriter.beginKey}; null when the value is not large
   */
  freeze(index: number, table: KeyTable, entry: number): (() => Steps | null) | null {
    const value = table.valueAt(entry);
    if (!isLarge(value)) return null;
    const copy = value.clone();
    const key = table.keyAt(entry);
    const expireAt = table.expireAt(entry);
    const word = table.accessAt(entry);
    return () => {
      this.#beginRecord(index, expireAt, word);
      return this.#aside(this.#beginValue(key, copy));
    };
  }

  /** What else is written goes aside until the steps are done. */
  #aside(steps: Steps | null): Steps | null {
    if (steps === null) {
      this.#trim();
      return null;
    }
    const context = this.#context;
    this.#sink = new ByteSink();
    this.#context = new EncodeContext(this.#options, this.#sink);
    return this.#complete(steps, context);
  }

  *#complete(steps: Steps, context: EncodeContext): Steps {
    yield* steps;
    const aside = this.#sink;
    this.#sink = this.#main;
    this.#context = context;
    this.#main.raw(aside.bytes, 0, aside.length);
    this.#trim();
  }

  /** Write a key with a plain string straight from the table's memory. @returns whether it can be */
  #plainKey(index: number, table: KeyTable, entry: number): boolean {
    const plain = this.#plain;
    if (!table.plainAt(entry, plain)) return false;
    this.#beginEntry(index, table, entry);
    const context = this.#context;
    this.#sink.byte(ValueType.STRING);
    writeRange(context, plain.key, plain.keyStart, plain.keyLength);
    writeRange(context, plain.value, plain.valueStart, plain.valueLength);
    this.keys++;
    if (plain.valueLength > CHUNK_BYTES) context.trim();
    return true;
  }

  #beginKey(index: number, table: KeyTable, entry: number): Steps | null {
    this.#beginEntry(index, table, entry);
    return this.#beginValue(table.keyAt(entry), table.valueAt(entry));
  }

  #beginEntry(index: number, table: KeyTable, entry: number): void {
    const expireAt = table.expiring === 0 ? NO_EXPIRY : table.expireAt(entry);
    this.#beginRecord(index, expireAt, this.#options.access === null ? 0 : table.accessAt(entry));
  }

  /** Write what precedes the value's type. */
  #beginRecord(index: number, expireAt: number, word: number): void {
    const sink = this.#sink;
    const { access, accessClock } = this.#options;
    this.selectDb(index);
    if (expireAt !== NO_EXPIRY) {
      sink.byte(Opcode.EXPIRE_TIME_MS);
      sink.int64(expireAt);
    }
    if (access === "idle") {
      sink.byte(Opcode.IDLE);
      writeLength(sink, Math.floor(accessClock.idleMs(word) / 1000));
    } else if (access === "frequency") {
      sink.byte(Opcode.FREQ);
      sink.byte(accessClock.frequency(word));
    }
  }

  #beginValue(key: ByteString, value: Value): Steps | null {
    this.#sink.byte(valueType(value, this.#options.version));
    writeString(this.#context, key);
    this.keys++;
    return beginValue(this.#context, value);
  }

  #trim(): void {
    if (this.#context.packed.bytes.length > CHUNK_BYTES) this.#context.trim();
  }

  /** Write the end. What is left is to be taken after that. */
  end(): void {
    const sink = this.#sink;
    sink.byte(Opcode.EOF);
    if (!this.#options.checksum) return sink.int64(0);
    this.#crc.update(sink.bytes, 0, sink.length);
    sink.int64(this.#crc.value);
  }

  /**
   * The bytes gathered so far, which are forgotten here. They stay as they are until the next call:
   * by then they must have been written.
   */
  take(): Uint8Array<ArrayBuffer> {
    const sink = this.#main;
    const taken = sink.view();
    if (this.#options.checksum) this.#crc.update(taken);
    this.bytesTaken += taken.length;
    // A buffer that one large value has blown up is not kept.
    const next = this.#spare ?? new Uint8Array(CHUNK_BYTES + CHUNK_BYTES / 4);
    this.#spare = sink.bytes.length > 4 * CHUNK_BYTES ? null : sink.bytes;
    sink.bytes = next;
    sink.length = 0;
    return taken;
  }
}
