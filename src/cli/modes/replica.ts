/**
 * `--replica`, and SYNC or PSYNC typed as commands: shows what a master sends to its replicas, one
 * command a line, as comma-separated values.
 *
 * @module
 */

import { toBytes } from "../../bytes/bytes.ts";
import { encodeCommand, systemMessage } from "../connection.ts";
import { formatCsv } from "../format.ts";
import { OutputClosedError } from "../io.ts";
import { ExitRequest } from "../options.ts";
import type { Session } from "../session.ts";
import { type Copy, copyBytes, replconf, requestCopy } from "./sync.ts";

/** Between two acknowledgements, until the commands come. */
const ACK_MS = 1000;

async function discard(session: Session, copy: Copy, what: string): Promise<number> {
  let bytes = 0;
  try {
    for await (const chunk of copyBytes(session.transport(), copy)) {
      if (chunk === undefined) throw new Error("The connection has ended");
      bytes += chunk.length;
    }
  } catch {
    throw new ExitRequest(`Error reading RDB payload while ${what}ing\n`, 1);
  }
  return bytes;
}

/**
 * A server that ended its file with a mark sends no commands before it has heard that the file came,
 * and hears it only once it has done with the file itself: so it is told again until commands come.
 *
 * @returns stops it
 */
function acknowledge(session: Session): () => void {
  session.printError("sending REPLCONF ACK 0\n");
  const ack = encodeCommand(["REPLCONF", "ACK", "0"]);
  let cancel = () => {};
  const again = () => {
    // A failure shows where the commands are read.
    session.transport().sendBytes(ack).catch(() => {});
    cancel = session.io.later(ACK_MS, again);
  };
  again();
  return () => cancel();
}

/**
 * Ask for a copy, pass over it, and show all that follows, until the connection ends.
 *
 * @param request the bytes of SYNC or PSYNC
 * @throws {ExitRequest} when there is no copy to be had
 */
export async function followMaster(session: Session, request: Uint8Array): Promise<void> {
  const copy = await requestCopy(session, request);
  const what = copy.kind === "partial" ? "Partial resync" : "Full resync";
  session.printError(
    `${what} with master` + {
      sized: `, discarding ${copy.kind === "sized" ? copy.bytes : 0} bytes of bulk transfer...\n`,
      marked: ", discarding bytes of bulk transfer until EOF marker...\n",
      partial: "...\n",
    }[copy.kind],
  );
  const bytes = await discard(session, copy, what);
  const size = copy.kind === "marked" ? ` after ${bytes + copy.mark.length} bytes` : "";
  session.printError(`${what} done${size}. Logging commands from master.\n`);
  let stop = copy.kind === "marked" ? acknowledge(session) : () => {};
  try {
    for (;;) {
      const command = await session.transport().receive();
      stop();
      stop = () => {};
      session.print(formatCsv(command) + "\n");
    }
  } catch (error) {
    if (error instanceof OutputClosedError) throw error;
    if (!session.aborted) session.printError(`Error: ${systemMessage(error)}\n`);
  } finally {
    stop();
  }
}

/** Show what the server sends to replicas. Ends with the connection only. */
export async function replica(session: Session): Promise<number> {
  await replconf(session, "capa", "eof");
  await replconf(session, "rdb-filter-only", "");
  await followMaster(session, toBytes("SYNC\r\n"));
  return 1;
}
