/**
 * All keys of the database by SCAN, a batch at a time: what the modes that look at every key share.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { systemMessage } from "../connection.ts";
import { ExitRequest } from "../options.ts";
import type { ClientReply } from "../reply_parser.ts";
import type { Session } from "../session.ts";
import type { InterruptWatch } from "./interrupt.ts";

/** How to go through the keys. */
export interface BatchOptions {
  watch: InterruptWatch;
  /** Rest for the time of `-i` behind so many batches. */
  restEvery: number;
}

/**
 * Ask the server, where no answer is the end.
 *
 * @throws {ExitRequest} when the connection is lost
 */
export async function askOrExit(
  session: Session,
  command: readonly ByteString[],
): Promise<ClientReply> {
  try {
    return await session.ask(command);
  } catch (error) {
    throw lostConnection(error);
  }
}

/** The end that a lost connection makes. */
export function lostConnection(error: unknown): ExitRequest {
  return new ExitRequest(`\nI/O error: ${systemMessage(error)}\n`, 1);
}

/**
 * Ask many things at once, where no answer is the end.
 *
 * @throws {ExitRequest} when the connection is lost
 */
export async function askAllOrExit(
  session: Session,
  commands: readonly (readonly ByteString[])[],
): Promise<ClientReply[]> {
  try {
    return await session.askAll(commands);
  } catch (error) {
    throw lostConnection(error);
  }
}

/**
 * The number of keys.
 *
 * @throws {ExitRequest} when the server does not tell
 */
export async function databaseSize(session: Session): Promise<number> {
  const reply = await askOrExit(session, ["DBSIZE"]);
  if (reply.type === "error") {
    throw ExitRequest.ofBytes(`Couldn't determine DBSIZE: ${reply.value}\n`);
  }
  if (reply.type !== "integer") throw new ExitRequest("Non INTEGER response from DBSIZE!\n", 1);
  return Number(reply.value);
}

/**
 * The keys that match the pattern asked for, until the last or until Ctrl-C.
 *
 * @throws {ExitRequest} when the server refuses, or the connection is lost
 */
export async function* keyBatches(
  session: Session,
  { watch, restEvery }: BatchOptions,
): AsyncGenerator<ByteString[]> {
  const { pattern, count, interval } = session.options;
  const match = pattern === undefined ? [] : ["MATCH", pattern];
  for (let cursor = "0", batches = 1;; batches++) {
    const reply = await askOrExit(session, ["SCAN", cursor, ...match, "COUNT", String(count)]);
    const batch = takeBatch(reply);
    yield batch.keys;
    cursor = batch.cursor;
    if (cursor === "0" || watch.happened) return;
    if (interval > 0 && batches % restEvery === 0) await watch.sleep(interval * 1000);
    if (watch.happened) return;
  }
}

function takeBatch(reply: ClientReply): { cursor: ByteString; keys: ByteString[] } {
  if (reply.type === "error") throw ExitRequest.ofBytes(`SCAN error: ${reply.value}\n`);
  if (reply.type !== "array") throw new ExitRequest("Non ARRAY response from SCAN!\n", 1);
  if (reply.items.length !== 2) throw new ExitRequest("Invalid element count from SCAN!\n", 1);
  const [cursor, list] = reply.items;
  if (cursor.type !== "string" || list.type !== "array") {
    throw new ExitRequest("Invalid element types from SCAN!\n", 1);
  }
  const keys = list.items.flatMap((key) => key.type === "string" ? [key.value] : []);
  return { cursor: cursor.value, keys };
}
