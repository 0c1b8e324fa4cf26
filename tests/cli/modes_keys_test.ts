/**
 * The modes that look at all keys, before a server that answers from a script.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { answering, type Answers, array, bulk, runOn, TestIo } from "./support.ts";

/** A keyspace in two batches, with a key that goes away and one of a type of a module. */
const KEYS: Answers = {
  DBSIZE: ":4\r\n",
  "SCAN 0": array([bulk("17"), array([bulk("s"), bulk("gone")])]),
  "SCAN 17": array([bulk("0"), array([bulk("l\0"), bulk("m"), bulk("odd")])]),
  "TYPE s": "+string\r\n",
  "TYPE gone": "+none\r\n",
  "TYPE l\0": "+list\r\n",
  "TYPE m": "+ReJSON-RL\r\n",
  "TYPE odd": "+set\r\n",
  "STRLEN s": ":5\r\n",
  "LLEN l\0": ":3\r\n",
  "SCARD odd": "-WRONGTYPE no set\r\n",
  "MEMORY USAGE": ":1048576\r\n",
  "MEMORY USAGE odd": "$-1\r\n",
};

/** Without the lines for people, which are in words of our own. */
const figures = (out: string) => out.split("\n").filter((line) => !line.startsWith("#")).join("\n");

Deno.test("--scan: the pattern, the count and the rest between batches", async () => {
  using subject = answering(KEYS);
  const io = new TestIo("");
  const args = ["--scan", "--pattern", "*", "--count", "7", "-i", "2"];
  assertEquals(await runOn(subject, args, io), { code: 0, out: "s\ngone\nl\0\nm\nodd\n", err: "" });
  assertEquals(io.clock, 2000);
  const rest = ["MATCH", "*", "COUNT", "7"];
  assertEquals(subject.commands, [["SCAN", "0", ...rest], ["SCAN", "17", ...rest]]);
  assertEquals(
    (await runOn(subject, ["--scan", "--no-raw"])).out,
    '"s"\n"gone"\n"l\\x00"\n"m"\n"odd"\n',
  );
  assertEquals(subject.commands.at(-1), ["SCAN", "17", "COUNT", "10"]);
});

Deno.test("--scan: Ctrl-C ends it, a second one ends the program", async () => {
  const io = new TestIo("");
  let interrupts = 1;
  let thrown = "";
  using subject = answering({
    ...KEYS,
    "SCAN 0": () => {
      try {
        while (interrupts-- > 0) io.interrupt?.();
      } catch (error) {
        thrown = String(error);
      }
      return array([bulk("17"), array([bulk("a")])]);
    },
  });
  assertEquals(await runOn(subject, ["--scan"], io), { code: 0, out: "a\n", err: "" });
  assertEquals([io.interrupt, thrown], [null, ""]);
  interrupts = 2;
  await runOn(subject, ["--scan"], io);
  assertEquals(thrown, "Error: exit 130");
});

Deno.test("--scan: what a server may answer instead", async () => {
  const cases: [string | null, string][] = [
    ["-ERR no\xff\r\n", "SCAN error: ERR no\xff\n"],
    [":1\r\n", "Non ARRAY response from SCAN!\n"],
    ["*1\r\n:1\r\n", "Invalid element count from SCAN!\n"],
    ["*2\r\n:1\r\n*0\r\n", "Invalid element types from SCAN!\n"],
    [null, "\nI/O error: Server closed the connection\n"],
    ["?\r\n", '\nI/O error: Protocol error, got "?" as reply type byte\n'],
  ];
  for (const [answer, err] of cases) {
    using subject = answering({ SCAN: answer });
    assertEquals(await runOn(subject, ["--scan"]), { code: 1, out: "", err });
  }
});

Deno.test("--bigkeys: sizes, a type of a module, keys that have changed", async () => {
  using subject = answering(KEYS);
  const { code, out, err } = await runOn(subject, ["--bigkeys", "--pattern", "*"]);
  assertEquals(code, 0);
  assertEquals(err, "Warning:  SCARD on 'odd' failed (may have changed type)\n");
  assertEquals(
    figures(out),
    `

[00.00%] Biggest string found so far '"s"' with 5 bytes
[25.00%] Biggest list   found so far '"l\\x00"' with 3 items

-------- summary -------

Sampled 4 keys in the keyspace!
Total key length in bytes is 7 (avg len 1.75)

Biggest   list found '"l\\x00"' has 3 items
Biggest string found '"s"' has 5 bytes

1 lists with 3 items (25.00% of keys, avg size 3.00)
0 hashs with 0 fields (00.00% of keys, avg size 0.00)
1 strings with 5 bytes (25.00% of keys, avg size 5.00)
0 streams with 0 entries (00.00% of keys, avg size 0.00)
1 sets with 0 members (25.00% of keys, avg size 0.00)
0 zsets with 0 members (00.00% of keys, avg size 0.00)
1 ReJSON-RLs with 0 ? (25.00% of keys, avg size 0.00)
`,
  );
  assertEquals(subject.commands[1], ["SCAN", "0", "MATCH", "*", "COUNT", "10"]);
});

