/**
 * What a request costs to decode and a reply to encode, beside the alternatives that were tried:
 * `deno bench -A tests/bench/resp_bench.ts`. One iteration is one chunk or one batch, so divide by
 * the count in the name.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { fromBytes, toBytes } from "../../src/bytes/bytes.ts";
import { formatDouble, formatDouble17, parseDouble } from "../../src/bytes/double.ts";
import { detach, writeLatin1 } from "../../src/bytes/latin1.ts";
import { addLongDouble } from "../../src/bytes/long_double.ts";
import { RequestDecoder } from "../../src/resp/decoder.ts";
import { encodeCommand, ReplyEncoder } from "../../src/resp/encoder.ts";
import { DoubleReply, OK, type Reply } from "../../src/resp/reply.ts";

const COUNT = 1000;

function chunkOf(command: (n: number) => string[]): Uint8Array {
  return toBytes(Array.from({ length: COUNT }, (_, n) => encodeCommand(command(n))).join(""));
}

function decodeBench(name: string, chunk: Uint8Array, count = COUNT): void {
  const decoder = new RequestDecoder();
  Deno.bench({
    name: `decode ${count} × ${name}`,
    group: "decode",
    fn() {
      decoder.feed(chunk);
      let seen = 0;
      while (decoder.next() !== null) seen++;
      if (seen !== count) throw new Error(`${seen} commands`);
    },
  });
}

const key = (n: number) => "key:" + String(n).padStart(12, "0");
decodeBench("GET", chunkOf((n) => ["GET", key(n)]));
decodeBench("SET of 24 bytes", chunkOf((n) => ["SET", key(n), "v".repeat(24)]));
decodeBench("PING, inline", toBytes("PING\r\n".repeat(COUNT)));
decodeBench("GET, alone in its chunk", toBytes(encodeCommand(["GET", key(1)])), 1);

{
  // The same chunk, arguments cut from the bytes one by one.
  const chunk = chunkOf((n) => ["GET", key(n)]);
  const starts: [number, number][] = [];
  for (let at = 0; at < chunk.length; at += 36) starts.push([at + 8, at + 11], [at + 18, at + 34]);
  Deno.bench({
    name: `alternative: latin1Slice an argument, ${COUNT} × GET, no parsing`,
    group: "decode",
    fn() {
      let size = 0;
      for (const [start, end] of starts) size += fromBytes(chunk, start, end).length;
      if (size !== COUNT * 19) throw new Error(`${size} chars`);
    },
  });
}

{
  const size = 64 << 20;
  const stream = toBytes(encodeCommand(["SET", "k", "\xf0" + "v".repeat(size - 1)]));
  Deno.bench({
    name: "decode a value of 64 MB in chunks of 64 KB",
    group: "decode large",
    fn() {
      const decoder = new RequestDecoder();
      for (let at = 0; at < stream.length; at += 65536) {
        decoder.feed(stream.subarray(at, at + 65536));
        if (decoder.next()?.[2].length === size) return;
      }
      throw new Error("not decoded");
    },
  });
}

function encodeBench(name: string, replies: Reply[], group = "encode"): void {
  const encoder = new ReplyEncoder();
  Deno.bench({
    name: `encode ${replies.length} × ${name}`,
    group,
    fn() {
      for (let i = 0; i < replies.length; i++) encoder.write(replies[i]);
      encoder.recycle(encoder.take());
    },
  });
}

/** Flat strings, as values are that come from requests or from storage. */
const values = (size: number, char: string) =>
  Array.from({ length: COUNT }, (_, n) => fromBytes(toBytes(String(n).padStart(size, char))));
const flat = (char: string, size: number) =>
  fromBytes(new Uint8Array(size).fill(char.charCodeAt(0)));
