/**
 * Passwords: kept as SHA-256 hashes in hexadecimal, compared in a time that tells nothing of them.
 *
 * The platform's module is loaded at the first password, as it costs a start many milliseconds.
 *
 * @module
 */

import process from "node:process";
import { type ByteString, toBytes } from "../bytes/bytes.ts";

type Crypto = typeof import("node:crypto");

let loaded: Crypto | undefined;

function platform(): Crypto {
  return loaded ??= process.getBuiltinModule("node:crypto") as Crypto;
}

/** The hash of a password: 64 hexadecimal digits in lower case. O(length) */
export function hashPassword(password: ByteString): string {
  return platform().createHash("sha256").update(toBytes(password)).digest("hex");
}

/** Whether a text has the form of a hash. */
export function isPasswordHash(text: ByteString): boolean {
  return /^[0-9a-f]{64}$/.test(text) && text.length === 64;
}

/**
 * Whether a password is one of those with these hashes. Each hash takes the same time, whether it is
 * the right one or not. O(length + hashes)
 */
export function matchesAny(password: ByteString, hashes: readonly string[]): boolean {
  const given = toBytes(hashPassword(password));
  const { timingSafeEqual } = platform();
  return hashes.some((hash) => timingSafeEqual(given, toBytes(hash)));
}

/** Random hexadecimal digits that nobody can guess. */
export function randomHex(digits: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array((digits + 1) >> 1));
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text.slice(0, digits);
}
