/**
 * TCP and Unix sockets, plain or with TLS: nobody else opens any (`tests/architecture_test.ts`).
 *
 * @module
 */

import { plainHost } from "../bytes/address.ts";
import { connectTls } from "./tls.ts";
import type {
  Address,
  DialAddress,
  Duplex,
  ListenAddress,
  Listening,
  Transport,
} from "./transport.ts";

/** The sockets of the platform. */
export const sockets: Transport = {
  listen(address: ListenAddress): Listening {
    if (address.transport === "unix") return new SocketListening(Deno.listen(address));
    const { hostname, port, backlog } = address;
    return new SocketListening(Deno.listen({ hostname, port, tcpBacklog: backlog }));
  },
  async connect(address: DialAddress, signal?: AbortSignal): Promise<Duplex> {
    if (address.transport === "tls") return new SocketDuplex(await connectTls(address));
    if (address.transport === "unix") return new SocketDuplex(await Deno.connect(address));
    const { hostname, port } = address;
    return new SocketDuplex(await Deno.connect({ hostname, port, signal }));
  },
};

class SocketListening implements Listening {
  readonly address: Address;
  readonly #listener: Deno.Listener;

  constructor(listener: Deno.Listener) {
    this.#listener = listener;
    this.address = addressOf(listener.addr);
  }

  async accept(): Promise<Duplex | null> {
    try {
      return new SocketDuplex(await this.#listener.accept());
    } catch (error) {
      const closed = error instanceof Deno.errors.BadResource ||
        error instanceof Deno.errors.Interrupted;
      if (closed) return null;
      throw error;
    }
  }

  close(): void {
    this.#listener.close();
  }
}

class SocketDuplex implements Duplex {
  readonly local: Address;
  readonly remote: Address;
  readonly isLocal: boolean;
  readonly #conn: Deno.Conn;

  constructor(conn: Deno.Conn) {
    this.#conn = conn;
    this.local = addressOf(conn.localAddr);
    this.remote = addressOf(conn.remoteAddr);
    this.isLocal = this.remote.transport !== "tcp" || isLoopback(this.remote.hostname);
  }

  read(buffer: Uint8Array): Promise<number | null> {
    return this.#conn.read(buffer);
  }

  write(bytes: Uint8Array): Promise<number> {
    return this.#conn.write(bytes);
  }

  close(): void {
    this.#conn.close();
  }

  setNoDelay(on: boolean): void {
    if (hasOptions(this.#conn)) this.#conn.setNoDelay(on);
  }

  setKeepAlive(on: boolean): void {
    if (hasOptions(this.#conn)) this.#conn.setKeepAlive(on);
  }
}

/** Whether it is plain TCP: the platform shows no options of what lies below TLS. */
function hasOptions(conn: Deno.Conn): conn is Deno.TcpConn {
  return "setNoDelay" in conn;
}

function isLoopback(hostname: string): boolean {
  return plainHost(hostname).startsWith("127.") || hostname === "::1";
}

function addressOf(address: Deno.Addr): Address {
  if (address.transport === "tcp") {
    return { transport: "tcp", hostname: address.hostname, port: address.port };
  }
  return { transport: "unix", path: "path" in address ? address.path : "" };
}
