/**
 * The file of measurements, `tests/bench/results.json`: what the page of figures and the chart show,
 * no more. Each program replaces its own section and leaves the others, so that they can be run one
 * at a time; what else they measure, they print.
 *
 * @module
 */

import { REDENO_VERSION } from "../../../src/version.ts";
import type { CaseKey } from "./matrix.ts";
import { caseId, parseCaseId } from "./matrix.ts";
import type { Comparison, Effort, ServerFigures } from "./measure.ts";
import { type Machine, machine } from "./proc.ts";
import type { Spread } from "./statistics.ts";
import { PEER, type TargetKind } from "./targets.ts";

/** Where the figures come from. */
export interface Environment extends Machine {
  deno: string;
  v8: string;
  redeno: string;
  /** What `redis-server --version` calls itself. */
  redis: string;
  peer: string;
}

/** One case of the matrix, measured. */
export interface CaseResult extends CaseKey, Effort {
  id: string;
  /** When, as ISO 8601. */
  measured: string;
  servers: Comparison["servers"];
}

/** The ratios of a case to the real server, as the chart shows them. */
export interface RatioCase extends CaseKey {
  redeno: Spread;
  peer?: Spread;
}

/** A ratio in the file: median, lowest and highest round. */
type StoredRatio = readonly [median: number, low: number, high: number];

/** The section of the throughput: ratios by the case's name. */
export interface StoredThroughput {
  /** When the last of them was measured. */
  measured: string;
  ratios: Record<string, { redeno: StoredRatio; peer?: StoredRatio }>;
}

/** A file's content: sections by the name of the program that made them. */
export interface Results {
  environment?: Environment;
  throughput?: StoredThroughput;
  [section: string]: unknown;
}

/** Where results go unless `--out` says otherwise. */
export const RESULTS_PATH: string = decodeURIComponent(
  new URL("../results.json", import.meta.url).pathname,
);

/** A section of one server's figures each, with its date. */
export interface Section<Figures> {
  measured: string;
  figures: Figures;
}

/** Now, as the results write it. */
export function now(): string {
  return new Date().toISOString();
}

async function environment(): Promise<Environment> {
  const { stdout } = await new Deno.Command("redis-server", { args: ["--version"] }).output();
  const version = /v=(\S+)/.exec(new TextDecoder().decode(stdout))?.[1];
  return {
    ...await machine(),
    deno: Deno.version.deno,
    v8: Deno.version.v8,
    redeno: REDENO_VERSION,
    redis: version ?? "unknown",
    peer: PEER,
  };
}

/** The results so far; none when there is no file yet. */
export async function readResults(path: string): Promise<Results> {
  try {
    return JSON.parse(await Deno.readTextFile(path)) as Results;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}

/** Writes a file in the form that `deno fmt` wants of all files of the tree. */
export async function writeFormatted(path: string, text: string): Promise<void> {
  await Deno.writeTextFile(path, text);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", path],
  }).output();
  if (!success) throw new Error(`deno fmt failed: ${new TextDecoder().decode(stderr)}`);
}

/** JSON with whatever fits a line on one. */
function compactJson(value: unknown, indent = ""): string {
  const flat = JSON.stringify(value, null, 1).replace(/\n\s*/g, " ");
  if (typeof value !== "object" || value === null || indent.length + flat.length < 80) return flat;
  const inner = `${indent}  `;
  const lines = Array.isArray(value)
    ? value.map((each) => inner + compactJson(each, inner))
    : Object.entries(value).filter(([, each]) => each !== undefined).map(([name, each]) =>
      `${inner}${JSON.stringify(name)}: ${compactJson(each, inner)}`
    );
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return `${open}\n${lines.join(",\n")}\n${indent}${close}`;
}

/**
 * Puts a section into the file, beside the others.
 *
 * @returns all that the file holds now
 */
export async function writeSection(
  path: string,
  section: string,
  content: unknown,
): Promise<Results> {
  const results: Results = {
    ...await readResults(path),
    environment: await environment(),
    [section]: content,
  };
  // Figures beyond the fourth digit are noise.
  const short = (_: string, value: unknown) =>
    typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
  await writeFormatted(path, compactJson(JSON.parse(JSON.stringify(results, short))) + "\n");
  return results;
}

/** Facts of a case that its name says, or that nothing shows. */
const LEFT_OUT = new Set(["workload", "pipeline", "size", "clients", "seconds", "measured"]);

function isComparison(figures: object): figures is ServerFigures {
  return "rps" in figures && "cpuPerMillion" in figures;
}

/**
 * What is kept of a section's figures: of a server in a comparison its ratio to the real server (or
 * the requests a second of the real server itself), all else as it is.
 */
export function brief(figures: unknown): unknown {
  if (Array.isArray(figures)) return figures.map(brief);
  if (typeof figures !== "object" || figures === null) return figures;
  if (isComparison(figures)) {
    return figures.ratio === undefined
      ? { rps: Math.round(figures.rps.median) }
      : { ratio: figures.ratio.median };
  }
  const entries = Object.entries(figures);
  const shown = "id" in figures ? entries.filter(([name]) => !LEFT_OUT.has(name)) : entries;
  return Object.fromEntries(shown.map(([name, value]) => [name, brief(value)]));
}

/** Puts a section of figures with today's date into the file, if results are to be kept. */
export async function keepFigures(
  path: string | undefined,
  section: string,
  figures: unknown,
): Promise<void> {
  if (path === undefined) return;
  await writeSection(
    path,
    section,
    {
      measured: now(),
      figures: brief(figures),
    } satisfies Section<unknown>,
  );
  console.log(`\nwritten to ${path}`);
}

/** The ratios of a case; null when Redeno has none. */
export function ratioCase(one: CaseResult): RatioCase | null {
  const { workload, pipeline, size, clients, servers: { redeno, peer } } = one;
  if (redeno?.ratio === undefined) return null;
  return { workload, pipeline, size, clients, redeno: redeno.ratio, peer: peer?.ratio };
}

/** The ratios that a file holds. */
export function storedCases({ throughput }: Results): RatioCase[] {
  const read = ([median, low, high]: StoredRatio): Spread => ({ median, low, high });
  return Object.entries(throughput?.ratios ?? {}).map(([id, { redeno, peer }]) => ({
    ...parseCaseId(id),
    redeno: read(redeno),
    ...peer !== undefined && { peer: read(peer) },
  }));
}

/** Ratios as the file holds them. */
export function storeCases(cases: readonly RatioCase[]): StoredThroughput {
  const write = ({ median, low, high }: Spread): StoredRatio => [median, low, high];
  const ratios = cases.map((one) =>
    [caseId(one), {
      redeno: write(one.redeno),
      ...one.peer !== undefined && { peer: write(one.peer) },
    }] as const
  );
  return { measured: now(), ratios: Object.fromEntries(ratios) };
}

/** New cases take the places of their older selves; the others stay. */
export function mergeCases(old: readonly RatioCase[], fresh: readonly RatioCase[]): RatioCase[] {
  const byId = new Map([...old, ...fresh].map((one) => [caseId(one), one]));
  return [...byId.values()];
}

/** A case with its figures, as the file holds it. */
export function caseResult(
  key: CaseKey,
  effort: Effort,
  servers: Comparison["servers"],
): CaseResult {
  return { id: caseId(key), ...key, ...effort, measured: now(), servers };
}

/** Processor seconds for a million requests, user and system together. */
export function cpuTotal(one: CaseResult, kind: TargetKind): number | null {
  const cpu = one.servers[kind]?.cpuPerMillion;
  return cpu === undefined ? null : cpu.user + cpu.system;
}
