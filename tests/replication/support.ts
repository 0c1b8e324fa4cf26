/**
 * What the tests of replication have in common: servers of either make in their roles, waiting until
 * they stand at the same place, and comparing what they hold.
 *
 * CONFORMANCE_SELF=1 in the environment puts a real server in Redeno's place: the tests themselves
 * are sound when all passes then.
 *
 * @module
 */

import { valueDigests } from "../support/digest.ts";
import type { RawClient } from "../support/raw_client.ts";
import { encodeCommand, parseReply, type Reply } from "../support/resp.ts";
import {
  findRedisServer,
  type ServerProcess,
  startRedis,
  startSubject,
} from "../support/servers.ts";
import { until } from "../support/until.ts";

/** Which server: a real `redis-server`, or Redeno. */
export type Make = "real" | "redeno";

/** Whether there is a real server on this machine. */
export const HAS_REDIS = findRedisServer() !== undefined;

/** A number from the environment. */
export function setting(name: string, otherwise: number): number {
  return Number(Deno.env.get(name) ?? otherwise);
}

/** Servers that the tests need: quick to notice what is broken, quick to begin. */
const COMMON = [
  ["--loglevel", "verbose"],
  ["--repl-diskless-sync-delay", "0"],
  ["--repl-ping-replica-period", "1"],
].flat();

/** Lines of each log that errors show. */
const LOG_LINES = setting("REPL_LOG_LINES", 25);

/** A server that does not answer by then hangs. */
const REPLY_MS = 30_000;

/** A server with a connection for questions. */
export class Node implements AsyncDisposable {
  private constructor(
    readonly name: string,
    readonly server: ServerProcess,
    readonly client: RawClient,
  ) {}

  /** Start a server. `name` is for messages. */
  static async start(name: string, make: Make, args: readonly string[] = []): Promise<Node> {
    const start = make === "real" ? startRedis : startSubject;
    const server = await start({ args: [...COMMON, ...args] });
    return new Node(`${name} (${make})`, server, await server.connect());
  }

  /** One command; an error reply is thrown. */
  async call(...args: string[]): Promise<Reply> {
    return (await this.pipeline([args]))[0];
  }

  /** Several commands at once; an error reply is thrown. */
  async pipeline(commands: readonly string[][]): Promise<Reply[]> {
    const sending = this.client.sendRaw(commands.map(encodeCommand).join(""));
    const replies: Reply[] = [];
    for (const command of commands) {
      const reply = parseReply(await this.#reply(command));
      if (reply.type === "-") throw new Error(`${this.name}: ${command.join(" ")}: ${reply.text}`);
      replies.push(reply);
    }
    await sending;
    return replies;
  }

  async #reply(command: readonly string[]): Promise<string> {
    try {
      return await this.client.readReply(REPLY_MS);
    } catch (error) {
      throw new Error(`${this.name}: ${command.join(" ").slice(0, 60)}: ${error}\n${this.lastLog}`);
    }
  }

