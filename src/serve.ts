/**
 * The server as a program: command line in, exit code out.
 *
 * @module
 */

import { LiveRuleContext } from "./acl/acl.ts";
import { CommandCatalog } from "./acl/catalog.ts";
import { UserDefinitions } from "./acl/definitions.ts";
import { fromBytes, toText } from "./bytes/bytes.ts";
import { SystemClock } from "./clock/clock.ts";
import { allCommands } from "./commands/mod.ts";
import { parseArguments, type RunArguments } from "./config/argv.ts";
import { Config } from "./config/config.ts";
import { ConfigError, ConfigOpenError, loadConfig } from "./config/file.ts";
import { helpText } from "./config/help.ts";
import { Registry } from "./command/registry.ts";
import { installLastGuard } from "./lifecycle/last_guard.ts";
import { ignoreSignals, listenToSignals } from "./lifecycle/signals.ts";
import { Logger } from "./log/logger.ts";
import { Server, StartError } from "./server.ts";
import { REDENO_VERSION, REDIS_VERSION } from "./version.ts";

/** Run the server until it is shut down. @returns the exit code */
export async function serve(argv: readonly string[]): Promise<number> {
  const parsed = parseArguments(argv);
  switch (parsed.kind) {
    case "version":
      console.log(
        `Redeno server v=${REDENO_VERSION} redis=${REDIS_VERSION} deno=${Deno.version.deno} ` +
          `v8=${Deno.version.v8} bits=64`,
      );
      return 0;
    case "help":
      await Deno.stdout.write(new TextEncoder().encode(helpText("redeno")));
      return 0;
    case "error":
      console.error(parsed.message);
      return 1;
    case "run":
      return await run(parsed);
  }
}

async function run(args: RunArguments): Promise<number> {
  ignoreSignals();
  const config = new Config();
  const registry = new Registry(allCommands);
  const users = new UserDefinitions(
    new LiveRuleContext(new CommandCatalog(registry.originals), config),
  );
  try {
    loadConfig(config, {
      file: args.file,
      stdin: args.stdin ? fromBytes(await readInput()) : undefined,
      options: args.options,
      renameCommand: (from, to) => registry.rename(from, to),
      defineUser: (words) => users.add(words),
    });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    if (error instanceof ConfigOpenError) {
      new Logger().warning(error.reason);
      return 1;
    }
    Deno.stderr.writeSync(new TextEncoder().encode(error.format(REDIS_VERSION)));
    return 1;
  }
  const clock = new SystemClock();
  const { loglevel, logfile } = config.values;
  const log = new Logger({
    clock,
    level: loglevel,
    file: logfile === "" ? null : config.path(logfile),
  });
  try {
    // As a real server does; what the server itself opens, it opens by full path.
    Deno.chdir(toText(config.values.dir));
    const server = new Server({ config, log, registry, clock, users: users.all });
    installLastGuard(log, server.parts.stats);
    // A long load can be ended too.
    listenToSignals({
      values: config.values,
      shutdown: (request) => server.shutdown(request),
    });
    await server.begin();
    return await server.stopped;
  } catch (error) {
    if (error instanceof StartError) return 1;
    throw error;
  }
}

/** Standard input to its end. */
async function readInput(): Promise<Uint8Array> {
  const { toBytes } = await import("@std/streams/to-bytes");
  return await toBytes(Deno.stdin.readable);
}
