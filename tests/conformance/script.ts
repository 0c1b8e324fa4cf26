/**
 * The language that the conformance cases are written in: one case a line, many cases a table.
 *
 * ```text
 * # a comment; blank lines mean nothing
 * SET k v ; GET k                       commands in a row, set apart by " ; "
 * [3] HELLO 3 ~hello                    only with RESP3 (or [2]); otherwise with both
 * DEL k ; KEYS * ~unordered             a tolerance for that command's reply
 * @b BLPOP k 0 & ; !blocked 1 ;         "@b": on connection b; "&": do not await the reply;
 *   LPUSH k v ; @b <                    "<": read one more reply. An indented line goes on.
 * !raw "PING\r\n"                       bytes as they are, and one reply
 * QUIT ; !closed                        the server closes the connection
 * SET k v PX 20 ; !wait 40 ; GET k      let time pass
 * !scan SCAN COUNT 3                    a whole SCAN/SSCAN/HSCAN/ZSCAN: all that it yields, sorted
 * !until EXISTS k => 0                  repeat a command until it replies that (integer or text)
 * CLIENT KILL ID $id:b                  $id:b, $addr:b, $laddr:b: of connection b; $now+10: unix
 *                                       seconds; $ms+10: milliseconds; the same for both servers
 * ```
 *
 * Words are quoted as `redis-cli` does: "\x00\r\n\"" and 'as it is'. Only unquoted words are marks.
 *
 * @module
 */

/** What a step does. */
export type StepKind =
  | "command"
  | "raw"
  | "read"
  | "wait"
  | "blocked"
  | "closed"
  | "scan"
  | "until";

/** A word of a command; `quoted` words are never marks and never substituted. */
export interface Word {
  text: string;
  quoted: boolean;
}

/** One step of a case. */
export interface Step {
  kind: StepKind;
  /** Name of the connection; "" is the main one. */
  connection: string;
  words: Word[];
  /** `~name` or `~name:argument`, without the tilde. */
  tolerances: string[];
  /** False after "&": the reply is not awaited. */
  awaited: boolean;
  /** What `!until` waits for. */
  goal?: string;
}

/** One case: the same steps for both servers. */
export interface Case {
  text: string;
  steps: Step[];
  protocols: (2 | 3)[];
}

const ESCAPES: Record<string, string> = { n: "\n", r: "\r", t: "\t", b: "\b", a: "\x07" };

/** Split a line into words. Throws on an open quote. */
export function splitWords(line: string): Word[] {
  const words: Word[] = [];
  let i = 0;
  for (;;) {
    while (line[i] === " ") i++;
    if (i >= line.length) return words;
    let text = "";
    let quoted = false;
    while (i < line.length && line[i] !== " ") {
      const quote = line[i];
      if (quote !== '"' && quote !== "'") {
        text += line[i++];
        continue;
      }
      quoted = true;
      for (i++; line[i] !== quote; i++) {
        if (i >= line.length) throw new Error(`open quote in: ${line}`);
        if (line[i] !== "\\" || (quote === "'" && line[i + 1] !== "'")) {
          text += line[i];
        } else if (quote === '"' && /^x[0-9a-f]{2}/i.test(line.slice(i + 1, i + 4))) {
          text += String.fromCharCode(parseInt(line.slice(i + 2, i + 4), 16));
          i += 3;
        } else {
          i++;
          text += quote === '"' ? ESCAPES[line[i]] ?? line[i] : line[i];
        }
      }
      i++;
    }
    words.push({ text, quoted });
  }
}

function bare(word: Word | undefined): string {
  return word === undefined || word.quoted ? "" : word.text;
}

function parseStep(words: Word[]): Step {
  const step: Step = { kind: "command", connection: "", words, tolerances: [], awaited: true };
  if (/^@\w+$/.test(bare(words[0]))) step.connection = words.shift()!.text.slice(1);
  for (;;) {
    const last = bare(words.at(-1));
    if (last === "&") step.awaited = false;
    else if (/^~\w/.test(last)) step.tolerances.push(last.slice(1));
    else break;
    words.pop();
  }
  const mark = bare(words[0]);
  if (mark === "<") step.kind = "read";
  else if (mark.startsWith("!")) step.kind = mark.slice(1) as StepKind;
  else return step;
  words.shift();
  if (step.kind === "until") {
    const arrow = words.findIndex((word) => bare(word) === "=>");
    if (arrow < 0) throw new Error("!until wants => and a reply");
    step.goal = words.splice(arrow)[1].text;
  }
  const known = ["raw", "read", "wait", "blocked", "closed", "scan", "until"];
  if (!known.includes(step.kind)) throw new Error(`unknown mark ${mark}`);
  return step;
}

function parseCase(text: string): Case {
  const protocols: Case["protocols"] = /^\[[23]\] /.test(text)
    ? [Number(text[1]) as 2 | 3]
    : [2, 3];
  const steps: Step[] = [];
  let words: Word[] = [];
  for (const word of splitWords(text.replace(/^\[[23]\] /, ""))) {
    if (bare(word) !== ";") {
      words.push(word);
      continue;
    }
    steps.push(parseStep(words));
    words = [];
  }
  if (words.length > 0) steps.push(parseStep(words));
  return { text, steps, protocols };
}

/** Parse a table of cases. Throws on a mistake in it, or on a case that is there twice. */
export function parseTable(table: string): Case[] {
  const lines: string[] = [];
  for (const line of table.split("\n")) {
    if (line.trim() === "" || /^\s*#/.test(line)) continue;
    if (/^\s/.test(line) && lines.length > 0) lines[lines.length - 1] += ` ${line.trim()}`;
    else lines.push(line.trim());
  }
  const seen = new Set<string>();
  for (const line of lines) {
    if (seen.has(line)) throw new Error(`the same case twice: ${line}`);
    seen.add(line);
  }
  return lines.map(parseCase);
}
