/**
 * `main.ts rdb convert`: a dump in another version of the format, for an older or newer server.
 *
 * Record by record: only one value is in memory. Expiries, and access times where the version has
 * them, stay exactly as they are, also when they are past; that is why keys do not pass through a
 * keyspace here, and records are framed by this module rather than by the server's `RdbWriter`.
 *
 * @module
 */

import "../datatypes/mod.ts";
import { dirname, join } from "node:path";
import { Crc64 } from "../rdb/crc64.ts";
import { EncodeContext } from "../rdb/encode/context.ts";
import { ByteSink } from "../rdb/encode/sink.ts";
import { writeLength, writeString } from "../rdb/encode/string.ts";
import { Opcode, RDB_MAGIC } from "../rdb/format.ts";
import type { RdbHash, RdbKeyRecord, RdbRecord, RdbValue } from "../rdb/records.ts";
import { toValue } from "../rdb/load/to_value.ts";
import { valueType, writeValue, type WriteVersion } from "../rdb/encode/value.ts";
import { defaultLimits } from "../values/limits.ts";
import { complain, say, type ToolIo } from "./io.ts";
import { readOptions, UsageError } from "./options.ts";
import { Progress } from "./progress.ts";
import { forEachRecord } from "./rdb_scan.ts";
import { FileError, naming } from "./run.ts";
import { counted, keyText } from "./text.ts";
import { CONVERT_USAGE } from "./usage.ts";

const CHUNK_BYTES = 256 * 1024;
const FUNCTIONS_VERSION = 10;
const FIELD_EXPIRY_VERSION = 12;

/** What a version cannot hold. */
export interface Losses {
  functions: number;
  /** Hash fields that expire. */
  fieldExpiries: number;
}

/** How to convert. */
export interface ConvertOptions {
  readonly version: WriteVersion;
  /** Leave out what the version cannot hold; otherwise it is an error. */
  readonly lossy: boolean;
  /** Takes the bytes; they are valid until it returns. */
  readonly write: (bytes: Uint8Array) => void;
}

/** Takes records and gives bytes. */
export class RdbConverter {
  readonly losses: Losses = { functions: 0, fieldExpiries: 0 };
  readonly #options: ConvertOptions;
  readonly #sink = new ByteSink(2 * CHUNK_BYTES);
  readonly #context: EncodeContext;
  readonly #limits = defaultLimits();
  readonly #crc = new Crc64();
  keys = 0;

  constructor(options: ConvertOptions) {
    this.#options = options;
    const { version } = options;
    this.#context = new EncodeContext(
      { version, compress: true, limits: this.#limits },
      this.#sink,
    );
  }

