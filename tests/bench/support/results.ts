/**
 * The file of all measurements, `tests/bench/results.json`: each program replaces its own section
 * and leaves the others, so that they can be run one at a time.
 *
 * @module
 */

import { REDENO_VERSION } from "../../../src/version.ts";
import type { CaseKey } from "./matrix.ts";
import { caseId } from "./matrix.ts";
import type { Comparison, Effort } from "./measure.ts";
import { type Machine, machine } from "./proc.ts";
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

/** A file's content: sections by the name of the program that made them. */
export interface Results {
  environment?: Environment;
  throughput?: CaseResult[];
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
  // Figures beyond the sixth digit are noise, and would make every line of the file longer.
  const short = (_: string, value: unknown) =>
    typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
  await writeFormatted(path, JSON.stringify(results, short, 2) + "\n");
  return results;
}

/** Puts a section of figures with today's date into the file, if results are to be kept. */
export async function keepFigures(
  path: string | undefined,
  section: string,
  figures: unknown,
): Promise<void> {
  if (path === undefined) return;
  await writeSection(path, section, { measured: now(), figures } satisfies Section<unknown>);
  console.log(`\nwritten to ${path}`);
}

/** New cases take the places of their older selves; the others stay. */
export function mergeCases(
  old: readonly CaseResult[],
  fresh: readonly CaseResult[],
): CaseResult[] {
  const byId = new Map([...old, ...fresh].map((one) => [one.id, one]));
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
