/**
 * A client as a line of CLIENT LIST.
 *
 * Memory figures are estimates: the sizes of buffers and queued arguments that this server knows.
 *
 * Source: https://redis.io/docs/latest/commands/client-list/
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { asciiLower } from "../bytes/bytes.ts";
import type { Client } from "./client.ts";
import { clientMemory } from "./client_memory.ts";
import { RedisError } from "../resp/reply.ts";

/** Kinds of clients as filters name them. */
export type ClientType = "normal" | "replica" | "master" | "pubsub";

/**
 * Read a client type.
 *
 * @throws RedisError when it is none
 */
export function parseClientType(text: ByteString): ClientType {
  switch (asciiLower(text)) {
    case "normal":
      return "normal";
    case "slave":
    case "replica":
      return "replica";
    case "master":
      return "master";
    case "pubsub":
      return "pubsub";
    default:
      throw new RedisError(`ERR Unknown client type '${text}'`);
  }
}

/** The type of a client. */
export function clientType(client: Client): ClientType {
  if (client.isPrimary) return "master";
  if (client.replica !== null) return "replica";
  return client.subscriptions === null ? "normal" : "pubsub";
}

function flags(client: Client): string {
  let text = "";
  if (client.replica !== null) text += "S";
  if (client.isPrimary) text += "M";
  if (client.subscriptions !== null) text += "P";
  if (client.transaction !== null || client.running !== null) text += "x";
  if (client.blocked !== null) text += "b";
  if (client.watchBroken) text += "d";
  if (client.closeAfterReply) text += "c";
  if (client.connection?.isUnix) text += "U";
  if (client.noEvict) text += "e";
  if (client.noTouch) text += "T";
  return text === "" ? "N" : text;
}

/** The line of a client, without a line end. */
export function clientLine(client: Client): ByteString {
  const { connection } = client;
  const now = client.clock.ms;
  const queryBytes = connection?.queryBytes ?? 0;
  const queryFree = (connection?.queryCapacity ?? 0) - queryBytes;
  const output = connection?.outputBytes ?? 0;
  // Those who ask within a transaction see its EXEC.
  const transaction = client.transaction ?? client.running;
  const command = client.running === null ? client.lastCommand?.name ?? "NULL" : "exec";
  return [
    `id=${client.id}`,
    `addr=${connection?.address ?? ""}`,
    `laddr=${connection?.localAddress ?? ""}`,
    `fd=${connection?.fd ?? -1}`,
    `name=${client.name}`,
    `age=${Math.max(0, Math.floor((now - client.createdMs) / 1000))}`,
    `idle=${Math.max(0, Math.floor((now - client.lastInteractionMs) / 1000))}`,
    `flags=${flags(client)}`,
    `db=${client.db.index}`,
    `sub=${client.subscriptions?.channel.size ?? 0}`,
    `psub=${client.subscriptions?.pattern.size ?? 0}`,
    `ssub=${client.subscriptions?.shard.size ?? 0}`,
    `multi=${transaction?.queue.length ?? -1}`,
    `qbuf=${queryBytes}`,
    `qbuf-free=${Math.max(0, queryFree)}`,
    "argv-mem=0",
    `multi-mem=${transaction?.bytes ?? 0}`,
    "rbs=0",
    "rbp=0",
    `obl=${output}`,
    "oll=0",
    "omem=0",
    `tot-mem=${clientMemory(client)}`,
    `events=${connection?.isWriting ? "rw" : "r"}`,
    `cmd=${command}`,
    `user=${client.user?.name ?? "(superuser)"}`,
    "redir=-1",
    `resp=${client.protocol}`,
    `lib-name=${client.libraryName}`,
    `lib-ver=${client.libraryVersion}`,
  ].join(" ");
}
