/**
 * `--stat`: a line of figures about the server, again and again.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { leadingInteger } from "../options.ts";
import { humanBytes } from "../printf.ts";
import type { Session } from "../session.ts";
import { askPatiently } from "./patience.ts";

/** Behind so many lines the head of the columns comes again. */
const PAGE = 20;

const HEAD = "------- data ------ --------------------- load -------------------- - child -\n" +
  "keys       mem      clients blocked requests            connections          \n";

/** Databases whose keys are counted. */
const DATABASES = 20;

/** What is going on beside serving, by its bits: a save, a rewrite of the AOF, loading. */
const CHILDREN: Record<number, string> = { 1: "SAVE", 2: "AOF", 3: "SAVE+AOF", 4: "LOAD" };

/** A number of INFO's text: behind the first mention of the field; 0 when there is none. */
function field(info: ByteString, name: string): number {
  const at = info.indexOf(name);
  return at < 0 ? 0 : leadingInteger(info.slice(at + name.length + 1, at + name.length + 24));
}

/** The line for one INFO. @param before the number of commands in the last one; 0 for none */
function line(info: ByteString, before: number): ByteString {
  let keys = 0;
  for (let i = 0; i < DATABASES; i++) keys += field(info, `db${i}:keys`);
  const commands = field(info, "total_commands_processed");
  const more = before === 0 ? 0 : commands - before;
  const children = field(info, "bgsave_in_progress") |
    field(info, "aof_rewrite_in_progress") << 1 | field(info, "loading") << 2;
  return String(keys).padEnd(11) +
    humanBytes(field(info, "used_memory")).padEnd(8) +
    " " + String(field(info, "connected_clients")).padEnd(8) +
    String(field(info, "blocked_clients")).padEnd(8) +
    `${commands} (+${more})`.padEnd(19) +
    " " + String(field(info, "total_connections_received")).padEnd(12) +
    (CHILDREN[children] ?? "") + "\n";
}

/** Print figures every second, or as often as `-i` says, until the program is ended. */
export async function stat(session: Session): Promise<number> {
  const pause = (session.options.interval || 1) * 1000;
  for (let lines = 0, commands = 0;; lines++) {
    const reply = await askPatiently(session, ["INFO"]);
    if (reply.type === "error") {
      session.printError(`ERROR: ${reply.value}\n`);
      return 1;
    }
    const info = "value" in reply ? String(reply.value) : "";
    session.print((lines % PAGE === 0 ? HEAD : "") + line(info, commands));
    commands = field(info, "total_commands_processed");
    await session.io.sleep(pause);
  }
}
