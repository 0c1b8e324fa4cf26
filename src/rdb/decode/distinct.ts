/**
 * Finding an element that is there twice, in a collection that allows none.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";

/** Up to here every element is compared with every other: cheaper than making a Set. */
const FEW = 8;
/** V8's Set ends at 2^24 elements: larger collections are looked through in parts. */
const MANY = 1 << 23;

/**
 * The index of an element that is equal to one before it, looking at every `stride`th; -1 when there
 * is none. O(n).
 */
export function findDuplicate(elements: readonly ByteString[], stride = 1): number {
  const length = elements.length;
  if (length <= FEW * stride) {
    for (let i = stride; i < length; i += stride) {
      for (let j = 0; j < i; j += stride) {
        if (elements[i] === elements[j]) return i;
      }
    }
    return -1;
  }
  const count = length / stride;
  if (count <= MANY) {
    const seen = new Set<ByteString>();
    for (let i = 0; i < length; i += stride) {
      seen.add(elements[i]);
      if (seen.size * stride !== i + stride) return i;
    }
    return -1;
  }
  return findDuplicateIn(elements, stride, Math.ceil(count / MANY) * 4);
}

/** The same with `shards` Sets, each for the elements of certain hashes. Exported for its test. */
export function findDuplicateIn(
  elements: readonly ByteString[],
  stride: number,
  shards: number,
): number {
  const seen = Array.from({ length: shards }, () => new Set<ByteString>());
  for (let i = 0; i < elements.length; i += stride) {
    const element = elements[i];
    let hash = element.length;
    // Beginning and end of an element are enough to choose a shard; the middle is not read.
    for (let at = Math.max(0, element.length - 16); at < element.length; at++) {
      hash = Math.imul(hash ^ element.charCodeAt(at), 0x01000193);
    }
    const shard = seen[((hash ^ (hash >>> 15)) >>> 0) % shards];
    const before = shard.size;
    shard.add(element);
    if (shard.size === before) return i;
  }
  return -1;
}
