/**
 * The progress bar of work that takes long: on standard error, and only when that is a terminal.
 *
 * @module
 */

import type { ToolIo } from "./io.ts";
import { bytesText } from "./text.ts";

/** Nothing is shown of work that is done before this; milliseconds. */
const PATIENCE_MS = 400;
/** Between two drawings; milliseconds. */
const PERIOD_MS = 100;
const BAR_CELLS = 24;

const encoder = new TextEncoder();

/** One line that is drawn over and over; `using` wipes it away. */
export class Progress implements Disposable {
  readonly #io: ToolIo;
  readonly #label: string;
  #next: number;
  #drawn = false;

  /** @param label what is being done */
  constructor(io: ToolIo, label: string) {
    this.#io = io;
    this.#label = label;
    this.#next = io.clock.monotonic() + PATIENCE_MS;
  }

  /** Say how far it is. Cheap: call it for each chunk. */
  update(done: number, total: number): void {
    if (!this.#io.stderrIsTerminal) return;
    const now = this.#io.clock.monotonic();
    if (now < this.#next) return;
    this.#next = now + PERIOD_MS;
    this.#drawn = true;
    const share = total > 0 ? Math.min(1, done / total) : 0;
    const filled = Math.round(share * BAR_CELLS);
    const bar = "#".repeat(filled) + ".".repeat(BAR_CELLS - filled);
    const percent = total > 0 ? `${Math.floor(share * 100)}%`.padStart(4) : "    ";
    const line = `[${bar}] ${percent} ${bytesText(done)} ${this.#label}`;
    this.#io.writeError(encoder.encode(`\r${line.slice(0, this.#io.columns() - 1)}\x1b[K`));
  }

  [Symbol.dispose](): void {
    if (this.#drawn) this.#io.writeError(encoder.encode("\r\x1b[K"));
    this.#drawn = false;
  }
}
