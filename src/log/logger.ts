/**
 * The server's log: one line a message, `pid:role DD Mon YYYY HH:MM:SS.mmm level message`, as tools
 * that read the logs of a real server expect it.
 *
 * Lines go to standard output, or are appended to a file. The file is opened anew for each line, so
 * that it may be rotated at any time, and written synchronously, so that the last lines of a
 * process are there when it has ended.
 *
 * @module
 */

import { SystemClock } from "../clock/clock.ts";
import type { Clock } from "../clock/clock.ts";

/** What a threshold can be; `nothing` logs nothing at all. */
export type LogLevel = "debug" | "verbose" | "notice" | "warning" | "nothing";

/** Who logs: `M` a master, `S` a replica, `C` a process that does not serve (yet), `X` Sentinel. */
export type LogRole = "M" | "S" | "C" | "X";

/** How to log. */
export interface LoggerOptions {
  readonly clock?: Clock;
  /** Least important messages to log; `notice` unless given. */
  readonly level?: LogLevel;
  /** Path of the file to append to; standard output unless given. */
  readonly file?: string | null;
  readonly role?: LogRole;
  readonly pid?: number;
  /** Where lines go when there is no file; standard output unless given. */
  readonly sink?: (line: Uint8Array) => void;
}

const LEVELS: Record<LogLevel, number> = {
  debug: 0,
  verbose: 1,
  notice: 2,
  warning: 3,
  nothing: 4,
};
const MARKS: Record<LogLevel, string> = {
  debug: ".",
  verbose: "-",
  notice: "*",
  warning: "#",
  nothing: "",
};
const MONTHS = [
  "Jan",
  "Feb",
  "Mar",
  "Apr",
  "May",
  "Jun",
  "Jul",
  "Aug",
  "Sep",
  "Oct",
  "Nov",
  "Dec",
];

const encoder = new TextEncoder();

function digits(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

/** A unix time in milliseconds as log lines show it, in the local time zone. */
export function logTime(ms: number): string {
  const at = new Date(ms);
  const day = `${digits(at.getDate(), 2)} ${MONTHS[at.getMonth()]} ${at.getFullYear()}`;
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map((n) => digits(n, 2)).join(":");
  return `${day} ${time}.${digits(at.getMilliseconds(), 3)}`;
}

function writeAll(target: { writeSync(bytes: Uint8Array): number }, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += target.writeSync(bytes.subarray(at));
}

function toStandardOutput(line: Uint8Array): void {
  writeAll(Deno.stdout, line);
}

/**
 * A log.
 *
 * @example
 * ```ts
 * import { assertMatch } from "@std/assert";
 * let out = "";
 * const log = new Logger({ pid: 7, sink: (line) => out += new TextDecoder().decode(line) });
 * log.verbose("below the threshold");
 * log.notice("Ready to accept connections");
 * assertMatch(out, /^7:C \d\d \w{3} \d{4} [\d:.]{12} \* Ready to accept connections\n$/);
 * ```
 */
export class Logger {
  /** Least important messages to log. */
  level: LogLevel;
  /** Path of the file to append to, or null for standard output. */
  file: string | null;
  role: LogRole;
  readonly pid: number;
  readonly #clock: Clock;
  readonly #sink: (line: Uint8Array) => void;

  constructor(options: LoggerOptions = {}) {
    this.level = options.level ?? "notice";
    this.file = options.file ?? null;
    this.role = options.role ?? "C";
    this.pid = options.pid ?? Deno.pid;
    this.#clock = options.clock ?? new SystemClock();
    this.#sink = options.sink ?? toStandardOutput;
  }

  /** Whether messages of this level are logged, for those that are costly to make. */
  logs(level: LogLevel): boolean {
    return LEVELS[level] >= LEVELS[this.level] && this.level !== "nothing";
  }

  /** Log a message. What cannot be written is lost: a log must not stop a server. */
  log(level: LogLevel, message: string): void {
    if (!this.logs(level)) return;
    const time = logTime(Math.floor(this.#clock.micros() / 1000));
    this.#write(`${this.pid}:${this.role} ${time} ${MARKS[level]} ${message}\n`);
  }

  /** Write text as it is, without time and level before it; it brings its own line ends. */
  raw(level: LogLevel, text: string): void {
    if (this.logs(level)) this.#write(text);
  }

  /** Log that a signal came, in the form that a real server uses there: seconds, and no level. */
  signal(message: string): void {
    const seconds = Math.floor(this.#clock.micros() / 1_000_000);
    this.raw("warning", `${this.pid}:signal-handler (${seconds}) ${message}\n`);
  }

  #write(line: string): void {
    const bytes = encoder.encode(line);
    try {
      if (this.file === null) return this.#sink(bytes);
      using file = Deno.openSync(this.file, { append: true, create: true });
      writeAll(file, bytes);
    } catch {
      // The disk is full, the reader of the pipe is gone, the directory was removed.
    }
  }

  /** Much detail, for finding faults. */
  debug(message: string): void {
    this.log("debug", message);
  }

  /** Detail that is seldom needed. */
  verbose(message: string): void {
    this.log("verbose", message);
  }

  /** What an operator wants to see. */
  notice(message: string): void {
    this.log("notice", message);
  }

  /** What an operator must see. */
  warning(message: string): void {
    this.log("warning", message);
  }
}
