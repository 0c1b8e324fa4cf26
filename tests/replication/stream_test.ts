/** The stream and its readers, against one flat array of bytes. */

import { assertEquals, assertStrictEquals } from "@std/assert";
import { ReplicationStream, type StreamReader } from "../../src/replication/stream.ts";
import { mulberry32 } from "../support/prng.ts";
import { fromBytes } from "../support/resp.ts";

/** All that a reader has before it, in pieces. */
function readAll(reader: StreamReader): string {
  let text = "";
  for (let piece = reader.peek(); piece.length > 0; piece = reader.peek()) {
    text += fromBytes(piece);
    reader.advance(piece.length);
  }
  return text;
}

Deno.test("the stream holds what a flat array holds, for every reader", () => {
  for (const seed of [1, 2, 3]) {
    const { next } = mulberry32(seed);
    const below = (limit: number) => Math.floor(next() * limit);
    let size = 16 * 1024;
    const stream = new ReplicationStream(size);
    let all = "";
    let base = 0;
    const readers: { reader: StreamReader; at: number }[] = [];
    const text = (length: number) =>
      String.fromCharCode(...Array.from({ length }, () => below(256)));
    for (let step = 0; step < 3000; step++) {
      const kind = next();
      if (kind < 0.45) {
        const piece = text(below(below(20) === 0 ? 9000 : 200));
        stream.append(piece);
        all += piece;
      } else if (kind < 0.6) {
        const piece = text(below(below(20) === 0 ? 30000 : 300));
        stream.appendBytes(Uint8Array.from(piece, (char) => char.charCodeAt(0)));
        all += piece;
      } else if (kind < 0.7) {
        const position = base + below(all.length + 40) - 20;
        const reader = stream.reader(position);
        const held = position >= stream.start && position <= base + all.length;
        assertEquals(reader !== null, held, `a reader at ${position}`);
        if (reader !== null) readers.push({ reader, at: position - base });
        if (readers.length > 8) readers.splice(below(readers.length), 1);
      } else if (kind < 0.97) {
        stream.flush();
        if (readers.length === 0) continue;
        const slot = readers[below(readers.length)];
        assertEquals(slot.reader.position, base + slot.at);
        assertEquals(slot.reader.pending, all.length - slot.at);
        if (next() < 0.5) {
          const piece = slot.reader.peek();
          const count = below(piece.length + 1);
          const got = fromBytes(piece, 0, count);
          assertStrictEquals(got, all.slice(slot.at, slot.at + count));
          assertEquals(piece.length === 0, slot.at === all.length);
          slot.reader.advance(count);
          slot.at += count;
        } else {
          assertStrictEquals(readAll(slot.reader), all.slice(slot.at));
          slot.at = all.length;
        }
      } else if (kind < 0.995) {
        size = 16 * 1024 + below(100_000);
        stream.resize(size);
      } else {
        base = below(1_000_000);
        all = "";
        readers.length = 0;
        stream.reset(base);
      }
      assertEquals(stream.end, base + all.length);
      assertEquals(stream.length, stream.end - stream.start);
      assertEquals(stream.length >= Math.min(size, stream.end - base) || stream.start > base, true);
    }
  }
});

Deno.test("the backlog holds at least its size, and not much more", () => {
  const size = 64 * 1024;
  const stream = new ReplicationStream(size);
  let least = Infinity;
  let most = 0;
  for (let i = 0; i < 5000; i++) {
    stream.append("x".repeat(100));
    stream.flush();
    if (i < 1000) continue;
    least = Math.min(least, stream.length);
    most = Math.max(most, stream.memory);
  }
  assertEquals(least >= size, true, `${least} bytes are held`);
  assertEquals(most <= size + 3 * 16 * 1024, true, `${most} bytes of memory`);
});

Deno.test("a reader keeps its bytes when the backlog has let them go, and others cannot begin there", () => {
  const stream = new ReplicationStream(16 * 1024);
  stream.append("first");
  const reader = stream.reader(0)!;
  for (let i = 0; i < 100; i++) stream.append("y".repeat(1000));
  stream.flush();
  assertEquals(stream.reader(0), null);
  assertEquals(stream.reader(stream.end + 1), null);
  const text = readAll(reader);
  assertEquals(text.length, 5 + 100_000);
  assertEquals(text.slice(0, 6), "firsty");
});

Deno.test("what a reader has been given stays as it is while the stream grows", () => {
  const stream = new ReplicationStream(16 * 1024);
  stream.append("abc");
  const piece = stream.reader(0)!.peek();
  for (let i = 0; i < 50; i++) stream.append("z".repeat(1000));
  stream.flush();
  assertEquals(fromBytes(piece), "abc");
});
