/**
 * The pieces of a link that need no connection: the end of a snapshot, and what is on the disk.
 */

import { assertEquals } from "@std/assert";
import { fromBytes, toBytes } from "../../src/bytes/bytes.ts";
import { MarkedEnd } from "../../src/replication/payload.ts";
import { readSavedPosition } from "../../src/replication/saved_position.ts";
import { SyncedOffsets } from "../../src/replication/synced_offsets.ts";
import { mulberry32 } from "../support/prng.ts";

const MARK = "0123456789".repeat(4);

Deno.test("a mark is found however it is cut, and what looks like it is let through", () => {
  const random = mulberry32(7);
  for (let round = 0; round < 300; round++) {
    let data = "";
    while (data.length < random.int(300)) {
      data += random.int(2) === 0 ? MARK.slice(0, random.int(40)) : "x".repeat(random.int(50));
    }
    const end = new MarkedEnd(MARK);
    let taken = "";
    const all = data + MARK;
    for (let at = 0; at < all.length;) {
      assertEquals(end.found, false);
      const count = 1 + random.int(random.int(2) === 0 ? 5 : 100);
      end.feed(toBytes(all.slice(at, at + count)), (bytes) => taken += fromBytes(bytes));
      at += count;
    }
    assertEquals([taken, end.found], [data, true]);
  }
});

Deno.test("an offset is on the disk when the changes before it are", () => {
  const offsets = new SyncedOffsets();
  assertEquals(offsets.synced(0), -1);
  offsets.reached(1, 100);
  offsets.reached(1, 110);
  offsets.reached(2, 200);
  assertEquals(offsets.synced(0), -1);
  assertEquals(offsets.synced(1), 110);
  // What changes nothing needs no disk.
  offsets.reached(2, 250);
  assertEquals(offsets.synced(1), 110);
  assertEquals(offsets.synced(2), 250);
  offsets.reached(2, 300);
  assertEquals(offsets.synced(2), 300);
  for (let i = 3; i < 5000; i++) offsets.reached(i, i * 100);
  assertEquals(offsets.synced(10), 1000);
  assertEquals(offsets.synced(4998), offsets.synced(4997));
  assertEquals(offsets.synced(4999), 499_900);
});

Deno.test("a file's position is taken only when it is whole", () => {
  const id = "a".repeat(40);
  const read = (aux: Record<string, string>) => readSavedPosition(new Map(Object.entries(aux)), 16);
  assertEquals(read({}), null);
  assertEquals(read({ "repl-id": id }), null);
  assertEquals(read({ "repl-id": "short", "repl-offset": "1" }), null);
  assertEquals(read({ "repl-id": id, "repl-offset": "-1" }), null);
  assertEquals(read({ "repl-id": id, "repl-offset": "5" }), { id, position: 5, db: 0 });
  const all = { "repl-id": id, "repl-offset": "5", "repl-stream-db": "3" };
  assertEquals(read(all), { id, position: 5, db: 3 });
  assertEquals(read({ ...all, "repl-stream-db": "-1" })?.db, 0);
  assertEquals(read({ ...all, "repl-stream-db": "16" })?.db, 0);
});
