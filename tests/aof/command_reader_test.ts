import { assert, assertEquals, assertThrows } from "@std/assert";
import { AofFormatError, CommandReader } from "../../src/aof/command_reader.ts";
import { toBytes } from "../../src/bytes/bytes.ts";
import { encodeCommand } from "../../src/resp/encoder.ts";

const COMMANDS = [
  ["SELECT", "0"],
  ["SET", "key", "a\r\nb\0\xff"],
  ["SET", "empty", ""],
  ["RPUSH", "list", ...Array.from({ length: 30 }, (_, i) => `${i}`)],
  ["SET", "large", "x".repeat(5000)],
];
const TEXT = "#TS:1700000000\r\n" + COMMANDS.map(encodeCommand).join("") + "#TS:1700000001\r\n";

Deno.test("commands are read however the bytes are cut, and the offset is where one ends", () => {
  const bytes = toBytes(TEXT);
  for (const size of [1, 2, 3, 7, 64, 1000, bytes.length]) {
    const reader = new CommandReader(100);
    const found: string[][] = [];
    for (let at = 0; at < bytes.length; at += size) {
      reader.push(bytes.subarray(at, at + size));
      for (let args = reader.next(); args !== null; args = reader.next()) {
        found.push(args);
        assert(TEXT.slice(0, reader.offset - 100).endsWith(encodeCommand(args)));
      }
    }
    assertEquals(found, COMMANDS);
    assertEquals([reader.offset, reader.atEnd], [100 + bytes.length, true]);
  }
});

Deno.test("a cut anywhere leaves the commands before it, and says that there is more", () => {
  const ends = [0, "#TS:1700000000\r\n".length];
  for (const args of COMMANDS) ends.push(ends[ends.length - 1] + encodeCommand(args).length);
  ends.push(TEXT.length);
  for (let cut = 0; cut < TEXT.length; cut++) {
    const reader = new CommandReader(0);
    reader.push(toBytes(TEXT.slice(0, cut)));
    let count = 0;
    while (reader.next() !== null) count++;
    const end = ends.findLast((at) => at <= cut)!;
    assertEquals([reader.offset, reader.atEnd], [end, end === cut], `cut at ${cut}`);
    assertEquals(count, Math.min(COMMANDS.length, Math.max(0, ends.indexOf(end) - 1)));
  }
});

Deno.test("what is no command is damage", () => {
  const damaged = [
    "PING\r\n",
    "\r\n",
    "\0\0\0\0",
    "*0\r\n",
    "*-1\r\n",
    "*x\r\n",
    "*1\r\n+PING\r\n",
    "*1\r\n$-1\r\n",
    "*1\r\n$99999999999\r\n",
    "*" + "1".repeat(2000),
  ];
  for (const text of damaged) {
    const reader = new CommandReader(0);
    reader.push(toBytes(encodeCommand(["PING"]) + text));
    assertEquals(reader.next(), ["PING"]);
    assertThrows(() => reader.next(), AofFormatError);
  }
});

Deno.test("a large string takes linear time", () => {
  const bytes = toBytes(encodeCommand(["SET", "key", "x".repeat(32 * 1024 * 1024)]));
  const reader = new CommandReader(0);
  const started = performance.now();
  for (let at = 0; at < bytes.length; at += 16384) {
    reader.push(bytes.subarray(at, at + 16384));
    if (at + 16384 < bytes.length) assertEquals(reader.next(), null);
  }
  assertEquals(reader.next()?.[2].length, 32 * 1024 * 1024);
  // Joining all that has come with each piece would take minutes.
  assert(performance.now() - started < 10_000);
});

Deno.test("a command of many arguments takes linear time", () => {
  const bytes = toBytes(encodeCommand(["RPUSH", "key", ...new Array(1_000_000).fill("x")]));
  const reader = new CommandReader(0);
  const started = performance.now();
  let args = null;
  for (let at = 0; at < bytes.length; at += 4096) {
    reader.push(bytes.subarray(at, at + 4096));
    assertEquals([reader.offset, reader.atEnd], [0, false]);
    args = reader.next();
  }
  assertEquals(args?.length, 1_000_002);
  assertEquals([reader.offset, reader.atEnd], [bytes.length, true]);
  // Beginning the command again with each piece would take minutes.
  assert(performance.now() - started < 10_000);
});
