/**
 * The link of a replica to its primary.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { Engine } from "../dispatch/engine.ts";
import type { Replication } from "./replication.ts";

/** Where a link stands, as ROLE names it. */
export type LinkState = "connect" | "connecting" | "handshake" | "sync" | "connected";

/** Follows one primary. */
export class PrimaryLink {
  readonly host: ByteString;
  readonly port: number;
  state: LinkState = "connect";

  constructor(
    _engine: Engine,
    _replication: Replication,
    { host, port }: { host: ByteString; port: number },
  ) {
    this.host = host;
    this.port = port;
  }

  /** Begin to connect. */
  start(): void {}

  /** Close the link for good. */
  stop(): void {}

  /** The regular work, once a second. */
  tick(): void {}
}
