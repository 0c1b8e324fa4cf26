/**
 * Straightforward writers of what RDB files hold, for tests to read back.
 *
 * @module
 */

import { toBytes } from "../../src/bytes/bytes.ts";
import { Crc64 } from "../../src/rdb/crc64.ts";

/** The bytes of an integer, little endian, as a byte string. */
export function little(value: bigint | number, width: number): string {
  let rest = BigInt.asUintN(width * 8, BigInt(value));
  let out = "";
  for (let i = 0; i < width; i++, rest >>= 8n) out += String.fromCharCode(Number(rest & 255n));
  return out;
}

/** The bytes of a non-negative integer, big endian, as a byte string. */
export function big(value: number, width: number): string {
  return [...little(value, width)].reverse().join("");
}

/** An element of a packed list. */
export type Element = string | bigint;

function fits(value: bigint, bits: number): boolean {
  return BigInt.asIntN(bits, value) === value;
}

/** A straightforward listpack writer to read back. */
export function listpack(list: Element[]): string {
  let body = "";
  for (const element of list) {
    let entry: string;
    if (typeof element === "bigint") {
      if (element >= 0n && element < 128n) entry = little(element, 1);
      else if (fits(element, 13)) entry = big(0xc000 | Number(BigInt.asUintN(13, element)), 2);
      else if (fits(element, 16)) entry = "\xf1" + little(element, 2);
      else if (fits(element, 24)) entry = "\xf2" + little(element, 3);
      else if (fits(element, 32)) entry = "\xf3" + little(element, 4);
      else entry = "\xf4" + little(element, 8);
    } else if (element.length < 64) entry = big(0x80 | element.length, 1) + element;
    else if (element.length < 4096) entry = big(0xe000 | element.length, 2) + element;
    else entry = "\xf0" + little(element.length, 4) + element;
    const length = entry.length;
    if (length <= 127) entry += little(length, 1);
    else if (length < 16383) entry += little(length >> 7, 1) + little(0x80 | (length & 127), 1);
    else {
      entry += little(length >> 14, 1) + little(0x80 | ((length >> 7) & 127), 1) +
        little(0x80 | (length & 127), 1);
    }
    body += entry;
  }
  return little(body.length + 7, 4) + little(list.length, 2) + body + "\xff";
}

/** A straightforward ziplist writer to read back. */
export function ziplist(list: Element[]): string {
  let body = "";
  let previous = 0;
  let tail = 10;
  for (const element of list) {
    let entry = previous < 254 ? little(previous, 1) : "\xfe" + little(previous, 4);
    if (typeof element === "bigint") {
      if (element >= 0n && element <= 12n) entry += little(0xf1n + element, 1);
      else if (fits(element, 8)) entry += "\xfe" + little(element, 1);
      else if (fits(element, 16)) entry += "\xc0" + little(element, 2);
      else if (fits(element, 24)) entry += "\xf0" + little(element, 3);
      else if (fits(element, 32)) entry += "\xd0" + little(element, 4);
      else entry += "\xe0" + little(element, 8);
    } else if (element.length < 64) entry += little(element.length, 1) + element;
    else if (element.length < 16384) entry += big(0x4000 | element.length, 2) + element;
    else entry += "\x80" + big(element.length, 4) + element;
    tail = 10 + body.length;
    previous = entry.length;
    body += entry;
  }
  return little(body.length + 11, 4) + little(tail, 4) + little(list.length, 2) + body + "\xff";
}

/** A string of any length in its plain form. */
export function string(text: string): string {
  return length(text.length) + text;
}

/** A length, or another number below 2^64. */
export function length(value: number | bigint): string {
  if (value < 64) return little(value, 1);
  if (value < 16384) return big(0x4000 | Number(value), 2);
  if (value < 2 ** 32) return "\x80" + big(Number(value), 4);
  return "\x81" + [...little(value, 8)].reverse().join("");
}

/** A version 11 file of the given records, with a right checksum. */
export function file(records: string): Uint8Array<ArrayBuffer> {
  const bytes = toBytes("REDIS0011" + records + "\xff" + "\0".repeat(8));
  const crc = new Crc64();
  crc.update(bytes, 0, bytes.length - 8);
  new DataView(bytes.buffer).setBigUint64(bytes.length - 8, crc.value, true);
  return bytes;
}
