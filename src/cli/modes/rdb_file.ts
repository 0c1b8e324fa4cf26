/**
 * `--rdb` and `--functions-rdb`: fetches the server's data, or its functions, as an RDB file.
 *
 * @module
 */

import { fromText, toBytes } from "../../bytes/bytes.ts";
import { systemMessage } from "../connection.ts";
import { type CliIo, OutputClosedError, writeAll } from "../io.ts";
import { ExitRequest } from "../options.ts";
import type { Session } from "../session.ts";
import { type Copy, copyBytes, replconf, requestCopy } from "./sync.ts";

/** Where the bytes go: a file, or standard output for `-`. */
interface Sink {
  write(bytes: Uint8Array): void;
  /** Have what was written reach the disk. */
  finish(): void;
}

function openSink(path: string, io: CliIo): Sink {
  if (path === "-") return { write: (bytes) => io.write(bytes), finish: () => {} };
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path, { create: true, write: true, truncate: true, mode: 0o644 });
  } catch (error) {
    throw new ExitRequest(`Error opening '${path}': ${systemMessage(error)}\n`, 1);
  }
  return {
    write(bytes) {
      try {
        writeAll(file, bytes);
      } catch (error) {
        throw new ExitRequest(`Error writing data to file: ${systemMessage(error)}\n`, 1);
      }
    },
    finish() {
      try {
        file.syncSync();
      } catch (error) {
        throw new ExitRequest(`Fail to fsync '${path}': ${systemMessage(error)}\n`, 1);
      } finally {
        file.close();
      }
    },
  };
}

async function save(session: Session, copy: Copy, path: string): Promise<number> {
  const what = copy.kind === "sized"
    ? `writing ${copy.bytes} bytes to`
    : "writing bytes of bulk transfer until EOF marker to";
  session.printError(fromText(`SYNC sent to master, ${what} '${path}'\n`));
  const sink = openSink(path, session.io);
  let written = 0;
  try {
    for await (const bytes of copyBytes(session.transport(), copy)) {
      if (bytes === undefined) throw new Error("The connection has ended");
      sink.write(bytes);
      written += bytes.length;
    }
  } catch (error) {
    if (error instanceof ExitRequest || error instanceof OutputClosedError) throw error;
    throw new ExitRequest("I/O Error reading RDB payload from socket\n", 1);
  }
  const size = copy.kind === "sized" ? "." : ` after ${written} bytes`;
  session.printError(`Transfer finished with success${size}\n`);
  // Reaching the disk may take a while; the server need not wait for it.
  session.disconnect();
  sink.finish();
  return 0;
}

async function fetch(session: Session, functionsOnly: boolean): Promise<number> {
  await replconf(session, "capa", "eof");
  await replconf(session, "rdb-only", "1");
  if (functionsOnly && !await replconf(session, "rdb-filter-only", "functions")) {
    session.printError("Failed requesting functions only RDB from server, aborting\n");
    return 1;
  }
  const copy = await requestCopy(session, toBytes("SYNC\r\n"));
  return await save(session, copy, session.options.rdbFile);
}

/** Save all data to the file asked for. */
export function fetchRdb(session: Session): Promise<number> {
  return fetch(session, false);
}

/** Save the functions, and no data, to the file asked for. */
export function fetchFunctions(session: Session): Promise<number> {
  return fetch(session, true);
}