  /** The fields of a section of INFO. */
  async info(section: string): Promise<Map<string, string>> {
    const text = (await this.call("INFO", section)).text ?? "";
    const fields = new Map<string, string>();
    for (const line of text.split("\r\n")) {
      const colon = line.indexOf(":");
      if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1));
    }
    return fields;
  }

  /** A number of INFO. */
  async count(section: string, field: string): Promise<number> {
    return Number((await this.info(section)).get(field));
  }

  /** Follow a primary on a port of this machine. */
  async follow(port: number): Promise<void> {
    await this.call("REPLICAOF", "127.0.0.1", `${port}`);
  }

  /** Whether the link to the primary is up. */
  async linked(): Promise<boolean> {
    return (await this.info("replication")).get("master_link_status") === "up";
  }

  /** The end of its log, for messages. */
  get lastLog(): string {
    const lines = this.server.log().trimEnd().split("\n");
    return `--- ${this.name}\n${lines.slice(-LOG_LINES).join("\n")}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    await this.server[Symbol.asyncDispose]();
  }
}

/** Wait until all links are up and all stand where the primary does. */
export async function untilSynced(
  primary: Node,
  replicas: readonly Node[],
  timeoutMs = 20_000,
): Promise<void> {
  const nodes = [primary, ...replicas];
  const same = async () => {
    const [first, ...others] = await Promise.all(nodes.map((node) => node.info("replication")));
    const offset = first.get("master_repl_offset");
    return others.every((info) =>
      info.get("master_link_status") === "up" && info.get("slave_repl_offset") === offset &&
      info.get("master_repl_offset") === offset
    );
  };
  await until(same, `${replicas.map((node) => node.name).join(", ")} in step`, {
    logs: () => logsOf(nodes),
    timeoutMs,
  });
}

/** The ends of the logs, for the text of an error. */
export function logsOf(nodes: readonly Node[]): string {
  return nodes.map((node) => node.lastLog).join("\n");
}

/** Keys that go sooner than this are made to stay before servers are compared. */
const SOON_MS = 600_000;

/** Names of all keys, by database. */
async function keysOf(node: Node): Promise<Map<number, string[]>> {
  const keys = new Map<number, string[]>();
  for (const name of (await node.info("keyspace")).keys()) {
    const db = Number(name.slice(2));
    const [, reply] = await node.pipeline([["SELECT", `${db}`], ["KEYS", "*"]]);
    keys.set(db, (reply.items ?? []).map((item) => item.text ?? "").sort());
  }
  return keys;
}

/** On the primary: let no key go by itself any more, so that the data stands still. */
export async function settle(primary: Node): Promise<void> {
  const gone = async () => {
    let left = 0;
    for (const [db, keys] of await keysOf(primary)) {
      await primary.call("SELECT", `${db}`);
      const ttl = await primary.pipeline(keys.map((key) => ["PTTL", key]));
      const soon = keys.filter((_, i) => Number(ttl[i].text) >= 0 && Number(ttl[i].text) < SOON_MS);
      await primary.pipeline(soon.map((key) => ["PERSIST", key]));
      // SCAN deletes what has expired; KEYS only hides it.
      await primary.call("SCAN", "0", "COUNT", "1000000");
      left += soon.length + Math.abs(Number((await primary.call("DBSIZE")).text) - keys.length);
    }
    return left === 0;
  };
  await until(gone, "no volatile keys", { logs: () => logsOf([primary]) });
}

/** All that two servers must hold alike: more than DEBUG DIGEST looks at. */
async function contents(node: Node): Promise<Map<string, string>> {
  const all = new Map<string, string>();
  for (const [db, keys] of await keysOf(node)) {
    await node.call("SELECT", `${db}`);
    const digests = await valueDigests((...args) => node.call(...args), ...keys);
    const expiry = await node.pipeline(keys.map((key) => ["PEXPIRETIME", key]));
    const types = await node.pipeline(keys.map((key) => ["TYPE", key]));
    for (const [i, key] of keys.entries()) {
      let text = `${types[i].text} ${digests[i]} expires ${expiry[i].text}`;
      if (types[i].text === "stream") text += ` ${await streamOf(node, key)}`;
      all.set(`${db}/${key}`, text);
    }
  }
  return all;
}

/**
 * What a stream has beside its entries. When consumers were last seen is not replicated, nor is how
 * many entries a group has read (XCLAIM stands in for what XREADGROUP delivered), and a real 7.0 does
 * not tell of every consumer that has nothing pending.
 */
async function streamOf(node: Node, key: string): Promise<string> {
  const plain = (reply: Reply): unknown => reply.items?.map(plain) ?? reply.text;
  const local = new Set([
    ...["entries", "radix-tree-keys", "radix-tree-nodes", "seen-time", "active-time"],
    ...["entries-read", "lag"],
  ]);
  const named = (reply: Reply, deep: Record<string, (reply: Reply) => unknown>) => {
    const out: Record<string, unknown> = {};
    const items = reply.items ?? [];
    for (let i = 0; i < items.length; i += 2) {
      const name = items[i].text ?? "";
      if (!local.has(name)) out[name] = (deep[name] ?? plain)(items[i + 1]);
    }
    return out;
  };
  const each = (form: (reply: Reply) => unknown) => (reply: Reply) => (reply.items ?? []).map(form);
  const busy = (reply: Reply) =>
    (reply.items ?? []).map((item) => named(item, {})).filter((item) => item["pel-count"] !== "0");
  const group = (reply: Reply) => named(reply, { consumers: busy });
  const full = await node.call("XINFO", "STREAM", key, "FULL", "COUNT", "0");
  return JSON.stringify(named(full, { groups: each(group) }));
}

/**
 * Stop what goes by itself, wait until all are in step, and compare all that they hold.
 *
 * @throws Error that names the keys that differ
 */
export async function assertEqualData(
  primary: Node,
  replicas: readonly Node[],
  timeoutMs = 20_000,
): Promise<void> {
  await settle(primary);
  await untilSynced(primary, replicas, timeoutMs);
  const expected = await contents(primary);
  for (const replica of replicas) {
    // What a primary has done can be done (a real server complains of what comes while it loads).
    const refused = replica.server.log().split("\n").find((line) =>
      line.includes("CRITICAL") && !line.includes("LOADING")
    );
    if (refused !== undefined) throw new Error(`${replica.name}: ${refused}`);
    const actual = await contents(replica);
    const lines: string[] = [];
    for (const name of new Set([...expected.keys(), ...actual.keys()])) {
      const [a, b] = [expected.get(name) ?? "nothing", actual.get(name) ?? "nothing"];
      if (a !== b) lines.push(`${name}\n  ${primary.name}: ${a}\n  ${replica.name}: ${b}`);
    }
    if (lines.length > 0) {
      throw new Error(
        `${lines.length} of ${expected.size} keys differ:\n${lines.slice(0, 5).join("\n")}`,
      );
    }
  }
}
