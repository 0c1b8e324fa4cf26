/**
 * Why a client waits, and what is needed to go on with its command.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { Deadline } from "../clock/deadlines.ts";
import type { Command } from "../command/command.ts";
import type { BlockRequest } from "../command/context.ts";
import type { Database } from "../keyspace/database.ts";
import type { Client, StartedTransaction } from "./client.ts";

/**
 * What a client waits for: keys (or nothing but the time); a pause to end; keys that are on their way
 * to another server; the Lua engine to be loaded; or work that goes on outside of commands.
 */
export type BlockKind = "keys" | "pause" | "held" | "engine" | "work";

/** A client that waits. */
export interface BlockedState {
  readonly kind: BlockKind;
  readonly db: Database;
  readonly request: BlockRequest;
  readonly command: Command | null;
  readonly args: readonly ByteString[];
  readonly deadline: Deadline<Client> | null;
  /** Time spent in the command so far, in microseconds. */
  micros: number;
  /** The transaction that goes on when the work is done. */
  transaction?: StartedTransaction;
}