Deno.test("--memkeys: the memory of all types, with as many samples as asked for", async () => {
  using subject = answering(KEYS);
  const { out, err } = await runOn(subject, ["--memkeys-samples", "7"]);
  assertEquals(err, "Warning:  MEMORY USAGE on 'odd' failed (may have changed type)\n");
  assertMatch(out, /^\[25\.00%\] Biggest ReJSON-RL found so far '"m"' with 1048576 bytes$/m);
  assertMatch(out, /^1 ReJSON-RLs with 1048576 bytes \(25\.00% of keys, avg size 1048576\.00\)$/m);
  const asked = () => subject.commands.filter(([name]) => name === "MEMORY");
  assertEquals(asked()[0], ["MEMORY", "USAGE", "s", "SAMPLES", "7"]);
  subject.commands.length = 0;
  await runOn(subject, ["--memkeys-samples", "7", "--memkeys"]);
  assertEquals(asked()[0], ["MEMORY", "USAGE", "s"]);
});

Deno.test("--bigkeys: Ctrl-C tells what was found so far", async () => {
  const io = new TestIo("");
  using subject = answering({
    ...KEYS,
    "TYPE odd": () => {
      io.interrupt?.();
      return "+set\r\n";
    },
    "SCAN 17": array([bulk("99"), array([bulk("odd")])]),
  });
  const { code, out } = await runOn(subject, ["--bigkeys"], io);
  assertEquals(code, 0);
  assertMatch(out, /\n\[25\.00%\] Sampled 2 keys in the keyspace!\n/);
  assert(!subject.commands.some(([, cursor]) => cursor === "99"));
});

Deno.test("--bigkeys: what a server may answer instead", async () => {
  const cases: [Answers, string][] = [
    [{ DBSIZE: "-NOAUTH no\r\n" }, "Couldn't determine DBSIZE: NOAUTH no\n"],
    [{ DBSIZE: "+OK\r\n" }, "Non INTEGER response from DBSIZE!\n"],
    [{ ...KEYS, "TYPE s": "-ERR x\r\n" }, "TYPE returned an error: ERR x\n"],
    [{ ...KEYS, "TYPE s": ":1\r\n" }, "Invalid reply type for TYPE on key 's'!\n"],
    [{ ...KEYS, "TYPE s": null }, "\nI/O error: Server closed the connection\n"],
  ];
  for (const [answers, err] of cases) {
    using subject = answering(answers);
    const result = await runOn(subject, ["--bigkeys"]);
    assertEquals([result.code, result.err], [1, err]);
  }
});

Deno.test("-i with --bigkeys rests behind every hundredth batch", async () => {
  let batches = 0;
  using subject = answering({
    DBSIZE: ":0\r\n",
    SCAN: () => array([bulk(++batches === 250 ? "0" : String(batches)), "*0\r\n"]),
  });
  const io = new TestIo("");
  await runOn(subject, ["--bigkeys", "-i", "0.5"], io);
  assertEquals([batches, io.clock], [250, 1000]);
});

Deno.test("--hotkeys keeps the sixteen hottest, hottest first", async () => {
  const counters = [7, 1, 1, 20, 5, 3, 9, 30, 2, 4, 0, 8, 11, 12, 13, 14, 15, 16, 200, 6];
  using subject = answering({
    DBSIZE: ":21\r\n",
    SCAN: array([bulk("0"), array([...counters.keys(), "gone"].map((key) => bulk(`k${key}`)))]),
    "OBJECT FREQ": ([, , key]) =>
      key === "kgone" ? "$-1\r\n" : `:${counters[Number(key.slice(1))]}\r\n`,
  });
  const { code, out, err } = await runOn(subject, ["--hotkeys"]);
  assertEquals(code, 0);
  assertEquals(err, `Warning: OBJECT freq on '"kgone"' failed (may have been deleted)\n`);
  const found = [...out.matchAll(/^hot key found with counter: (\d+)\tkeyname: "k(\d+)"$/gm)];
  const hottest = counters.toSorted((a, b) => b - a).slice(0, 16);
  assertEquals(found.map(([, counter]) => Number(counter)), hottest);
  for (const [, counter, key] of found) assertEquals(counters[Number(key)], Number(counter));
  assertMatch(out, /^\[00\.00%\] Hot key '"k18"' found so far with counter 200$/m);
  assertMatch(out, /^Sampled 21 keys in the keyspace!$/m);
  assert(!out.includes("'\"k10\"'"));
});

Deno.test("--hotkeys needs a server that counts accesses", async () => {
  using subject = answering({
    ...KEYS,
    OBJECT: "-ERR An LFU maxmemory policy is not selected\r\n",
  });
  const { code, err } = await runOn(subject, ["--hotkeys"]);
  assertEquals([code, err], [1, "Error: ERR An LFU maxmemory policy is not selected\n"]);
});

Deno.test("a batch of any size is asked for at once, each key once", async () => {
  const names = Array.from({ length: 3000 }, (_, i) => i === 1500 ? "k".repeat(100_000) : `k${i}`);
  using subject = answering({
    DBSIZE: ":3000\r\n",
    SCAN: array([bulk("0"), array(names.map(bulk))]),
    TYPE: "+string\r\n",
    STRLEN: ([, key]) => `:${key.length}\r\n`,
  });
  const { code, out } = await runOn(subject, ["--bigkeys"]);
  assertEquals(code, 0);
  for (const name of ["TYPE", "STRLEN"]) {
    const asked = subject.commands.filter((command) => command[0] === name).map(([, key]) => key);
    assertEquals(asked.length, names.length);
    assertEquals(asked.every((key, i) => key === names[i]), true);
  }
  assertMatch(out, /^3000 strings with \d+ bytes \(100\.00% of keys/m);
});
