/**
 * The handshake of a replica with its primary: what it can, and from which position it wants the
 * data.
 *
 * The wording of the log lines is a real server's, as monitoring looks for it.
 *
 * Source: https://redis.io/docs/latest/operate/oss_and_stack/management/replication/ and what a
 * redis-server 7.0.15 sends.
 *
 * @module
 */

import { type ByteString, toText } from "../bytes/bytes.ts";
import type { ReplicationNeeds } from "./needs.ts";
import { encodeCommand } from "../resp/encoder.ts";
import { REDIS_VERSION } from "../version.ts";
import { type LinkConnection, LinkError } from "./link_connection.ts";

/** What this works with. */
type Parts = Pick<ReplicationNeeds, "config" | "log" | "replication">;

/** How the primary goes on. */
export type Agreement =
  /** With all of its data, and then from `position` of the history `id` on. */
  | { readonly kind: "full"; readonly id: string; readonly position: number }
  /** As before, but it is so old that it knows no histories: nobody can go on from what it sends. */
  | { readonly kind: "plain" }
  /** From where this server stands; its history may have another id by now. */
  | { readonly kind: "continue"; readonly id: string };

/** Where the replica stands. */
export interface Standing {
  readonly id: string;
  /** Bytes of that history that it has. */
  readonly position: number;
}

/** A primary that answers so is one, but has to be told a password first. */
const REFUSALS_OF_PING = ["-NOAUTH", "-NOPERM", "-ERR operation not permitted"];
const LATER = ["-NOMASTERLINK", "-LOADING"];

/** A command of the handshake with what its refusal means. */
interface Introduction {
  readonly command: readonly ByteString[];
  /** The log line before the answer, when that is an error. */
  readonly refused: string;
  /** Whether the handshake ends there. */
  readonly fatal: boolean;
}

/**
 * Say who we are and ask for data.
 *
 * @param standing where this server stands; null when it cannot go on from there
 * @throws LinkError when nothing comes of it; with an empty message, the reason is in the log
 */
export async function shakeHands(
  parts: Parts,
  connection: LinkConnection,
  standing: Standing | null,
): Promise<Agreement> {
  const { log } = parts;
  let asked = false;
  try {
    await ping(parts, connection);
    await introduce(parts, connection);
    asked = true;
    return await ask(parts, connection, standing);
  } catch (error) {
    if (!(error instanceof LinkError) || error.message === "" || connection.closed) throw error;
    log.warning(`Failed to read response from the server: ${error.message}`);
    throw failed(
      parts,
      asked
        ? "Master did not reply to PSYNC, will try later"
        : "Master did not respond to command during SYNC handshake",
    );
  }
}

function failed(parts: Parts, message: string): LinkError {
  parts.log.warning(message);
  return new LinkError("");
}

async function ping({ log }: Parts, connection: LinkConnection): Promise<void> {
  connection.write(encodeCommand(["PING"]));
  const answer = await connection.readLine();
  if (!answer.startsWith("+") && !REFUSALS_OF_PING.some((text) => answer.startsWith(text))) {
    log.warning(`Error reply to PING from master: '${toText(answer)}'`);
    throw new LinkError("");
  }
  log.notice("Master replied to PING, replication can continue...");
}

function introductions({ config: { values } }: Parts): Introduction[] {
  const { masterauth, masteruser, replicaAnnounceIp, replicaAnnouncePort, port } = values;
  const list: Introduction[] = [];
  if (masterauth !== "") {
    list.push({
      command: masteruser === "" ? ["AUTH", masterauth] : ["AUTH", masteruser, masterauth],
      refused: "Unable to AUTH to MASTER: ",
      fatal: true,
    });
  }
  const tell = (option: string, ...rest: ByteString[]) =>
    list.push({
      command: ["REPLCONF", option, ...rest],
      refused: `(Non critical) Master does not understand REPLCONF ${option}: `,
      fatal: false,
    });
  tell("listening-port", String(replicaAnnouncePort === 0 ? port : replicaAnnouncePort));
  if (replicaAnnounceIp !== "") tell("ip-address", replicaAnnounceIp);
  tell("capa", "eof", "capa", "psync2");
  tell("version", REDIS_VERSION);
  return list;
}

async function introduce(parts: Parts, connection: LinkConnection): Promise<void> {
  const list = introductions(parts);
  connection.write(list.map(({ command }) => encodeCommand(command)).join(""));
  for (const { refused, fatal } of list) {
    const answer = await connection.readLine();
    if (!answer.startsWith("-")) continue;
    const text = refused + toText(answer);
    if (fatal) throw failed(parts, text);
    parts.log.notice(text);
  }
}

async function ask(
  parts: Parts,
  connection: LinkConnection,
  standing: Standing | null,
): Promise<Agreement> {
  const { log, replication: { failover } } = parts;
  if (standing === null) {
    log.notice("Partial resynchronization not possible (no cached master)");
    connection.write(encodeCommand(["PSYNC", "?", "-1"]));
  } else {
    const offset = String(standing.position + 1);
    log.notice(`Trying a partial resynchronization (request ${standing.id}:${offset}).`);
    const request = ["PSYNC", standing.id, offset];
    // The other server is to be the primary from now on.
    if (failover.inProgress) request.push("FAILOVER");
    connection.write(encodeCommand(request));
  }
  let answer = await connection.readLine();
  // While it is busy it keeps the link alive with empty lines.
  while (answer === "") answer = await connection.readLine();
  const full = answer.startsWith("+FULLRESYNC");
  const goesOn = answer.startsWith("+CONTINUE") && standing !== null;
  if (full || goesOn) {
    failover.succeeded();
  } else if (failover.inProgress) {
    failover.fail("Failover target rejected psync request");
    throw new LinkError("");
  }
  if (full) return fullResync(parts, answer);
  if (goesOn) {
    log.notice("Successful partial resynchronization with master.");
    const id = /^\+CONTINUE\s+([^\s]{40})$/.exec(answer)?.[1] ?? standing.id;
    if (id !== standing.id) log.notice(`Master replication ID changed to ${toText(id)}`);
    return { kind: "continue", id };
  }
  if (LATER.some((text) => answer.startsWith(text))) {
    throw failed(
      parts,
      `Master is currently unable to PSYNC but should be in the future: ${toText(answer)}`,
    );
  }
  log.warning(
    answer.startsWith("-ERR")
      ? `Master does not support PSYNC or is in error state (reply: ${toText(answer)})`
      : `Unexpected reply to PSYNC from master: ${toText(answer)}`,
  );
  log.notice("Retrying with SYNC...");
  connection.write("SYNC\r\n");
  return { kind: "plain" };
}

function fullResync({ log }: Parts, answer: ByteString): Agreement {
  const parts = /^\+FULLRESYNC ([^ ]{40}) (\d{1,16})/.exec(answer);
  if (parts === null) {
    log.warning("Master replied with wrong +FULLRESYNC syntax.");
    return { kind: "plain" };
  }
  const [, id, offset] = parts;
  log.notice(`Full resync from master: ${toText(id)}:${offset}`);
  return { kind: "full", id, position: Number(offset) };
}
