/**
 * `cjson.encode`: Lua values as JSON text. Tables are read straight from Lua's memory, in the order
 * in which `next` gives their entries.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { formatPrecision } from "../../bytes/double.ts";
import { NODE, STRING, TABLE, TYPE, TYPE_NAMES, VALUE } from "../engine/layout.ts";
import type { LuaMachine, ServerFunction } from "../engine/machine.ts";
import { getElement } from "../engine/tables.ts";
import { Output } from "../engine/output.ts";
import type { Pointer } from "../wasm/module.ts";
import type { CjsonConfig } from "./cjson_config.ts";

/** Numbers from here on have more than 14 digits. */
const PLAIN_LIMIT = 1e14;
/** A nesting deeper than this one finds Lua's stack full in the original. */
const DEEPEST = 7990;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;

/** What stands for each byte within a string; "" where it stands for itself. */
const ESCAPES: string[] = Array.from({ length: 256 }, (_, byte) => {
  const known: Record<number, string> = {
    ...{ 8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r" },
    ...{ 0x22: '\\"', 0x2f: "\\/", 0x5c: "\\\\", 0x7f: "\\u007f" },
  };
  return known[byte] ?? (byte < 32 ? `\\u${byte.toString(16).padStart(4, "0")}` : "");
});
const ESCAPED = Uint8Array.from(ESCAPES, (text) => text === "" ? 0 : 1);

/** A table on its way: what of it has been written. */
interface Frame {
  table: Pointer;
  /** Number of elements of an array; -1 for an object. */
  length: number;
  /** The next element, or the next place of the array part and then of the hash part. */
  next: number;
  /** Has an entry been written? */
  begun: boolean;
}

/** The function, for all module tables. */
export function cjsonEncoder(machine: LuaMachine, config: CjsonConfig): ServerFunction {
  const encoder = new Encoder(machine, config);
  return (_, L) => encoder.encode(L);
}

class Encoder {
  readonly #machine: LuaMachine;
  readonly #config: CjsonConfig;
  readonly #out: Output;
  #L: Pointer = 0;
  readonly #frames: Frame[] = [];

  constructor(machine: LuaMachine, config: CjsonConfig) {
    this.#machine = machine;
    this.#config = config;
    this.#out = new Output(machine);
  }

  encode(L: Pointer): number {
    const machine = this.#machine;
    if (machine.count(L) !== 1) machine.argumentError(L, 1, "expected 1 argument");
    this.#config.use(L);
    this.#L = L;
    this.#out.begin(L);
    this.#frames.length = 0;
    this.#value(machine.slot(L, 1));
    while (this.#frames.length > 0) {
      const frame = this.#frames[this.#frames.length - 1];
      if (frame.length >= 0) this.#element(frame);
      else this.#entry(frame);
    }
    this.#out.push();
    return 1;
  }

  #fail(tag: number, reason: string): never {
    this.#machine.raise(this.#L, `Cannot serialise ${TYPE_NAMES[tag]}: ${reason}`);
  }

  /** Write a value without parts, or begin a table. */
  #value(at: Pointer): void {
    const machine = this.#machine;
    const tag = machine.tag(at);
    switch (tag) {
      case TYPE.string:
        return this.#string(machine.u32[at >> 2]);
      case TYPE.number:
        return this.#number(machine.f64[at >> 3]);
      case TYPE.boolean:
        return this.#out.text(machine.u32[at >> 2] === 0 ? "false" : "true");
      case TYPE.table:
        return this.#open(machine.u32[at >> 2]);
      case TYPE.nil:
        return this.#out.text("null");
      case TYPE.lightUserdata:
        if (machine.u32[at >> 2] === 0) return this.#out.text("null");
    }
    this.#fail(tag, "type not supported");
  }

  #string(string: Pointer): void {
    const length = this.#machine.stringLength(string);
    const start = string + STRING.bytes;
    const out = this.#out;
    out.byte(QUOTE);
    let from = start;
    const end = start + length;
    while (from < end) {
      const { u8 } = this.#machine;
      let at = from;
      while (at < end && ESCAPED[u8[at]] === 0) at++;
      if (at > from) out.copy(from, at - from);
      if (at < end) out.text(ESCAPES[u8[at++]]);
      from = at;
    }
    out.byte(QUOTE);
  }

  #number(value: number): void {
    const precision = this.#config.get("precision");
    if (value - value !== 0) {
      const encodeInvalidNumbers = this.#config.get("encodeInvalidNumbers");
      if (encodeInvalidNumbers === 0) this.#fail(TYPE.number, "must not be NaN or Inf");
      if (encodeInvalidNumbers === 2) return this.#out.text("null");
    }
    this.#out.text(
      precision === 14 ? formatNumber(value) : formatPrecision(value, precision),
    );
  }

  #open(table: Pointer): void {
    const depth = this.#frames.length + 1;
    if (depth > this.#config.get("encodeMaxDepth") || depth > DEEPEST) {
      this.#machine.raise(this.#L, `Cannot serialise, excessive nesting (${depth})`);
    }
    const length = this.#arrayLength(table);
    this.#frames.push({ table, length: length > 0 ? length : -1, next: 0, begun: false });
    this.#out.byte(length > 0 ? 0x5b : 0x7b);
  }

  /** The highest index of a table with none but positive integers as keys; else -1. */
  #arrayLength(table: Pointer): number {
    const { u8, u32, i32, f64 } = this.#machine;
    const arraySize = i32[(table + TABLE.arraySize) >> 2];
    const array = u32[(table + TABLE.array) >> 2];
    let highest = 0;
    let count = 0;
    for (let i = 0; i < arraySize; i++) {
      if (i32[(array + i * VALUE.size + VALUE.tag) >> 2] !== TYPE.nil) {
        count++;
        highest = i + 1;
      }
    }
    const nodes = u32[(table + TABLE.nodes) >> 2];
    for (let n = (1 << u8[table + TABLE.log2Nodes]) - 1; n >= 0; n--) {
      const node = nodes + n * NODE.size;
      if (i32[(node + VALUE.tag) >> 2] === TYPE.nil) continue;
      if (i32[(node + NODE.keyTag) >> 2] !== TYPE.number) return -1;
      const key = f64[(node + NODE.key) >> 3];
      if (!(key >= 1 && Math.floor(key) === key)) return -1;
      count++;
      // As an int of C: a key beyond its range counts as the lowest one.
      if (key > highest) highest = key <= 2147483647 ? key : -2147483648;
    }
    const ratio = this.#config.get("sparseRatio");
    if (ratio > 0 && highest > count * ratio && highest > this.#config.get("sparseSafe")) {
      if (this.#config.get("sparseConvert") === 0) {
        this.#fail(TYPE.table, "excessively sparse array");
      }
      return -1;
    }
    return highest;
  }

  /** Write the next element of an array. */
  #element(frame: Frame): void {
    if (frame.next === frame.length) return this.#close(0x5d);
    if (frame.next > 0) this.#out.byte(COMMA);
    const place = getElement(this.#machine, frame.table, ++frame.next);
    if (place === 0) this.#out.text("null");
    else this.#value(place);
  }

  /** Write the next entry of an object. */
  #entry(frame: Frame): void {
    const machine = this.#machine;
    const { table } = frame;
    const arraySize = machine.i32[(table + TABLE.arraySize) >> 2];
    const array = machine.u32[(table + TABLE.array) >> 2];
    while (frame.next < arraySize) {
      const value = array + frame.next++ * VALUE.size;
      if (machine.tag(value) === TYPE.nil) continue;
      this.#separate(frame);
      this.#out.byte(QUOTE);
      this.#number(frame.next);
      this.#out.byte(QUOTE);
      this.#out.byte(COLON);
      return this.#value(value);
    }
    const nodes = machine.u32[(table + TABLE.nodes) >> 2];
    const end = arraySize + (1 << machine.u8[table + TABLE.log2Nodes]);
    while (frame.next < end) {
      const node = nodes + (frame.next++ - arraySize) * NODE.size;
      if (machine.tag(node) === TYPE.nil) continue;
      this.#separate(frame);
      const keyTag = machine.i32[(node + NODE.keyTag) >> 2];
      if (keyTag === TYPE.string) this.#string(machine.u32[(node + NODE.key) >> 2]);
      else if (keyTag === TYPE.number) {
        this.#out.byte(QUOTE);
        this.#number(machine.f64[(node + NODE.key) >> 3]);
        this.#out.byte(QUOTE);
      } else this.#fail(keyTag, "table key must be a number or string");
      this.#out.byte(COLON);
      return this.#value(node);
    }
    this.#close(0x7d);
  }

  #separate(frame: Frame): void {
    if (frame.begun) this.#out.byte(COMMA);
    frame.begun = true;
  }

  #close(bracket: number): void {
    this.#out.byte(bracket);
    this.#frames.pop();
  }
}

/** A number with up to 14 digits, as `%.14g` writes it. */
export function formatNumber(value: number): ByteString {
  if ((value | 0) === value && !Object.is(value, -0)) return String(value);
  const size = Math.abs(value);
  if (size < PLAIN_LIMIT && size >= 1e-4) {
    // JavaScript writes the fewest digits that tell a number from all others: up to 14 of them
    // are the 14 that C would write.
    const text = String(value);
    if (text.length <= 15) return text;
  }
  return formatPrecision(value, 14);
}
