/**
 * The servers that are measured: each a process of its own with one connection for preparations.
 *
 * @module
 */

import { RawClient } from "../../support/raw_client.ts";
import { parseReply, type Reply } from "../../support/resp.ts";
import { type ServerOptions, startRedeno, startRedis } from "../../support/servers.ts";

/** `redis` is the real server, `peer` another Redis-compatible server in JavaScript. */
export type TargetKind = "redis" | "redeno" | "peer";

/** The peer: a package of npm, run in Deno as Redeno is. */
export const PEER = "js-redis-server@0.3.0";

/** What people call them. */
export const LABELS: Record<TargetKind, string> = {
  redis: "Redis",
  redeno: "Redeno",
  peer: PEER.split("@")[0],
};

/** Waiting time for a reply: preparations may keep a server busy for long. */
const REPLY_MS = 300_000;

interface Process extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
  log(): string;
}

/** The server refused a command; the message is its reply. */
export class ReplyError extends Error {
  override name = "ReplyError";
}

/** A running server under measurement. */
export class Target implements AsyncDisposable {
  readonly #process: Process;
  readonly #client: RawClient;

  private constructor(
    readonly kind: TargetKind,
    /** Seconds from its start until it accepted connections. */
    readonly startSeconds: number,
    process: Process,
    client: RawClient,
  ) {
    this.#process = process;
    this.#client = client;
  }

  /** Starts one on an empty data set, unless the options say otherwise. */
  static async start(kind: TargetKind, options: ServerOptions = {}): Promise<Target> {
    const starters = { redis: startRedis, redeno: startRedeno, peer: startPeer };
    const began = performance.now();
    const process = await starters[kind]({ readyMs: 120_000, ...options });
    const seconds = (performance.now() - began) / 1000;
    return new Target(kind, seconds, process, await RawClient.connect(process.port));
  }

  get port(): number {
    return this.#process.port;
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** All that it has written so far. */
  log(): string {
    return this.#process.log();
  }

  /** One command and its reply. @throws ReplyError when that is an error */
  async call(...args: string[]): Promise<Reply> {
    await this.#client.send(...args);
    const reply = parseReply(await this.#client.readReply(REPLY_MS));
    if (reply.type === "-") throw new ReplyError(reply.text ?? "");
    return reply;
  }

  /** Does it have the command? */
  async has(command: string): Promise<boolean> {
    const { items } = await this.call("COMMAND", "INFO", command);
    return (items?.[0]?.items?.length ?? 0) > 0;
  }

  /** A figure of INFO; undefined when the server does not tell it. */
  async info(section: string, field: string): Promise<number | undefined> {
    const { text } = await this.call("INFO", section);
    const match = new RegExp(`^${field}:(\\d+)\\r?$`, "m").exec(text ?? "");
    return match === null ? undefined : Number(match[1]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.close();
    await this.#process[Symbol.asyncDispose]();
  }
}

/** Starts the peer. @throws Error with what it wrote when it does not come up */
async function startPeer(options: ServerOptions): Promise<Process> {
  const program = decodeURIComponent(new URL("./peer_server.ts", import.meta.url).pathname);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-config", "--no-lock", program, `npm:${PEER}`],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let log = "";
  const listening = Promise.withResolvers<number | undefined>();
  const collect = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      log += text;
      const port = /^port (\d+)$/m.exec(log)?.[1];
      if (port !== undefined) listening.resolve(Number(port));
    }
  };
  const output = Promise.all([collect(child.stdout), collect(child.stderr)])
    .then(() => listening.resolve(undefined));
  const timer = setTimeout(() => listening.resolve(undefined), options.readyMs);
  const port = await listening.promise;
  clearTimeout(timer);
  const end = async () => {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await child.status;
    await output;
  };
  if (port === undefined) {
    await end();
    throw new Error(`${PEER} does not run here:\n${log.trim()}`);
  }
  return { port, pid: child.pid, log: () => log, [Symbol.asyncDispose]: end };
}

/** Several servers at once, ended together. */
export class TargetSet implements AsyncDisposable {
  readonly list: Target[] = [];
  /** Why a server that was asked for is not among them. */
  readonly missing: Partial<Record<TargetKind, string>> = {};

  /** Starts them one after the other. The peer may be missing; the others may not. */
  static async start(
    kinds: readonly TargetKind[],
    options: ServerOptions = {},
  ): Promise<TargetSet> {
    const set = new TargetSet();
    try {
      for (const kind of kinds) await set.#add(kind, options);
    } catch (error) {
      await set[Symbol.asyncDispose]();
      throw error;
    }
    return set;
  }

  async #add(kind: TargetKind, options: ServerOptions): Promise<void> {
    try {
      this.list.push(await Target.start(kind, options));
    } catch (error) {
      if (kind !== "peer") throw error;
      this.missing[kind] = error instanceof Error ? error.message : String(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.list.map((target) => target[Symbol.asyncDispose]()));
  }
}
