import { assertEquals, assertThrows } from "@std/assert";
import {
  EMPTY_MANIFEST,
  formatManifest,
  ManifestError,
  parseManifest,
  withNextBase,
  withNextIncr,
  withoutHistory,
} from "../../src/aof/manifest.ts";

Deno.test("a manifest: order, comments, unknown pairs, names in quotes", () => {
  const manifest = parseManifest(
    '# a comment\nfile "my log\\x00.2.base.rdb" seq 2 type b\nFILE h.aof SEQ 1 TYPE h\n' +
      "  file a.3.incr.aof seq 3 type i size 12 \r\nfile a.5.incr.aof seq 5 type i\n",
  );
  assertEquals(manifest, {
    base: { name: "my log\0.2.base.rdb", seq: 2 },
    history: [{ name: "h.aof", seq: 1 }],
    incr: [{ name: "a.3.incr.aof", seq: 3 }, { name: "a.5.incr.aof", seq: 5 }],
    baseSeq: 2,
    incrSeq: 5,
  });
  assertEquals(
    formatManifest(manifest),
    'file "my log\\x00.2.base.rdb" seq 2 type b\nfile h.aof seq 1 type h\n' +
      "file a.3.incr.aof seq 3 type i\nfile a.5.incr.aof seq 5 type i\n",
  );
  assertEquals(parseManifest("# nothing\n"), EMPTY_MANIFEST);
});

const FAULTS: [text: string, message: string, line: number][] = [
  ["", "Found an empty AOF manifest", 0],
  ["\n", "Invalid AOF manifest file format", 1],
  ["file a seq 1 type b", "The AOF manifest file contains too long line", 0],
  [`file ${"a".repeat(1100)} seq 1 type b\n`, "The AOF manifest file contains too long line", 0],
  ["file a seq 1\n", "Invalid AOF manifest file format", 1],
  ["file a seq 1 type b extra\n", "Invalid AOF manifest file format", 1],
  ["file a seq 0 type i\n", "Invalid AOF manifest file format", 1],
  ['file "a seq 1 type i\n', "Invalid AOF manifest file format", 1],
  ["file a/b seq 1 type b\n", "File can't be a path, just a filename", 1],
  ["file a seq 1 type x\n", "Unknown AOF file type", 1],
  ["file a seq 1 type b\nfile b seq 2 type b\n", "Found duplicate base file information", 2],
  ["file a seq 2 type i\nfile b seq 2 type i\n", "Found a non-monotonic sequence number", 2],
];

Deno.test("a manifest that cannot be used says why and where", () => {
  for (const [text, message, line] of FAULTS) {
    const error = assertThrows(() => parseManifest(text), ManifestError, message);
    assertEquals(error.line, line, text);
  }
});

Deno.test("a rewrite: a new incremental file, then a new base, then no history", () => {
  const first = withNextIncr(
    withNextBase(EMPTY_MANIFEST, "log", { rdb: true, keep: 0 }),
    "log",
  );
  assertEquals(
    formatManifest(first),
    "file log.1.base.rdb seq 1 type b\nfile log.1.incr.aof seq 1 type i\n",
  );
  const begun = withNextIncr(first, "log");
  const done = withNextBase(begun, "log", { rdb: false, keep: 1 });
  assertEquals(
    formatManifest(done),
    "file log.2.base.aof seq 2 type b\nfile log.1.base.rdb seq 1 type h\n" +
      "file log.1.incr.aof seq 1 type h\nfile log.2.incr.aof seq 2 type i\n",
  );
  assertEquals(parseManifest(formatManifest(done)), done);
  assertEquals(withoutHistory(done).history, []);
});
