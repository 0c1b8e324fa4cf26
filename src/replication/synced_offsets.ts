/**
 * How much of the replication stream is on the disk, for the acknowledgements of a replica that
 * keeps an append-only file.
 *
 * The append-only file counts changes and the stream counts bytes; where one stood when the other
 * stood somewhere is remembered until it is on the disk.
 *
 * @module
 */

/** So many places are remembered; between two flushes there are seldom more. */
const MOST = 1024;

/** Places that are on their way to the disk. */
export class SyncedOffsets {
  #marks: { readonly change: number; offset: number }[] = [];
  #synced = -1;

  /** The stream stands at `offset` when `change` changes have been made. */
  reached(change: number, offset: number): void {
    const last = this.#marks.at(-1);
    if (last !== undefined && last.change === change) last.offset = offset;
    // Beyond that the last one waits for what comes: it is acknowledged later, never too early.
    else if (this.#marks.length < MOST) this.#marks.push({ change, offset });
    else this.#marks[MOST - 1] = { change, offset };
  }

  /** The offset up to which all is on the disk, when `change` changes are; -1 when not known. */
  synced(change: number): number {
    const first = this.#marks.findIndex((mark) => mark.change > change);
    const done = this.#marks.splice(0, first < 0 ? this.#marks.length : first);
    if (done.length > 0) {
      const last = done[done.length - 1];
      this.#synced = last.offset;
      // Bytes that change no data may follow it.
      if (this.#marks.length === 0) this.#marks.push(last);
    }
    return this.#synced;
  }
}
