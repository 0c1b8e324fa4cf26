/**
 * The line editor as a state machine: keys in, a line under edit and events out. It neither reads
 * nor writes a terminal, so that each key can be tested; `screen.ts` draws the line.
 *
 * The keys are those of redis-cli: arrows, Home/End, Ctrl-A/E/B/F, Backspace/Delete, Ctrl-H/D,
 * Ctrl-K/U/W/T/L, history with Up/Down and Ctrl-P/N, Tab for completion (once more for the next one,
 * Escape for what was typed), Ctrl-R for searching the history backwards.
 *
 * @module
 */

import type { History } from "./history.ts";
import { type Key, KeyDecoder } from "./keys.ts";

/** Something the owner of the editor has to do. */
export type EditorEvent =
  | { type: "line"; text: string }
  | { type: "end" }
  | { type: "interrupt" }
  | { type: "clear" }
  | { type: "bell" };

/** What an editor works with. */
export interface EditorOptions {
  history: History;
  /** All lines that the given one may be completed to. */
  complete: (line: string) => string[];
}

/** Completion under way: the candidates, the last of them being what was typed. */
interface Completion {
  candidates: string[];
  index: number;
}

/** Search under way: what is looked for, where it was found, and the line from before. */
interface Search {
  query: string;
  index: number;
  before: string;
}

/**
 * One line under edit after another.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { History } from "./history.ts";
 * const editor = new LineEditor({ history: new History(), complete: () => [] });
 * editor.push(new TextEncoder().encode("gat k\x01\x06\x06\x08e\r"));
 * assertEquals(editor.next(), { type: "line", text: "get k" });
 * ```
 */
export class LineEditor {
  #history: History;
  #complete: (line: string) => string[];
  #decoder = new KeyDecoder();
  #chars: string[] = [];
  #cursor = 0;
  /** How many lines back in the history we are; 0 is the line being written. */
  #back = 0;
  #draft = "";
  #completion: Completion | null = null;
  #search: Search | null = null;

  constructor(options: EditorOptions) {
    this.#history = options.history;
    this.#complete = options.complete;
  }

  /** The line as it stands. */
  get line(): string {
    return this.#chars.join("");
  }

  /** Where the cursor is, in UTF-16 units of {@linkcode line}. */
  get cursor(): number {
    return this.#chars.slice(0, this.#cursor).join("").length;
  }

  /** What is being looked for in the history, or null when nothing is. */
  get searching(): string | null {
    return this.#search?.query ?? null;
  }

  /** Whether a candidate of completion is shown, which no key has confirmed yet. */
  get completing(): boolean {
    return this.#completion !== null;
  }

  /** Whether typed bytes wait to be looked at. */
  get waiting(): boolean {
    return this.#decoder.waiting;
  }

  /** Add bytes read from the terminal. */
  push(bytes: Uint8Array): void {
    this.#decoder.push(bytes);
  }

