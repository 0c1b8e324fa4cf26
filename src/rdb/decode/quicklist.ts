/**
 * The quicklist: a list stored as a row of nodes. In the first version every node is a ziplist; in
 * the second a node is a listpack, or a single large element by itself.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import type { RdbInput } from "./input.ts";
import { readListpack } from "./listpack.ts";
import type { ValueReader } from "./plain.ts";
import type { RdbList } from "../records.ts";
import { readZiplist } from "./ziplist.ts";

/** A node that is one element. */
const PLAIN = 1;
/** A node that is a listpack. */
const PACKED = 2;

/** Reads a quicklist, node by node. */
export class QuicklistReader implements ValueReader {
  readonly #version: 1 | 2;
  #left: number;
  readonly #items: ByteString[] = [];

  constructor(version: 1 | 2, input: RdbInput) {
    this.#version = version;
    this.#left = input.length();
    input.expectAtLeast(this.#left, version);
  }

  read(input: RdbInput): RdbList | null {
    while (this.#left > 0) {
      this.#node(input);
      this.#left--;
      input.commit();
    }
    return this.#items.length === 0 ? null : { type: "list", items: this.#items };
  }

  #node(input: RdbInput): void {
    if (this.#version === 2) {
      const container = input.length();
      if (container === PLAIN) {
        const item = input.string();
        // A node holds something; an empty element is in a listpack.
        if (item.length === 0) throw input.corrupt("Quicklist integrity check failed: empty node");
        this.#items.push(item);
        return;
      }
      if (container !== PACKED) {
        throw input.corrupt(
          `Quicklist integrity check failed: unknown quicklist container ${container}`,
        );
      }
    }
    const { bytes, start, end } = input.blob();
    const read = this.#version === 1 ? readZiplist : readListpack;
    if (!read(bytes, start, end, this.#items)) {
      const what = this.#version === 1 ? "ziplist" : "listpack";
      throw input.corrupt(`Quicklist ${what} integrity check failed`);
    }
  }
}
