/**
 * What digests of values are made of (DEBUG DIGEST). Where order means something (lists, streams)
 * hashes are chained, else they are combined by XOR, so that the order of walking does not show.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { sha1, sha1Bytes, sha1OfHash, type Sha1Words } from "../bytes/sha1.ts";

export type { Sha1Words } from "../bytes/sha1.ts";

const scratch = new Int32Array(5);

/** XOR the hash of a text into the digest: the order of several does not matter. */
export function combine(digest: Sha1Words, text: ByteString): void {
  sha1(text, scratch);
  for (let i = 0; i < 5; i++) digest[i] ^= scratch[i];
}

/** Hash a text and all that was before it into the digest: the order matters. */
export function chain(digest: Sha1Words, text: ByteString): void {
  combine(digest, text);
  sha1OfHash(digest);
}

/** As {@linkcode chain}, of bytes. */
export function chainBytes(digest: Sha1Words, bytes: Uint8Array): void {
  sha1Bytes(bytes, scratch);
  for (let i = 0; i < 5; i++) digest[i] ^= scratch[i];
  sha1OfHash(digest);
}

/** XOR the hash of a part's digest into the whole's. The part's is lost. */
export function combineDigest(digest: Sha1Words, part: Sha1Words): void {
  sha1OfHash(part);
  for (let i = 0; i < 5; i++) digest[i] ^= part[i];
}

/** A number below 2^16 as four bytes. */
export function bigEndian(number: number): ByteString {
  return String.fromCharCode(0, 0, number >>> 8, number & 255);
}

/** Put values of several parts (field and value) into a digest, in any order. */
export class Parts {
  readonly #part = new Int32Array(5);

  constructor(readonly digest: Sha1Words) {}

  begin(first: ByteString, second: ByteString): void {
    this.#part.fill(0);
    chain(this.#part, first);
    chain(this.#part, second);
  }

  mark(text: ByteString): void {
    combine(this.#part, text);
  }

  end(): void {
    combineDigest(this.digest, this.#part);
  }
}
