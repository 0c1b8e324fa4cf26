import { assert, assertEquals, assertLess } from "@std/assert";
import { fromBytes, toBytes } from "../../src/bytes/bytes.ts";
import { argumentBytes, argumentLength } from "../../src/resp/large_arguments.ts";
import { MAX_BULK_LENGTH, RequestDecoder, type RequestLimits } from "../../src/resp/decoder.ts";
import { RequestDecoderStream } from "../../src/resp/decoder_stream.ts";
import { mulberry32, type Prng } from "../support/prng.ts";
import { LONG_STREAMS, STREAMS } from "./corpus.ts";
import { decodeAll, type Decoded } from "./model.ts";

function limits(changes: Partial<RequestLimits> = {}): RequestLimits {
  return {
    maxBulkLength: MAX_BULK_LENGTH,
    maxQueryBuffer: 2 ** 30,
    authenticated: true,
    ...changes,
  };
}

/** Feed pieces through one reused buffer, which is overwritten before anything is decoded. */
function decodePieces(pieces: Iterable<string>, options = limits()): Decoded {
  const decoder = new RequestDecoder(options);
  const commands: string[][] = [];
  let shared = new Uint8Array(1024);
  for (const piece of pieces) {
    if (piece.length > shared.length) shared = new Uint8Array(piece.length);
    shared.set(toBytes(piece));
    decoder.feed(shared.subarray(0, piece.length));
    shared.fill(0x2a);
    for (let args = decoder.next(); args !== null; args = decoder.next()) commands.push([...args]);
  }
  assertEquals(decoder.next(), null);
  return { commands, error: decoder.error };
}

function* cut(stream: string, size: number): Generator<string> {
  for (let at = 0; at < stream.length; at += size) yield stream.slice(at, at + size);
}

function* cutAtRandom(stream: string, random: Prng, most: number): Generator<string> {
  for (let at = 0; at < stream.length;) {
    const size = 1 + random.int(most);
    yield stream.slice(at, at + size);
    at += size;
  }
}

Deno.test("requests decode the same wherever the stream is cut", () => {
  for (const stream of STREAMS) {
    const expected = decodeAll(stream, limits());
    assertEquals(decodePieces([stream]), expected, JSON.stringify(stream));
    for (let at = 1; at < stream.length; at++) {
      const got = decodePieces([stream.slice(0, at), stream.slice(at)]);
      assertEquals(got, expected, `${JSON.stringify(stream)} cut at ${at}`);
    }
    for (const size of [1, 2, 3, 7]) {
      assertEquals(
        decodePieces(cut(stream, size)),
        expected,
        `${JSON.stringify(stream)} by ${size}`,
      );
    }
  }
});

Deno.test("long lines and long values decode the same however they arrive", () => {
  for (const stream of LONG_STREAMS) {
    const name = JSON.stringify(stream.slice(0, 20));
    for (const size of [1, 1000, 16384, 65536, stream.length]) {
      const expected = decodeAll(stream, limits(), size);
      assertEquals(decodePieces(cut(stream, size)), expected, `${name} by ${size}`);
    }
  }
});

function randomText(random: Prng): string {
  const length = random.pick([0, 1, 3, 12, 13, 14, 40, random.int(300), random.int(9000)]);
  const one = random.pick(["a", "\r", "\n", "$", "*", "\0", "\xff", "0"]);
  return one.repeat(length);
}

function randomStream(random: Prng): string {
  let stream = "";
  for (let n = 1 + random.int(8); n > 0; n--) {
    const kind = random.int(10);
    if (kind < 7) {
      const args = Array.from({ length: random.int(6) }, () => randomText(random));
      stream += `*${args.length}\r\n` + args.map((a) => `$${a.length}\r\n${a}\r\n`).join("");
    } else if (kind < 9) {
      stream += random.pick([
        "PING\r\n",
        "SET a 'b c'\n",
        "\r\n",
        '"a\\x00"\r\n',
        "*-1\r\n",
        "*0\r\n",
      ]);
    } else {
      stream += random.pick(STREAMS);
    }
  }
  if (random.int(3) > 0) return stream;
  const at = random.int(stream.length);
  const junk = random.pick(["", "\r", "\n", "$", "*", "\0", "9", "-", "x"]);
  return stream.slice(0, at) + junk + stream.slice(at + random.int(3));
}

Deno.test("random streams in random pieces decode as the plain model decodes them", () => {
  const random = mulberry32(7);
  let errors = 0;
  for (let round = 0; round < 1000; round++) {
    const stream = randomStream(random);
    const options = limits({ authenticated: random.int(4) > 0 });
    const expected = decodeAll(stream, options);
    if (expected.error !== null) errors++;
    const most = random.pick([1, 5, 50, 1000, 20_000]);
    const got = decodePieces(cutAtRandom(stream, random, most), options);
    assertEquals(got, expected, `round ${round}`);
  }
  assert(errors > 100 && errors < 900, `${errors} streams with errors`);
});

