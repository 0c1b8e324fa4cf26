/**
 * The language that the fuzzer's commands are described in: one kind of command a line.
 *
 * ```text
 * 8 ZADD key [NX|XX] [GT|LT] [CH] (score member)+       weight 8; 1 when there is no number
 * ZRANGE key index index [WITHSCORES] ~shortDoubles      a tolerance for the replies
 * !2 SPOP key 1000 ~unordered                            "!": never damaged (see below)
 * DEL k9 ; SADD k9 member ; SPOP k9                      several commands, sent in a row
 * ```
 *
 * Words in lower case name what `words.ts` makes; 'quoted' ones, `k9` and the like, upper case and
 * signs stand for themselves. `[a|b]` is one of them or nothing, `(a|b)` one of them; `+` behind a word or a bracket
 * repeats it one to four times, `++` now and then many times, `*` up to three times.
 *
 * One command in twenty is damaged: a word is missing, doubled, replaced or too many. What damage
 * would turn into something random, or into something that depends on the time, is marked with "!".
 *
 * Tolerances are those of the conformance cases and, with `differs:`, their named differences.
 *
 * @module
 */

import type { Prng } from "../support/prng.ts";
import { type WordContext, type WordMaker, WORDS } from "./words.ts";

/** A command with the names of what may differ in its reply. */
export interface FuzzCommand {
  readonly args: readonly string[];
  readonly tolerances: readonly string[];
  /** Any change of its words may make its reply random. */
  readonly fixed?: boolean;
}

/** A piece of a command. */
export type Part =
  | { kind: "literal"; text: string }
  | { kind: "word"; make: WordMaker }
  | { kind: "choice"; optional: boolean; choices: Part[][] }
  | { kind: "repeat"; part: Part; how: "+" | "++" | "*" };

/** One line of a table. */
export interface Line {
  readonly weight: number;
  readonly damageable: boolean;
  readonly commands: readonly { parts: readonly Part[]; tolerances: readonly string[] }[];
}

/** Reads the parts of one command. */
class PartReader {
  readonly #tokens: string[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = text.match(/[[(]|[\])](?:\+\+?|\*)?|\||[^\s[\]()|]+/g) ?? [];
  }

  /** Parts up to the end, a bar or a closing bracket. */
  row(): Part[] {
    const parts: Part[] = [];
    for (; this.#at < this.#tokens.length; this.#at++) {
      const token = this.#tokens[this.#at];
      if (token === "|" || /^[\])]/.test(token)) break;
      parts.push(token === "[" || token === "(" ? this.#bracket(token) : word(token));
    }
    return parts;
  }

  #bracket(open: string): Part {
    const choices: Part[][] = [];
    do {
      this.#at++;
      choices.push(this.row());
    } while (this.#tokens[this.#at] === "|");
    const close = this.#tokens[this.#at];
    if (close?.[0] !== (open === "[" ? "]" : ")")) {
      throw new Error(`a bracket is open in: ${this.#tokens.join(" ")}`);
    }
    return repeated({ kind: "choice", optional: open === "[", choices }, close.slice(1));
  }
}

function repeated(part: Part, how: string): Part {
  return how === "" ? part : { kind: "repeat", part, how: how as "+" | "++" | "*" };
}

function word(token: string): Part {
  if (token[0] === "'") return { kind: "literal", text: token.slice(1, -1) };
  const match = /^([a-z]+)(\+\+|\+|\*|)$/.exec(token);
  if (match === null) return { kind: "literal", text: token };
  const make = WORDS[match[1]];
  if (make === undefined) throw new Error(`nothing makes the word ${token}`);
  return repeated({ kind: "word", make }, match[2]);
}

function parseLine(text: string): Line {
  const [, mark, weight, rest] = /^(!?)(?:(\d+) )?(.*)$/.exec(text)!;
  return {
    weight: Number(weight ?? 1),
    damageable: mark === "",
    commands: rest.split(" ; ").map((command) => {
      const words = command.split(" ");
      return {
        parts: new PartReader(words.filter((word) => !/^~\w/.test(word)).join(" ")).row(),
        tolerances: words.filter((word) => /^~\w/.test(word)).map((word) => word.slice(1)),
      };
    }),
  };
}

