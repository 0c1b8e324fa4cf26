import "../../src/datatypes/mod.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { RdbError } from "../../src/rdb/error.ts";
import { readRdbFile } from "../../src/rdb/load/file.ts";
import type { RdbRecord } from "../../src/rdb/records.ts";
import { decodeAll } from "./canonical.ts";
import { FIXTURES, readBytes } from "./fixtures.ts";

const path = (name: string) => new URL(name, FIXTURES).pathname;

Deno.test("a file is read in chunks, with progress", async () => {
  const bytes = readBytes("7.2.6/counts.rdb");
  for (const chunkBytes of [undefined, 4096, 7]) {
    const records: RdbRecord[] = [];
    let before = 0;
    for await (const batch of readRdbFile(path("7.2.6/counts.rdb"), { chunkBytes })) {
      assertEquals(batch.totalBytes, bytes.length);
      assert(batch.bytesRead >= before);
      before = batch.bytesRead;
      records.push(...batch.records);
    }
    assertEquals(before, bytes.length);
    assertEquals(records, decodeAll(bytes));
  }
});

Deno.test("a file's options reach the decoder", async () => {
  const read = async () => {
    for await (const _ of readRdbFile(path("7.2.6/multidb.rdb"), { databases: 4 }));
  };
  await assertRejects(read, RdbError, "more than 4 databases");
});

// The test runner's resource sanitizer fails these when the file stays open.
Deno.test("the file is closed when the caller stops early", async () => {
  for await (const batch of readRdbFile(path("7.2.6/counts.rdb"), { chunkBytes: 512 })) {
    assert(batch.bytesRead > 0);
    break;
  }
});

Deno.test("the file is closed when it is damaged", async () => {
  for (
    const name of ["damaged/trunc-hfe.rdb", "damaged/magic-text.rdb", "damaged/zero-length.rdb"]
  ) {
    const read = async () => {
      for await (const _ of readRdbFile(path(name), { chunkBytes: 512 }));
    };
    await assertRejects(read, RdbError, "at byte offset");
  }
});

Deno.test("a file that is not there is the caller's affair", async () => {
  const read = async () => {
    for await (const _ of readRdbFile(path("no-such.rdb")));
  };
  await assertRejects(read, Deno.errors.NotFound);
});
