/**
 * What a server holds of a writer's keys, in the form in which the model describes it.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { RawClient } from "../support/raw_client.ts";
import { encodeCommand, parseReply, type Reply } from "../support/resp.ts";
import { type Command, FIELD_NAMES, Model, SHARED, sorted } from "./model.ts";

type TypeName = ReturnType<Model["names"]>[number][1];

/** The commands that tell what a key of a type holds; its time comes first. */
const QUESTIONS: Record<TypeName, (key: string) => Command[]> = {
  string: (key) => [["GET", key]],
  list: (key) => [["LRANGE", key, "0", "-1"]],
  hash: (key) => [
    ["HGETALL", key],
    ["HPEXPIRETIME", key, "FIELDS", `${FIELD_NAMES.length}`, ...FIELD_NAMES],
  ],
  set: (key) => [["SMEMBERS", key]],
  zset: (key) => [["ZRANGE", key, "0", "-1", "WITHSCORES"]],
  stream: (key) => [["XINFO", "STREAM", key, "FULL", "COUNT", "0"]],
};

const texts = (reply: Reply) => (reply.items ?? []).map(({ text }) => text ?? "");
const pairs = (reply: Reply) => {
  const flat = texts(reply);
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]]);
};
/** The first half of a stream's id; the second tells nothing here. */
const idOf = (text: string | null) => parseInt(text ?? "");

const ANSWERS: Record<TypeName, (at: number, replies: Reply[]) => unknown> = {
  string: (at, [value]) => ({ at, value: value.text }),
  list: (at, [items]) => ({ at, items: texts(items) }),
  hash(at, [all, times]) {
    const atOf = new Map(FIELD_NAMES.map((name, i) => [name, Number(texts(times)[i])]));
    return { at, fields: sorted(pairs(all).map(([name, it]) => [name, it, atOf.get(name)])) };
  },
  set: (at, [members]) => ({ at, members: texts(members).sort() }),
  zset: (at, [all]) => ({ at, scores: pairs(all).map(([name, score]) => [name, Number(score)]) }),
  stream(at, [info]) {
    const field = (reply: Reply, name: string): Reply => {
      const items = reply.items ?? [];
      return items[items.findIndex(({ text }, i) => i % 2 === 0 && text === name) + 1];
    };
    const [group] = field(info, "groups").items ?? [];
    const entries = (field(info, "entries").items ?? []).map(({ items }) =>
      [idOf(items![0].text), items![1].items![1].text] as const
    );
    const present = new Set(entries.map(([id]) => id));
    return {
      at,
      entries,
      last: idOf(field(info, "last-generated-id").text),
      group: group === undefined ? null : {
        last: idOf(field(group, "last-delivered-id").text),
        pending: (field(group, "pending").items ?? []).map(({ items }) => idOf(items![0].text))
          .filter((id) => present.has(id)),
      },
    };
  },
};

/** Ask for everything at once. */
export async function ask(client: RawClient, commands: readonly Command[]): Promise<Reply[]> {
  // Not awaited: the server may want its replies read before it reads on.
  const sent = client.sendRaw(commands.map(encodeCommand).join(""));
  const replies: Reply[] = [];
  for (let i = 0; i < commands.length; i++) replies.push(parseReply(await client.readReply()));
  await sent;
  return replies;
}

/** What a server holds of a writer's keys; null for a key that is not there. */
export async function observe(client: RawClient, model: Model): Promise<Map<string, unknown>> {
  const names = model.names();
  const questions = names.map(([key, type]) => [["PEXPIRETIME", key], ...QUESTIONS[type](key)]);
  const replies = await ask(client, questions.flat());
  const found = new Map<string, unknown>();
  for (const [i, [key, type]] of names.entries()) {
    const [time, ...answers] = replies.splice(0, questions[i].length);
    const at = Number(time.text);
    found.set(key, at === -2 ? null : ANSWERS[type](at, answers));
  }
  return found;
}

/** The numbers that each writer has put on the shared list, in the list's order. */
export async function observeShared(client: RawClient): Promise<Map<number, number[]>> {
  const [list] = await ask(client, [["LRANGE", SHARED, "0", "-1"]]);
  const found = new Map<number, number[]>();
  for (const text of texts(list)) {
    const [id, n] = text.split(":").map(Number);
    const numbers = found.get(id);
    if (numbers === undefined) found.set(id, [n]);
    else numbers.push(n);
  }
  return found;
}

/** Whether the model describes what was observed. */
export function describes(model: Model, observed: ReadonlyMap<string, unknown>): boolean {
  return differences(model, observed).length === 0;
}

/** The keys in which the model and what was observed differ. */
export function differences(model: Model, observed: ReadonlyMap<string, unknown>): string[] {
  return [...observed.keys()].filter((key) => {
    try {
      assertEquals(observed.get(key), model.describe(key));
      return false;
    } catch {
      return true;
    }
  });
}
