import { assertEquals, assertGreater } from "@std/assert";
import {
  formatDouble,
  formatDouble17,
  formatShortest,
  parseDouble,
  parseRangeDouble,
} from "../../src/bytes/double.ts";
import { grisuDigits } from "../../src/bytes/grisu.ts";
import { mulberry32, type Prng } from "../support/prng.ts";
import { findRedisServer, startRedis } from "../support/servers.ts";

const ignore = findRedisServer() === undefined;
const NEEDS = ignore ? " (ignored: no redis-server on PATH)" : "";

/** Texts that a 7.2.6 server gave for its scores: each is what its own number prints as. */
const RECORDED = [
  ..."-inf -1.7976931348623157e+308 -2147483649 -100 -1 -0.5 -0.1 -5e-324 0 5e-324".split(" "),
  ..."2.2250738585072014e-308 1e-7 0.00001 0.1 0.125 0.3333333333333333 0.5 1 1.5".split(" "),
  ..."3.141592653589793 100 127 128 1234.5678 4095 65536 8388608 2147483648".split(" "),
  ..."1000000000000000 4503599627370496 9007199254740991 9007199254740992".split(" "),
  ..."100000000000000000 9223372036854776000 1e+20 1e+21 1e+22 1e+100".split(" "),
  ..."1.7976931348623157e+308 3479099956230698 inf".split(" "),
];

/** Numbers for which the layout, or Grisu2 itself, leaves the beaten track. */
const LAID_OUT: [number, string][] = [
  [-0, "-0"],
  [2 ** 60, "1152921504606846976"],
  [2 ** 62, "4611686018427387904"],
  [-(2 ** 62), "-4611686018427387904"],
  [2 ** 62 + 1024, "4611686018427389000"],
  [8e18, "8e+18"],
  [1234567890123e7, "12345678901230000000"],
  [-1234567890123e7, "-12345678901230000000"],
  [12345.678901234, "1.2345678901234e+4"],
  [-12345.678901234, "-1.2345678901234e+4"],
  [9999.123456789, "9999.123456789"],
  [0.0001234567, "1.234567e-4"],
  [0.0012345678, "0.0012345678"],
  [0.000123, "0.000123"],
  [1.5e-7, "1.5e-7"],
  [0.1 + 0.2, "0.30000000000000004"],
  [0.1 + 0.7, "0.7999999999999999"],
  // One digit more than the shortest, and another last digit.
  [0.4675071324809216, "0.46750713248092157"],
  [1700618477575053.8, "1700618477575053.7"],
];

Deno.test("doubles are written as 7.2 writes them", () => {
  for (const text of RECORDED) {
    const value = parseDouble(text);
    assertEquals(value === null ? null : formatDouble(value), text);
  }
  for (const [value, text] of LAID_OUT) assertEquals(formatDouble(value), text);
  assertEquals(formatDouble(NaN), "nan");
});

Deno.test("shortest digits leave no integer in full but where the layout does", () => {
  const cases: [number, string][] = [
    [1e17, "1e+17"],
    [123456789012345680, "123456789012345680"],
    [10_000_000, "10000000"],
    [-10_000_000, "-10000000"],
    [100_000_000, "1e+8"],
    [-100_000_000, "-1e+8"],
    [3, "3"],
    [-0, "-0"],
    [0.1, "0.1"],
    [Infinity, "inf"],
  ];
  for (const [value, text] of cases) assertEquals(formatShortest(value), text);
});

const bits = new DataView(new ArrayBuffer(8));

function randomDouble(random: Prng): number {
  switch (random.int(5)) {
    case 0:
      bits.setUint32(0, random.int(2 ** 32));
      bits.setUint32(4, random.int(2 ** 32));
      return bits.getFloat64(0);
    case 1:
      return random.int(1e9) / 10 ** random.int(12);
    case 2:
      return random.next() * 10 ** (random.int(30) - 10);
    case 3:
      return 2 ** (random.int(60) - 30) * (1 + random.int(100) * 2 ** -52);
    default:
      return -random.int(1e6) * 0.1 + 0.2;
  }
}

Deno.test("what is written reads back as the same number", () => {
  const random = mulberry32(3);
  for (let round = 0; round < 30_000; round++) {
    const value = randomDouble(random);
    if (!Number.isFinite(value)) continue;
    assertEquals(parseDouble(formatDouble(value)), value);
    assertEquals(parseDouble(formatDouble17(value)), value);
  }
});

Deno.test("the shortcut through JavaScript's digits gives Grisu2's digits", () => {
  const random = mulberry32(5);
  let longer = 0;
  for (let round = 0; round < 60_000; round++) {
    const value = Math.abs(randomDouble(random));
    if (!Number.isFinite(value) || value === 0 || Number.isInteger(value)) continue;
    const { digits, exponent } = grisuDigits(value);
    const [mantissa, power] = formatDouble(value).split("e");
    const got = mantissa.replace(".", "").replace(/^0+/, "");
    const fraction = mantissa.includes(".") ? mantissa.length - mantissa.indexOf(".") - 1 : 0;
    assertEquals([got, Number(power ?? 0) - fraction], [digits, exponent], String(value));
    if (Number(digits) !== Number(value.toExponential().replace(/e.*|\./g, ""))) longer++;
  }
  // One in some hundred differs from JavaScript: the comparison above has seen such.
  assertGreater(longer, 20);
});

