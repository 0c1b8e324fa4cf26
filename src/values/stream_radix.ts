/**
 * How many nodes the real server's radix tree over a stream's nodes has: XINFO STREAM tells that as
 * `radix-tree-nodes`. There is no such tree here, but its shape follows from its keys alone, the
 * sixteen bytes (big endian) of each id: a node where keys part, one for the bytes in a row that a
 * set of keys shares, and one at the end of each key.
 *
 * @module
 */

import type { StreamId, Uint64 } from "./stream_id.ts";

const KEY_BYTES = 16;
const TWO_32 = 4294967296;

/**
 * The number of nodes of a radix tree over these ids. O(n).
 *
 * @param ids in ascending order, none twice
 */
export function radixTreeNodes(ids: readonly StreamId[]): number {
  if (ids.length === 0) return 1;
  const keys = new Uint8Array(ids.length * KEY_BYTES);
  const view = new DataView(keys.buffer);
  for (let i = 0; i < ids.length; i++) {
    setUint64(view, i * KEY_BYTES, ids[i].ms);
    setUint64(view, i * KEY_BYTES + 8, ids[i].seq);
  }
  return countNodes(keys, 0, ids.length, 0);
}

/** Nodes below the point where keys `from` to `to` (exclusive) have `depth` bytes behind them. */
function countNodes(keys: Uint8Array, from: number, to: number, depth: number): number {
  const first = from * KEY_BYTES;
  const last = (to - 1) * KEY_BYTES;
  let shared = depth;
  while (shared < KEY_BYTES && keys[first + shared] === keys[last + shared]) shared++;
  let count = shared > depth ? 2 : 1;
  if (shared === KEY_BYTES) return count;
  for (let start = from; start < to;) {
    const byte = keys[start * KEY_BYTES + shared];
    let end = start + 1;
    while (end < to && keys[end * KEY_BYTES + shared] === byte) end++;
    count += countNodes(keys, start, end, shared + 1);
    start = end;
  }
  return count;
}

function setUint64(view: DataView, at: number, value: Uint64): void {
  if (typeof value === "bigint") view.setBigUint64(at, value);
  else {
    view.setUint32(at, Math.floor(value / TWO_32));
    view.setUint32(at + 4, value >>> 0);
  }
}
