import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromBytes, toBytes } from "../../src/bytes/bytes.ts";
import { AofScan } from "../../src/tools/aof_scan.ts";
import { truncateFile } from "../../src/tools/check_aof.ts";
import { readBytes } from "../rdb/fixtures.ts";
import { mulberry32 } from "../support/prng.ts";
import { findExecutable } from "../support/servers.ts";
import { TempDir } from "../support/temp.ts";
import { command, run, writeFiles } from "./support.ts";

const CHECKER = findExecutable("redis-check-aof");
const WITHOUT = CHECKER === undefined ? " (ignored: no redis-check-aof on PATH)" : "";

/** Parts of a file, and whether it may end behind each. */
const PARTS: [string, boolean][] = [
  [command("SELECT", "0"), true],
  ["#TS:1700000000\r\n", true],
  [command("SET", "k", "a\r\nb\0\xff"), true],
  [command("MULTI"), false],
  [command("SET", "x", ""), false],
  [command("EXEC"), true],
  [command("DEL", "k"), true],
];
const WHOLE = PARTS.map(([text]) => text).join("");
/** Where it may end. */
const ENDS = PARTS.reduce(
  ({ at, ends }, [text, end]) => {
    at += text.length;
    return { at, ends: end ? [...ends, at] : ends };
  },
  { at: 0, ends: [0] },
).ends;

function scan(text: string, offset = 0): AofScan {
  const result = new AofScan(offset);
  result.push(toBytes(text));
  result.end();
  return result;
}

Deno.test("aof: a file cut anywhere is sound up to the last place where it may end", () => {
  for (let size = 0; size <= WHOLE.length; size++) {
    const { fault, soundUpTo } = scan(WHOLE.slice(0, size), 100);
    assertEquals(soundUpTo, 100 + ENDS.findLast((end) => end <= size)!);
    if (ENDS.includes(size)) assertEquals(fault, null);
    else {
      assertEquals(fault?.offset, 100 + size);
      const between = PARTS.reduce((at, [text]) => at + (at < size ? text.length : 0), 0) === size;
      assertEquals(fault?.kind, between ? "open-transaction" : "torn", `${size}`);
    }
  }
});

Deno.test("aof: how the bytes are cut into chunks does not matter", () => {
  const random = mulberry32(5);
  const text = WHOLE.repeat(20) + command("SET", "k", "v".repeat(5000)) + "*1\r\n$3\r\nDE";
  for (let round = 0; round < 50; round++) {
    const chunked = new AofScan(0);
    for (let at = 0; at < text.length;) {
      const size = random.int(round % 2 === 0 ? 4 : 3000);
      chunked.push(toBytes(text.slice(at, at += size)));
    }
    chunked.end();
    const whole = scan(text);
    assertEquals([chunked.fault, chunked.soundUpTo], [whole.fault, whole.soundUpTo]);
    assertEquals([chunked.commands, chunked.transactions, chunked.remarks], [121, 20, 20]);
    assertEquals(chunked.lastTime, 1700000000);
  }
});

Deno.test("aof: what stands where it should not is told with its place", () => {
  const cases: [string, number, string][] = [
    ["PING\r\n", 0, "Expected '*' at the beginning of a command, got \"P\""],
    ["*0\r\n", 0, "A command of 0 arguments"],
    ["*-1\r\n", 1, 'Expected a number, got "-"'],
    ["*\r\n", 1, 'Expected a number, got "\\r"'],
    ["*1\n", 2, 'Expected a number, got "\\n"'],
    ["*1\r\r", 3, 'Expected a line feed, got "\\r"'],
    ["*1\r\nPING", 4, "Expected '$' before argument 1 of 1 of the command at byte 0, got \"P\""],
    ["*1\r\n$4\r\nPINGxx", 12, 'Expected the line end behind argument 1, got "x"'],
    ["*1\r\n$4\r\nPING\rx", 13, 'Expected the line end behind argument 1, got "x"'],
    ["*1\r\n$999999999999\r\n", 4, "An argument of 999999999999 bytes"],
    ["*" + "1".repeat(40), 24, 'Expected the end of a number, got "1"'],
    [command("EXEC"), 0, "EXEC outside of a transaction"],
    [command("multi") + command("MULTI"), 15, "MULTI inside of a transaction"],
    [command("PING") + "\0\0*", 14, "Zero bytes where a command should begin"],
    ["#" + "x".repeat(2000), 0, "A remark that does not end"],
  ];
  for (const [text, offset, what] of cases) {
    assertEquals(scan(text).fault, { kind: "format", offset, what }, text);
  }
  const zeros = scan(command("PING") + "\0\0\0").fault;
  assertEquals(zeros, { kind: "torn", offset: 14, what: "The file ends in 3 zero bytes" });
});

