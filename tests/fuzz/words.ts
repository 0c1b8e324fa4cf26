/**
 * The words of the fuzzer's commands: mostly what a user would write, over so few keys and members
 * that commands meet each other's work, and now and then the edges of what parses.
 *
 * @module
 */

import type { Prng } from "../support/prng.ts";

/** What words are made from. */
export interface WordContext {
  readonly random: Prng;
  /** Grows as entries are added to streams. */
  clock: number;
  /** Ids that were made for entries, the last ones first. */
  readonly ids: string[];
  /** Unix time in milliseconds at the beginning, for times far away from it. */
  readonly now: number;
}

/** Makes one word, or several. */
export type WordMaker = (context: WordContext) => string | string[];

/** Texts that are a number to some parsers, and to others not. */
const ODD_NUMBERS = [
  ..."+1 -0 01 1.5 1e3 0x10 abc inf -inf nan 9223372036854775807 9223372036854775808".split(" "),
  ..."-9223372036854775808 -9223372036854775809 18446744073709551615 18446744073709551616".split(
    " ",
  ),
  ...["", " 1", "1 ", "1\0", "--1", "99999999999999999999999999"],
];

const ODD_FLOATS = [
  ..."inf -inf +inf Infinity nan -nan 1e400 -1e400 1e-400 0x1p3 0x.8 .5 5. 1e abc 1e17 1e21".split(
    " ",
  ),
  ..."1e100 1e-7 5e-324 1.7976931348623157e308 123456789012345678 9007199254740993".split(" "),
  ..."0.1 0.2 0.30000000000000004 3.0 1e-10 9223372036854775807 99999999999999999".split(" "),
  ...["", " 1", "1 ", "1\0", "1,5", "+5", "1_0"],
];

function mostly(often: WordMaker, rarely: readonly string[], oneIn: number): WordMaker {
  return (context) =>
    context.random.int(oneIn) === 0 ? context.random.pick(rarely) : often(context);
}

function between(low: number, high: number): WordMaker {
  return ({ random }) => String(low + random.int(high - low + 1));
}

function oneOf(...words: string[]): WordMaker {
  return ({ random }) => random.pick(words);
}

function bytes(random: Prng, length: number): string {
  let out = "";
  for (let i = 0; i < length; i++) out += String.fromCharCode(random.int(256));
  return out;
}

function letters({ random }: WordContext, alphabet: string, most: number): string {
  return Array.from({ length: random.int(most + 1) }, () => random.pick([...alphabet])).join("");
}

function member({ random }: WordContext): string {
  const kind = random.int(20);
  if (kind < 9) return `m${random.int(24)}`;
  if (kind < 14) return String(random.int(41) - 20);
  if (kind === 14) return String.fromCharCode(97 + random.int(5)).repeat(20 + random.int(10));
  if (kind === 15) return random.pick(ODD_NUMBERS);
  if (kind === 16) return bytes(random, random.int(5));
  if (kind === 17) return String(random.pick([70_000, -70_000, 3e9, 127, 128, -128, -129, 32768]));
  return random.pick(["a", "b", "c", "aa", "ab", "B", ""]);
}

function key({ random }: WordContext): string {
  const kind = random.int(60);
  if (kind < 50) return `k${1 + random.int(4)}`;
  if (kind < 53) return random.pick(["none", "", "k\0\xff", "k5"]);
  return random.pick(["str", "int", "lst", "set", "hsh", "zst", "stm"]);
}

/** So many members that structures for large values show. */
function several(pair: (context: WordContext, member: string) => string[]): WordMaker {
  return (context) => {
    const { random } = context;
    const size = 50 + random.int(400);
    return Array.from({ length: size }, () => pair(context, `m${random.int(800)}`)).flat();
  };
}

/** `numkeys key [key …]`, seldom with a wrong count. */
function keyCount(context: WordContext): string[] {
  const keys = Array.from({ length: 1 + context.random.int(4) }, () => key(context));
  const wrong = ["0", "-1", "abc", "", "100", String(keys.length + 1), String(keys.length - 1)];
  const count = context.random.int(25) === 0 ? context.random.pick(wrong) : String(keys.length);
  return [count, ...keys];
}

function score({ random }: WordContext): string {
  const kind = random.int(12);
  if (kind < 6) return String(random.int(21) - 10);
  if (kind < 8) return (random.int(2000) / 100 - 10).toString();
  if (kind < 10) return String((random.next() - 0.5) * 10 ** (random.int(40) - 20));
  return kind === 10 ? String(random.int(5)) : random.pick(ODD_FLOATS);
}

