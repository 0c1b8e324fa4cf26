/**
 * What the client's tests share: a machine that is not there, a server that answers from a script, and
 * the real redis-cli where it is installed.
 *
 * @module
 */

import { fromBytes, toBytes } from "../../src/bytes/bytes.ts";
import type { CommandDocs } from "../../src/cli/command_docs.ts";
import { type CliIo, OutputClosedError } from "../../src/cli/io.ts";
import { runCli } from "../../src/cli/run_client.ts";
import { findExecutable, findRedisServer } from "../support/servers.ts";

/** A machine made up: standard input is what was given, outputs are kept. */
export class TestIo implements CliIo {
  stdinIsTerminal = false;
  stdoutIsTerminal = false;
  out = "";
  err = "";
  raw = false;
  width = 80;
  variables: Record<string, string> = {};
  files: Map<string, string> = new Map();
  clock = 0;
  /** How many times faster than time the timers run. */
  haste = 1;
  interrupt: (() => void) | null = null;
  #input: Uint8Array[] = [];
  #ended = false;
  #wake: (() => void) | null = null;
  #watchers: (() => void)[] = [];

  /** @param input standard input, which ends behind it; without it, {@linkcode type} feeds it */
  constructor(input?: string) {
    if (input !== undefined) {
      this.type(input);
      this.#ended = true;
    }
  }

  /** More standard input: one char a byte. */
  type(bytes: string): void {
    if (bytes !== "") this.#input.push(toBytes(bytes));
    this.#wake?.();
  }

