/**
 * What PFSELFTEST does: it adds elements to a HyperLogLog of either encoding and compares the
 * estimates with the truth, and the two with each other.
 *
 * @module
 */

import { HyperLogLog } from "../../values/hyperloglog.ts";

/** How many elements to add; the estimates are looked at after each power of ten. */
const ELEMENTS = 100_000;
/** Standard error of an estimate: 1.04 divided by the root of the number of registers. */
const STANDARD_ERROR = 1.04 / 128;
/** How many standard errors an estimate may be off: by chance this happens once in 500 million. */
const TOLERANCE = 6;
/** Up to which size the sparse one stays sparse: beyond, adding to it takes long. */
const SPARSE_BYTES = 3000;

/**
 * Run the test. Some 50 ms.
 *
 * @param random gives numbers in [0, 1)
 * @returns what is wrong, or null
 */
export function selfTest(random: () => number): string | null {
  const seed = Math.floor(random() * 2 ** 32).toString(36);
  const dense = HyperLogLog.create();
  dense.toDense();
  const sparse = HyperLogLog.create();
  let checkpoint = 1;
  for (let i = 1; i <= ELEMENTS; i++) {
    const element = `${seed}:${i}`;
    const changed = sparse.add(element, SPARSE_BYTES);
    if (dense.add(element, 0) !== changed) {
      return `The encodings disagree about element ${i}`;
    }
    if (i !== checkpoint) continue;
    checkpoint *= 10;
    dense.invalidate();
    sparse.invalidate();
    const estimate = Number(dense.count());
    if (Number(sparse.count()) !== estimate) return `The encodings disagree about ${i} elements`;
    // The first element has no other to share its register with.
    const tolerated = i === 1 ? 0 : Math.ceil(STANDARD_ERROR * TOLERANCE * i);
    if (Math.abs(estimate - i) > tolerated) {
      return `Too big error. card:${i} abserr:${Math.abs(estimate - i)}`;
    }
  }
  return null;
}
