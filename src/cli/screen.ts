/**
 * Drawing the line under edit: from what is to be seen to the bytes that make a terminal show it.
 *
 * A line longer than the terminal is wide goes on in the next row. Each drawing starts from the row
 * the prompt began in, which is why the rows of the last drawing are remembered.
 *
 * @module
 */

/** What is to be seen. */
export interface Frame {
  prompt: string;
  line: string;
  /** Where the cursor is, in UTF-16 units of `line`. */
  cursor: number;
  /** Shown in grey behind the line, as far as its row has room. */
  hint: string;
  /** Width of the terminal. */
  columns: number;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;
const WIDTHLESS = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** Columns a char takes: none for what combines, two for East Asian wide ones. */
export function charWidth(char: string): number {
  if (char < "\u0300") return 1;
  return WIDTHLESS.test(char) ? 0 : WIDE.test(char) ? 2 : 1;
}

interface Position {
  row: number;
  column: number;
}

/** Where the text ends that begins at `from`. */
function advance(from: Position, text: string, columns: number): Position {
  let { row, column } = from;
  for (const char of text) {
    const width = charWidth(char);
    if (column + width > columns) {
      row++;
      column = 0;
    }
    column += width;
  }
  return column >= columns ? { row: row + 1, column: 0 } : { row, column };
}

/** As much of a text as fits into some columns. */
function fitting(text: string, columns: number): string {
  let used = 0;
  let out = "";
  for (const char of text) {
    used += charWidth(char);
    if (used > columns) break;
    out += char;
  }
  return out;
}

/**
 * One line on a terminal.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const screen = new Screen();
 * const frame = { prompt: "> ", line: "get", cursor: 3, hint: " key", columns: 80 };
 * assertEquals(screen.draw(frame), "\r\x1b[J> get\x1b[0;90;49m key\x1b[0m\r\x1b[5C");
 * assertEquals(screen.finish(frame), "\r\x1b[J> get\r\n");
 * ```
 */
export class Screen {
  /** The row of the cursor, counted from the prompt's. */
  #row = 0;

  /** Draw the frame over the one before. */
  draw(frame: Frame): string {
    const { prompt, line, cursor, columns } = frame;
    const start = advance({ row: 0, column: 0 }, prompt, columns);
    const end = advance(start, line, columns);
    const at = advance(start, line.slice(0, cursor), columns);
    const hint = fitting(frame.hint, columns - end.column);
    let out = this.#toStart() + prompt + line;
    // A row filled to its end has the cursor hanging behind it: bring it to the next row for real.
    if (end.column === 0 && end.row > 0) out += "\r\n";
    if (hint !== "") out += `\x1b[0;90;49m${hint}\x1b[0m`;
    if (end.row > at.row) out += `\x1b[${end.row - at.row}A`;
    out += "\r";
    if (at.column > 0) out += `\x1b[${at.column}C`;
    this.#row = at.row;
    return out;
  }

  /** Draw the line for good, without its hint, and go to a new one. */
  finish(frame: Frame): string {
    const out = this.#toStart() + frame.prompt + frame.line + "\r\n";
    this.#row = 0;
    return out;
  }

  /** Clear the whole terminal. */
  clear(): string {
    this.#row = 0;
    return "\x1b[H\x1b[2J";
  }

  #toStart(): string {
    return (this.#row > 0 ? `\x1b[${this.#row}A` : "") + "\r\x1b[J";
  }
}
