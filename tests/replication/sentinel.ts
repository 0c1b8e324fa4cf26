/**
 * What the tests with a real Redis Sentinel need: servers that live on under one configuration file
 * when they are killed and started again, three sentinels that watch them, and a client that writes
 * through ioredis in its Sentinel mode and remembers what was acknowledged.
 *
 * @module
 */

import { Redis, type RedisOptions } from "ioredis";
import { RawClient } from "../support/raw_client.ts";
import { parseReply, type Reply } from "../support/resp.ts";
import { findRedisServer, freePort, REPOSITORY } from "../support/servers.ts";
import { TempDir } from "../support/temp.ts";
import { until } from "../support/until.ts";

/** Which program a server is. */
export type Kind = "redis" | "redeno";

/** The name under which the sentinels know the primary. */
export const MASTER_NAME = "mymaster";

/** What the sentinels are told, in milliseconds. */
export const DOWN_AFTER_MS = 1500;
export const FAILOVER_TIMEOUT_MS = 10_000;

/** How long a sentinel looks on when it finds that time has jumped. */
const TILT_MS = 30_000;

/** How many writes of {@linkcode Load} are under way at once. */
const WORKERS = 4;
/** Pause of a worker of {@linkcode Load} between two writes. */
const PACE_MS = 2;

const SENTINELS = 3;
const QUORUM = 2;

/** The lines `name:value` of INFO. */
export function infoFields(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return fields;
}

/** How to start a server or a sentinel. */
interface NodeOptions {
  name: string;
  kind: Kind;
  /** The first text of its configuration file; port and directory are added. */
  config: string;
  sentinel?: boolean;
  password?: string;
}

/** A server (or a sentinel) with a directory and a port that outlive its process. */
export class Node implements AsyncDisposable {
  readonly name: string;
  readonly kind: Kind;
  readonly port: number;
  readonly configFile: string;
  /** What clients have to say before anything else; empty for nothing. */
  password: string;
  readonly #dir: TempDir;
  readonly #sentinel: boolean;
  #child: Deno.ChildProcess | undefined;
  #output: Promise<unknown> | undefined;
  #ready = Promise.withResolvers<boolean>();
  #log = "";

  private constructor(options: NodeOptions, dir: TempDir, port: number) {
    this.name = options.name;
    this.kind = options.kind;
    this.password = options.password ?? "";
    this.port = port;
    this.configFile = `${dir.path}/${options.sentinel ? "sentinel" : "redis"}.conf`;
    this.#dir = dir;
    this.#sentinel = options.sentinel ?? false;
  }

  /** Write a configuration file and start a process with it. */
  static async create(options: NodeOptions): Promise<Node> {
    const dir = await TempDir.create();
    const node = new Node(options, dir, freePort());
    const common = `port ${node.port}\ndir ${dir.path}\nbind 127.0.0.1\n`;
    await Deno.writeTextFile(node.configFile, common + options.config);
    try {
      await node.start();
    } catch (error) {
      await node[Symbol.asyncDispose]();
      throw error;
    }
    return node;
  }

  /** Start its process with the configuration file as it is now, and wait until it is ready. */
  async start(): Promise<void> {
    const path = this.kind === "redis" ? findRedisServer()! : Deno.execPath();
    const args = this.kind === "redis" ? [] : ["run", "-A", `${REPOSITORY}main.ts`];
    args.push(this.configFile);
    if (this.#sentinel) args.push("--sentinel");
    const ready = this.#ready = Promise.withResolvers<boolean>();
    this.#child = new Deno.Command(path, {
      args,
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const sign = this.#sentinel ? "Sentinel ID is" : "Ready to accept connections";
    const collect = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
      let seen = "";
      for await (const text of stream.pipeThrough(new TextDecoderStream())) {
        this.#log += text;
        if (seen.length < 10_000) seen += text;
        if (seen.includes(sign)) ready.resolve(true);
      }
    };
    this.#output = Promise.all([collect(this.#child.stdout), collect(this.#child.stderr)])
      .then(() => ready.resolve(false));
    const timer = setTimeout(() => ready.resolve(false), 30_000);
    const started = await ready.promise;
    clearTimeout(timer);
    if (!started) throw new Error(`${this.name} does not start:\n${this.#log}`);
  }

