/**
 * `cjson.decode`: JSON text as Lua values. Strings without escapes go from the text into the table
 * without leaving Lua's memory.
 *
 * Beyond JSON it takes what C's `strtod` takes, unless that is switched off: hexadecimal numbers,
 * infinities, NaN, leading zeros.
 *
 * @module
 */

import { scanFloat } from "../../bytes/float_text.ts";
import { parseRangeDouble } from "../../bytes/double.ts";
import { STRING } from "../engine/layout.ts";
import type { LuaMachine, ServerFunction } from "../engine/machine.ts";
import { Output } from "../engine/output.ts";
import type { Pointer } from "../wasm/module.ts";
import type { CjsonConfig } from "./cjson_config.ts";

/** Kinds of tokens; their names are in error texts. */
const TOKEN = {
  objectBegin: "T_OBJ_BEGIN",
  objectEnd: "T_OBJ_END",
  arrayBegin: "T_ARR_BEGIN",
  arrayEnd: "T_ARR_END",
  string: "T_STRING",
  number: "T_NUMBER",
  boolean: "T_BOOLEAN",
  null: "T_NULL",
  colon: "T_COLON",
  comma: "T_COMMA",
  end: "T_END",
} as const;

/** Numbers as strtod reads them, at the beginning of a text. */
const NUMBER = new RegExp(
  "^[+-]?(?:0x(?:[0-9a-f]+\\.?[0-9a-f]*|\\.[0-9a-f]+)(?:p[+-]?[0-9]+)?" +
    "|(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:e[+-]?[0-9]+)?" +
    "|inf(?:inity)?|nan(?:\\([0-9a-z_]*\\))?)",
  "i",
);
/** How much of a text is looked at for a number; more only when all of it may belong to one. */
const NUMBER_WINDOW = 40;

/** What stands behind a backslash, by char code; "u" apart. */
const ESCAPES = new Map(
  Object.entries({
    ...{ '"': 0x22, "\\": 0x5c, "/": 0x2f, b: 8, t: 9, n: 10, f: 12, r: 13 },
  }).map(([char, byte]) => [char.charCodeAt(0), byte]),
);

const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39;

/** The function, for all module tables. */
export function cjsonDecoder(machine: LuaMachine, config: CjsonConfig): ServerFunction {
  const decoder = new Decoder(machine, config);
  return (_, L) => decoder.decode(L);
}

class Decoder {
  readonly #machine: LuaMachine;
  readonly #config: CjsonConfig;
  /** For strings with escapes. */
  readonly #out: Output;
  #L: Pointer = 0;
  #start: Pointer = 0;
  #at: Pointer = 0;
  /** Where the present token begins, or where its fault is. */
  #index = 0;
  #fault: string | null = null;
  #number = 0;
  #boolean = 0;
  /** Last index of each array that is open; -1 for an object. */
  readonly #open: number[] = [];

  constructor(machine: LuaMachine, config: CjsonConfig) {
    this.#machine = machine;
    this.#config = config;
    this.#out = new Output(machine);
  }

  decode(L: Pointer): number {
    const machine = this.#machine;
    if (machine.count(L) !== 1) machine.argumentError(L, 1, "expected 1 argument");
    const string = machine.checkString(L, 1);
    const length = machine.stringLength(string);
    this.#config.use(L);
    this.#L = L;
    this.#start = this.#at = string + STRING.bytes;
    this.#open.length = 0;
    const { u8 } = machine;
    if (length >= 2 && (u8[this.#start] === 0 || u8[this.#start + 1] === 0)) {
      machine.raise(L, "JSON parser does not support UTF-16 or UTF-32");
    }
    this.#value(this.#next());
    this.#expect(this.#next(), TOKEN.end, "the end");
    return 1;
  }

  #expected(what: string, token: string): never {
    const found = this.#fault ?? token;
    this.#machine.raise(
      this.#L,
      `Expected ${what} but found ${found} at character ${this.#index + 1}`,
    );
  }

