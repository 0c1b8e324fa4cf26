/**
 * Fills a server as fast as it takes commands: all are written without waiting for replies, which
 * are counted as they come.
 *
 * @module
 */

import { encodeCommand, toBytes } from "../../support/resp.ts";

const CHUNK = 256 * 1024;
const LF = 10;
const MINUS = 45;

/** Writes all bytes. */
export async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await conn.write(rest));
}

/** Counts replies of one line each and notices the first error among them. */
class ReplyCounter {
  count = 0;
  error: string | undefined;
  #atStart = true;

  take(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const end = bytes.indexOf(LF, at);
      if (this.#atStart && bytes[at] === MINUS) {
        this.error ??= new TextDecoder().decode(bytes.subarray(at, end < 0 ? undefined : end));
      }
      this.#atStart = end >= 0;
      if (end < 0) return;
      this.count++;
      at = end + 1;
    }
  }
}

/**
 * Sends commands to a port of this machine until all are answered.
 *
 * @param commands whose replies are of one line (status or integer)
 * @throws Error when a reply is an error, or the connection closes before the last one
 */
export async function feed(port: number, commands: Iterable<readonly string[]>): Promise<void> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  conn.setNoDelay(true);
  const replies = new ReplyCounter();
  let expected = Infinity;
  const write = async () => {
    let sent = 0;
    let text = "";
    for (const command of commands) {
      text += encodeCommand(command);
      sent++;
      if (text.length < CHUNK) continue;
      await writeAll(conn, toBytes(text));
      text = "";
      if (replies.error !== undefined) break;
    }
    // The number is known before the last command goes out, so that its reply ends the reading.
    expected = sent + 1;
    await writeAll(conn, toBytes(text + encodeCommand(["PING"])));
  };
  const read = async () => {
    const chunk = new Uint8Array(64 * 1024);
    while (replies.count < expected) {
      const n = await conn.read(chunk);
      if (n === null) throw new Error(`the server closed after ${replies.count} replies`);
      replies.take(chunk.subarray(0, n));
    }
  };
  await Promise.all([write(), read()]);
  if (replies.error !== undefined) throw new Error(replies.error);
}

/** A number as `redis-benchmark` writes it into keys: twelve digits. */
export function digits(i: number): string {
  return String(i).padStart(12, "0");
}

/** Sets `<prefix>:<twelve digits>` to a value for all numbers below a limit, many in a command. */
export function* strings(
  { prefix = "key", keys, value }: { prefix?: string; keys: number; value: string },
): Generator<string[]> {
  const together = value.length > 10_000 ? 1 : 50;
  for (let i = 0; i < keys; i += together) {
    const command = ["MSET"];
    for (let j = i; j < Math.min(i + together, keys); j++) {
      command.push(`${prefix}:${digits(j)}`, value);
    }
    yield command;
  }
}
