/**
 * The replica's side of a full copy, as far as a client needs it: asking for one, and reading the file
 * that comes — of a length told before, or ended by a mark.
 *
 * Source: https://redis.io/docs/latest/operate/oss_and_stack/management/replication/
 *
 * @module
 */

import { type ByteString, fromBytes } from "../../bytes/bytes.ts";
import { ExitRequest } from "../options.ts";
import type { Session } from "../session.ts";
import { askOrExit } from "./key_batches.ts";

const MARK_SIZE = 40;

/** What the server answers to SYNC or PSYNC. */
export type Copy =
  | { kind: "sized"; bytes: number }
  /** The file ends where these bytes come. */
  | { kind: "marked"; mark: ByteString }
  /** No file: the commands go on from where they were. */
  | { kind: "partial" };

/** Where bytes come from that are no replies. */
export interface ByteSource {
  /** Read into `buffer`; null at the end. */
  readBytes(buffer: Uint8Array): Promise<number | null>;
}

/**
 * Tell the server what we can do, and what we want. A refusal is no failure: older servers know less.
 *
 * @returns whether the server took it
 */
export async function replconf(
  session: Session,
  option: ByteString,
  value: ByteString,
): Promise<boolean> {
  session.printError(`sending REPLCONF ${option} ${value}\n`);
  const reply = await askOrExit(session, ["REPLCONF", option, value]);
  if (reply.type !== "error") return true;
  session.printError(`REPLCONF ${option} error: ${reply.value}\n`);
  return false;
}

/** A line, with its CR as sent, read byte by byte: what follows it is to stay where it is. */
async function readLine(source: ByteSource, failure: string): Promise<ByteString> {
  const one = new Uint8Array(1);
  let line = "";
  for (;;) {
    if (await source.readBytes(one).catch(() => null) === null) {
      throw new ExitRequest(`${failure}\n`, 1);
    }
    const char = String.fromCharCode(one[0]);
    if (char !== "\n") line += char;
    // The server sends empty lines to show that it is alive while it makes the file.
    else if (line !== "") return line;
    if (line.length > 4096) throw new ExitRequest(`${failure}\n`, 1);
  }
}

/**
 * Ask for a copy, and read up to its first byte.
 *
 * @param request the bytes of SYNC or PSYNC
 * @throws {ExitRequest} when the server refuses or goes away
 */
export async function requestCopy(session: Session, request: Uint8Array): Promise<Copy> {
  const connection = session.transport();
  try {
    await connection.sendBytes(request);
  } catch {
    throw new ExitRequest("Error writing to master\n", 1);
  }
  let line = await readLine(connection, "Error reading bulk length while SYNCing");
  if (line.startsWith("-")) throw ExitRequest.ofBytes(`SYNC with master failed: ${line}\n`);
  const partial = line.startsWith("+CONTINUE");
  if (partial || line.startsWith("+FULLRESYNC")) {
    session.printError(`PSYNC replied ${line}\n`);
    if (partial) return { kind: "partial" };
    line = await readLine(connection, "Error reading bulk length while PSYNCing");
  }
  const mark = /^\$EOF:([^]{40})\r?$/.exec(line);
  if (mark !== null) return { kind: "marked", mark: mark[1] };
  const size = /^\$(\d+)\r?$/.exec(line);
  if (size === null) throw ExitRequest.ofBytes(`SYNC with master failed: ${line}\n`);
  return { kind: "sized", bytes: Number(size[1]) };
}

/**
 * The bytes of the file, without its mark. A chunk is good until the next is asked for.
 *
 * @throws whatever the source throws; an end of it before the end of the file gives `undefined` as
 *   the last chunk
 */
export async function* copyBytes(
  source: ByteSource,
  copy: Copy,
): AsyncGenerator<Uint8Array | undefined> {
  if (copy.kind === "partial") return;
  const buffer = new Uint8Array(65536);
  if (copy.kind === "sized") {
    for (let left = copy.bytes; left > 0;) {
      const count = await source.readBytes(buffer.subarray(0, Math.min(left, buffer.length)));
      if (count === null) return yield undefined;
      left -= count;
      yield buffer.subarray(0, count);
    }
    return;
  }
  // The last bytes are held back for as long as they may be the mark.
  let held = 0;
  for (;;) {
    const count = await source.readBytes(buffer.subarray(held));
    if (count === null) return yield undefined;
    const end = held + count;
    const from = Math.max(0, end - MARK_SIZE);
    if (from > 0) yield buffer.subarray(0, from);
    if (end >= MARK_SIZE && fromBytes(buffer, from, end) === copy.mark) return;
    buffer.copyWithin(0, from, end);
    held = end - from;
  }
}
