/**
 * Reading an RDB file from disk.
 *
 * @module
 */

import { RdbDecoder, type RdbDecoderOptions } from "./decoder.ts";
import type { RdbRecord } from "./records.ts";

/** Settings for {@linkcode readRdbFile}. */
export interface RdbFileOptions extends Omit<RdbDecoderOptions, "totalBytes"> {
  /** Bytes per read. Default 256 KiB. */
  chunkBytes?: number;
}

/** The records that one chunk of the file completed. */
export interface RdbBatch {
  /** Empty when the chunk lies within one large value. */
  readonly records: RdbRecord[];
  /** Bytes read so far. */
  readonly bytesRead: number;
  /** The file's size when it was opened; 0 when it is no regular file. */
  readonly totalBytes: number;
}

/**
 * Read an RDB file chunk by chunk. What lies behind the end record is not looked at. The file is
 * closed in every case, also when the caller stops early.
 *
 * @throws {RdbError} when the file cannot be decoded
 * @throws {Deno.errors.NotFound} and the like, when it cannot be read
 */
export async function* readRdbFile(
  path: string,
  options: RdbFileOptions = {},
): AsyncGenerator<RdbBatch, void, void> {
  using file = await Deno.open(path, { read: true });
  const info = await file.stat();
  const totalBytes = info.isFile ? info.size : 0;
  const decoder = new RdbDecoder({
    ...options,
    totalBytes: info.isFile ? info.size : undefined,
  });
  const chunk = new Uint8Array(options.chunkBytes ?? 256 * 1024);
  let bytesRead = 0;
  while (!decoder.done) {
    const count = await file.read(chunk);
    if (count === null) {
      decoder.end();
    } else {
      bytesRead += count;
      decoder.push(chunk.subarray(0, count));
    }
    const records: RdbRecord[] = [];
    for (let record = decoder.next(); record !== null; record = decoder.next()) {
      records.push(record);
    }
    yield { records, bytesRead, totalBytes };
  }
}
