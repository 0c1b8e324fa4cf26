/**
 * Rules as they are given, word by word, to a user that has them.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { untilNul } from "./faults.ts";

/** Words with selectors joined, or the index of the word that opens one which does not close. */
export type JoinedRules = ByteString[] | number;

/**
 * Join selectors that were given in several words: from one that begins with `(` to one that ends
 * with `)`. O(words)
 */
export function joinSelectors(words: readonly ByteString[]): JoinedRules {
  const joined: ByteString[] = [];
  let open = -1;
  let selector = "";
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    if (open < 0) {
      if (word[0] === "(" && !word.endsWith(")")) {
        selector = word;
        open = i;
      } else {
        joined.push(word);
      }
      continue;
    }
    selector += ` ${untilNul(word)}`;
    if (word.endsWith(")")) {
      joined.push(selector);
      open = -1;
    }
  }
  return open < 0 ? joined : open;
}
