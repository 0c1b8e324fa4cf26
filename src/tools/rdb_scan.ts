/**
 * Walking through an RDB file with the place of each record: where it begins, where it ends, and,
 * when one cannot be decoded, what it was going to be.
 *
 * `readRdbFile` gives records without their places, and gives none of a chunk that holds a fault; a
 * checker needs both, so this drives the decoder itself.
 *
 * @module
 */

import "../datatypes/mod.ts";
import type { ByteString } from "../bytes/bytes.ts";
import { RdbDecoder } from "../rdb/decode/decoder.ts";
import { Opcode, ValueType } from "../rdb/format.ts";
import { NEED_MORE, RdbInput } from "../rdb/decode/input.ts";
import type { RdbRecord } from "../rdb/records.ts";
import { isValueType } from "../rdb/decode/value.ts";
import { keyText } from "./text.ts";

/** Bytes per read. */
const CHUNK_BYTES = 256 * 1024;
/** How much of a record is looked at to say what it is. */
const PEEK_BYTES = 64 * 1024;

/** Where bytes come from: an open file. */
export interface ByteSource {
  /** Read into `buffer`; null at the end. */
  read(buffer: Uint8Array): Promise<number | null>;
}

/** A record and the bytes `start` to `end` (exclusive) that it takes in the file. */
export interface PlacedRecord {
  readonly record: RdbRecord;
  readonly start: number;
  readonly end: number;
}

/** Settings of a scan. */
export interface ScanOptions {
  /** The size where it is known. */
  readonly totalBytes?: number;
  /** Refuse database numbers from here on; without it any number is fine. */
  readonly databases?: number;
  readonly chunkBytes?: number;
}

/** One walk through RDB data. */
export class RdbScan {
  /** End of the last whole record. */
  end = 0;
  /** Bytes read so far. */
  bytesRead = 0;
  readonly #source: ByteSource;
  readonly #decoder: RdbDecoder;
  readonly #chunk: Uint8Array;

  constructor(source: ByteSource, options: ScanOptions = {}) {
    this.#source = source;
    this.#decoder = new RdbDecoder({
      databases: options.databases ?? Infinity,
      totalBytes: options.totalBytes,
    });
    this.#chunk = new Uint8Array(options.chunkBytes ?? CHUNK_BYTES);
  }

  /**
   * The records of each chunk, at once; those before a fault are given before it is thrown. Memory:
   * one chunk's records, or the largest single value.
   *
   * @throws {RdbError} when the data cannot be decoded
   */
  async *batches(): AsyncGenerator<PlacedRecord[], void, void> {
    const decoder = this.#decoder;
    while (!decoder.done) {
      const count = await this.#source.read(this.#chunk);
      if (count === null) {
        decoder.end();
      } else {
        this.bytesRead += count;
        decoder.push(this.#chunk.subarray(0, count));
      }
      const records: PlacedRecord[] = [];
      try {
        for (let record = decoder.next(); record !== null; record = decoder.next()) {
          const start = this.end;
          this.end = decoder.offset;
          records.push({ record, start, end: this.end });
        }
      } catch (error) {
        yield records;
        throw error;
      }
      yield records;
    }
  }

  /** What was read and lies behind the end record. */
  rest(): Uint8Array<ArrayBuffer> {
    return this.#decoder.rest();
  }
}

/** How far a scan through a file is. */
export type ProgressReport = (bytesRead: number, totalBytes: number) => void;

/** Give each record of a file to `take`. The file is closed in every case. */
export async function forEachRecord(
  path: string,
  take: (placed: PlacedRecord) => void,
  onProgress?: ProgressReport,
): Promise<void> {
  using file = await Deno.open(path, { read: true });
  const { isFile, isDirectory, size } = await file.stat();
  if (isDirectory) throw new Deno.errors.IsADirectory(`${path} is a directory`);
  const scan = new RdbScan(file, { totalBytes: isFile ? size : undefined });
  for await (const batch of scan.batches()) {
    for (const placed of batch) take(placed);
    onProgress?.(scan.bytesRead, isFile ? size : 0);
  }
}

/** A value type's name in lower case: `hash_listpack`. */
export function encodingName(valueType: number): string {
  return ENCODING_NAMES.get(valueType) ?? `type ${valueType}`;
}

const ENCODING_NAMES = new Map<number, string>(
  Object.entries(ValueType).map(([name, number]) => [number, name.toLowerCase()]),
);

/** What a record that begins with these bytes is, for a message about a fault in it. */
export function describeRecord(bytes: Uint8Array, isHeader: boolean): string {
  if (isHeader) return "the header";
  const input = new RdbInput(Infinity, false);
  input.push(bytes);
  let type = -1;
  try {
    for (;;) {
      type = -1;
      type = input.byte();
      const name = NAMES[type];
      if (name !== undefined) return name;
      if (type === Opcode.EXPIRE_TIME) input.raw(4);
      else if (type === Opcode.EXPIRE_TIME_MS) input.raw(8);
      else if (type === Opcode.IDLE) input.length();
      else if (type === Opcode.FREQ) input.byte();
      else break;
    }
    if (type === Opcode.MODULE_AUX || !isValueType(type)) return `a record of type ${type}`;
    const key: ByteString = input.string();
    return `the value (${encodingName(type)}) of key ${keyText(key)}`;
  } catch (error) {
    // A fault of the type or the key: what is known of it is the type.
    if (error !== NEED_MORE && !(error instanceof Error)) throw error;
    if (type < 0) return "a record's type";
    if (!isValueType(type)) return "a key's expiry or access time";
    return `the name of a key (${encodingName(type)})`;
  }
}

const NAMES: Record<number, string> = {
  [Opcode.AUX]: "an aux field",
  [Opcode.SELECT_DB]: "the number of a database",
  [Opcode.RESIZE_DB]: "a database's size",
  [Opcode.SLOT_INFO]: "a cluster slot's size",
  [Opcode.FUNCTION2]: "a function library",
  [Opcode.FUNCTION_PRE_GA]: "a function library",
  [Opcode.EOF]: "the checksum",
};

/** The same for the record that begins at an offset of a file. */
export async function describeRecordAt(path: string, start: number): Promise<string> {
  using file = await Deno.open(path, { read: true });
  await file.seek(start, Deno.SeekMode.Start);
  const buffer = new Uint8Array(PEEK_BYTES);
  let filled = 0;
  while (filled < buffer.length) {
    const count = await file.read(buffer.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return describeRecord(buffer.subarray(0, filled), start === 0);
}
