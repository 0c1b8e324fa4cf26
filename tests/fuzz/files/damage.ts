/**
 * Ways to damage bytes: those that fit any file, and those that know dumps, packed structures,
 * append-only files or manifests.
 *
 * @module
 */

import type { ByteString } from "../../../src/bytes/bytes.ts";
import { encodeCommand } from "../../support/resp.ts";
import type { Prng } from "../../support/prng.ts";
import { big, type Element, length, little, string } from "../../rdb/writers.ts";
import { elementsOf, pack, type Part, putTogether, takeApart } from "./parts.ts";

/** Damages bytes; `other` are further ones of the same kind, to take pieces of. */
export type Damage = (bytes: ByteString, random: Prng, other: ByteString) => ByteString;

/** Bytes that lengths, counts and encodings like to go wrong at. */
const TELLING = [0, 1, 2, 0x3f, 0x40, 0x7f, 0x80, 0x81, 0xc0, 0xc3, 0xe0, 0xf0, 0xf4, 0xfe, 0xff];
/** Numbers at the edges of what something holds. */
const EDGES: readonly bigint[] = [
  ...[0n, 1n, -1n, 127n, 128n, 4095n, 32767n, 32768n, 65535n, 2n ** 24n, 2n ** 31n - 1n, 2n ** 31n],
  ...[2n ** 32n - 1n, 2n ** 48n, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n), -(2n ** 31n), 1_700_000n],
];
const WORDS = [
  "",
  "a",
  "b",
  "f",
  "v",
  "nan",
  "inf",
  "-inf",
  "1e400",
  "0x10",
  " 1",
  "1.5",
  "-0",
  "1e5",
];

function replaceAt(bytes: ByteString, at: number, removed: number, put: ByteString): ByteString {
  return bytes.slice(0, at) + put + bytes.slice(at + removed);
}

function byte(code: number): ByteString {
  return String.fromCharCode(code & 255);
}

/** Change one to eight single bits. */
const bits: Damage = (bytes, random) => {
  for (let times = 1 + random.int(8) * random.int(2); times > 0; times--) {
    const at = random.int(bytes.length);
    bytes = replaceAt(bytes, at, 1, byte(bytes.charCodeAt(at) ^ (1 << random.int(8))));
  }
  return bytes;
};

/** Set some bytes to others, often to telling ones. */
const set: Damage = (bytes, random) => {
  for (let times = 1 + random.int(4); times > 0; times--) {
    const at = random.int(bytes.length);
    const code = random.int(3) === 0 ? random.int(256) : random.pick(TELLING);
    bytes = replaceAt(bytes, at, 1, byte(code));
  }
  return bytes;
};

/** Make a byte a little more or less. */
const nudge: Damage = (bytes, random) => {
  const at = random.int(bytes.length);
  return replaceAt(bytes, at, 1, byte(bytes.charCodeAt(at) + random.pick([1, -1, 2])));
};

/** Cut the end off. */
const cut: Damage = (bytes, random) => bytes.slice(0, random.int(bytes.length));

/** Leave some bytes out. */
const omit: Damage = (bytes, random) =>
  replaceAt(bytes, random.int(bytes.length), 1 + random.int(random.int(4) === 0 ? 200 : 6), "");

/** Have some bytes twice. */
const repeat: Damage = (bytes, random) => {
  const at = random.int(bytes.length);
  return replaceAt(bytes, at, 0, bytes.slice(at, at + 1 + random.int(60)));
};

/** Put a piece of another one in, or go on with it. */
const splice: Damage = (bytes, random, other) => {
  const at = random.int(bytes.length);
  const from = random.int(other.length);
  if (random.int(2) === 0) return bytes.slice(0, at) + other.slice(from);
  const size = 1 + random.int(64);
  return replaceAt(bytes, at, random.int(2) * size, other.slice(from, from + size));
};

/** Lengths of all widths, some of them far beyond the end. */
function someLength(random: Prng): ByteString {
  const value = 2 ** random.int(63) + random.int(3) - 1;
  switch (random.int(6)) {
    case 0:
      return "\x80" + big(value % 2 ** 32, 4);
    case 1:
      return "\x81" + [...little(BigInt(Math.floor(value)), 8)].reverse().join("");
    case 2:
      return "\x81" + "\xff".repeat(8);
    case 3:
      return little(value % 2 ** 32, 4);
    case 4:
      // A compressed string of few bytes that is to become many.
      return "\xc3" + length(1 + random.int(40)) + length(Math.floor(value % 2 ** 40));
    default:
      return length(random.int(70000));
  }
}

/** A length where there was another one, or something else. */
const blow: Damage = (bytes, random) => {
  const put = someLength(random);
  const removed = random.pick([0, 1, 1, put.length]);
  return replaceAt(bytes, random.int(bytes.length), removed, put);
};

