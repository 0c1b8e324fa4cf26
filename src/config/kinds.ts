/**
 * The kinds of value that most directives have: yes or no, a number, a size in bytes, a choice, a
 * set of flags, text.
 *
 * Numbers are JavaScript numbers; the text beside a value (see `Setting`) stays exact where a
 * 64-bit integer is not.
 *
 * @module
 */

import { asciiLower, type ByteString } from "../bytes/bytes.ts";
import { INT64_MAX, parseInt64, UINT64_MAX } from "../bytes/int.ts";
import { quoteBytes } from "../bytes/repr.ts";
import type { Kind, RewriteLine, Setting } from "./directive.ts";
import { ValueError } from "./directive.ts";
import { formatSize, INT_MAX, parseLoose, parseSize } from "./numbers.ts";

/** The line `name text`, added to a file only when it does not say the default. */
function plainLine<V>(
  name: string,
  setting: Setting<V>,
  fallback: Setting<V>,
  text = setting.text,
): RewriteLine[] {
  return [{ text: `${name} ${text}`, force: setting.text !== fallback.text }];
}

/** `yes` or `no`. */
export const yesNo: Kind<boolean> = {
  label: "yes|no",
  multi: false,
  parse([word]) {
    const text = asciiLower(word);
    if (text !== "yes" && text !== "no") throw new ValueError("argument must be 'yes' or 'no'");
    return { value: text === "yes", text };
  },
  format: (value) => value ? "yes" : "no",
  rewrite: plainLine,
};

/** Bounds of a number; both ends belong to it. */
export interface Range {
  readonly min: number | bigint;
  readonly max: number | bigint;
  /** Values outside these are moved to the nearest of the two after they were accepted. */
  readonly clamp?: readonly [number, number];
}

function checkRange(value: bigint, range: Range, base: 8 | 10 = 10): void {
  if (value >= range.min && value <= range.max) return;
  throw new ValueError(
    `argument must be between ${range.min.toString(base)} and ` +
      `${range.max.toString(base)} inclusive`,
  );
}

function numberLabel({ min, max }: Range): string {
  return max < INT_MAX ? `<${min}..${max}>` : "<number>";
}

/** A decimal integer. */
export function integer(range: Range): Kind<number> {
  return {
    label: numberLabel(range),
    multi: false,
    parse([word]) {
      const parsed = parseInt64(word);
      if (parsed === null) throw new ValueError("argument couldn't be parsed into an integer");
      checkRange(parsed, range);
      if (range.clamp === undefined) return { value: Number(parsed), text: `${parsed}` };
      const [lowest, highest] = range.clamp;
      const value = Math.min(Math.max(Number(parsed), lowest), highest);
      return { value, text: `${value}` };
    },
    format: (value) => `${value}`,
    rewrite: plainLine,
  };
}

/** An octal integer, for permissions; its text is octal, its value the number. */
export function octal(range: Range): Kind<number> {
  return {
    label: "<octal>",
    multi: false,
    parse([word]) {
      const parsed = parseLoose(word, 8);
      if (parsed === null) {
        throw new ValueError("argument couldn't be parsed as an octal number");
      }
      checkRange(parsed, range, 8);
      return { value: Number(parsed), text: parsed.toString(8) };
    },
    format: (value) => value.toString(8),
    rewrite: plainLine,
  };
}

/**
 * A size in bytes, with units. Where `max` fits 63 bits, the number is a signed one.
 *
 * @param raise what CONFIG SET makes of smaller sizes, though it accepts them
 */
export function memory(range: Range, raise = 0): Kind<number> {
  const unsigned = range.max === UINT64_MAX;
  return {
    label: "<bytes>",
    multi: false,
    parse([word], { starting }) {
      const size = parseSize(word);
      if (size === null) throw new ValueError("argument must be a memory value");
      const value = unsigned ? size : BigInt.asIntN(64, size);
      checkRange(value, range);
      if (value < raise && !starting) return { value: raise, text: `${raise}` };
      return { value: Number(value), text: `${value}` };
    },
    format: (value) => `${value}`,
    rewrite: (name, setting, fallback) =>
      plainLine(name, setting, fallback, formatSize(BigInt(setting.text))),
  };
}

