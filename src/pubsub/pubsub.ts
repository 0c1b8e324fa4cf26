/**
 * Published messages: who listens to which channel, and how a message gets to all of them.
 *
 * There are three name spaces that do not mix: channels, patterns over channels, and shard
 * channels, which belong to a slot of a cluster as keys do. A message is encoded once for each
 * protocol version that a listener speaks, however many listeners there are.
 *
 * What it leaves out: the commands, and what happens to a listener that does not keep up (see the
 * output limits of `net/connection.ts`).
 *
 * Source: https://redis.io/docs/latest/develop/interact/pubsub/
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { matchGlob } from "../bytes/glob.ts";
import { detach } from "../bytes/latin1.ts";
import { ReplyEncoder } from "../resp/encoder.ts";
import { MultiReply, NO_REPLY, PushReply, type Reply } from "../resp/reply.ts";
import type { Client } from "../session/client.ts";
import { Subscriptions, type TopicKind } from "../session/subscriptions.ts";

export type { TopicKind };

/** A message on its way: encoded when the first listener of a protocol version is met. */
class Delivery {
  readonly #items: Reply[];
  #resp2: readonly ByteString[] | null = null;
  #resp3: readonly ByteString[] | null = null;

  constructor(items: Reply[]) {
    this.#items = items;
  }

  /** Send it to clients. @returns how many they are */
  to(clients: ReadonlySet<Client>): number {
    // A connection that is closed for its full buffer leaves the set while it is walked.
    const { size } = clients;
    for (const client of clients) client.connection?.sendEncoded(this.#encoded(client.protocol));
    return size;
  }

  #encoded(protocol: 2 | 3): readonly ByteString[] {
    if (protocol === 2) return this.#resp2 ??= this.#encode(2);
    return this.#resp3 ??= this.#encode(3);
  }

  #encode(protocol: 2 | 3): readonly ByteString[] {
    const texts = ReplyEncoder.encode(new PushReply(this.#items), protocol);
    // One flat string: joined up anew for every listener, its parts would be walked every time.
    return texts.length === 1 ? [detach(texts[0])] : texts;
  }
}

/** All subscriptions of a server. */
export class PubSub {
  readonly #topics = {
    channel: new Map<ByteString, Set<Client>>(),
    pattern: new Map<ByteString, Set<Client>>(),
    shard: new Map<ByteString, Set<Client>>(),
  };
  /** Number of clients that listen to anything. */
  clients = 0;

  /** Whether a published message can reach anybody; ask this before building one. */
  get active(): boolean {
    return this.clients > 0;
  }

  /** Number of different channels, patterns or shard channels that are listened to. */
  size(kind: TopicKind): number {
    return this.#topics[kind].size;
  }

  /** Number of listeners of a channel, a pattern or a shard channel. */
  listeners(kind: TopicKind, name: ByteString): number {
    return this.#topics[kind].get(name)?.size ?? 0;
  }

  /** The names that are listened to. */
  names(kind: TopicKind): Iterable<ByteString> {
    return this.#topics[kind].keys();
  }

  /** Let a client listen; nothing happens when it does so already. O(1). */
  subscribe(client: Client, kind: TopicKind, name: ByteString): void {
    let subscriptions = client.subscriptions;
    if (subscriptions === null) {
      subscriptions = client.subscriptions = new Subscriptions();
      this.clients++;
    }
    if (subscriptions[kind].has(name)) return;
    const topics = this.#topics[kind];
    let clients = topics.get(name);
    if (clients === undefined) {
      name = detach(name);
      topics.set(name, clients = new Set());
    }
    clients.add(client);
    subscriptions[kind].add(name);
  }

  /** Let a client listen no more; nothing happens when it does not. O(1). */
  unsubscribe(client: Client, kind: TopicKind, name: ByteString): void {
    const { subscriptions } = client;
    if (subscriptions === null || !subscriptions[kind].delete(name)) return;
    this.#remove(client, kind, name);
    if (subscriptions.total === 0) {
      client.subscriptions = null;
      this.clients--;
    }
  }

  /** Take all of a client's subscriptions away. O(their number). */
  forget(client: Client): void {
    const { subscriptions } = client;
    if (subscriptions === null) return;
    client.subscriptions = null;
    this.clients--;
    for (const kind of ["channel", "pattern", "shard"] as const) {
      for (const name of subscriptions[kind]) this.#remove(client, kind, name);
    }
  }

  #remove(client: Client, kind: TopicKind, name: ByteString): void {
    const topics = this.#topics[kind];
    const clients = topics.get(name)!;
    clients.delete(client);
    if (clients.size === 0) topics.delete(name);
  }

  /**
   * Send a message to the listeners of a channel, and to those of patterns that it matches.
   * O(listeners + patterns).
   *
   * @returns how many times it was sent
   */
  publish(channel: ByteString, message: ByteString): number {
    if (this.clients === 0) return 0;
    const clients = this.#topics.channel.get(channel);
    let sent = 0;
    if (clients !== undefined) {
      sent = new Delivery(["message", channel, message]).to(clients);
    }
    for (const [pattern, clients] of this.#topics.pattern) {
      if (!matchGlob(pattern, channel)) continue;
      sent += new Delivery(["pmessage", pattern, channel, message]).to(clients);
    }
    return sent;
  }

  /** Send a message to the listeners of a shard channel. @returns how many they are */
  publishShard(channel: ByteString, message: ByteString): number {
    const clients = this.#topics.shard.get(channel);
    return clients === undefined ? 0 : new Delivery(["smessage", channel, message]).to(clients);
  }
}

/** The reply to a command that begins or ends listening, which CLIENT REPLY does not hold back. */
export function answerListener(client: Client, replies: Reply[]): Reply {
  const reply = new MultiReply(replies);
  if (client.replyMode === "on" || client.connection === null) return reply;
  client.connection.sendEncoded(ReplyEncoder.encode(reply, client.protocol));
  return NO_REPLY;
}
