/**
 * DUMP payloads taken apart into packed structures and what is around them, so that the inside of a
 * packed structure can be damaged without the string around it telling; and put together again with
 * lengths and checksum that fit.
 *
 * Everything is a byte string here: cutting and joining those is short, and the values are small.
 *
 * @module
 */

import "../../../src/datatypes/mod.ts";
import { type ByteString, fromBytes, toBytes } from "../../../src/bytes/bytes.ts";
import { Crc64 } from "../../../src/rdb/crc64.ts";
import { ValueType } from "../../../src/rdb/format.ts";
import { type ByteRange, RdbInput } from "../../../src/rdb/decode/input.ts";
import { latin1View } from "../../../src/rdb/decode/latin1.ts";
import { ELEMENT, END, ListpackCursor } from "../../../src/rdb/decode/listpack.ts";
import { readIntset } from "../../../src/rdb/decode/intset.ts";
import { readZiplist } from "../../../src/rdb/decode/ziplist.ts";
import { readZipmap } from "../../../src/rdb/decode/zipmap.ts";
import { isInt64Text } from "../../../src/bytes/int.ts";
import { big, type Element, listpack, little, string, ziplist } from "../../rdb/writers.ts";

/** How a structure is packed. */
export type Packing = "listpack" | "ziplist" | "intset" | "zipmap";

/** A piece of a value: bytes as they are, or a packed structure, which is stored as a string. */
export interface Part {
  readonly packing: Packing | null;
  bytes: ByteString;
}

/** A value: its type's number and its pieces. */
export interface Value {
  readonly type: number;
  readonly parts: Part[];
}

const SINGLE: Record<number, Packing> = {
  [ValueType.HASH_ZIPMAP]: "zipmap",
  [ValueType.LIST_ZIPLIST]: "ziplist",
  [ValueType.SET_INTSET]: "intset",
  [ValueType.ZSET_ZIPLIST]: "ziplist",
  [ValueType.HASH_ZIPLIST]: "ziplist",
  [ValueType.HASH_LISTPACK]: "listpack",
  [ValueType.ZSET_LISTPACK]: "listpack",
  [ValueType.SET_LISTPACK]: "listpack",
};
const STREAMS: readonly number[] = [
  ValueType.STREAM_LISTPACKS,
  ValueType.STREAM_LISTPACKS_2,
  ValueType.STREAM_LISTPACKS_3,
];

/** Reads a value's bytes piece by piece. */
class PartReader {
  readonly parts: Part[] = [];
  readonly #body: ByteString;
  readonly #input: RdbInput;
  #done = 0;

  constructor(body: ByteString) {
    this.#body = body;
    this.#input = new RdbInput(body.length, false);
    this.#input.push(toBytes(body));
    this.#input.ended = true;
  }

  count(): number {
    return this.#input.length();
  }

  /** Step over a string. */
  string(): void {
    this.#input.string();
  }

  /** Step over bytes. */
  skip(bytes: number): void {
    this.#input.text(bytes);
  }