encodeBench("OK", Array.from({ length: COUNT }, () => OK));
encodeBench("integer", Array.from({ length: COUNT }, (_, n) => n * 7));
encodeBench("null", Array.from({ length: COUNT }, () => null));
encodeBench("3 bytes", values(3, "v"));
encodeBench("24 bytes", values(24, "v"));
encodeBench("24 bytes, not ASCII", values(24, "\xf0"));
encodeBench("1000 bytes", values(1000, "v"));
encodeBench("1000 bytes, not ASCII", values(1000, "\xf0"));
encodeBench("double", Array.from({ length: COUNT }, (_, n) => new DoubleReply(n / 7)));
encodeBench("OK, alone in its batch", [OK]);
encodeBench("array of 10 000", [Array.from({ length: 10_000 }, (_, n) => "element:" + n)]);
encodeBench("value of 64 MB, ASCII", [flat("v", 64 << 20)], "encode large");
encodeBench("value of 64 MB, not ASCII", [flat("\xf0", 64 << 20)], "encode large");

{
  const items = values(24, "v");
  const target = Buffer.alloc(1 << 16);
  Deno.bench({
    name: `alternative: latin1 write of the batch's text, ${COUNT} × 24 bytes`,
    group: "encode",
    fn() {
      let text = "";
      for (let i = 0; i < items.length; i++) text += "$24\r\n" + items[i] + "\r\n";
      target.write(text, 0, text.length, "latin1");
    },
  });
  Deno.bench({
    name: `alternative: char by char, ${COUNT} × 24 bytes`,
    group: "encode",
    fn() {
      let at = 0;
      for (let i = 0; i < items.length; i++) {
        const text = "$24\r\n" + items[i] + "\r\n";
        for (let j = 0; j < text.length; j++) target[at++] = text.charCodeAt(j);
      }
    },
  });
}

for (const [kind, char] of [["ASCII", "v"], ["not ASCII", "\xf0"]]) {
  for (const size of [64, 16 * 1024]) {
    const value = fromBytes(toBytes(char.repeat(size)));
    const target = Buffer.alloc(size);
    const group = `write ${size} bytes, ${kind}`;
    Deno.bench({
      name: `writeLatin1 ${size}, ${kind}`,
      group,
      fn: () => void writeLatin1(value, target, 0),
    });
    Deno.bench({
      name: `alternative: Buffer.write ${size}, ${kind}`,
      group,
      fn: () => void target.write(value, 0, size, "latin1"),
    });
  }
}

for (const size of [24, 1000]) {
  const chunk = fromBytes(toBytes("0123456789".repeat(6500)));
  const slices = Array.from({ length: 60 }, (_, n) => chunk.substring(n * size, (n + 1) * size));
  const scratch = Buffer.alloc(size);
  const group = `detach 60 × ${size} chars`;
  Deno.bench({
    name: group,
    group,
    fn() {
      for (let i = 0; i < slices.length; i++) detach(slices[i]);
    },
  });
  Deno.bench({
    name: `alternative: through a buffer, 60 × ${size} chars`,
    group,
    fn() {
      for (let i = 0; i < slices.length; i++) {
        scratch.write(slices[i], 0, size, "latin1");
        scratch.toString("latin1", 0, size);
      }
    },
  });
  Deno.bench({
    name: `alternative: through JSON, 60 × ${size} chars`,
    group,
    fn() {
      for (let i = 0; i < slices.length; i++) JSON.parse(JSON.stringify(slices[i]));
    },
  });
}

let turn = 0;
Deno.bench("formatDouble, 2 decimals", () => void formatDouble((turn++ % 100_000) / 100));
Deno.bench("formatDouble, 16 digits", () => void formatDouble((turn++ % 100_000) / 7));
Deno.bench("formatDouble17, 16 digits", () => void formatDouble17((turn++ % 100_000) / 7));
Deno.bench("parseDouble, integer", () => void parseDouble("123456"));
Deno.bench("parseDouble, decimals", () => void parseDouble("1234.56"));
Deno.bench("addLongDouble", () => void addLongDouble("10.5", "0.1"));
