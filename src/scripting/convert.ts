/**
 * Replies of commands as Lua values, and the value that a script returns as a reply.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { formatDouble } from "../bytes/double.ts";
import {
  AttributeReply,
  BigNumberReply,
  BooleanReply,
  BytesReply,
  DoubleReply,
  ErrorReply,
  MapReply,
  NullArrayReply,
  type Reply,
  SetReply,
  SimpleString,
  VerbatimReply,
} from "../resp/reply.ts";
import { STRING, TYPE } from "./engine/layout.ts";
import { type LuaMachine, REGISTRY } from "./engine/machine.ts";
import { Entries, getElement, getNamed, hasNames } from "./engine/tables.ts";
import { toInt64 } from "./libs/c_numbers.ts";
import type { Pointer } from "./wasm/module.ts";

/** Names of fields that replies are made of in Lua. */
const FIELDS = [
  ...["err", "ok", "double", "big_number", "verbatim_string", "format", "string", "map", "set"],
  ...["source", "line", "ignore_error_stats_update"],
] as const;

type Field = typeof FIELDS[number];

/** Lua's stack holds so many values for one C function. */
const STACK_LIMIT = 8000;
/** Stack slots in use in the original before it converts a result. */
const FIRST_SLOTS = 2;
/** More than this is no reply that a client could want: tables that are shared multiply. */
const MOST_ELEMENTS = 1 << 25;
/** What an aggregate counts for. */
const AGGREGATE_WEIGHT = 16;

/** An aggregate on its way. */
interface Frame {
  /** Where its elements go, in the order of the protocol. */
  items: Reply[];
  /** Entries of a map or a set still to come; null for an array. */
  entries: Entries | null;
  isMap: boolean;
  table: Pointer;
  /** The next index of an array. */
  next: number;
  /** In a map: has the key of the present entry been converted? */
  keyDone: boolean;
  slots: number;
}

/** Converts both ways, for one Lua state. */
export class Converter {
  readonly #machine: LuaMachine;
  /** The names as string objects. */
  readonly #names = {} as Record<Field, Pointer>;
  /** Long strings of the result that is being converted, by string object. */
  readonly #long = new Map<Pointer, ByteString>();
  #elements = 0;
  /** Aggregates of the result that are being converted. */
  readonly #frames: Frame[] = [];

  constructor(machine: LuaMachine) {
    this.#machine = machine;
    const L = machine.main;
    // The registry keeps them from the garbage collector.
    machine.lua.lua_createtable(L, FIELDS.length, 0);
    FIELDS.forEach((field, n) => {
      machine.pushString(L, field);
      this.#names[field] = machine.u32[machine.top(L) >> 2];
      machine.lua.lua_rawseti(L, -2, n + 1);
    });
    machine.lua.luaL_ref(L, REGISTRY);
  }

  // Into Lua.

  /** Push a reply the way scripts see it in a protocol version. O(its size). */
  push(L: Pointer, reply: Reply, protocol: 2 | 3): void {
    const machine = this.#machine;
    const { lua } = machine;
    if (typeof reply === "string") return machine.pushString(L, reply);
    if (typeof reply === "number") return lua.lua_pushnumber(L, reply);
    if (reply === null || reply instanceof NullArrayReply) {
      return protocol === 2 ? lua.lua_pushboolean(L, 0) : lua.lua_pushnil(L);
    }
    if (Array.isArray(reply)) return this.#pushArray(L, reply, protocol);
    if (reply instanceof SimpleString) return this.#pushOne(L, "ok", reply.text);
    if (reply instanceof ErrorReply) return this.pushError(L, "-" + reply.text, true);
    if (reply instanceof BytesReply) return machine.pushBytes(L, reply.bytes);
    if (typeof reply === "bigint") return lua.lua_pushnumber(L, Number(reply));
    if (reply instanceof AttributeReply) return this.push(L, reply.reply, protocol);
    if (protocol === 2) this.#push2(L, reply);
    else this.#push3(L, reply);
  }

