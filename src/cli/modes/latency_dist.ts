/**
 * `--latency-dist`: how the times of PING are spread, as a spectrum on a terminal of 256 colours: a
 * column for each range of times, its colour for how many fell into it.
 *
 * @module
 */

import type { Session } from "../session.ts";
import { askPatiently, warmUp } from "./patience.ts";

const PAUSE_MS = 10;
const SPECTRUM_MS = 1000;

/** Behind so many spectra the legend comes again. */
const PAGE = 20;

/** The columns: the longest time that belongs to each, in microseconds, and its sign. */
const COLUMNS: readonly [number, string][] = [
  [10, "."],
  [125, "-"],
  [250, "*"],
  [500, "#"],
  ...range("123456789", 1000),
  ...range("ABCDE", 10_000),
  ...range("FGHIJ", 100_000),
  [1_000_000, "K"],
  [2_000_000, "L"],
  [4_000_000, "M"],
  [8_000_000, "N"],
  [16_000_000, "O"],
  [30_000_000, "P"],
  [60_000_000, "Q"],
  [Infinity, "?"],
];

function range(signs: string, step: number): [number, string][] {
  return [...signs].map((sign, i) => [step * (i + 1), sign]);
}

/** From none to all: greys, then yellow to red. Numbers of xterm's palette; the last ones are a cube. */
const COLOURS = [
  0,
  234,
  236,
  238,
  240,
  242,
  244,
  246,
  58,
  100,
  142,
  184,
  226,
  220,
  214,
  208,
  202,
  196,
];
const GREYS = [0, 234, 236, 238, 240, 242, 244, 246, 248, 250, 252, 254];

function legend(palette: readonly number[]): string {
  const rule = "-".repeat(45) + "\n";
  return rule +
    ". - * #          up to .01 .125 .25 .5 ms\n" +
    "1 2 3 ... 9      up to 1, 2, 3 ... 9 ms\n" +
    "A B C D E        up to 10, 20, 30, 40, 50 ms\n" +
    "F G H I J        up to .1, .2, .3, .4, .5 s\n" +
    "K L M N O P Q ?  up to 1, 2, 4, 8, 16, 30, 60 s, more\n" +
    "From 0 to 100%: " + palette.map((colour) => `\x1b[48;5;${colour}m `).join("") + "\x1b[0m\n" +
    rule;
}

function spectrum(counts: readonly number[], total: number, palette: readonly number[]): string {
  let out = "\x1b[38;5;0m";
  for (let i = 0; i < counts.length; i++) {
    const colour = palette[Math.ceil(counts[i] / total * (palette.length - 1))];
    out += `\x1b[48;5;${colour}m${COLUMNS[i][1]}`;
  }
  return out + "\x1b[0m\n";
}

/** Show a spectrum every second, or as often as `-i` says, until the program is ended. */
export async function latencyDistribution(session: Session): Promise<number> {
  const { interval, monochrome } = session.options;
  const { io } = session;
  const palette = monochrome ? GREYS : COLOURS;
  const period = interval === 0 ? SPECTRUM_MS : interval * 1000;
  const counts = new Array<number>(COLUMNS.length).fill(0);
  await warmUp(session);
  let began = io.now();
  let total = 0;
  for (let shown = 0;;) {
    const sent = io.now();
    await askPatiently(session, ["PING"]);
    const microseconds = Math.floor((io.now() - sent) * 1000);
    counts[COLUMNS.findIndex(([longest]) => microseconds <= longest)]++;
    total++;
    if (io.now() - began > period) {
      if (shown++ % PAGE === 0) session.print(legend(palette));
      session.print(spectrum(counts, total, palette));
      began = io.now();
      counts.fill(0);
      total = 0;
    }
    await io.sleep(PAUSE_MS);
  }
}
