/**
 * Finding a key of the table outside V8's heap: from its hash along the rows of the index to a slot
 * whose record has the same bytes.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { ObjectValue } from "../values/value.ts";
import { Box, hugeWords } from "./byte_map_box.ts";
import { hashWords, matchesKey } from "./byte_map_hash.ts";
import { type HashIndex, homeOf, rowsOf } from "./byte_map_index.ts";
import {
  ADDRESS,
  HUGE,
  KEY_SHIFT,
  KIND_MASK,
  LENGTH_MASK,
  META,
  type ObjectColumn,
  SLOT_MASK,
  SLOT_PAGE_SHIFT,
  SLOT_WORDS,
  type SlotColumns,
} from "./byte_map_slots.ts";
import { NO_SLOT } from "./key_table.ts";
import { ARENA_SHIFT, type Slab, UNIT_MASK } from "./slab.ts";

/** The slot of the key that was loaded last, or {@linkcode NO_SLOT}. O(1). */
export function findLoaded(
  index: HashIndex,
  slots: SlotColumns,
  slab: Slab,
  hash: number,
  length: number,
): number {
  const segment = index.segmentOf(hash);
  const rows = rowsOf(segment);
  let row = homeOf(hash, rows) * 2;
  for (;;) {
    const link = segment[row + 1];
    if (link === 0) return NO_SLOT;
    if (segment[row] === hash) {
      const page = slots.pages[(link - 1) >>> SLOT_PAGE_SHIFT];
      const at = ((link - 1) & SLOT_MASK) * SLOT_WORDS;
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

/** The slot of a key too long to be loaded, or {@linkcode NO_SLOT}. O(length). */
export function findHuge(
  index: HashIndex,
  slots: SlotColumns,
  objects: ObjectColumn<ObjectValue | Box>,
  key: ByteString,
): number {
  const words = hugeWords(key);
  const hash = hashWords(words, 0, key.length);
  const segment = index.segmentOf(hash);
  const rows = rowsOf(segment);
  for (let row = homeOf(hash, rows); segment[row * 2 + 1] !== 0; row = (row + 1) % rows) {
    const slot = segment[row * 2 + 1] - 1;
    if (segment[row * 2] !== hash) continue;
    const page = slots.pages[slot >>> SLOT_PAGE_SHIFT];
    if ((page[(slot & SLOT_MASK) * SLOT_WORDS + META] & KIND_MASK) !== HUGE) continue;
    if ((objects.get(slot) as Box).hasKey(words, key.length)) return slot;
  }
  return NO_SLOT;
}
