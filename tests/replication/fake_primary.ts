/**
 * A primary that says what a test tells it to say: it speaks the protocol of replication by hand.
 *
 * Connections are taken one after the other, each as a {@linkcode Follower} with the bytes that the
 * replica sends and methods for what a primary answers.
 *
 * @module
 */

import { encodeCommand, fromBytes, toBytes } from "../support/resp.ts";

/** The history that a fake primary has unless told otherwise. */
export const HISTORY = "0123456789abcdef0123456789abcdef01234567";

/** A primary on a port of its own. */
export class FakePrimary implements Disposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #open: Follower[] = [];

  get port(): number {
    return this.#listener.addr.port;
  }

  /** The replica's next connection. */
  async accept(): Promise<Follower> {
    const follower = new Follower(await this.#listener.accept());
    this.#open.push(follower);
    return follower;
  }

  /** The next connection, once the replica has introduced itself: what it said, PSYNC last. */
  async meet(): Promise<Follower> {
    const follower = await this.accept();
    await follower.introduce();
    return follower;
  }

  /** The next connection, which is given a snapshot. */
  async feed(payload: string, { id = HISTORY, offset = 0 } = {}): Promise<Follower> {
    const follower = await this.meet();
    await follower.send(`+FULLRESYNC ${id} ${offset}\r\n$${payload.length}\r\n${payload}`);
    return follower;
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    for (const follower of this.#open) follower.close();
  }
}

/** A replica's connection, on the primary's side. */
export class Follower {
  /** The commands that were read. */
  readonly commands: string[][] = [];
  readonly #conn: Deno.Conn;
  #buffer = "";
  #ended = false;
  #closed = false;

  constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  /** Send bytes, one char each. */
  async send(text: string): Promise<void> {
    let bytes: Uint8Array = toBytes(text);
    while (bytes.length > 0) bytes = bytes.subarray(await this.#conn.write(bytes));
  }

  /** Send commands. */
  async command(...commands: string[][]): Promise<void> {
    await this.send(commands.map(encodeCommand).join(""));
  }

  async #fill(): Promise<boolean> {
    const chunk = new Uint8Array(4096);
    const count = await this.#conn.read(chunk).catch(() => null);
    if (count === null) this.#ended = true;
    else this.#buffer += fromBytes(chunk, 0, count);
    return count !== null;
  }

  /** The next command; null at the end of the connection. Empty lines are passed over. */
  async read(): Promise<string[] | null> {
    for (;;) {
      this.#buffer = this.#buffer.replace(/^[\r\n]+/, "");
      const command = this.#take();
      if (command !== null) {
        this.commands.push(command);
        return command;
      }
      if (this.#ended || !await this.#fill()) return null;
    }
  }

  /** The next bytes as they came; null at the end. */
  async readRaw(): Promise<string | null> {
    if (this.#buffer === "" && !await this.#fill()) return null;
    const text = this.#buffer;
    this.#buffer = "";
    return text;
  }

  #take(): string[] | null {
    const text = this.#buffer;
    if (text.startsWith("SYNC\r\n")) {
      this.#buffer = text.slice(6);
      return ["SYNC"];
    }
    const head = /^\*(\d+)\r\n/.exec(text);
    if (head === null) return null;
    let at = head[0].length;
    const args: string[] = [];
    for (let i = 0; i < Number(head[1]); i++) {
      const length = /^\$(\d+)\r\n/.exec(text.slice(at, at + 20));
      if (length === null) return null;
      at += length[0].length;
      if (text.length < at + Number(length[1]) + 2) return null;
      args.push(text.slice(at, at + Number(length[1])));
      at += Number(length[1]) + 2;
    }
    this.#buffer = text.slice(at);
    return args;
  }

  /** Answer the introduction as a willing primary does, up to PSYNC, which is not answered. */
  async introduce(): Promise<string[]> {
    for (;;) {
      const command = await this.read();
      if (command === null) throw new Error("the replica hung up before PSYNC");
      if (command[0] === "PSYNC") return command;
      await this.send(command[0] === "PING" ? "+PONG\r\n" : "+OK\r\n");
    }
  }

  /** The arguments of PSYNC, which the introduction ended with. */
  get request(): string[] {
    return this.commands.findLast(([name]) => name === "PSYNC")!.slice(1);
  }

  /** Wait for an acknowledgement of at least this offset. */
  async acknowledged(offset: number): Promise<string[]> {
    for (;;) {
      const command = await this.read();
      if (command === null) throw new Error(`the replica hung up before offset ${offset}`);
      if (command[1] === "ACK" && Number(command[2]) >= offset) return command;
    }
  }

  /** Whether the replica closes the connection, once all else was read. */
  async ended(): Promise<boolean> {
    while (await this.read() !== null);
    return true;
  }

  /** Hang up. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      this.#conn.close();
    } catch {
      // The replica's reset came first.
    }
  }
}

function text(value: string): string {
  return String.fromCharCode(value.length) + value;
}

/** A snapshot with plain strings; the checksum is left out. */
export function snapshot(
  keys: Record<string, string>,
  { expireAt, aux = {} }: { expireAt?: Record<string, number>; aux?: Record<string, string> } = {},
): string {
  let out = "REDIS0010";
  for (const [name, value] of Object.entries(aux)) out += "\xfa" + text(name) + text(value);
  out += "\xfe\x00";
  for (const [key, value] of Object.entries(keys)) {
    const at = expireAt?.[key];
    if (at !== undefined) {
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setBigInt64(0, BigInt(at), true);
      out += "\xfc" + fromBytes(bytes);
    }
    out += "\x00" + text(key) + text(value);
  }
  return out + "\xff" + "\0".repeat(8);
}

/** The length of commands in the stream. */
export function streamLength(...commands: string[][]): number {
  return commands.map(encodeCommand).join("").length;
}