  /** The end of standard input. */
  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** Wait until what was printed satisfies `done`. */
  async until(done: (out: string) => boolean): Promise<void> {
    while (!done(this.out)) await new Promise<void>((resolve) => this.#watchers.push(resolve));
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (this.#input.length === 0) {
      if (this.#ended) return null;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    const chunk = this.#input[0];
    const count = Math.min(chunk.length, buffer.length);
    buffer.set(chunk.subarray(0, count));
    if (count === chunk.length) this.#input.shift();
    else this.#input[0] = chunk.subarray(count);
    return count;
  }

  write(bytes: Uint8Array): void {
    this.out += fromBytes(bytes);
    for (const wake of this.#watchers.splice(0)) wake();
  }

  writeError(bytes: Uint8Array): void {
    this.err += fromBytes(bytes);
  }

  setRaw(raw: boolean): void {
    this.raw = raw;
  }

  columns(): number {
    return this.width;
  }

  env(name: string): string | undefined {
    return this.variables[name];
  }

  readFile(path: string): string | null {
    return this.files.get(path) ?? null;
  }

  writePrivateFile(path: string, text: string): void {
    this.files.set(path, text);
  }

  now(): number {
    return this.clock;
  }

  sleep(ms: number): Promise<void> {
    this.clock += ms;
    return Promise.resolve();
  }

  later(ms: number, fn: () => void): () => void {
    const timer = setTimeout(() => {
      this.clock += ms;
      fn();
    }, ms / this.haste);
    return () => clearTimeout(timer);
  }

  onInterrupt(fn: () => void): () => void {
    this.interrupt = fn;
    return () => this.interrupt = null;
  }

  exit(code: number): never {
    throw new Error(`exit ${code}`);
  }
}

/** A machine whose standard output is closed behind some bytes: it ends what has no end. */
export class ClosingIo extends TestIo {
  /** @param enough how many bytes are taken */
  constructor(readonly enough: number) {
    super("");
  }

  override write(bytes: Uint8Array): void {
    if (this.out.length >= this.enough) throw new OutputClosedError();
    super.write(bytes);
  }
}

/** What a run of a client came to. */
export interface Outcome {
  code: number;
  out: string;
  err: string;
}

/** How to run a client. */
export interface Run {
  args: string[];
  /** Standard input, one char a byte. */
  input?: string;
  env?: Record<string, string>;
}

/** A few commands' docs, for when there is no server to ask. */
export const DOCS: CommandDocs[] = [
  {
    name: "get",
    summary: "Gives the value of a key",
    since: "1.0.0",
    group: "string",
    arguments: [{ name: "key", type: "key" }],
  },
];

/** Run our client in this process. */
export async function runOurs({ args, input = "", env = {} }: Run): Promise<Outcome> {
  const io = new TestIo(input);
  io.variables = env;
  const code = await runCli(args, { version: "0.0.0", commands: () => DOCS, io });
  return { code, out: io.out, err: io.err };
}

async function runProcess(command: string, { args, input = "", env = {} }: Run): Promise<Outcome> {
  const child = new Deno.Command(command, {
    args,
    env: { HOME: "/nonexistent", ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  // A client that does not read its input may be gone before it has been written.
  await writer.write(toBytes(input)).then(() => writer.close()).catch(() => {});
  const { code, stdout, stderr } = await child.output();
  return { code, out: fromBytes(stdout), err: fromBytes(stderr) };
}

/** Run the real redis-cli. */
export function runReal(run: Run): Promise<Outcome> {
  return runProcess("redis-cli", run);
}

/** Run our client as a process of its own. */
export function runOursAsProcess({ args, input, env }: Run): Promise<Outcome> {
  const entry = new URL("./entry.ts", import.meta.url).pathname;
  return runProcess(Deno.execPath(), { args: ["run", "-A", entry, ...args], input, env });
}

/** Whether redis-server and redis-cli are installed here. */
export const HAS_REDIS = findRedisServer() !== undefined &&
  findExecutable("redis-cli") !== undefined;

/** What to append to the name of a test that is ignored for want of them. */
export const WITHOUT_REDIS = HAS_REDIS
  ? ""
  : " (ignored: needs redis-server and redis-cli on PATH)";

/** A server that answers each command with what `answer` says, and remembers the commands. */
export class ScriptedServer {
  readonly commands: string[][] = [];
  connections = 0;
  #closed = false;
  #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  #open: Set<Deno.Conn> = new Set();

  /** @param answer the bytes to send, one char a byte; null closes the connection */
  constructor(private readonly answer: (command: string[]) => string | null) {
    this.#accept();
  }

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  async #accept(): Promise<void> {
    for await (const conn of this.#listener) {
      this.connections++;
      this.#open.add(conn);
      this.#serve(conn).catch(() => {}).finally(() => {
        this.#open.delete(conn);
        try {
          conn.close();
        } catch {
          // Closed by the disposal of the server.
        }
      });
    }
  }

  async #serve(conn: Deno.Conn): Promise<void> {
    const buffer = new Uint8Array(65536);
    let text = "";
    for (;;) {
      const count = await conn.read(buffer);
      if (count === null) return;
      text += fromBytes(buffer, 0, count);
      for (;;) {
        const taken = takeCommand(text);
        if (taken === null) break;
        text = text.slice(taken.length);
        this.commands.push(taken.command);
        const answer = this.answer(taken.command);
        if (answer === null) return;
        for (let at = 0, bytes = toBytes(answer); at < bytes.length;) {
          at += await conn.write(bytes.subarray(at));
        }
      }
    }
  }

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#listener.close();
    for (const conn of this.#open) conn.close();
  }
}

function takeCommand(text: string): { command: string[]; length: number } | null {
  // A command on a line of its own; empty lines before it say nothing.
  const inline = /^(?:\r\n)*([^*\r\n]+)\r\n/.exec(text);
  if (inline !== null) return { command: inline[1].split(" "), length: inline[0].length };
  const head = /^(?:\r\n)*\*(\d+)\r\n/.exec(text);
  if (head === null) return null;
  let at = head[0].length;
  const command: string[] = [];
  for (let i = 0; i < Number(head[1]); i++) {
    const size = /^\$(\d+)\r\n/.exec(text.slice(at));
    if (size === null) return null;
    at += size[0].length;
    if (text.length < at + Number(size[1]) + 2) return null;
    command.push(text.slice(at, at + Number(size[1])));
    at += Number(size[1]) + 2;
  }
  return { command, length: at };
}

/** A bulk string on the wire. */
export const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;
/** An array on the wire, of what is on the wire. */
export const array = (items: string[]) => `*${items.length}\r\n${items.join("")}`;

/** Answers of a server, by the words of the command as far as they tell. */
export type Answers = Record<string, string | null | ((command: string[]) => string | null)>;

/** A server that gives the answers of a table, and refuses what is not in it. */
export function answering(answers: Answers): ScriptedServer {
  return new ScriptedServer((command) => {
    for (let words = command.length; words > 0; words--) {
      const answer = answers[command.slice(0, words).join(" ")];
      if (answer !== undefined) return typeof answer === "function" ? answer(command) : answer;
    }
    return `-ERR unknown command '${command[0]}'\r\n`;
  });
}

/** Run our client on a server. */
export async function runOn(
  subject: ScriptedServer,
  args: string[],
  io: TestIo = new TestIo(""),
): Promise<Outcome> {
  const code = await runCli(["-p", String(subject.port), ...args], {
    version: "0.0.0",
    commands: () => [],
    io,
  });
  return { code, out: io.out, err: io.err };
}