/** What fits any bytes. */
export const ANY: Readonly<Record<string, Damage>> = {
  bits,
  set,
  nudge,
  cut,
  omit,
  repeat,
  splice,
  length: blow,
};

/** A record of a dump that says something else than a key. */
function opcode(random: Prng): ByteString {
  return random.pick([
    () => "\xfe" + length(random.pick([0, 1, 15, 16, 70000])),
    () => "\xfb" + someLength(random) + length(random.int(70000)),
    () =>
      "\xfa" + string(random.pick(["ctime", "used-mem", "redis-ver", "x"])) + string("\xc0\x05"),
    () => "\xfd" + little(random.pick(EDGES), 4),
    () => "\xfc" + little(random.pick(EDGES), 8),
    () => "\xf9" + byte(random.int(256)),
    () => "\xf8" + someLength(random),
    () => "\xf4" + someLength(random) + someLength(random) + someLength(random),
    () => "\xf5" + string("#!lua name=x\nredis.register_function('f', function() end)"),
    () => "\xf6" + string("x"),
    () => "\xf7" + someLength(random) + someLength(random),
    () => "\xff",
    () => byte(random.int(256)),
    () => "\x00" + string("string") + string("twice"),
    () => byte(random.int(26)) + string("typed") + someLength(random),
  ])();
}

/** Put records in, where records may be or anywhere. */
export const opcodes: Damage = (bytes, random) => {
  let at = random.int(bytes.length);
  // Behind the text of a length-prefixed name there is often a boundary.
  const boundary = bytes.indexOf(random.pick(["\xfe", "\xfb", "\xfc", "\xff"]), at);
  if (boundary >= 0 && random.int(3) > 0) at = boundary;
  for (let times = 1 + random.int(3); times > 0; times--) {
    bytes = replaceAt(bytes, at, 0, opcode(random));
  }
  return bytes;
};

/** Claim to be of another type. */
export const retype: Damage = (bytes, random) => replaceAt(bytes, 0, 1, byte(random.int(26)));

function packedPart(parts: Part[], random: Prng): Part | null {
  const packed = parts.filter(({ packing }) => packing !== null);
  return packed.length === 0 ? null : random.pick(packed);
}

/** Damage the bytes of a packed structure; the string that it is stored as fits. */
export const inside: Damage = (bytes, random, other) => {
  const value = takeApart(bytes);
  const part = packedPart(value.parts, random);
  if (part === null || part.bytes.length === 0) return bits(bytes, random, other);
  const damage = random.pick([bits, bits, set, set, cut, omit, repeat, splice, blow]);
  part.bytes = damage(part.bytes, random, other);
  // The size that listpacks and ziplists begin with: right, so that the inside is looked at.
  if (part.packing !== "intset" && part.packing !== "zipmap" && random.int(4) > 0) {
    part.bytes = little(part.bytes.length, 4) + part.bytes.slice(4);
  }
  return putTogether(value);
};

function someElement(random: Prng): Element {
  return random.int(2) === 0 ? random.pick(EDGES) : random.pick(WORDS);
}

/** Change which elements a packed structure has; the structure itself is sound. */
export const elements: Damage = (bytes, random, other) => {
  const value = takeApart(bytes);
  const part = packedPart(value.parts, random);
  const list = part === null ? null : elementsOf(part);
  if (part === null || part.packing === null || list === null || list.length === 0) {
    return set(bytes, random, other);
  }
  for (let times = 1 + random.int(3) * random.int(2); times > 0; times--) {
    // The first ones of a stream's node are the ones that the others depend on.
    const at = random.int(2) === 0
      ? random.int(list.length)
      : random.int(Math.min(12, list.length));
    const to = random.int(list.length);
    switch (random.int(8)) {
      case 0:
        list[at] = someElement(random);
        break;
      case 1:
        list.splice(at, 1 + random.int(3));
        break;
      case 2:
        list.splice(at, 0, someElement(random));
        break;
      case 3:
        [list[at], list[to]] = [list[to], list[at]];
        break;
      case 4:
        list.splice(at, 0, ...list.slice(to, to + 1 + random.int(6)));
        break;
      default: {
        // Another one of the same kind.
        const element = list[at];
        if (typeof element === "string") list[at] = random.pick(WORDS);
        else if (random.int(2) === 0) list[at] = random.pick(EDGES);
        else list[at] = element + random.pick([1n, -1n, 2n]);
      }
    }
    if (list.length === 0) break;
  }
  if (part.packing === "intset" && random.int(3) > 0) list.sort(compareElements);
  part.bytes = pack(part.packing, list.map(packable), random.pick([2, 4, 8, 8]));
  return putTogether(value);
};

