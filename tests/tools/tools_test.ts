/**
 * What the tools have in common: use, progress, and memory that does not grow with the file.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromBytes, toBytes } from "../../src/bytes/bytes.ts";
import { Progress } from "../../src/tools/progress.ts";
import { type ByteSource, RdbScan } from "../../src/tools/rdb_scan.ts";
import { bytesText } from "../../src/tools/text.ts";
import { FIXTURES } from "../rdb/fixtures.ts";
import { FakeIo, run } from "./support.ts";

const DUMP = decodeURIComponent(new URL("7.2.6/multidb.rdb", FIXTURES).pathname);

Deno.test("tools: each tells its use", async () => {
  for (
    const words of [
      ["check"],
      ["rdb"],
      ...["inspect", "json", "diff", "convert"].map((t) => ["rdb", t]),
    ]
  ) {
    for (const help of ["--help", "-h"]) {
      const { code, stdout, stderr } = await run([...words, help]);
      assertEquals([code, stderr], [0, ""]);
      assert(stdout.startsWith(`Usage: redeno ${words.join(" ")} `), stdout);
      for (const line of stdout.split("\n")) assert(line.length <= 100, line);
    }
  }
});

Deno.test("tools: wrong use ends in exit code 2 and a word on it", async () => {
  const wrong: [string, string][] = [
    ["check", "a file or directory is missing"],
    [`check --fxi ${DUMP}`, "there is no option --fxi"],
    [`check -x ${DUMP}`, "there is no option -x"],
    [`check --yes ${DUMP}`, "--yes answers what --fix asks"],
    [`check --databases 0 ${DUMP}`, "--databases takes a number from 1"],
    ["rdb", "a tool's name is missing"],
    ["rdb toString", "there is no tool 'toString'"],
    ["rdb inspect", "a file is missing"],
    [`rdb inspect ${DUMP} more`, "'more' is one word too many"],
    [`rdb inspect --top x ${DUMP}`, "--top takes a number from 0 to 100000, not 'x'"],
    [`rdb inspect ${DUMP} --top`, "--top lacks its value"],
    [`rdb inspect --top 1 --top 2 ${DUMP}`, "--top is given twice"],
    [`rdb inspect --by size ${DUMP}`, "--by takes bytes, content, elements, not 'size'"],
    [`rdb inspect --no-json ${DUMP}`, "there is no option --no-json"],
    [`rdb json --type tree ${DUMP}`, "--type takes string, list, set, zset, hash, stream"],
    [`rdb json --db=-1 ${DUMP}`, "--db takes a number from 0"],
    [`rdb json --match.x 1 ${DUMP}`, "there is no option --match.x"],
    [`rdb diff ${DUMP}`, "the second file is missing"],
    [`rdb convert ${DUMP} out.rdb`, "--to-version is missing"],
    [`rdb convert --to-version 8 ${DUMP} out.rdb`, "--to-version takes a number from 9 to 12"],
    ["rdb convert --to-version 9", "the file to read is missing"],
  ];
  for (const [line, message] of wrong) {
    const { code, stdout, stderr } = await run(line.split(" "));
    assertEquals([code, stdout], [2, ""], line);
    assertStringIncludes(stderr, message);
  }
});

Deno.test("tools: a file whose name looks like an option or a number can be named", async () => {
  const { code, stderr } = await run(["rdb", "inspect", "--", "--top"]);
  assertEquals([code, stderr], [1, "rdb inspect: --top: No such file or directory\n"]);
  assertStringIncludes((await run(["rdb", "inspect", "007"])).stderr, "007: No such file");
  assertStringIncludes((await run(["rdb", "inspect", "src"])).stderr, "src: ");
});

Deno.test("tools: progress is for terminals, and for work that takes long", () => {
  for (const terminal of [true, false]) {
    const io = new FakeIo({ terminal });
    {
      using progress = new Progress(io, "a-dump.rdb");
      progress.update(1, 100);
      assertEquals(io.stderr, "");
      io.clock.advance(500);
      progress.update(50 * 1024, 100 * 1024);
      progress.update(60 * 1024, 100 * 1024);
      if (!terminal) continue;
      assertEquals(io.stderr, "\r[############............]  50% 50.0 KiB a-dump.rdb\x1b[K");
      io.clock.advance(100);
      progress.update(60 * 1024, 0);
      assert(io.stderr.split("\r").every((line) => line.length < 60 + 3));
    }
    assert(io.stderr === "" || io.stderr.endsWith("\r\x1b[K"));
  }
  assertEquals([0, 1023, 1024, 1536, 1048575, 5 * 1024 ** 4].map(bytesText), [
    "0 B",
    "1023 B",
    "1.0 KiB",
    "1.5 KiB",
    "1.0 MiB",
    "5.0 TiB",
  ]);
});

/** A dump of many keys that is made while it is read. */
class EndlessDump implements ByteSource {
  made = 0;
  #left: string;
  #key = 0;
  readonly #keys: number;

  constructor(keys: number) {
    this.#keys = keys;
    this.#left = "REDIS0003\xfe\x00";
  }

  read(buffer: Uint8Array): Promise<number | null> {
    while (this.#left.length < buffer.length && this.#key <= this.#keys) {
      const name = `key:${String(this.#key++).padStart(8, "0")}`;
      this.#left += this.#key > this.#keys ? "\xff" : `\x00\x0c${name}\x14${"v".repeat(20)}`;
    }
    const part = this.#left.slice(0, buffer.length);
    if (part === "") return Promise.resolve(null);
    this.#left = this.#left.slice(part.length);
    buffer.set(toBytes(part));
    this.made += part.length;
    return Promise.resolve(part.length);
  }
}

Deno.test("tools: a scan never holds more than a chunk's records", async () => {
  const source = new EndlessDump(100_000);
  const scan = new RdbScan(source, { chunkBytes: 4096 });
  let keys = 0;
  let most = 0;
  for await (const batch of scan.batches()) {
    most = Math.max(most, batch.length);
    for (const { record, start, end } of batch) {
      if (record.kind !== "key") continue;
      assertEquals(end - start, 35);
      keys++;
      // Read no further ahead than a chunk, and what is begun of the next key.
      assert(source.made - end < 4096 + 35);
    }
  }
  assertEquals(keys, 100_000);
  assert(most <= 4096 / 35 + 2, `${most}`);
  assertEquals(fromBytes(scan.rest()), "");
});

Deno.test("tools: the program knows them", async () => {
  const main = new URL("../../main.ts", import.meta.url).pathname;
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", main, "rdb", "inspect", "--top", "0", DUMP],
    stderr: "null",
  }).output();
  assertEquals(code, 0);
  assertMatch(new TextDecoder().decode(stdout), /^RDB version 11, checksum right, 64 keys\n/);
});
