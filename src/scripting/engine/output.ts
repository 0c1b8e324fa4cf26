/**
 * Bytes on their way to becoming a Lua string, in Lua's own memory: what encoders write needs no
 * JavaScript string in between, and counts against the memory limit while it grows.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { writeLatin1 } from "../../bytes/latin1.ts";
import type { Pointer } from "../wasm/module.ts";
import type { LuaMachine } from "./machine.ts";

const FIRST_CAPACITY = 4 * 1024;
/** A larger buffer is not kept. */
const KEPT_CAPACITY = 256 * 1024;

/** A growing buffer; one for each encoder, used again and again. */
export class Output {
  /** Address of the next byte; writers that have reserved room may move it themselves. */
  at: Pointer = 0;
  #start: Pointer = 0;
  #end: Pointer = 0;
  #state: Pointer = 0;

  constructor(readonly machine: LuaMachine) {}

  /** Begin anew, for a function called in thread `L`. */
  begin(L: Pointer): void {
    this.#state = L;
    if (this.#end - this.#start > KEPT_CAPACITY) {
      this.machine.lua.free(this.#start);
      this.#start = this.#end = 0;
    }
    this.at = this.#start;
  }

  /** Bytes written. */
  get length(): number {
    return this.at - this.#start;
  }

  /** Make room for `count` more bytes. Raises Lua's memory error. Amortised O(1). */
  reserve(count: number): void {
    if (this.at + count > this.#end) this.#grow(count);
  }

  #grow(count: number): void {
    const used = this.at - this.#start;
    const wanted = Math.max(FIRST_CAPACITY, used + count, Math.min(2 * used, used + 0x4000000));
    const block = this.machine.lua.realloc(this.#start, wanted);
    if (block === 0) this.machine.outOfMemory(this.#state);
    this.#start = block;
    this.at = block + used;
    this.#end = block + wanted;
  }

  byte(value: number): void {
    if (this.at === this.#end) this.#grow(1);
    this.machine.u8[this.at++] = value;
  }

  /** A byte string. */
  text(value: ByteString): void {
    this.reserve(value.length);
    this.at += writeLatin1(value, this.machine.u8, this.at);
  }

  /** Bytes from elsewhere in Lua's memory. */
  copy(from: Pointer, count: number): void {
    this.reserve(count);
    const { u8 } = this.machine;
    const { at } = this;
    if (count < 32) { for (let i = 0; i < count; i++) u8[at + i] = u8[from + i]; }
    else u8.copyWithin(at, from, from + count);
    this.at = at + count;
  }

  /** Push all of it as a string. */
  push(): void {
    const { machine } = this;
    machine.lua.lua_pushlstring(this.#state, this.#start, this.at - this.#start);
  }
}