  #expect(token: string, wanted: string, what: string): void {
    if (token !== wanted) this.#expected(what, token);
  }

  /** Push the value that begins with `token`, with all that it holds. */
  #value(token: string): void {
    const { lua } = this.#machine;
    const L = this.#L;
    const open = this.#open;
    for (;;) {
      let complete = this.#begin(token);
      while (complete && open.length > 0) {
        const top = open.length - 1;
        const index = open[top];
        if (index >= 0) lua.lua_rawseti(L, -2, open[top] = index + 1);
        else lua.lua_rawset(L, -3);
        const next = this.#next();
        if (index >= 0) {
          if (next === TOKEN.arrayEnd) open.pop();
          else {
            this.#expect(next, TOKEN.comma, "comma or array end");
            token = this.#next();
            complete = false;
          }
        } else if (next === TOKEN.objectEnd) open.pop();
        else {
          this.#expect(next, TOKEN.comma, "comma or object end");
          token = this.#key(this.#next());
          complete = false;
        }
      }
      if (complete) return;
      if (this.#opened !== null) {
        token = this.#opened;
        this.#opened = null;
      }
    }
  }

  /** The first token of a value in a table that was just opened. */
  #opened: string | null = null;

  /** Push a value without parts or an empty table; false when a table with entries was opened. */
  #begin(token: string): boolean {
    const { lua } = this.#machine;
    const L = this.#L;
    switch (token) {
      case TOKEN.string:
        this.#pushString();
        return true;
      case TOKEN.number:
        lua.lua_pushnumber(L, this.#number);
        return true;
      case TOKEN.boolean:
        lua.lua_pushboolean(L, this.#boolean);
        return true;
      case TOKEN.null:
        lua.lua_pushlightuserdata(L, 0);
        return true;
      case TOKEN.objectBegin: {
        this.#descend(3);
        lua.lua_createtable(L, 0, 0);
        const first = this.#next();
        if (first === TOKEN.objectEnd) return true;
        this.#opened = this.#key(first);
        this.#open.push(-1);
        return false;
      }
      case TOKEN.arrayBegin: {
        this.#descend(2);
        lua.lua_createtable(L, 0, 0);
        const first = this.#next();
        if (first === TOKEN.arrayEnd) return true;
        this.#opened = first;
        this.#open.push(0);
        return false;
      }
      default:
        this.#expected("value", token);
    }
  }

  /** Push a key and read on to the first token of its value. */
  #key(token: string): string {
    this.#expect(token, TOKEN.string, "object key string");
    this.#pushString();
    this.#expect(this.#next(), TOKEN.colon, "colon");
    return this.#next();
  }

  #descend(slots: number): void {
    const depth = this.#open.length + 1;
    if (depth <= this.#config.get("decodeMaxDepth")) {
      if (this.#machine.lua.lua_checkstack(this.#L, slots) !== 0) return;
    }
    const at = this.#at - this.#start;
    this.#machine.raise(
      this.#L,
      `Found too many nested data structures (${depth}) at character ${at}`,
    );
  }

  #failed(fault: string): string {
    this.#index = this.#at - this.#start;
    this.#fault = fault;
    return "T_ERROR";
  }

  /** Read a token. */
  #next(): string {
    const { u8 } = this.#machine;
    let at = this.#at;
    let byte = u8[at];
    while (byte === 0x20 || byte === 9 || byte === 10 || byte === 13) byte = u8[++at];
    this.#at = at;
    this.#index = at - this.#start;
    this.#fault = null;
    switch (byte) {
      case 0x22:
        return this.#stringToken();
      case 0x2c:
        this.#at++;
        return TOKEN.comma;
      case 0x3a:
        this.#at++;
        return TOKEN.colon;
      case 0x5b:
        this.#at++;
        return TOKEN.arrayBegin;
      case 0x5d:
        this.#at++;
        return TOKEN.arrayEnd;
      case 0x7b:
        this.#at++;
        return TOKEN.objectBegin;
      case 0x7d:
        this.#at++;
        return TOKEN.objectEnd;
      case 0:
        return TOKEN.end;
    }
    if (byte === 0x2d || isDigit(byte)) {
      if (this.#config.get("decodeInvalidNumbers") === 0 && this.#isInvalidNumber()) {
        return this.#failed("invalid number");
      }
      return this.#numberToken();
    }
    if (this.#literal("true")) {
      this.#boolean = 1;
      return TOKEN.boolean;
    }
    if (this.#literal("false")) {
      this.#boolean = 0;
      return TOKEN.boolean;
    }
    if (this.#literal("null")) return TOKEN.null;
    // i, I, n, N and +
    if (
      (byte === 0x2b || (byte | 0x20) === 0x69 || (byte | 0x20) === 0x6e) &&
      this.#config.get("decodeInvalidNumbers") === 1 && this.#isInvalidNumber()
    ) return this.#numberToken();
    return this.#failed("invalid token");
  }

  #literal(word: string): boolean {
    const { u8 } = this.#machine;
    for (let i = 0; i < word.length; i++) {
      if (u8[this.#at + i] !== word.charCodeAt(i)) return false;
    }
    this.#at += word.length;
    return true;
  }

  /** Does a number begin here that JSON has no such form of? */
  #isInvalidNumber(): boolean {
    const { u8 } = this.#machine;
    let at = this.#at;
    if (u8[at] === 0x2b) return true;
    if (u8[at] === 0x2d) at++;
    if (u8[at] === 0x30) return (u8[at + 1] | 0x20) === 0x78 || isDigit(u8[at + 1]);
    if (u8[at] <= 0x39) return false;
    const word = this.#machine.readBytes(at, at + 3).toLowerCase();
    return word === "inf" || word === "nan";
  }

  #numberToken(): string {
    const { u8 } = this.#machine;
    let at = this.#at;
    const negative = u8[at] === 0x2d;
    if (negative) at++;
    const first = at;
    let value = 0;
    while (isDigit(u8[at])) value = value * 10 + u8[at++] - 0x30;
    let digits = at - first;
    let divisor = 1;
    if (u8[at] === 0x2e && digits > 0 && isDigit(u8[at + 1])) {
      for (at++; isDigit(u8[at]); digits++) {
        value = value * 10 + u8[at++] - 0x30;
        divisor *= 10;
      }
    }
    const after = u8[at] | 0x20;
    // Up to 15 digits and nothing of another form behind them, the common case: both are exact, and
    // so their quotient is the double next to the number.
    if (digits > 0 && digits <= 15 && u8[at] !== 0x2e && after !== 0x65 && after !== 0x78) {
      this.#number = (negative ? -value : value) / divisor;
      this.#at = at;
      return TOKEN.number;
    }
    let window = NUMBER_WINDOW;
    const end = u8.indexOf(0, this.#at);
    for (;;) {
      const text = this.#machine.readBytes(this.#at, Math.min(this.#at + window, end));
      const match = NUMBER.exec(text);
      if (match === null) return this.#failed("invalid number");
      if (match[0].length < text.length || this.#at + window >= end) {
        this.#number = readNumber(match[0]);
        this.#at += match[0].length;
        return TOKEN.number;
      }
      window *= 4;
    }
  }

  /** Where the string's bytes are: in the text, or unescaped in the output. */
  #stringStart: Pointer = 0;
  #stringLength = 0;
  #isEscaped = false;

  #pushString(): void {
    if (this.#isEscaped) this.#out.push();
    else this.#machine.lua.lua_pushlstring(this.#L, this.#stringStart, this.#stringLength);
  }

  #stringToken(): string {
    const { u8 } = this.#machine;
    const start = this.#at + 1;
    let at = start;
    let byte = u8[at];
    while (byte !== 0x22 && byte !== 0x5c && byte !== 0) byte = u8[++at];
    if (byte === 0x22) {
      this.#stringStart = start;
      this.#stringLength = at - start;
      this.#isEscaped = false;
      this.#at = at + 1;
      return TOKEN.string;
    }
    return this.#escapedString(start, at);
  }

  #escapedString(start: Pointer, firstEscape: Pointer): string {
    const out = this.#out;
    out.begin(this.#L);
    let from = start;
    let at = firstEscape;
    for (;;) {
      const { u8 } = this.#machine;
      let byte = u8[at];
      while (byte !== 0x22 && byte !== 0x5c && byte !== 0) byte = u8[++at];
      if (at > from) out.copy(from, at - from);
      this.#at = at;
      if (byte === 0) return this.#failed("unexpected end of string");
      if (byte === 0x22) {
        this.#isEscaped = true;
        this.#at = at + 1;
        return TOKEN.string;
      }
      const code = this.#machine.u8[at + 1];
      if (code === 0x75) {
        const used = this.#unicode(at);
        if (used === 0) return this.#failed("invalid unicode escape code");
        at += used;
      } else {
        const plain = ESCAPES.get(code);
        if (plain === undefined) return this.#failed("invalid escape code");
        out.byte(plain);
        at += 2;
      }
      from = at;
    }
  }

  /** Four hexadecimal digits as a number; -1 when they are not that. */
  #hex(at: Pointer): number {
    const { u8 } = this.#machine;
    let value = 0;
    for (let i = 0; i < 4; i++) {
      const byte = u8[at + i];
      const lower = byte | 0x20;
      if (isDigit(byte)) value = value * 16 + byte - 0x30;
      else if (lower >= 0x61 && lower <= 0x66) value = value * 16 + lower - 0x57;
      else return -1;
    }
    return value;
  }

  /** Write the char of a \u escape as UTF-8; the length of the escape, 0 when it is wrong. */
  #unicode(at: Pointer): number {
    const { u8 } = this.#machine;
    let code = this.#hex(at + 2);
    let used = 6;
    if (code < 0) return 0;
    if ((code & 0xf800) === 0xd800) {
      if ((code & 0x400) !== 0 || u8[at + 6] !== 0x5c || u8[at + 7] !== 0x75) return 0;
      const low = this.#hex(at + 8);
      if (low < 0 || (low & 0xfc00) !== 0xdc00) return 0;
      code = (((code & 0x3ff) << 10) | (low & 0x3ff)) + 0x10000;
      used = 12;
    }
    const out = this.#out;
    if (code <= 0x7f) out.byte(code);
    else if (code <= 0x7ff) {
      out.byte(0xc0 | (code >> 6));
      out.byte(0x80 | (code & 0x3f));
    } else {
      if (code <= 0xffff) out.byte(0xe0 | (code >> 12));
      else {
        out.byte(0xf0 | (code >> 18));
        out.byte(0x80 | ((code >> 12) & 0x3f));
      }
      out.byte(0x80 | ((code >> 6) & 0x3f));
      out.byte(0x80 | (code & 0x3f));
    }
    return used;
  }
}

/** A number that matches {@linkcode NUMBER}. */
function readNumber(text: string): number {
  const scanned = scanFloat(text);
  if (scanned === null || scanned.kind === "hex") return parseRangeDouble(text) ?? NaN;
  return Number(text);
}