  /** Send its process a signal that does not end it. */
  signal(signal: Deno.Signal): void {
    this.#child?.kill(signal);
  }

  /** End its process with a signal, and wait for the end. */
  async end(signal: Deno.Signal): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    try {
      child.kill(signal);
    } catch {
      // It has ended already.
    }
    const timer = setTimeout(() => child.kill("SIGKILL"), 5000);
    await child.status;
    clearTimeout(timer);
    await this.#output;
  }

  /** All output of all its processes. */
  get log(): string {
    return this.#log;
  }

  /** Its configuration file as it is now. */
  readConfig(): Promise<string> {
    return Deno.readTextFile(this.configFile);
  }

  /** A new connection, authenticated. */
  async connect(): Promise<RawClient> {
    const client = await RawClient.connect(this.port);
    if (this.password !== "") await client.call("AUTH", this.password);
    return client;
  }

  /** The raw reply to one command on a connection of its own. */
  async raw(...args: string[]): Promise<string> {
    await using client = await this.connect();
    return await client.call(...args);
  }

  /** The parsed reply to one command on a connection of its own. */
  async call(...args: string[]): Promise<Reply> {
    return parseReply(await this.raw(...args));
  }

  /** The text of the reply to one command; throws an error reply. */
  async text(...args: string[]): Promise<string> {
    const { type, text } = await this.call(...args);
    if (type === "-") throw new Error(`${this.name}: ${args.join(" ")}: ${text}`);
    return text ?? "";
  }

  /** Fields of INFO. */
  async info(section: string): Promise<Map<string, string>> {
    return infoFields(await this.text("INFO", section));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end("SIGTERM");
    await this.#dir[Symbol.asyncDispose]();
  }
}

/** What a group of servers should be. */
export interface GroupOptions {
  /** Programs: the primary's first, then the replicas'. */
  kinds: readonly Kind[];
  /** `replica-priority` of each; the replica with the lowest wins. */
  priorities: readonly number[];
  /** Password of servers, replication and sentinels' links. */
  password?: string;
  /** More lines for the configuration files of the servers. */
  config?: string;
}

/** A primary, its replicas, and three sentinels that watch them. */
export class Group implements AsyncDisposable {
  readonly servers: Node[] = [];
  readonly sentinels: Node[] = [];
  readonly #closing: (() => void)[] = [];
  readonly #password: string;

  private constructor(readonly options: GroupOptions) {
    this.#password = options.password ?? "";
  }

  /** Start all of it, and wait until every link is up and the sentinels know each other. */
  static async create(options: GroupOptions): Promise<Group> {
    const group = new Group(options);
    try {
      await group.#start();
    } catch (error) {
      await group[Symbol.asyncDispose]();
      throw error;
    }
    return group;
  }

  async #start(): Promise<void> {
    const { kinds, priorities, config = "" } = this.options;
    const password = this.#password;
    const secret = password === "" ? "" : `requirepass ${password}\nmasterauth ${password}\n`;
    for (const [i, kind] of kinds.entries()) {
      const primary = this.servers[0];
      const follow = i === 0 ? "" : `replicaof 127.0.0.1 ${primary.port}\n`;
      this.servers.push(
        await Node.create({
          name: `server ${i} (${kind})`,
          kind,
          password,
          config: 'save ""\nenable-debug-command yes\nrepl-diskless-sync-delay 0\n' +
            `replica-priority ${priorities[i]}\n${secret}${config}${follow}`,
        }),
      );
    }
    await this.linked(this.servers[0], this.servers.slice(1));
    const auth = password === "" ? "" : `sentinel auth-pass ${MASTER_NAME} ${password}\n`;
    const watch =
      `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${this.servers[0].port} ${QUORUM}\n${auth}` +
      `sentinel down-after-milliseconds ${MASTER_NAME} ${DOWN_AFTER_MS}\n` +
      `sentinel failover-timeout ${MASTER_NAME} ${FAILOVER_TIMEOUT_MS}\n` +
      `sentinel parallel-syncs ${MASTER_NAME} 1\n`;
    const started = Array.from(
      { length: SENTINELS },
      (_, i) =>
        Node.create({ name: `sentinel ${i}`, kind: "redis", config: watch, sentinel: true })
          .then((node) => this.sentinels.push(node)),
    );
    const failed = (await Promise.allSettled(started)).find((one) => one.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    await this.#acquainted();
  }

