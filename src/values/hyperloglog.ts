/**
 * HyperLogLog: an estimate of how many different elements were added, in at most 12 KB.
 *
 * Each element is hashed; 14 bits of the hash choose one of 16384 registers, and the register keeps
 * the longest run of zero bits (plus one) that the rest of a hash ended in. A value is a string like
 * any other and visible as such, so its bytes are the real server's to the last bit:
 *
 * - a header of 16 bytes: `HYLL`, the encoding (0 dense, 1 sparse), three bytes unused, and the last
 *   count in 64 bits, little endian, whose top bit says that it is out of date;
 * - dense: six bits a register, low bits first;
 * - sparse: runs of registers. `00xxxxxx`: x+1 zeros; `01xxxxxx yyyyyyyy`: xy+1 zeros; `1vvvvvxx`:
 *   x+1 registers of value v+1.
 *
 * A sparse value becomes dense when a register exceeds 32, or when it would grow beyond
 * `hll-sparse-max-bytes`; never back. How runs are split and joined is part of what is visible.
 *
 * | operation | dense | sparse |
 * |---|---|---|
 * | add | O(1) | O(bytes) |
 * | count, merge | O(registers) | O(bytes + registers) |
 *
 * Sources: the format as described in the real server's documentation of PFADD and PFDEBUG and seen
 * in its values; Otmar Ertl, "New cardinality estimation algorithms for HyperLogLog sketches",
 * arXiv:1702.01284; MurmurHash64A by Austin Appleby (public domain).
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { INT64_MIN } from "../bytes/int.ts";
import { estimateCardinality, hashElement } from "./hyperloglog_math.ts";

/** Number of registers. */
export const HLL_REGISTERS = 16384;
const HEADER_BYTES = 16;
const ENCODING_AT = 4;
const COUNT_AT = 8;
const STALE_AT = 15;
const STALE = 0x80;
const DENSE = 0;
const SPARSE = 1;
const REGISTER_BITS = 6;
const REGISTER_MASK = 63;
const DENSE_BYTES = HEADER_BYTES + HLL_REGISTERS * REGISTER_BITS / 8;

const MAX_SPARSE_VALUE = 32;
const MAX_VALUE_RUN = 4;
const MAX_SHORT_ZEROS = 64;
/** How many opcodes are looked at for runs to join after an update. */
const JOIN_STEPS = 5;

/** The bytes have the header of a HyperLogLog, and something behind it is broken. */
export class HyperLogLogError extends Error {
  override name = "HyperLogLogError";
}

/**
 * A HyperLogLog over bytes.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const hll = HyperLogLog.create();
 * assertEquals(hll.add("a", 3000), true);
 * assertEquals(hll.add("a", 3000), false);
 * hll.add("b", 3000);
 * assertEquals(hll.count(), 2);
 * assertEquals(HyperLogLog.open(hll.bytes)?.encoding, "sparse");
 * ```
 */
