/**
 * What a peer has said of itself with REPLCONF, before it asks for the data.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { WriteVersion } from "../rdb/encode/value.ts";

/** What a peer can, and wants. */
export class ReplicaOptions {
  /** The address to name it by; empty for the one that it comes from. */
  address: ByteString = "";
  /** The port that it listens on; 0 as long as it has not said. */
  port = 0;
  /** It can read a snapshot whose length is not known at its beginning. */
  eof = false;
  /** It understands that the primary's id has changed. */
  psync2 = false;
  /** It wants the snapshot, and nothing behind it. */
  rdbOnly = false;
  /** It wants no keys in the snapshot. */
  withoutData = false;
  /** It wants no function libraries in the snapshot. */
  withoutFunctions = false;
  /** The newest format of snapshots that it is known to read. */
  rdbVersion: WriteVersion = 10;

  /** Whether it leaves something of the snapshot out. */
  get filters(): boolean {
    return this.withoutData || this.withoutFunctions;
  }

  /** Whether one snapshot is right for both. */
  wantsSame(other: ReplicaOptions): boolean {
    return this.withoutData === other.withoutData &&
      this.withoutFunctions === other.withoutFunctions;
  }

  /**
   * Take the server version that it has named.
   *
   * Redeno names it, and so do some newer servers. A replica that does not name one is taken for a
   * real 7.0, which reads format 10.
   */
  set version(version: ByteString) {
    const [major, minor] = version.split(".", 2).map(Number);
    const number = major * 100 + minor;
    this.rdbVersion = number >= 704 ? 12 : number >= 702 ? 11 : 10;
  }
}
