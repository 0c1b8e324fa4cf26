/**
 * Shows what a real server and Redeno reply to cases given on the command line:
 *
 * ```text
 * deno run -A tests/conformance/try.ts 'SET k v ; GET k' 'XADD x 0-0 f v'
 * ```
 *
 * @module
 */

import { startRedeno, startRedis } from "../support/servers.ts";
import { shown, Side } from "./runner.ts";
import { parseTable } from "./script.ts";

const cases = parseTable(Deno.args.join("\n"));
const servers = await Promise.all([startRedis(), startRedeno()]);
const sides = await Promise.all(servers.map((server) => Side.start(server, { fresh: true })));
try {
  for (const test of cases) {
    for (const protocol of test.protocols) {
      const now = Date.now();
      const [theirs, ours] = await Promise.all(sides.map((side) => side.run(test, protocol, now)));
      console.log(`RESP${protocol}: ${test.text}`);
      for (let i = 0; i < test.steps.length; i++) {
        const [a, b] = [shown(theirs[i]), shown(ours[i])];
        console.log(a === b ? `  both:   ${a}` : `  redis:  ${a}\n  redeno: ${b}`);
      }
    }
  }
} finally {
  for (const side of sides) await side[Symbol.asyncDispose]();
}
