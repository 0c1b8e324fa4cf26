/**
 * Numbers as C prints them. What is expected was taken from `printf` of a C library.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { fixed, humanBytes, percentage } from "../../src/cli/printf.ts";

Deno.test("a value between two is rounded to the even one", () => {
  const cases: [number, number, string][] = [
    [0.125, 2, "0.12"],
    [0.375, 2, "0.38"],
    [1.125, 2, "1.12"],
    [-1.125, 2, "-1.12"],
    [-1.375, 2, "-1.38"],
    [0.5, 0, "0"],
    [1.5, 0, "2"],
    [2.5, 0, "2"],
    [-2.5, 0, "-2"],
    [0.03125, 4, "0.0312"],
    [0.09375, 4, "0.0938"],
    [4096.625, 2, "4096.62"],
  ];
  for (const [value, digits, text] of cases) assertEquals(fixed(value, digits), text);
});

Deno.test("all other values go to the nearest", () => {
  const cases: [number, number, string][] = [
    [0, 2, "0.00"],
    [1.005, 2, "1.00"],
    [2.675, 2, "2.67"],
    [1 / 3, 4, "0.3333"],
    [99.999, 2, "100.00"],
    [1e15 + 0.3, 2, "1000000000000000.25"],
    [NaN, 2, "nan"],
    [Infinity, 2, "inf"],
    [-Infinity, 2, "-inf"],
  ];
  for (const [value, digits, text] of cases) assertEquals(fixed(value, digits), text);
});

Deno.test("percentages are five wide, bytes have units", () => {
  assertEquals([0, 5.125, 50, 100].map(percentage), ["00.00%", "05.12%", "50.00%", "100.00%"]);
  const sizes = [0, 1023, 1024, 1536, 1048576, 2.5 * 2 ** 30, 3 * 2 ** 40, -2048];
  assertEquals(sizes.map(humanBytes), [
    "0B",
    "1023B",
    "1.00K",
    "1.50K",
    "1.00M",
    "2.50G",
    "3.00T",
    "-2.00K",
  ]);
});
