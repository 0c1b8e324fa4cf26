/**
 * The modes that watch a server or measure, on a made-up machine with a clock of its own.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { skewed } from "../../src/cli/modes/lru_test.ts";
import { runCli } from "../../src/cli/run_client.ts";
import { mulberry32 } from "../support/prng.ts";
import { freePort } from "../support/servers.ts";
import { answering, bulk, ClosingIo, runOn, TestIo } from "./support.ts";

const INFO = (commands: number, extra: string) =>
  bulk(
    "# Clients\r\nconnected_clients:3\r\nblocked_clients:1\r\n# Memory\r\nused_memory:1572864\r\n" +
      "used_memory_rss:9\r\n# Persistence\r\nloading:0\r\nasync_loading:1\r\n" +
      `rdb_bgsave_in_progress:0\r\naof_rewrite_in_progress:0\r\n# Stats\r\n` +
      `total_connections_received:12\r\ntotal_commands_processed:${commands}\r\n` +
      "# Keyspace\r\ndb0:keys=5,expires=0\r\ndb3:keys=10,expires=1\r\n",
  ).replace(/loading:0/, extra === "" ? "loading:0" : extra);

const HEAD = "------- data ------ --------------------- load -------------------- - child -\n" +
  "keys       mem      clients blocked requests            connections          \n";

Deno.test("--stat: columns, their head every twenty lines, the time between", async () => {
  let commands = 100;
  using subject = answering({ INFO: () => INFO(commands += 7, "") });
  const io = new ClosingIo(1700);
  assertEquals((await runOn(subject, ["--stat", "-i", "0.5"], io)).code, 141);
  const lines = io.out.split("\n");
  assertEquals(
    lines.slice(2, 4),
    [
      "15         1.50M    3       1       107 (+0)            12          ",
      "15         1.50M    3       1       114 (+7)            12          ",
    ],
  );
  assertEquals(io.out.indexOf(HEAD), 0);
  assertEquals(io.out.lastIndexOf(HEAD), HEAD.length + 20 * (lines[2].length + 1));
  assertEquals(io.clock % 500, 0);
  assertEquals(io.clock / 500, subject.commands.length - 1);
});

Deno.test("--stat: what the server does beside serving", async () => {
  const cases = [
    ["loading:0", ""],
    ["loading:1", "LOAD"],
    ["loading:0\r\nbgsave_in_progress:1", "SAVE"],
    ["loading:0\r\naof_rewrite_in_progress:1", "AOF"],
    ["loading:0\r\nbgsave_in_progress:1\r\naof_rewrite_in_progress:1", "SAVE+AOF"],
  ];
  for (const [extra, child] of cases) {
    const text = INFO(1, "").replace(/^\$\d+\r\n/, "").slice(0, -2).replace("loading:0", extra);
    using subject = answering({ INFO: bulk(text) });
    const io = new ClosingIo(1);
    await runOn(subject, ["--stat"], io);
    assertEquals(io.out.split("\n")[2].slice(68), child);
  }
});

Deno.test("--stat: an error ends it, a server that goes away does not", async () => {
  using refusing = answering({ INFO: "-NOAUTH no\r\n" });
  assertEquals(await runOn(refusing, ["--stat"]), { code: 1, out: "", err: "ERROR: NOAUTH no\n" });
  let asked = 0;
  using leaving = answering({ INFO: () => ++asked === 1 ? null : INFO(1, "") });
  const io = new ClosingIo(1);
  assertEquals((await runOn(leaving, ["--stat"], io)).code, 141);
  assertEquals(io.out.indexOf(HEAD), 0);
  assertEquals(io.err, "\r\x1b[0KReconnecting... 1\r\r\x1b[0K");
  assertEquals(leaving.connections, 2);
});

Deno.test("--latency: one line for programs", async () => {
  using subject = answering({ PING: "+PONG\r\n", HELLO: "%0\r\n" });
  const cases: [string[], RegExp][] = [
    [[], /^0 0 0\.00 10\d\n$/],
    [["--csv"], /^0,0,0\.00,10\d\n$/],
    [["--json"], /^{"min": 0, "max": 0, "avg": 0\.00, "count": 10\d}\n$/],
    [["--quoted-json", "-i", "0.5"], /^{"min": 0, "max": 0, "avg": 0\.00, "count": 5\d}\n$/],
  ];
  for (const [args, line] of cases) {
    const { code, out, err } = await runOn(subject, ["--latency", ...args]);
    assertMatch(out, line);
    assertEquals([code, err], [0, ""]);
  }
});

Deno.test("--latency: the shortest, the longest and the mean time", async () => {
  const times = [5, 3, 7];
  let asked = 0;
  const io = new TestIo("");
  using subject = answering({
    PING: () => {
      io.clock += times[asked++ % times.length];
      return "+PONG\r\n";
    },
  });
  // The last of the PINGs that are not measured took 3 ms, so 7, 5, 3 and 7 are next.
  const { out } = await runOn(subject, ["--latency", "-i", "0.04"], io);
  assertEquals(out, "3 7 5.50 4\n");
});

Deno.test("--latency: for people one line that changes; a history has parts", async () => {
  const io = new ClosingIo(1000);
  using subject = answering({ PING: "+PONG\r\n" });
  assertEquals((await runOn(subject, ["--latency", "--no-raw"], io)).code, 141);
  const sample = (n: number) => `\x1b[0G\x1b[2Kmin: 0, max: 0, avg: 0.00 (${n} samples)`;
  assertEquals(io.out.indexOf(sample(1) + sample(2) + sample(3)), 0);
  assertEquals(io.out.includes("\n"), false);

  const history = new ClosingIo(2000);
  await runOn(subject, ["--latency-history", "--no-raw", "-i", "0.05"], history);
  const lines = history.out.split("\n");
  const part = [1, 2, 3, 4, 5, 6].map(sample).join("");
  assertEquals(lines.slice(0, 2), [
    `${part}${sample(7)} -- 0.06 seconds range`,
    `${part} -- 0.06 seconds range`,
  ]);

  // A program gets the figures of every PING, and nothing else.
  const figures = new ClosingIo(200);
  await runOn(subject, ["--latency-history", "--csv", "-i", "0.02"], figures);
  assertMatch(figures.out, /^(?:0,0,0\.00,[1234]\n)+$/);
  assertMatch(figures.err, /^(?: -- 0\.03 seconds range\n)+$/);
});

Deno.test("--latency goes on when the server is back, and says so to people only", async () => {
  let asked = 0;
  using subject = answering({ PING: () => ++asked === 60 ? null : "+PONG\r\n" });
  const io = new TestIo("");
  const { code, out, err } = await runOn(subject, ["--latency", "-i", "5"], io);
  assertEquals([code, err], [0, "\r\x1b[0KReconnecting... 1\r\r\x1b[0K"]);
  assertMatch(out, /^0 1000 \d+\.\d\d \d+\n$/);
});

Deno.test("--latency-dist: a legend, then a column for each range", async () => {
  using subject = answering({ PING: "+PONG\r\n" });
  for (const more of [[], ["--mono"]]) {
    const io = new ClosingIo(3000);
    assertEquals((await runOn(subject, ["--latency-dist", "-i", "0.1", ...more], io)).code, 141);
    const spectra = io.out.split("\n").filter((line) => line.startsWith("\x1b[38;5;0m"));
    const signs = ".-*#123456789ABCDEFGHIJKLMNOPQ?";
    for (const line of spectra) {
      // deno-lint-ignore no-control-regex -- colours are what is looked for
      const columns = [...line.matchAll(/\x1b\[48;5;(\d+)m(.)/g)];
      assertEquals(columns.map(([, , sign]) => sign).join(""), signs);
      // All took no time here: the first column has the last colour.
      assertEquals(columns.slice(1).every(([, colour]) => colour === "0"), true);
      assert(columns[0][1] === (more.length === 0 ? "196" : "254"));
    }
    assert(spectra.length > 1);
  }
});

Deno.test("--lru-test: hits and misses, and errors", async () => {
  let gets = 0;
  const io = new ClosingIo(100);
  using subject = answering({
    SET: "+OK\r\n",
    GET: () => {
      if (gets++ % 250 === 0) io.clock += 600;
      return gets % 4 === 0 ? "$-1\r\n" : gets === 3 ? "-OOM full\r\n" : bulk("v");
    },
  });
  assertEquals((await runOn(subject, ["--lru-test", "10"], io)).code, 141);
  assertEquals(io.out.split("\n").slice(0, 2), [
    "499 Gets/sec | Hits: 374 (74.95%) | Misses: 125 (25.05%)",
    "500 Gets/sec | Hits: 375 (75.00%) | Misses: 125 (25.00%)",
  ]);
  assertEquals(io.err, "OOM full\n");
  const keys = new Set(subject.commands.map(([, key]) => key));
  assertEquals([...keys].every((key) => /^lru:([1-9]|10)$/.test(key)), true);
  assertEquals(
    subject.commands.filter(([name]) => name === "SET").every(([, , v]) => /^[A-y]{5}$/.test(v)),
    true,
  );
  using leaving = answering({ SET: null });
  assertEquals((await runOn(leaving, ["--lru-test", "10"])).code, 1);
});

Deno.test("--lru-test: a fifth of the keys is used in four fifths of the cases", () => {
  const random = mulberry32(3);
  const numbers = Array.from({ length: 20_000 }, () => skewed(1000, random.next()));
  assertEquals([skewed(1000, 0), skewed(1000, 1 - 2 ** -53)], [1000, 1]);
  const low = numbers.filter((number) => number <= 200).length / numbers.length;
  assert(low > 0.77 && low < 0.83, String(low));
  assert(numbers.every((number) => number >= 1 && number <= 1000));
});

/** A machine on which time passes whenever it is looked at. */
class TickingIo extends TestIo {
  tick = 0.005;

