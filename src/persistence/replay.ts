/**
 * Running the commands of an append-only file, as a client without a connection: nothing asks who
 * may do what, nobody gets the replies, and a transaction runs when its EXEC comes.
 *
 * @module
 */

import { asciiLower, type ByteString, toText } from "../bytes/bytes.ts";
import {
  type AofLoadResult,
  type AofProgress,
  loadAof,
  type Replayer,
  type ReplayFault,
} from "../aof/load.ts";
import { errorInLog } from "../execution/refusals.ts";
import { ErrorReply } from "../resp/reply.ts";
import type { Client } from "../session/client.ts";
import type { Engine } from "../execution/engine.ts";

/** Runs commands that were journaled. */
export class Replay implements Replayer {
  readonly #engine: Engine;
  #client: Client;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#client = engine.createClient(null);
  }

  begin(): void {
    this.#client = this.#engine.createClient(null);
    this.#client.authenticated = true;
  }

  get inTransaction(): boolean {
    return this.#client.transaction !== null;
  }

  run(args: ByteString[]): ReplayFault | null {
    const engine = this.#engine;
    const client = this.#client;
    const command = engine.registry.resolve(args);
    if (command === undefined) return keepLibrary(engine, args) ? null : "unknown";
    if (command.run === undefined) return "unknown";
    if (!command.acceptsArgumentCount(args.length)) return "arity";
    const { transaction } = client;
    if (transaction !== null && !command.immediateInMulti) {
      transaction.queue.push({ command, args });
      return null;
    }
    client.lastCommand = command;
    const reply = engine.call(client, command, args);
    if (reply instanceof ErrorReply) {
      engine.log.warning(
        "== CRITICAL == This server is sending an error to its AOF-loading-client: " +
          `'${toText(errorInLog(reply.text))}' after processing the command '${command.name}'`,
      );
    }
    return null;
  }
}

/**
 * While there is no FUNCTION command, libraries are kept as those out of a snapshot are.
 *
 * @returns false when it is another command
 */
export function keepLibrary(engine: Engine, args: readonly ByteString[]): boolean {
  if (asciiLower(args[0]) !== "function") return false;
  switch (asciiLower(args[1] ?? "")) {
    case "load": {
      const code = args[args.length - 1];
      const name = libraryName(code);
      engine.functionLibraries = [
        ...engine.functionLibraries.filter((other) => libraryName(other) !== name),
        code,
      ];
      return true;
    }
    case "delete":
      engine.functionLibraries = engine.functionLibraries.filter((code) =>
        libraryName(code) !== args[2]
      );
      return true;
    case "flush":
      engine.functionLibraries = [];
      return true;
    default:
      return false;
  }
}

/** The name in a library's first line. */
function libraryName(code: ByteString): ByteString | undefined {
  return /^#![^\n]*?\bname=([^\s]+)/.exec(code)?.[1];
}

/** A load of the append-only file; see `loadAof`. */
export function beginAofLoad(
  engine: Engine,
): Generator<AofProgress, AofLoadResult | null, void> {
  const { aof, keyspace, clock, log, config: { values } } = engine;
  return loadAof({
    manifest: aof.manifest,
    directory: aof.directory,
    keyspace,
    clock,
    log,
    replayer: new Replay(engine),
    truncate: values.aofLoadTruncated,
    verifyChecksum: values.rdbchecksum && engine.verifiesChecksums,
  });
}

/** Take over what a load found beside the keys. */
export function takeAofResult(engine: Engine, { snapshot }: AofLoadResult): void {
  const { persistence } = engine;
  persistence.loadedKeys = snapshot.keysLoaded;
  persistence.expiredKeysOnLoad = snapshot.keysExpired;
}
