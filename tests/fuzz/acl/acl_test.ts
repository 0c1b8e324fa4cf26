/**
 * A short run of the fuzzer of access control, from a fixed seed.
 *
 * @module
 */

import { findRedisServer } from "../../support/servers.ts";
import { fuzzAcl } from "./fuzz.ts";

const missing = findRedisServer() === undefined;
const name = "fuzz: users, rules and commands give the same answers as on a real server";

Deno.test({
  name: missing ? `${name} (ignored: no redis-server on PATH)` : name,
  ignore: missing,
  async fn() {
    const { differences } = await fuzzAcl({ seed: 20_240_101, steps: 6000, most: 2 });
    if (differences.length > 0) throw new Error(differences.join("\n"));
  },
});
