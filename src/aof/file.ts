/**
 * The incremental file that is being appended to.
 *
 * @module
 */

/** What an append-only file is written through; tests have others than the file system's. */
export interface AppendFile {
  /** Append bytes. @returns how many were taken */
  appendSync(bytes: Uint8Array): number;
  /** Cut the file. */
  truncateSync(size: number): void;
  /** Bring what was appended to the disk, and wait for it. */
  syncSync(): void;
  /** Bring what was appended so far to the disk without stopping the thread. */
  sync(): Promise<void>;
  /** Close it. A sync that is under way may end after this. */
  close(): void;
}

/**
 * A file of the file system. It is open twice: a file whose flush is under way in another thread
 * cannot be written to through the same handle.
 */
export class FsAppendFile implements AppendFile {
  readonly #file: Deno.FsFile;
  readonly #syncHandle: Deno.FsFile;
  #syncing: Promise<void> | null = null;

  /** @throws Deno.errors when it cannot be opened */
  constructor(path: string, options: { truncate?: boolean } = {}) {
    this.#file = Deno.openSync(path, { append: true, create: true, mode: 0o644 });
    try {
      if (options.truncate) this.#file.truncateSync(0);
      this.#syncHandle = Deno.openSync(path, { read: true, write: true });
    } catch (error) {
      this.#file.close();
      throw error;
    }
  }

  appendSync(bytes: Uint8Array): number {
    return this.#file.writeSync(bytes);
  }

  truncateSync(size: number): void {
    this.#file.truncateSync(size);
  }

  syncSync(): void {
    this.#file.syncDataSync();
  }

  sync(): Promise<void> {
    // One that is under way may have begun before the last bytes came.
    const again = () => this.#syncHandle.syncData();
    const syncing = this.#syncing === null ? again() : this.#syncing.then(again, again);
    this.#syncing = syncing;
    const over = () => {
      if (this.#syncing === syncing) this.#syncing = null;
    };
    syncing.then(over, over);
    return syncing;
  }

  close(): void {
    this.#file.close();
    if (this.#syncing === null) this.#syncHandle.close();
    else {
      const closeHandle = () => this.#syncHandle.close();
      this.#syncing.then(closeHandle, closeHandle);
    }
  }
}
