/**
 * Encrypted connections to a server, by the platform's TLS.
 *
 * @module
 */

import type { TlsAddress } from "./transport.ts";

/** Connect and agree on keys. @throws Error when the platform cannot, or the peer is not trusted */
export async function connectTls(address: TlsAddress): Promise<Deno.TlsConn> {
  const { hostname, port, serverName, caCerts, own } = address;
  if (serverName === undefined || serverName === hostname) {
    return await Deno.connectTls({ hostname, port, caCerts: [...caCerts], ...own });
  }
  // Deno sends the name it connects to, except when it takes over a plain connection; and there it
  // has no client certificates.
  if (own !== undefined) {
    throw new Error("A server name and a client certificate exclude each other");
  }
  const tcp = await Deno.connect({ hostname, port });
  return await Deno.startTls(tcp, { hostname: serverName, caCerts: [...caCerts] });
}
