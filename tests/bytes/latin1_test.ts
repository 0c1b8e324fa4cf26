import { assert, assertEquals, assertLess, assertStrictEquals } from "@std/assert";
import { fromBytes } from "../../src/bytes/bytes.ts";
import { detach, writeLatin1 } from "../../src/bytes/latin1.ts";
import { mulberry32 } from "../support/prng.ts";
import { REPOSITORY } from "../support/servers.ts";

Deno.test("all bytes are written, at their place, and nothing beside it", () => {
  const random = mulberry32(1);
  const lengths = [
    0,
    1,
    15,
    16,
    17,
    23,
    24,
    25,
    100,
    191,
    192,
    193,
    6143,
    6144,
    6145,
    12288,
    40_000,
  ];
  for (const length of lengths) {
    const source = new Uint8Array(length);
    for (let i = 0; i < length; i++) source[i] = random.int(256);
    const ascii = source.map((byte) => byte & 0x7f);
    // The bet on ASCII is lost at the last byte, and after the probe.
    const late = ascii.slice();
    if (length > 0) late[length - 1] = 0x80;
    const middle = ascii.slice();
    if (length > 20) middle[20] = 0xff;
    for (const bytes of [source, ascii, late, middle]) {
      for (const [before, after] of [[0, 0], [0, 9], [5, 0], [7, 7]]) {
        const target = new Uint8Array(before + length + after).fill(0xaa);
        assertEquals(writeLatin1(fromBytes(bytes), target, before), length);
        assertEquals(target.subarray(before, before + length), bytes);
        assert(target.subarray(0, before).every((byte) => byte === 0xaa));
        assert(target.subarray(before + length).every((byte) => byte === 0xaa));
      }
    }
  }
});

Deno.test("a detached string has the same bytes", () => {
  const parent = fromBytes(Uint8Array.from({ length: 1000 }, (_, n) => n));
  for (const length of [0, 1, 12, 13, 14, 100, 900]) {
    const part = parent.substring(50, 50 + length);
    assertStrictEquals(detach(part), part);
  }
});

Deno.test("a detached string does not keep its parent alive", async () => {
  // In a process of its own, whose heap holds nothing else.
  const code = `
    import { fromBytes } from "./src/bytes/bytes.ts";
    import { detach } from "./src/bytes/latin1.ts";
    const chunk = new Uint8Array(65536).fill(97);
    function kept(cut) {
      gc();
      const before = Deno.memoryUsage().heapUsed;
      const parts = Array.from({ length: 300 }, () => cut(fromBytes(chunk).substring(100, 124)));
      gc();
      return (Deno.memoryUsage().heapUsed - before) / parts.length;
    }
    console.log(kept(detach), kept((part) => part));
  `;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--v8-flags=--expose-gc", code],
    cwd: REPOSITORY,
  }).output();
  const [detached, plain] = new TextDecoder().decode(stdout).trim().split(" ").map(Number);
  assertLess(detached, 2000);
  assert(
    plain > 60_000,
    `a plain substring keeps ${plain} bytes: detaching is not needed any more`,
  );
});
