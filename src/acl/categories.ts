/**
 * The categories of commands that rules name with an `@`. The literals of the commands say which of
 * them each command belongs to; here a set of them is a number.
 *
 * Source: https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/
 *
 * @module
 */

import { asciiLower, type ByteString } from "../bytes/bytes.ts";

/** The categories in the order in which ACL CAT lists them. */
export const CATEGORIES: readonly string[] = [
  "keyspace",
  "read",
  "write",
  "set",
  "sortedset",
  "list",
  "hash",
  "string",
  "bitmap",
  "hyperloglog",
  "geo",
  "stream",
  "pubsub",
  "admin",
  "fast",
  "slow",
  "blocking",
  "dangerous",
  "connection",
  "transaction",
  "scripting",
];

const BITS = new Map(CATEGORIES.map((name, i) => [name, 1 << i]));

/** The bit of a category, whose name (without `@`) may be in any case; 0 when there is none. */
export function categoryBit(name: ByteString): number {
  return BITS.get(asciiLower(name)) ?? 0;
}

/** The bits of categories with their `@`, as the literals of commands have them. */
export function categoryBits(names: readonly string[]): number {
  return names.reduce((bits, name) => bits | categoryBit(name.slice(1)), 0);
}
