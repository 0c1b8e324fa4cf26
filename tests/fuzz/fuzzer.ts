/**
 * Sends random commands of a group to a real server and to Redeno, and looks for the shortest
 * sequence that shows a difference where there is one.
 *
 * The commands come in rounds, each from empty databases and with RESP2 and RESP3 by turns. The digest
 * of all data is compared within and at the end of a round, as just another command. Where replies
 * differ, the round ends and is cut down: commands and then words are left out as long as some
 * difference stays.
 *
 * @module
 */

import { mulberry32, type Prng } from "../support/prng.ts";
import { GROUPS } from "./groups.ts";
import { describe, type Mismatch, type Pair, type RunOptions } from "./pair.ts";
import type { FuzzCommand, Templates } from "./template.ts";
import type { WordContext } from "./words.ts";

/** What to send. */
export interface FuzzOptions {
  readonly group: string;
  readonly seed: number;
  /** About how many commands. */
  readonly count: number;
  /** Stop after so many different differences. */
  readonly most?: number;
}

/** A difference, cut down. */
export interface Difference {
  /** The commands, as a conformance case. */
  readonly commands: string;
  readonly protocol: 2 | 3;
  /** The real server's reply to the last command. */
  readonly oracle: string;
  /** Redeno's reply to it. */
  readonly ours: string;
  /** It came once, and not again with the same commands: time or chance has a part in it. */
  readonly unstable: boolean;
}

/** What came of it. */
export interface FuzzResult {
  readonly sent: number;
  readonly differences: readonly Difference[];
  /** Commands of the group that were not sent, as a server lacks them. */
  readonly skipped: readonly string[];
}

const ROUND = 1500;
const DIGEST: FuzzCommand = { args: ["DEBUG", "DIGEST"], tolerances: [] };
/** Commands between two digests. */
const DIGEST_EVERY = 300;
/** Runs that cutting down one difference may take. */
const RUNS = 600;

/** Fuzz one group. */
export async function fuzz(pair: Pair, options: FuzzOptions): Promise<FuzzResult> {
  const group = GROUPS[options.group];
  if (group === undefined) throw new Error(`no group ${options.group}`);
  const skipped = await pair.missing(group.templates.names);
  const templates = group.templates.without(skipped);
  const random = mulberry32(options.seed);
  const differences: Difference[] = [];
  const seen = new Set<string>();
  let sent = 0;
  for (let round = 0; sent < options.count && !templates.isEmpty; round++) {
    const run: RunOptions = {
      protocol: round % 2 === 0 ? 2 : 3,
      severalReplies: group.severalReplies,
    };
    const commands = makeRound(templates, random, Math.min(ROUND, options.count - sent));
    sent += commands.length;
    const mismatch = await pair.run(commands, run);
    if (mismatch === undefined || seen.has(kindOf(commands, mismatch))) continue;
    if (commands[mismatch.index] !== DIGEST) seen.add(kindOf(commands, mismatch));
    const difference = await cutDown(pair, commands, mismatch, run);
    if (seen.has(difference.commands)) continue;
    seen.add(difference.commands);
    differences.push(difference);
    if (differences.length >= (options.most ?? Infinity)) break;
  }
  return { sent, differences, skipped: [...skipped] };
}

function makeRound(templates: Templates, random: Prng, count: number): FuzzCommand[] {
  const context: WordContext = { random, clock: 1, now: Date.now() };
  const commands: FuzzCommand[] = [];
  let untilDigest = DIGEST_EVERY;
  while (commands.length < count) {
    const made = templates.next(context);
    commands.push(...made);
    untilDigest -= made.length;
    if (untilDigest > 0) continue;
    commands.push(DIGEST);
    untilDigest = DIGEST_EVERY;
  }
  commands.push(DIGEST);
  return commands;
}

/** Equal for what is most probably the same difference. */
function kindOf(commands: readonly FuzzCommand[], { index, oracle, ours }: Mismatch): string {
  const name = commands[index].args[0].toUpperCase();
  return `${name} ${oracle.slice(0, 12)} ${ours.slice(0, 12)}`;
}

/** Looks for a short sequence that still shows a difference. */
class Cutter {
  #runs = 0;
  #commands: FuzzCommand[];
  #mismatch: Mismatch;

  constructor(
    readonly pair: Pair,
    readonly run: RunOptions,
    commands: readonly FuzzCommand[],
    mismatch: Mismatch,
  ) {
    this.#commands = commands.slice(0, mismatch.index + 1);
    this.#mismatch = mismatch;
  }

  get result(): { commands: readonly FuzzCommand[]; mismatch: Mismatch } {
    return { commands: this.#commands, mismatch: this.#mismatch };
  }

  /** Whether a difference stays; then the sequence up to it is the new one. */
  async try(commands: readonly FuzzCommand[]): Promise<boolean> {
    if (++this.#runs > RUNS) return false;
    const mismatch = await this.pair.run(commands, this.run);
    if (mismatch === undefined) return false;
    this.#commands = commands.slice(0, mismatch.index + 1);
    this.#mismatch = mismatch;
    return true;
  }

  /** Leave out whole commands: first halves, in the end single ones. */
  async dropCommands(): Promise<void> {
    for (let size = this.#commands.length >> 1; size > 0; size >>= 1) {
      for (let end = this.#commands.length; end > 0;) {
        const start = Math.max(0, end - size);
        if (await this.try(this.#commands.toSpliced(start, end - start))) {
          end = Math.min(start, this.#commands.length);
        } else {
          end = start;
        }
      }
    }
  }

  /** Leave out arguments of what is left, one and two at a time. */
  async dropWords(): Promise<void> {
    for (let at = this.#commands.length - 1; at >= 0; at--) {
      if (this.#commands[at]?.fixed) continue;
      for (const size of [8, 2, 1]) {
        for (let end = this.#commands[at]?.args.length ?? 0; end - size >= 1; end--) {
          const command = this.#commands[at];
          const shorter = { ...command, args: command.args.toSpliced(end - size, size) };
          if (await this.try(this.#commands.with(at, shorter))) {
            if (this.#commands.length <= at) break;
            end = Math.min(end, this.#commands[at].args.length + 1);
          }
        }
      }
    }
  }
}

async function cutDown(
  pair: Pair,
  commands: readonly FuzzCommand[],
  first: Mismatch,
  run: RunOptions,
): Promise<Difference> {
  const cutter = new Cutter(pair, run, commands, first);
  const whole = commands.slice(0, first.index + 1);
  const stable = await cutter.try(whole) || await cutter.try(whole);
  if (stable) {
    await cutter.dropCommands();
    await cutter.dropWords();
    await cutter.dropCommands();
  }
  const { mismatch, commands: rest } = cutter.result;
  return {
    commands: describe(stable ? rest : rest.slice(-1)),
    protocol: run.protocol,
    oracle: mismatch.oracle,
    ours: mismatch.ours,
    unstable: !stable,
  };
}

/** A difference as it is shown. */
export function report(difference: Difference): string {
  const { commands, protocol, oracle, ours, unstable } = difference;
  const note = unstable ? " (it did not come again)" : "";
  return `RESP${protocol}: ${commands}${note}\n` +
    `    redis:  ${JSON.stringify(oracle.slice(0, 2000))}\n` +
    `    redeno: ${JSON.stringify(ours.slice(0, 2000))}`;
}
