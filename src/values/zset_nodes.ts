/**
 * The memory of a {@linkcode ZSetOrder}: nodes are numbers, and what they hold lies in a few typed
 * arrays that all nodes of one tree share. The collector has nothing to walk, and a step down the
 * tree touches one or two cache lines a level.
 *
 * Node `n` owns the elements from `n * FAN` on in each column; leaves and inner nodes are numbered
 * apart. What is free is chained through a column that it does not use otherwise. {@linkcode
 * ZSetOrder} knows what the columns mean as a tree.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";

/** Entries of a leaf and children of an inner node. */
export const FAN = 64;
/** `n << SHIFT` is where node n begins. */
export const SHIFT = 6;
/** No node. */
export const NONE = -1;

/** The leaves and inner nodes of one tree. It begins with one empty leaf, number 0. */
export class ZSetNodes {
  leafScores = new Float64Array(FAN * 4);
  leafEntries = new Int32Array(FAN * 4);
  /** Entries by leaf. */
  leafSize = new Int32Array(4);
  leafNext = new Int32Array(4);
  leafPrev = new Int32Array(4);

  innerChild = new Int32Array(0);
  /** Entries below each child. */
  innerCount = new Int32Array(0);
  /** Separators: not above anything in the child, above all before it; unused for child 0. */
  innerScore = new Float64Array(0);
  innerMember: ByteString[] = [];
  /** Children by inner node. */
  innerSize = new Int32Array(0);

  #leafEnd = 1;
  #freeLeaf = NONE;
  #innerEnd = 0;
  #freeInner = NONE;

  constructor() {
    this.leafNext[0] = NONE;
    this.leafPrev[0] = NONE;
  }

  /** An empty leaf, linked behind `previous` unless that is {@linkcode NONE}. */
  newLeaf(previous: number): number {
    let leaf = this.#freeLeaf;
    if (leaf !== NONE) this.#freeLeaf = this.leafNext[leaf];
    else {
      leaf = this.#leafEnd++;
      const capacity = this.leafSize.length;
      if (leaf === capacity) {
        this.leafScores = grown(this.leafScores, new Float64Array(capacity * 2 * FAN));
        this.leafEntries = grown(this.leafEntries, new Int32Array(capacity * 2 * FAN));
        this.leafSize = grown(this.leafSize, new Int32Array(capacity * 2));
        this.leafNext = grown(this.leafNext, new Int32Array(capacity * 2));
        this.leafPrev = grown(this.leafPrev, new Int32Array(capacity * 2));
      }
    }
    const next = previous === NONE ? NONE : this.leafNext[previous];
    this.leafPrev[leaf] = previous;
    this.leafNext[leaf] = next;
    if (previous !== NONE) this.leafNext[previous] = leaf;
    if (next !== NONE) this.leafPrev[next] = leaf;
    this.leafSize[leaf] = 0;
    return leaf;
  }

  /** An inner node without children. */
  newInner(): number {
    let node = this.#freeInner;
    if (node !== NONE) this.#freeInner = this.innerChild[node << SHIFT];
    else {
      node = this.#innerEnd++;
      const capacity = this.innerSize.length;
      if (node === capacity) {
        const wider = capacity === 0 ? 1 : capacity * 2;
        this.innerChild = grown(this.innerChild, new Int32Array(wider * FAN));
        this.innerCount = grown(this.innerCount, new Int32Array(wider * FAN));
        this.innerScore = grown(this.innerScore, new Float64Array(wider * FAN));
        this.innerSize = grown(this.innerSize, new Int32Array(wider));
      }
      for (let i = 0; i < FAN; i++) this.innerMember.push("");
    }
    this.innerSize[node] = 0;
    return node;
  }

  /** Unlink and free a node; level 0 are the leaves. */
  free(level: number, node: number): void {
    if (level === 0) {
      const next = this.leafNext[node];
      const previous = this.leafPrev[node];
      if (next !== NONE) this.leafPrev[next] = previous;
      if (previous !== NONE) this.leafNext[previous] = next;
      this.leafNext[node] = this.#freeLeaf;
      this.leafSize[node] = 0;
      this.#freeLeaf = node;
      return;
    }
    const base = node << SHIFT;
    for (let i = base; i < base + FAN; i++) this.innerMember[i] = "";
    this.innerSize[node] = 0;
    this.innerChild[base] = this.#freeInner;
    this.#freeInner = node;
  }

  /** Copy `count` children with what belongs to them; the ranges may overlap. Sizes stay. */
  moveChildren(from: number, fromAt: number, to: number, toAt: number, count: number): void {
    if (count === 0) return;
    const source = (from << SHIFT) + fromAt;
    const target = (to << SHIFT) + toAt;
    this.innerChild.copyWithin(target, source, source + count);
    this.innerCount.copyWithin(target, source, source + count);
    this.innerScore.copyWithin(target, source, source + count);
    // By hand: Array's own copyWithin is many times slower than a loop.
    const members = this.innerMember;
    if (source < target) {
      for (let i = count - 1; i >= 0; i--) members[target + i] = members[source + i];
    } else {
      for (let i = 0; i < count; i++) members[target + i] = members[source + i];
    }
  }

  /** An independent copy. */
  clone(): ZSetNodes {
    const copy = new ZSetNodes();
    copy.leafScores = this.leafScores.slice();
    copy.leafEntries = this.leafEntries.slice();
    copy.leafSize = this.leafSize.slice();
    copy.leafNext = this.leafNext.slice();
    copy.leafPrev = this.leafPrev.slice();
    copy.innerChild = this.innerChild.slice();
    copy.innerCount = this.innerCount.slice();
    copy.innerScore = this.innerScore.slice();
    copy.innerMember = this.innerMember.slice();
    copy.innerSize = this.innerSize.slice();
    copy.#leafEnd = this.#leafEnd;
    copy.#freeLeaf = this.#freeLeaf;
    copy.#innerEnd = this.#innerEnd;
    copy.#freeInner = this.#freeInner;
    return copy;
  }

  /** Bytes of the columns, used or free. */
  bytes(): number {
    return this.leafSize.length * (FAN * 12 + 12) + this.innerSize.length * (FAN * 24 + 4);
  }
}

function grown<T extends Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
