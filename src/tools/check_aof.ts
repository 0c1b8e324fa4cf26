/**
 * Checking append-only files: single ones, with or without an RDB file at their beginning, and those
 * of many parts that a manifest lists; and cutting off a torn tail.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { type ByteString, fromBytes, toText } from "../bytes/bytes.ts";
import { type Manifest, parseManifest } from "../aof/manifest.ts";
import { type AofFaultKind, AofScan } from "./aof_scan.ts";
import { checkRdb, contentLines, faultLines, type RdbReport } from "./check_rdb.ts";
import type { ProgressReport } from "./rdb_scan.ts";
import { counted, timeText } from "./text.ts";

const CHUNK_BYTES = 256 * 1024;

/** A fault, in RDB data or among commands. */
export interface PartFault {
  readonly kind: AofFaultKind | "rdb";
  readonly offset: number;
  /** In lines for people; the first says it all. */
  readonly lines: string[];
}

/** What is known of one file. */
export interface PartReport {
  readonly path: string;
  readonly size: number;
  /** The RDB data at its beginning. */
  readonly rdb: RdbReport | null;
  /** The commands, unless the RDB data before them is damaged. */
  readonly aof: AofScan | null;
  readonly fault: PartFault | null;
}

/** How to check. */
export interface AofCheckOptions {
  /** Unix milliseconds that expiries are compared with. */
  readonly now: number;
  readonly databases?: number;
  readonly duplicates?: boolean;
  readonly onProgress?: ProgressReport;
}

/** The first bytes of a file: at most `count`, fewer when it is shorter. */
export async function readStart(path: string, count: number): Promise<ByteString> {
  using file = await Deno.open(path, { read: true });
  const buffer = new Uint8Array(count);
  let filled = 0;
  while (filled < count) {
    const got = await file.read(buffer.subarray(filled));
    if (got === null) break;
    filled += got;
  }
  return fromBytes(buffer, 0, filled);
}

/**
 * Check a file of commands that may begin with RDB data. O(file size).
 *
 * @throws {Deno.errors.NotFound} and the like, when it cannot be read
 */
export async function checkPart(path: string, options: AofCheckOptions): Promise<PartReport> {
  if (await readStart(path, 5) !== "REDIS") return await checkCommands(path, null, options);
  const rdb = await checkRdb(path, options);
  if (rdb.fault === null) return await checkCommands(path, rdb, options);
  const { size } = await Deno.stat(path);
  const fault: PartFault = {
    kind: "rdb",
    offset: rdb.fault.error.offset,
    lines: faultLines(rdb.fault),
  };
  return { path, size, rdb, aof: null, fault };
}

async function checkCommands(
  path: string,
  rdb: RdbReport | null,
  { onProgress }: AofCheckOptions,
): Promise<PartReport> {
  using file = await Deno.open(path, { read: true });
  const start = rdb?.end ?? 0;
  await file.seek(start, Deno.SeekMode.Start);
  const expected = (await file.stat()).size;
  const scan = new AofScan(start);
  const chunk = new Uint8Array(CHUNK_BYTES);
  let size = start;
  for (;;) {
    const count = await file.read(chunk);
    if (count === null) break;
    size += count;
    scan.push(chunk.subarray(0, count));
    onProgress?.(size, expected);
    if (scan.fault !== null) {
      size = Math.max(size, expected);
      break;
    }
  }
  scan.end();
  const fault = scan.fault === null ? null : commandFault(scan, scan.fault, size);
  return { path, size, rdb, aof: scan, fault };
}

function commandFault(
  scan: AofScan,
  { kind, what, offset }: NonNullable<AofScan["fault"]>,
  size: number,
): PartFault {
  const first = `${what} at byte offset ${offset}`;
  const behind = counted(size - scan.soundUpTo, "byte");
  return {
    kind,
    offset,
    lines: [first, `sound up to byte ${scan.soundUpTo}, ${behind} behind it`],
  };
}

/** What is in a file, in lines for people. */
export function partLines({ rdb, aof }: PartReport): string[] {
  const lines = rdb === null ? [] : contentLines(rdb.tally);
  if (aof === null || (rdb !== null && aof.commands === 0)) return lines;
  const counts = [counted(aof.commands, "command"), counted(aof.transactions, "transaction")];
  if (aof.remarks > 0) counts.push(counted(aof.remarks, "remark"));
  lines.push(counts.join(", "));
  if (aof.firstTime !== null && aof.lastTime !== null) {
    lines.push(`from ${timeText(aof.firstTime * 1000)} to ${timeText(aof.lastTime * 1000)}`);
  }
  return lines;
}

