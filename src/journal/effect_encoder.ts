/**
 * Effects as commands in the protocol's form: what the append-only file and the replication stream
 * consist of.
 *
 * Effects that belong together go between MULTI and EXEC, and a SELECT goes before a command that
 * runs in another database than the one before.
 *
 * The text is handed out in pieces, however large a unit is: V8 has a limit for one string, and a
 * transaction with some values of 100 MB is beyond it. A piece is some kilobytes, or a long argument
 * as it is.
 *
 * Source: https://redis.io/docs/latest/develop/reference/protocol-spec/
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { bulkHeader, commandHeader, encodeCommand } from "../resp/encoder.ts";
import { argumentBytes, LargeArguments } from "../resp/large_arguments.ts";
import type { Effect } from "./journal.ts";

/** No database is selected: the next command says its own. */
export const NO_DB = -1;

const MULTI = encodeCommand(["MULTI"]);
const EXEC = encodeCommand(["EXEC"]);
/** Text is handed out beyond this many chars, and an argument of so many is a piece by itself. */
const PIECE = 16 * 1024;

/** A command of so many arguments, none of them a piece, is surely no longer than a string can be. */
const MOST_ARGUMENTS = 1024;

/** Takes the pieces, in order. Those that are bytes stay as they are. */
export type TakePiece = (piece: ByteString | Uint8Array<ArrayBuffer>) => void;

/** `SELECT` of a database, in the protocol's form. */
export function encodeSelect(db: number): ByteString {
  return encodeCommand(["SELECT", `${db}`]);
}

/**
 * Encodes the effects of one sink, which remembers the database that its last command runs in.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * let text = "";
 * const encoder = new EffectEncoder((piece) => text += piece as string);
 * encoder.unit([{ db: 2, args: ["DEL", "k"] }]);
 * assertEquals(text, "*2\r\n$6\r\nSELECT\r\n$1\r\n2\r\n*2\r\n$3\r\nDEL\r\n$1\r\nk\r\n");
 * ```
 */
export class EffectEncoder {
  readonly #take: TakePiece;
  /** The database that the last command runs in; {@linkcode NO_DB} when the next one will say. */
  selectedDb: number = NO_DB;

  constructor(take: TakePiece) {
    this.#take = take;
  }

  /**
   * Hand out the effects of a unit. O(their size).
   *
   * @param before text that goes before them
   */
  unit(effects: readonly Effect[], before: ByteString = ""): void {
    const count = effects.length;
    let text = count > 1 ? before + MULTI : before;
    for (let i = 0; i < count; i++) {
      const { db, args } = effects[i];
      if (db !== this.selectedDb) {
        this.selectedDb = db;
        text += encodeSelect(db);
      }
      text = this.#add(text, args);
    }
    if (count > 1) text += EXEC;
    if (text !== "") this.#take(text);
  }

  /** Hand out a command that runs in no database, or in the one that is selected. */
  command(args: readonly ByteString[]): void {
    const text = this.#add("", args);
    if (text !== "") this.#take(text);
  }

  /** @returns the text that is not handed out yet */
  #add(text: ByteString, args: readonly ByteString[]): ByteString {
    const count = args.length;
    if (count > MOST_ARGUMENTS || args instanceof LargeArguments) return this.#addLong(text, args);
    const before = text;
    text += commandHeader(count);
    for (let i = 0; i < count; i++) {
      const arg = args[i];
      if (arg.length >= PIECE) return this.#addLong(before, args);
      text += bulkHeader(arg.length) + arg + "\r\n";
    }
    if (text.length <= PIECE) return text;
    this.#take(text);
    return "";
  }

  #addLong(text: ByteString, args: readonly ByteString[]): ByteString {
    text += commandHeader(args.length);
    for (let i = 0; i < args.length; i++) {
      const arg = argumentBytes(args, i) ?? args[i];
      text += "$" + arg.length + "\r\n";
      if (typeof arg === "string" && arg.length < PIECE) text += arg + "\r\n";
      else {
        this.#take(text);
        this.#take(arg);
        text = "\r\n";
      }
      if (text.length > PIECE) {
        this.#take(text);
        text = "";
      }
    }
    return text;
  }
}