  /** What RESP2 has no type for. */
  #push2(L: Pointer, reply: Reply): void {
    const machine = this.#machine;
    if (reply instanceof DoubleReply) {
      machine.pushString(L, reply.digits ?? formatDouble(reply.value));
    } else if (reply instanceof BooleanReply) {
      machine.lua.lua_pushnumber(L, reply.value ? 1 : 0);
    } else if (reply instanceof BigNumberReply) machine.pushString(L, reply.digits);
    else if (reply instanceof VerbatimReply) machine.pushString(L, reply.text);
    else if (reply instanceof MapReply) this.#pushArray(L, reply.flat, 2);
    else if (reply instanceof SetReply) this.#pushArray(L, reply.items, 2);
    else throw new TypeError("a reply that no script can get");
  }

  #push3(L: Pointer, reply: Reply): void {
    const machine = this.#machine;
    const { lua } = machine;
    if (reply instanceof BooleanReply) return lua.lua_pushboolean(L, reply.value ? 1 : 0);
    if (reply instanceof BigNumberReply) return this.#pushOne(L, "big_number", reply.digits);
    machine.ensureStack(L, 5, "reply");
    lua.lua_createtable(L, 0, 1);
    if (reply instanceof DoubleReply) {
      lua.lua_pushnumber(L, reply.value);
      return machine.setField(L, -2, "double");
    }
    if (reply instanceof VerbatimReply) {
      lua.lua_createtable(L, 0, 2);
      machine.pushString(L, reply.text);
      machine.setField(L, -2, "string");
      machine.pushString(L, reply.format);
      machine.setField(L, -2, "format");
      return machine.setField(L, -2, "verbatim_string");
    }
    lua.lua_createtable(L, 0, 0);
    if (reply instanceof MapReply) {
      for (const part of reply.flat.keys()) {
        this.push(L, reply.flat[part], 3);
        if (part % 2 === 1) lua.lua_rawset(L, -3);
      }
      return machine.setField(L, -2, "map");
    }
    if (!(reply instanceof SetReply)) throw new TypeError("a reply that no script can get");
    for (const item of reply.items) {
      this.push(L, item, 3);
      lua.lua_pushboolean(L, 1);
      lua.lua_rawset(L, -3);
    }
    machine.setField(L, -2, "set");
  }

  #pushArray(L: Pointer, items: Reply[], protocol: 2 | 3): void {
    const { lua } = this.#machine;
    this.#machine.ensureStack(L, 4, "reply");
    lua.lua_createtable(L, items.length, 0);
    for (let i = 0; i < items.length; i++) {
      this.push(L, items[i], protocol);
      lua.lua_rawseti(L, -2, i + 1);
    }
  }

  #pushOne(L: Pointer, field: Field, text: ByteString): void {
    this.#machine.lua.lua_createtable(L, 0, 1);
    this.#machine.pushString(L, text);
    this.#machine.setField(L, -2, field);
  }

  /**
   * Push an error as scripts see it.
   *
   * @param text with a dash in front when it begins with a code
   * @param counted was it counted for INFO when the command failed?
   */
  pushError(L: Pointer, text: ByteString, counted = false): void {
    const machine = this.#machine;
    const cut = text.split("\0", 1)[0];
    const space = cut.indexOf(" ");
    const coded = cut.startsWith("-");
    const code = coded && space >= 0 ? cut.substring(1, space) : "ERR";
    const rest = !coded ? cut : cut.substring(space >= 0 ? space + 1 : 1);
    this.#pushOne(L, "err", `${code} ${rest.replace(/^[\r\n]+|[\r\n]+$/g, "")}`);
    if (!counted) return;
    machine.lua.lua_pushboolean(L, 1);
    machine.setField(L, -2, "ignore_error_stats_update");
  }

  // Out of Lua.

  /** A field of a table when it has that type; else 0. */
  #field(table: Pointer, field: Field, type: number): Pointer {
    const value = getNamed(this.#machine, table, this.#names[field]);
    return value !== 0 && this.#machine.tag(value) === type ? value : 0;
  }

  #text(value: Pointer): ByteString {
    const machine = this.#machine;
    const string = machine.u32[value >> 2];
    if (machine.u32[(string + STRING.length) >> 2] < 1024) return machine.readString(string);
    let text = this.#long.get(string);
    if (text === undefined) this.#long.set(string, text = machine.readString(string));
    return text;
  }

  /** A string field as C sees it: up to the first NUL. */
  #cText(value: Pointer): ByteString {
    return this.#text(value).split("\0", 1)[0];
  }

  /** A string or a number as text; null for other values. */
  textOf(table: Pointer, field: "err" | "source" | "line"): ByteString | null {
    const machine = this.#machine;
    const value = getNamed(machine, table, this.#names[field]);
    if (value === 0) return null;
    if (machine.tag(value) === TYPE.string) return this.#cText(value);
    return machine.tag(value) === TYPE.number ? String(machine.f64[value >> 3]) : null;
  }

  /** Has the error in this table been counted already? */
  isCounted(table: Pointer): boolean {
    const value = this.#field(table, "ignore_error_stats_update", TYPE.boolean);
    return value !== 0 && this.#machine.u32[value >> 2] !== 0;
  }

  /**
   * The value at an address as a reply. O(its size); nesting costs no stack.
   *
   * @param protocol what the script chose with `redis.setresp`
   * @param errors gets the errors in it
   */
  toReply(value: Pointer, protocol: 2 | 3, errors: ErrorReply[]): Reply {
    const machine = this.#machine;
    const frames = this.#frames;
    frames.length = 0;
    this.#elements = 0;
    const reply = this.#convert(value, protocol, FIRST_SLOTS, frames, errors);
    if (frames.length === 0) {
      this.#long.clear();
      return reply;
    }
    while (frames.length > 0) {
      const frame = frames[frames.length - 1];
      let next: Pointer;
      let { slots } = frame;
      if (frame.entries === null) {
        next = getElement(machine, frame.table, frame.next++);
        slots += 1;
      } else if (frame.isMap && frame.keyDone) {
        next = frame.entries.value;
        frame.keyDone = false;
        slots += 3;
      } else {
        next = frame.entries.advance() ? this.#keyOf(frame) : 0;
        slots += frame.isMap ? 4 : 3;
      }
      if (next === 0) {
        frames.pop();
        continue;
      }
      if (next < 0) continue;
      if (++this.#elements > MOST_ELEMENTS) {
        this.#long.clear();
        const error = new ErrorReply("ERR reply of the script is too large");
        errors.push(error);
        return error;
      }
      frame.items.push(this.#convert(next, protocol, slots, frames, errors));
    }
    this.#long.clear();
    return reply;
  }

  /** Address of the key to convert; -1 when it is an index and was appended here. */
  #keyOf(frame: Frame): Pointer {
    const entries = frame.entries!;
    frame.keyDone = true;
    if (entries.key !== 0) return entries.key;
    frame.items.push(entries.index);
    this.#elements++;
    return -1;
  }

  /** A value without parts, or an aggregate whose elements are converted later. */
  #convert(
    value: Pointer,
    protocol: 2 | 3,
    slots: number,
    frames: Frame[],
    errors: ErrorReply[],
  ): Reply {
    const machine = this.#machine;
    if (slots + 4 > STACK_LIMIT) return failed("ERR reached lua stack limit", errors);
    switch (machine.tag(value)) {
      case TYPE.string:
        return this.#text(value);
      case TYPE.number:
        return toInteger(machine.f64[value >> 3]);
      case TYPE.boolean: {
        const isTrue = machine.u32[value >> 2] !== 0;
        if (protocol === 3) return new BooleanReply(isTrue);
        return isTrue ? 1 : null;
      }
      case TYPE.table:
        break;
      default:
        return null;
    }
    const table = machine.u32[value >> 2];
    if (hasNames(machine, table)) {
      const special = this.#special(table, slots, frames, errors);
      if (special !== null) return special;
    }
    this.#elements += AGGREGATE_WEIGHT;
    const items: Reply[] = [];
    frames.push(
      { items, entries: null, isMap: false, table, next: 1, keyDone: false, slots },
    );
    return items;
  }

  /** The reply that the fields of a table ask for; null when it is an array. */
  #special(
    table: Pointer,
    slots: number,
    frames: Frame[],
    errors: ErrorReply[],
  ): Reply {
    const machine = this.#machine;
    const error = this.#field(table, "err", TYPE.string);
    if (error !== 0) {
      const text = this.#cText(error).replace(/[\r\n]+$/, "").replace(/[\r\n]/g, " ");
      const reply = new ErrorReply(text, this.isCounted(table));
      errors.push(reply);
      return reply;
    }
    const ok = this.#field(table, "ok", TYPE.string);
    if (ok !== 0) return new SimpleString(this.#cText(ok).replace(/[\r\n]/g, " "));
    const double = this.#field(table, "double", TYPE.number);
    if (double !== 0) return new DoubleReply(machine.f64[double >> 3]);
    const big = this.#field(table, "big_number", TYPE.string);
    if (big !== 0) return new BigNumberReply(this.#text(big).replace(/[\r\n]/g, " "));
    const verbatim = this.#field(table, "verbatim_string", TYPE.table);
    if (verbatim !== 0) {
      const inner = machine.u32[verbatim >> 2];
      const format = this.#field(inner, "format", TYPE.string);
      const text = this.#field(inner, "string", TYPE.string);
      if (format !== 0 && text !== 0) {
        return new VerbatimReply(this.#cText(format) as "txt", this.#text(text));
      }
    }
    for (const kind of ["map", "set"] as const) {
      const inner = this.#field(table, kind, TYPE.table);
      if (inner === 0) continue;
      const items: Reply[] = [];
      const isMap = kind === "map";
      const entries = new Entries(machine, machine.u32[inner >> 2]);
      frames.push({ items, entries, isMap, table, next: 0, keyDone: false, slots });
      return isMap ? new MapReply(items) : new SetReply(items);
    }
    return null;
  }
}

function failed(text: ByteString, errors: ErrorReply[]): ErrorReply {
  const error = new ErrorReply(text);
  errors.push(error);
  return error;
}

/** A number cut to a signed 64-bit integer. */
function toInteger(value: number): number | bigint {
  if ((value | 0) === value) return value | 0;
  const whole = Math.trunc(value);
  return Number.isSafeInteger(whole) ? whole + 0 : toInt64(value);
}
