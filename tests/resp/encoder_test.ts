import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import { fromBytes, toBytes } from "../../src/bytes/bytes.ts";
import { encodeCommand, type ProtocolVersion, ReplyEncoder } from "../../src/resp/encoder.ts";
import {
  AttributeReply,
  BigNumberReply,
  BooleanReply,
  BytesReply,
  DoubleReply,
  ErrorReply,
  MapReply,
  MultiReply,
  NO_REPLY,
  NULL_ARRAY,
  OK,
  PONG,
  PushReply,
  QUEUED,
  type Reply,
  SetReply,
  SimpleString,
  VerbatimReply,
} from "../../src/resp/reply.ts";
import { mulberry32, type Prng } from "../support/prng.ts";

function encode(reply: Reply, protocol: ProtocolVersion): string {
  const encoder = new ReplyEncoder(protocol);
  encoder.write(reply);
  assertEquals(encoder.pendingBytes > 0, reply !== NO_REPLY);
  return fromBytes(encoder.take());
}

/** Reply, its RESP2 form, its RESP3 form. */
const CASES: [Reply, string, string][] = [
  ["", "$0\r\n\r\n", "$0\r\n\r\n"],
  ["a\r\nb", "$4\r\na\r\nb\r\n", "$4\r\na\r\nb\r\n"],
  ["\0\x80\xff", "$3\r\n\0\x80\xff\r\n", "$3\r\n\0\x80\xff\r\n"],
  [0, ":0\r\n", ":0\r\n"],
  [-0, ":0\r\n", ":0\r\n"],
  [-1, ":-1\r\n", ":-1\r\n"],
  [-2, ":-2\r\n", ":-2\r\n"],
  [1023, ":1023\r\n", ":1023\r\n"],
  [1024, ":1024\r\n", ":1024\r\n"],
  [9007199254740991, ":9007199254740991\r\n", ":9007199254740991\r\n"],
  [-(2n ** 63n), ":-9223372036854775808\r\n", ":-9223372036854775808\r\n"],
  [null, "$-1\r\n", "_\r\n"],
  [NULL_ARRAY, "*-1\r\n", "_\r\n"],
  [OK, "+OK\r\n", "+OK\r\n"],
  [PONG, "+PONG\r\n", "+PONG\r\n"],
  [QUEUED, "+QUEUED\r\n", "+QUEUED\r\n"],
  [new SimpleString("FULLRESYNC x 0"), "+FULLRESYNC x 0\r\n", "+FULLRESYNC x 0\r\n"],
  [new ErrorReply("ERR syntax error"), "-ERR syntax error\r\n", "-ERR syntax error\r\n"],
  [new ErrorReply("ERR a\r\nb\nc\r\n"), "-ERR a  b c\r\n", "-ERR a  b c\r\n"],
  [new DoubleReply(1.5), "$3\r\n1.5\r\n", ",1.5\r\n"],
  [new DoubleReply(Infinity), "$3\r\ninf\r\n", ",inf\r\n"],
  [new DoubleReply(-Infinity), "$4\r\n-inf\r\n", ",-inf\r\n"],
  [new DoubleReply(NaN), "$3\r\nnan\r\n", ",nan\r\n"],
  [new BooleanReply(true), ":1\r\n", "#t\r\n"],
  [new BooleanReply(false), ":0\r\n", "#f\r\n"],
  [new BigNumberReply("-123"), "$4\r\n-123\r\n", "(-123\r\n"],
  [new VerbatimReply("txt", "a\nb"), "$3\r\na\nb\r\n", "=7\r\ntxt:a\nb\r\n"],
  [new VerbatimReply("mkd", "#"), "$1\r\n#\r\n", "=5\r\nmkd:#\r\n"],
  [[], "*0\r\n", "*0\r\n"],
  [
    [[], [1, [null]], "x"],
    "*3\r\n*0\r\n*2\r\n:1\r\n*1\r\n$-1\r\n$1\r\nx\r\n",
    "*3\r\n*0\r\n*2\r\n:1\r\n*1\r\n_\r\n$1\r\nx\r\n",
  ],
  [new MapReply([]), "*0\r\n", "%0\r\n"],
  [
    new MapReply(["a", new MapReply(["b", 1]), "c", new SetReply([2])]),
    "*4\r\n$1\r\na\r\n*2\r\n$1\r\nb\r\n:1\r\n$1\r\nc\r\n*1\r\n:2\r\n",
    "%2\r\n$1\r\na\r\n%1\r\n$1\r\nb\r\n:1\r\n$1\r\nc\r\n~1\r\n:2\r\n",
  ],
  [new SetReply(["a", OK]), "*2\r\n$1\r\na\r\n+OK\r\n", "~2\r\n$1\r\na\r\n+OK\r\n"],
  [
    new PushReply(["message", "c", "m"]),
    "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nm\r\n",
    ">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nm\r\n",
  ],
  [
    new AttributeReply(["k", [1]], ["v"]),
    "*1\r\n$1\r\nv\r\n",
    "|1\r\n$1\r\nk\r\n*1\r\n:1\r\n*1\r\n$1\r\nv\r\n",
  ],
  [
    new MultiReply([1, new MultiReply(["a"]), [2]]),
    ":1\r\n$1\r\na\r\n*1\r\n:2\r\n",
    ":1\r\n$1\r\na\r\n*1\r\n:2\r\n",
  ],
  [NO_REPLY, "", ""],
];

