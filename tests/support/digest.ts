/**
 * Digests of data that a real server of 7.0 and this one can both give.
 *
 * DEBUG DIGEST takes the scores of sorted sets as text, which 7.0 writes with 17 digits and 7.2 with
 * as few as will do. Here sorted sets are read out instead, with their scores as numbers.
 *
 * @module
 */

import type { RawClient } from "./raw_client.ts";
import { parseReply, type Reply } from "./resp.ts";

/** Runs a command; its reply. */
export type Ask = (...args: string[]) => Promise<Reply>;

/** Asks over a connection. */
export function asking(client: RawClient): Ask {
  return async (...args) => parseReply(await client.call(...args));
}

async function textOf(ask: Ask, ...args: string[]): Promise<string> {
  return (await ask(...args)).text ?? "";
}

/** DEBUG DIGEST-VALUE of keys in the selected database, with sorted sets read out. */
export async function valueDigests(ask: Ask, ...keys: string[]): Promise<string[]> {
  const digests = (await ask("DEBUG", "DIGEST-VALUE", ...keys)).items ?? [];
  const out: string[] = [];
  for (const [i, key] of keys.entries()) {
    const isZset = await textOf(ask, "TYPE", key) === "zset";
    out.push(isZset ? await sortedSet(ask, key) : digests[i].text ?? "");
  }
  return out;
}

async function sortedSet(ask: Ask, key: string): Promise<string> {
  const flat = (reply: Reply): string[] => reply.items?.flatMap(flat) ?? [reply.text ?? ""];
  const words = flat(await ask("ZRANGE", key, "0", "-1", "WITHSCORES"));
  const number = (text: string) => Number(text.replace("inf", "Infinity"));
  const rows = words.flatMap((word, i) => i % 2 === 0 ? [[word, `${number(words[i + 1])}`]] : []);
  const expires = await textOf(ask, "PTTL", key) !== "-1";
  return JSON.stringify([expires, rows.map(([member, score]) => `${score} ${member}`).sort()]);
}

/** All data of a server, a line a key. The connection has database 0 selected behind it. */
export async function dataDigest(ask: Ask): Promise<string> {
  const lines: string[] = [];
  const info = await textOf(ask, "INFO", "keyspace");
  for (const [, db] of info.matchAll(/^(?:txt:)?db(\d+):/gm)) {
    await ask("SELECT", db);
    const keys = ((await ask("KEYS", "*")).items ?? []).map(({ text }) => text ?? "");
    if (keys.length === 0) continue;
    const digests = await valueDigests(ask, ...keys);
    keys.forEach((key, i) => lines.push(`${db} ${JSON.stringify(key)} ${digests[i]}`));
  }
  await ask("SELECT", "0");
  return lines.sort().join("\n");
}
