/**
 * `main.ts check`: is a dump or an append-only file whole and sound?
 *
 * @module
 */

import { ManifestError } from "../aof/manifest.ts";
import {
  type AofCheckOptions,
  checkPart,
  findManifest,
  findRemedy,
  partLines,
  type PartReport,
  readManifest,
  readStart,
  truncateFile,
} from "./check_aof.ts";
import { checkRdb, contentLines, faultLines, type RdbReport, trailingLine } from "./check_rdb.ts";
import { complain, confirm, say, SystemToolIo, type ToolIo } from "./io.ts";
import { type Options, readOptions, UsageError } from "./options.ts";
import { Progress } from "./progress.ts";
import { naming, runTool } from "./run.ts";
import { counted } from "./text.ts";
import { CHECK_USAGE } from "./usage.ts";

const INDENT = " ".repeat(9);

/** Run the tool. @returns the exit code: 0 sound, 1 not, 2 wrong use */
export function runCheck(
  args: readonly string[],
  io: ToolIo = new SystemToolIo(),
): Promise<number> {
  return runTool(io, "check", async () => {
    const options = readOptions(args, {
      flags: ["fix", "yes", "skip-duplicates"],
      values: ["databases"],
      alias: { y: "yes" },
    });
    if (options.has("help")) {
      say(io, CHECK_USAGE);
      return 0;
    }
    if (options.has("yes") && !options.has("fix")) {
      throw new UsageError("--yes answers what --fix asks, and is nothing without it");
    }
    if (options.words.length === 0) throw new UsageError("a file or directory is missing");
    const checker = new Checker(io, options);
    let sound = true;
    for (const path of options.words) {
      // One that cannot be read does not keep the others from being checked.
      const code = await runTool(
        io,
        "check",
        () => naming(path, async () => await checker.check(path) ? 0 : 1),
      );
      if (code > 1) return code;
      sound &&= code === 0;
    }
    return sound ? 0 : 1;
  });
}

/** Checks and prints, with the options of one command line. */
class Checker {
  readonly #io: ToolIo;
  readonly #fix: boolean;
  readonly #yes: boolean;
  readonly #options: Omit<AofCheckOptions, "onProgress">;

