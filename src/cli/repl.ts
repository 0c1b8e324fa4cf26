/**
 * The interactive client: lines in, commands run, until the input ends or someone leaves. Used for a
 * person at a terminal and for commands piped in alike; only a terminal gets a prompt, a history,
 * hints and completion.
 *
 * @module
 */

import { asciiLower, type ByteString, toText } from "../bytes/bytes.ts";
import { splitArgs } from "../bytes/split_args.ts";
import { CommandBook } from "./command_docs.ts";
import { completions } from "./help.ts";
import { hintFor } from "./hints.ts";
import { History, isSensitive } from "./history.ts";
import { type LineReader, PipedLines, TerminalLines } from "./line_reader.ts";
import { leadingInteger } from "./options.ts";
import type { Session } from "./session.ts";

/** Commands that took at least so long get their time printed, in milliseconds. */
const SLOW_MS = 500;

/** Terminals that cannot place a cursor. */
const DUMB_TERMINALS = new Set(["dumb", "cons25", "emacs"]);

/** The interactive client of one session. */
export class Repl {
  #session: Session;
  #reader: LineReader;
  #history: History;
  #historyFile: string | null;
  #hints = true;
  #book = new CommandBook([]);

  constructor(session: Session) {
    this.#session = session;
    const { io } = session;
    const terminal = io.stdinIsTerminal && io.stdoutIsTerminal &&
      !DUMB_TERMINALS.has(asciiLower(io.env("TERM") ?? ""));
    this.#historyFile = terminal ? this.#dotFile("REDISCLI_HISTFILE", ".rediscli_history") : null;
    const remembered = this.#historyFile === null ? null : io.readFile(this.#historyFile);
    this.#history = new History(remembered?.split(/\r?\n/).filter((line) => line !== ""));
    this.#reader = terminal
      ? new TerminalLines({
        io,
        history: this.#history,
        complete: (line) => completions(line, this.#book),
        hint: (line) => this.#hints ? hintFor(line, this.#book) : "",
      })
      : new PipedLines(io);
    if (terminal) this.#readPreferences();
  }

  /** Run until the end. @returns the exit code */
  async run(): Promise<number> {
    const session = this.#session;
    await session.connect();
    for (;;) {
      if (this.#reader.keyboard) this.#book = await session.book();
      const line = await this.#reader.read(session.prompt);
      if (line === null) {
        // Leaving the subscribed mode first; there is no other way out of it with RESP2.
        if (session.subscribed && await session.connect()) continue;
        return 0;
      }
      if (line !== "" && await this.#line(line) === "leave") return 0;
    }
  }

  /** A file in the home directory, or where a variable of the environment has it; null for none. */
  #dotFile(variable: string, name: string): string | null {
    const { io } = this.#session;
    const named = io.env(variable);
    if (named !== undefined && named !== "") return named === "/dev/null" ? null : named;
    const home = io.env("HOME") ?? io.env("USERPROFILE");
    return home === undefined || home === "" ? null : `${home}/${name}`;
  }

  #readPreferences(): void {
    const path = this.#dotFile("REDISCLI_RCFILE", ".redisclirc");
    const text = path === null ? null : this.#session.io.readFile(path);
    for (const line of text?.split("\n") ?? []) {
      const args = splitArgs(line);
      if (args !== null && args.length > 0 && args[0].startsWith(":")) this.#preference(args);
    }
  }

  #preference(args: readonly ByteString[]): void {
    const session = this.#session;
    if (asciiLower(args[0]) !== ":set" || args.length < 2) {
      session.complain(`unknown redis-cli internal command '${args[0]}'\n`);
      return;
    }
    const choice = asciiLower(args[1]);
    if (choice === "hints") this.#hints = true;
    else if (choice === "nohints") this.#hints = false;
    else session.complain(`unknown redis-cli preference '${args[1]}'\n`);
  }

  #remember(line: string): void {
    this.#history.add(line);
    if (this.#historyFile === null) return;
    const text = this.#history.lines.map((entry) => entry + "\n").join("");
    this.#session.io.writePrivateFile(this.#historyFile, text);
  }

  async #line(line: ByteString): Promise<"leave" | "stay"> {
    const session = this.#session;
    const args = splitArgs(line);
    const repeat = args === null ? null : repetition(args);
    if (args === null || !isSensitive(repeat === null ? args : args.slice(1))) {
      this.#remember(toText(line));
    }
    if (args === null) {
      session.complain("Invalid argument(s)\n");
      return "stay";
    }
    if (args.length === 0) return "stay";
    const command = asciiLower(args[0]);
    if (repeat !== null) {
      if (repeat <= 0) session.complain("Invalid redis-cli repeat command option value.\n");
      else await this.#command(args.slice(1), repeat);
    } else if (command === "quit" || command === "exit") {
      return "leave";
    } else if (command === "restart") {
      session.complain("Use 'restart' only in Lua debugging mode.\n");
    } else if (command.startsWith(":")) {
      this.#preference(args);
    } else if (command === "connect" && args.length === 3) {
      session.setTarget(toText(args[1]), leadingInteger(args[2]));
      await session.connect();
    } else if (command === "clear" && args.length === 1) {
      this.#reader.clear();
    } else {
      await this.#command(args, 1);
    }
    return "stay";
  }

  async #command(args: readonly ByteString[], times: number): Promise<void> {
    const session = this.#session;
    const { io, options } = session;
    const start = io.now();
    const release = this.#reader.keyboard ? this.#watchInterrupt() : () => {};
    try {
      await session.run(args, times, true);
    } finally {
      release();
    }
    if (session.takeAborted()) await session.connect();
    const elapsed = io.now() - start;
    if (elapsed >= SLOW_MS && options.output === "standard") {
      session.note(`(${(elapsed / 1000).toFixed(2)}s)\n`);
    }
    if (session.subscribed) await this.#messages();
  }

  /** Ctrl-C gives up a command that does not answer; where there is no connection, the program. */
  #watchInterrupt(): () => void {
    const session = this.#session;
    return session.io.onInterrupt(() => {
      if (session.connected) session.abort();
      else session.io.exit(130);
    });
  }

  /** Show messages until a key is pressed, or the next line of a pipe is there. */
  async #messages(): Promise<void> {
    const session = this.#session;
    const { options } = session;
    const notice = options.output !== "raw" && options.terminal;
    while (session.subscribed) {
      session.showMessages();
      if (!session.subscribed) return;
      if (notice) {
        session.print(
          "\x1b[1;90mReading messages... (press Ctrl-C to quit or any key to type command)\r\x1b[0m",
        );
      }
      let pressed = false;
      await Promise.race([
        session.waitForServer(),
        this.#reader.ready().then(() => pressed = true),
      ]);
      if (notice) session.print("\x1b[K");
      if (!pressed) continue;
      if (this.#reader.takeInterrupt()) await session.connect();
      return;
    }
  }
}

/** The number a line may begin with, to run the rest so often; null when it does not. */
function repetition(args: readonly ByteString[]): number | null {
  if (args.length < 2 || !/^(?:\s*[-+]?\d+)?$/.test(args[0])) return null;
  const times = Number(args[0]);
  return times > Number.MAX_SAFE_INTEGER ? 0 : times;
}
