/**
 * Compares what a replica gets: the same commands go to a real `redis-server` and to Redeno, a
 * replica by hand is attached to each, and the two streams of commands are compared, word by word.
 *
 * The cases are written in the language of `script.ts`; each has one more step in mind, "and now
 * what has the replica got?". Published marks in the stream tell where a case begins and ends.
 * Besides the usual words there are marks, on any command of a case, for the whole of its stream:
 *
 * ```text
 * ~stream:sorted     the words behind the key may come in any order
 * ~stream:counted    of the words behind the key only their number counts
 * ~stream:any        the commands may come in any order
 * ~differs:name      the stream is the one that `differences.ts` gives, whatever the real one is
 * ```
 *
 * Times that are now or near it may differ by a few seconds. What keeps the link alive (PING,
 * REPLCONF) is left out; SELECT, MULTI and EXEC are not.
 *
 * @module
 */

import { FakeReplica } from "../../replication/fake_replica.ts";
import {
  findRedisServer,
  type ServerOptions,
  type ServerProcess,
  startRedis,
  startSubject,
} from "../../support/servers.ts";
import { shown, Side } from "../runner.ts";
import { type Case, parseTable, splitWords } from "../script.ts";
import { STREAMS } from "./differences.ts";

/** Settings of one table of cases. */
export interface StreamOptions {
  /** Further arguments for both servers. */
  args?: string[];
  /** Commands for both servers before the first case. */
  setup?: string[][];
}

const SELF = Deno.env.get("CONFORMANCE_SELF") === "1";
const MARK = "conformance:mark";
/** By how much two times of the same moment may differ, in milliseconds. */
const TIME_TOLERANCE = 5000;
/** How far from now a number may be and still be a time. */
const TIME_RANGE = 400 * 24 * 3600 * 1000;
/** Arguments of servers whose replicas hear nothing but effects. */
export const QUIET: string[] = [
  "--repl-ping-replica-period",
  "3600",
  "--repl-timeout",
  "7200",
  // A snapshot without a file makes the stream wait for the replica's word.
  "--repl-diskless-sync",
  "no",
];
// Keys go when a command meets them, not when the server looks for them.
const SETUP = [["DEBUG", "SET-ACTIVE-EXPIRE", "0"]];

type Command = readonly string[];

/** A server with a replica at its side. */
export class Streamed implements AsyncDisposable {
  #marks = 0;

  private constructor(readonly side: Side, readonly replica: FakeReplica) {}

  static async start(server: ServerProcess, options: StreamOptions): Promise<Streamed> {
    const side = await Side.start(server, { fresh: true });
    for (const command of [...SETUP, ...options.setup ?? []]) {
      const reply = await side.control.call(...command);
      if (reply.startsWith("-")) throw new Error(`${server.kind}: ${command.join(" ")}: ${reply}`);
    }
    const replica = await FakeReplica.full(server.port);
    await replica.fullResync();
    await replica.snapshot();
    return new Streamed(side, replica);
  }

  /** What the replica gets of a case. */
  async run(test: Case, now: number): Promise<Command[]> {
    await this.#mark();
    const outcomes = await this.side.run(test, 2, now);
    const fault = outcomes.find((outcome) => {
      return outcome !== undefined && ("fault" in outcome || shown(outcome) === "(timeout)");
    });
    if (fault !== undefined) throw new Error(`${this.side.server.kind}: ${shown(fault)}`);
    const commands = await this.#mark();
    // The runner itself has begun with a FLUSHALL.
    const begin = commands.findIndex(([name]) => name.toUpperCase() === "FLUSHALL");
    return commands.slice(begin + 1);
  }

  /** Publish a mark, and read up to it. @returns what came before */
  async #mark(): Promise<Command[]> {
    const mark = `${++this.#marks}`;
    await this.side.control.call("PUBLISH", MARK, mark);
    const commands: Command[] = [];
    for (;;) {
      const command = await this.#command();
      if (command[1] === MARK && command[2] === mark) {
        // The mark is published in database 0.
        if (commands.at(-1)?.[0].toUpperCase() === "SELECT") commands.pop();
        return commands;
      }
      if (!["PING", "REPLCONF"].includes(command[0].toUpperCase())) commands.push(command);
    }
  }

  async #command(): Promise<Command> {
    const args: string[] = [];
    const count = Number((await this.replica.line()).slice(1));
    for (let i = 0; i < count; i++) {
      const length = Number((await this.replica.until("\r\n")).slice(1));
      args.push((await this.replica.bytes(length + 2)).slice(0, -2));
    }
    return args;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.replica.close();
    await this.side[Symbol.asyncDispose]();
  }
}

