/**
 * `main.ts rdb inspect`: what is in a dump, and which keys are the biggest.
 *
 * @module
 */

import { TYPES } from "../datatypes/mod.ts";
import { RdbError } from "../rdb/error.ts";
import { complain, say, type ToolIo } from "./io.ts";
import { jsonBytes } from "./json_lines.ts";
import { readOptions, UsageError } from "./options.ts";
import { Progress } from "./progress.ts";
import { encodingName, forEachRecord } from "./rdb_scan.ts";
import { naming } from "./run.ts";
import { type BigKeyOrder, EXPIRY_BOUNDS, Tally } from "./tally.ts";
import { bytesText, counted, keyText, table } from "./text.ts";
import { INSPECT_USAGE } from "./usage.ts";

/** Names of what the biggest keys can be sorted by. */
const ORDERS: Record<string, BigKeyOrder> = {
  bytes: "serialised",
  content: "content",
  elements: "elements",
};
const DEFAULT_TOP = 10;
const MOST_TOP = 100_000;

/** Run the tool. @returns the exit code: 0, or 1 when the file is damaged */
export async function runInspect(args: readonly string[], io: ToolIo): Promise<number> {
  const options = readOptions(args, { flags: ["json"], values: ["top", "by"] });
  if (options.has("help")) {
    say(io, INSPECT_USAGE);
    return 0;
  }
  const by = options.value("by") ?? "bytes";
  if (!Object.hasOwn(ORDERS, by)) {
    throw new UsageError(`--by takes ${Object.keys(ORDERS).join(", ")}, not '${by}'`);
  }
  const top = options.integer("top", 0, MOST_TOP) ?? DEFAULT_TOP;
  const [path] = options.exactly("a file");
  const tally = new Tally({ now: io.clock.tick(), top, order: ORDERS[by] });
  let fault: RdbError | null = null;
  {
    using progress = new Progress(io, path);
    const update = (done: number, total: number) => progress.update(done, total);
    try {
      await naming(path, async () => {
        try {
          await forEachRecord(path, (placed) => tally.take(placed), update);
        } catch (error) {
          if (!(error instanceof RdbError)) throw error;
          fault = error;
        }
      });
    } finally {
      progress[Symbol.dispose]();
    }
  }
  say(io, options.has("json") ? jsonReport(path, tally, fault) : textReport(tally, by).join("\n"));
  if (fault === null) return 0;
  complain(
    io,
    `rdb inspect: ${path}: ${(fault as RdbError).message}: what is before it is counted`,
  );
  return 1;
}

/** The report for programs. */
function jsonReport(path: string, tally: Tally, fault: RdbError | null): string {
  const types = Object.fromEntries(
    TYPES.filter((type) => tally.types[type].keys > 0).map((type) => [type, tally.types[type]]),
  );
  const report = {
    file: path,
    version: tally.version,
    complete: tally.ended,
    checksumVerified: tally.verified,
    fault: fault === null
      ? null
      : { kind: fault.kind, message: fault.message, offset: fault.offset },
    keys: tally.keys,
    expires: tally.expires,
    expired: tally.expired,
    expiringFields: tally.expiringFields,
    emptyKeys: tally.emptyKeys,
    aux: tally.aux.map(([key, value]) => [jsonBytes(key), jsonBytes(value)]),
    functions: tally.functions.map(jsonBytes),
    databases: Object.fromEntries([...tally.databases].sort((a, b) => a[0] - b[0])),
    types,
    encodings: Object.fromEntries(
      [...tally.encodings].sort((a, b) => a[0] - b[0]).map(([t, n]) => [encodingName(t), n]),
    ),
    expiries: Object.fromEntries(EXPIRY_BOUNDS.map(({ name }, i) => [name, tally.histogram[i]])),
    biggest: tally.biggest.list().map(({ key, encoding, ...more }) => ({
      key: jsonBytes(key),
      encoding: encodingName(encoding),
      ...more,
    })),
  };
  return JSON.stringify(report, null, 2);
}

/** The report for people. */
function textReport(tally: Tally, by: string): string[] {
  const out: string[] = [];
  const section = (title: string, lines: readonly string[]) => {
    if (lines.length === 0) return;
    if (out.length > 0) out.push("");
    out.push(title);
    for (const line of lines) out.push(line);
  };
  const end = !tally.ended ? "incomplete" : tally.verified ? "checksum right" : "no checksum";
  out.push(`RDB version ${tally.version}, ${end}, ${counted(tally.keys, "key")}`);
  section("Written by", table(tally.aux.map(([k, v]) => [keyWord(k), keyWord(v)]), [1]));
  section("Function libraries", tally.functions.map((line) => `  ${keyText(line)}`));
  const databases = [...tally.databases].sort((a, b) => a[0] - b[0]);
  section(
    "Databases",
    databases.length === 0 ? [] : table([
      ["database", "keys", "with an expiry"],
      ...databases.map(([db, { keys, expires }]) => [`${db}`, `${keys}`, `${expires}`]),
    ]),
  );
  section("Types", typeLines(tally));
  section(
    "Encodings",
    table(
      [...tally.encodings].sort((a, b) => b[1] - a[1])
        .map(([type, keys]) => [encodingName(type), `${keys}`]),
    ),
  );
  if (tally.expires > 0) {
    const bounds = EXPIRY_BOUNDS.map(({ name }, i) => [name, `${tally.histogram[i]}`]);
    section("Keys by the time they have left", table(bounds.filter(([, keys]) => keys !== "0")));
  }
  if (tally.expiringFields > 0) {
    const fields = counted(tally.expiringFields, "field");
    section("Hash fields with an expiry", [
      `  ${fields} in ${counted(tally.expiringFieldKeys, "key")}`,
    ]);
  }
  section(`Biggest keys by ${by}`, biggestLines(tally));
  return out;
}

/** An aux field: most are plain words. */
function keyWord(text: string): string {
  return /^[!-~]{1,100}$/.test(text) ? text : keyText(text);
}

function typeLines(tally: Tally): string[] {
  const rows = TYPES.filter((type) => tally.types[type].keys > 0).map((type) => {
    const { keys, elements, serialised, content } = tally.types[type];
    const count = type === "string" ? "-" : `${elements}`;
    return [type, `${keys}`, count, bytesText(serialised), bytesText(content)];
  });
  return rows.length === 0
    ? []
    : table([["type", "keys", "elements", "in file", "content"], ...rows]);
}

function biggestLines(tally: Tally): string[] {
  const rows = tally.biggest.list().map((big) => [
    bytesText(big.serialised),
    bytesText(big.content),
    big.type === "string" ? "-" : `${big.elements}`,
    encodingName(big.encoding),
    `${big.db}`,
    keyText(big.key),
  ]);
  if (rows.length === 0) return [];
  return table([["in file", "content", "elements", "encoding", "db", "key"], ...rows], [3, 5]);
}