  /** Until every sentinel knows all replicas and its fellows, and finds nothing wrong. */
  async #acquainted(): Promise<void> {
    for (const sentinel of this.sentinels) {
      await this.until(async () => {
        const fields = fieldsOf(await sentinel.call("SENTINEL", "MASTER", MASTER_NAME));
        return fields.get("flags") === "master" &&
          fields.get("num-slaves") === `${this.servers.length - 1}` &&
          fields.get("num-other-sentinels") === `${SENTINELS - 1}`;
      }, `${sentinel.name} knows everybody`);
    }
  }

  /** Until replicas follow a primary: both ends say so. */
  async linked(primary: Node, replicas: readonly Node[]): Promise<void> {
    for (const replica of replicas) {
      await this.until(async () => {
        const info = await replica.info("replication");
        return info.get("role") === "slave" && info.get("master_link_status") === "up" &&
          info.get("master_port") === `${primary.port}`;
      }, `${replica.name} follows ${primary.name}`);
    }
    await this.until(async () => {
      const info = await primary.info("replication");
      const online = [...info].filter(([name, value]) =>
        /^slave\d+$/.test(name) && value.includes("state=online")
      );
      return info.get("role") === "master" && online.length === replicas.length;
    }, `${primary.name} has its replicas online`);
  }

  /** Like {@linkcode until}, with the logs of everybody. */
  until<T>(
    probe: () => Promise<T | undefined | false> | T | undefined | false,
    what: string,
    { timeoutMs = 30_000 }: { timeoutMs?: number } = {},
  ): Promise<T> {
    return until(probe, what, { timeoutMs, logs: () => this.logs() });
  }

  /** The ends of all logs. */
  logs(): string {
    return [...this.servers, ...this.sentinels]
      .map(({ name, port, log }) => `--- ${name}, port ${port}\n${log.slice(-6000)}`).join("\n");
  }

  /** Whom a sentinel names as primary. */
  async primaryOf(sentinel: Node): Promise<Node | undefined> {
    const reply = await sentinel.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER_NAME);
    const port = Number(reply.items?.[1].text);
    return this.servers.find((server) => server.port === port);
  }

  /** Until all sentinels name another primary than before, and it says that it is one. */
  switched(from: Node, patienceMs: number): Promise<Node> {
    return this.until(
      async () => {
        const named = await this.primaryOf(this.sentinels[0]);
        if (named === undefined || named === from) return undefined;
        for (const sentinel of this.sentinels) {
          if (await this.primaryOf(sentinel) !== named) return undefined;
        }
        const role = (await named.info("replication")).get("role");
        return role === "master" && named;
      },
      "a new primary",
      { timeoutMs: patienceMs },
    );
  }

  /**
   * Milliseconds that a failover may take longer for reasons that lie with the sentinels: an election
   * without a winner is repeated after twice the time for a failover, and sentinels that the machine
   * has starved judge nobody for half a minute.
   */
  get excuseMs(): number {
    const count = (event: string) =>
      this.sentinels.reduce((sum, { log }) => sum + log.split(event).length - 1, 0);
    return 2 * FAILOVER_TIMEOUT_MS * count("-failover-abort-not-elected") +
      TILT_MS * Math.min(1, count("+tilt"));
  }

  /** Until all servers stand at the same position of the stream. Nobody may be writing. */
  async level(): Promise<void> {
    await this.until(async () => {
      const offsets = await Promise.all(
        this.servers.map(async (server) =>
          (await server.info("replication")).get("master_repl_offset")
        ),
      );
      return new Set(offsets).size === 1;
    }, "equal positions");
  }

  /** DEBUG DIGEST of each server. */
  digests(): Promise<string[]> {
    return Promise.all(this.servers.map((server) => server.text("DEBUG", "DIGEST")));
  }

  /** A client that asks the sentinels for the primary, and again whenever it loses it. */
  client(options: RedisOptions = {}): Redis {
    const client = new Redis({
      sentinels: this.sentinels.map(({ port }) => ({ host: "127.0.0.1", port })),
      name: MASTER_NAME,
      role: "master",
      sentinelRetryStrategy: () => 100,
      retryStrategy: () => 100,
      // What was under way when the connection broke fails: a WAIT that is sent again on another
      // connection would wait for nothing.
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      ...this.#password === "" ? {} : { password: this.#password },
      ...options,
    });
    client.on("error", () => {});
    this.#closing.push(() => client.disconnect());
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const close of this.#closing) close();
    // Sentinels first, so that they begin nothing new.
    for (const node of [...this.sentinels, ...this.servers]) await node[Symbol.asyncDispose]();
  }
}

