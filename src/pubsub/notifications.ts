/**
 * Keyspace notifications: events of keys as published messages.
 *
 * Source: https://redis.io/docs/latest/develop/use/keyspace-notifications/
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { Database } from "../keyspace/database.ts";
import { EventClass } from "../keyspace/events.ts";
import type { KeyspaceListener } from "../keyspace/listeners.ts";
import type { PubSub } from "./pubsub.ts";

/** What notifications need of the server. */
export interface NotificationsNeeds {
  readonly pubsub: PubSub;
  readonly keyspace: { readonly listeners: { notified: number } };
  /** Keys that are loaded from a file cause no events. */
  readonly loading: { readonly active: boolean };
}

/** Publishes the events of one server's keys. */
export class Notifications implements KeyspaceListener {
  readonly #parts: NotificationsNeeds;
  /** The classes of events that are published, as bits of `EventClass`. */
  #published = 0;

  constructor(parts: NotificationsNeeds) {
    this.#parts = parts;
  }

  /** Publish these classes of events from now on. */
  publish(classes: number): void {
    this.#published = classes;
    this.#parts.keyspace.listeners.notified = classes;
  }

  notify(db: Database, eventClass: number, event: string, key: ByteString): void {
    const published = this.#published;
    if ((published & eventClass) === 0) return;
    const { pubsub, loading } = this.#parts;
    if (!pubsub.active || loading.active) return;
    if ((published & EventClass.KEYSPACE) !== 0) {
      pubsub.publish(`__keyspace@${db.index}__:${key}`, event);
    }
    if ((published & EventClass.KEYEVENT) !== 0) {
      pubsub.publish(`__keyevent@${db.index}__:${event}`, key);
    }
  }
}