Deno.test({
  name: `aof: redis-check-aof finds the same place in cut files${WITHOUT}`,
  ignore: CHECKER === undefined,
  fn: async () => {
    await using directory = await TempDir.create();
    const file = `${directory.path}/a.aof`;
    // Half a remark is fine there; but what is appended would become a part of it.
    const [first, second] = [PARTS[0][0].length, PARTS[0][0].length + PARTS[1][0].length];
    for (let size = 1; size <= WHOLE.length; size += 3) {
      if (size > first && size < second) continue;
      writeFiles(directory.path, { "a.aof": WHOLE.slice(0, size) });
      const { stdout } = await new Deno.Command(CHECKER!, { args: [file], stderr: "null" })
        .output();
      const text = new TextDecoder().decode(stdout);
      const upTo = Number(/ok_up_to=(\d+)/.exec(text)?.[1] ?? NaN);
      const { soundUpTo, fault } = scan(WHOLE.slice(0, size));
      // It counts a remark only together with the command behind it.
      const remark = "#TS:1700000000\r\n".length;
      assert(upTo === soundUpTo || upTo + remark === soundUpTo, `${size}: ${text} ${soundUpTo}`);
      assertEquals(fault === null, / is valid/.test(text), `${size}: ${text}`);
    }
  },
});

Deno.test("check --fix: a torn tail is cut off after a yes", async () => {
  await using directory = await TempDir.create();
  const file = `${directory.path}/appendonly.aof`;
  for (const size of [WHOLE.length - 1, WHOLE.length - 10, WHOLE.length - 40, 3]) {
    const end = ENDS.findLast((each) => each <= size)!;
    const cut = WHOLE.slice(0, size);
    writeFiles(directory.path, { "appendonly.aof": cut });
    const plain = await run(["check", file]);
    assertEquals(plain.code, 1);
    assertMatch(plain.stdout, /^DAMAGED /);
    const loss = `the last ${size - end} of ${size} bytes of ${file}`;
    assertEquals(plain.stderr, `check --fix cuts off ${loss}\n`);
    for (const answers of [[], ["n"], ["yesterday"]]) {
      const refused = await run(["check", "--fix", file], { answers });
      assertEquals(refused.code, 1);
      assertStringIncludes(refused.stderr, `Cut off ${loss}? [y/N]: `);
      assertEquals(fromBytes(Deno.readFileSync(file)), cut);
    }
    const fixed = await run(["check", "--fix", file], { answers: ["Yes"] });
    assertEquals(fixed.code, 0);
    assertStringIncludes(fixed.stdout, `FIXED    ${file} is now ${end} bytes long`);
    assertEquals(fromBytes(Deno.readFileSync(file)), WHOLE.slice(0, end));
    assertEquals((await run(["check", file])).code, 0);
  }
  writeFiles(directory.path, { "appendonly.aof": WHOLE + "\0".repeat(4096) });
  assertEquals((await run(["check", "--fix", "-y", file])).code, 0);
  assertEquals(fromBytes(Deno.readFileSync(file)), WHOLE);
});

