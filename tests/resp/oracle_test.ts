/**
 * The protocol layer beside a real server: what malformed and unusual requests answer, and how each
 * kind of reply looks in both protocols.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { toBytes } from "../../src/bytes/bytes.ts";
import { RequestDecoder } from "../../src/resp/decoder.ts";
import { ReplyEncoder } from "../../src/resp/encoder.ts";
import {
  AttributeReply,
  BigNumberReply,
  BooleanReply,
  DoubleReply,
  ErrorReply,
  MapReply,
  MultiReply,
  PushReply,
  type Reply,
  SetReply,
  SimpleString,
  VerbatimReply,
} from "../../src/resp/reply.ts";
import { findRedisServer, type ServerProcess, startRedis } from "../support/servers.ts";
import { LONG_STREAMS, STREAMS } from "./corpus.ts";

const ignore = findRedisServer() === undefined;
const NEEDS = ignore ? " (ignored: no redis-server on PATH)" : "";

/** What a server that knows only PING and ECHO answers to a stream. */
function answer(stream: string, authenticated: boolean): { output: string; closed: boolean } {
  const decoder = new RequestDecoder({
    maxBulkLength: 512 * 1024 * 1024,
    maxQueryBuffer: 2 ** 30,
    authenticated,
  });
  const encoder = new ReplyEncoder();
  // A real server reads 16 KB at a time at first, so that a long line is seen in pieces.
  for (let at = 0; at < stream.length; at += 16384) {
    decoder.feed(toBytes(stream.slice(at, at + 16384)));
    for (let args = decoder.next(); args !== null; args = decoder.next()) {
      const name = args[0].toLowerCase();
      if (!authenticated) encoder.write(new ErrorReply("NOAUTH Authentication required."));
      else if (name === "ping" && args.length === 1) encoder.write(new SimpleString("PONG"));
      else if (name === "echo" && args.length === 2) encoder.write(args[1]);
      else encoder.write(new ErrorReply(`unexpected ${args.join(" ")}`));
    }
  }
  if (decoder.error !== null) encoder.write(new ErrorReply("ERR " + decoder.error));
  const output = String.fromCharCode(...encoder.take().subarray(0, 1000));
  return { output, closed: decoder.error !== null };
}

/** What a real server answers; `witness` is a second connection, to know when it has read all. */
async function ask(server: ServerProcess, stream: string, expected: number, closed: boolean) {
  await using witness = await server.connect();
  await using client = await server.connect();
  try {
    await client.sendRaw(stream);
  } catch (error) {
    // The server may close before it has read everything.
    if (!closed) throw error;
  }
  if (closed) await client.closedByPeer(5000);
  let output = client.take();
  const deadline = Date.now() + 5000;
  while (!closed && output.length < expected && Date.now() < deadline) {
    await witness.call("PING");
    output += client.take();
  }
  for (let turn = 0; turn < 3; turn++) await witness.call("PING");
  output += client.take();
  return { output: output.slice(0, 1000), closed: client.closed };
}

Deno.test({
  name: "requests, good and malformed, answer as a real server answers them" + NEEDS,
  ignore,
  async fn() {
    await using server = await startRedis();
    const streams = [...STREAMS, ...LONG_STREAMS.filter((s) => s.length < 100_000)];
    for (const stream of streams) {
      const ours = answer(stream, true);
      const theirs = await ask(server, stream, ours.output.length, ours.closed);
      assertEquals(ours, theirs, JSON.stringify(stream.slice(0, 100)));
    }
  },
});

Deno.test({
  name: "the limits before AUTH are a real server's" + NEEDS,
  ignore,
  async fn() {
    await using server = await startRedis({ args: ["--requirepass", "secret"] });
    const noAuth = "-NOAUTH Authentication required.\r\n";
    const streams: [string, string][] = [
      ["*10\r\n$4\r\nMGET\r\n" + "$1\r\na\r\n".repeat(9), noAuth],
      ["*11\r\n", "-ERR Protocol error: unauthenticated multibulk length\r\n"],
      ["*2\r\n$3\r\nGET\r\n$16384\r\n" + "a".repeat(16384) + "\r\n", noAuth],
      ["*1\r\n$16385\r\n", "-ERR Protocol error: unauthenticated bulk length\r\n"],
      ["PING\r\n*11\r\n", noAuth + "-ERR Protocol error: unauthenticated multibulk length\r\n"],
    ];
    await using witness = await server.connect();
    assertEquals(await witness.call("AUTH", "secret"), "+OK\r\n");
    for (const [stream, expected] of streams) {
      const ours = answer(stream, false);
      assertEquals(ours.output, expected);
      await using client = await server.connect();
      await client.sendRaw(stream);
      let output = "";
      for (let left = ours.output.length; left > 0 && !client.closed;) {
        await witness.call("PING");
        const more = client.take();
        output += more;
        left -= more.length;
      }
      output += client.take();
      assertEquals(output, ours.output);
    }
  },
});

/** The replies of `DEBUG PROTOCOL`. */
const KINDS: [string, Reply][] = [
  ["string", "Hello World"],
  ["integer", 12345],
  ["double", new DoubleReply(3.141)],
  ["null", null],
  ["array", [0, 1, 2]],
  ["set", new SetReply([0, 1, 2])],
  ["map", new MapReply([0, 1, 2].flatMap((n) => [n, new BooleanReply(n === 1)]))],
  ["bignum", new BigNumberReply("1234567999999999999999999999999999999")],
  ["true", new BooleanReply(true)],
  ["false", new BooleanReply(false)],
  ["verbatim", new VerbatimReply("txt", "This is a verbatim\nstring")],
];

const KINDS_OF_RESP3: [string, Reply][] = [
  [
    "attrib",
    new AttributeReply(
      ["key-popularity", ["key:123", 90]],
      "Some real reply following the attribute",
    ),
  ],
  [
    "push",
    new MultiReply([
      new PushReply(["server-cpu-usage", 42]),
      "Some real reply following the push reply",
    ]),
  ],
];

Deno.test({
  name: "every kind of reply looks as a real server's in RESP2 and RESP3" + NEEDS,
  ignore,
  async fn() {
    await using server = await startRedis();
    await using client = await server.connect();
    const encoder = new ReplyEncoder();
    for (const protocol of [2, 3] as const) {
      if (protocol === 3) await client.call("HELLO", "3");
      encoder.protocol = protocol;
      for (const [name, reply] of protocol === 2 ? KINDS : [...KINDS, ...KINDS_OF_RESP3]) {
        let theirs = await client.call("DEBUG", "PROTOCOL", name);
        if (name === "push") theirs += await client.readReply();
        encoder.write(reply);
        const ours = String.fromCharCode(...encoder.take());
        assertEquals(ours, theirs, `${name} in RESP${protocol}`);
        assertEquals(ReplyEncoder.encode(reply, protocol).join(""), theirs);
      }
    }
  },
});
