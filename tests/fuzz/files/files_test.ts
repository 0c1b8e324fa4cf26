/**
 * A short run over damaged files from a fixed seed; `deno task fuzz:files` is for long ones.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { campaign } from "./campaign.ts";

Deno.test("files: whatever damage there is, a file is refused or taken as a whole", async () => {
  const { faults, cases, forms } = await campaign({
    seed: 20_261_122,
    first: 0,
    count: 1500,
    most: 3,
    processes: 1,
  });
  const all = faults.map(({ index, what }) => `case ${index}: ${what}`);
  assertEquals(all, []);
  assertEquals(cases, 1500);
  // Neither must be rare: what is refused at the first byte tests nothing behind it.
  for (const [form, { refused, taken }] of forms) {
    assert(refused > 20 && taken > (form === "manifest" ? 2 : 20), `${form}: ${refused}, ${taken}`);
  }
});
