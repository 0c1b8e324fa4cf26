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

/** A file being read, always one chunk ahead of what is being decoded. */
export class RdbSource implements Disposable {
  /** Whether it is a regular file. */
  readonly isFile: boolean;
  /** The file's size when it was opened; 0 when it is no regular file. */
  readonly totalBytes: number;
  /** Bytes given to the decoder so far. */
  bytesRead = 0;
  readonly #file: Deno.FsFile;
  /** The chunk that is being filled, and one that may be. */
  #filling: Uint8Array;
  #spare: Uint8Array;
  /** The read under way; null when the file is at its end. */
  #reading: Promise<number | null>;

  private constructor(file: Deno.FsFile, info: Deno.FileInfo, chunkBytes: number) {
    this.#file = file;
    this.isFile = info.isFile;
    this.totalBytes = info.isFile ? info.size : 0;
    this.#filling = new Uint8Array(chunkBytes);
    this.#spare = new Uint8Array(chunkBytes);
    this.#reading = this.#read();
  }

  /** @throws Deno.errors.NotFound and the like, when it cannot be opened */
  static async open(path: string, chunkBytes = 256 * 1024): Promise<RdbSource> {
    const file = await Deno.open(path, { read: true });
    try {
      return new RdbSource(file, await file.stat(), chunkBytes);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  #read(): Promise<number | null> {
    const reading = this.#file.read(this.#filling);
    // Who stops early does not wait for it; else its error comes with the next chunk.
    reading.catch(() => {});
    return reading;
  }

  /** Give the decoder the next chunk, or say that there is none. */
  async feed(decoder: RdbDecoder): Promise<void> {
    const count = await this.#reading;
    if (count === null) {
      decoder.end();
      return;
    }
    const chunk = this.#filling;
    this.#filling = this.#spare;
    this.#spare = chunk;
    this.#reading = this.#read();
    this.bytesRead += count;
    decoder.push(chunk.subarray(0, count));
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
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
  using source = await RdbSource.open(path, options.chunkBytes);
  const { totalBytes } = source;
  const decoder = new RdbDecoder({
    ...options,
    totalBytes: source.isFile ? totalBytes : undefined,
  });
  while (!decoder.done) {
    await source.feed(decoder);
    const records: RdbRecord[] = [];
    for (let record = decoder.next(); record !== null; record = decoder.next()) {
      records.push(record);
    }
    yield { records, bytesRead: source.bytesRead, totalBytes };
  }
}
