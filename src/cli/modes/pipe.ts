/**
 * `--pipe`: sends standard input to the server as it is, counts the replies and prints the errors. For
 * great amounts of commands that were made into protocol before.
 *
 * Reading and writing go on side by side: a server that is not read from stops reading at some time.
 * The end is found by an ECHO of random bytes behind the last command.
 *
 * @module
 */

import { type ByteString, fromBytes, toBytes } from "../../bytes/bytes.ts";
import { type Connection, systemMessage } from "../connection.ts";
import { OutputClosedError } from "../io.ts";
import { ExitRequest } from "../options.ts";
import { type ClientReply, ProtocolError } from "../reply_parser.ts";
import type { Session } from "../session.ts";

const MAGIC_SIZE = 20;

/** How often to look whether replies still come. */
const WATCH_MS = 1000;

/** One bulk transfer. */
class Transfer {
  #session: Session;
  #connection: Connection;
  #magic: ByteString;
  #replies = 0;
  #errors = 0;
  #inputEnded = false;
  #lastReply: number;
  #cancel = () => {};

  constructor(session: Session) {
    this.#session = session;
    this.#connection = session.transport();
    this.#magic = fromBytes(crypto.getRandomValues(new Uint8Array(MAGIC_SIZE)));
    this.#lastReply = session.io.now();
  }

  async run(): Promise<number> {
    try {
      const reading = this.#read();
      // A server that takes no more has often said why: its replies come first.
      const writing = this.#write().catch((error) => reading.then(() => Promise.reject(error)));
      // The race below hears of the first failure only.
      for (const way of [reading, writing]) way.catch(() => {});
      await Promise.race([
        Promise.all([reading, writing]),
        this.#silence(),
      ]);
    } finally {
      this.#cancel();
    }
    this.#session.print(`errors: ${this.#errors}, replies: ${this.#replies}\n`);
    return this.#errors > 0 ? 1 : 0;
  }

  async #write(): Promise<void> {
    const { io } = this.#session;
    const buffer = new Uint8Array(65536);
    for (;;) {
      let count;
      try {
        count = await io.read(buffer);
      } catch (error) {
        throw new ExitRequest(`Error reading from stdin: ${systemMessage(error)}\n`, 1);
      }
      if (count === null) break;
      await this.#send(buffer.subarray(0, count));
    }
    this.#inputEnded = true;
    this.#session.print("All data transferred. Waiting for the last reply...\n");
    // The line end comes first, for the case that the input has none.
    await this.#send(
      toBytes(`\r\n*2\r\n$4\r\nECHO\r\n$${MAGIC_SIZE}\r\n${this.#magic}\r\n`),
    );
  }

  async #send(bytes: Uint8Array): Promise<void> {
    try {
      await this.#connection.sendBytes(bytes);
    } catch (error) {
      throw new ExitRequest(`Error writing to the server: ${systemMessage(error)}\n`, 1);
    }
  }

  async #read(): Promise<void> {
    try {
      while (!this.#takeAll()) await this.#connection.fill();
    } catch (error) {
      if (error instanceof OutputClosedError) throw error;
      // Of a lost connection nothing is told: the errors that came before have been printed.
      const message = error instanceof ProtocolError ? "Error reading replies from server\n" : "";
      throw new ExitRequest(message, 1);
    }
  }

  /** Count the replies that have come. @returns whether the last of all is among them */
  #takeAll(): boolean {
    for (;;) {
      const reply = this.#connection.buffered();
      if (reply === undefined) return false;
      if (reply.type === "push") continue;
      this.#lastReply = this.#session.io.now();
      if (this.#isLast(reply)) {
        this.#session.print("Last reply received from server.\n");
        return true;
      }
      this.#replies++;
      if (reply.type !== "error") continue;
      this.#errors++;
      this.#session.printError(reply.value + "\n");
    }
  }

  #isLast(reply: ClientReply): boolean {
    return this.#inputEnded && reply.type === "string" && reply.value === this.#magic;
  }

  /** Ends when all was sent and no reply has come for too long; never when there is no limit. */
  #silence(): Promise<void> {
    const { io, options: { pipeTimeout } } = this.#session;
    return new Promise((resolve) => {
      if (pipeTimeout <= 0) return;
      const look = () => {
        if (this.#inputEnded && io.now() - this.#lastReply > pipeTimeout * 1000) {
          this.#session.printError(`No replies for ${pipeTimeout} seconds: exiting.\n`);
          this.#errors++;
          return resolve();
        }
        this.#cancel = io.later(WATCH_MS, look);
      };
      this.#cancel = io.later(WATCH_MS, look);
    });
  }
}

/** Send standard input. @returns the exit code: 1 when there was any error */
export function pipe(session: Session): Promise<number> {
  return new Transfer(session).run();
}
