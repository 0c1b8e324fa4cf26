import { assertEquals } from "@std/assert";
import {
  addIntegers,
  compareStreamIds,
  formatStreamId,
  isZeroStreamId,
  MAX_STREAM_ID,
  MIN_STREAM_ID,
  nextStreamId,
  parseStreamId,
  parseUint64,
  previousStreamId,
  type StreamId,
  subtractIntegers,
  toUint64,
} from "../../src/values/stream_id.ts";
import { mulberry32 } from "../support/prng.ts";

const MAX = 2n ** 64n - 1n;
const EDGES = [0n, 1n, 2n, 2n ** 32n, 2n ** 53n - 2n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n, MAX];

function id(ms: bigint, seq: bigint): StreamId {
  return { ms: toUint64(ms), seq: toUint64(seq) };
}

/** The id as one number of 128 bits. */
function whole(of: StreamId): bigint {
  return (BigInt(of.ms) << 64n) | BigInt(of.seq);
}

Deno.test("stream ids: halves are numbers up to 2^53 - 1 and bigints above", () => {
  assertEquals(toUint64(2n ** 53n - 1n), 2 ** 53 - 1);
  assertEquals(toUint64(2n ** 53n), 2n ** 53n);
  assertEquals(parseUint64("9007199254740991"), 9007199254740991);
  assertEquals(parseUint64("9007199254740992"), 9007199254740992n);
});

Deno.test("stream ids: order, step, text and back agree with 128-bit arithmetic", () => {
  const all = EDGES.flatMap((ms) => EDGES.map((seq) => id(ms, seq)));
  for (const a of all) {
    for (const b of all) {
      const expected = whole(a) < whole(b) ? -1 : whole(a) > whole(b) ? 1 : 0;
      assertEquals(Math.sign(compareStreamIds(a, b)), expected);
    }
    const next = nextStreamId(a);
    assertEquals(next === null ? 2n ** 128n : whole(next), whole(a) + 1n);
    if (next !== null) assertEquals(previousStreamId(next), a);
    assertEquals(previousStreamId(a) === null, isZeroStreamId(a));
    assertEquals(parseStreamId(formatStreamId(a), null), a);
  }
  assertEquals(nextStreamId(MAX_STREAM_ID), null);
  assertEquals(previousStreamId(MIN_STREAM_ID), null);
  assertEquals(formatStreamId(MAX_STREAM_ID), `${MAX}-${MAX}`);
});

Deno.test("stream ids: what is no id", () => {
  for (
    const text of [
      "",
      "-",
      "+",
      "*",
      "1-",
      "-1",
      "1-*",
      "a",
      "1-a",
      "1-2-3",
      " 1",
      "1 ",
      "+1",
      "01",
      "1-01",
      "18446744073709551616",
      "1-18446744073709551616",
      "184467440737095516150",
    ]
  ) assertEquals(parseStreamId(text, 0), null, text);
  assertEquals(parseStreamId("7", null), null);
  assertEquals(parseStreamId("7", MAX), { ms: 7, seq: MAX });
});

Deno.test("stream ids: sums and differences of integers are exact", () => {
  const random = mulberry32(1);
  const values = [...EDGES, ...EDGES.map((value) => -value)];
  for (let i = 0; i < 2000; i++) {
    const a = random.pick(values) + BigInt(random.int(5) - 2);
    const b = random.pick(values) + BigInt(random.int(5) - 2);
    const form = (value: bigint) => Number.isSafeInteger(Number(value)) ? Number(value) : value;
    assertEquals(addIntegers(form(a), form(b)), form(a + b));
    assertEquals(subtractIntegers(form(a), form(b)), form(a - b));
  }
});
