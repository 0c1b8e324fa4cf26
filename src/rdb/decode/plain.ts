/**
 * The collections that are stored element by element: lists, sets, hashes (with and without field
 * expiry) and sorted sets (with scores as text and as doubles).
 *
 * Each element is a unit of the input, so that a reader can stop behind any of them and go on when
 * more bytes have arrived.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { findDuplicate } from "./distinct.ts";
import { quoted } from "../error.ts";
import type { RdbInput } from "./input.ts";
import type { RdbHash, RdbList, RdbSet, RdbValue, RdbZset } from "../records.ts";
import { parseScore } from "./score.ts";

/**
 * Latest time in unix milliseconds that a field of a hash can expire at, in the year 4199: no command
 * takes a later one.
 */
export const LATEST_FIELD_EXPIRY = 2 ** 46 - 1;

/**
 * Reads a value in several goes. `read` throws NEED_MORE when bytes are missing, and is called again
 * later; what is done is kept.
 */
export interface ValueReader {
  /** @returns the value; null when it is a collection without elements */
  read(input: RdbInput): RdbValue | null;
}

/** A list or set of strings. */
export class ElementsReader implements ValueReader {
  readonly #type: "list" | "set";
  readonly #count: number;
  readonly #elements: ByteString[] = [];

  constructor(type: "list" | "set", input: RdbInput) {
    this.#type = type;
    this.#count = input.length();
    input.expectAtLeast(this.#count, 1);
  }

  read(input: RdbInput): RdbList | RdbSet | null {
    const elements = this.#elements;
    while (elements.length < this.#count) {
      elements.push(input.string());
      input.commit();
    }
    if (elements.length === 0) return null;
    if (this.#type === "list") return { type: "list", items: elements };
    const twice = findDuplicate(elements);
    if (twice >= 0) throw input.corrupt(`Duplicate set member ${quoted(elements[twice])}`);
    return { type: "set", members: elements };
  }
}

/** A hash of strings without field expiry. */
export class HashReader implements ValueReader {
  readonly #length: number;
  readonly #pairs: ByteString[] = [];

  constructor(input: RdbInput) {
    const count = input.length();
    input.expectAtLeast(count, 2);
    this.#length = count * 2;
  }

  read(input: RdbInput): RdbHash | null {
    const pairs = this.#pairs;
    while (pairs.length < this.#length) {
      const field = input.string();
      const value = input.string();
      pairs.push(field, value);
      input.commit();
    }
    return hashOf(input, pairs, null);
  }
}

/** A hash whose fields may expire: for each field a time relative to the earliest, field, value. */
export class ExpiringHashReader implements ValueReader {
  readonly #earliest: number;
  readonly #length: number;
  readonly #pairs: ByteString[] = [];
  readonly #expires: number[] = [];

  constructor(input: RdbInput) {
    this.#earliest = input.int64();
    const count = input.length();
    input.expectAtLeast(count, 3);
    this.#length = count * 2;
  }

  read(input: RdbInput): RdbHash | null {
    const pairs = this.#pairs;
    while (pairs.length < this.#length) {
      const after = input.length();
      const field = input.string();
      const value = input.string();
      pairs.push(field, value);
      // 0 is "does not expire", so that the earliest time itself is 1.
      const at = after === 0 ? Infinity : this.#earliest + after - 1;
      if (after !== 0 && !(at >= 0 && at <= LATEST_FIELD_EXPIRY)) {
        throw input.corrupt(`Hash field ${quoted(field)} expires at no possible time`);
      }
      this.#expires.push(at);
      input.commit();
    }
    return hashOf(input, pairs, this.#expires);
  }
}

function hashOf(
  input: RdbInput,
  pairs: ByteString[],
  expires: number[] | null,
): RdbHash | null {
  if (pairs.length === 0) return null;
  const twice = findDuplicate(pairs, 2);
  if (twice >= 0) throw input.corrupt(`Duplicate hash field ${quoted(pairs[twice])}`);
  return { type: "hash", pairs, expires: expires === null ? null : expiryColumn(expires) };
}

/** The expiry times as a column; null when nothing expires. */
export function expiryColumn(expires: number[]): Float64Array | null {
  return expires.every((at) => at === Infinity) ? null : Float64Array.from(expires);
}

/** A sorted set. */
export class ZsetReader implements ValueReader {
  readonly #text: boolean;
  readonly #count: number;
  readonly #members: ByteString[] = [];
  readonly #scores: number[] = [];

  /** @param text whether scores are text, as in RDB 7 and older, or doubles */
  constructor(text: boolean, input: RdbInput) {
    this.#text = text;
    this.#count = input.length();
    input.expectAtLeast(this.#count, text ? 2 : 9);
  }

  read(input: RdbInput): RdbZset | null {
    const members = this.#members;
    while (members.length < this.#count) {
      const member = input.string();
      const score = this.#text ? textScore(input) : input.double();
      if (score !== score) {
        throw input.corrupt(`Zset with NaN score: member ${quoted(member)} of a sorted set`);
      }
      members.push(member);
      this.#scores.push(score);
      input.commit();
    }
    if (members.length === 0) return null;
    const twice = findDuplicate(members);
    if (twice >= 0) throw input.corrupt(`Duplicate zset member ${quoted(members[twice])}`);
    return { type: "zset", members, scores: Float64Array.from(this.#scores) };
  }
}

/** A score as text behind its length; three lengths stand for what has no digits. */
function textScore(input: RdbInput): number {
  const length = input.byte();
  if (length === 255) return -Infinity;
  if (length === 254) return Infinity;
  if (length === 253) return NaN;
  const text = input.text(length);
  const score = parseScore(text);
  if (score !== score) throw input.corrupt(`Bad score ${quoted(text)} in a sorted set`);
  return score;
}