/** A manifest that was read. */
export interface ManifestFiles {
  readonly manifest: Manifest;
  /** Paths of the files that are loaded, in that order. */
  readonly paths: string[];
  /** Names of other append-only files in the directory that it does not list. */
  readonly unlisted: string[];
}

/**
 * Read a manifest, and look which of its files are there and which others lie beside them.
 *
 * @throws {ManifestError} when it is not sound
 */
export async function readManifest(path: string): Promise<ManifestFiles> {
  const manifest = parseManifest(fromBytes(await Deno.readFile(path)));
  const directory = dirname(path);
  const loaded = manifest.base === null ? manifest.incr : [manifest.base, ...manifest.incr];
  const listed = new Set([...loaded, ...manifest.history].map(({ name }) => toText(name)));
  const unlisted: string[] = [];
  for await (const { name, isFile } of Deno.readDir(directory)) {
    if (isFile && /\.(aof|rdb)$/.test(name) && !listed.has(name)) unlisted.push(name);
  }
  const paths = loaded.map(({ name }) => join(directory, toText(name)));
  return { manifest, paths, unlisted: unlisted.sort() };
}

/**
 * The manifest in a directory.
 *
 * @returns undefined when there is none, or more than one
 */
export async function findManifest(directory: string): Promise<string | undefined> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir(directory)) {
    if (name.endsWith(".manifest")) found.push(name);
  }
  return found.length === 1 ? join(directory, found[0]) : undefined;
}

/** Whether cutting off the end of the last file repairs the faults. */
export type Remedy =
  | { readonly kind: "truncate"; readonly path: string; readonly from: number; readonly to: number }
  | { readonly kind: "refused"; readonly reason: string };

/**
 * What can be done about files of which at least one is damaged.
 *
 * @param reports in the order in which they load
 */
export async function findRemedy(reports: readonly PartReport[]): Promise<Remedy> {
  const refused = (reason: string): Remedy => ({ kind: "refused", reason });
  const damaged = reports.filter(({ fault }) => fault !== null);
  if (damaged.length > 1) return refused("more than one file is damaged");
  const [{ path, size, aof, fault }] = damaged;
  if (fault === null || aof === null) return refused("RDB data cannot be mended");
  if (reports.at(-1)?.path !== path) {
    return refused(`${path} is not the last file: what comes behind it would not fit`);
  }
  if (fault.kind === "format") {
    return refused(`the fault is not at the end: ${size - fault.offset} bytes are behind it`);
  }
  if (fault.kind === "torn") {
    const at = await findCommand(path, aof.lastStart + 1);
    if (at >= 0) {
      return refused(
        `at byte ${at}, behind the fault's beginning at ${aof.lastStart}, there seems to be a ` +
          "whole command: it is not the tail that is torn, a length is wrong",
      );
    }
  }
  return { kind: "truncate", path, from: size, to: aof.soundUpTo };
}

/** Longest text that the pattern below matches. */
const OVERLAP = 32;

/** Where behind `start` something looks like the beginning of a command; -1 if nowhere. */
async function findCommand(path: string, start: number): Promise<number> {
  using file = await Deno.open(path, { read: true });
  await file.seek(start, Deno.SeekMode.Start);
  const chunk = new Uint8Array(CHUNK_BYTES);
  let text = "";
  for (let end = start;;) {
    const count = await file.read(chunk);
    if (count === null) return -1;
    text = text.slice(-OVERLAP) + fromBytes(chunk, 0, count);
    end += count;
    const found = /\r\n\*[1-9][0-9]{0,9}\r\n\$[0-9]{1,9}\r\n/.exec(text);
    if (found !== null) return end - text.length + found.index + 2;
  }
}

/**
 * Cut a file off, and bring that to the disk.
 *
 * @returns false when its size is another than at the check: somebody writes to it
 */
export async function truncateFile(path: string, from: number, to: number): Promise<boolean> {
  using file = await Deno.open(path, { write: true });
  if ((await file.stat()).size !== from) return false;
  await file.truncate(to);
  await file.sync();
  return true;
}