  /** What was stepped over becomes a piece, and the string here one with a packed structure. */
  packed(packing: Packing): void {
    this.raw(this.#input.offset);
    const { bytes, start, end }: ByteRange = this.#input.blob();
    this.parts.push({ packing, bytes: bytes.latin1Slice(start, end) });
    this.#done = this.#input.offset;
  }

  /** What comes before a place becomes a piece. */
  raw(end = this.#body.length): void {
    if (end > this.#done) {
      this.parts.push({ packing: null, bytes: this.#body.slice(this.#done, end) });
    }
    this.#done = end;
  }
}

/** Take the bytes of a sound value apart, its type's number in front. */
export function takeApart(bytes: ByteString): Value {
  const type = bytes.charCodeAt(0);
  const reader = new PartReader(bytes.slice(1));
  if (type in SINGLE) {
    reader.packed(SINGLE[type]);
  } else if (type === ValueType.HASH_LISTPACK_EX) {
    reader.skip(8);
    reader.packed("listpack");
  } else if (type === ValueType.LIST_QUICKLIST) {
    for (let left = reader.count(); left > 0; left--) reader.packed("ziplist");
  } else if (type === ValueType.LIST_QUICKLIST_2) {
    for (let left = reader.count(); left > 0; left--) {
      if (reader.count() === 1) reader.string();
      else reader.packed("listpack");
    }
  } else if (STREAMS.includes(type)) {
    for (let left = reader.count(); left > 0; left--) {
      reader.string();
      reader.packed("listpack");
    }
  }
  reader.raw();
  return { type, parts: reader.parts };
}

/** A value's bytes, its type's number in front; packed structures are not compressed. */
export function putTogether({ type, parts }: Value): ByteString {
  let body = String.fromCharCode(type);
  for (const { packing, bytes } of parts) body += packing === null ? bytes : string(bytes);
  return body;
}

/** The bytes of a CRC-64 over a byte string. */
export function checksum(bytes: ByteString): ByteString {
  const crc = new Crc64();
  crc.update(toBytes(bytes), 0, bytes.length);
  return little(crc.value, 8);
}

/** A DUMP payload with a footer that fits. */
export function payloadOf(body: ByteString, version = 11): ByteString {
  const whole = body + little(version, 2);
  return whole + checksum(whole);
}

function texts(
  read: (
    bytes: ReturnType<typeof latin1View>,
    start: number,
    end: number,
    out: string[],
  ) => boolean,
  packed: ByteString,
): ByteString[] | null {
  const out: ByteString[] = [];
  return read(latin1View(toBytes(packed)), 0, packed.length, out) ? out : null;
}

function listpackElements(packed: ByteString): Element[] | null {
  const cursor = new ListpackCursor(latin1View(toBytes(packed)), 0, packed.length);
  const out: Element[] = [];
  let step = cursor.next();
  for (; step === ELEMENT; step = cursor.next()) {
    out.push(cursor.isInteger ? BigInt(cursor.text()) : cursor.text());
  }
  return step === END ? out : null;
}

/** The elements of a packed structure; null when it is damaged already. */
export function elementsOf({ packing, bytes }: Part): Element[] | null {
  switch (packing) {
    case "listpack":
      return listpackElements(bytes);
    case "ziplist":
      return texts(readZiplist, bytes)?.map((text) => isInt64Text(text) ? BigInt(text) : text) ??
        null;
    case "intset":
      return texts(readIntset, bytes)?.map(BigInt) ?? null;
    case "zipmap":
      return texts(readZipmap, bytes);
    default:
      return null;
  }
}

function intset(elements: readonly Element[], width: number): ByteString {
  let out = little(width, 4) + little(elements.length, 4);
  for (const element of elements) out += little(typeof element === "bigint" ? element : 0n, width);
  return out;
}

function zipmap(elements: readonly Element[]): ByteString {
  let out = big(Math.min(254, elements.length >> 1), 1);
  for (const [i, element] of elements.entries()) {
    const text = String(element);
    out += text.length < 254 ? little(text.length, 1) : "\xfe" + little(text.length, 4);
    out += (i % 2 === 0 ? "" : "\0") + text;
  }
  return out + "\xff";
}

/** Pack elements into a structure in which all that is said twice agrees. */
export function pack(packing: Packing, elements: Element[], width = 8): ByteString {
  switch (packing) {
    case "listpack":
      return listpack(elements);
    case "ziplist":
      return ziplist(elements);
    case "intset":
      return intset(elements, width);
    case "zipmap":
      return zipmap(elements);
  }
}

/** The values of a sound dump file as bytes, their type's number in front, from a key's record. */
export function valueOfSegment(segment: Uint8Array): ByteString {
  const input = new RdbInput(segment.length, false);
  input.push(segment);
  input.ended = true;
  for (;;) {
    const type = input.byte();
    if (type === 0xfd) input.text(4);
    else if (type === 0xfc) input.text(8);
    else if (type === 0xf9) input.byte();
    else if (type === 0xf8) input.length();
    else {
      input.string();
      return String.fromCharCode(type) + fromBytes(segment, input.offset);
    }
  }
}
