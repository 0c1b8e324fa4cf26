/**
 * Reading an RDB file from disk.
 *
 * @module
 */

import { RdbDecoder, type RdbDecoderOptions } from "../decode/decoder.ts";
import type { RdbRecord } from "../records.ts";

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
 * A file being read. A regular file is read synchronously: systems read ahead, so its bytes are
 * nearly always in memory already, and reading them takes less time than waiting for another
 * thread. Anything else, such as a pipe, is read asynchronously, as it may take long.
 */
export class RdbSource implements Disposable {
  /** Whether it is a regular file. */
  readonly isFile: boolean;
  /** The file's size when it was opened; 0 when it is no regular file. */
  readonly totalBytes: number;
  /** Bytes given to the decoder so far. */
  bytesRead = 0;
  readonly #file: Deno.FsFile;
  readonly #chunk: Uint8Array;

  private constructor(file: Deno.FsFile, info: Deno.FileInfo, chunkBytes: number) {
    this.#file = file;
    this.isFile = info.isFile;
    this.totalBytes = info.isFile ? info.size : 0;
    this.#chunk = new Uint8Array(chunkBytes);
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

  /**
   * Give the decoder the next chunk, or tell it that there is none.
   *
   * @returns what to wait for, if anything
   */
  feed(decoder: RdbDecoder): Promise<void> | void {
    if (!this.isFile) return this.#feedLater(decoder);
    this.#push(decoder, this.#file.readSync(this.#chunk));
  }

  async #feedLater(decoder: RdbDecoder): Promise<void> {
    this.#push(decoder, await this.#file.read(this.#chunk));
  }

  #push(decoder: RdbDecoder, count: number | null): void {
    if (count === null) {
      decoder.end();
      return;
    }
    this.bytesRead += count;
    decoder.push(this.#chunk.subarray(0, count));
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
