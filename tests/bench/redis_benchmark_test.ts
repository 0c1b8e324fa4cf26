import { assertEquals, assertThrows } from "@std/assert";
import { parseBenchmark, parseCsvLine } from "./support/redis_benchmark.ts";

const HEADING = '"test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms",' +
  '"p95_latency_ms","p99_latency_ms","max_latency_ms"';

Deno.test("fields of CSV may hold commas and quotes", () => {
  assertEquals(parseCsvLine('"a","b"'), ["a", "b"]);
  assertEquals(parseCsvLine('"EVAL x, ""y""",1.5,'), ['EVAL x, "y"', "1.5", ""]);
  assertEquals(parseCsvLine(""), [""]);
  assertThrows(() => parseCsvLine('"open'), Error, "not a line of CSV");
});

Deno.test("a row of redis-benchmark has its figures by name", () => {
  const output = `${HEADING}\n"SET k v","249376.56","2.993","0.240","2.319","8.239","12.663",` +
    '"13.487"\n';
  assertEquals(parseBenchmark(output), [{
    test: "SET k v",
    rps: 249376.56,
    averageMs: 2.993,
    minMs: 0.24,
    p50Ms: 2.319,
    p95Ms: 8.239,
    p99Ms: 12.663,
    maxMs: 13.487,
  }]);
});

Deno.test("columns are found by their names, and what stands before the heading is skipped", () => {
  const output = "WARNING: Could not fetch server CONFIG\n" +
    '"test","max_latency_ms","p99_latency_ms","p95_latency_ms","p50_latency_ms",' +
    '"min_latency_ms","avg_latency_ms","rps"\r\n"GET","7","6","5","4","3","2","1"\r\n' +
    '"PING","7","6","5","4","3","2","inf"\r\n';
  const rows = parseBenchmark(output);
  assertEquals(rows.map((row) => [row.test, row.rps, row.maxMs]), [
    ["GET", 1, 7],
    ["PING", Infinity, 7],
  ]);
});

Deno.test("output that is no table is refused", () => {
  assertThrows(() => parseBenchmark("Error from server: ERR no\n"), Error, "no heading");
  assertThrows(
    () => parseBenchmark(`${HEADING}\n"SET","x","1","1","1","1","1","1"\n`),
    Error,
    "rps",
  );
  assertThrows(() => parseBenchmark(`${HEADING}\n"SET","1"\n`), Error, "no avg_latency_ms");
});
