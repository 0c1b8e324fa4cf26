/**
 * `--latency` and `--latency-history`: how long PING takes, in milliseconds.
 *
 * For people it is one line that changes, for ever. For programs `--latency` is one line of figures
 * after a second (or the time of `-i`), and the history a line for every PING.
 *
 * @module
 */

import { fixed } from "../printf.ts";
import type { Session } from "../session.ts";
import { askPatiently, warmUp } from "./patience.ts";

/** Between two PINGs, in milliseconds. */
const PAUSE_MS = 10;

/** The length of one part of the history, and how long programs wait, unless `-i` says. */
const HISTORY_MS = 15_000;
const SAMPLING_MS = 1000;

const CLEAR_LINE = "\x1b[0G\x1b[2K";

/** Figures about a number of PINGs. */
class Figures {
  #min = 0;
  #max = 0;
  #total = 0;
  #count = 0;

  add(latency: number): void {
    this.#min = this.#count === 0 ? latency : Math.min(this.#min, latency);
    this.#max = Math.max(this.#max, latency);
    this.#total += latency;
    this.#count++;
  }

  text(session: Session): string {
    const [min, max, count] = [this.#min, this.#max, this.#count];
    const average = fixed(this.#total / count, 2);
    switch (session.options.output) {
      case "standard":
        return `${CLEAR_LINE}min: ${min}, max: ${max}, avg: ${average} (${count} samples)`;
      case "csv":
        return `${min},${max},${average},${count}\n`;
      case "raw":
        return `${min} ${max} ${average} ${count}\n`;
      default:
        return `{"min": ${min}, "max": ${max}, "avg": ${average}, "count": ${count}}\n`;
    }
  }
}

/** Measure until the program is ended; for programs, without a history, until there is a result. */
export async function latency(session: Session): Promise<number> {
  const { interval, latencyHistory, output } = session.options;
  const forPeople = output === "standard";
  const history = interval === 0 ? HISTORY_MS : interval * 1000;
  const sampling = interval === 0 ? SAMPLING_MS : interval * 1000;
  const now = () => Math.floor(session.io.now());
  await warmUp(session);
  let began = now();
  let figures = new Figures();
  for (;;) {
    const sent = now();
    await askPatiently(session, ["PING"]);
    figures.add(now() - sent);
    if (forPeople || latencyHistory) session.print(figures.text(session));
    else if (now() - began > sampling) {
      session.print(figures.text(session));
      return 0;
    }
    if (latencyHistory && now() - began > history) {
      const range = ` -- ${fixed((now() - began) / 1000, 2)} seconds range\n`;
      // The end of a line for people, and no figures for a program.
      if (forPeople) session.print(range);
      else session.printError(range);
      began = now();
      figures = new Figures();
    }
    await session.io.sleep(PAUSE_MS);
  }
}
