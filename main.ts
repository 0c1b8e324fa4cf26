/**
 * The program: `main.ts [server options]`, `main.ts cli [client options]`, and the tools `main.ts
 * check` and `main.ts rdb`.
 *
 * @module
 */

import { serve } from "./src/serve.ts";

/** What the first word of the command line may name instead of a configuration file. */
const subcommands: Record<string, (args: string[]) => Promise<number>> = {
  cli: async (args) => (await import("./src/cli/subcommand.ts")).runClient(args),
  check: async (args) => (await import("./src/tools/check.ts")).runCheck(args),
  rdb: async (args) => (await import("./src/tools/rdb.ts")).runRdb(args),
};

if (import.meta.main) {
  const [first, ...rest] = Deno.args;
  const subcommand = Object.hasOwn(subcommands, first ?? "") ? subcommands[first] : undefined;
  Deno.exit(await (subcommand === undefined ? serve(Deno.args) : subcommand(rest)));
}
