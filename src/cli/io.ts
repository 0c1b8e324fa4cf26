/**
 * What the client needs of the machine: its standard streams, the terminal, the environment, files and
 * time. One object, so that a test can stand in for all of it.
 *
 * @module
 */

/** Whoever read our standard output has gone (`… | head`): there is no one to go on for. */
export class OutputClosedError extends Error {
  override name = "OutputClosedError";
}

/** The client's way to the machine. */
export interface CliIo {
  /** Read standard input into `buffer`; null at its end. */
  read(buffer: Uint8Array): Promise<number | null>;
  /**
   * Write all of `bytes` to standard output.
   *
   * @throws {OutputClosedError} when no one reads it any more
   */
  write(bytes: Uint8Array): void;
  /** Write all of `bytes` to standard error. */
  writeError(bytes: Uint8Array): void;
  readonly stdinIsTerminal: boolean;
  readonly stdoutIsTerminal: boolean;
  /** Switch the terminal between single keys (true) and edited lines (false). */
  setRaw(raw: boolean): void;
  /** Width of the terminal in columns. */
  columns(): number;
  env(name: string): string | undefined;
  /** The text of a file, or null when it cannot be read. */
  readFile(path: string): string | null;
  /** Write a file that only its owner may read. Failure is silent: a history is no must. */
  writePrivateFile(path: string, text: string): void;
  /** Milliseconds, of which only differences mean something. */
  now(): number;
  /** Wait for some milliseconds. */
  sleep(ms: number): Promise<void>;
  /** Call `fn` after some milliseconds; the result calls it off. */
  later(ms: number, fn: () => void): () => void;
  /** Call `fn` on Ctrl-C from now on, instead of ending the program; the result undoes it. */
  onInterrupt(fn: () => void): () => void;
  /** End the program at once. */
  exit(code: number): never;
}

/** Write all bytes. @throws OutputClosedError when no one reads them any more */
export function writeAll(
  target: { writeSync(bytes: Uint8Array): number },
  bytes: Uint8Array,
): void {
  try {
    for (let at = 0; at < bytes.length;) at += target.writeSync(bytes.subarray(at));
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) throw new OutputClosedError();
    throw error;
  }
}

/** The machine this program runs on. */
export class SystemIo implements CliIo {
  readonly stdinIsTerminal: boolean = Deno.stdin.isTerminal();
  readonly stdoutIsTerminal: boolean = Deno.stdout.isTerminal();

  read(buffer: Uint8Array): Promise<number | null> {
    return Deno.stdin.read(buffer);
  }

  write(bytes: Uint8Array): void {
    writeAll(Deno.stdout, bytes);
  }

  writeError(bytes: Uint8Array): void {
    writeAll(Deno.stderr, bytes);
  }

  setRaw(raw: boolean): void {
    if (this.stdinIsTerminal) Deno.stdin.setRaw(raw);
  }

  columns(): number {
    try {
      const { columns } = Deno.consoleSize();
      return columns > 0 ? columns : 80;
    } catch {
      return 80;
    }
  }

  env(name: string): string | undefined {
    return Deno.env.get(name);
  }

  readFile(path: string): string | null {
    try {
      return Deno.readTextFileSync(path);
    } catch {
      return null;
    }
  }

  writePrivateFile(path: string, text: string): void {
    try {
      Deno.writeTextFileSync(path, text, { mode: 0o600 });
    } catch {
      // As documented: nothing depends on it.
    }
  }

  now(): number {
    return performance.now();
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms));
  }

  later(ms: number, fn: () => void): () => void {
    const timer = setTimeout(fn, ms);
    return () => clearTimeout(timer);
  }

  onInterrupt(fn: () => void): () => void {
    Deno.addSignalListener("SIGINT", fn);
    return () => Deno.removeSignalListener("SIGINT", fn);
  }

  exit(code: number): never {
    Deno.exit(code);
  }
}
