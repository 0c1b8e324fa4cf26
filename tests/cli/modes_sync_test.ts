/**
 * The modes that take a replica's part, before a server that answers from a script.
 *
 * @module
 */

import { assertEquals, assertMatch } from "@std/assert";
import { TempDir } from "../support/temp.ts";
import { answering, array, bulk, runOn, ScriptedServer, TestIo } from "./support.ts";

const MARK = "m".repeat(40);

Deno.test("--rdb: a file of a length that is told, or that ends with a mark", async () => {
  await using dir = await TempDir.create();
  const path = `${dir.path}/x.rdb`;
  await Deno.writeTextFile(path, "something longer that was there before".repeat(10));
  for (const answer of ["\n\n$9\r\nREDIS0011", `\n$EOF:${MARK}\r\nREDIS0011${MARK}`]) {
    using subject = answering({ REPLCONF: "+OK\r\n", SYNC: answer });
    const { code, out, err } = await runOn(subject, ["--rdb", path]);
    const [what, size] = answer.includes("EOF")
      ? ["bytes of bulk transfer until EOF marker", " after 9 bytes"]
      : ["9 bytes", "."];
    assertEquals([code, out], [0, ""]);
    assertEquals(
      err,
      "sending REPLCONF capa eof\nsending REPLCONF rdb-only 1\n" +
        `SYNC sent to master, writing ${what} to '${path}'\n` +
        `Transfer finished with success${size}\n`,
    );
    assertEquals(await Deno.readTextFile(path), "REDIS0011");
    const printed = await runOn(subject, ["--rdb", "-"]);
    assertEquals(printed.out, "REDIS0011");
  }
});

Deno.test("--functions-rdb: functions only, or nothing", async () => {
  await using dir = await TempDir.create();
  const path = `${dir.path}/f.rdb`;
  using subject = answering({ REPLCONF: "+OK\r\n", SYNC: "$5\r\nREDIS" });
  assertEquals((await runOn(subject, ["--functions-rdb", path])).code, 0);
  assertEquals(subject.commands, [
    ["REPLCONF", "capa", "eof"],
    ["REPLCONF", "rdb-only", "1"],
    ["REPLCONF", "rdb-filter-only", "functions"],
    ["SYNC"],
  ]);
  using older = answering({
    REPLCONF: "-ERR Unrecognized REPLCONF option\r\n",
    SYNC: "$5\r\nREDIS",
  });
  const { code, err } = await runOn(older, ["--functions-rdb", path]);
  assertEquals(code, 1);
  assertEquals(
    err.split("\n").slice(-3),
    [
      "REPLCONF rdb-filter-only error: ERR Unrecognized REPLCONF option",
      "Failed requesting functions only RDB from server, aborting",
      "",
    ],
  );
  // Without the wish for functions alone, an older server does.
  assertEquals((await runOn(older, ["--rdb", path])).code, 0);
});

Deno.test("--rdb: what may go wrong", async () => {
  await using dir = await TempDir.create();
  const started = "SYNC sent to master, writing 9 bytes to";
  const cases: [string | null, string, string][] = [
    ["-NOPERM no\r\n", "-", "SYNC with master failed: -NOPERM no\r\n"],
    ["+WHAT\r\n", "-", "SYNC with master failed: +WHAT\r\n"],
    [null, "-", "Error reading bulk length while SYNCing\n"],
    ["$9\r\nREDIS", "-", `${started} '-'\nI/O Error reading RDB payload from socket\n`],
    [
      "$9\r\nREDIS0011",
      `${dir.path}/none/é`,
      `${started} '${dir.path}/none/\xc3\xa9'\n` +
      `Error opening '${dir.path}/none/\xc3\xa9': No such file or directory\n`,
    ],
  ];
  for (const [answer, path, expected] of cases) {
    // What comes behind the answer ends the connection.
    using subject = new ScriptedServer(([name]) => {
      if (name === "SYNC") queueMicrotask(() => subject[Symbol.dispose]());
      return name === "SYNC" ? answer : "+OK\r\n";
    });
    const { code, err } = await runOn(subject, ["--rdb", path]);
    assertEquals([code, err.split("rdb-only 1\n")[1]], [1, expected]);
  }
});

const COMMANDS = array([bulk("SELECT"), bulk("0")]) + array([bulk("set"), bulk("k"), bulk('"\0')]);

Deno.test("--replica: the commands behind a full copy, as CSV", async () => {
  const io = new TestIo("");
  const shown = '"SELECT","0"\n"set","k","\\"\\x00"\n';
  let acks = 0;
  using subject = answering({
    REPLCONF: "+OK\r\n",
    // A server that is not done with the file does not hear the first one.
    "REPLCONF ACK": () => ++acks === 3 ? COMMANDS : "",
    SYNC: `$EOF:${MARK}\r\nREDIS0011${MARK}`,
  });
  io.haste = 100;
  const running = runOn(subject, ["--replica", "--json", "-2"], io);
  await io.until((out) => out === shown);
  subject[Symbol.dispose]();
  const { code, err } = await running;
  assertEquals(code, 1);
  assertEquals(
    err.split("\n").slice(0, 5),
    [
      "sending REPLCONF capa eof",
      "sending REPLCONF rdb-filter-only ",
      "Full resync with master, discarding bytes of bulk transfer until EOF marker...",
      "Full resync done after 49 bytes. Logging commands from master.",
      "sending REPLCONF ACK 0",
    ],
  );
  assertMatch(err, /\nError: [^\n]+\n$/);
  assertEquals(acks, 3);
});

Deno.test("SYNC and PSYNC as commands do the same", async () => {
  const cases: [string[], string, string][] = [
    [
      ["sync"],
      "$9\r\nREDIS0011",
      "Full resync with master, discarding 9 bytes of bulk transfer...\n" +
      "Full resync done. Logging commands from master.\n",
    ],
    [
      ["PSYNC", "abc", "5"],
      "+CONTINUE abc\r\n",
      "PSYNC replied +CONTINUE abc\r\n" +
      "Partial resync with master...\nPartial resync done. Logging commands from master.\n",
    ],
    [
      ["psync", "?", "-1"],
      "+FULLRESYNC abc 1\r\n\n$1\r\nx",
      "PSYNC replied +FULLRESYNC abc 1\r\n" +
      "Full resync with master, discarding 1 bytes of bulk transfer...\n" +
      "Full resync done. Logging commands from master.\n",
    ],
  ];
  const note = "Entering replica output mode...  (press Ctrl-C to quit)\n";
  for (const [command, answer, log] of cases) {
    for (const piped of [false, true]) {
      const io = new TestIo(piped ? command.join(" ") + "\n" : "");
      using subject = answering({ [command[0]]: answer + COMMANDS });
      const running = runOn(subject, piped ? [] : command, io);
      await io.until((out) => out.endsWith('"\\"\\x00"\n'));
      subject[Symbol.dispose]();
      const { err } = await running;
      assertEquals(err.indexOf(note + log), 0, err);
      assertEquals(io.out, '"SELECT","0"\n"set","k","\\"\\x00"\n');
    }
  }
  using refusing = answering({ sync: "-NOPERM no\r\n", get: "$-1\r\n" });
  const { code, out } = await runOn(refusing, [], new TestIo("sync\nget a\n"));
  assertEquals([code, out], [1, ""]);
});
