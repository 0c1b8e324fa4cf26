/**
 * The listening sockets of a server: TCP addresses and a Unix socket.
 *
 * An accepted connection is counted, checked against `maxclients` and protected mode, and served;
 * nothing here knows what is said on it.
 *
 * @module
 */

import { type ByteString, toText } from "../bytes/bytes.ts";
import { osReason } from "../config/os_error.ts";
import { Connection, type ConnectionNeeds } from "./connection.ts";

/** A port that cannot be listened on. */
export class ListenError extends Error {
  override name = "ListenError";
}

const DENIED = "-DENIED Redis is running in protected mode because protected mode is enabled and " +
  "no password is set for the default user. Connections are accepted from the loopback interface " +
  "only. To connect from elsewhere: set a password with 'requirepass', or, if the network keeps " +
  "others out, turn the mode off with '--protected-mode no' or 'CONFIG SET protected-mode no'.\r\n";

/** All listeners of a server, and the connections they brought. */
export class Listeners {
  readonly #parts: ConnectionNeeds;
  readonly connections: Set<Connection> = new Set();
  #tcp: { listener: Deno.Listener; name: string }[] = [];
  #unix: { listener: Deno.Listener; name: ByteString; file: string } | null = null;
  /** Numbers that stand for file descriptors, which the platform does not show. */
  #freeFds: number[] = [];
  #nextFd = 8;

  constructor(parts: ConnectionNeeds) {
    this.#parts = parts;
  }

  /** The listening addresses as INFO shows them: `name=tcp,bind=127.0.0.1,port=6379`. */
  describe(): string[] {
    const lines: string[] = [];
    const tcp = this.#tcp.map(({ name }) => `bind=${name}`);
    if (tcp.length > 0) lines.push(`name=tcp,${tcp.join(",")},port=${this.port}`);
    if (this.#unix !== null) lines.push(`name=unix,bind=${this.#unix.name}`);
    return lines;
  }

  /** The TCP port; the system's choice when 0 was asked for in process. 0 when there is none. */
  get port(): number {
    const address = this.#tcp[0]?.listener.addr;
    return address?.transport === "tcp" ? address.port : 0;
  }

  /**
   * Listen on addresses, in place of those listened on so far, which are closed only when all new
   * ones work.
   *
   * @param addresses as in `bind`: `-` before one makes it optional, `*` and `::*` mean all
   * @throws ListenError naming the first address that does not work
   */
  listenTcp(addresses: readonly string[], port: number, backlog: number): void {
    const before = this.#tcp;
    const opened: typeof before = [];
    // The same address can only be bound again once it is free: keep what stays.
    const kept = before.filter(({ name, listener }) =>
      addresses.includes(name) && listener.addr.transport === "tcp" && listener.addr.port === port
    );
    let actualPort = port;
    try {
      for (const name of addresses) {
        const same = kept.find((other) => other.name === name);
        if (same !== undefined) {
          opened.push(same);
          continue;
        }
        const listener = this.#open(name, actualPort, backlog);
        if (listener === null) continue;
        opened.push({ listener, name });
        if (actualPort === 0 && listener.addr.transport === "tcp") actualPort = listener.addr.port;
      }
      if (opened.length === 0) throw new ListenError("no address to listen on");
    } catch (error) {
      for (const each of opened) if (!kept.includes(each)) each.listener.close();
      throw error;
    }
    for (const each of before) if (!kept.includes(each)) each.listener.close();
    this.#tcp = opened;
    for (const each of opened) if (!kept.includes(each)) void this.#accept(each.listener);
  }

  #open(name: string, port: number, backlog: number): Deno.Listener | null {
    const optional = name.startsWith("-");
    const address = optional ? name.slice(1) : name;
    const hostname = address === "*" ? "0.0.0.0" : address === "::*" ? "::" : address;
    try {
      return Deno.listen({ hostname, port, tcpBacklog: backlog });
    } catch (error) {
      const reason = describeListenError(error);
      const text =
        `Warning: Could not create server TCP listening socket ${address}:${port}: ${reason}`;
      if (optional && !(error instanceof Deno.errors.AddrInUse)) {
        this.#parts.log.debug(text);
        return null;
      }
      this.#parts.log.warning(text);
      throw new ListenError(reason);
    }
  }

