/**
 * The program with faults that nobody handles, soon after its start: for a test of the last guard.
 *
 * @module
 */

import { serve } from "../../src/serve.ts";

setTimeout(() => {
  Promise.reject(new RangeError("a promise of nobody"));
  setTimeout(() => {
    throw new TypeError("a callback of nobody");
  }, 0);
}, 1500);
Deno.exit(await serve(Deno.args));
