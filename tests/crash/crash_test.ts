/**
 * A few rounds of the crash test; AOF_KILLS and AOF_SEED in the environment say otherwise, and
 * `deno task crash` runs many.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { crash, MODES } from "./crash.ts";

const kills = Number(Deno.env.get("AOF_KILLS") ?? 3);
const seed = Number(Deno.env.get("AOF_SEED") ?? 1);
const PROMISE = {
  always: "keeps all that it acknowledged (appendfsync always)",
  everysec: "keeps all that it acknowledged (appendfsync everysec)",
  rdb: "keeps its last save, which is the state of one moment (no append-only file)",
};

for (const mode of MODES) {
  Deno.test(`crash: a server that is killed ${PROMISE[mode]}`, async () => {
    const figures = await crash({ mode, kills, seed });
    assertEquals(figures.kills, kills);
    if (mode !== "rdb") assertEquals(figures.lost, 0);
  });
}
