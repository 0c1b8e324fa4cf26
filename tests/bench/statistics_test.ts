import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { geometricMean, median, quantile, ratioSpread, spread } from "./support/statistics.ts";

Deno.test("the median is the middle value, or the mean of the two in the middle", () => {
  assertEquals(median([3]), 3);
  assertEquals(median([10, 1, 9]), 9);
  assertEquals(median([4, 1, 3, 2]), 2.5);
});

Deno.test("numbers are ordered as numbers, and the input stays as it is", () => {
  const values = [100, 9, 20];
  assertEquals(median(values), 20);
  assertEquals(values, [100, 9, 20]);
});

Deno.test("quantiles lie between neighbours in proportion", () => {
  const values = Array.from({ length: 101 }, (_, i) => 100 - i);
  assertEquals(quantile(values, 0), 0);
  assertEquals(quantile(values, 0.99), 99);
  assertAlmostEquals(quantile(values, 0.999), 99.9, 1e-9);
  assertEquals(quantile(values, 1), 100);
  assertEquals(quantile([1, 2], 0.25), 1.25);
});

Deno.test("a spread has the extremes around the median", () => {
  assertEquals(spread([5, 1, 2]), { median: 2, low: 1, high: 5 });
});

Deno.test("ratios pair the rounds up, so that a slow round of both changes nothing", () => {
  assertEquals(ratioSpread([50, 5, 60], [100, 10, 100]), { median: 0.5, low: 0.5, high: 0.6 });
});

Deno.test("the geometric mean weighs twice and half alike", () => {
  assertAlmostEquals(geometricMean([2, 0.5]), 1, 1e-12);
  assertAlmostEquals(geometricMean([0.25]), 0.25, 1e-12);
});

Deno.test("there is no statistic of nothing", () => {
  assertThrows(() => median([]), RangeError, "no values");
  assertThrows(() => geometricMean([]), RangeError, "no values");
  assertThrows(() => quantile([1], 1.5), RangeError, "no share");
  assertThrows(() => ratioSpread([1], [1, 2]), RangeError, "do not pair up");
  assertThrows(() => ratioSpread([1], [0]), RangeError, "divisor");
});