Deno.test("every kind of reply in RESP2 and RESP3", () => {
  for (const [reply, resp2, resp3] of CASES) {
    assertEquals(encode(reply, 2), resp2);
    assertEquals(encode(reply, 3), resp3);
    assertEquals(ReplyEncoder.encode(reply, 2).join(""), resp2);
    assertEquals(ReplyEncoder.encode(reply, 3).join(""), resp3);
  }
  const all = CASES.map(([reply]) => reply).filter((reply) => !(reply instanceof MultiReply));
  const counted = all.filter((reply) => reply !== NO_REPLY);
  const of = (column: 1 | 2) =>
    CASES.filter(([r]) => counted.includes(r)).map((row) => row[column]).join("");
  assertEquals(encode(counted, 2), `*${counted.length}\r\n${of(1)}`);
  assertEquals(encode(counted, 3), `*${counted.length}\r\n${of(2)}`);
});

Deno.test("the protocol may change between two replies", () => {
  const encoder = new ReplyEncoder();
  encoder.write(null);
  encoder.protocol = 3;
  encoder.write(null);
  encoder.write(new MapReply(["proto", 3]));
  encoder.protocol = 2;
  encoder.write(NULL_ARRAY);
  assertEquals(fromBytes(encoder.take()), "$-1\r\n_\r\n%1\r\n$5\r\nproto\r\n:3\r\n*-1\r\n");
});

/** The same again, written for clarity. */
function plain(reply: Reply, protocol: ProtocolVersion): string {
  if (typeof reply === "string") return `$${reply.length}\r\n${reply}\r\n`;
  if (typeof reply === "number") return `:${reply}\r\n`;
  if (reply === null) return protocol === 2 ? "$-1\r\n" : "_\r\n";
  if (Array.isArray(reply)) {
    return `*${reply.length}\r\n` + reply.map((r) => plain(r, protocol)).join("");
  }
  if (reply instanceof MapReply) {
    const head = protocol === 2 ? `*${reply.flat.length}` : `%${reply.flat.length / 2}`;
    return head + "\r\n" + reply.flat.map((r) => plain(r, protocol)).join("");
  }
  throw new Error("not in this test");
}

