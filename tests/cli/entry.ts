/**
 * The client on its own, for tests that run it as a process beside redis-cli.
 *
 * @module
 */

import { runCli } from "../../src/cli/run_client.ts";

Deno.exit(await runCli(Deno.args, { version: "0.0.0", commands: () => [] }));