/** A flat list of names and values, as SENTINEL writes it. */
export function fieldsOf(reply: Reply): Map<string, string> {
  const items = reply.items ?? [];
  const fields = new Map<string, string>();
  for (let i = 0; i + 1 < items.length; i += 2) {
    fields.set(items[i].text ?? "", items[i + 1].text ?? "");
  }
  return fields;
}

/**
 * Writes through a client until it is told to stop: a key of its own for each write, then WAIT. What
 * WAIT confirmed may never be lost.
 */
export class Load {
  /** Keys (and their values) that enough replicas had. */
  readonly acknowledged: string[] = [];
  /** Writes that failed or that too few replicas confirmed. */
  doubtful = 0;
  /** Error texts and how often they came. */
  readonly errors = new Map<string, number>();
  #stopped = false;
  readonly #workers: Promise<void>[];

  /**
   * @param client see {@linkcode Group.client}
   * @param replicas how many have to confirm a write; it may be changed on the way
   */
  constructor(client: Redis, public replicas: number) {
    this.#workers = Array.from({ length: WORKERS }, (_, i) => this.#work(client, i));
  }

  async #work(client: Redis, worker: number): Promise<void> {
    for (let i = 0; !this.#stopped; i++) {
      const key = `load:${worker}:${i}`;
      const { replicas } = this;
      try {
        // One write to the socket: both or neither run on the same connection.
        const [set, wait] = await client.pipeline().set(key, key).wait(replicas, 500).exec() ?? [];
        const error = set?.[0] ?? wait?.[0];
        if (error) throw error;
        if (Number(wait?.[1]) >= replicas) this.acknowledged.push(key);
        else this.doubtful++;
      } catch (error) {
        this.doubtful++;
        const text = error instanceof Error ? error.message : String(error);
        this.errors.set(text, (this.errors.get(text) ?? 0) + 1);
      }
      // A load that leaves time for the others: the sentinels stop judging when they are starved.
      await new Promise((resolve) => setTimeout(resolve, PACE_MS));
    }
  }

  /** Stop, and wait for what is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#workers);
  }

  /** The acknowledged keys that a server does not have. */
  async lost(server: Node): Promise<string[]> {
    const lost: string[] = [];
    for (let at = 0; at < this.acknowledged.length; at += 1000) {
      const keys = this.acknowledged.slice(at, at + 1000);
      const { items = [] } = await server.call("MGET", ...keys);
      keys.forEach((key, i) => {
        if (items[i]?.text !== key) lost.push(key);
      });
    }
    return lost;
  }
}
