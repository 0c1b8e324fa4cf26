/**
 * The patterns of SORT's BY and GET: a key name with the element in place of the first star, and
 * behind `->` a field of the hash at that key.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import type { Database } from "../../keyspace/database.ts";
import { HashValue } from "../../values/hash.ts";
import type { Reply } from "../../resp/reply.ts";
import { StringBuffer } from "../../values/string_buffer.ts";
import type { Value } from "../../values/value.ts";
import { textReply } from "../large_strings.ts";

/** One pattern, taken apart once. */
export class SortPattern {
  /** Whether the pattern stands for the element itself. */
  readonly #self: boolean;
  readonly #prefix: ByteString;
  readonly #suffix: ByteString;
  readonly #field: ByteString | null;
  /** Whether it names another key for every element. One that does not finds nothing. */
  readonly varies: boolean;

  constructor(pattern: ByteString) {
    this.#self = pattern === "#";
    const star = pattern.indexOf("*");
    const zero = pattern.indexOf("\0");
    this.varies = star >= 0 && (zero < 0 || star < zero);
    const arrow = pattern.indexOf("->", star + 1);
    const hasField = this.varies && arrow >= 0 && arrow + 2 < pattern.length;
    this.#prefix = pattern.substring(0, star);
    this.#suffix = pattern.substring(star + 1, hasField ? arrow : pattern.length);
    this.#field = hasField ? pattern.substring(arrow + 2) : null;
  }

  /** What the pattern finds for an element; null without such a key, type or field. O(1). */
  lookUp(db: Database, element: ByteString): ByteString | null {
    const value = this.#find(db, element);
    if (typeof value === "string") return value;
    return value instanceof StringBuffer ? value.toByteString() : null;
  }

  /** As {@linkcode SortPattern.lookUp}, as a reply: a large string is not copied. */
  reply(db: Database, element: ByteString): Reply {
    const value = this.#find(db, element);
    return value === undefined ? null : textReply(value);
  }

  #find(db: Database, element: ByteString): Value | undefined {
    if (this.#self) return element;
    if (!this.varies) return undefined;
    const value = db.get(this.#prefix + element + this.#suffix);
    if (this.#field === null) return value;
    if (!(value instanceof HashValue)) return undefined;
    return value.get(this.#field, db.keyspace.clock.ms);
  }
}
