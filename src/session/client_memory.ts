/**
 * How much memory clients take: buffers and queued arguments, whose sizes are known, and flat
 * estimates for the client itself, its watched keys and its subscriptions.
 *
 * @module
 */

import type { Client } from "./client.ts";

/** Bytes of a client record, with its entry in the table of clients. */
const CLIENT_BYTES = 2048;
/** A watched key, and a subscription. */
const WATCH_BYTES = 100;
const SUBSCRIPTION_BYTES = 150;

/** Bytes that a client takes. O(1). */
export function clientMemory(client: Client): number {
  const { connection, transaction, subscriptions, watching, replica } = client;
  let bytes = CLIENT_BYTES + watching * WATCH_BYTES;
  if (transaction !== null) bytes += transaction.bytes;
  if (subscriptions !== null) bytes += subscriptions.total * SUBSCRIPTION_BYTES;
  if (connection !== null) {
    bytes += Math.max(connection.queryBytes, connection.queryCapacity);
    // A replica's output is the stream, of which there is one for all.
    bytes += replica === null ? connection.outputBytes : replica.queued;
  }
  return bytes;
}

/** Bytes that all clients take. O(clients). */
export function allClientMemory(clients: Iterable<Client>): number {
  let sum = 0;
  for (const client of clients) sum += clientMemory(client);
  return sum;
}