  override now(): number {
    return this.clock += this.tick;
  }
}

Deno.test("--intrinsic-latency asks no server, and tells the longest pause", async () => {
  const io = new TickingIo("");
  const args = ["-p", String(freePort()), "--intrinsic-latency", "1"];
  const code = await runCli(args, { version: "", commands: () => [], io });
  assertEquals([code, io.err], [0, ""]);
  const [, longest, runs, average, nanoseconds, worst] = new RegExp(
    "(?:^|\n)Max latency so far: (\\d+) microseconds\\.\n\n(\\d+) total runs \\(avg latency: (\\S+) " +
      "microseconds / (\\S+) nanoseconds per run\\)\\.\nWorst run took (\\d+)x longer than " +
      "the average latency\\.\n$",
  ).exec(io.out) ?? [];
  // As the clock goes on by 5 microseconds, with the errors of its fractions.
  assertEquals(longest, "5", io.out);
  assertEquals(average, (1e6 / Number(runs)).toFixed(4));
  assertEquals(nanoseconds, (1e9 / Number(runs)).toFixed(2));
  assertEquals(worst, (5 * Number(runs) / 1e6).toFixed(0));
});

Deno.test("--intrinsic-latency: Ctrl-C ends it with what was measured", async () => {
  const io = new TickingIo("");
  io.sleep = () => {
    if (io.clock > 400) io.interrupt?.();
    return Promise.resolve();
  };
  assertEquals(
    await runCli(["--intrinsic-latency", "1000"], { version: "", commands: () => [], io }),
    0,
  );
  const [, runs, average] = /\n(\d+) total runs \(avg latency: (\d+\.\d{4}) /.exec(io.out) ?? [];
  assert(Math.abs(Number(runs) * Number(average) / 1000 - io.clock) < 1);
  assert(io.clock < 500);
});