/** What a command may be damaged with. */
const STRAY = ["", "abc", "0", "-1", "1", "NX", "COUNT", "LIMIT", "9223372036854775807", "1.5"];
STRAY.push(
  "-9223372036854775808",
  "WITHSCORES",
  "nokey",
  "\xff\0",
  "(1",
  "nan",
  "GET",
  "~",
  "STORE",
);

/** Makes random commands out of lines. */
export class Templates {
  readonly #lines: readonly Line[];
  readonly #weight: number;

  constructor(lines: readonly Line[]) {
    this.#lines = lines;
    this.#weight = lines.reduce((sum, line) => sum + line.weight, 0);
  }

  /** Read a table of lines; those that begin with "#" are comments. */
  static parse(table: string): Templates {
    const lines = table.split("\n").map((line) => line.trim());
    return new Templates(lines.filter((line) => line !== "" && line[0] !== "#").map(parseLine));
  }

  /** Whether there is no line. */
  get isEmpty(): boolean {
    return this.#lines.length === 0;
  }

  /** The names of all commands. */
  get names(): Set<string> {
    return new Set(this.#lines.flatMap(({ commands }) => commands.map(nameOf)));
  }

  /** All tolerances that are named. */
  get tolerances(): Set<string> {
    const commands = this.#lines.flatMap((line) => line.commands);
    return new Set(commands.flatMap(({ tolerances }) => tolerances));
  }

  /** Without the lines that name a command of this set. */
  without(names: ReadonlySet<string>): Templates {
    return new Templates(
      this.#lines.filter(({ commands }) => !commands.some((command) => names.has(nameOf(command)))),
    );
  }

  /** What one line, drawn by its weight, makes. */
  next(context: WordContext): FuzzCommand[] {
    const { random } = context;
    let at = random.int(this.#weight);
    const line = this.#lines.find(({ weight }) => (at -= weight) < 0)!;
    const made = line.commands.map(({ parts, tolerances }) => {
      const args: string[] = [];
      fill(parts, args, context);
      return { args, tolerances, fixed: !line.damageable };
    });
    if (line.damageable && random.int(20) === 0) damage(random.pick(made).args, random);
    return made;
  }
}

function nameOf({ parts }: { parts: readonly Part[] }): string {
  return parts[0].kind === "literal" ? parts[0].text : "";
}

function fill(parts: readonly Part[], args: string[], context: WordContext): void {
  for (const part of parts) fillPart(part, args, context);
}

function fillPart(part: Part, args: string[], context: WordContext): void {
  const { random } = context;
  switch (part.kind) {
    case "literal":
      args.push(random.int(30) === 0 ? part.text.toLowerCase() : part.text);
      break;
    case "word": {
      const made = part.make(context);
      if (typeof made === "string") args.push(made);
      else args.push(...made);
      break;
    }
    case "choice":
      if (!part.optional || random.int(3) === 0) fill(random.pick(part.choices), args, context);
      break;
    case "repeat":
      for (let n = repetitions(part.how, random); n > 0; n--) fillPart(part.part, args, context);
  }
}

function repetitions(how: "+" | "++" | "*", random: Prng): number {
  if (how === "*") return random.int(4);
  if (how === "++" && random.int(12) === 0) return 5 + random.int(30);
  return 1 + random.int(random.int(4) + 1);
}

function damage(args: string[], random: Prng): void {
  const at = 1 + random.int(args.length);
  switch (random.int(5)) {
    case 0:
      args.splice(at, 1);
      break;
    case 1:
      args.splice(at, 0, random.pick(STRAY));
      break;
    case 2:
      if (at < args.length) args.splice(at, 0, args[at]);
      break;
    case 3:
      if (at < args.length) args[at] = random.pick(STRAY);
      break;
    case 4:
      args.length = at;
  }
}
