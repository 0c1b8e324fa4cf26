/**
 * What saving and loading need of the server. Their classes say which of it they use.
 *
 * @module
 */

import type { AppendOnlyFile } from "../aof/append_only_file.ts";
import type { ByteString } from "../bytes/bytes.ts";
import type { Clock } from "../clock/clock.ts";
import type { Registry } from "../command/registry.ts";
import type { Config } from "../config/config.ts";
import type { DebugSwitches } from "../execution/debug_switches.ts";
import type { Executor } from "../execution/executor.ts";
import type { Gates } from "../execution/gates.ts";
import type { Keyspace } from "../keyspace/keyspace.ts";
import type { Logger } from "../log/logger.ts";
import type { Stats } from "../observe/stats.ts";
import type { Clients } from "../session/clients.ts";
import type { DiskGate } from "./disk_gate.ts";
import type { Loading } from "./loading.ts";
import type { Persistence } from "./persistence.ts";

/** Where a file says that its data comes from. */
export interface SavedPosition {
  /** The id of the history. */
  readonly id: string;
  /** Bytes of the replication stream that are in the data. */
  readonly position: number;
  /** The database that the stream had selected there. */
  readonly db: number;
}

/** What saves have to do with replication. */
export interface ReplicationOfSaves {
  readonly isReplica: boolean;
  /** What a file that is saved now should say; null when nobody can go on from it. */
  readonly savedPosition: SavedPosition | null;
  readonly stream: { readonly end: number };
  /**
   * A SELECT has to come before the stream's next command, for those who continue from a saved
   * file.
   */
  readonly feed: { forgetSelected(): void };
  readonly replicas: {
    /** Whether a snapshot is being sent. */
    readonly transferring: boolean;
    /** A save in the background has ended; null when it failed. */
    saved(path: string | null): void;
  };
  /** Take over what a loaded file says of its data. */
  loaded(aux: ReadonlyMap<ByteString, ByteString>): void;
}

/** The function libraries, as files hold them. */
export interface LibrariesOfFiles {
  /** The source code of each. */
  readonly sources: readonly ByteString[];
  /** Resolves when libraries can be loaded: their engine is not there from the start. */
  prepare(): Promise<void>;
  /** Hold these, and no others. @throws RedisError when one cannot be loaded; nothing has changed then */
  replace(sources: readonly ByteString[]): void;
}

/** The parts of the server that saving and loading work with. */
export interface PersistenceNeeds {
  readonly clock: Clock;
  readonly config: Config;
  readonly log: Logger;
  readonly registry: Registry;
  readonly stats: Stats;
  readonly keyspace: Keyspace;
  readonly clients: Clients;
  readonly gates: Gates;
  readonly executor: Executor;
  readonly switches: DebugSwitches;
  readonly aof: AppendOnlyFile;
  readonly persistence: Persistence;
  readonly loading: Loading;
  readonly disk: DiskGate;
  readonly libraries: LibrariesOfFiles;
  readonly replication: ReplicationOfSaves;
  /** Clients that wait until their writes are on the disk. */
  readonly writeWaits: { serve(): void };
  /** Unix milliseconds of the start. */
  readonly startedMs: number;
  readonly host: {
    /** Ends the process at once, with an error. */
    abandon(): void;
    resources(): { readonly heapUsed: number; readonly external: number };
  };
}
