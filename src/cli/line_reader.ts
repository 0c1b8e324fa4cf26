/**
 * Where the lines of an interactive client come from: a terminal with the line editor, or a pipe.
 *
 * @module
 */

import { type ByteString, fromBytes, fromText, toBytes } from "../bytes/bytes.ts";
import type { History } from "./history.ts";
import type { CliIo } from "./io.ts";
import { LineEditor } from "./line_editor.ts";
import { type Frame, Screen } from "./screen.ts";

/** A source of lines. */
export interface LineReader {
  /**
   * The next line, without its end; null when there is none: the input has ended, or someone pressed
   * Ctrl-C or Ctrl-D.
   */
  read(prompt: string): Promise<ByteString | null>;
  /** Wait until there is something to read (or the input has ended), taking nothing. */
  ready(): Promise<void>;
  /** Whether what waits to be read is a Ctrl-C, which is taken then. */
  takeInterrupt(): boolean;
  /** Whether single keys can be waited for. */
  readonly keyboard: boolean;
  /** Clear the screen. */
  clear(): void;
}

/** Reading of standard input that can be waited for without taking anything. */
class Input {
  #io: CliIo;
  #buffer = new Uint8Array(65536);
  #chunk: Uint8Array | null = null;
  #ended = false;
  #reading: Promise<void> | null = null;

  constructor(io: CliIo) {
    this.#io = io;
  }

  /** Wait until bytes are here or the input has ended. Calls that overlap share one read. */
  ready(): Promise<void> {
    if (this.#chunk !== null || this.#ended) return Promise.resolve();
    this.#reading ??= this.#read();
    return this.#reading;
  }

  async #read(): Promise<void> {
    const count = await this.#io.read(this.#buffer);
    this.#reading = null;
    if (count === null) this.#ended = true;
    else this.#chunk = this.#buffer.slice(0, count);
  }

  /** What has come, or null at the end of the input. */
  async take(): Promise<Uint8Array | null> {
    await this.ready();
    const chunk = this.#chunk;
    this.#chunk = null;
    return chunk;
  }

  /** Take what has come if it is exactly this byte. */
  takeByte(byte: number): boolean {
    if (this.#chunk?.length !== 1 || this.#chunk[0] !== byte) return false;
    this.#chunk = null;
    return true;
  }
}

/** Lines from a pipe or a file; no prompt is shown. */
export class PipedLines implements LineReader {
  readonly keyboard = false;
  #io: CliIo;
  #input: Input;
  #parts: ByteString[] = [];
  #rest: ByteString = "";

  constructor(io: CliIo) {
    this.#io = io;
    this.#input = new Input(io);
  }

  async read(): Promise<ByteString | null> {
    for (;;) {
      const end = this.#rest.indexOf("\n");
      if (end >= 0) {
        this.#parts.push(this.#rest.substring(0, end));
        this.#rest = this.#rest.substring(end + 1);
        return this.#joined();
      }
      this.#parts.push(this.#rest);
      this.#rest = "";
      const chunk = await this.#input.take();
      if (chunk === null) return this.#parts.every((part) => part === "") ? null : this.#joined();
      this.#rest = fromBytes(chunk);
    }
  }

  #joined(): ByteString {
    const line = this.#parts.join("");
    this.#parts = [];
    return line;
  }

  async ready(): Promise<void> {
    if (this.#rest === "") await this.#input.ready();
  }

  takeInterrupt(): boolean {
    return false;
  }

  clear(): void {
    this.#io.write(toBytes("\x1b[H\x1b[2J"));
  }
}

/** What a {@linkcode TerminalLines} works with. */
export interface TerminalSetup {
  io: CliIo;
  history: History;
  complete: (line: string) => string[];
  /** The hint for a line. */
  hint: (line: string) => string;
}

/** Lines edited at a terminal. */
export class TerminalLines implements LineReader {
  readonly keyboard = true;
  #io: CliIo;
  #input: Input;
  #editor: LineEditor;
  #screen = new Screen();
  #hint: (line: string) => string;
  /** How many wait for keys; the terminal is raw while there are any. */
  #waiters = 0;

  constructor({ io, history, complete, hint }: TerminalSetup) {
    this.#io = io;
    this.#input = new Input(io);
    this.#editor = new LineEditor({ history, complete });
    this.#hint = hint;
  }

  async read(prompt: string): Promise<ByteString | null> {
    this.#enterRaw();
    try {
      for (;;) {
        const event = this.#editor.next();
        switch (event?.type) {
          case "line":
            this.#write(this.#screen.finish({ ...this.#frame(prompt), line: event.text }));
            return fromText(event.text);
          case "end":
          case "interrupt":
            this.#write("\r\n");
            return null;
          case "clear":
            this.clear();
            break;
          case "bell":
            this.#write("\x07");
            break;
          default: {
            this.#write(this.#screen.draw(this.#frame(prompt)));
            const chunk = await this.#input.take();
            if (chunk === null) return null;
            this.#editor.push(chunk);
          }
        }
      }
    } finally {
      this.#leaveRaw();
    }
  }

  #enterRaw(): void {
    if (this.#waiters++ === 0) this.#io.setRaw(true);
  }

  #leaveRaw(): void {
    if (--this.#waiters === 0) this.#io.setRaw(false);
  }

  #frame(prompt: string): Frame {
    const { line, cursor, searching } = this.#editor;
    return {
      prompt: searching === null ? prompt : `(reverse-i-search)'${searching}': `,
      line,
      cursor,
      hint: searching === null ? this.#hint(line) : "",
      columns: this.#io.columns(),
    };
  }

  async ready(): Promise<void> {
    if (this.#editor.waiting) return;
    this.#enterRaw();
    try {
      await this.#input.ready();
    } finally {
      this.#leaveRaw();
    }
  }

  takeInterrupt(): boolean {
    return this.#input.takeByte(0x03);
  }

  clear(): void {
    this.#write(this.#screen.clear());
  }

  #write(text: string): void {
    this.#io.write(toBytes(fromText(text)));
  }
}
