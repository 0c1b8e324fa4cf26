/**
 * Servers as processes of their own, for tests that need the real thing: Redeno started as a user
 * starts it, and a real `redis-server` when the machine has one.
 *
 * Each gets a free loopback port, a directory of its own and its log collected; `await using` ends
 * it and removes the directory.
 *
 * @module
 */

import { RawClient } from "./raw_client.ts";
import { TempDir } from "./temp.ts";

/** How to start a server. */
export interface ServerOptions {
  /** Further arguments, `--name value` as in redis.conf. */
  args?: string[];
  /** Environment variables to add. */
  env?: Record<string, string>;
  /** A command that runs the server's command line, which is appended to it. */
  prefix?: string[];
  /** Longest wait for the log line that says it is ready, in milliseconds. */
  readyMs?: number;
}

/** A running server process. */
export interface ServerProcess extends AsyncDisposable {
  readonly kind: "redis" | "redeno";
  readonly port: number;
  readonly pid: number;
  /** Its working directory (`--dir`). */
  readonly dir: string;
  /** All that it has written to stdout and stderr so far. */
  log(): string;
  /** A new connection. */
  connect(): Promise<RawClient>;
  /** Send a signal. */
  kill(signal: Deno.Signal): void;
  /** Resolves when the process has ended. */
  readonly status: Promise<Deno.CommandStatus>;
}

/** Path of an executable on PATH, or undefined. */
export function findExecutable(name: string): string | undefined {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    const path = `${folder}/${name}`;
    try {
      if (folder !== "" && Deno.statSync(path).isFile) return path;
    } catch {
      // Not here.
    }
  }
  return undefined;
}

/** Path of `redis-server` on PATH, or undefined: tests that need it then report themselves ignored. */
export function findRedisServer(): string | undefined {
  return findExecutable("redis-server");
}

/** The repository's root directory. */
export const REPOSITORY: string = decodeURIComponent(new URL("../..", import.meta.url).pathname);

const READY = "Ready to accept connections";
const COMMON = ["--save", "", "--enable-debug-command", "yes", "--bind", "127.0.0.1"];

/** Start a real `redis-server`; it must be on PATH. */
export function startRedis(options: ServerOptions = {}): Promise<ServerProcess> {
  const path = findRedisServer();
  if (path === undefined) throw new Error("no redis-server on PATH");
  return start("redis", path, [], options);
}

/**
 * Start Redeno from this repository with `deno run`, or the executable that the environment
 * variable REDENO_BIN names.
 */
export function startRedeno(options: ServerOptions = {}): Promise<ServerProcess> {
  const compiled = Deno.env.get("REDENO_BIN");
  if (compiled !== undefined) return start("redeno", compiled, [], options);
  return start("redeno", Deno.execPath(), ["run", "-A", `${REPOSITORY}main.ts`], options);
}

/**
 * The server under test: Redeno, or a real one when CONFORMANCE_SELF=1 is in the environment, which
 * tells whether the tests themselves are sound.
 */
export function startSubject(options: ServerOptions = {}): Promise<ServerProcess> {
  return Deno.env.get("CONFORMANCE_SELF") === "1" ? startRedis(options) : startRedeno(options);
}

/** A port that was free a moment ago: the system chose it, and nothing listens there now. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function start(
  kind: ServerProcess["kind"],
  path: string,
  before: string[],
  options: ServerOptions,
): Promise<ServerProcess> {
  // Another process may take the free port before the server does; then try the next.
  for (let attempt = 1;; attempt++) {
    const dir = await TempDir.create();
    const port = freePort();
    const args = [...before, "--port", `${port}`, "--dir", dir.path, ...COMMON];
    const process = new Process(kind, port, dir, path, [...args, ...options.args ?? []], options);
    if (await process.ready(options.readyMs ?? 30_000)) return process;
    await process[Symbol.asyncDispose]();
    const clash = /address already in use|addrinuse/i.test(process.log());
    if (!clash || attempt === 5) {
      throw new Error(`${kind} did not start on port ${port}:\n${process.log()}`);
    }
  }
}

class Process implements ServerProcess {
  readonly #child: Deno.ChildProcess;
  readonly #temp: TempDir;
  readonly #output: Promise<unknown>;
  readonly #ready = Promise.withResolvers<boolean>();
  #log = "";

  constructor(
    readonly kind: ServerProcess["kind"],
    readonly port: number,
    temp: TempDir,
    path: string,
    args: string[],
    options: ServerOptions,
  ) {
    this.#temp = temp;
    const [command, ...words] = [...options.prefix ?? [], path, ...args];
    this.#child = new Deno.Command(command, {
      args: words,
      cwd: REPOSITORY,
      env: { NO_COLOR: "1", ...options.env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#output = Promise.all([
      this.#collect(this.#child.stdout),
      this.#collect(this.#child.stderr),
    ]).then(() => this.#ready.resolve(false));
  }

  async #collect(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.#log += text;
      if (this.#log.includes(READY)) this.#ready.resolve(true);
    }
  }

  /** True once the log says so; false when the process ended or time was up before. */
  async ready(timeoutMs: number): Promise<boolean> {
    const timer = setTimeout(() => this.#ready.resolve(false), timeoutMs);
    try {
      return await this.#ready.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  get pid(): number {
    return this.#child.pid;
  }

  get dir(): string {
    return this.#temp.path;
  }

  get status(): Promise<Deno.CommandStatus> {
    return this.#child.status;
  }

  log(): string {
    return this.#log;
  }

  connect(): Promise<RawClient> {
    return RawClient.connect(this.port);
  }

  kill(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch {
      // It has ended already.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGTERM");
    const timer = setTimeout(() => this.kill("SIGKILL"), 3000);
    await this.#child.status;
    clearTimeout(timer);
    await this.#output;
    await this.#temp[Symbol.asyncDispose]();
  }
}
