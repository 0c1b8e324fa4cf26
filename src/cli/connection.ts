/**
 * One connection to a server, as the client sees it: commands out, replies in.
 *
 * Reading can be waited for without taking anything ({@linkcode Connection.fill}), so that one may wait
 * for the server and for the keyboard at once.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { writeLatin1 } from "../bytes/latin1.ts";
import { sockets } from "../transport/sockets.ts";
import type { Duplex, TlsAddress } from "../transport/transport.ts";
import { type ClientReply, ReplyParser } from "./reply_parser.ts";

/** Settings of an encrypted connection. */
export interface TlsOptions {
  /** Name to send and to check the certificate for, when not that of the host. */
  serverName?: string;
  /** PEM files: authorities, own certificate, own key. */
  caFile?: string;
  certFile?: string;
  keyFile?: string;
}

/** Where a server is. */
export interface Target {
  hostname: string;
  port: number;
  /** Path of a Unix socket; comes before host and port. */
  socket?: string;
  tls?: TlsOptions;
}

/** The server has closed the connection. */
export class ClosedError extends Error {
  override name = "ClosedError";

  constructor() {
    super("Server closed the connection");
  }
}

/**
 * What the operating system says of a failure, without Deno's decoration around it: `Connection
 * refused` rather than `Connection refused (os error 111)`.
 */
export function systemMessage(error: unknown): string {
  if (error instanceof Deno.errors.ConnectionRefused) return "Connection refused";
  const message = error instanceof Error ? error.message : String(error);
  return message
    .replace(/ \(os error \d+\)/, "")
    .replace(/^failed to lookup address information: /, "")
    .replace(/: (?:open|connect|readfile) '.*'$/, "");
}

/** No fewer bytes than a command takes. */
function roomFor(args: readonly ByteString[]): number {
  let size = 16;
  for (const arg of args) size += arg.length + 32;
  return size;
}

/** Commands sent together are gathered up to so many bytes. */
const GATHERED = 65536;

/** The bytes of a command: an array of bulk strings. */
export function encodeCommand(args: readonly ByteString[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(roomFor(args));
  return out.subarray(0, encodeInto(args, out, 0));
}

/** @returns where the command ends that was written at `at` */
function encodeInto(args: readonly ByteString[], out: Uint8Array, at: number): number {
  at += writeLatin1(`*${args.length}\r\n`, out, at);
  for (const arg of args) {
    at += writeLatin1(`$${arg.length}\r\n`, out, at);
    at += writeLatin1(arg, out, at);
    at += writeLatin1("\r\n", out, at);
  }
  return at;
}

function readPem(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    throw new Error(`${path}: ${systemMessage(error)}`);
  }
}

function tlsAddress(hostname: string, port: number, tls: TlsOptions): TlsAddress {
  const { serverName, caFile, certFile, keyFile } = tls;
  const caCerts = caFile === undefined ? [] : [readPem(caFile)];
  const own = certFile === undefined || keyFile === undefined
    ? undefined
    : { cert: readPem(certFile), key: readPem(keyFile) };
  return { transport: "tls", hostname, port, serverName, caCerts, own };
}

async function dial({ hostname, port, socket, tls }: Target): Promise<Duplex> {
  if (socket !== undefined) {
    if (Deno.build.os === "windows") throw new Error("Unix sockets do not exist on Windows");
    return await sockets.connect({ transport: "unix", path: socket });
  }
  if (tls !== undefined) return await sockets.connect(tlsAddress(hostname, port, tls));
  const tcp = await sockets.connect({ transport: "tcp", hostname, port });
  tcp.setNoDelay(true);
  tcp.setKeepAlive(true);
  return tcp;
}

/** An open connection. */
export class Connection {
  #conn: Duplex;
  #parser = new ReplyParser();
  #buffer = new Uint8Array(65536);
  #reading: Promise<void> | null = null;

  private constructor(conn: Duplex) {
    this.#conn = conn;
  }

  /**
   * Connect.
   *
   * @throws what Deno throws; {@linkcode systemMessage} has its text
   */
  static async open(target: Target): Promise<Connection> {
    return new Connection(await dial(target));
  }

  /** Send a command. */
  async send(args: readonly ByteString[]): Promise<void> {
    await this.sendBytes(encodeCommand(args));
  }

  /** Send commands, many with one write. */
  async sendAll(commands: readonly (readonly ByteString[])[]): Promise<void> {
    const gathered = new Uint8Array(GATHERED);
    let filled = 0;
    for (const command of commands) {
      const room = roomFor(command);
      if (filled + room > GATHERED) {
        await this.sendBytes(gathered.subarray(0, filled));
        filled = 0;
      }
      if (room > GATHERED) await this.send(command);
      else filled = encodeInto(command, gathered, filled);
    }
    await this.sendBytes(gathered.subarray(0, filled));
  }

  /** Send bytes as they are. */
  async sendBytes(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#conn.write(bytes.subarray(at));
  }

  /** A reply that has come already, or undefined. */
  buffered(): ClientReply | undefined {
    return this.#parser.next();
  }

  /**
   * Wait until more bytes have come. Calls that overlap wait for the same bytes.
   *
   * @throws {ClosedError} at the end of the stream
   */
  fill(): Promise<void> {
    this.#reading ??= this.#read();
    return this.#reading;
  }

  /**
   * Read bytes that are no reply: past the parser, which must have nothing left.
   *
   * @returns how many were read into `buffer`; null at the end of the stream
   */
  readBytes(buffer: Uint8Array): Promise<number | null> {
    return this.#conn.read(buffer);
  }

  async #read(): Promise<void> {
    try {
      const count = await this.#conn.read(this.#buffer);
      if (count === null) throw new ClosedError();
      this.#parser.push(this.#buffer.subarray(0, count));
    } finally {
      this.#reading = null;
    }
  }

  /**
   * The next reply.
   *
   * @throws {ClosedError} when the server has closed the connection
   * @throws {ProtocolError} when it sends something else than the protocol
   */
  async receive(): Promise<ClientReply> {
    for (;;) {
      const reply = this.#parser.next();
      if (reply !== undefined) return reply;
      await this.fill();
    }
  }

  /** Close; what waits for a reply fails. Idempotent. */
  close(): void {
    try {
      this.#conn.close();
    } catch {
      // Closed before.
    }
  }
}
