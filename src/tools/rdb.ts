/**
 * `main.ts rdb …`: tools that look into dumps, compare and convert them.
 *
 * @module
 */

import { runConvert } from "./convert.ts";
import { runDiff } from "./diff.ts";
import { runInspect } from "./inspect.ts";
import { complain, say, SystemToolIo, type ToolIo } from "./io.ts";
import { runJson } from "./json.ts";
import { EXIT_USAGE, runTool } from "./run.ts";
import { RDB_USAGE } from "./usage.ts";

interface Tool {
  readonly run: (args: readonly string[], io: ToolIo) => Promise<number>;
  /** Exit code when a file cannot be read or decoded. */
  readonly failure: number;
}

const TOOLS: Record<string, Tool> = {
  inspect: { run: runInspect, failure: 1 },
  json: { run: runJson, failure: 1 },
  // 1 says that the files differ.
  diff: { run: runDiff, failure: 2 },
  convert: { run: runConvert, failure: 1 },
};

/**
 * Run one of the tools.
 *
 * @param args its name and what follows on the command line
 * @returns the exit code
 */
export async function runRdb(
  args: readonly string[],
  io: ToolIo = new SystemToolIo(),
): Promise<number> {
  const [name, ...rest] = args;
  if (name === "--help" || name === "-h" || name === "help") {
    say(io, RDB_USAGE);
    return 0;
  }
  if (name !== undefined && Object.hasOwn(TOOLS, name)) {
    const { run, failure } = TOOLS[name];
    return await runTool(io, `rdb ${name}`, () => run(rest, io), failure);
  }
  const what = name === undefined ? "a tool's name is missing" : `there is no tool '${name}'`;
  complain(io, `rdb: ${what}\n\n${RDB_USAGE}`);
  return EXIT_USAGE;
}