function streamId({ random, clock, ids }: WordContext): string {
  const kind = random.int(18);
  if (kind > 11 && ids.length > 0) return random.pick(ids);
  if (kind < 5) return `${1 + random.int(clock + 2)}-${random.int(3)}`;
  if (kind < 8) return String(1 + random.int(clock + 2));
  if (kind < 10) return "0";
  return random.pick([
    ..."0-0 0-1 0-0-0 1-x abc - + $ > 5- -5 1-18446744073709551615 18446744073709551615".split(" "),
    ..."18446744073709551615-18446744073709551615 18446744073709551616 1-18446744073709551616"
      .split(" "),
    ...["", "(1", "(", "-1-1", "1--1", "01-1", "5-*", " 1"],
  ]);
}

/** An id for XADD, mostly one that fits. */
function newId(context: WordContext): string {
  const { random } = context;
  const kind = random.int(24);
  if (kind === 0) {
    const id = streamId(context);
    // The largest ids would be the last of their stream.
    return id.startsWith("184467") && id !== "18446744073709551616" ? "-" : id;
  }
  if (kind === 1) return `${context.clock}-*`;
  if (kind < 4) return `${context.clock}-${100 + random.int(1000)}`;
  context.clock += 1 + random.int(2);
  const id = `${context.clock}-${kind < 10 ? 0 : random.int(3)}`;
  context.ids.unshift(id);
  context.ids.length = Math.min(context.ids.length, 16);
  return kind < 10 ? String(context.clock) : id;
}

/** Unix seconds far in the future, all different, or a time that is over. */
function unixTime(scale: number): WordMaker {
  return ({ random, now }) => {
    if (random.int(8) === 0) return random.pick(["0", "1", "-1", "1000", "abc", "1.5", ""]);
    if (random.int(12) === 0) return random.pick(ODD_NUMBERS);
    return String((Math.floor(now / 1000) + 10_000 + random.int(1e8)) * scale + random.int(scale));
  };
}

function timeToLive(scale: number): WordMaker {
  return ({ random }) => {
    if (random.int(8) === 0) return random.pick(["0", "-1", "-1000", "abc", "1.5", ""]);
    if (random.int(12) === 0) {
      return random.pick(ODD_NUMBERS.filter((text) => !(Math.abs(Number(text)) < 1e6)));
    }
    return String((10_000 + random.int(1e8)) * scale + random.int(scale));
  };
}

/** An end of a range of members. */
function lexEnd(context: WordContext): string {
  const { random } = context;
  if (random.int(6) === 0) return random.pick(["-", "+", "[", "(", "", "a", "-x", "+x", "[\xff"]);
  return random.pick(["[", "("]) + (random.int(2) === 0 ? "" : "m") + member(context);
}

/** An end of a range of scores. */
function scoreEnd(context: WordContext): string {
  const { random } = context;
  if (random.int(8) === 0) {
    return random.pick(["-inf", "+inf", "(inf", "(-inf", "(", "((1", "[1", "abc", "nan", "(nan"]);
  }
  return (random.int(4) === 0 ? "(" : "") + score(context);
}

const smallInt = mostly(between(-3, 12), ODD_NUMBERS, 12);