Deno.test("17 digits are rounded as C rounds them", () => {
  const cases: [number, string][] = [
    [0, "0"],
    [-0, "-0"],
    [1, "1"],
    [0.1, "0.10000000000000001"],
    [3.141, "3.141"],
    [1e16, "10000000000000000"],
    [1e17, "1e+17"],
    [123456789012345680, "1.2345678901234568e+17"],
    [0.0001, "0.0001"],
    [0.00001, "1.0000000000000001e-05"],
    [1e-7, "9.9999999999999995e-08"],
    [1e100, "1e+100"],
    [5e-324, "4.9406564584124654e-324"],
    [-1.7976931348623157e308, "-1.7976931348623157e+308"],
    // Exact ties go to the even digit.
    [1125899906842624.25, "1125899906842624.2"],
    [1125899906842624.75, "1125899906842624.8"],
    [-1125899906842624.25, "-1125899906842624.2"],
    [Infinity, "inf"],
    [-Infinity, "-inf"],
    [NaN, "nan"],
  ];
  for (const [value, text] of cases) assertEquals(formatDouble17(value), text);
});

/** Texts around the edges of what strtod reads. */
const TEXTS = [
  ..."1 -1 +1 01 -0 1. .5 . -. 1e5 1E5 1e+5 1e-5 1e 1e+ e1 1e5.5 --1 +-1 1_0 1,5 0b1 0o7".split(
    " ",
  ),
  ..."inf +inf -inf INF Infinity -iNfInItY infinit infi nan NaN -nan nan() nan(a_1) nan(a-)".split(
    " ",
  ),
  ..."0x10 0X1.8P3 -0x.8 0x 0x. 0x1p 0x1p+ 0xg 0x1e1 0x1p-1 0x1.p1 0x0p0 -0x0 0x00.00".split(" "),
  ..."1e308 1e309 -1e309 1e400 1e-307 1e-320 5e-324 3e-324 2e-324 1e-400 -1e-400 0e999".split(" "),
  ..."1.7976931348623158e308 1.7976931348623159e308 0x1p1023 0x1p1024 0x1.fffffffffffff7p1023"
    .split(" "),
  ..."0x1.fffffffffffff8p1023 0x1p-1074 0x1p-1075 0x1.8p-1075 0x1.00000000000008p0".split(" "),
  ..."0x1.00000000000018p0 0x1p99999999999 0x1p-99999999999 0x0p99999999999 1e99999999999".split(
    " ",
  ),
  ..."1234567890123456789 9007199254740993 0.1000000000000000055511151231257827".split(" "),
  ...["", " ", " 1", "\t1", "1 ", "1\n", "1\0", "\x001", "1\x002", "\xa01", "\u00bd"],
];

Deno.test("floats are read as strtod reads them", () => {
  const read: [string, number | null][] = [
    ["1", 1],
    ["+1", 1],
    ["-0", -0],
    ["1.", 1],
    [".5", 0.5],
    ["1e5", 1e5],
    ["0x1.8p3", 12],
    ["0x1.00000000000008p0", 1],
    ["0x1.00000000000018p0", 1 + 2 ** -51],
    ["0x1.8p-1075", 5e-324],
    ["-INFINITY", -Infinity],
    ["nan", NaN],
    ["1e400", null],
    ["1e-400", null],
    ["0e400", 0],
    ["1e-320", 1e-320],
    ["0x1p1024", null],
    ["", null],
    [" 1", null],
    ["1 ", null],
    ["0x", null],
    ["1e", null],
    ["infin", null],
  ];
  for (const [text, value] of read) assertEquals(parseDouble(text), value, JSON.stringify(text));
  const ranges: [string, number | null][] = [
    ["", 0],
    [" 1", 1],
    ["\t\v-inf", -Infinity],
    ["1\0x", 1],
    ["\0", 0],
    ["1e400", Infinity],
    ["-1e400", -Infinity],
    ["1e-400", 0],
    ["1 ", null],
    [" ", null],
    ["x", null],
    ["nan", NaN],
  ];
  for (const [text, value] of ranges) {
    assertEquals(parseRangeDouble(text), value, JSON.stringify(text));
  }
});

Deno.test({
  name: "scores and their ranges are read and written as a real server does it" + NEEDS,
  ignore,
  async fn() {
    await using server = await startRedis();
    await using client = await server.connect();
    const refused = "-ERR value is not a valid float\r\n";
    for (const text of TEXTS) {
      const value = parseDouble(text);
      await client.call("DEL", "z");
      const added = await client.call("ZADD", "z", text, "m");
      const name = JSON.stringify(text);
      if (value === null || Number.isNaN(value)) {
        assertEquals(added, refused, name);
      } else {
        // A packed sorted set has no negative zero.
        const score = formatDouble17(value === 0 ? 0 : value);
        assertEquals(
          await client.call("ZSCORE", "z", "m"),
          `$${score.length}\r\n${score}\r\n`,
          name,
        );
      }
      const end = parseRangeDouble(text);
      const bad = end === null || Number.isNaN(end);
      const count = await client.call("ZCOUNT", "z", text, "inf");
      assertEquals(count.startsWith("-ERR min or max is not a float"), bad, name);
      if (bad) continue;
      await client.call("ZADD", "ends", formatDouble17(end), "m");
      assertEquals(await client.call("ZCOUNT", "ends", text, text), ":1\r\n", name);
    }

    const random = mulberry32(9);
    for (let batch = 0; batch < 10; batch++) {
      const values = Array.from({ length: 200 }, () => randomDouble(random)).filter(
        Number.isFinite,
      );
      for (const value of values) {
        await client.send("ZADD", "z", formatDouble(value), "m");
        await client.send("ZSCORE", "z", "m");
      }
      for (const value of values) {
        await client.readReply();
        const text = formatDouble17(value === 0 ? 0 : value);
        assertEquals(await client.readReply(), `$${text.length}\r\n${text}\r\n`);
      }
    }
  },
});
