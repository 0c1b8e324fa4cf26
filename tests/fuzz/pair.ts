/**
 * A real server and Redeno side by side: the same commands to both, their replies compared.
 *
 * @module
 */

import type { RawClient } from "../support/raw_client.ts";
import { asking, dataDigest } from "../support/digest.ts";
import { encodeCommand } from "../support/resp.ts";
import { type ServerProcess, startRedis, startSubject } from "../support/servers.ts";
import { agrees, agreesSeveral } from "./compare.ts";
import type { FuzzCommand } from "./template.ts";

/** Small limits, so that few commands make a value change its encoding. */
const LIMITS = [
  ..."--hash-max-listpack-entries 16 --hash-max-listpack-value 24".split(" "),
  ..."--zset-max-listpack-entries 16 --zset-max-listpack-value 24".split(" "),
  ..."--set-max-intset-entries 16 --list-max-listpack-size 8".split(" "),
  ..."--stream-node-max-entries 8 --hll-sparse-max-bytes 200".split(" "),
];

/** A key of each type, for commands that meet the wrong one, and one that nothing overwrites. */
const SET_UP = [
  "SET txt v",
  "SET str v",
  "SET int 10",
  "RPUSH lst a b 1 2",
  "SADD set a b 1",
  "HSET hsh a 1 f1 2 m1 3",
  "ZADD zst 1 a 2 b 3 m1",
  "XADD stm 1-1 f v",
].map((line) => line.split(" "));

/** Commands between two waits for replies. */
const BATCH = 100;

/** How one command was answered. */
export interface Outcome {
  readonly oracle: string;
  readonly ours: string;
}

/** The first command of a sequence that was answered differently. */
export interface Mismatch extends Outcome {
  readonly index: number;
}

/** How to run a sequence. */
export interface RunOptions {
  readonly protocol: 2 | 3;
  /** One command may have several replies, or none: a PING behind each tells where they end. */
  readonly severalReplies?: boolean;
}

/** Two servers with one connection each. */
export class Pair implements AsyncDisposable {
  readonly #servers: readonly ServerProcess[];
  readonly #clients: readonly RawClient[];

  private constructor(servers: readonly ServerProcess[], clients: readonly RawClient[]) {
    this.#servers = servers;
    this.#clients = clients;
  }

  /** Start both servers. */
  static async start(): Promise<Pair> {
    const own = Deno.env.get("CONFORMANCE_SELF") === "1"
      ? []
      : ["--set-max-listpack-entries", "16", "--set-max-listpack-value", "24"];
    const servers = await Promise.all([
      startRedis({ args: LIMITS }),
      startSubject({ args: [...LIMITS, ...own] }),
    ]);
    const pair = new Pair(servers, await Promise.all(servers.map((server) => server.connect())));
    for (const client of pair.#clients) await client.call("DEBUG", "SET-ACTIVE-EXPIRE", "0");
    return pair;
  }

  /** Those of these commands that one of the servers has and the other has not. */
  async missing(names: ReadonlySet<string>): Promise<Set<string>> {
    const missing = new Set<string>();
    for (const name of names) {
      const [oracle, ours] = await Promise.all(
        this.#clients.map((client) => client.call("COMMAND", "INFO", name)),
      );
      const has = (reply: string) => reply.startsWith("*1\r\n*10\r\n");
      if (has(oracle) !== has(ours)) missing.add(name);
    }
    return missing;
  }

  /** Run a sequence from a clean state. @returns the first mismatch, or undefined */
  async run(
    commands: readonly FuzzCommand[],
    options: RunOptions,
  ): Promise<Mismatch | undefined> {
    await Promise.all(this.#clients.map((client) => reset(client, options.protocol)));
    for (let from = 0, size; from < commands.length; from += size) {
      size = batchSize(commands, from);
      const batch = commands.slice(from, from + size);
      const send = options.severalReplies ? askSeveral : ask;
      const [oracle, ours] = await this.#both(batch, send);
      for (let i = 0; i < batch.length; i++) {
        const equal = options.severalReplies
          ? agreesSeveral(oracle[i], ours[i])
          : agrees(oracle[i][0], ours[i][0], batch[i].tolerances, options.protocol);
        // 7.0 digests scores as another text; whether the data are the same shows from near by.
        if (!equal && !(isDigest(batch[i]) && await this.#sameData())) {
          return { index: from + i, oracle: oracle[i].join(""), ours: ours[i].join("") };
        }
      }
    }
    return undefined;
  }

  async #sameData(): Promise<boolean> {
    const [oracle, ours] = await Promise.all(this.#servers.map(async (server) => {
      await using client = await server.connect();
      return await dataDigest(asking(client));
    }));
    return oracle === ours;
  }

  async #both(
    batch: readonly FuzzCommand[],
    send: (client: RawClient, batch: readonly FuzzCommand[]) => Promise<string[][]>,
  ): Promise<string[][][]> {
    return await Promise.all(this.#clients.map(async (client, i) => {
      try {
        return await send(client, batch);
      } catch (error) {
        const { kind } = this.#servers[i];
        const log = this.#servers[i].log().slice(-3000);
        throw new Error(`${kind}: ${error}, within\n  ${describe(batch)}\n${log}`);
      }
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
    await Promise.all(this.#servers.map((server) => server[Symbol.asyncDispose]()));
  }
}

function isDigest({ args }: FuzzCommand): boolean {
  return args.join(" ") === "DEBUG DIGEST";
}

/** How many commands to send at once from `from` on: nothing goes with what is behind a digest. */
function batchSize(commands: readonly FuzzCommand[], from: number): number {
  const digest = commands.slice(from, from + BATCH).findIndex(isDigest);
  return digest < 0 ? BATCH : digest + 1;
}

async function reset(client: RawClient, protocol: 2 | 3): Promise<void> {
  const commands = [["RESET"], ["HELLO", `${protocol}`], ["FLUSHALL"], ...SET_UP];
  await client.sendRaw(commands.map(encodeCommand).join(""));
  for (let i = 0; i < commands.length; i++) await client.readReply();
}

async function ask(client: RawClient, batch: readonly FuzzCommand[]): Promise<string[][]> {
  await client.sendRaw(batch.map(({ args }) => encodeCommand(args)).join(""));
  const replies: string[][] = [];
  for (let i = 0; i < batch.length; i++) replies.push([await client.readReply()]);
  return replies;
}

async function askSeveral(client: RawClient, batch: readonly FuzzCommand[]): Promise<string[][]> {
  const mark = (i: number) => `the end of ${i}`;
  await client.sendRaw(
    batch.map(({ args }, i) => encodeCommand(args) + encodeCommand(["PING", mark(i)])).join(""),
  );
  const outcomes: string[][] = [];
  for (let i = 0; i < batch.length; i++) {
    const replies: string[] = [];
    for (;;) {
      const reply = await client.readReply();
      if (reply.endsWith(`\r\n${mark(i)}\r\n`)) break;
      replies.push(reply);
    }
    outcomes.push(replies);
  }
  return outcomes;
}

/** Commands as the conformance cases write them. */
export function describe(commands: readonly FuzzCommand[]): string {
  return commands.map(({ args }) => args.map(quoted).join(" ")).join(" ; ");
}

function quoted(word: string): string {
  if (/^[\w.:*+=,^?/[(@#-][\w.:*+=,^?/[\]()>$-]*$|^[~>$]$/.test(word) && !/^@\w+$/.test(word)) {
    return word;
  }
  const escaped = word.replace(/[^ -~]|["\\]/g, (char) => {
    if (char === '"' || char === "\\") return `\\${char}`;
    return `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
  return `"${escaped}"`;
}
