/**
 * `main.ts rdb diff`: which keys of two dumps are not the same.
 *
 * Values are compared by content: another encoding, another order of a set, other access times are
 * no difference. Of the first file only fingerprints are held; the names of keys that the second
 * does not have are found in another pass through the first.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { type Fingerprint, hashKey, hashLibrary, hashText, hashValue } from "./fingerprint.ts";
import { say, type ToolIo } from "./io.ts";
import { KeyIndex } from "./key_index.ts";
import { readOptions } from "./options.ts";
import { Progress } from "./progress.ts";
import { forEachRecord, type PlacedRecord } from "./rdb_scan.ts";
import { naming } from "./run.ts";
import { keyText } from "./text.ts";
import { DIFF_USAGE } from "./usage.ts";

const encoder = new TextEncoder();
const PIECE_CHARS = 32 * 1024;

/** How many keys (and function libraries) there are of each kind. */
export interface DiffCounts {
  added: number;
  removed: number;
  changed: number;
  same: number;
}

/** How two keys differ. */
export type Difference = "added" | "removed" | "value" | "expiry" | "value and expiry";

/** What a difference is told to: how, and what it is about. */
export type DifferenceReport = (difference: Difference, subject: string) => void;

/** Gets the records of one file. */
type Source = (take: (placed: PlacedRecord) => void) => Promise<void>;

/** What is compared: a key or a function library. */
interface Subject {
  readonly text: () => string;
  /** Valid until the next is asked for; so is that of the value. */
  readonly key: () => Fingerprint;
  readonly value: () => Fingerprint;
  readonly expireAt: number | null;
}

/** A library's name: in its first line, `#!lua name=…`. */
function libraryName(code: ByteString): ByteString {
  return /^#![^\n]*?\bname=(\S+)/.exec(code)?.[1] ?? code;
}

function subjectOf({ record }: PlacedRecord): Subject | null {
  if (record.kind === "key") {
    const { db, key, value, expireAt } = record;
    return {
      text: () => `db ${db} ${value.type} ${keyText(key)}`,
      key: () => hashKey(db, key),
      value: () => hashValue(value),
      expireAt,
    };
  }
  if (record.kind !== "function") return null;
  const name = libraryName(record.code);
  return {
    text: () => `function library ${keyText(name)}`,
    key: () => hashLibrary(name),
    value: () => hashText(record.code),
    expireAt: null,
  };
}

/**
 * Compare two files. O(both sizes); memory: an index of the first one's keys.
 *
 * @param index an empty one with values
 */
export async function compare(
  first: Source,
  second: Source,
  report: DifferenceReport,
  index: KeyIndex = new KeyIndex(true),
): Promise<DiffCounts> {
  const counts = { added: 0, removed: 0, changed: 0, same: 0 };
  await first((placed) => {
    const subject = subjectOf(placed);
    if (subject === null) return;
    index.add(subject.key());
    const place = index.find(subject.key());
    index.setValue(place, subject.value(), subject.expireAt);
  });
  await second((placed) => {
    const subject = subjectOf(placed);
    if (subject === null) return;
    const place = index.find(subject.key());
    if (place < 0) {
      counts.added++;
      report("added", subject.text());
      return;
    }
    index.mark(place);
    const value = !index.hasValue(place, subject.value());
    const expiry = index.expireAt(place) !== subject.expireAt;
    if (!value && !expiry) {
      counts.same++;
      return;
    }
    counts.changed++;
    report(value && expiry ? "value and expiry" : value ? "value" : "expiry", subject.text());
  });
  if (counts.same + counts.changed === index.size) return counts;
  await first((placed) => {
    const subject = subjectOf(placed);
    if (subject === null || index.isMarked(index.find(subject.key()))) return;
    counts.removed++;
    report("removed", subject.text());
  });
  return counts;
}

/** Run the tool. @returns the exit code: 0 when nothing differs, else 1 */
export async function runDiff(args: readonly string[], io: ToolIo): Promise<number> {
  const options = readOptions(args, { flags: ["quiet"], alias: { q: "quiet" } });
  if (options.has("help")) {
    say(io, DIFF_USAGE);
    return 0;
  }
  const [a, b] = options.exactly("the first file", "the second file");
  const quiet = options.has("quiet");
  let text = "";
  const report: DifferenceReport = (difference, subject) => {
    if (quiet) return;
    if (difference === "added") text += `+ ${subject}\n`;
    else if (difference === "removed") text += `- ${subject}\n`;
    else text += `~ ${subject}: ${difference}\n`;
    if (text.length < PIECE_CHARS) return;
    io.write(encoder.encode(text));
    text = "";
  };
  const source = (path: string): Source => (take) =>
    naming(path, async () => {
      using progress = new Progress(io, path);
      await forEachRecord(path, take, (done, total) => progress.update(done, total));
    });
  const { added, removed, changed, same } = await compare(source(a), source(b), report);
  if (!quiet) {
    say(io, `${text}${added} added, ${removed} removed, ${changed} changed, ${same} the same`);
  }
  return added + removed + changed === 0 ? 0 : 1;
}
