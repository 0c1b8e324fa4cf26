/**
 * Ctrl-C in a mode that has something to tell at its end: it is stopped, not killed. Whoever presses it
 * again, because the server does not answer, gets the program's end.
 *
 * @module
 */

import type { CliIo } from "../io.ts";

/** Watches for Ctrl-C from its making to {@linkcode InterruptWatch.release}. */
export class InterruptWatch {
  #io: CliIo;
  #happened = false;
  #promise: Promise<void>;
  /** Let Ctrl-C end the program again. */
  readonly release: () => void;

  constructor(io: CliIo) {
    this.#io = io;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#promise = promise;
    this.release = io.onInterrupt(() => {
      if (this.#happened) io.exit(130);
      this.#happened = true;
      resolve();
    });
  }

  /** Whether Ctrl-C was pressed. */
  get happened(): boolean {
    return this.#happened;
  }

  /** Wait for some milliseconds, or until Ctrl-C. */
  async sleep(ms: number): Promise<void> {
    await Promise.race([this.#io.sleep(ms), this.#promise]);
  }
}
