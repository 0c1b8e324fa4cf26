import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { chooseView, drawChart } from "./support/chart.ts";
import { buildMatrix, caseId, FULL, parseCaseId } from "./support/matrix.ts";
import { chooseRequests } from "./support/measure.ts";
import { OptionError, Options } from "./support/options.ts";
import { parseCpuTimes, parseSize } from "./support/proc.ts";
import {
  brief,
  type CaseResult,
  mergeCases,
  type RatioCase,
  ratioCase,
  storeCases,
  storedCases,
} from "./support/results.ts";
import { bytesText, formatTable, ratioText } from "./support/table.ts";

function result(workload: string, pipeline: number, ratio: number, size = 32): CaseResult {
  const key = { workload, pipeline, size, clients: 50 };
  const figures = {
    rps: { median: 1, low: 1, high: 1 },
    p50Ms: 1,
    p99Ms: 1,
    requests: 1,
    cpuPerMillion: { user: 1, system: 1 },
  };
  const servers = {
    redis: figures,
    redeno: { ...figures, ratio: { median: ratio, low: ratio - 0.1, high: ratio + 0.1 } },
  };
  return { ...key, id: caseId(key), rounds: 5, seconds: 0.5, measured: "2024-01-01", servers };
}

function ratios(workload: string, pipeline: number, ratio: number, size = 32): RatioCase {
  return ratioCase(result(workload, pipeline, ratio, size))!;
}

Deno.test("processor times are read behind a name with blanks and parentheses", () => {
  const stat = "42 (a) b (c) S 1 2 3 0 -1 4194304 1 2 3 4 250 75 0 0 20 0 5 0 999 1 1";
  assertEquals(parseCpuTimes(stat), { user: 2.5, system: 0.75 });
});

Deno.test("sizes are read from a status by name", () => {
  const status = "Name:\tx\nVmHWM:\t  900 kB\nVmRSS:\t     512 kB\n";
  assertEquals(parseSize(status, "VmRSS"), 512 * 1024);
  assertThrows(() => parseSize(status, "VmSwap"), Error, "no VmSwap");
});

Deno.test("the matrix has every combination, and no sizes where they make no difference", () => {
  const cases = buildMatrix({ ...FULL, workloads: ["PING", "SET"] });
  assertEquals(cases.length, 3 * 2 + 3 * 3 * 2);
  assertEquals(new Set(cases.map(caseId)).size, cases.length);
  assert(cases.every((one) => (one.size === null) === (one.workload === "PING")));
});

Deno.test("both servers do the same number of requests, and the peer what it can", () => {
  assertEquals(chooseRequests({ redis: 4000, redeno: 1000, peer: 10 }, 0.5), {
    redis: 1000,
    redeno: 1000,
    peer: 5,
  });
  assertEquals(chooseRequests({ redis: 100, redeno: 100, peer: 900 }, 1).peer, 100);
});

Deno.test("new cases take the places of old ones", () => {
  const merged = mergeCases([ratios("SET", 1, 0.5), ratios("GET", 1, 0.5)], [
    ratios("GET", 1, 0.9),
    ratios("GET", 16, 0.8),
  ]);
  assertEquals(merged.map((one) => [caseId(one), one.redeno.median]), [
    ["SET 32B P1 c50", 0.5],
    ["GET 32B P1 c50", 0.9],
    ["GET 32B P16 c50", 0.8],
  ]);
});

Deno.test("the file holds a case as its name and ratios", () => {
  const cases = [ratios("PING", 1, 0.5), { ...ratios("GET", 16, 0.75), size: null }];
  const throughput = storeCases(cases);
  assertEquals(throughput.ratios["PING 32B P1 c50"], { redeno: [0.5, 0.4, 0.6] });
  assertEquals(storedCases({ throughput }).map(caseId), ["PING 32B P1 c50", "GET P16 c50"]);
  assertEquals(storedCases({ throughput })[0], {
    workload: "PING",
    pipeline: 1,
    size: 32,
    clients: 50,
    redeno: cases[0].redeno,
  });
  assertEquals(storedCases({}), []);
  assertThrows(() => parseCaseId("PING"), Error, "not a case");
});

Deno.test("of a comparison the file keeps the ratio, of other figures all", () => {
  assertEquals(brief([{ ...result("SET", 1, 0.5), policy: "no" }]), [{
    id: "SET 32B P1 c50",
    rounds: 5,
    servers: { redis: { rps: 1 }, redeno: { ratio: 0.5 } },
    policy: "no",
  }]);
  assertEquals(brief({ keys: 1, seconds: 2, ms: [1, null] }), {
    keys: 1,
    seconds: 2,
    ms: [1, null],
  });
});

Deno.test("the chart has a bar for each case of the chosen view, and none of others", () => {
  const cases = [
    ratios("SET", 1, 0.5),
    ratios("GET", 1, 1.25),
    ratios("SET", 16, 0.75),
    ratios("SET", 16, 0.33, 1024),
  ];
  assertEquals(chooseView(cases), { size: 32, clients: 50 });
  const chart = drawChart(cases, 'a "b" <c>');
  // One more is in the legend.
  assertEquals(chart.match(/class="bar"/g)?.length, 4);
  for (const figure of [">0.50<", ">1.25<", ">0.75<"]) assertStringIncludes(chart, figure);
  assert(!chart.includes(">0.33<"));
  assertStringIncludes(chart, "a &quot;b&quot; &lt;c>");
  assertStringIncludes(chart, "prefers-color-scheme: dark");
});

Deno.test("tables align figures to the right", () => {
  assertEquals(
    formatTable(["case", "n"], [["a", "1"], ["longer", "100"]]),
    "case      n\n------  ---\na         1\nlonger  100",
  );
  assertEquals(bytesText(10 * 1024 * 1024), "10.0 MiB");
  assertEquals(ratioText({ median: 0.5, low: 0.4, high: 0.6 }), "0.50 (0.40–0.60)");
});

Deno.test("options are lists, numbers and known words only", () => {
  const spec = { values: ["only", "sizes"], flags: ["quick"], usage: "" };
  const options = new Options(["--only", "set,GET", "--sizes=3,32", "--quick"], spec);
  assertEquals(options.words("only", ["SET", "GET"], []), ["SET", "GET"]);
  assertEquals(options.numbers("sizes", [1]), [3, 32]);
  assertEquals(options.flag("quick"), true);
  assertEquals(new Options([], spec).numbers("sizes", [1]), [1]);
  assertThrows(() => options.number("sizes", 1), OptionError, "one number");
  assertThrows(() => options.words("only", ["GET"], []), OptionError, "not one of GET");
  assertThrows(() => new Options(["--slow"], spec), OptionError, "unknown option --slow");
  assertThrows(
    () => new Options(["--sizes", "x"], spec).numbers("sizes", [1]),
    OptionError,
    "not a positive number",
  );
});