function randomReply(random: Prng, depth: number): Reply {
  const kind = random.int(depth > 5 ? 6 : 9);
  if (kind < 3) {
    const length = random.pick([0, 3, 20, 200, 1023, 1024, 4095, 4096, 5000, 20_000]);
    return String.fromCharCode(random.pick([65, 0, 127, 128, 255])).repeat(length);
  }
  if (kind < 5) return random.pick([-1, 0, 7, 1022, 1023, 1024, -500, 2 ** 40]);
  if (kind === 5) return null;
  const size = random.pick([0, 1, 2, 3, 300]) >> (depth > 0 ? 6 : 0);
  const items = Array.from({ length: size }, () => randomReply(random, depth + 1));
  return kind === 6 ? new MapReply([...items, ...items]) : items;
}

Deno.test("random batches encode as the plain model encodes them, taken at any time", () => {
  const random = mulberry32(11);
  for (let round = 0; round < 30; round++) {
    const encoder = new ReplyEncoder();
    let expected = "";
    let got = "";
    let before: Uint8Array | null = null;
    let beforeText = "";
    for (let n = random.int(30); n >= 0; n--) {
      const reply = randomReply(random, 0);
      encoder.protocol = random.pick([2, 3] as const);
      expected += plain(reply, encoder.protocol);
      encoder.write(reply);
      assertEquals(got.length + encoder.pendingBytes, expected.length);
      if (n === 0 || random.int(4) === 0) {
        // What was taken last is still whole after the next batch was written.
        if (before !== null) assert(fromBytes(before) === beforeText);
        do {
          before = encoder.take();
          beforeText = fromBytes(before);
          got += beforeText;
        } while (encoder.pendingBytes > 0);
      }
    }
    assert(got === expected, `round ${round}`);
  }
});

Deno.test("bytes that are encoded already pass through", () => {
  const encoder = new ReplyEncoder();
  encoder.write(1);
  encoder.writeRaw("+raw\r\n");
  encoder.writeRaw("\xff".repeat(10_000));
  encoder.write(2);
  assertEquals(fromBytes(encoder.take()), ":1\r\n+raw\r\n" + "\xff".repeat(10_000) + ":2\r\n");
  encoder.write("lost");
  encoder.clear();
  assertEquals(encoder.pendingBytes, 0);
  assertEquals(encoder.take().length, 0);
});

Deno.test("deep nesting needs no stack", () => {
  const depth = 100_000;
  let reply: Reply = 7;
  for (let i = 0; i < depth; i++) reply = i % 2 === 0 ? [reply] : new MapReply([1, reply]);
  const text = encode(reply, 3);
  assertEquals(text.length, depth * 4 + (depth / 2) * 4 + 4);
  assert(text.startsWith("%1\r\n:1\r\n*1\r\n%1\r\n") && text.endsWith("*1\r\n:7\r\n"));
});

/** All that is pending, as the bytes of each write. */
function takeAll(encoder: ReplyEncoder): Uint8Array[] {
  const writes: Uint8Array[] = [];
  while (encoder.pendingBytes > 0) writes.push(encoder.take());
  return writes;
}

Deno.test("large replies are not copied: bytes leave as they are, strings in pieces", () => {
  const encoder = new ReplyEncoder();
  const value = "\xfe".repeat(8 << 20);
  const bytes = new Uint8Array(8 << 20).fill(0x62);
  encoder.write([1, value, new BytesReply(bytes), new BytesReply(bytes.subarray(0, 3)), "c"]);
  const head = "*5\r\n:1\r\n$8388608\r\n";
  const rest = "\r\n$3\r\nbbb\r\n$1\r\nc\r\n";
  const size = head.length + value.length + "\r\n$8388608\r\n".length + bytes.length + rest.length;
  assertEquals(encoder.pendingBytes, size);
  assertLess(encoder.capacity, 1024);
  const writes = takeAll(encoder);
  assertEquals(writes.reduce((sum, { length }) => sum + length, 0), size);
  assert(writes.some(({ buffer }) => buffer === bytes.buffer));
  assertEquals(Math.max(...writes.slice(0, -2).map(({ length }) => length)), 256 * 1024);
  assertEquals(fromBytes(writes[0]), head);
  assertEquals(fromBytes(writes[writes.length - 1]), rest);
  assert(writes[1].every((byte) => byte === 0xfe));
  assertLess(encoder.capacity, 1024);

  encoder.write(Array.from({ length: 100_000 }, () => "a hundred thousand elements"));
  assertLess(encoder.capacity, 3 * encoder.pendingBytes);
  encoder.take();
  assertLess(encoder.capacity, 1024);
});

