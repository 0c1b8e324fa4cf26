/**
 * Keys, the line editor, the history and the drawing, without a terminal.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { toBytes } from "../../src/bytes/bytes.ts";
import { History, HISTORY_LIMIT, isSensitive } from "../../src/cli/history.ts";
import { type Key, KeyDecoder } from "../../src/cli/keys.ts";
import { type EditorEvent, LineEditor } from "../../src/cli/line_editor.ts";
import { charWidth, Screen } from "../../src/cli/screen.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

const UP = "\x1b[A";
const DOWN = "\x1b[B";
const RIGHT = "\x1b[C";
const LEFT = "\x1b[D";

function editor(history: string[] = [], candidates: string[] = []): LineEditor {
  return new LineEditor({
    history: new History(history),
    complete: (line) => candidates.filter((candidate) => candidate.startsWith(line)),
  });
}

function type(target: LineEditor, keys: string): EditorEvent[] {
  target.push(utf8(keys));
  const events: EditorEvent[] = [];
  for (let event = target.next(); event !== undefined; event = target.next()) events.push(event);
  return events;
}

/** Keys typed, and the line they leave with `|` for the cursor. */
const EDITS: [string, string, string][] = [
  ["text", "get key", "get key|"],
  ["left and right", `abc${LEFT}${LEFT}x${RIGHT}y`, "axby|c"],
  ["left at the start", `a${LEFT}${LEFT}b`, "b|a"],
  ["right at the end", `a${RIGHT}b`, "ab|"],
  ["ctrl-b and ctrl-f", "abc\x02\x02x\x06y", "axby|c"],
  ["home and end", "abc\x1b[Hx\x1b[Fy", "xabcy|"],
  [
    "home and end of other terminals",
    "abc\x1bOHx\x1bOFy\x1b[1~z\x1b[4~w\x1b[7~1\x1b[8~2",
    "1zxabcyw2|",
  ],
  ["ctrl-a and ctrl-e", "abc\x01x\x05y", "xabcy|"],
  ["backspace", "abc\x7f\x08", "a|"],
  ["backspace in the middle", `abc${LEFT}\x7f`, "a|c"],
  ["backspace at the start", `a\x01\x7f`, "|a"],
  ["delete", "abc\x01\x1b[3~", "|bc"],
  ["delete at the end", "abc\x1b[3~", "abc|"],
  ["ctrl-d deletes", "abc\x01\x04", "|bc"],
  ["ctrl-k", `abcd${LEFT}${LEFT}\x0b`, "ab|"],
  ["ctrl-u", `abcd${LEFT}\x15`, "|"],
  ["ctrl-w", "one two  \x17", "one |"],
  ["ctrl-w in the middle of a word", `one two${LEFT}\x17`, "one |o"],
  ["ctrl-w twice", "one two\x17\x17", "|"],
  ["ctrl-t", `abc${LEFT}\x14`, "ac|b"],
  ["ctrl-t in the middle", `abcd${LEFT}${LEFT}\x14`, "acb|d"],
  ["ctrl-t at the start", "ab\x01\x14", "|ab"],
  ["chars of several bytes", `aé€😀${LEFT}\x7f`, "aé|😀"],
  ["unknown sequences are dropped", "a\x1b[5~\x1b[1;5Cb\x1bOPc", "abc|"],
  ["unknown control keys are dropped", "a\x1d\x0fb", "ab|"],
];

for (const [name, keys, expected] of EDITS) {
  Deno.test(`line editor: ${name}`, () => {
    const target = editor();
    assertEquals(type(target, keys), []);
    assertEquals(
      target.line.slice(0, target.cursor) + "|" + target.line.slice(target.cursor),
      expected,
    );
  });

  Deno.test(`line editor: ${name}, a byte at a time`, () => {
    const target = editor();
    for (const byte of utf8(keys)) {
      target.push(Uint8Array.of(byte));
      assertEquals(target.next(), undefined);
    }
    assertEquals(
      target.line.slice(0, target.cursor) + "|" + target.line.slice(target.cursor),
      expected,
    );
  });
}