export class HyperLogLog {
  #bytes: Uint8Array;
  #length: number;

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#length = bytes.length;
  }

  /** An empty one, sparse. */
  static create(): HyperLogLog {
    const bytes = new Uint8Array(HEADER_BYTES + 2);
    bytes.set([0x48, 0x59, 0x4c, 0x4c, SPARSE]);
    bytes[HEADER_BYTES] = 0x40 | (HLL_REGISTERS - 1) >> 8;
    bytes[HEADER_BYTES + 1] = (HLL_REGISTERS - 1) & 0xff;
    return new HyperLogLog(bytes);
  }

  /**
   * A HyperLogLog over the bytes of a string, which are changed in place as long as they suffice:
   * afterwards the caller has to check whether {@linkcode bytes} is still the same object.
   *
   * @returns null when they are not those of a HyperLogLog, as far as the header tells
   */
  static open(bytes: Uint8Array): HyperLogLog | null {
    if (bytes.length < HEADER_BYTES) return null;
    const isMagic = bytes[0] === 0x48 && bytes[1] === 0x59 && bytes[2] === 0x4c &&
      bytes[3] === 0x4c;
    if (!isMagic || bytes[ENCODING_AT] > SPARSE) return null;
    if (bytes[ENCODING_AT] === DENSE && bytes.length !== DENSE_BYTES) return null;
    return new HyperLogLog(bytes);
  }

  /** The string's bytes as they are now. */
  get bytes(): Uint8Array {
    if (this.#length !== this.#bytes.length) this.#bytes = this.#bytes.slice(0, this.#length);
    return this.#bytes;
  }

  /** How registers are stored. */
  get encoding(): "dense" | "sparse" {
    return this.#bytes[ENCODING_AT] === DENSE ? "dense" : "sparse";
  }

  /**
   * Add an element. The stored count is not marked as out of date; see {@linkcode invalidate}.
   *
   * @param sparseMaxBytes `hll-sparse-max-bytes`: the size up to which it may stay sparse
   * @returns whether a register changed
   * @throws HyperLogLogError when the bytes are broken
   */
  add(element: ByteString, sparseMaxBytes: number): boolean {
    const hash = hashElement(element);
    return this.#raise(hash & (HLL_REGISTERS - 1), hash >>> 14, sparseMaxBytes);
  }

  /** Mark the stored count as out of date. */
  invalidate(): void {
    this.#bytes[STALE_AT] |= STALE;
  }

  /**
   * The stored count, or null when it is out of date. Clients can write any 63 bits there: beyond
   * the safe integers it is a `bigint`. O(1).
   */
  storedCount(): number | bigint | null {
    const bytes = this.#bytes;
    if ((bytes[STALE_AT] & STALE) !== 0) return null;
    let count = 0;
    for (let i = COUNT_AT + 7; i >= COUNT_AT; i--) count = count * 256 + bytes[i];
    if (Number.isSafeInteger(count)) return count;
    return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(COUNT_AT, true);
  }

  /**
   * The estimate of how many different elements were added; it is stored if it was not.
   *
   * @throws HyperLogLogError when the bytes are broken
   */
  count(): number | bigint {
    const stored = this.storedCount();
    if (stored !== null) return stored;
    const count = HyperLogLog.countOf(this.registers());
    const bytes = this.#bytes;
    new DataView(bytes.buffer, bytes.byteOffset).setBigInt64(COUNT_AT, BigInt(count), true);
    return count;
  }

  /**
   * The estimate for bare registers. No elements give registers of which the estimate is beyond 64
   * bits, but clients can write them; a real server's answer is the smallest number then, which
   * marks the stored count as out of date, too.
   */
  static countOf(registers: Uint8Array): number | bigint {
    const histogram = new Int32Array(64);
    for (let i = 0; i < HLL_REGISTERS; i++) histogram[registers[i] & REGISTER_MASK]++;
    const count = estimateCardinality(histogram, HLL_REGISTERS);
    if (count <= Number.MAX_SAFE_INTEGER) return count;
    return count < 2 ** 63 ? BigInt(count) : INT64_MIN;
  }

  /**
   * The value of every register.
   *
   * @throws HyperLogLogError when the bytes are broken
   */
  registers(): Uint8Array<ArrayBuffer> {
    const registers = new Uint8Array(HLL_REGISTERS);
    this.mergeInto(registers);
    return registers;
  }

  /**
   * Raise registers to this one's values where these are larger.
   *
   * @throws HyperLogLogError when the bytes are broken; then some may be raised
   */
  mergeInto(registers: Uint8Array): void {
    const bytes = this.#bytes;
    if (bytes[ENCODING_AT] === DENSE) {
      for (let i = 0; i < HLL_REGISTERS; i++) {
        const value = getDense(bytes, i);
        if (value > registers[i]) registers[i] = value;
      }
      return;
    }
    let index = 0;
    for (let pos = HEADER_BYTES; pos < this.#length; pos += opcodeBytes(bytes[pos])) {
      const run = this.#runAt(pos);
      if (index + run > HLL_REGISTERS) throw broken();
      const op = bytes[pos];
      if ((op & 0x80) !== 0) {
        const value = ((op >> 2) & 31) + 1;
        for (let i = index; i < index + run; i++) if (value > registers[i]) registers[i] = value;
      }
      index += run;
    }
    if (index !== HLL_REGISTERS) throw broken();
  }

  /**
   * Raise this one's registers to given values where these are larger, and mark the stored count as
   * out of date.
   */
  raiseTo(registers: Uint8Array, sparseMaxBytes: number): void {
    for (let i = 0; i < HLL_REGISTERS; i++) {
      if (registers[i] !== 0) this.#raise(i, registers[i], sparseMaxBytes);
    }
    this.invalidate();
  }

  /**
   * Make it dense; nothing happens when it is.
   *
   * @throws HyperLogLogError when the bytes are broken
   */
  toDense(): void {
    if (this.#bytes[ENCODING_AT] === DENSE) return;
    const registers = this.registers();
    const dense = new Uint8Array(DENSE_BYTES);
    dense.set(this.#bytes.subarray(0, HEADER_BYTES));
    dense[ENCODING_AT] = DENSE;
    for (let i = 0; i < HLL_REGISTERS; i++) {
      if (registers[i] !== 0) setDense(dense, i, registers[i]);
    }
    this.#bytes = dense;
    this.#length = DENSE_BYTES;
  }

  /**
   * The runs of a sparse one as PFDEBUG DECODE writes them, sound or not; null for a dense one. The
   * missing byte of an opcode that is cut off counts as 0.
   */
  describe(): ByteString | null {
    const bytes = this.#bytes;
    if (bytes[ENCODING_AT] === DENSE) return null;
    const parts: string[] = [];
    for (let pos = HEADER_BYTES; pos < this.#length; pos += opcodeBytes(bytes[pos])) {
      const op = bytes[pos];
      const isCut = opcodeBytes(op) > 1 && pos + 1 >= this.#length;
      const run = isCut ? ((op & 0x3f) << 8) + 1 : this.#runAt(pos);
      if ((op & 0x80) !== 0) parts.push(`v:${((op >> 2) & 31) + 1},${run}`);
      else parts.push(`${(op & 0x40) !== 0 ? "Z" : "z"}:${run}`);
    }
    return parts.join(" ");
  }

  #raise(index: number, value: number, sparseMaxBytes: number): boolean {
    if (this.#bytes[ENCODING_AT] === DENSE) {
      if (getDense(this.#bytes, index) >= value) return false;
      setDense(this.#bytes, index, value);
      return true;
    }
    return this.#raiseSparse(index, value, sparseMaxBytes);
  }

  #raiseSparse(index: number, value: number, sparseMaxBytes: number): boolean {
    if (value > MAX_SPARSE_VALUE) return this.#promote(index, value);
    const bytes = this.#bytes;
    // The opcode that covers the register, and the one before it.
    let before = HEADER_BYTES;
    let pos = HEADER_BYTES;
    let first = 0;
    let run = 0;
    for (; pos < this.#length; pos += opcodeBytes(bytes[pos])) {
      run = this.#runAt(pos);
      if (index < first + run) break;
      before = pos;
      first += run;
    }
    if (pos >= this.#length) throw broken();
    const op = bytes[pos];
    const isValue = (op & 0x80) !== 0;
    const current = isValue ? ((op >> 2) & 31) + 1 : 0;
    if (current >= value) return false;
    if (run === 1 && opcodeBytes(op) === 1) {
      bytes[pos] = valueOpcode(value, 1);
    } else {
      const sequence: number[] = [];
      pushRun(sequence, current, index - first);
      sequence.push(valueOpcode(value, 1));
      pushRun(sequence, current, first + run - 1 - index);
      const growth = sequence.length - opcodeBytes(op);
      if (growth > 0 && this.#length + growth > sparseMaxBytes) return this.#promote(index, value);
      this.#replace(pos, opcodeBytes(op), sequence);
    }
    this.#joinRuns(before);
    this.invalidate();
    return true;
  }

  #promote(index: number, value: number): boolean {
    this.toDense();
    return this.#raise(index, value, 0);
  }

  /** Registers that the opcode at `pos` covers. */
  #runAt(pos: number): number {
    const op = this.#bytes[pos];
    if ((op & 0x80) !== 0) return (op & 3) + 1;
    if ((op & 0x40) === 0) return (op & 0x3f) + 1;
    if (pos + 1 >= this.#length) throw broken();
    return ((op & 0x3f) << 8 | this.#bytes[pos + 1]) + 1;
  }

  #replace(pos: number, size: number, sequence: readonly number[]): void {
    const growth = sequence.length - size;
    const length = this.#length + growth;
    if (length > this.#bytes.length) {
      // Room for some more: elements come in rows.
      const wider = new Uint8Array(length + 32 + (length >> 2));
      wider.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = wider;
    }
    if (growth !== 0) this.#bytes.copyWithin(pos + sequence.length, pos + size, this.#length);
    this.#bytes.set(sequence, pos);
    this.#length = length;
  }

  /** Join neighbouring runs of one value, near `from`. */
  #joinRuns(from: number): void {
    let pos = from;
    for (let steps = JOIN_STEPS; steps > 0 && pos < this.#length; steps--) {
      const bytes = this.#bytes;
      const op = bytes[pos];
      if ((op & 0x80) === 0) {
        pos += opcodeBytes(op);
        continue;
      }
      const next = pos + 1 < this.#length ? bytes[pos + 1] : 0;
      const run = (op & 3) + (next & 3) + 2;
      if ((next & 0x80) !== 0 && (op & 0x7c) === (next & 0x7c) && run <= MAX_VALUE_RUN) {
        // The joined run may be joined once more: stay.
        bytes[pos + 1] = valueOpcode(((op >> 2) & 31) + 1, run);
        bytes.copyWithin(pos, pos + 1, this.#length);
        this.#length--;
      } else pos++;
    }
  }
}

function broken(): HyperLogLogError {
  return new HyperLogLogError("the runs of a sparse HyperLogLog do not add up");
}

function opcodeBytes(op: number): number {
  return (op & 0xc0) === 0x40 ? 2 : 1;
}

function valueOpcode(value: number, run: number): number {
  return 0x80 | (value - 1) << 2 | (run - 1);
}

/** Append the opcode of a run of `value` (0 for zeros), which fits in one; nothing for length 0. */
function pushRun(sequence: number[], value: number, length: number): void {
  if (length === 0) return;
  if (value !== 0) sequence.push(valueOpcode(value, length));
  else if (length <= MAX_SHORT_ZEROS) sequence.push(length - 1);
  else sequence.push(0x40 | (length - 1) >> 8, (length - 1) & 0xff);
}

function getDense(bytes: Uint8Array, index: number): number {
  const bit = index * REGISTER_BITS;
  const at = HEADER_BYTES + (bit >> 3);
  const shift = bit & 7;
  // The last register ends with the last byte: what is read after it has no effect.
  return (bytes[at] >> shift | bytes[at + 1] << (8 - shift)) & REGISTER_MASK;
}

function setDense(bytes: Uint8Array, index: number, value: number): void {
  const bit = index * REGISTER_BITS;
  const at = HEADER_BYTES + (bit >> 3);
  const shift = bit & 7;
  bytes[at] = (bytes[at] & ~(REGISTER_MASK << shift)) | value << shift;
  if (shift > 2) {
    const high = 8 - shift;
    bytes[at + 1] = (bytes[at + 1] & ~(REGISTER_MASK >> high)) | value >> high;
  }
}
