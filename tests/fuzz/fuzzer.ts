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
import { Shrinker } from "./shrink.ts";
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
const TRIALS = 600;

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
  const context: WordContext = { random, clock: 1, ids: [], now: Date.now() };
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

/** Leave out arguments of the commands that may be changed, several and one at a time. */
async function dropWords(shrinker: Shrinker<FuzzCommand>): Promise<void> {
  for (let at = shrinker.items.length - 1; at >= 0; at--) {
    for (const size of [8, 2, 1]) {
      for (let end = shrinker.items[at]?.args.length ?? 0; end - size >= 1; end--) {
        const command = shrinker.items[at];
        if (command === undefined || command.fixed) break;
        const shorter = { ...command, args: command.args.toSpliced(end - size, size) };
        if (!await shrinker.try(shrinker.items.with(at, shorter))) continue;
        end = Math.min(end, (shrinker.items[at]?.args.length ?? 0) + 1);
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
  let last = first;
  const whole = commands.slice(0, first.index + 1);
  const shrinker = new Shrinker(whole, async (items) => {
    const mismatch = await pair.run(items, run);
    if (mismatch !== undefined) last = mismatch;
    return mismatch?.index ?? -1;
  }, TRIALS);
  const stable = await shrinker.try(whole) || await shrinker.try(whole);
  if (stable) {
    await shrinker.drop();
    await dropWords(shrinker);
    await shrinker.drop();
  }
  return {
    commands: describe(stable ? shrinker.items : whole.slice(-1)),
    protocol: run.protocol,
    oracle: last.oracle,
    ours: last.ours,
    unstable: !stable,
  };
}

/** A difference as it is shown. */
export function report(difference: Difference): string {
  const { commands, protocol, oracle, ours, unstable } = difference;
  const note = unstable ? " (it did not come again)" : "";
  return `RESP${protocol}: ${commands.slice(0, 4000)}${note}\n` +
    `    redis:  ${JSON.stringify(oracle.slice(0, 2000))}\n` +
    `    redeno: ${JSON.stringify(ours.slice(0, 2000))}`;
}