Deno.test("check --fix: what is not at the end stays as it is", async () => {
  await using directory = await TempDir.create();
  const file = `${directory.path}/appendonly.aof`;
  const wrong: [string, RegExp][] = [
    [WHOLE + "garbage" + WHOLE, /the fault is not at the end: \d+ bytes are behind it/],
    // A length that swallows the rest of the file looks torn.
    ["*2\r\n$3\r\nGET\r\n$4000\r\nk\r\n" + WHOLE, /there seems to be a whole command/],
    [command("EXEC"), /the fault is not at the end/],
  ];
  for (const [text, reason] of wrong) {
    writeFiles(directory.path, { "appendonly.aof": text });
    const { code, stderr } = await run(["check", "--fix", "--yes", file]);
    assertEquals(code, 1);
    assertMatch(stderr, reason);
    assertMatch(stderr, /^not fixed: /);
    assertEquals(fromBytes(Deno.readFileSync(file)), text);
    assertMatch((await run(["check", file])).stderr, /^--fix will not help: /);
  }
});

Deno.test("check --fix: a file that has grown meanwhile is left alone", async () => {
  await using directory = await TempDir.create();
  const file = `${directory.path}/a.aof`;
  writeFiles(directory.path, { "a.aof": "12345678" });
  assertEquals(await truncateFile(file, 7, 3), false);
  assertEquals(Deno.statSync(file).size, 8);
  assertEquals(await truncateFile(file, 8, 3), true);
  assertEquals(Deno.readTextFileSync(file), "123");
});

const RDB = fromBytes(readBytes("7.2.6/multidb.rdb"));
const MANIFEST = `file a.aof.1.base.rdb seq 1 type b
file a.aof.0.incr.aof seq 9 type h
file a.aof.1.incr.aof seq 1 type i
file "a b.aof" seq 2 type i
`;

/** A directory of an append-only file of three parts. */
async function multiPart(change: Record<string, string> = {}): Promise<TempDir> {
  const directory = await TempDir.create();
  writeFiles(directory.path, {
    "a.aof.manifest": MANIFEST,
    "a.aof.1.base.rdb": RDB,
    "a.aof.1.incr.aof": WHOLE,
    "a b.aof": WHOLE,
    ...change,
  });
  return directory;
}

Deno.test("check: an append-only directory has a verdict for each file", async () => {
  await using directory = await multiPart({ "other.incr.aof": "" });
  for (const path of [directory.path, `${directory.path}/a.aof.manifest`]) {
    const { code, stdout, stderr } = await run(["check", path]);
    assertEquals([code, stderr], [0, ""], stdout);
    const verdicts = stdout.split("\n").filter((line) => /^\S/.test(line))
      .map((line) => line.replace(directory.path + "/", ""));
    assertEquals(verdicts, [
      "OK       a.aof.manifest (manifest)",
      "OK       a.aof.1.base.rdb (RDB, 2528 bytes)",
      `OK       a.aof.1.incr.aof (AOF, ${WHOLE.length} bytes)`,
      `OK       a b.aof (AOF, ${WHOLE.length} bytes)`,
    ]);
    assertStringIncludes(stdout, "a base, 2 incremental files, 1 of history");
    assertStringIncludes(stdout, "not in the manifest: other.incr.aof");
    assertStringIncludes(stdout, "6 commands, 1 transaction, 1 remark");
    assertStringIncludes(stdout, "from 2023-11-14T22:13:20.000Z to");
  }
});

Deno.test("check --fix: only the tail of the last of several files is cut off", async () => {
  const torn = WHOLE.slice(0, -3);
  {
    await using directory = await multiPart({ "a b.aof": torn });
    const { code } = await run(["check", "--fix", "--yes", directory.path]);
    assertEquals(code, 0);
    assertEquals(Deno.statSync(`${directory.path}/a b.aof`).size, ENDS.at(-2));
    assertEquals((await run(["check", directory.path])).code, 0);
  }
  const refused: [Record<string, string>, RegExp][] = [
    [{ "a.aof.1.incr.aof": torn }, /a\.aof\.1\.incr\.aof is not the last file/],
    [{ "a.aof.1.incr.aof": torn, "a b.aof": torn }, /more than one file is damaged/],
    [{ "a.aof.1.base.rdb": RDB.slice(0, -5) }, /RDB data cannot be mended/],
  ];
  for (const [change, reason] of refused) {
    await using directory = await multiPart(change);
    const { code, stderr } = await run(["check", "--fix", "--yes", directory.path]);
    assertEquals(code, 1);
    assertMatch(stderr, reason);
    for (const [name, text] of Object.entries(change)) {
      assertEquals(Deno.statSync(`${directory.path}/${name}`).size, text.length);
    }
  }
});