Deno.test("limits are those of the moment in which a length is read", () => {
  const options = limits({ authenticated: false });
  const decoder = new RequestDecoder(options);
  const eleven = "*11\r\n" + "$1\r\na\r\n".repeat(11);
  decoder.feed(toBytes("*2\r\n$4\r\nAUTH\r\n$1\r\nx\r\n" + eleven + eleven));
  assertEquals(decoder.next(), ["AUTH", "x"]);
  options.authenticated = true;
  assertEquals(decoder.next()?.length, 11);
  options.authenticated = false;
  assertEquals(decoder.next(), null);
  assertEquals(decoder.error, "Protocol error: unauthenticated multibulk length");

  const bulk = new RequestDecoder(limits({ authenticated: false }));
  bulk.feed(toBytes("*1\r\n$16384\r\n" + "x".repeat(16384) + "\r\n*1\r\n$16385\r\n"));
  assertEquals(bulk.next()?.[0].length, 16384);
  assertEquals(bulk.next(), null);
  assertEquals(bulk.error, "Protocol error: unauthenticated bulk length");

  const small = limits({ maxBulkLength: 3 });
  const changing = new RequestDecoder(small);
  changing.feed(toBytes("*1\r\n$3\r\nabc\r\n*1\r\n$4\r\nabcd\r\n*1\r\n$5\r\nabcde\r\n"));
  assertEquals(changing.next(), ["abc"]);
  small.maxBulkLength = 4;
  assertEquals(changing.next(), ["abcd"]);
  assertEquals(changing.next(), null);
  assertEquals(changing.error, "Protocol error: invalid bulk length");
});

Deno.test("a bulk string longer than a string can be is refused whatever the limit", () => {
  const text = (length: number) => `*1\r\n$${length}\r\n`;
  const open = limits({ maxBulkLength: Infinity });
  assertEquals(decodePieces([text(MAX_BULK_LENGTH)], open).error, null);
  assertEquals(
    decodePieces([text(MAX_BULK_LENGTH + 1)], open).error,
    "Protocol error: invalid bulk length",
  );
});

Deno.test("nothing is decoded after an error", () => {
  const decoder = new RequestDecoder(limits());
  decoder.feed(toBytes("PING\r\n*x\r\nPING\r\n"));
  assertEquals(decoder.next(), ["PING"]);
  assertEquals(decoder.next(), null);
  decoder.feed(toBytes("PING\r\n"));
  assertEquals(decoder.next(), null);
  assertEquals(decoder.error, "Protocol error: invalid multibulk length");
  assertEquals(decoder.bufferedBytes, 0);
});

Deno.test("the query buffer's limit counts what is not a complete argument yet", () => {
  const decoder = new RequestDecoder(limits({ maxQueryBuffer: 1000 }));
  const argument = "$400\r\n" + "x".repeat(400) + "\r\n";
  decoder.feed(toBytes("*4\r\n" + argument));
  assertEquals(decoder.next(), null);
  decoder.feed(toBytes(argument + argument));
  assertEquals(decoder.next(), null);
  assertEquals(decoder.queryBufferExceeded, false);
  decoder.feed(toBytes(argument));
  assertEquals(decoder.next()?.length, 4);
  decoder.feed(toBytes("*1\r\n$5000\r\n" + "x".repeat(600)));
  assertEquals(decoder.next(), null);
  assertEquals(decoder.queryBufferExceeded, false);
  decoder.feed(toBytes("x".repeat(600)));
  assertEquals(decoder.queryBufferExceeded, true);
  assertEquals(decoder.next(), null);
  assertEquals(decoder.error, null);
});

Deno.test("a long value costs work and memory in proportion to what has arrived", () => {
  const value = "\xf0value".repeat(1_500_000);
  const stream = `*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$${value.length}\r\n${value}\r\n`;
  for (const size of [1000, 65536]) {
    const decoder = new RequestDecoder(limits());
    let got: string[] | null = null;
    let arrived = 0;
    for (const piece of cut(stream, size)) {
      decoder.feed(toBytes(piece));
      got = decoder.next();
      arrived += piece.length;
      // Memory that is not written to yet costs nothing.
      const promised = arrived < 1024 * 1024 ? 2 : 16;
      if (got === null) assertLess(decoder.capacity, promised * arrived + 65536);
    }
    assert(got !== null && got[2] === value);
    assertLess(decoder.copiedBytes, 2 * value.length);
    assertEquals(decoder.capacity, 0);
  }
});

