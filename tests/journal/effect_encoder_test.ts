import { assert, assertEquals } from "@std/assert";
import { EffectEncoder } from "../../src/journal/effect_encoder.ts";
import type { Effect } from "../../src/journal/journal.ts";
import { mulberry32 } from "../support/prng.ts";
import { encodeCommand } from "../support/resp.ts";

Deno.test("effects in pieces are the same bytes as in one string", () => {
  const random = mulberry32(3);
  let got = "";
  let pieces = 0;
  const encoder = new EffectEncoder((piece) => {
    got += piece;
    pieces++;
  });
  let expected = "";
  let db = -1;
  for (let unit = 0; unit < 400; unit++) {
    const effects: Effect[] = Array.from({ length: 1 + random.int(4) }, () => ({
      db: random.int(3),
      args: Array.from(
        { length: 1 + random.int(random.int(40) === 0 ? 3000 : 6) },
        () => "\xff".repeat(random.int(30) === 0 ? random.int(40_000) : random.int(60)),
      ),
    }));
    if (effects.length > 1) expected += encodeCommand(["MULTI"]);
    for (const effect of effects) {
      if (effect.db !== db) {
        db = effect.db;
        expected += encodeCommand(["SELECT", `${db}`]);
      }
      expected += encodeCommand(effect.args);
    }
    if (effects.length > 1) expected += encodeCommand(["EXEC"]);
    encoder.unit(effects);
  }
  assert(got === expected);
  assert(pieces > 400);
});

Deno.test("a unit may be larger than a string can be", () => {
  let length = 0;
  let longest = 0;
  const encoder = new EffectEncoder((piece) => {
    length += piece.length;
    longest = Math.max(longest, piece.length);
  });
  const large = "x".repeat(100 * 1024 * 1024);
  const many: string[] = new Array(200_000).fill("y".repeat(2000));
  const effects: Effect[] = [];
  for (let i = 0; i < 6; i++) effects.push({ db: 0, args: ["SET", "k", large] });
  effects.push({ db: 0, args: many });
  encoder.unit(effects);
  assert(length > 6 * large.length + many.length * 2000);
  assertEquals(longest, large.length);
});