  /** Take the keys that have come until one makes an event; undefined when all are taken. */
  next(): EditorEvent | undefined {
    for (;;) {
      const key = this.#decoder.next();
      if (key === undefined) {
        const modal = this.#completion !== null || this.#search !== null;
        if (!modal || !this.#decoder.takeEscape()) return undefined;
      }
      const event = this.#key(key ?? { kind: "key", name: "escape" });
      if (event !== undefined) return event;
    }
  }

  #key(key: Key): EditorEvent | undefined {
    if (this.#completion !== null) {
      if (key.kind === "key" && key.name === "tab") return this.#nextCandidate(this.#completion);
      const { candidates } = this.#completion;
      this.#completion = null;
      if (key.kind === "key" && key.name === "escape") {
        this.#set(candidates[candidates.length - 1]);
        return undefined;
      }
    }
    if (this.#search !== null && this.#searchKey(this.#search, key)) return undefined;
    if (key.kind === "char") {
      this.#chars.splice(this.#cursor++, 0, key.text);
      return undefined;
    }
    return this.#command(key.name);
  }

  #command(name: string): EditorEvent | undefined {
    switch (name) {
      case "enter": {
        const text = this.line;
        this.reset();
        return { type: "line", text };
      }
      case "ctrl-c":
        this.reset();
        return { type: "interrupt" };
      case "ctrl-d":
        if (this.#chars.length === 0) return { type: "end" };
        this.#chars.splice(this.#cursor, 1);
        return undefined;
      case "delete":
        this.#chars.splice(this.#cursor, 1);
        return undefined;
      case "backspace":
        if (this.#cursor > 0) this.#chars.splice(--this.#cursor, 1);
        return undefined;
      case "left":
      case "ctrl-b":
        this.#cursor = Math.max(0, this.#cursor - 1);
        return undefined;
      case "right":
      case "ctrl-f":
        this.#cursor = Math.min(this.#chars.length, this.#cursor + 1);
        return undefined;
      case "home":
      case "ctrl-a":
        this.#cursor = 0;
        return undefined;
      case "end":
      case "ctrl-e":
        this.#cursor = this.#chars.length;
        return undefined;
      case "up":
      case "ctrl-p":
        this.#recall(1);
        return undefined;
      case "down":
      case "ctrl-n":
        this.#recall(-1);
        return undefined;
      case "ctrl-k":
        this.#chars.length = this.#cursor;
        return undefined;
      case "ctrl-u":
        this.#set("");
        return undefined;
      case "ctrl-w":
        this.#deleteWord();
        return undefined;
      case "ctrl-t":
        this.#transpose();
        return undefined;
      case "ctrl-l":
        return { type: "clear" };
      case "ctrl-r":
        this.#search = { query: "", index: this.#history.lines.length, before: this.line };
        return undefined;
      case "tab":
        return this.#startCompletion();
      default:
        return undefined;
    }
  }

  /** Begin a new, empty line. Bytes that have been typed ahead stay. */
  reset(): void {
    this.#set("");
    this.#back = 0;
    this.#draft = "";
    this.#completion = null;
    this.#search = null;
  }

  #set(text: string): void {
    this.#chars = [...text];
    this.#cursor = this.#chars.length;
  }

  #recall(step: number): void {
    const { lines } = this.#history;
    const back = this.#back + step;
    if (back < 0 || back > lines.length) return;
    if (this.#back === 0) this.#draft = this.line;
    this.#back = back;
    this.#set(back === 0 ? this.#draft : lines[lines.length - back]);
  }

  #deleteWord(): void {
    let start = this.#cursor;
    while (start > 0 && this.#chars[start - 1] === " ") start--;
    while (start > 0 && this.#chars[start - 1] !== " ") start--;
    this.#chars.splice(start, this.#cursor - start);
    this.#cursor = start;
  }

  /** Swap the char before the cursor with the one under it, and step on. */
  #transpose(): void {
    const at = this.#cursor;
    if (at === 0 || at >= this.#chars.length) return;
    [this.#chars[at - 1], this.#chars[at]] = [this.#chars[at], this.#chars[at - 1]];
    if (at !== this.#chars.length - 1) this.#cursor++;
  }

  #startCompletion(): EditorEvent | undefined {
    const typed = this.line;
    const found = this.#complete(typed);
    if (found.length === 0) return { type: "bell" };
    this.#completion = { candidates: [...found, typed], index: 0 };
    this.#set(found[0]);
    return undefined;
  }

  #nextCandidate(completion: Completion): EditorEvent | undefined {
    completion.index = (completion.index + 1) % completion.candidates.length;
    this.#set(completion.candidates[completion.index]);
    return completion.index === completion.candidates.length - 1 ? { type: "bell" } : undefined;
  }

  /** A key during the search; false when it ends the search and is still to be done. */
  #searchKey(search: Search, key: Key): boolean {
    if (key.kind === "char") {
      search.query += key.text;
      this.#find(search, Math.min(search.index, this.#history.lines.length - 1));
      return true;
    }
    switch (key.name) {
      case "ctrl-r":
        this.#find(search, search.index - 1);
        return true;
      case "backspace":
        search.query = search.query.slice(0, -1);
        this.#find(search, this.#history.lines.length - 1);
        return true;
      case "ctrl-g":
      case "ctrl-c":
      case "escape":
        this.#search = null;
        this.#set(search.before);
        return true;
      default:
        this.#search = null;
        return false;
    }
  }

  /** Show the newest line at or before `from` that has the query in it; else leave all as it is. */
  #find(search: Search, from: number): void {
    if (search.query === "") return;
    const { lines } = this.#history;
    for (let i = from; i >= 0; i--) {
      const at = lines[i].indexOf(search.query);
      if (at < 0) continue;
      search.index = i;
      this.#set(lines[i]);
      this.#cursor = [...lines[i].slice(0, at)].length;
      return;
    }
  }
}
