import { assertEquals } from "@std/assert";
import { addLongDouble, isLongDouble } from "../../src/bytes/long_double.ts";
import { mulberry32, type Prng } from "../support/prng.ts";
import { findRedisServer, startRedis } from "../support/servers.ts";

const ignore = findRedisServer() === undefined;
const NEEDS = ignore ? " (ignored: no redis-server on PATH)" : "";

Deno.test("sums have the digits of 80-bit extended precision", () => {
  const sums: [string, string, string | null][] = [
    ["0", "0", "0"],
    ["-0", "-0", "0"],
    ["10.50", "0.1", "10.6"],
    ["0.1", "0.2", "0.3"],
    ["1.5", "-1.5", "0"],
    ["-1.25", "0.5", "-0.75"],
    ["3", "1.123456789012345678", "4.12345678901234568"],
    ["1234.56", "0.1", "1234.66000000000000003"],
    ["100000.1", "0", "100000.10000000000000142"],
    ["9223372036854775807", "1", "9223372036854775808"],
    ["18446744073709551615", "1", "18446744073709551616"],
    ["18446744073709551616", "1", "18446744073709551616"],
    ["18446744073709551616", "1.5", "18446744073709551618"],
    ["18446744073709551616", "3", "18446744073709551620"],
    ["1e-17", "0", "0.00000000000000001"],
    ["5e-18", "0", "0"],
    ["4e-18", "0", "0"],
    ["-4e-18", "0", "0"],
    ["0x1p-1", "0x.8", "1"],
    ["inf", "1", null],
    ["inf", "-inf", null],
    ["1e4932", "1.1e4932", null],
    ["x", "1", null],
    ["1", "", null],
  ];
  for (const [a, b, sum] of sums) assertEquals(addLongDouble(a, b), sum, `${a} + ${b}`);
  assertEquals(addLongDouble("1e4932", "0")?.length, 4933);
});

Deno.test("only floats in range are floats", () => {
  const good = "0 -1 +1 1. .5 1e5 0x1p3 inf -infinity 1e4932 1e-4950 0e99999 -0x0p99999".split(" ");
  const bad = "x 1x nan - . 1e 0x 1e4933 -1e4933 1e-4960 0x1p16384 0x1p-16446 1e99999999".split(
    " ",
  );
  for (const text of good) assertEquals(isLongDouble(text), true, text);
  for (const text of [...bad, "", " 1", "1 ", "1\0", "0".repeat(5120)]) {
    assertEquals(isLongDouble(text), false, text);
  }
  assertEquals(isLongDouble("0".repeat(5119)), true);
});

function randomFloat(random: Prng): string {
  const sign = random.int(3) === 0 ? "-" : "";
  const digits = (most: number) => {
    let out = "";
    for (let n = 1 + random.int(most); n > 0; n--) out += random.int(10);
    return out;
  };
  const hex = () => random.int(2 ** 31).toString(16);
  return sign + random.pick([
    () => digits(9),
    () => digits(3) + "." + digits(20),
    () => digits(16) + "." + digits(16),
    () => random.next() + "e" + (random.int(44) - 22),
    () => `0x${hex()}.${hex()}p${random.int(90) - 45}`,
    () => digits(20) + "e" + random.int(4920),
    () => digits(9) + "e-" + random.int(4970),
    () => 2 ** random.int(64) + random.pick([".5", ".00000000000000000005", ".25"]),
    () => "." + digits(25),
  ])();
}

Deno.test({
  name: "INCRBYFLOAT of random pairs gives a real server's digits" + NEEDS,
  ignore,
  async fn() {
    await using server = await startRedis();
    await using client = await server.connect();
    const random = mulberry32(17);
    for (let batch = 0; batch < 20; batch++) {
      const pairs = Array.from({ length: 200 }, () => [randomFloat(random), randomFloat(random)]);
      for (const [a, b] of pairs) {
        await client.send("SET", "k", a);
        await client.send("INCRBYFLOAT", "k", b);
      }
      for (const [a, b] of pairs) {
        await client.readReply();
        const sum = addLongDouble(a, b);
        const valid = isLongDouble(a) && isLongDouble(b);
        const expected = sum !== null
          ? `$${sum.length}\r\n${sum}\r\n`
          : valid
          ? "-ERR increment would produce NaN or Infinity\r\n"
          : "-ERR value is not a valid float\r\n";
        assertEquals(await client.readReply(), expected, `${a} + ${b}`);
      }
    }
  },
});
