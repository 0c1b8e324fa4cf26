/**
 * Running the commands of an append-only file, as a client without a connection: nothing asks who
 * may do what, nobody gets the replies, and a transaction runs when its EXEC comes.
 *
 * @module
 */

import { type ByteString, toText } from "../bytes/bytes.ts";
import {
  type AofLoadResult,
  type AofProgress,
  loadAof,
  type Replayer,
  type ReplayFault,
} from "../aof/load.ts";
import { errorInLog } from "../execution/refusals.ts";
import { ErrorReply } from "../resp/reply.ts";
import { FILE } from "../session/caller.ts";
import type { Client } from "../session/client.ts";
import type { PersistenceNeeds } from "./needs.ts";

/** What this works with. */
type Parts = Pick<
  PersistenceNeeds,
  | "aof"
  | "clients"
  | "clock"
  | "config"
  | "executor"
  | "keyspace"
  | "libraries"
  | "log"
  | "persistence"
  | "registry"
  | "switches"
>;

/** Runs commands that were journaled. */
export class Replay implements Replayer {
  readonly #parts: Parts;
  #client: Client;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#client = parts.clients.create(FILE, null);
  }

  begin(): void {
    this.#client = this.#parts.clients.create(FILE, null);
  }

  get inTransaction(): boolean {
    return this.#client.transaction !== null;
  }

  get isBusy(): boolean {
    return this.#client.blocked !== null;
  }

  run(args: ByteString[]): ReplayFault | null {
    const { executor, log } = this.#parts;
    const command = executor.resolve(args);
    if (command instanceof ErrorReply) {
      return this.#parts.registry.resolve(args)?.run === undefined ? "unknown" : "arity";
    }
    const reply = executor.run(this.#client, command, args);
    if (reply instanceof ErrorReply) {
      log.warning(
        "== CRITICAL == This server is sending an error to its AOF-loading-client: " +
          `'${toText(errorInLog(reply.text))}' after processing the command '${command.name}'`,
      );
    }
    return null;
  }
}

/** A load of the append-only file; see `loadAof`. */
export function beginAofLoad(
  parts: Parts,
): Generator<AofProgress, AofLoadResult | null, void> {
  const { aof, keyspace, clock, log, config: { values } } = parts;
  return loadAof({
    manifest: aof.manifest,
    directory: aof.directory,
    keyspace,
    clock,
    log,
    replayer: new Replay(parts),
    truncate: values.aofLoadTruncated,
    verifyChecksum: values.rdbchecksum && parts.switches.verifiesChecksums,
  });
}

/** Take over what a load found beside the keys. */
export function takeAofResult(parts: Parts, { snapshot }: AofLoadResult): void {
  const { persistence } = parts;
  persistence.loadedKeys = snapshot.keysLoaded;
  persistence.expiredKeysOnLoad = snapshot.keysExpired;
}
