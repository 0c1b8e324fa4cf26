/**
 * Running many cases in processes of their own, which may neither hang, crash nor grow, and adding
 * up how they ended.
 *
 * @module
 */

import { REPOSITORY } from "../../support/servers.ts";
import type { Report } from "./child.ts";
import type { Outcome } from "./runner.ts";

/** A case may take so long, its use included, in milliseconds. */
export const LONGEST_CASE_MS = 5000;
/** What a process takes to gather what it damages, at most, in milliseconds. */
const START_MS = 60_000;
/**
 * V8's heap in such a process, in megabytes: beyond it V8 ends the process. What is damaged, and the
 * code, take about 40 of them, and the largest file has less than 0.1.
 */
export const HEAP_MB = 112;
/** Resident memory of such a process in bytes; with nothing loaded it is about 200 MB. */
export const LARGEST_RSS = 400e6;

/** A fault with what is needed to see it again. */
export interface FoundFault {
  readonly index: number;
  readonly what: string;
}

/** How many cases ended how. */
export interface Count {
  refused: number;
  taken: number;
}

/** What a campaign found. */
export interface Findings {
  cases: number;
  readonly forms: Map<string, Count>;
  readonly damages: Map<string, Count>;
  readonly faults: FoundFault[];
  /** The longest load. */
  slowest: Outcome | null;
  /** Most resident bytes that a process had, and what it had before the first case. */
  largestRss: number;
  firstRss: number;
}

/** What to run. */
export interface CampaignOptions {
  readonly seed: number;
  readonly first: number;
  readonly count: number;
  /** Stop after so many faults. */
  readonly most: number;
  /** Processes at a time. */
  readonly processes: number;
}

/** Run it. */
export async function campaign(options: CampaignOptions): Promise<Findings> {
  const findings: Findings = {
    cases: 0,
    forms: new Map(),
    damages: new Map(),
    faults: [],
    slowest: null,
    largestRss: 0,
    firstRss: 0,
  };
  const share = Math.ceil(options.count / options.processes);
  const end = options.first + options.count;
  const shares: Promise<void>[] = [];
  for (let first = options.first; first < end; first += share) {
    shares.push(runShare(findings, options, first, Math.min(end, first + share)));
  }
  await Promise.all(shares);
  return findings;
}

/** Run a part; where a process ends, another one goes on behind the case that ended it. */
async function runShare(
  findings: Findings,
  options: CampaignOptions,
  first: number,
  end: number,
): Promise<void> {
  while (first < end && findings.faults.length < options.most) {
    const { next, fault } = await runProcess(findings, options, first, end);
    first = next;
    if (fault === null) continue;
    // A machine that was busy with something else is no fault: that does not come twice.
    const again = await runProcess(findings, options, next, next + 1);
    if (again.fault !== null) findings.faults.push({ index: next, what: again.fault });
    first++;
  }
}

/** @returns the first case that did not come to its end, and why the process ended if not well */
async function runProcess(
  findings: Findings,
  { seed, most }: CampaignOptions,
  first: number,
  end: number,
): Promise<{ next: number; fault: string | null }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-check", `--v8-flags=--max-old-space-size=${HEAP_MB}`],
      ...[`${REPOSITORY}tests/fuzz/files/child.ts`, `${seed}`, `${first}`, `${end - first}`],
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  const errors = new Response(child.stderr).text();
  let next = first;
  let fault: string | null = null;
  const stop = (why: string) => {
    fault ??= why;
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
  };
  let timer = setTimeout(() => stop("it does not start"), START_MS);
  for await (const { outcome, rss } of reports(child.stdout)) {
    clearTimeout(timer);
    timer = setTimeout(() => stop(`no end after ${LONGEST_CASE_MS} ms`), LONGEST_CASE_MS);
    findings.largestRss = Math.max(findings.largestRss, rss);
    if (outcome === null) {
      findings.firstRss = Math.max(findings.firstRss, rss);
      continue;
    }
    next = outcome.index + 1;
    take(findings, outcome);
    if (rss > LARGEST_RSS) {
      next = outcome.index;
      stop(`${(rss / 1e6).toFixed(0)} MB are resident`);
    }
    if (findings.faults.length >= most) break;
  }
  clearTimeout(timer);
  const enough = findings.faults.length >= most;
  if (enough && next < end) stop("enough");
  const { code, signal } = await child.status;
  const text = await errors;
  if (enough) return { next: end, fault: null };
  if (fault === null && (code !== 0 || next < end)) {
    fault = `the process ended (${signal ?? code}): ${text.slice(0, 2000)}`;
  }
  return { next, fault };
}

async function* reports(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<Report> {
  let text = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
      yield JSON.parse(text.slice(0, end));
      text = text.slice(end + 1);
    }
  }
}

function take(findings: Findings, outcome: Outcome): void {
  const { form, damage, taken, fault, index } = outcome;
  findings.cases++;
  const tally = (counts: Map<string, Count>, name: string) => {
    const count = counts.get(name) ?? { refused: 0, taken: 0 };
    counts.set(name, count);
    count[taken ? "taken" : "refused"]++;
  };
  tally(findings.forms, form);
  for (const name of new Set(damage)) tally(findings.damages, name);
  if (findings.slowest === null || outcome.loadMs > findings.slowest.loadMs) {
    findings.slowest = outcome;
  }
  if (fault !== null) {
    findings.faults.push({ index, what: `${form} (${damage.join(", ")}): ${fault}` });
  }
}
