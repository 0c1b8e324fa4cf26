/**
 * What replication needs of the server. Its classes say which of it they use.
 *
 * @module
 */

import type { AppendOnlyFile } from "../aof/append_only_file.ts";
import type { Clock } from "../clock/clock.ts";
import type { Registry } from "../command/registry.ts";
import type { Config } from "../config/config.ts";
import type { Blocking } from "../execution/blocking.ts";
import type { Executor } from "../execution/executor.ts";
import type { Gates } from "../execution/gates.ts";
import type { Observers } from "../execution/observers.ts";
import type { Pause } from "../execution/pause.ts";
import type { Journal } from "../journal/journal.ts";
import type { Keyspace } from "../keyspace/keyspace.ts";
import type { Logger } from "../log/logger.ts";
import type { Stats } from "../observe/stats.ts";
import type { LibrariesOfFiles } from "../persistence/needs.ts";
import type { Loading } from "../persistence/loading.ts";
import type { Persistence } from "../persistence/persistence.ts";
import type { Clients } from "../session/clients.ts";
import type { Transport } from "../transport/transport.ts";
import type { Replication } from "./replication.ts";
import type { WriteWaits } from "./write_waits.ts";

/** The parts of the server that replication works with. */
export interface ReplicationNeeds {
  readonly clock: Clock;
  readonly config: Config;
  readonly log: Logger;
  readonly registry: Registry;
  readonly stats: Stats;
  readonly keyspace: Keyspace;
  readonly journal: Journal;
  readonly clients: Clients;
  readonly gates: Gates;
  readonly observers: Observers;
  readonly executor: Executor;
  readonly blocking: Blocking;
  readonly pause: Pause;
  readonly aof: AppendOnlyFile;
  readonly persistence: Persistence;
  readonly loading: Loading;
  readonly libraries: LibrariesOfFiles;
  readonly transport: Transport;
  readonly writeWaits: WriteWaits;
  readonly replication: Replication;
  /** Ends the process at once, with an error. */
  readonly host: { abandon(): void };
}
