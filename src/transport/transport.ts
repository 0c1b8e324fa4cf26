/**
 * The seam between the server and what carries its bytes.
 *
 * All who listen and all who dial do it by a {@linkcode Transport}: clients' connections, the link to
 * the primary, MIGRATE. So a server runs over TCP, Unix sockets or within the process alone
 * (`memory.ts`), and a further transport is one more implementation. Framing is left out: above this
 * seam there are bytes in both directions, and nothing else.
 *
 * @module
 */

/** Where one end of a connection is. */
export type Address =
  | { readonly transport: "tcp"; readonly hostname: string; readonly port: number }
  | { readonly transport: "unix"; readonly path: string }
  | { readonly transport: "memory" };

/** A server that speaks TLS. */
export interface TlsAddress {
  readonly transport: "tls";
  readonly hostname: string;
  readonly port: number;
  /** The name that its certificate must have; the host's when absent. */
  readonly serverName?: string;
  /** Certificates to trust beside the platform's, as PEM texts. */
  readonly caCerts: readonly string[];
  /** The certificate of this side and its key, as PEM texts. */
  readonly own?: { readonly cert: string; readonly key: string };
}

/** Where to connect to. */
export type DialAddress = Exclude<Address, { transport: "memory" }> | TlsAddress;

/** Where to listen. */
export type ListenAddress =
  | {
    readonly transport: "tcp";
    /** An address of this machine, no name. */
    readonly hostname: string;
    /** 0 for any that is free. */
    readonly port: number;
    /** How many connections may wait to be accepted; as the platform has it when absent. */
    readonly backlog?: number;
  }
  | { readonly transport: "unix"; readonly path: string };

/** A connection: bytes in both directions. */
export interface Duplex {
  readonly local: Address;
  readonly remote: Address;
  /** Whether the other end is on this machine for sure. */
  readonly isLocal: boolean;
  /**
   * Wait for bytes.
   *
   * @returns how many were put into the buffer; null when the other side has closed
   * @throws an error of the platform when the connection fails, or was closed on this side
   */
  read(buffer: Uint8Array): Promise<number | null>;
  /**
   * Send bytes.
   *
   * @returns how many were taken, which may be fewer than all
   * @throws an error of the platform when the connection fails, or was closed on this side
   */
  write(bytes: Uint8Array): Promise<number>;
  /** Close it. @throws an error of the platform when it was closed before */
  close(): void;
  /** Whether small pieces go out at once (TCP_NODELAY); nothing where there is no such thing. */
  setNoDelay(on: boolean): void;
  /** Whether the platform probes an idle connection; nothing where there is no such thing. */
  setKeepAlive(on: boolean): void;
}

/** A place where connections arrive. */
export interface Listening {
  /** Where; with the port that was taken. */
  readonly address: Address;
  /**
   * Wait for the next connection.
   *
   * @returns null when it does not listen any more
   * @throws an error of the platform when this one failed; the next may do
   */
  accept(): Promise<Duplex | null>;
  /** Listen no more; connections go on. */
  close(): void;
}

/** Makes connections, and takes them. */
export interface Transport {
  /** Listen from now on. @throws an error of the platform */
  listen(address: ListenAddress): Listening;
  /**
   * Connect.
   *
   * @param signal gives up when it aborts, where the platform can (TCP)
   * @throws an error of the platform
   */
  connect(address: DialAddress, signal?: AbortSignal): Promise<Duplex>;
}
