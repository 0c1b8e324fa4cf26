/**
 * Glob patterns as KEYS, SCAN MATCH and CONFIG GET take them: `*`, `?`, `[abc]`, `[^a-z]`, `\x`.
 *
 * Matching is byte by byte. A star is tried at its nearest place first, and only the last star is
 * ever gone back to, so a match takes at most O(pattern × text) steps whatever the pattern. A real
 * server goes one level deeper with each star, and gives up after a thousand: so does this.
 *
 * @module
 */

import type { ByteString } from "./bytes.ts";

const STAR = 0x2a;
const QUESTION = 0x3f;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const CARET = 0x5e;
const DASH = 0x2d;
const BACKSLASH = 0x5c;

/** A real server goes one call deeper at each star with something behind it, and gives up there. */
const MOST_STARS = 1000;

function fold(c: number): number {
  return c >= 0x41 && c <= 0x5a ? c + 32 : c;
}

/** Where a bracket expression that begins at `at` ends, and whether `c` is in it. */
let classEnd = 0;
function inClass(pattern: ByteString, at: number, c: number, noCase: boolean): boolean {
  let i = at + 1;
  const negated = pattern.charCodeAt(i) === CARET;
  if (negated) i++;
  let found = false;
  for (;;) {
    // An expression without its end reaches to the end of the pattern.
    if (i >= pattern.length) break;
    let first = pattern.charCodeAt(i);
    if (first === BACKSLASH && i + 1 < pattern.length) {
      i++;
      if (pattern.charCodeAt(i) === c) found = true;
    } else if (first === CLOSE) {
      i++;
      break;
    } else if (i + 2 < pattern.length && pattern.charCodeAt(i + 1) === DASH) {
      let last = pattern.charCodeAt(i + 2);
      if (first > last) [first, last] = [last, first];
      let x = c;
      if (noCase) {
        first = fold(first);
        last = fold(last);
        x = fold(x);
      }
      i += 2;
      if (x >= first && x <= last) found = true;
    } else if (noCase ? fold(first) === fold(c) : first === c) {
      found = true;
    }
    i++;
  }
  classEnd = i;
  return found !== negated;
}

/**
 * Whether a text matches a pattern.
 *
 * @param noCase whether ASCII letters match in either case
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * assert(matchGlob("h[a-e]llo*", "hello world"));
 * assert(!matchGlob("h?llo", "hllo"));
 * ```
 */
export function matchGlob(pattern: ByteString, text: ByteString, noCase = false): boolean {
  // As in a real server, where the text has to have a first byte for a star to be looked at.
  if (text === "") return pattern === "";
  let p = 0;
  let t = 0;
  let starAt = -1;
  let starText = 0;
  let stars = 0;
  for (;;) {
    if (p < pattern.length) {
      const c = pattern.charCodeAt(p);
      if (c === STAR) {
        const goesOn = p + 1 < pattern.length && pattern.charCodeAt(p + 1) !== STAR;
        if (goesOn && ++stars > MOST_STARS) return false;
        starAt = p++;
        starText = t;
        continue;
      }
      if (t < text.length) {
        const x = text.charCodeAt(t);
        let next = p + 1;
        let matched: boolean;
        if (c === QUESTION) {
          matched = true;
        } else if (c === OPEN) {
          matched = inClass(pattern, p, x, noCase);
          next = classEnd;
        } else {
          let literal = c;
          if (c === BACKSLASH && p + 1 < pattern.length) {
            literal = pattern.charCodeAt(p + 1);
            next = p + 2;
          }
          matched = noCase ? fold(literal) === fold(x) : literal === x;
        }
        if (matched) {
          p = next;
          t++;
          continue;
        }
      }
    } else if (t === text.length) {
      return true;
    }
    if (starAt < 0 || starText >= text.length) return false;
    p = starAt + 1;
    t = ++starText;
  }
}