/** Integers beyond 64 bits, as arithmetic above may make them, are text. */
function packable(element: Element): Element {
  if (typeof element === "string") return element;
  return BigInt.asIntN(64, element) === element ? element : String(element);
}

function compareElements(a: Element, b: Element): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Damage what is around packed structures: the counters and groups of streams, above all. */
export const around: Damage = (bytes, random, other) => {
  const value = takeApart(bytes);
  const raw = value.parts.filter(({ packing }) => packing === null);
  const part = raw[raw.length - 1];
  if (part === undefined) return elements(bytes, random, other);
  for (let times = 1 + random.int(2); times > 0 && part.bytes.length > 0; times--) {
    const damage = random.pick([bits, bits, set, set, nudge, nudge, nudge, omit, repeat, blow]);
    part.bytes = damage(part.bytes, random, other);
  }
  return putTogether(value);
};

/** Swap, repeat or leave out pieces of a value: nodes of lists and streams. */
export const pieces: Damage = (bytes, random, other) => {
  const value = takeApart(bytes);
  const { parts } = value;
  if (parts.length < 2) return blow(bytes, random, other);
  const at = random.int(parts.length);
  switch (random.int(3)) {
    case 0:
      parts.splice(at, 1);
      break;
    case 1:
      parts.splice(at, 0, random.pick(parts));
      break;
    default:
      parts.push(...parts.splice(at, 1));
  }
  return putTogether(value);
};

/** Numbers for the counts and lengths of commands. */
const COUNTS = [
  "0",
  "-1",
  "1",
  "2",
  "3",
  "7",
  "1000000",
  "2147483647",
  "536870913",
  "1e3",
  "",
  "*",
];

/** Change a count or length of a command. */
export const counts: Damage = (bytes, random) => {
  const marks = [...bytes.matchAll(/[*$]-?\d+\r\n/g)];
  if (marks.length === 0) return bytes + `*${random.pick(COUNTS)}\r\n`;
  const mark = random.pick(marks);
  const number = random.int(2) === 0 ? random.pick(COUNTS) : `${random.int(99999)}`;
  return replaceAt(bytes, mark.index + 1, mark[0].length - 3, number);
};

/** Makes damage that puts commands between those that are there, or leaves some out. */
export function commands(names: readonly ByteString[]): Damage {
  const word = (random: Prng): ByteString => {
    const from = random.int(3);
    if (from === 0) return `${random.pick(EDGES)}`;
    return from === 1 ? random.pick(WORDS) : random.pick(KEYS);
  };
  return (bytes, random) => {
    for (let times = 1 + random.int(4); times > 0; times--) {
      const starts = [...bytes.matchAll(/\*\d+\r\n\$/g)].map(({ index }) => index);
      const at = starts.length === 0 || random.int(8) === 0
        ? random.int(bytes.length + 1)
        : random.pick(starts);
      const args = random.pick(names).split(" ");
      for (let words = random.int(6); words > 0; words--) args.push(word(random));
      bytes = replaceAt(bytes, at, 0, encodeCommand(args));
    }
    return bytes;
  };
}

const KEYS = [
  ...["string", "integer", "list", "set", "set:int", "hash", "hash:timed", "zset", "stream"],
  ...["0", "1", "10", "COUNT", "LIMIT", "BLOCK", "STREAMS", "group", "alice", "MATCH", "*", "NX"],
];

const MANIFEST_WORDS = [
  ...["file", "seq", "type", "b", "i", "h", "x", "0", "-1", "1", "2", "99999999999999999999"],
  ...["..", "../x", "/etc/hostname", '"', '"\\x00"', "'a b'", "appendonly.aof.2.base.rdb", "."],
  ...["appendonly.aof.manifest", "appendonly.aof.3.incr.aof", "nothing", "#", "\\", '"a"b'],
];

/** Change the words of a manifest. */
export const words: Damage = (bytes, random) => {
  const lines = bytes.split("\n").map((line) => line.split(" "));
  for (let times = 1 + random.int(3); times > 0; times--) {
    const line = random.pick(lines);
    const at = random.int(line.length + 1);
    switch (random.int(5)) {
      case 0:
        line.splice(at, 1);
        break;
      case 1:
        line.splice(at, 0, random.pick(MANIFEST_WORDS));
        break;
      case 2:
        line[Math.min(at, line.length - 1)] = random.pick(MANIFEST_WORDS);
        break;
      case 3:
        lines.splice(random.int(lines.length + 1), 0, [...line]);
        break;
      case 4:
        lines.splice(lines.indexOf(line), random.int(2));
        break;
    }
    if (lines.length === 0) break;
  }
  return lines.map((line) => line.join(" ")).join("\n");
};