Deno.test("check: faults of a manifest are told", async () => {
  const faults: [Record<string, string>, RegExp][] = [
    [
      { "a.aof.manifest": "file x seq 1\n" },
      /DAMAGED .*Invalid AOF manifest file format in line 1/,
    ],
    [
      { "a.aof.manifest": MANIFEST + "file gone.aof seq 3 type i\n" },
      /DAMAGED .*gone\.aof missing/,
    ],
    [{ "a.aof.manifest": "" }, /DAMAGED .*empty AOF manifest/],
  ];
  for (const [change, reason] of faults) {
    await using directory = await multiPart(change);
    const { code, stdout } = await run(["check", directory.path]);
    assertEquals(code, 1);
    assertMatch(stdout, reason);
  }
  await using directory = await multiPart({ "second.manifest": "" });
  const { code, stderr } = await run(["check", directory.path]);
  assertEquals(code, 1);
  assertMatch(stderr, /one \.manifest file is needed/);
});

Deno.test("check: a dump at the beginning of a file of commands", async () => {
  await using directory = await TempDir.create();
  for (const name of ["old.aof", "old"]) {
    const file = `${directory.path}/${name}`;
    writeFiles(directory.path, { [name]: RDB + WHOLE });
    const good = await run(["check", file]);
    assertEquals(good.code, 0);
    assertStringIncludes(good.stdout, "64 keys");
    assertStringIncludes(good.stdout, "6 commands");
    writeFiles(directory.path, { [name]: RDB + WHOLE.slice(0, -1) });
    const fixed = await run(["check", "--fix", "--yes", file]);
    assertEquals(fixed.code, 0);
    assertEquals(Deno.statSync(file).size, RDB.length + ENDS.at(-2)!);
  }
});

const RECORDED = new URL("../../fixtures/aof/", import.meta.url);

/** The recorded append-only files: a directory with a manifest, or a single file. */
function recorded(): string[] {
  const paths: string[] = [];
  for (const version of Deno.readDirSync(RECORDED)) {
    const folder = new URL(`${version.name}/`, RECORDED);
    for (const { name, isDirectory } of Deno.readDirSync(folder)) {
      if (!isDirectory) continue;
      const inside = new URL(`${name}/`, folder);
      const part = [...Deno.readDirSync(inside)].find((each) => !each.name.endsWith(".json"))!;
      paths.push(decodeURIComponent(new URL(part.name, inside).pathname));
    }
  }
  return paths.sort();
}

/** Copy a file, or a directory of files. */
function copy(from: string, to: string): void {
  if (Deno.statSync(from).isFile) return Deno.copyFileSync(from, to);
  Deno.mkdirSync(to);
  for (const { name } of Deno.readDirSync(from)) {
    Deno.copyFileSync(`${from}/${name}`, `${to}/${name}`);
  }
}

Deno.test("check: what real servers wrote is sound, and what a crash cut off can be mended", async () => {
  const paths = recorded();
  assert(paths.length > 5);
  for (const path of paths) {
    const truncated = /\/truncated-/.test(path);
    const { code, stdout } = await run(["check", path]);
    assertEquals(code, truncated ? 1 : 0, `${path}\n${stdout}`);
    if (!truncated) continue;
    await using directory = await TempDir.create();
    const own = `${directory.path}/${path.split("/").at(-1)}`;
    copy(path, own);
    assertEquals((await run(["check", "--fix", "--yes", own])).code, 0, path);
    assertEquals((await run(["check", own])).code, 0, path);
  }
});

Deno.test("aof: a remark within a transaction is no place to end at; the first and the last time count", () => {
  const begun = command("SET", "k", "v") + command("MULTI");
  const { soundUpTo, firstTime, lastTime, fault } = scan(
    "#TS:5\r\n" + begun + "#TS:7\r\n#a word\r\n#TS:9\r\n" + command("SET", "x", "y"),
  );
  assertEquals(soundUpTo, "#TS:5\r\n".length + command("SET", "k", "v").length);
  assertEquals([firstTime, lastTime, fault?.kind], [5, 9, "open-transaction"]);
});