  /**
   * Listen on a Unix socket; a file in its place is removed first, as a real server does.
   *
   * @param name the path
   * @param mode file permissions to give it; 0 leaves them
   * @throws ListenError
   */
  listenUnix(name: ByteString, mode: number): void {
    if (Deno.build.os === "windows") {
      throw new ListenError("Unix sockets are not available on Windows");
    }
    const path = toText(name);
    try {
      if (!Deno.lstatSync(path).isDirectory) Deno.removeSync(path);
    } catch {
      // There was none.
    }
    try {
      const listener = Deno.listen({ transport: "unix", path });
      if (mode !== 0) Deno.chmodSync(path, mode);
      // The path may begin in a directory that is not the working directory for ever.
      this.#unix = { listener, name, file: Deno.realPathSync(path) };
      void this.#accept(listener, name);
    } catch (error) {
      throw new ListenError(describeListenError(error));
    }
  }

  async #accept(listener: Deno.Listener, unixPath?: ByteString): Promise<void> {
    for (;;) {
      let conn: Deno.Conn;
      try {
        conn = await listener.accept();
      } catch (error) {
        if (error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted) {
          return;
        }
        // Out of file descriptors, or a peer that was gone already: the next one may do.
        this.#parts.log.warning(
          `Accepting client connection: ${error instanceof Error ? error.message : error}`,
        );
        await new Promise<void>((resolve) => this.#parts.clock.after(10, resolve));
        continue;
      }
      this.#admit(conn, unixPath);
    }
  }

  #admit(conn: Deno.Conn, unixPath?: ByteString): void {
    const { acl, stats, config, clients, clock } = this.#parts;
    clock.tick();
    if (clients.size >= config.values.maxclients) {
      stats.rejectedConnections++;
      turnAway(conn, "-ERR max number of clients reached\r\n");
      return;
    }
    const connection = new Connection({
      parts: this.#parts,
      conn,
      fd: this.#freeFds.pop() ?? this.#nextFd++,
      unixPath,
    });
    if (config.values.protectedMode && acl.defaultUser.noPassword && !connection.isLocal) {
      stats.rejectedConnections++;
      this.#parts.clients.remove(connection.client);
      this.#freeFds.push(connection.fd);
      turnAway(conn, DENIED);
      return;
    }
    stats.connectionsReceived++;
    if (unixPath === undefined) {
      const tcp = conn as Deno.TcpConn;
      tcp.setNoDelay(true);
      if (config.values.tcpKeepalive > 0) tcp.setKeepAlive(true);
    }
    this.connections.add(connection);
    connection.run().finally(() => {
      this.connections.delete(connection);
      this.#freeFds.push(connection.fd);
    });
  }

  /** Stop listening and close every connection. */
  close(): void {
    this.stopListening();
    for (const connection of this.connections) connection.close();
  }

  /** Stop listening on TCP; connections go on. */
  stopTcp(): void {
    for (const { listener } of this.#tcp) listener.close();
    this.#tcp = [];
  }

  /** Stop listening; connections go on. */
  stopListening(): void {
    this.stopTcp();
    if (this.#unix !== null) {
      this.#unix.listener.close();
      this.#parts.log.notice("Removing the unix socket file.");
      try {
        Deno.removeSync(this.#unix.file);
      } catch {
        // Somebody removed it before.
      }
      this.#unix = null;
    }
  }
}

async function turnAway(conn: Deno.Conn, text: string): Promise<void> {
  try {
    await conn.write(new TextEncoder().encode(text));
  } catch {
    // It is gone already.
  }
  try {
    conn.close();
  } catch {
    // Closed by the peer.
  }
}

function describeListenError(error: unknown): string {
  const reason = osReason(error);
  const lookup = /^failed to lookup address information: (.*)/.exec(reason);
  return lookup === null ? `bind: ${reason}` : lookup[1];
}