/** All words by name. */
export const WORDS: Readonly<Record<string, WordMaker>> = {
  key,
  keycount: keyCount,
  pattern: oneOf("*", "k*", "m*", "*1", "?1", "[a-c]*", "k[12]", "\\k1", "[^m]*", "", "m1?", "**"),
  lexkey: mostly(oneOf("x1", "x2"), ["nolex", "txt"], 20),
  glob: (context) => letters(context, "ab*?[]^-\\", 8),
  globtext: (context) => letters(context, "abc-]^\\", 5),
  member,
  wide: ({ random }) => `w${random.int(100_000)}`,
  manymembers: several((_context, text) => [text]),
  manypairs: several((context, text) => [text, member(context)]),
  manyscores: several(({ random }, text) => [String(random.int(200) / 4), text]),
  manyzeros: several((_context, text) => ["0", text]),
  value: mostly(member, ["v".repeat(70), "w".repeat(300), "12345", "0", "3.0", "10.5"], 6),
  int: smallInt,
  index: mostly(between(-14, 14), ODD_NUMBERS, 15),
  count: mostly(between(0, 8), ["-1", "-5", "100", ...ODD_NUMBERS], 8),
  positive: mostly(between(1, 12), ["0", "-1", ...ODD_NUMBERS], 15),
  offset: mostly(between(0, 60), ["-1", "536870912", "4294967296", ...ODD_NUMBERS], 15),
  bit: mostly(oneOf("0", "1"), ["2", "-1", "", "abc", "01"], 20),
  bitoffset: mostly(between(0, 130), ["-1", "4294967296", "#1", "#0", "#-1", ...ODD_NUMBERS], 10),
  bitwidth: mostly(
    ({ random }) => random.pick(["u", "i"]) + random.pick([1, 2, 4, 7, 8, 13, 16, 32, 33, 63]),
    ["u64", "i64", "i65", "u0", "u63", "i0", "x8", "u", "", "8", "u-1", "u08"],
    12,
  ),
  increment: mostly(between(-20, 20), [
    ...ODD_NUMBERS,
    ..."1000000 255 256 65535 2147483647 -2147483648 4611686018427387904".split(" "),
  ], 6),
  float: mostly(score, ODD_FLOATS, 6),
  score,
  scoreend: scoreEnd,
  lexend: lexEnd,
  // What becomes of a negative zero that is stored depends on how 7.2 chooses encodings.
  weight: mostly(oneOf("1", "2", "3", "0.5", "1e10"), ["inf", "nan", "abc", "", "1 "], 15),
  signedweight: mostly(oneOf("1", "2", "-1", "0", "0.5", "1e10"), ODD_FLOATS, 15),
  stream: (context) =>
    context.random.int(12) === 0 ? key(context) : context.random.pick(["k1", "k1", "k1", "k2"]),
  id: streamId,
  entry: (context) =>
    context.random.int(4) > 0 && context.ids.length > 0
      ? context.random.pick(context.ids)
      : streamId(context),
  newid: newId,
  topid: (context) => `${context.clock += 1 + context.random.int(3)}-${context.random.int(3)}`,
  entries: mostly(between(0, 30), ["-1", "-2", "abc", "", "1.5"], 15),
  group: mostly(oneOf("g1", "g1", "g2"), ["", "nogroup", "g\0\xff"], 15),
  consumer: mostly(oneOf("c1", "c2", "c3"), ["", "c\0"], 20),
  idle: mostly(oneOf("0"), ["-1", "3600000", "abc", ""], 5),
  limit: mostly(between(0, 20), ["-1", "100", ...ODD_NUMBERS], 10),
  unixtime: unixTime(1),
  unixms: unixTime(1000),
  soon: oneOf("1", "2", "20", "30", "90", "100000", "0", "-1"),
  seconds: timeToLive(1),
  millis: timeToLive(1000),
  db: mostly(
    oneOf("0", "1", "2"),
    ["16", "-1", "2147483648", "-9223372036854775808", "abc", ""],
    15,
  ),
  place: mostly(
    ({ random }) => `p${random.int(12)}`,
    ["", "nowhere", "x".repeat(30), "\0\xff", "-5"],
    12,
  ),
  longitude: mostly(
    ({ random }) => String((random.next() * 2 - 1) * random.pick([1, 15, 180])),
    ["180", "-180", "181", "0", "abc", "nan", "", "inf"],
    12,
  ),
  latitude: mostly(
    ({ random }) => String((random.next() * 2 - 1) * random.pick([1, 40, 85])),
    ["85.05112878", "85.06", "-85.05112878", "90", "0", "abc", "nan"],
    12,
  ),
  radius: mostly(
    ({ random }) => String(random.next() * 10 ** (3 + random.int(6))),
    ["0", "-1", "1e10", "abc", "", "inf", "nan"],
    12,
  ),
  unit: mostly(oneOf("m", "km", "ft", "mi"), ["M", "KM", "", "yd"], 15),
  by: oneOf("w_*", "w_*->f", "nosort", "hsh->*", "str", "*", "w_*->", "#", "h_*->f1"),
  get: oneOf("#", "w_*", "h_*->f1", "h_*->", "none*", "*", "str", "hsh->a"),
  type: oneOf("string", "list", "set", "zset", "hash", "stream", "none", "LIST"),
  channelpattern: oneOf("ch*", "*", "ch1", "?h2", "ch3", "[ab]", ""),
  channel: oneOf("ch1", "ch2", "ch3", "", "ch\xff"),
  long: ({ random }) => random.pick(["x", "yz", "\0"]).repeat(40 + random.int(400)),
};
