/**
 * `main.ts rdb json`: the keys of a dump as JSON, one a line.
 *
 * A line is `{"db":0,"key":…,"type":"…","encoding":"…","expireAt":…,"value":…}`, where `expireAt` is
 * unix milliseconds or null, and `idle` (seconds) and `freq` are there when the file has them.
 * Values: a string; a list's or set's elements in an array; a hash as an array of [field, value] or
 * [field, value, expireAt]; a sorted set as an array of [member, score], scores without a number in
 * JSON being "inf" and "-inf"; a stream as an object. Byte strings are as `json_lines.ts` says.
 *
 * @module
 */

import { type ByteString, fromText } from "../bytes/bytes.ts";
import { matchGlob } from "../bytes/glob.ts";
import { dataType, TYPES } from "../datatypes/mod.ts";
import type { RdbKeyRecord } from "../rdb/records.ts";
import type { TypeName } from "../values/value.ts";
import { say, type ToolIo } from "./io.ts";
import { JsonOutput } from "./json_lines.ts";
import { readOptions, UsageError } from "./options.ts";
import { Progress } from "./progress.ts";
import { encodingName, forEachRecord } from "./rdb_scan.ts";
import { naming } from "./run.ts";
import { JSON_USAGE } from "./usage.ts";

/** Which keys are meant. */
class Filter {
  readonly #globs: ByteString[];
  readonly #types: string[];
  readonly #dbs: number[];

  constructor(globs: string[], types: string[], dbs: number[]) {
    for (const type of types) {
      if (!TYPES.includes(type as TypeName)) {
        throw new UsageError(`--type takes ${TYPES.join(", ")}, not '${type}'`);
      }
    }
    this.#globs = globs.map(fromText);
    this.#types = types;
    this.#dbs = dbs;
  }

  /** Whether a key is: of one of the databases, one of the types, and fitting one of the patterns. */
  admits({ db, key, value }: RdbKeyRecord): boolean {
    return (this.#dbs.length === 0 || this.#dbs.includes(db)) &&
      (this.#types.length === 0 || this.#types.includes(value.type)) &&
      (this.#globs.length === 0 || this.#globs.some((glob) => matchGlob(glob, key)));
  }
}

/** Run the tool. @returns the exit code; the file's faults are thrown */
export async function runJson(args: readonly string[], io: ToolIo): Promise<number> {
  const options = readOptions(args, { lists: ["match", "type", "db"] });
  if (options.has("help")) {
    say(io, JSON_USAGE);
    return 0;
  }
  const filter = new Filter(
    options.list("match"),
    options.list("type"),
    options.integers("db", 0, Number.MAX_SAFE_INTEGER),
  );
  const [path] = options.exactly("a file");
  const out = new JsonOutput((bytes) => io.write(bytes));
  using progress = new Progress(io, path);
  try {
    await naming(path, () =>
      forEachRecord(path, ({ record }) => {
        if (record.kind === "key" && filter.admits(record)) writeKey(out, record);
      }, (done, total) => progress.update(done, total)));
  } finally {
    // What is before a fault is printed too.
    progress[Symbol.dispose]();
    out.flush();
  }
  return 0;
}

/** Write a key's line. O(size of the value). */
export function writeKey(out: JsonOutput, record: RdbKeyRecord): void {
  const { db, key, expireAt, idle, freq, value, valueType } = record;
  out.raw(`{"db":${db},"key":`);
  out.bytes(key);
  out.raw(`,"type":"${value.type}","encoding":"${encodingName(valueType)}","expireAt":${expireAt}`);
  if (idle !== null) out.raw(`,"idle":${idle}`);
  if (freq !== null) out.raw(`,"freq":${freq}`);
  out.raw(',"value":');
  dataType(value.type).json(out, value);
  out.raw("}\n");
}
