/**
 * Finding a key of the table outside V8's heap: from its hash along the rows of the index to an entry
 * whose record has the same bytes.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import type { ObjectValue } from "../../values/value.ts";
import { Box, hugeWords } from "./box.ts";
import { hashWords, matchesKey } from "./hash.ts";
import { type HashIndex, homeOf, rowsOf } from "./index.ts";
import {
  ADDRESS,
  ENTRY_MASK,
  ENTRY_PAGE_SHIFT,
  ENTRY_WORDS,
  type EntryColumns,
  HUGE,
  KEY_SHIFT,
  KIND_MASK,
  LENGTH_MASK,
  META,
  type ObjectColumn,
} from "./entries.ts";
import { NO_ENTRY } from "../key_table.ts";
import { ARENA_SHIFT, type Slab, UNIT_MASK } from "./slab.ts";

/** The entry of the key that was loaded last, or {@linkcode NO_ENTRY}. O(1). */
export function findLoaded(
  index: HashIndex,
  entries: EntryColumns,
  slab: Slab,
  hash: number,
  length: number,
): number {
  const segment = index.segmentOf(hash);
  const rows = rowsOf(segment);
  let row = homeOf(hash, rows) * 2;
  for (;;) {
    const link = segment[row + 1];
    if (link === 0) return NO_ENTRY;
    if (segment[row] === hash) {
      const page = entries.pages[(link - 1) >>> ENTRY_PAGE_SHIFT];
      const at = ((link - 1) & ENTRY_MASK) * ENTRY_WORDS;
      const meta = page[at + META];
      if (((meta >>> KEY_SHIFT) & LENGTH_MASK) === length && (meta & KIND_MASK) !== HUGE) {
        const address = page[at + ADDRESS];
        const words = slab.words[address >>> ARENA_SHIFT];
        if (matchesKey(words, (address & UNIT_MASK) << 1, length)) return link - 1;
      }
    }
    row += 2;
    if (row === rows * 2) row = 0;
  }
}

/** The entry of a key too long to be loaded, or {@linkcode NO_ENTRY}. O(length). */
export function findHuge(
  index: HashIndex,
  entries: EntryColumns,
  objects: ObjectColumn<ObjectValue | Box>,
  key: ByteString,
): number {
  const words = hugeWords(key);
  const hash = hashWords(words, 0, key.length);
  const segment = index.segmentOf(hash);
  const rows = rowsOf(segment);
  for (let row = homeOf(hash, rows); segment[row * 2 + 1] !== 0; row = (row + 1) % rows) {
    const entry = segment[row * 2 + 1] - 1;
    if (segment[row * 2] !== hash) continue;
    const page = entries.pages[entry >>> ENTRY_PAGE_SHIFT];
    if ((page[(entry & ENTRY_MASK) * ENTRY_WORDS + META] & KIND_MASK) !== HUGE) continue;
    if ((objects.get(entry) as Box).hasKey(words, key.length)) return entry;
  }
  return NO_ENTRY;
}