Deno.test("a large argument can be read straight to its place, and need not become a string", () => {
  const value = toBytes("\xf0value".repeat(1_500_000));
  const decoder = new RequestDecoder(limits());
  decoder.feed(toBytes(`*4\r\n$3\r\nSET\r\n$1\r\nk\r\n$${value.length}\r\n`));
  assertEquals([decoder.next(), decoder.target === null], [null, false]);
  let at = 0;
  for (let target = decoder.target; target !== null; target = decoder.target) {
    const count = Math.min(target.length, value.length - at, 100_000);
    target.set(value.subarray(at, at + count));
    decoder.feed(target.subarray(0, count));
    at += count;
    assertEquals(decoder.fedBytes, 30 + at);
  }
  assertEquals(value.length - at < 65536, true);
  decoder.feed(value.subarray(at));
  decoder.feed(toBytes("\r\n$2\r\nNX\r\nPING\r\n"));
  const args = decoder.next()!;
  const bytes = argumentBytes(args, 2)!;
  assertEquals(args.length, 4);
  assertEquals(argumentLength(args, 2), value.length);
  assert(bytes.every((byte, i) => byte === value[i]));
  assertLess(decoder.copiedBytes, value.length / 2);
  assert(args[2] === fromBytes(value));
  assertEquals([args[0], args[1], args[3]], ["SET", "k", "NX"]);
  assertEquals(args.slice(2).length, 2);
  assertEquals(decoder.next(), ["PING"]);
});

Deno.test("what a client sends while it is held up may be more than a string can be", () => {
  const decoder = new RequestDecoder(limits());
  const size = 128 * 1024;
  const request = toBytes(`*2\r\n$4\r\nECHO\r\n$${size}\r\n${"x".repeat(size)}\r\n`);
  const count = Math.ceil(560 * 1024 * 1024 / request.length);
  for (let i = 0; i < count; i++) decoder.feed(request);
  assertEquals(decoder.bufferedBytes, count * request.length);
  let got = 0;
  for (let args = decoder.next(); args !== null; args = decoder.next()) {
    got += args[1].length === size ? 1 : 0;
  }
  assertEquals(got, count);
  assertEquals([decoder.bufferedBytes, decoder.consumedBytes], [0, count * request.length]);
});

Deno.test("a length that is only claimed takes no memory", () => {
  const decoder = new RequestDecoder(limits());
  decoder.feed(toBytes("*2000000000\r\n$500000000\r\nabc"));
  assertEquals(decoder.next(), null);
  assertLess(decoder.capacity, 8192);
});

Deno.test("received and consumed bytes are counted", () => {
  const decoder = new RequestDecoder(limits());
  const list = "*2\r\n$6\r\nclient\r\n$4\r\nlist\r\n";
  decoder.feed(toBytes(list));
  assertEquals(decoder.next(), ["client", "list"]);
  assertEquals(decoder.bufferedBytes, 26);
  assertEquals(decoder.next(), null);
  assertEquals(decoder.bufferedBytes, 0);
  assertEquals(decoder.consumedBytes, 26);

  decoder.feed(toBytes(list + "*2\r\n$1"));
  decoder.next();
  assertEquals(decoder.next(), null);
  assertEquals(decoder.bufferedBytes, 2);
  assertEquals(decoder.consumedBytes, 52);
  decoder.feed(toBytes("0\r\n01234"));
  assertEquals(decoder.next(), null);
  assertEquals(decoder.bufferedBytes, 5);
  decoder.feed(toBytes("56789\r\n$0\r\n\r\nPING\r\n"));
  assertEquals(decoder.next(), ["0123456789", ""]);
  assertEquals(decoder.consumedBytes, 52 + 4 + 5 + 12 + 6);
  assertEquals(decoder.next(), ["PING"]);
  assertEquals(decoder.consumedBytes, 52 + 4 + 5 + 12 + 6 + 6);
});

Deno.test("requests that were not fetched are kept before the next chunk's", () => {
  const decoder = new RequestDecoder(limits());
  decoder.feed(toBytes("PING\r\n*1\r\n$4\r\nEC"));
  decoder.feed(toBytes("HO\r\nINFO\r\n"));
  assertEquals(decoder.next(), ["PING"]);
  assertEquals(decoder.next(), ["ECHO"]);
  assertEquals(decoder.next(), ["INFO"]);
  assertEquals(decoder.next(), null);
});

Deno.test("the stream gives one batch for each chunk that brings something", async () => {
  const shared = new Uint8Array(64);
  const pieces = ["PING\r\nPING\r\n*1\r\n$20\r\n", "01234", "56789", "0123456789\r\n", "*x\r\n"];
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = pieces.shift();
      if (piece === undefined) return controller.close();
      shared.set(toBytes(piece));
      controller.enqueue(shared.subarray(0, piece.length));
    },
  }, { highWaterMark: 0 });
  const batches: string[] = [];
  for await (
    const batch of source.pipeThrough(new RequestDecoderStream(new RequestDecoder(limits())))
  ) {
    let seen = "";
    for (let args = batch.next(); args !== null; args = batch.next()) seen += args.join() + ";";
    batches.push(seen + (batch.error ?? ""));
  }
  assertEquals(batches, [
    "PING;PING;",
    "01234567890123456789;",
    "Protocol error: invalid multibulk length",
  ]);
});