Deno.test("Enter gives the line and begins a new one; what was typed ahead comes next", () => {
  const target = editor();
  assertEquals(type(target, "ping\rget a\nx"), [
    { type: "line", text: "ping" },
    { type: "line", text: "get a" },
  ]);
  assertEquals(target.line, "x");
  assertEquals(target.waiting, false);
});

Deno.test("Ctrl-D ends on an empty line, Ctrl-C always, Ctrl-L clears", () => {
  assertEquals(type(editor(), "\x04"), [{ type: "end" }]);
  const target = editor();
  assertEquals(type(target, "abc\x0c"), [{ type: "clear" }]);
  assertEquals(target.line, "abc");
  assertEquals(type(target, "\x03"), [{ type: "interrupt" }]);
  assertEquals(target.line, "");
});

Deno.test("history with the arrows, the line being written kept", () => {
  const target = editor(["first", "second"]);
  const step = (keys: string) => {
    type(target, keys);
    return target.line;
  };
  assertEquals(step("dra"), "dra");
  assertEquals(step(UP), "second");
  assertEquals(step("\x10"), "first");
  assertEquals(step(UP), "first");
  assertEquals(step(DOWN), "second");
  assertEquals(step("\x0e"), "dra");
  assertEquals(step(DOWN), "dra");
  assertEquals(step(UP + "!"), "second!");
});

Deno.test("Tab walks through the candidates and back to what was typed", () => {
  const target = editor([], ["GET", "GETEX", "SET"]);
  assertEquals(type(target, "X\t"), [{ type: "bell" }]);
  type(target, "\x15");
  const tab = (keys = "\t") => {
    type(target, keys);
    return target.line;
  };
  assertEquals(tab("G\t"), "GET");
  assertEquals(target.completing, true);
  assertEquals(tab(), "GETEX");
  assertEquals(tab(), "G");
  assertEquals(tab(), "GET");
  assertEquals(tab(" k"), "GET k");
  assertEquals(target.completing, false);
});

Deno.test("Escape takes a completion back", () => {
  const target = editor([], ["GET", "GETEX"]);
  type(target, "G\t");
  assertEquals(target.line, "GET");
  type(target, "\x1b");
  assertEquals(target.line, "G");
  assertEquals(target.completing, false);
});

Deno.test("Enter takes a candidate as it is", () => {
  assertEquals(type(editor([], ["PING"]), "P\t\r"), [{ type: "line", text: "PING" }]);
});

Deno.test("Ctrl-R searches backwards, once more for older lines", () => {
  const target = editor(["set a 1", "get a", "set b 2", "get b"]);
  type(target, "x\x12");
  assertEquals(target.searching, "");
  type(target, "set");
  assertEquals([target.line, target.searching], ["set b 2", "set"]);
  type(target, "\x12");
  assertEquals(target.line, "set a 1");
  type(target, "\x12");
  assertEquals(target.line, "set a 1");
  assertEquals(type(target, "\r"), [{ type: "line", text: "set a 1" }]);
  type(target, "x\x12get\x07");
  assertEquals([target.line, target.searching], ["x", null]);
});

Deno.test("broken UTF-8 costs one byte each", () => {
  const decoder = new KeyDecoder();
  decoder.push(toBytes("\xe2\x41\xff\xc3\xa9"));
  const texts: string[] = [];
  for (let key: Key | undefined = decoder.next(); key !== undefined; key = decoder.next()) {
    if (key.kind === "char") texts.push(key.text);
  }
  assertEquals(texts, ["\ufffd", "A", "\ufffd", "é"]);
});

Deno.test("the history keeps its size and no line twice in a row", () => {
  const history = new History(Array.from({ length: HISTORY_LIMIT + 5 }, (_, i) => `line ${i}`));
  assertEquals([history.lines.length, history.lines[0]], [HISTORY_LIMIT, "line 5"]);
  history.add("new");
  history.add("new");
  assertEquals([history.lines.length, history.lines[0]], [HISTORY_LIMIT, "line 6"]);
  assertEquals(history.lines.slice(-2), [`line ${HISTORY_LIMIT + 4}`, "new"]);
});

