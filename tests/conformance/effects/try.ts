/**
 * Shows what the replicas of a real server and of Redeno get of cases given on the command line:
 *
 * ```text
 * deno run -A tests/conformance/effects/try.ts 'SET k v EX 100' 'SADD s a ; SPOP s'
 * ```
 *
 * @module
 */

import { startRedis, startSubject } from "../../support/servers.ts";
import { parseTable } from "../script.ts";
import { asLine, QUIET, Streamed } from "./runner.ts";

const servers = await Promise.all([startRedis({ args: QUIET }), startSubject({ args: QUIET })]);
const sides = await Promise.all(servers.map((server) => Streamed.start(server, {})));
try {
  for (const test of parseTable(Deno.args.join("\n"))) {
    const now = Date.now();
    const streams = await Promise.all(sides.map((side) => side.run(test, now)));
    const [theirs, ours] = streams.map((commands) => commands.map((each) => `    ${asLine(each)}`));
    console.log(test.text);
    if (theirs.join() === ours.join()) console.log(`  both:\n${ours.join("\n")}`);
    else console.log(`  redis:\n${theirs.join("\n")}\n  redeno:\n${ours.join("\n")}`);
  }
} finally {
  for (const side of sides) await side[Symbol.asyncDispose]();
}
