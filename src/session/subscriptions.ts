/**
 * What one client listens to.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";

/** The name spaces: channels, patterns over channels, and shard channels. */
export type TopicKind = "channel" | "pattern" | "shard";

/** What one client listens to. */
export class Subscriptions {
  readonly channel: Set<ByteString> = new Set();
  readonly pattern: Set<ByteString> = new Set();
  readonly shard: Set<ByteString> = new Set();

  /** Number of subscriptions of every kind. */
  get total(): number {
    return this.channel.size + this.pattern.size + this.shard.size;
  }

  /** The number that the answers to SUBSCRIBE and the like show: channels and patterns together. */
  count(kind: TopicKind): number {
    return kind === "shard" ? this.shard.size : this.channel.size + this.pattern.size;
  }
}
