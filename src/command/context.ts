/**
 * What a handler gets beside its arguments: who asks, and the parts of the server that commands on data
 * work with. Commands that administer the server name further parts (see `commands/services.ts`).
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { Clock } from "../clock/clock.ts";
import type { Command } from "./command.ts";
import type { Config } from "../config/config.ts";
import type { Journal } from "../journal/journal.ts";
import type { Database } from "../keyspace/database.ts";
import type { Keyspace } from "../keyspace/keyspace.ts";
import type { Reply } from "../resp/reply.ts";
import type { TypeName } from "../values/value.ts";

/** The client, as far as a command on data may know it. */
export interface ContextClient {
  /** The version of RESP in which the reply goes out. */
  readonly protocol: 2 | 3;
  /** Whether its user may run a command and read every key besides. */
  readsEverything(command: Command, args: readonly ByteString[]): boolean;
  /** What kind of caller it is; see `session/caller.ts`. */
  readonly caller: {
    readonly name: string;
    readonly mayBlock: boolean;
    readonly obeyed: boolean;
    readonly inTransaction: boolean;
  };
}

/** What a handler asks for when it cannot answer yet. */
export interface BlockRequest {
  /** Keys of the client's database to wait for. */
  readonly keys: readonly ByteString[];
  /** The type that a key must come to hold; any when absent. */
  readonly type?: TypeName;
  /** Milliseconds to wait; 0 for ever. */
  readonly timeoutMs: number;
  /**
   * Try again: all that the command does, errors included. What the function keeps should be
   * detached from the request, as it may live long; `args` are.
   *
   * @param args the command
   * @returns undefined to go on waiting
   * @throws RedisError to answer with an error
   */
  readonly retry: (args: readonly ByteString[]) => Reply | undefined;
  /** The reply when the time is up, or CLIENT UNBLOCK … TIMEOUT came. */
  readonly onTimeout: () => Reply;
  /** Try again, too, when a key is gone or holds another type (XREADGROUP). */
  readonly wakeOnDelete?: boolean;
}

/** Lets clients wait. */
export interface Blocker {
  /**
   * Block a client; its handler returns what this returns. One that may not wait is answered as though
   * its time were up.
   *
   * @param args the command that blocks
   */
  block(client: ContextClient, args: readonly ByteString[], request: BlockRequest): Reply;
}

/** What every handler gets. */
export interface Context {
  /** Who asks. */
  readonly client: ContextClient;
  /** The database that it has selected. */
  readonly db: Database;
  readonly keyspace: Keyspace;
  /** Where effects leave that are not the command itself. */
  readonly journal: Journal;
  readonly clock: Clock;
  readonly config: Config;
  readonly blocking: Blocker;
}

/**
 * Runs a command.
 *
 * @param context who asks, and what the command works with
 * @param args the whole command; `args[0]` is the name as it was sent. Strings that are to be
 * stored must be detached from the request with `detach` (see the decoder)
 * @returns the reply
 * @throws RedisError with the exact error line
 */
export type Handler<C> = (context: C, args: ByteString[]) => Reply;