/** A size in bytes, or a percentage, whose value is a negative number: `5%` is -5. */
export const memoryOrPercent: Kind<number> = {
  label: "<bytes|percent>",
  multi: false,
  parse([word]) {
    const percent = /^(0|[1-9][0-9]{0,17})%$/.exec(word);
    const size = percent === null ? parseSize(word) : -BigInt(percent[1]);
    if (size === null) throw new ValueError("argument must be a memory or percent value");
    const value = BigInt.asIntN(64, size);
    if (value < -100n) {
      throw new ValueError("percentage argument must be less or equal to 100");
    }
    return { value: Number(value), text: value < 0n ? `${-value}%` : `${value}` };
  },
  format: (value) => value < 0 ? `${-value}%` : `${value}`,
  rewrite: (name, setting, fallback) =>
    setting.value < 0
      ? plainLine(name, setting, fallback)
      : plainLine(name, setting, fallback, formatSize(BigInt(setting.text))),
};

function notAChoice(choices: readonly string[]): ValueError {
  return new ValueError(`argument(s) must be one of the following: ${choices.join(", ")}`);
}

/**
 * One of several words.
 *
 * @param choices the words, in the order that the error lists them
 * @param synonyms choices that mean another one
 */
export function oneOf<const C extends string>(
  choices: readonly C[],
  synonyms: Partial<Record<C, C>> = {},
): Kind<C> {
  return {
    label: choices.join("|"),
    multi: false,
    parse([word]) {
      const lower = asciiLower(word);
      const choice = choices.find((name) => name === lower);
      if (choice === undefined) throw notAChoice(choices);
      const value = synonyms[choice] ?? choice;
      return { value, text: value };
    },
    format: (value) => value,
    rewrite: plainLine,
  };
}

/**
 * Several words out of a list; the value holds them in the list's order.
 *
 * @param none the word for an empty set
 */
export function flagsOf<const C extends string>(
  none: string,
  choices: readonly C[],
): Kind<readonly C[]> {
  const format = (value: readonly C[]) => value.length === 0 ? none : value.join(" ");
  const words = [none, ...choices];
  return {
    label: words.join("|"),
    multi: true,
    parse(given) {
      const lower = given.map(asciiLower);
      if (given.length === 0 || lower.some((word) => !words.includes(word))) {
        throw notAChoice(words);
      }
      const value = choices.filter((choice) => lower.includes(choice));
      return { value, text: format(value) };
    },
    format,
    rewrite: plainLine,
  };
}

/** Texts that are file names and the like end at a NUL byte, as C strings do. */
export function untilNul(word: ByteString): ByteString {
  const nul = word.indexOf("\0");
  return nul < 0 ? word : word.substring(0, nul);
}

const anyText: Kind<ByteString> = {
  label: "<text>",
  multi: false,
  parse([word]) {
    const value = untilNul(word);
    return { value, text: value };
  },
  format: (value) => value,
  rewrite: (name, setting, fallback) =>
    plainLine(name, setting, fallback, quoteBytes(setting.text)),
};

/** Text, which may be empty. */
export function text(label = "<text>"): Kind<ByteString> {
  return { ...anyText, label };
}

/** Text that may be unset, which the empty text stands for: a rewritten file leaves it out then. */
export function optionalText(label = "<text>"): Kind<ByteString> {
  return {
    ...anyText,
    label,
    rewrite: (name, setting, fallback) =>
      setting.text === "" ? [] : anyText.rewrite(name, setting, fallback),
  };
}

/** A password: optional, and any bytes at all. */
export const secret: Kind<ByteString> = {
  ...optionalText("<password>"),
  parse: ([word]) => ({ value: word, text: word }),
};

/** The full range of non-negative signed 64-bit integers, which many directives have. */
export const NATURAL: Range = { min: 0, max: INT64_MAX };
/** The non-negative 32-bit integers. */
export const NATURAL_INT: Range = { min: 0, max: INT_MAX };
/** TCP ports. */
export const PORT: Range = { min: 0, max: 65535 };