Deno.test("commands with passwords are known", () => {
  const secret = [
    "auth x",
    "AUTH u x",
    "acl setuser u >x",
    "config set requirepass x",
    "config set maxmemory 1 masterauth x",
    "hello 3 auth u x",
    "hello 3 setname n AUTH u x",
    "migrate h 1 k 0 1 copy auth x",
    "migrate h 1 '' 0 1 auth2 u x keys a b",
    "sentinel set m auth-pass x",
    "sentinel config set sentinel-pass x",
  ];
  const open = [
    "get auth",
    "acl deluser u",
    "config get requirepass",
    "config set dir requirepass",
    "hello 3",
    "migrate h 1 '' 0 1 keys auth",
    "migrate h 1 k 0 1",
    "sentinel masters",
  ];
  assertEquals(secret.filter((line) => !isSensitive(line.split(" "))), []);
  assertEquals(open.filter((line) => isSensitive(line.split(" "))), []);
});

/** A terminal's picture after some output, as far as our drawing needs one. */
class Picture {
  rows: string[][] = [[]];
  row = 0;
  column = 0;

  constructor(readonly columns: number) {}

  write(output: string): this {
    // deno-lint-ignore no-control-regex -- escape sequences are what is looked for
    for (const [, code, final, char] of output.matchAll(/\x1b\[([\d;]*)([A-Za-z])|([^\x1b])/gsu)) {
      if (char === "\r") this.column = 0;
      else if (char === "\n") this.rows[++this.row] ??= [];
      else if (char !== undefined) this.#put(char);
      else if (final === "A") this.row -= Number(code);
      else if (final === "C") this.column += Number(code);
      else if (final === "J") {
        this.rows.length = this.row + 1;
        this.rows[this.row].length = this.column;
      }
    }
    return this;
  }

  #put(char: string): void {
    if (this.column + charWidth(char) > this.columns) {
      this.rows[++this.row] ??= [];
      this.column = 0;
    }
    this.rows[this.row][this.column++] = char;
    if (charWidth(char) === 2) this.rows[this.row][this.column++] = "";
  }

  get text(): string[] {
    return this.rows.map((row) => row.join(""));
  }
}

Deno.test("drawing: a long line goes on in the next rows, the cursor is where it belongs", () => {
  const screen = new Screen();
  const picture = new Picture(10);
  const line = "0123456789abcdefghij";
  for (let cursor = 0; cursor <= line.length; cursor++) {
    picture.write(screen.draw({ prompt: "> ", line, cursor, hint: " hint", columns: 10 }));
    assertEquals(picture.text, ["> 01234567", "89abcdefgh", "ij hint"]);
    assertEquals([picture.row, picture.column], [Math.floor((cursor + 2) / 10), (cursor + 2) % 10]);
  }
  picture.write(screen.draw({ prompt: "> ", line: "x", cursor: 1, hint: "", columns: 10 }));
  assertEquals(picture.text, ["> x"]);
  picture.write(screen.finish({ prompt: "> ", line: "x", cursor: 1, hint: " hint", columns: 10 }));
  assertEquals([picture.text, picture.row, picture.column], [["> x", ""], 1, 0]);
});

Deno.test("drawing: a row filled to its end, a hint cut off, wide chars", () => {
  const draw = (line: string, hint: string) =>
    new Picture(10).write(
      new Screen().draw({ prompt: "> ", line, cursor: line.length, hint, columns: 10 }),
    );
  const full = draw("01234567", "");
  assertEquals([full.text, full.row, full.column], [["> 01234567", ""], 1, 0]);
  assertEquals(draw("0123", " a long hint").text, ["> 0123 a l"]);
  const wide = draw("日本e\u0301", "");
  assertEquals([wide.row, wide.column], [0, 7]);
});
