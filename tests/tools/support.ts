/**
 * Standing in for the machine that the tools run on, and small append-only files.
 *
 * @module
 */

import { type ByteString, toBytes } from "../../src/bytes/bytes.ts";
import { ManualClock } from "../../src/clock/clock.ts";
import { runCheck } from "../../src/tools/check.ts";
import { OutputClosedError } from "../../src/cli/io.ts";
import type { ToolIo } from "../../src/tools/io.ts";
import { runRdb } from "../../src/tools/rdb.ts";

/** What the dumps were recorded before, so that what was near then is past. */
export const NOW = Date.UTC(2050, 0, 1);

/** How a tool is run. */
export interface FakeOptions {
  /** What is on standard input, a line each. */
  answers?: string[];
  terminal?: boolean;
  /** Nobody reads standard output behind so many pieces. */
  closedAfter?: number;
}

/** A machine without any streams. */
export class FakeIo implements ToolIo {
  readonly clock = new ManualClock(NOW);
  readonly stderrIsTerminal: boolean;
  readonly pieces: Uint8Array[] = [];
  stderr = "";
  readonly #answers: string[];
  readonly #closedAfter: number;

  constructor(options: FakeOptions = {}) {
    this.stderrIsTerminal = options.terminal ?? false;
    this.#answers = options.answers ?? [];
    this.#closedAfter = options.closedAfter ?? Infinity;
  }

  get stdout(): string {
    const decoder = new TextDecoder();
    return this.pieces.map((piece) => decoder.decode(piece, { stream: true })).join("");
  }

  write(bytes: Uint8Array): void {
    if (this.pieces.length >= this.#closedAfter) throw new OutputClosedError();
    this.pieces.push(bytes.slice());
  }

  writeError(bytes: Uint8Array): void {
    this.stderr += new TextDecoder().decode(bytes);
  }

  columns(): number {
    return 60;
  }

  readLine(): Promise<string> {
    return Promise.resolve(this.#answers.shift() ?? "");
  }
}

/** What a tool did. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
  io: FakeIo;
}

/** Run `main.ts` with these words. */
export async function run(words: string[], options: FakeOptions = {}): Promise<Outcome> {
  const io = new FakeIo(options);
  const [first, ...rest] = words;
  const code = await (first === "check" ? runCheck(rest, io) : runRdb(rest, io));
  return { code, stdout: io.stdout, stderr: io.stderr, io };
}

/** A command as it is in an append-only file. */
export function command(...args: ByteString[]): ByteString {
  return `*${args.length}\r\n` + args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join("");
}

/** Write byte strings to files of a directory. */
export function writeFiles(directory: string, files: Record<string, ByteString>): void {
  for (const [name, content] of Object.entries(files)) {
    Deno.writeFileSync(`${directory}/${name}`, toBytes(content));
  }
}
