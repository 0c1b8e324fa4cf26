/**
 * The index of a byte map: hash → entry numbers, in segments of open addressing.
 *
 * A directory of 2^depth entries, chosen by the hash's high bits, points to segments; several
 * entries may share one (extendible hashing). A segment is one Int32Array of rows `hash, entry + 1`
 * with linear probing, and has two words at its end: the number of its rows in use and the number
 * of high bits that its rows share. It grows by a third at a time up to 8192 rows, and is then cut
 * in two, so that the longest pause is that of moving so many rows, some 0.2 ms, and the load stays
 * between 0.6 and 0.8 (11 bytes a key) where a table that doubles wastes up to half.
 *
 * A row's home is its hash's low 16 bits scaled to the number of rows. That keeps rows in the same
 * order at every size: growing reads and writes memory from one end to the other. Removing moves
 * the rows behind it back, so there are no tombstones. High and low bits overlap only past 2^16
 * segments, or 350 million keys.
 *
 * @module
 */

/** Most rows of a segment. */
const MOST_ROWS = 8192;
const LEAST_ROWS = 8;
/** Load from which a segment grows, after growing, and below which it shrinks. */
const FULL = 0.8;
const ROOMY = 0.6;
const SPARSE = 0.3;

/** Words at a segment's end. */
const TRAILER = 2;

function newSegment(rows: number, depth: number): Int32Array {
  const segment = new Int32Array(rows * 2 + TRAILER);
  segment[segment.length - 1] = depth;
  return segment;
}

/** Number of rows of a segment, in use or not. */
export function rowsOf(segment: Int32Array): number {
  return (segment.length - TRAILER) >>> 1;
}

/** The row that a hash belongs in when it is free. */
export function homeOf(hash: number, rows: number): number {
  return Math.imul(hash & 0xffff, rows) >>> 16;
}

function put(segment: Int32Array, hash: number, link: number): void {
  const rows = rowsOf(segment);
  let row = homeOf(hash, rows);
  while (segment[row * 2 + 1] !== 0) if (++row === rows) row = 0;
  segment[row * 2] = hash;
  segment[row * 2 + 1] = link;
  segment[rows * 2]++;
}

/**
 * Hash → entries. Which of the entries with one hash holds a key is for the owner to tell, who walks
 * the rows from {@linkcode homeOf} on; the arrays are public for that, and for reading only.
 */
export class HashIndex {
  /** Segments by the high bits of the hash. */
  directory: Int32Array[] = [newSegment(LEAST_ROWS, 0)];
  /** The directory's index of a hash is `(hash >>> 1) >>> shift`. */
  shift = 31;
  /** Words of all segments. */
  #words = LEAST_ROWS * 2 + TRAILER;

  /** Memory in bytes. */
  get bytes(): number {
    return this.#words * 4 + this.directory.length * 8;
  }

  /** The segment that a hash belongs to. */
  segmentOf(hash: number): Int32Array {
    return this.directory[(hash >>> 1) >>> this.shift];
  }

  /** Add an entry under its hash. O(1); at worst one segment is moved. */
  insert(hash: number, entry: number): void {
    let segment = this.segmentOf(hash);
    const rows = rowsOf(segment);
    if (segment[rows * 2] + 1 > rows * FULL) {
      this.#grow(hash, segment);
      segment = this.segmentOf(hash);
    }
    put(segment, hash, entry + 1);
  }

  /** Remove an entry, which must be there under this hash. */
  remove(hash: number, entry: number): void {
    const segment = this.segmentOf(hash);
    const rows = rowsOf(segment);
    const link = entry + 1;
    let row = homeOf(hash, rows);
    while (segment[row * 2 + 1] !== link) if (++row === rows) row = 0;
    // Close the gap: a later row moves into it unless its home lies between the two.
    let next = row;
    for (;;) {
      if (++next === rows) next = 0;
      const nextLink = segment[next * 2 + 1];
      if (nextLink === 0) break;
      const home = homeOf(segment[next * 2], rows);
      const stays = row <= next ? home > row && home <= next : home > row || home <= next;
      if (stays) continue;
      segment[row * 2] = segment[next * 2];
      segment[row * 2 + 1] = nextLink;
      row = next;
    }
    segment[row * 2] = 0;
    segment[row * 2 + 1] = 0;
    const count = --segment[rows * 2];
    if (rows > LEAST_ROWS * 2 && count < rows * SPARSE) {
      this.#resize(hash, segment, Math.ceil(count / ROOMY));
    }
  }

  #grow(hash: number, segment: Int32Array): void {
    const rows = rowsOf(segment);
    const wanted = rows < 64 ? rows * 2 : Math.ceil(segment[rows * 2] / ROOMY);
    if (wanted > MOST_ROWS) this.#split(hash, segment);
    else this.#resize(hash, segment, wanted);
  }

  #resize(hash: number, segment: Int32Array, wanted: number): void {
    const depth = segment[segment.length - 1];
    const fresh = newSegment(Math.max(LEAST_ROWS, wanted), depth);
    const end = segment.length - TRAILER;
    for (let i = 0; i < end; i += 2) {
      if (segment[i + 1] !== 0) put(fresh, segment[i], segment[i + 1]);
    }
    this.#words += fresh.length - segment.length;
    this.#point(hash, depth, fresh);
  }

  #split(hash: number, segment: Int32Array): void {
    const depth = segment[segment.length - 1];
    if (depth === 31 - this.shift) this.#double();
    const bit = 1 << (31 - depth);
    const end = segment.length - TRAILER;
    let upper = 0;
    for (let i = 0; i < end; i += 2) {
      if (segment[i + 1] !== 0 && (segment[i] & bit) !== 0) upper++;
    }
    const lower = segment[end] - upper;
    const zero = newSegment(Math.max(LEAST_ROWS, Math.ceil(lower / ROOMY)), depth + 1);
    const one = newSegment(Math.max(LEAST_ROWS, Math.ceil(upper / ROOMY)), depth + 1);
    for (let i = 0; i < end; i += 2) {
      const link = segment[i + 1];
      if (link !== 0) put((segment[i] & bit) === 0 ? zero : one, segment[i], link);
    }
    this.#words += zero.length + one.length - segment.length;
    this.#point(hash & ~bit, depth + 1, zero);
    this.#point(hash | bit, depth + 1, one);
  }

  /** Twice the directory, each entry doubled. */
  #double(): void {
    const old = this.directory;
    const directory: Int32Array[] = [];
    for (const segment of old) directory.push(segment, segment);
    this.directory = directory;
    this.shift--;
  }

  /** Let all directory entries that share the first `depth` bits of the hash be one segment. */
  #point(hash: number, depth: number, segment: Int32Array): void {
    const share = 1 << (31 - this.shift - depth);
    const first = ((hash >>> 1) >>> this.shift) & ~(share - 1);
    for (let i = first; i < first + share; i++) this.directory[i] = segment;
  }
}
