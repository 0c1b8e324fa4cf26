/**
 * The program: `main.ts [server options]`, `main.ts cli [client options]`.
 *
 * @module
 */

import { serve } from "./src/serve.ts";

/** What the first word of the command line may name instead of a configuration file. */
const subcommands: Record<string, (args: string[]) => Promise<number>> = {
  cli: async (args) => (await import("./src/cli/program.ts")).runClient(args),
};

if (import.meta.main) {
  const [first, ...rest] = Deno.args;
  const subcommand = Object.hasOwn(subcommands, first ?? "") ? subcommands[first] : undefined;
  Deno.exit(await (subcommand === undefined ? serve(Deno.args) : subcommand(rest)));
}