  /**
   * Take a record.
   *
   * @throws {FileError} when the version cannot hold it
   */
  take(record: RdbRecord): void {
    const sink = this.#sink;
    switch (record.kind) {
      case "header":
        sink.text(RDB_MAGIC + String(this.#options.version).padStart(4, "0"));
        break;
      case "aux":
        sink.byte(Opcode.AUX);
        writeString(this.#context, record.key);
        writeString(this.#context, record.value);
        break;
      case "selectDb":
        sink.byte(Opcode.SELECT_DB);
        writeLength(sink, record.db);
        break;
      case "resizeDb":
        sink.byte(Opcode.RESIZE_DB);
        writeLength(sink, record.keys);
        writeLength(sink, record.expires);
        break;
      case "function":
        this.#function(record.code);
        break;
      case "key":
        this.#key(record);
        break;
      case "end":
        this.#end();
        break;
      default:
        // Hints of a cluster's slots, which older servers do not know, and collections without
        // elements, which no server loads.
        break;
    }
    if (sink.length >= CHUNK_BYTES) this.#flush();
  }

  #function(code: string): void {
    if (this.#options.version >= FUNCTIONS_VERSION) {
      this.#sink.byte(Opcode.FUNCTION2);
      writeString(this.#context, code);
      return;
    }
    if (!this.#options.lossy) {
      throw new FileError(`version ${this.#options.version} has no place for function libraries`);
    }
    this.losses.functions++;
  }

  #key(record: RdbKeyRecord): void {
    const sink = this.#sink;
    const { version } = this.#options;
    // No field is past before all of time.
    const value = toValue(this.#fitting(record), this.#limits, -Infinity);
    if (value === null) return;
    if (record.expireAt !== null) {
      sink.byte(Opcode.EXPIRE_TIME_MS);
      sink.int64(record.expireAt);
    }
    if (record.idle !== null) {
      sink.byte(Opcode.IDLE);
      writeLength(sink, record.idle);
    }
    if (record.freq !== null) {
      sink.byte(Opcode.FREQ);
      sink.byte(record.freq);
    }
    sink.byte(valueType(value, version));
    writeString(this.#context, record.key);
    writeValue(this.#context, value);
    this.#context.trim();
    this.keys++;
  }

  #fitting({ key, value }: RdbKeyRecord): RdbValue {
    if (value.type !== "hash" || value.expires === null) return value;
    const { version, lossy } = this.#options;
    if (version >= FIELD_EXPIRY_VERSION) return value;
    if (!lossy) {
      throw new FileError(`version ${version} cannot say that fields of ${keyText(key)} expire`);
    }
    for (const at of value.expires) if (at !== Infinity) this.losses.fieldExpiries++;
    const forever: RdbHash = { ...value, expires: null };
    return forever;
  }

  #end(): void {
    this.#sink.byte(Opcode.EOF);
    this.#crc.update(this.#sink.bytes, 0, this.#sink.length);
    this.#sink.int64(this.#crc.value);
    this.#options.write(this.#sink.view());
    this.#sink.length = 0;
  }

  #flush(): void {
    const bytes = this.#sink.view();
    this.#crc.update(bytes);
    this.#options.write(bytes);
    // One huge value's memory is not kept.
    if (this.#sink.bytes.length > 8 * CHUNK_BYTES) {
      this.#sink.bytes = new Uint8Array(2 * CHUNK_BYTES);
    }
    this.#sink.length = 0;
  }
}

/** Run the tool. @returns the exit code; what goes wrong is thrown, and leaves no file behind */
export async function runConvert(args: readonly string[], io: ToolIo): Promise<number> {
  const options = readOptions(args, { flags: ["lossy", "force"], values: ["to-version"] });
  if (options.has("help")) {
    say(io, CONVERT_USAGE);
    return 0;
  }
  const version = options.integer("to-version", 9, 12);
  if (version === undefined) throw new UsageError("--to-version is missing");
  const [from, to] = options.exactly("the file to read", "the file to write");
  if (!options.has("force") && await exists(to)) {
    throw new FileError(`${to} is there already; --force replaces it`);
  }
  const temporary = join(dirname(to), `temp-convert-${Deno.pid}.rdb`);
  let converter: RdbConverter;
  try {
    converter = await convertFile(io, { from, to: temporary, version: version as WriteVersion }, {
      lossy: options.has("lossy"),
    });
    await naming(to, () => Deno.rename(temporary, to));
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
  const { functions, fieldExpiries } = converter.losses;
  if (functions > 0) {
    complain(io, `left out: ${counted(functions, "function library", "function libraries")}`);
  }
  if (fieldExpiries > 0) {
    complain(io, `left out: the expiries of ${counted(fieldExpiries, "hash field")}`);
  }
  say(io, `${to}: ${counted(converter.keys, "key")} in RDB version ${version}`);
  return 0;
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function convertFile(
  io: ToolIo,
  { from, to, version }: { from: string; to: string; version: WriteVersion },
  { lossy }: { lossy: boolean },
): Promise<RdbConverter> {
  using progress = new Progress(io, from);
  const update = (done: number, total: number) => progress.update(done, total);
  // Opened by the first bytes: a file that cannot be read makes none.
  let file: Deno.FsFile | null = null;
  try {
    const converter = new RdbConverter({
      version,
      lossy,
      write: (bytes) => {
        file ??= Deno.openSync(to, { write: true, create: true, truncate: true });
        for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
      },
    });
    await naming(from, () => forEachRecord(from, ({ record }) => converter.take(record), update));
    (file as Deno.FsFile | null)?.syncSync();
    return converter;
  } finally {
    (file as Deno.FsFile | null)?.close();
  }
}
