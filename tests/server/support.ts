/**
 * Running the program as a user does, with any command line, and a server in this process whose log
 * is looked at.
 *
 * @module
 */

import { fromText } from "../../src/bytes/bytes.ts";
import { type Clock, SystemClock } from "../../src/clock/clock.ts";
import { Config } from "../../src/config/config.ts";
import { Logger } from "../../src/log/logger.ts";
import { Server } from "../../src/server.ts";
import { RawClient } from "../support/raw_client.ts";
import { REPOSITORY } from "../support/servers.ts";
import { until } from "../support/until.ts";

/** How to run the program. */
export interface ProgramOptions {
  /** Text for standard input, which is closed behind it; none without it. */
  stdin?: string;
  /** The working directory; the repository's root without it. */
  cwd?: string;
}

/** The program as a process of its own; it is killed at the end of its block. */
export class Program implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #ended: Promise<number>;
  #stdout = "";
  #stderr = "";
  #over = false;

  constructor(argv: readonly string[], options: ProgramOptions = {}) {
    const compiled = Deno.env.get("REDENO_BIN");
    const before = compiled === undefined ? ["run", "-A", `${REPOSITORY}main.ts`] : [];
    this.#child = new Deno.Command(compiled ?? Deno.execPath(), {
      args: [...before, ...argv],
      cwd: options.cwd ?? REPOSITORY,
      env: { NO_COLOR: "1" },
      stdin: options.stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#ended = this.#follow(options.stdin);
  }

  async #follow(stdin: string | undefined): Promise<number> {
    const collect = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>, error: boolean) => {
      for await (const text of stream.pipeThrough(new TextDecoderStream())) {
        if (error) this.#stderr += text;
        else this.#stdout += text;
      }
    };
    const feed = async () => {
      if (stdin === undefined) return;
      const writer = this.#child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(stdin)).catch(() => {});
      await writer.close().catch(() => {});
    };
    const { stdout, stderr } = this.#child;
    await Promise.all([collect(stdout, false), collect(stderr, true), feed()]);
    const { code, signal } = await this.#child.status;
    this.#over = true;
    if (signal !== null) throw new Error(`ended by ${signal}:\n${this.stdout}${this.stderr}`);
    return code;
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** What it has written to standard output so far. */
  get stdout(): string {
    return this.#stdout;
  }

  /** What it has written to standard error so far. */
  get stderr(): string {
    return this.#stderr;
  }

  /** Wait for a text on standard output. */
  async logs(text: string): Promise<void> {
    await until(
      () => this.#over || this.#stdout.includes(text),
      `${JSON.stringify(text)} in the log`,
    );
    if (this.#stdout.includes(text)) return;
    throw new Error(`it ended before ${JSON.stringify(text)}:\n${this.#stdout}${this.#stderr}`);
  }

  /** The exit code, once it has ended by itself. */
  async exitCode(timeoutMs = 20_000): Promise<number> {
    const timer = setTimeout(() => this.kill("SIGKILL"), timeoutMs);
    try {
      return await this.#ended;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Send a signal. */
  kill(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch {
      // It has ended already.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#over) this.kill("SIGKILL");
    await this.#ended.catch(() => {});
  }
}

/** What a program that ended by itself left. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Run the program to its end. */
export async function runToEnd(
  argv: readonly string[],
  options: ProgramOptions = {},
): Promise<Outcome> {
  await using program = new Program(argv, options);
  const code = await program.exitCode();
  return { code, stdout: program.stdout, stderr: program.stderr };
}

/** Do something with each item, two at a time: as many as the machine is sure to have cores. */
export async function inPairs<T>(
  items: readonly T[],
  each: (item: T) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const work = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await each(item);
  };
  await Promise.all([work(), work()]);
}

/** A server in this process on a free port, with its log. */
export class LocalServer implements AsyncDisposable {
  readonly server: Server;
  #log = "";

  private constructor(directives: Record<string, string>, clock: Clock) {
    const config = new Config();
    const all = { bind: "127.0.0.1", port: "0", save: "", loglevel: "verbose", ...directives };
    for (const [name, value] of Object.entries(all)) {
      const fault = config.assign(name, [fromText(value)]);
      if (fault !== null) throw new Error(`${name}: ${fault}`);
    }
    const decoder = new TextDecoder();
    const log = new Logger({
      clock,
      sink: (line) => this.#log += decoder.decode(line, { stream: true }),
    });
    this.server = new Server({ config, log, clock, anyPort: true });
  }

  /** Make a server that has not begun. */
  static make(directives: Record<string, string> = {}, clock: Clock = new SystemClock()) {
    return new LocalServer(directives, clock);
  }

  /** Start a server; `dir` is a directory without a dump unless given. */
  static async start(directives: Record<string, string> = {}): Promise<LocalServer> {
    const local = new LocalServer({ dbfilename: "none.rdb", ...directives }, new SystemClock());
    await local.server.begin();
    return local;
  }

  /** What it has logged. */
  get log(): string {
    return this.#log;
  }

  /** A new connection. */
  connect(): Promise<RawClient> {
    return RawClient.connect(this.server.port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }
}
