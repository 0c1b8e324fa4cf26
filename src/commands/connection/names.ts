/**
 * What a client may call itself and its library.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { RedisError } from "../../resp/reply.ts";

/** Printable characters without space, so that CLIENT LIST stays easy to take apart. */
function isPlain(name: ByteString): boolean {
  for (let i = 0; i < name.length; i++) {
    const c = name.charCodeAt(i);
    if (c < 0x21 || c > 0x7e) return false;
  }
  return true;
}

/**
 * Check a connection's name.
 *
 * @throws RedisError
 */
export function validateClientName(name: ByteString): void {
  if (!isPlain(name)) {
    throw new RedisError(
      "ERR Client names cannot contain spaces, newlines or special characters.",
    );
  }
}

/**
 * Check a value of CLIENT SETINFO.
 *
 * @throws RedisError
 */
export function validateClientInfo(attribute: string, value: ByteString): void {
  if (!isPlain(value)) {
    throw new RedisError(
      `ERR ${attribute} cannot contain spaces, newlines or special characters.`,
    );
  }
}
