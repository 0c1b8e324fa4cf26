import { assertEquals } from "@std/assert";
import { fromBytes, toBytes } from "../../src/bytes/bytes.ts";
import { ByteQueue } from "../../src/bytes/byte_queue.ts";
import { mulberry32 } from "../support/prng.ts";

const content = (queue: ByteQueue) => queue.pieces().map((piece) => fromBytes(piece)).join("");

Deno.test("a queue of bytes holds what a string would", () => {
  const random = mulberry32(7);
  const queue = new ByteQueue();
  let model = "";
  for (let round = 0; round < 3000; round++) {
    const kind = random.int(10);
    const size = random.int(20) === 0 ? random.int(200_000) : random.int(300);
    const text = String.fromCharCode(random.int(256)).repeat(size);
    if (kind < 4) {
      queue.append(text);
      model += text;
    } else if (kind < 5) {
      queue.appendBytes(toBytes(text));
      model += text;
    } else if (kind < 6) {
      queue.prepend(text);
      model = text + model;
    } else if (kind < 8) {
      const count = random.int(5) === 0 ? model.length : random.int(model.length + 1);
      queue.drop(count);
      model = model.substring(count);
    } else if (kind < 9) {
      const count = Math.min(model.length, random.int(1000));
      queue.cut(count);
      model = model.substring(0, model.length - count);
    } else if (random.int(20) === 0) {
      queue.clear();
      model = "";
    }
    assertEquals(queue.length, model.length);
    if (round % 10 === 0 && content(queue) !== model) throw new Error(`round ${round}`);
  }
  assertEquals(content(queue), model);
});

Deno.test("bytes that a queue was given stay as they are", () => {
  const queue = new ByteQueue();
  const given = new Uint8Array(64 * 1024).fill(0x61);
  queue.appendBytes(given);
  queue.cut(100);
  queue.append("b".repeat(50));
  assertEquals(content(queue), "a".repeat(64 * 1024 - 100) + "b".repeat(50));
  queue.drop(queue.length);
  queue.append("c");
  assertEquals(content(queue), "c");
  assertEquals(given.every((byte) => byte === 0x61), true);
});

Deno.test("a queue takes more bytes than one string can have", () => {
  const queue = new ByteQueue();
  const text = "x".repeat(180 * 1024 * 1024);
  for (let i = 0; i < 3; i++) queue.append(text);
  assertEquals(queue.length, 3 * text.length);
  let sum = 0;
  for (const piece of queue.pieces()) sum += piece.length;
  assertEquals(sum, 3 * text.length);
});
