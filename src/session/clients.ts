/**
 * The clients of a server: making them, finding them, and forgetting those that are gone.
 *
 * @module
 */

import type { Acl } from "../acl/acl.ts";
import type { Clock } from "../clock/clock.ts";
import type { Database } from "../keyspace/database.ts";
import type { Caller } from "./caller.ts";
import { Client, type ClientConnection } from "./client.ts";

/** What clients need of the server. */
export interface ClientsNeeds {
  readonly acl: Acl;
  readonly clock: Clock;
  readonly keyspace: { readonly databases: readonly Database[] };
}

/** What a part of the server does when a client is gone. */
export type Departure = (client: Client) => void;

/** The clients of one server that have a connection, by their number. */
export class Clients {
  readonly #parts: ClientsNeeds;
  readonly #newContext: (client: Client) => unknown;
  readonly #departures: Departure[] = [];
  readonly #all = new Map<number, Client>();
  #nextId = 1;

  /** @param newContext makes what the handlers of a client's commands get */
  constructor(parts: ClientsNeeds, newContext: (client: Client) => unknown) {
    this.#parts = parts;
    this.#newContext = newContext;
  }

  /** How many there are. */
  get size(): number {
    return this.#all.size;
  }

  /** The client of a number. */
  get(id: number): Client | undefined {
    return this.#all.get(id);
  }

  /** All of them, in the order in which they came. */
  values(): IterableIterator<Client> {
    return this.#all.values();
  }

  /** Make a client. One with a connection counts in CLIENT LIST until it is removed. */
  create(caller: Caller, connection: ClientConnection | null): Client {
    const { acl, clock, keyspace } = this.#parts;
    const client = new Client({
      id: this.#nextId++,
      caller,
      connection,
      databases: keyspace.databases,
      clock,
    });
    if (!caller.obeyed) client.user = acl.defaultUser;
    client.authenticated = caller.obeyed || acl.isOpen;
    client.context = this.#newContext(client);
    if (connection !== null) this.#all.set(client.id, client);
    return client;
  }

  /** Forget a client: its connection is closed. */
  remove(client: Client): void {
    client.closed = true;
    this.#all.delete(client.id);
    for (const gone of this.#departures) gone(client);
    client.transaction = null;
  }

  /** Call a function when a client is gone. */
  onDeparture(gone: Departure): void {
    this.#departures.push(gone);
  }
}
