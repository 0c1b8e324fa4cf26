/**
 * A pattern of keys and what may be done with those that match.
 *
 * Most patterns are a prefix with a star behind it, or a plain name. They are told apart beforehand, as
 * every key of a limited user is held against them: a prefix is found out in a third of the time that
 * the general matching takes.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { matchGlob } from "../bytes/glob.ts";

/** The marks of a pattern by its access. */
const MARKS = ["", "%R~", "%W~", "~"];

/** One pattern. */
export class KeyPattern {
  readonly pattern: ByteString;
  /** Bits of `READ` and `WRITE`. */
  access: number;
  /** What stands before the star at the end, where that is the only sign; otherwise null. */
  readonly #prefix: ByteString | null;

  constructor(pattern: ByteString, access: number) {
    this.pattern = pattern;
    this.access = access;
    this.#prefix = /^[^*?[\\]*\*$/.test(pattern) ? pattern.slice(0, -1) : null;
  }

  /** One that is the same, and changes apart. */
  copy(): KeyPattern {
    return new KeyPattern(this.pattern, this.access);
  }

  /** Whether a key matches and may be used as `access` says. O(pattern × key), mostly O(pattern) */
  allows(key: ByteString, access: number): boolean {
    if ((this.access & access) !== access) return false;
    if (this.#prefix === null) return matchGlob(this.pattern, key);
    // No star matches the empty key, in a real server either.
    return key !== "" && key.startsWith(this.#prefix);
  }

  /** It as a rule. */
  describe(): ByteString {
    return MARKS[this.access] + this.pattern;
  }
}
