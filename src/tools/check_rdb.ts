/**
 * Checking an RDB file: is it whole and sound, what is in it, and if it is damaged, where and in the
 * middle of what.
 *
 * @module
 */

import { TYPES } from "../datatypes/mod.ts";
import { duplicateKeyError, RdbError } from "../rdb/error.ts";
import { hashKey } from "./fingerprint.ts";
import { KeyIndex } from "./key_index.ts";
import { describeRecordAt, type ProgressReport, RdbScan } from "./rdb_scan.ts";
import { Tally } from "./tally.ts";
import { bytesText, counted } from "./text.ts";

/** A fault in an RDB file. */
export interface RdbFault {
  readonly error: RdbError;
  /** What was being read. */
  readonly reading: string;
  /** Where that begins: what is before is whole. */
  readonly start: number;
}

/** What a check found. */
export interface RdbReport {
  readonly tally: Tally;
  readonly fault: RdbFault | null;
  /** End of the RDB data, or of the last whole record before the fault. */
  readonly end: number;
  /** The first bytes that were read behind the end of the RDB data. */
  readonly rest: Uint8Array<ArrayBuffer>;
}

/** How to check. */
export interface RdbCheckOptions {
  /** Unix milliseconds that expiries are compared with. */
  readonly now: number;
  /** Refuse database numbers from here on. */
  readonly databases?: number;
  /** Look for keys that come twice: about 40 bytes of memory a key. Default true. */
  readonly duplicates?: boolean;
  readonly onProgress?: ProgressReport;
}

/**
 * Check the RDB data that a file begins with. O(file size).
 *
 * @throws {Deno.errors.NotFound} and the like, when the file cannot be read
 */
export async function checkRdb(path: string, options: RdbCheckOptions): Promise<RdbReport> {
  const tally = new Tally({ now: options.now });
  const keys = options.duplicates === false ? null : new KeyIndex(false);
  using file = await Deno.open(path, { read: true });
  const { isFile, size } = await file.stat();
  const scan = new RdbScan(file, {
    totalBytes: isFile ? size : undefined,
    databases: options.databases,
  });
  let end = 0;
  try {
    for await (const batch of scan.batches()) {
      for (const placed of batch) {
        const { record } = placed;
        if (record.kind === "key" && keys !== null && !keys.add(hashKey(record.db, record.key))) {
          throw duplicateKeyError(record.db, record.key, record.offset);
        }
        tally.take(placed);
        end = placed.end;
      }
      options.onProgress?.(scan.bytesRead, isFile ? size : 0);
    }
  } catch (error) {
    if (!(error instanceof RdbError)) throw error;
    const reading = await describeRecordAt(path, end);
    return { tally, fault: { error, reading, start: end }, end, rest: new Uint8Array() };
  }
  return { tally, fault: null, end, rest: scan.rest() };
}

/** What is in the file, in lines for people. */
export function contentLines(tally: Tally): string[] {
  if (tally.version === 0) return [];
  const lines: string[] = [];
  const checksum = !tally.ended
    ? "end not reached"
    : tally.verified
    ? "checksum right"
    : "without checksum";
  const version = tally.aux.find(([name]) => name === "redis-ver" || name === "valkey-ver")?.[1];
  const writer = version === undefined ? "" : `, written by ${version}`;
  lines.push(`format version ${tally.version}${writer}, ${checksum}`);
  const types = TYPES.filter((type) => tally.types[type].keys > 0)
    .map((type) => `${tally.types[type].keys} ${type}`);
  lines.push(counted(tally.keys, "key") + (types.length > 0 ? `: ${types.join(", ")}` : ""));
  for (const [db, { keys, expires }] of [...tally.databases].sort((a, b) => a[0] - b[0])) {
    lines.push(`database ${db}: ${counted(keys, "key")}, ${expires} with an expiry`);
  }
  if (tally.expires > 0) {
    lines.push(`${counted(tally.expires, "key")} with an expiry, ${tally.expired} of them past`);
  }
  if (tally.expiringFields > 0) {
    lines.push(
      `${counted(tally.expiringFields, "hash field")} with an expiry, ` +
        `in ${counted(tally.expiringFieldKeys, "key")}`,
    );
  }
  if (tally.functionCount > 0) {
    lines.push(counted(tally.functionCount, "function library", "function libraries"));
  }
  if (tally.emptyKeys > 0) {
    lines.push(
      `${counted(tally.emptyKeys, "collection")} without elements, which servers leave out`,
    );
  }
  return lines;
}

/** A fault in lines for people. */
export function faultLines({ error, reading, start }: RdbFault): string[] {
  const lines = [error.message, `reading: ${reading}, which begins at byte ${start}`];
  if (error.kind === "module") lines.push("a server that has the module may still load it");
  return lines;
}

/** The bytes behind the RDB data, if any. */
export function trailingLine(end: number, size: number): string[] {
  return size > end ? [`${bytesText(size - end)} behind the end at byte ${end} are not read`] : [];
}
