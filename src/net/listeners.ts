/**
 * The listening sockets of a server: TCP addresses and a Unix socket.
 *
 * An accepted connection is counted, checked against `maxclients` and protected mode, and served;
 * nothing here knows what is said on it.
 *
 * @module
 */

import { type ByteString, toText } from "../bytes/bytes.ts";
import { BoundAddresses, describeListenError, ListenError } from "./bind.ts";
import { Connection, type ConnectionNeeds } from "./connection.ts";
import type { Duplex, Listening, Transport } from "../transport/transport.ts";

/** Bytes that the system has for the path of a Unix socket, with the zero behind it. */
const LONGEST_UNIX_PATH = Deno.build.os === "linux" ? 108 : 104;

const DENIED = "-DENIED Redis is running in protected mode because protected mode is enabled and " +
  "no password is set for the default user. Connections are accepted from the loopback interface " +
  "only. To connect from elsewhere: set a password with 'requirepass', or, if the network keeps " +
  "others out, turn the mode off with '--protected-mode no' or 'CONFIG SET protected-mode no'.\r\n";

/** What the listeners need of a server. */
export interface ListenersNeeds extends ConnectionNeeds {
  readonly transport: Transport;
}

/** All listeners of a server, and the connections they brought. */
export class Listeners {
  readonly #parts: ListenersNeeds;
  readonly connections: Set<Connection> = new Set();
  #tcp: BoundAddresses | null = null;
  /** Counts the changes of it. */
  #tcpChanges = 0;
  /** The loops that accept connections; one goes on for a moment when its socket was closed. */
  readonly #accepting = new Map<Listening, Promise<void>>();
  #unix: { listener: Listening; name: ByteString; file: string } | null = null;
  /** Numbers that stand for file descriptors, which the platform does not show. */
  #freeFds: number[] = [];
  #nextFd = 8;

  constructor(parts: ListenersNeeds) {
    this.#parts = parts;
  }

  /** The listening addresses as INFO shows them: `name=tcp,bind=127.0.0.1,port=6379`. */
  describe(): string[] {
    const lines: string[] = [];
    const tcp = this.#tcp?.names.map((name) => `bind=${name}`) ?? [];
    if (tcp.length > 0) lines.push(`name=tcp,${tcp.join(",")},port=${this.port}`);
    if (this.#unix !== null) lines.push(`name=unix,bind=${this.#unix.name}`);
    return lines;
  }

  /** The TCP port; the system's choice when 0 was asked for in process. 0 when there is none. */
  get port(): number {
    return this.#tcp?.actualPort ?? 0;
  }

  /**
   * Listen on addresses, none of which is listened on yet.
   *
   * @param addresses as in `bind`
   * @returns how many of them are listened on
   * @throws ListenError for the first address that does not work; it is in the log
   */
  listenTcp(addresses: readonly string[], port: number, backlog: number): number {
    try {
      return this.#replace(this.#open(addresses, this.#bound(port, backlog), null));
    } catch (error) {
      this.#report(error);
      throw error;
    }
  }

  /**
   * Listen on other addresses from now on; connections go on. When they do not work, nothing or
   * what was before is listened on, and the caller goes back to what was before.
   *
   * @param port 0 to listen on none
   * @returns a promise when sockets that are in the way have to be closed first, which the platform
   * does in a later turn
   * @throws ListenError (or rejects) for the first address that does not work; it is in the log
   */
  changeTcp(
    addresses: readonly string[],
    port: number,
    backlog: number,
  ): void | Promise<void> {
    const change = ++this.#tcpChanges;
    if (port === 0) return this.stopTcp();
    const before = this.#tcp;
    try {
      // One socket for several addresses cannot be kept for some of them.
      const from = before?.isShared ? null : before;
      this.#replace(this.#open(addresses, this.#bound(port, backlog), from));
    } catch (error) {
      const ownPort = this.#acceptingOn(port);
      const inTheWay = error instanceof ListenError &&
        error.cause instanceof Deno.errors.AddrInUse && ownPort.length > 0;
      if (!inTheWay) {
        this.#report(error);
        throw error;
      }
      this.#tcp?.close();
      this.#tcp = null;
      return this.#reopen(change, addresses, this.#bound(port, backlog), ownPort);
    }
  }

  #bound(port: number, backlog: number): BoundAddresses {
    return new BoundAddresses({ transport: this.#parts.transport, port, backlog });
  }

  /** What goes on for sockets on a TCP port, closed ones too. */
  #acceptingOn(port: number): Promise<void>[] {
    return [...this.#accepting].flatMap(([{ address }, loop]) =>
      address.transport === "tcp" && address.port === port ? [loop] : []
    );
  }

  async #reopen(
    change: number,
    addresses: readonly string[],
    bound: BoundAddresses,
    inTheWay: Promise<void>[],
  ): Promise<void> {
    await Promise.all(inTheWay);
    // Somebody else changes it by now, or the server has stopped.
    if (change !== this.#tcpChanges) return;
    try {
      this.#replace(this.#open(addresses, bound, null));
    } catch (error) {
      this.#report(error);
      throw error;
    }
  }

  /** @param from open sockets, which are taken over where the name and the port are the same */
  #open(
    addresses: readonly string[],
    bound: BoundAddresses,
    from: BoundAddresses | null,
  ): BoundAddresses {
    const forgiven: string[] = [];
    try {
      for (const name of addresses) {
        const reason = bound.open(name, from);
        if (reason !== null) forgiven.push(reason);
      }
    } catch (error) {
      bound.close(from);
      throw error;
    }
    for (const reason of forgiven) this.#parts.log.warning(reason);
    return bound;
  }

