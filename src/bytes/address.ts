/**
 * The addresses of peers as texts: `1.2.3.4:5`, `[::1]:5`.
 *
 * @module
 */

import type { ByteString } from "./bytes.ts";

/** Host and port as one text. */
export function joinAddress(host: ByteString, port: number): ByteString {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The host of such a text. */
export function hostOf(address: ByteString): ByteString {
  return address.slice(0, address.lastIndexOf(":")).replace(/^\[(.*)\]$/, "$1");
}

/** An address without the prefix that IPv4 has on a socket for both families. */
export function plainHost(host: string): string {
  return host.startsWith("::ffff:") && host.includes(".") ? host.slice(7) : host;
}