Deno.test("replies may be more than a string or a buffer can be", () => {
  const encoder = new ReplyEncoder();
  const value = "v".repeat(180 * 1024 * 1024);
  encoder.write([value, value, value]);
  encoder.write(1);
  assert(encoder.pendingBytes > 3 * value.length);
  encoder.clear();
  assertEquals([encoder.pendingBytes, encoder.take().length], [0, 0]);
  const pieces = ReplyEncoder.encode(new PushReply(["message", "c", value, value, value]), 2);
  assert(pieces.reduce((sum, { length }) => sum + length, 0) > 3 * value.length);
  for (const piece of pieces) encoder.writeRaw(piece);
  assert(encoder.pendingBytes > 3 * value.length);
});

Deno.test("a large buffer that was handed back serves another encoder; a value's never does", () => {
  const many = (letter: string) => new Array(10_000).fill(letter.repeat(100));
  const first = new ReplyEncoder();
  first.write(many("a"));
  const taken = first.take();
  first.recycle(taken);
  const second = new ReplyEncoder();
  second.write(many("b"));
  const reused = second.take();
  assert(reused.buffer === taken.buffer);
  // It has one owner: a third one gets memory of its own.
  first.write(many("c"));
  assert(first.take().buffer !== taken.buffer);

  const bytes = new Uint8Array(1 << 20);
  first.write(new BytesReply(bytes));
  for (const write of [first.take(), first.take()]) first.recycle(write);
  second.write(many("d"));
  assert(second.take().buffer !== bytes.buffer);
  assert(bytes.every((byte) => byte === 0));
});

Deno.test("a command is written as clients send it", () => {
  const long = "x".repeat(2000);
  assertEquals(encodeCommand([]), "*0\r\n");
  assertEquals(
    encodeCommand(["", "\xff", long]),
    `*3\r\n$0\r\n\r\n$1\r\n\xff\r\n$2000\r\n${long}\r\n`,
  );
  const many = Array.from({ length: 300 }, () => "a");
  assertEquals(encodeCommand(many), "*300\r\n" + "$1\r\na\r\n".repeat(300));
  assertEquals(toBytes(encodeCommand(["a"])).length, 11);
});

Deno.test("a number that no integer can hold is refused, and leaves nothing behind", () => {
  for (const protocol of [2, 3] as const) {
    const encoder = new ReplyEncoder(protocol);
    encoder.write(1);
    const bad = [Infinity, -Infinity, NaN, 0.5, -0.5, 2 ** 63, -(2 ** 64), 1e300, 2n ** 63n];
    for (const number of bad) {
      for (
        const reply of [
          number,
          [1, number],
          ["x".repeat(1000), [number]],
          new MapReply(["a", number]),
          new SetReply([number]),
          new PushReply(["a", [number]]),
          new AttributeReply(["a", 1], number),
        ]
      ) {
        assertThrows(() => encoder.write(reply), RangeError, "no integer of 64 bits");
      }
    }
    encoder.write([2 ** 53, -(2 ** 63), 2 ** 60, 2n ** 63n - 1n, -0]);
    assertEquals(
      fromBytes(encoder.take()),
      ":1\r\n*5\r\n:9007199254740992\r\n:-9223372036854775808\r\n:1152921504606846976\r\n" +
        ":9223372036854775807\r\n:0\r\n",
    );
  }
  const large = new ReplyEncoder();
  assertThrows(() => large.write(["x".repeat(100_000), Infinity]), RangeError);
  assertEquals(large.broken, true);
});