  /** Accept connections from these sockets alone. @returns the number of addresses */
  #replace(bound: BoundAddresses): number {
    this.#tcp?.close(bound);
    this.#tcp = bound;
    for (const listener of bound.listeners) {
      if (!this.#accepting.has(listener)) this.#startAccepting(listener);
    }
    return bound.names.length;
  }

  #report(error: unknown): void {
    if (error instanceof ListenError) this.#parts.log.warning(error.message);
  }

  #startAccepting(listener: Listening, unixPath?: ByteString): void {
    const loop = this.#accept(listener, unixPath).finally(() => this.#accepting.delete(listener));
    this.#accepting.set(listener, loop);
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
    if (name.length >= LONGEST_UNIX_PATH) {
      throw new ListenError(
        `unix socket path too long (${name.length}), must be under ${LONGEST_UNIX_PATH}`,
      );
    }
    try {
      if (!Deno.lstatSync(path).isDirectory) Deno.removeSync(path);
    } catch {
      // There was none.
    }
    try {
      const listener = this.#parts.transport.listen({ transport: "unix", path });
      if (mode !== 0) Deno.chmodSync(path, mode);
      // The path may begin in a directory that is not the working directory for ever.
      this.#unix = { listener, name, file: Deno.realPathSync(path) };
      this.#startAccepting(listener, name);
    } catch (error) {
      throw new ListenError(describeListenError(error));
    }
  }

  async #accept(listener: Listening, unixPath?: ByteString): Promise<void> {
    for (;;) {
      let conn: Duplex | null;
      try {
        conn = await listener.accept();
      } catch (error) {
        // Out of file descriptors, or a peer that was gone already: the next one may do.
        this.#parts.log.warning(
          `Accepting client connection: ${error instanceof Error ? error.message : error}`,
        );
        await new Promise<void>((resolve) => this.#parts.clock.after(10, resolve));
        continue;
      }
      if (conn === null) return;
      this.serve(conn, unixPath);
    }
  }

  /**
   * Serve a connection, from wherever it comes.
   *
   * @param unixPath for a Unix socket: its path as configured
   */
  serve(conn: Duplex, unixPath?: ByteString): void {
    const { acl, stats, config, clients, clock } = this.#parts;
    clock.tick();
    if (conn.local.transport === "tcp" && this.#tcp?.admits(conn.local) === false) {
      return conn.close();
    }
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
    conn.setNoDelay(true);
    if (config.values.tcpKeepalive > 0) conn.setKeepAlive(true);
    this.connections.add(connection);
    connection.run().finally(() => {
      this.connections.delete(connection);
      this.#freeFds.push(connection.fd);
    });
  }

  /**
   * Stop listening and close every connection.
   *
   * @param quiet whether the server ends for a fault: then the fault is the log's last line
   */
  close(quiet = false): void {
    this.stopListening(quiet);
    for (const connection of this.connections) connection.close();
  }

  /** Stop listening on TCP; connections go on. */
  stopTcp(): void {
    this.#tcpChanges++;
    this.#tcp?.close();
    this.#tcp = null;
  }

  /** Stop listening; connections go on. */
  stopListening(quiet = false): void {
    this.stopTcp();
    if (this.#unix !== null) {
      this.#unix.listener.close();
      if (!quiet) this.#parts.log.notice("Removing the unix socket file.");
      try {
        Deno.removeSync(this.#unix.file);
      } catch {
        // Somebody removed it before.
      }
      this.#unix = null;
    }
  }
}

async function turnAway(conn: Duplex, text: string): Promise<void> {
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
