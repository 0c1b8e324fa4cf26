/**
 * What the tools need of the machine: standard streams, the terminal's width, an answer from whoever
 * runs them, and the clock. It is one object, so that a test can replace all of it.
 *
 * @module
 */

import { writeAll } from "../cli/io.ts";
import { type Clock, SystemClock } from "../clock/clock.ts";

/** The tools' way to the machine. */
export interface ToolIo {
  readonly clock: Clock;
  /** Whether progress can be shown: standard error is a terminal. */
  readonly stderrIsTerminal: boolean;
  /**
   * Write all of `bytes` to standard output.
   *
   * @throws {OutputClosedError} (of `cli/io.ts`) when no one reads it any more
   */
  write(bytes: Uint8Array): void;
  /** Write all of `bytes` to standard error. */
  writeError(bytes: Uint8Array): void;
  /** Width of the terminal in columns. */
  columns(): number;
  /** The next line of standard input, without its end; empty when there is none. */
  readLine(): Promise<string>;
}

const encoder = new TextEncoder();

/** Print a line, or several, on standard output. */
export function say(io: ToolIo, text: string): void {
  io.write(encoder.encode(text + "\n"));
}

/** Print a line, or several, on standard error. */
export function complain(io: ToolIo, text: string): void {
  io.writeError(encoder.encode(text + "\n"));
}

/** Ask a question on standard error; only `y` and `yes` are a yes. */
export async function confirm(io: ToolIo, question: string): Promise<boolean> {
  io.writeError(encoder.encode(`${question} [y/N]: `));
  return /^\s*y(es)?\s*$/i.test(await io.readLine());
}

/** The machine this program runs on. */
export class SystemToolIo implements ToolIo {
  readonly clock: Clock = new SystemClock();
  readonly stderrIsTerminal: boolean = Deno.stderr.isTerminal();

  write(bytes: Uint8Array): void {
    writeAll(Deno.stdout, bytes);
  }

  writeError(bytes: Uint8Array): void {
    writeAll(Deno.stderr, bytes);
  }

  columns(): number {
    try {
      const { columns } = Deno.consoleSize();
      return columns > 0 ? columns : 80;
    } catch {
      return 80;
    }
  }

  async readLine(): Promise<string> {
    const buffer = new Uint8Array(256);
    const decoder = new TextDecoder();
    let text = "";
    while (!text.includes("\n")) {
      const count = await Deno.stdin.read(buffer);
      if (count === null) break;
      text += decoder.decode(buffer.subarray(0, count), { stream: true });
    }
    return text.split("\n")[0];
  }
}