  constructor(io: ToolIo, options: Options) {
    this.#io = io;
    this.#fix = options.has("fix");
    this.#yes = options.has("yes");
    this.#options = {
      now: io.clock.tick(),
      databases: options.integer("databases", 1, 0x7fffffff),
      duplicates: !options.has("skip-duplicates"),
    };
  }

  /** @returns whether what is at a path is sound, perhaps after mending */
  async check(path: string): Promise<boolean> {
    if ((await Deno.stat(path)).isDirectory) {
      const manifest = await findManifest(path);
      if (manifest !== undefined) return await this.#manifest(manifest);
      complain(
        this.#io,
        `${path}: a directory with one .manifest file is needed, or a file's name`,
      );
      return false;
    }
    const start = await readStart(path, 5);
    if (path.endsWith(".manifest") || start === "file ") return await this.#manifest(path);
    if (path.endsWith(".aof") || (!path.endsWith(".rdb") && /^(\*|#TS:)/.test(start))) {
      return await this.#parts([path]);
    }
    return await this.#rdb(path);
  }

  #watched(path: string): AofCheckOptions & Disposable {
    const progress = new Progress(this.#io, path);
    return {
      ...this.#options,
      onProgress: (done, total) => progress.update(done, total),
      [Symbol.dispose]: () => progress[Symbol.dispose](),
    };
  }

  #print(verdict: string, title: string, lines: readonly string[]): void {
    say(this.#io, [`${verdict.padEnd(8)} ${title}`, ...lines.map((l) => INDENT + l)].join("\n"));
  }

  async #rdb(path: string): Promise<boolean> {
    const { size } = await Deno.stat(path);
    let report: RdbReport;
    {
      using options = this.#watched(path);
      report = await checkRdb(path, options);
    }
    const { fault, tally, end, rest } = report;
    const preamble = tally.aux.some(([key, value]) => key === "aof-preamble" && value === "1");
    if (fault === null && (preamble || /^[*]/.test(String.fromCharCode(rest[0] ?? 0)))) {
      return await this.#parts([path]);
    }
    const title = `${path} (RDB, ${counted(size, "byte")})`;
    if (fault === null) {
      this.#print("OK", title, [...contentLines(tally), ...trailingLine(end, size)]);
      return true;
    }
    const [first, ...more] = faultLines(fault);
    this.#print("DAMAGED", `${title}: ${first}`, [...more, ...before(contentLines(tally))]);
    if (this.#fix) complain(this.#io, "not fixed: RDB data cannot be mended");
    return false;
  }

  async #manifest(path: string): Promise<boolean> {
    const files = await readManifest(path).catch((error) => {
      if (!(error instanceof ManifestError)) throw error;
      const place = error.line > 0 ? ` in line ${error.line}: ${error.text}` : "";
      this.#print("DAMAGED", `${path} (manifest): ${error.message}${place}`, []);
      return null;
    });
    if (files === null) return false;
    const { manifest, paths, unlisted } = files;
    const lines = [
      `${manifest.base === null ? "no base" : "a base"}, ` +
      `${counted(manifest.incr.length, "incremental file")}, ` +
      `${manifest.history.length} of history that are not looked at`,
      ...unlisted.map((name) => `not in the manifest: ${name}`),
    ];
    const missing: string[] = [];
    for (const each of paths) {
      await Deno.stat(each).catch((error) => {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
        missing.push(each);
      });
    }
    if (missing.length > 0) {
      this.#print("DAMAGED", `${path} (manifest): ${missing.join(", ")} missing`, lines);
      return false;
    }
    this.#print("OK", `${path} (manifest)`, lines);
    return await this.#parts(paths);
  }

  /** Check the files of an append-only file in the order in which they load. */
  async #parts(paths: readonly string[]): Promise<boolean> {
    const reports: PartReport[] = [];
    for (const path of paths) {
      using options = this.#watched(path);
      const report = await checkPart(path, options);
      options[Symbol.dispose]();
      reports.push(report);
      const { fault, size, rdb, aof } = report;
      const kind = rdb === null ? "AOF" : aof === null || aof.commands > 0 ? "RDB, AOF" : "RDB";
      const title = `${path} (${kind}, ${counted(size, "byte")})`;
      if (fault === null) this.#print("OK", title, partLines(report));
      else {
        const [first, ...more] = fault.lines;
        this.#print("DAMAGED", `${title}: ${first}`, [...more, ...before(partLines(report))]);
      }
    }
    if (reports.every(({ fault }) => fault === null)) return true;
    return await this.#mend(reports);
  }

  async #mend(reports: readonly PartReport[]): Promise<boolean> {
    const io = this.#io;
    const remedy = await findRemedy(reports);
    if (remedy.kind === "refused") {
      complain(io, `${this.#fix ? "not fixed" : "--fix will not help"}: ${remedy.reason}`);
      return false;
    }
    const { path, from, to } = remedy;
    const loss = `the last ${from - to} of ${from} bytes of ${path}`;
    if (!this.#fix) {
      complain(io, `check --fix cuts off ${loss}`);
      return false;
    }
    if (!this.#yes && !await confirm(io, `Cut off ${loss}?`)) {
      complain(io, "not fixed: it was not wanted");
      return false;
    }
    if (!await truncateFile(path, from, to)) {
      complain(io, `not fixed: ${path} is being written to`);
      return false;
    }
    this.#print("FIXED", `${path} is now ${to} bytes long, ${from - to} less`, []);
    return true;
  }
}

function before(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["before the fault:", ...lines.map((line) => "  " + line)];
}
