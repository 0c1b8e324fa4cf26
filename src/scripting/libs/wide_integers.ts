/**
 * What Lua's own `string.format` and `tonumber` do with integers of 64 bits on the machines that
 * Redis runs on. This build of Lua has 32-bit ones; the glue sends here what they do not hold.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { toInt64, toUint64 } from "./c_numbers.ts";
import { TYPE } from "../engine/layout.ts";
import type { ServerFunction } from "../engine/machine.ts";

/** A directive: flags, width, precision and conversion, as Lua 5.1 limits them. */
const DIRECTIVE = /%(?:%|([-+ #0]{0,5})(\d{0,2})(?:\.(\d{0,2}))?([A-Za-z]))/g;

/** C's printf for one integer. */
function formatInteger(
  value: bigint,
  conversion: string,
  flags: string,
  width: number,
  precision: number | null,
): ByteString {
  const signed = conversion === "d" || conversion === "i";
  const size = value < 0n ? -value : value;
  const base = conversion === "o" ? 8 : conversion === "u" || signed ? 10 : 16;
  let digits = precision === 0 && size === 0n ? "" : size.toString(base);
  let prefix = "";
  if (signed) {
    prefix = value < 0n ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  }
  if (flags.includes("#") && base === 16 && size !== 0n) prefix = "0x";
  if (precision !== null) digits = digits.padStart(precision, "0");
  if (flags.includes("#") && base === 8 && !digits.startsWith("0")) digits = "0" + digits;
  if (flags.includes("0") && !flags.includes("-") && precision === null) {
    digits = digits.padStart(width - prefix.length, "0");
  }
  const text = conversion === "X" ? (prefix + digits).toUpperCase() : prefix + digits;
  return flags.includes("-") ? text.padEnd(width) : text.padStart(width);
}

/** Tells the glue to call Lua's own function with what is on the stack. */
const CALL_ORIGINAL = -2;

/**
 * `string.format` when an argument is a number beyond 32 bits: integers among the directives are
 * written here and become strings, and the original does the rest.
 */
export const wideFormat: ServerFunction = (machine, L) => {
  const format = machine.readString(machine.checkString(L, 1));
  let argument = 1;
  const changed = format.replace(
    DIRECTIVE,
    (directive: string, flags?: string, width?: string, precision?: string, kind?: string) => {
      if (kind === undefined) return directive;
      argument++;
      if (!"diouxX".includes(kind) || machine.type(L, argument) !== TYPE.number) return directive;
      const value = machine.f64[machine.slot(L, argument) >> 3];
      const fits = Math.abs(value) < 2147483648;
      if (fits && (value >= 0 || kind === "d" || kind === "i")) return directive;
      const text = formatInteger(
        kind === "d" || kind === "i" ? toInt64(value) : toUint64(value),
        kind,
        flags ?? "",
        Number(width ?? 0),
        precision === undefined ? null : Number(precision),
      );
      machine.pushString(L, text);
      machine.lua.lua_replace(L, argument);
      return "%s";
    },
  );
  machine.pushString(L, changed);
  machine.lua.lua_replace(L, 1);
  return CALL_ORIGINAL;
};

const SPACE = /^[ \t-\r]*/;

/** `tonumber` with a base other than 10: C's `strtoul`, and nothing but spaces behind. */
export const wideToNumber: ServerFunction = (machine, L) => {
  const text = machine.readString(machine.checkString(L, 1)).split("\0", 1)[0];
  const wanted = machine.checkNumber(L, 2);
  const base = wanted >= 2 && wanted < 37 ? Math.trunc(wanted) : 0;
  if (base === 0) machine.argumentError(L, 2, "base out of range");
  const value = readUnsigned(text, base);
  if (value === null) machine.lua.lua_pushnil(L);
  else machine.lua.lua_pushnumber(L, Number(value));
  return 1;
};

function readUnsigned(text: ByteString, base: number): bigint | null {
  let at = SPACE.exec(text)![0].length;
  const negative = text[at] === "-";
  if (negative || text[at] === "+") at++;
  const digitAt = (i: number) => {
    const digit = i < text.length ? parseInt(text[i], 36) : NaN;
    return digit < base ? digit : -1;
  };
  if (base === 16 && /^0x/i.test(text.substring(at)) && digitAt(at + 2) >= 0) at += 2;
  if (digitAt(at) < 0) return null;
  let value = 0n;
  const most = 2n ** 64n - 1n;
  for (let digit; (digit = digitAt(at)) >= 0; at++) {
    if (value <= most) value = value * BigInt(base) + BigInt(digit);
  }
  if (SPACE.exec(text.substring(at))![0].length + at !== text.length) return null;
  if (value > most) return most;
  return negative ? BigInt.asUintN(64, -value) : value;
}
