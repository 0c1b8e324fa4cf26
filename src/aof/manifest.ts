/**
 * The manifest of an append-only file: which files it consists of, and in which order they load.
 *
 * One line a file, `file <name> seq <number> type <b|i|h>`: the base (a snapshot), the incremental
 * files behind it, and the history (files that a rewrite has replaced and that are to be deleted).
 * Unknown pairs on a line are stepped over, lines that begin with `#` are comments.
 *
 * A manifest here is a value: changing it makes another one, so that what is in force and what is
 * on disk never differ by half a step. Reading and writing the file is `files.ts`'s.
 *
 * Source: https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/ and files
 * written by Redis 7.0 and 7.2.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { quoteBytes } from "../bytes/repr.ts";
import { splitArgs } from "../bytes/split_args.ts";

/** One file of an append-only file. */
export interface AofPart {
  /** Its name within the directory. */
  readonly name: ByteString;
  /** Its number among the files of its type. */
  readonly seq: number;
}

/** The longest line that a manifest may have, its line feed included. */
const MAX_LINE = 1023;

/** A manifest that cannot be used. */
export class ManifestError extends Error {
  override name = "ManifestError";

  /**
   * @param line number of the line, from 1; 0 when the fault is not within one
   * @param text the line
   */
  constructor(message: string, readonly line: number, readonly text: ByteString) {
    super(message);
  }
}

/** The files of an append-only file. */
export interface Manifest {
  readonly base: AofPart | null;
  /** In the order in which they load. */
  readonly incr: readonly AofPart[];
  readonly history: readonly AofPart[];
  /** The highest number that a base has had. */
  readonly baseSeq: number;
  /** The highest number that an incremental file has had. */
  readonly incrSeq: number;
}

/** No files. */
export const EMPTY_MANIFEST: Manifest = {
  base: null,
  incr: [],
  history: [],
  baseSeq: 0,
  incrSeq: 0,
};

/** Whether there is nothing to load. */
export function isEmpty({ base, incr }: Manifest): boolean {
  return base === null && incr.length === 0;
}

/** The name of the manifest of an append-only file. */
export function manifestName(filename: ByteString): ByteString {
  return `${filename}.manifest`;
}

/** A leading decimal number, as C's `atoll` reads it; 0 without one. */
function leadingInteger(text: ByteString): number {
  return Number(/^\s*[+-]?\d+/.exec(text)?.[0] ?? 0);
}

/**
 * Read a manifest. O(its length).
 *
 * @throws ManifestError
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const text = 'file "my log.2.base.rdb" seq 2 type b\nfile l.3.incr.aof seq 3 type i\n';
 * const manifest = parseManifest(text);
 * assertEquals(manifest.base, { name: "my log.2.base.rdb", seq: 2 });
 * assertEquals(manifest.incrSeq, 3);
 * assertEquals(formatManifest(manifest), text);
 * ```
 */
export function parseManifest(text: ByteString): Manifest {
  let base: AofPart | null = null;
  const incr: AofPart[] = [];
  const history: AofPart[] = [];
  let number = 0;
  for (let at = 0; at < text.length;) {
    const newline = text.indexOf("\n", at);
    const end = newline < 0 ? text.length : newline;
    const raw = text.substring(at, end);
    at = end + 1;
    number++;
    if (raw.startsWith("#")) continue;
    const line = raw.replace(/^[ \t\r]+|[ \t\r]+$/g, "");
    const fail = (message: string) => new ManifestError(message, number, line);
    if (newline < 0 || raw.length >= MAX_LINE) {
      throw new ManifestError("The AOF manifest file contains too long line", 0, "");
    }
    const { part, type } = parseLine(line, fail);
    if (type === "b") {
      if (base !== null) throw fail("Found duplicate base file information");
      base = part;
    } else if (type === "h") {
      history.push(part);
    } else if (type === "i") {
      if (incr.length > 0 && part.seq <= incr[incr.length - 1].seq) {
        throw fail("Found a non-monotonic sequence number");
      }
      incr.push(part);
    } else {
      throw fail("Unknown AOF file type");
    }
  }
  if (number === 0) throw new ManifestError("Found an empty AOF manifest", 0, "");
  return { base, incr, history, baseSeq: base?.seq ?? 0, incrSeq: incr.at(-1)?.seq ?? 0 };
}

function parseLine(
  line: ByteString,
  fail: (message: string) => ManifestError,
): { part: AofPart; type: string } {
  const words = line === "" ? null : splitArgs(line);
  if (words === null || words.length < 6 || words.length % 2 !== 0) {
    throw fail("Invalid AOF manifest file format");
  }
  let name = "";
  let seq = 0;
  let type = "";
  for (let i = 0; i < words.length; i += 2) {
    const value = words[i + 1];
    switch (words[i].toLowerCase()) {
      case "file":
        if (/[/\\]/.test(value)) throw fail("File can't be a path, just a filename");
        name = value;
        break;
      case "seq":
        seq = leadingInteger(value);
        break;
      case "type":
        type = value[0] ?? "";
        break;
    }
  }
  if (name === "" || seq === 0 || type === "") throw fail("Invalid AOF manifest file format");
  return { part: { name, seq }, type };
}

function formatLine({ name, seq }: AofPart, type: string): ByteString {
  const shown = /[^!-~]|["\\]/.test(name) ? quoteBytes(name) : name;
  return `file ${shown} seq ${seq} type ${type}\n`;
}

/** The text of a manifest. */
export function formatManifest({ base, history, incr }: Manifest): ByteString {
  let text = base === null ? "" : formatLine(base, "b");
  for (const part of history) text += formatLine(part, "h");
  for (const part of incr) text += formatLine(part, "i");
  return text;
}

/** The same with one more incremental file at its end. */
export function withNextIncr(manifest: Manifest, filename: ByteString): Manifest {
  const seq = manifest.incrSeq + 1;
  const part = { name: `${filename}.${seq}.incr.aof`, seq };
  return { ...manifest, incr: [...manifest.incr, part], incrSeq: seq };
}

/**
 * The same with a new base; the one before becomes history, and so do the incremental files except
 * for the last `keep`.
 */
export function withNextBase(
  manifest: Manifest,
  filename: ByteString,
  options: { rdb: boolean; keep: number },
): Manifest {
  const seq = manifest.baseSeq + 1;
  const base = { name: `${filename}.${seq}.base.${options.rdb ? "rdb" : "aof"}`, seq };
  const split = Math.max(0, manifest.incr.length - options.keep);
  const replaced = manifest.incr.slice(0, split);
  if (manifest.base !== null) replaced.unshift(manifest.base);
  return {
    base,
    incr: manifest.incr.slice(split),
    history: [...manifest.history, ...replaced],
    baseSeq: seq,
    incrSeq: manifest.incrSeq,
  };
}

/** The same without its history. */
export function withoutHistory(manifest: Manifest): Manifest {
  return { ...manifest, history: [] };
}