/** A command as a line. */
export function asLine(command: Command): string {
  return command.map((word) => {
    return /^[\x21-\x7e]+$/.test(word) && !/["'\\]/.test(word) ? word : JSON.stringify(word);
  }).join(" ");
}

/**
 * A time in a word: in seconds, milliseconds, or in front of an entry's sequence number (which is
 * not the same when two entries come within one millisecond).
 */
function timeOf(word: string): number | null {
  const match = /^(\d{10}|\d{13})(-\d+)?$/.exec(word);
  if (match === null) return null;
  const ms = Number(match[1]) * (match[1].length === 10 ? 1000 : 1);
  return Math.abs(ms - Date.now()) > TIME_RANGE ? null : ms;
}

function sameWord(a: string, b: string): boolean {
  if (a === b) return true;
  const [one, other] = [timeOf(a), timeOf(b)];
  return one !== null && other !== null && a.length === b.length &&
    Math.abs(one - other) <= TIME_TOLERANCE;
}

function sameCommand(a: Command, b: Command): boolean {
  return a.length === b.length && a.every((word, i) => sameWord(word, b[i]));
}

/** Does a command fit a line of `differences.ts`? There `*` is any word. */
function fits(line: string, command: Command): boolean {
  const words = splitWords(line);
  return words.length === command.length && words.every(({ text, quoted }, i) => {
    return (!quoted && text === "*") || text === command[i];
  });
}

function projected(marks: readonly string[], commands: readonly Command[]): Command[] {
  const words = commands.map((command) => {
    const [head, rest] = [command.slice(0, 2), command.slice(2)];
    if (marks.includes("stream:sorted")) return [...head, ...rest.sort()];
    if (!marks.includes("stream:counted") || rest.length === 0) return command;
    return [...head, `(${rest.length})`];
  });
  if (!marks.includes("stream:any")) return words;
  return words.sort((a, b) => asLine(a) < asLine(b) ? -1 : 1);
}

/** Whether two streams agree, as a case wants it. */
function agree(test: Case, theirs: readonly Command[], ours: readonly Command[]): boolean {
  const marks = test.steps.flatMap((step) => step.tolerances);
  const differs = marks.find((mark) => mark.startsWith("differs:"));
  if (differs !== undefined) {
    if (SELF) return true;
    const { stream } = STREAMS[differs.slice(8)];
    return stream.length === ours.length && stream.every((line, i) => fits(line, ours[i]));
  }
  const [a, b] = [projected(marks, theirs), projected(marks, ours)];
  return a.length === b.length && a.every((command, i) => sameCommand(command, b[i]));
}

function check(tests: readonly Case[]): void {
  for (const { text, steps } of tests) {
    for (const mark of steps.flatMap((step) => step.tolerances)) {
      const known = mark.startsWith("differs:")
        ? mark.slice(8) in STREAMS
        : mark === "stream:sorted" || mark === "stream:counted" || mark === "stream:any";
      if (!known) throw new Error(`unknown mark ~${mark} in: ${text}`);
    }
  }
}

/**
 * Make the tests of one table of cases.
 *
 * @param group what the cases are about; the tests' names begin with it
 */
export function streams(group: string, table: string, options: StreamOptions = {}): void {
  const tests = parseTable(table);
  check(tests);
  const missing = findRedisServer() === undefined;
  const sides: { oracle?: Streamed; ours?: Streamed } = {};

  const start = async () => {
    const given: ServerOptions = { args: [...QUIET, ...options.args ?? []] };
    const [redis, redeno] = await Promise.all([startRedis(given), startSubject(given)]);
    sides.oracle = await Streamed.start(redis, options);
    sides.ours = await Streamed.start(redeno, options);
  };
  const stop = async () => {
    await Promise.all([sides.oracle, sides.ours].map((side) => side?.[Symbol.asyncDispose]()));
  };
  if (!missing) {
    Deno.test.beforeAll(start);
    Deno.test.afterAll(stop);
  }
  for (const test of tests) {
    const name = `stream of ${group}: ${
      test.text.length > 160 ? `${test.text.slice(0, 157)}...` : test.text
    }`;
    Deno.test({
      name: missing ? `${name} (ignored: no redis-server on PATH)` : name,
      ignore: missing,
      // The servers and their connections outlive one case.
      sanitizeOps: false,
      sanitizeResources: false,
      fn: () => runCase(test, sides),
    });
  }
}

async function runCase(
  test: Case,
  { oracle, ours }: { oracle?: Streamed; ours?: Streamed },
): Promise<void> {
  if (oracle === undefined || ours === undefined) throw new Error("the servers did not start");
  const now = Date.now();
  const [theirs, mine] = await Promise.all([oracle.run(test, now), ours.run(test, now)]);
  if (agree(test, theirs, mine)) return;
  const list = (commands: readonly Command[]) =>
    commands.map((command) => `    ${asLine(command)}`).join("\n");
  const error = new Error(
    `${test.text.slice(0, 500)}\n  redis:\n${list(theirs)}\n  redeno:\n${list(mine)}`,
  );
  error.stack = undefined;
  throw error;
}
