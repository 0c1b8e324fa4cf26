/** The log: its lines, its threshold and its files. */

import { assertEquals, assertMatch } from "@std/assert";
import { ManualClock } from "../../src/clock/clock.ts";
import { Logger, type LogLevel, logTime } from "../../src/log/logger.ts";
import { findRedisServer, startRedis } from "../support/servers.ts";
import { TempDir } from "../support/temp.ts";

const LEVELS: LogLevel[] = ["debug", "verbose", "notice", "warning"];

/** A log into a list of lines. */
function collected(level: LogLevel): { log: Logger; lines: string[]; clock: ManualClock } {
  const lines: string[] = [];
  const clock = new ManualClock(Date.UTC(2024, 1, 29, 12, 34, 56, 7));
  const log = new Logger({
    clock,
    level,
    pid: 42,
    sink: (line) => lines.push(new TextDecoder().decode(line)),
  });
  return { log, lines, clock };
}

Deno.test("a line has process, role, time, level and message", () => {
  const { log, lines, clock } = collected("debug");
  log.debug("one");
  log.role = "M";
  log.verbose("two");
  log.role = "S";
  clock.advance(1000);
  log.notice("three");
  log.role = "X";
  log.warning("vièr");
  const now = logTime(clock.ms - 1000);
  const later = logTime(clock.ms);
  assertEquals(lines, [
    `42:C ${now} . one\n`,
    `42:M ${now} - two\n`,
    `42:S ${later} * three\n`,
    `42:X ${later} # vièr\n`,
  ]);
});

Deno.test("times are local, with two digits and milliseconds", async () => {
  assertMatch(logTime(0), /^(31 Dec 1969|01 Jan 1970) \d\d:\d\d:00\.000$/);
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `import { logTime } from "${import.meta.resolve("../../src/log/logger.ts")}";` +
      "console.log(logTime(Date.UTC(2024, 0, 1, 23, 4, 5, 6)));",
    ],
    env: { TZ: "Asia/Tokyo" },
    clearEnv: false,
  });
  const { stdout } = await child.output();
  assertEquals(new TextDecoder().decode(stdout), "02 Jan 2024 08:04:05.006\n");
});

Deno.test("what is below the threshold is not logged", () => {
  for (const [at, level] of [...LEVELS, "nothing" as const].entries()) {
    const { log, lines } = collected(level);
    for (const each of LEVELS) {
      log.log(each, each);
      assertEquals(log.logs(each), LEVELS.indexOf(each) >= at, `${each} at ${level}`);
    }
    assertEquals(lines.map((line) => line.trimEnd().split(" ").at(-1)), LEVELS.slice(at));
  }
});

Deno.test("a file is appended to, and may be rotated", async () => {
  await using directory = await TempDir.create();
  const file = `${directory.path}/server.log`;
  await Deno.writeTextFile(file, "before\n");
  const log = new Logger({ file });
  log.notice("first");
  await Deno.rename(file, `${file}.1`);
  log.notice("second");
  assertMatch(await Deno.readTextFile(`${file}.1`), /^before\n\d+:C .* \* first\n$/);
  assertMatch(await Deno.readTextFile(file), /^\d+:C .* \* second\n$/);
});

Deno.test("a log that cannot be written does not stop its server", () => {
  new Logger({ file: "/gone/server.log" }).warning("lost");
  const sink = () => {
    throw new Error("broken pipe");
  };
  new Logger({ sink }).warning("lost");
});

const redis = findRedisServer();

Deno.test({
  name: "lines look as those of a real server" + (redis ? "" : " (needs redis-server)"),
  ignore: redis === undefined,
  async fn() {
    await using server = await startRedis();
    const theirs = server.log().split("\n").find((line) => line.includes("Ready to accept"));
    const { log, lines } = collected("notice");
    log.role = "M";
    log.notice("Ready to accept connections");
    const shape = (line: string) => line.trim().replace(/\d/g, "9").replace(/ [A-Z][a-z]{2} /, " ");
    assertEquals(
      shape(lines[0]).replace(/^9+/, ""),
      shape(theirs ?? "").replace(/^9+/, ""),
    );
  },
});
