import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { ManualClock } from "../../src/clock/clock.ts";
import type { RawClient } from "../support/raw_client.ts";
import { encodeCommand, fromBytes, parseReply, toBytes } from "../support/resp.ts";
import { ReplyEncoder } from "../../src/resp/encoder.ts";
import { LocalServer } from "./support.ts";
import { until } from "../support/until.ts";

const KB = 1024;
const MB = 1024 * 1024;

/** A connection that reads only what and when a test says. */
class Peer implements Disposable {
  readonly #conn: Deno.TcpConn;

  constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  static async connect(local: LocalServer): Promise<Peer> {
    return new Peer(await Deno.connect({ hostname: "127.0.0.1", port: local.server.port }));
  }

  async write(bytes: Uint8Array | string): Promise<void> {
    let rest = typeof bytes === "string" ? toBytes(bytes) : bytes;
    while (rest.length > 0) rest = rest.subarray(await this.#conn.write(rest));
  }

  /** Send a command. */
  send(...args: string[]): Promise<void> {
    return this.write(encodeCommand(args));
  }

  /** Say that nothing more will be sent. */
  endOfRequests(): Promise<void> {
    return this.#conn.closeWrite();
  }

  /** The next `length` bytes; fewer when the connection ended before. */
  async read(length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    let at = 0;
    while (at < length) {
      const count = await this.#conn.read(bytes.subarray(at));
      if (count === null) return bytes.subarray(0, at);
      at += count;
    }
    return bytes;
  }

  /** Read to the end. @returns how many bytes came, and whether the end was a reset */
  async drain(): Promise<{ bytes: number; reset: boolean }> {
    const chunk = new Uint8Array(256 * KB);
    let bytes = 0;
    try {
      for (;;) {
        const count = await this.#conn.read(chunk);
        if (count === null) return { bytes, reset: false };
        bytes += count;
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
      return { bytes, reset: true };
    }
  }

  [Symbol.dispose](): void {
    this.#conn.close();
  }
}

/** A field of INFO as a number. */
async function infoNumber(client: RawClient, name: string): Promise<number> {
  const text = parseReply(await client.call("INFO", "everything")).text ?? "";
  const found = new RegExp(`\r\n${name}:(\\d+)\r\n`).exec(text);
  assert(found !== null, name);
  return Number(found[1]);
}

async function connectedClients(client: RawClient, count: number): Promise<void> {
  const reached = async () => await infoNumber(client, "connected_clients") === count;
  await until(reached, `${count} clients`);
}

/** The length of the reply that holds a string of `length` bytes. */
function bulkLength(length: number): number {
  return `$${length}\r\n`.length + length + 2;
}

async function setUp(client: RawClient, ...commands: string[]): Promise<void> {
  for (const command of commands) {
    assertEquals(await client.call(...command.split(" ")), "+OK\r\n", command);
  }
}

Deno.test("who does not read is cut off at the hard limit of its output; others are served", async () => {
  await using local = await LocalServer.start();
  await using client = await local.connect();
  await client.call("SET", "big", "x".repeat(100 * KB));
  assertEquals(
    await client.call("CONFIG", "SET", "client-output-buffer-limit", "normal 8mb 0 0"),
    "+OK\r\n",
  );
  using slow = await Peer.connect(local);
  await slow.send("CLIENT", "SETNAME", "slow");
  // The system's buffers take some megabytes too.
  for (let i = 0; i < 1000; i++) {
    await slow.send("GET", "big").catch(() => {});
    if (i % 10 === 0) assertEquals(await client.call("PING"), "+PONG\r\n");
  }
  const disconnections = () => infoNumber(client, "client_output_buffer_limit_disconnections");
  await until(async () => await disconnections() === 1, "the disconnection");
  await connectedClients(client, 1);
  assertMatch(
    local.log,
    /# Client id=\d+ .* name=slow .* cmd=get .* scheduled to be closed ASAP for overcoming of output buffer limits\.\n/,
  );
  const { bytes } = await slow.drain();
  assert(bytes < 1000 * 100 * KB, `${bytes} bytes`);
  assert(await infoNumber(client, "client_recent_max_output_buffer") > 8 * MB);
});

Deno.test("who stays above the soft limit for its time is cut off, who falls below is not", async () => {
  const clock = new ManualClock();
  await using local = LocalServer.make({ dbfilename: "none.rdb" }, clock);
  await local.server.begin();
  await using client = await local.connect();
  await client.call("SET", "big", "x".repeat(MB));
  assertEquals(
    await client.call("CONFIG", "SET", "client-output-buffer-limit", "normal 0 4mb 10"),
    "+OK\r\n",
  );
  using staying = await Peer.connect(local);
  using passing = await Peer.connect(local);
  const count = 40;
  for (const peer of [staying, passing]) {
    for (let i = 0; i < count; i++) await peer.send("GET", "big");
  }
  const waiting = () =>
    Array.from(local.server.parts.clients.values())
      .filter(({ connection }) => connection!.outputBytes > 4 * MB).length;
  await until(() => waiting() === 2, "output that waits");
  clock.advance(9000);
  await passing.read(count * bulkLength(MB));
  clock.advance(5000);
  assertEquals(await client.call("PING"), "+PONG\r\n");
  await connectedClients(client, 2);
  assertEquals(await infoNumber(client, "client_output_buffer_limit_disconnections"), 1);
  await passing.send("PING");
  assertEquals(fromBytes(await passing.read(7)), "+PONG\r\n");
  assert((await staying.drain()).bytes < count * bulkLength(MB));
});

Deno.test("the time above the soft limit begins anew when the output has drained", async () => {
  const clock = new ManualClock();
  await using local = LocalServer.make({ dbfilename: "none.rdb" }, clock);
  await local.server.begin();
  await using client = await local.connect();
  // Many small elements make one piece, at whose end nothing more waits.
  const elements = new Array<string>(300_000).fill("x".repeat(100));
  await client.sendRaw(encodeCommand(["RPUSH", "big", ...elements]));
  await client.readReply();
  const length = "*300000\r\n".length + elements.length * bulkLength(100);
  await client.call("CONFIG", "SET", "client-output-buffer-limit", "normal 0 4mb 10");
  using peer = await Peer.connect(local);
  const [connection] = Array.from(local.server.parts.clients.values())
    .map(({ connection }) => connection!)
    .filter(({ address }) => address !== client.address);
  const burst = async () => {
    await peer.write(encodeCommand(["LRANGE", "big", "0", "-1"]));
    await until(() => connection.outputBytes > 5 * MB, "output that waits");
  };
  await burst();
  await peer.read(length);
  await until(() => connection.outputBytes === 0, "no output");
  clock.advance(11_000);
  await burst();
  assertEquals((await peer.read(length)).length, length);
  assertEquals(await infoNumber(client, "client_output_buffer_limit_disconnections"), 0);
});

Deno.test("requests of one who does not read wait, and run though it ends its side", async () => {
  await using local = await LocalServer.start();
  await using client = await local.connect();
  await client.call("SET", "big", "x".repeat(10 * MB));
  using late = await Peer.connect(local);
  const gets = 8;
  await late.write(
    encodeCommand(["GET", "big"]).repeat(gets) + encodeCommand(["SET", "done", "1"]),
  );
  for (let i = 0; i < 50; i++) assertEquals(await client.call("EXISTS", "done"), ":0\r\n");
  await late.endOfRequests();
  await until(async () => await client.call("EXISTS", "done") === ":1\r\n", "the requests");
  const rest = await late.drain();
  assertEquals(rest, { bytes: gets * bulkLength(10 * MB) + 5, reset: false });
});

Deno.test("requests of one who sends without reading run when there are many", async () => {
  await using local = await LocalServer.start();
  await using client = await local.connect();
  await client.call("SET", "big", "x".repeat(10 * MB));
  using late = await Peer.connect(local);
  const gets = 8;
  await late.write(encodeCommand(["GET", "big"]).repeat(gets));
  const piece = encodeCommand(["SET", "last", "y".repeat(100 * KB)]).repeat(10);
  // A client that cannot read before all is sent must come to its end.
  for (let sent = 0; sent < 100 * MB; sent += piece.length) await late.write(piece);
  await late.send("SET", "done", "1");
  await until(async () => {
    const reply = await client.call("STRLEN", "last");
    return reply === `:${100 * KB}\r\n`;
  }, "the requests");
  await late.read(gets * bulkLength(10 * MB));
  await until(async () => await client.call("EXISTS", "done") === ":1\r\n", "the last request");
});

Deno.test("an exception costs the connection that it is about, and no other", async () => {
  await using local = await LocalServer.start();
  await using client = await local.connect();
  const { executor } = local.server.parts;
  const { execute } = executor;
  executor.execute = (by, args) => {
    if (args[0] === "BOOM") throw new TypeError("out of order");
    return execute.call(executor, by, args);
  };
  using one = await Peer.connect(local);
  await one.send("BOOM");
  assertEquals((await one.drain()).bytes, 0);
  assertStringIncludes(local.log, "Internal error, closing the connection: id=");
  assertStringIncludes(local.log, "TypeError: out of order");
  assertEquals(await infoNumber(client, "unhandled_errors"), 1);
  // The one who publishes is not concerned with what goes wrong for a listener.
  using listener = await Peer.connect(local);
  await listener.send("SUBSCRIBE", "channel");
  await until(async () => await infoNumber(client, "pubsub_channels") === 1, "the subscription");
  const { writeRaw } = ReplyEncoder.prototype;
  ReplyEncoder.prototype.writeRaw = () => {
    throw new RangeError("Array buffer allocation failed");
  };
  try {
    assertEquals(await client.call("PUBLISH", "channel", "message"), ":1\r\n");
  } finally {
    ReplyEncoder.prototype.writeRaw = writeRaw;
  }
  await listener.drain();
  assertEquals(await client.call("PING"), "+PONG\r\n");
  assertEquals(await infoNumber(client, "unhandled_errors"), 2);
  assertEquals(await infoNumber(client, "connected_clients"), 1);
});

Deno.test("who reads late without a limit holds up nobody, and gets all of its replies", async () => {
  await using local = await LocalServer.start();
  await using client = await local.connect();
  const values = ["a", "b", "c"].map((letter) => letter.repeat(5 * MB));
  for (const value of values) await client.call("SET", value[0], value);
  using late = await Peer.connect(local);
  const rounds = 5;
  for (let i = 0; i < rounds; i++) {
    for (const value of values) await late.send("GET", value[0]);
  }
  for (let i = 0; i < 200; i++) assertEquals(await client.call("INCR", "n"), `:${i + 1}\r\n`);
  // More is not made before it has read some.
  const most = await infoNumber(client, "client_recent_max_output_buffer");
  assert(most > 30 * MB && most < 50 * MB, `${most}`);
  const waiting = parseReply(await client.call("CLIENT", "LIST")).text ?? "";
  assertMatch(waiting, / obl=\d{8} .*events=rw cmd=get /);
  for (let i = 0; i < rounds; i++) {
    for (const value of values) {
      const reply = await late.read(bulkLength(value.length));
      const head = `$${value.length}\r\n`;
      assertEquals(fromBytes(reply, 0, head.length), head);
      const code = value.charCodeAt(0);
      assert(reply.subarray(head.length, head.length + value.length).every((b) => b === code));
    }
  }
});

Deno.test("a hundred thousand requests can be sent before a reply is read", async () => {
  await using local = await LocalServer.start();
  using peer = await Peer.connect(local);
  const count = 100_000;
  const one = encodeCommand(["INCR", "counter"]);
  const all = peer.write(one.repeat(count));
  // Nothing is read until all is sent: if the server waited for us, this would not end.
  await all;
  let expected = "";
  for (let i = 1; i <= count; i++) expected += `:${i}\r\n`;
  assertEquals(fromBytes(await peer.read(expected.length)) === expected, true);
});

Deno.test("who has shut down its side still gets its replies, then the end", async () => {
  await using local = await LocalServer.start();
  await using client = await local.connect();
  await client.call("SET", "big", "x".repeat(10 * MB));
  using peer = await Peer.connect(local);
  await peer.write("SET k v\r\nGET big\r\nINCR n\r\nGET unfinis");
  await peer.endOfRequests();
  await until(() => local.server.parts.stats.readsProcessed > 2, "the requests");
  const { bytes, reset } = await peer.drain();
  assertEquals([bytes, reset], [5 + bulkLength(10 * MB) + 4, false]);
  assertEquals(await client.call("MGET", "k", "n"), "*2\r\n$1\r\nv\r\n$1\r\n1\r\n");
  await connectedClients(client, 1);
});

Deno.test("a connection that is reset is cleaned up, at whatever it was", async () => {
  await using local = await LocalServer.start();
  await using client = await local.connect();
  await client.call("SET", "big", "x".repeat(20 * MB));
  // Closing with something unread is a reset.
  {
    using reading = await Peer.connect(local);
    await reading.send("GET", "big");
    await reading.send("GET", "big");
    await reading.read(10);
    using idle = await Peer.connect(local);
    await idle.send("PING");
    using watching = await Peer.connect(local);
    await watching.write("WATCH a\r\nMULTI\r\nGET a\r\n");
    using subscribed = await Peer.connect(local);
    await subscribed.send("SUBSCRIBE", "channel");
    using half = await Peer.connect(local);
    await half.write("*2\r\n$3\r\nGET\r\n$1000\r\nabc");
    await connectedClients(client, 6);
    await until(async () => await infoNumber(client, "pubsub_channels") === 1, "the subscription");
  }
  await connectedClients(client, 1);
  assertEquals(await infoNumber(client, "pubsub_channels"), 0);
  assertEquals(await infoNumber(client, "watching_clients"), 0);
  assertEquals(local.server.parts.clients.size, 1);
  assertEquals(await client.call("SET", "a", "b"), "+OK\r\n");
});

Deno.test("a blocked client that goes is forgotten, and takes nothing", async () => {
  await using local = await LocalServer.start();
  await using client = await local.connect();
  {
    using first = await Peer.connect(local);
    await first.send("BLPOP", "list", "0");
    using second = await Peer.connect(local);
    await second.write("PING\r\nBRPOP list other 100\r\nPING\r\n");
    await until(async () => await infoNumber(client, "blocked_clients") === 2, "two blocked");
    // What waits behind a command that blocks does not hide the end either.
    assertEquals(fromBytes(await second.read(7)), "+PONG\r\n");
  }
  await until(async () => await infoNumber(client, "blocked_clients") === 0, "none blocked");
  await connectedClients(client, 1);
  assertEquals(await client.call("RPUSH", "list", "a", "b"), ":2\r\n");
  assertEquals(await client.call("LLEN", "list"), ":2\r\n");
  assertEquals(local.server.parts.keyspace.databases[0].blockedKeys, 0);
});

Deno.test("a request that never ends is cut off at client-query-buffer-limit", async () => {
  await using local = await LocalServer.start();
  await using client = await local.connect();
  await setUp(client, "CONFIG SET client-query-buffer-limit 1mb");
  using peer = await Peer.connect(local);
  const part = "x".repeat(64 * KB);
  await peer.write(`*2\r\n$3\r\nGET\r\n$${4 * MB}\r\n`);
  for (let i = 0; i < 40; i++) await peer.write(part).catch(() => {});
  await connectedClients(client, 1);
  assertEquals(await infoNumber(client, "client_query_buffer_limit_disconnections"), 1);
  assertStringIncludes(local.log, "# Closing client that reached max query buffer length: id=");
  assertEquals((await peer.drain()).bytes, 0);
});

Deno.test("timeout closes who is idle, but not who is blocked or subscribed", async () => {
  const clock = new ManualClock();
  await using local = LocalServer.make({ dbfilename: "none.rdb", timeout: "60" }, clock);
  await local.server.begin();
  await using client = await local.connect();
  using idle = await Peer.connect(local);
  using blocked = await Peer.connect(local);
  await blocked.send("BLPOP", "list", "0");
  using subscribed = await Peer.connect(local);
  await subscribed.send("SUBSCRIBE", "channel");
  await connectedClients(client, 4);
  await until(async () => await infoNumber(client, "blocked_clients") === 1, "the blocked one");
  await until(async () => await infoNumber(client, "pubsub_channels") === 1, "the subscription");
  clock.advance(59_000);
  assertEquals(await client.call("PING"), "+PONG\r\n");
  await connectedClients(client, 4);
  clock.advance(2000);
  assertEquals(await idle.drain(), { bytes: 0, reset: false });
  await connectedClients(client, 3);
  assertStringIncludes(local.log, "- Closing idle client: id=");
  assertEquals(await client.call("RPUSH", "list", "a"), ":1\r\n");
  const popped = "*2\r\n$4\r\nlist\r\n$1\r\na\r\n";
  assertEquals(fromBytes(await blocked.read(popped.length)), popped);
});

Deno.test("who comes when all places are taken is told so; a place that gets free is given", async () => {
  await using local = await LocalServer.start({ maxclients: "3" });
  await using client = await local.connect();
  using second = await Peer.connect(local);
  {
    using third = await Peer.connect(local);
    await third.send("PING");
    assertEquals(fromBytes(await third.read(7)), "+PONG\r\n");
    using fourth = await Peer.connect(local);
    const told = "-ERR max number of clients reached\r\n";
    assertEquals(fromBytes(await fourth.read(1000)), told);
    assertEquals(await infoNumber(client, "rejected_connections"), 1);
  }
  await connectedClients(client, 2);
  using fifth = await Peer.connect(local);
  await fifth.send("PING");
  assertEquals(fromBytes(await fifth.read(7)), "+PONG\r\n");
  await second.send("PING");
  assertEquals(fromBytes(await second.read(7)), "+PONG\r\n");
});

Deno.test("a thousand connections can be open, and each is answered", async () => {
  await using local = await LocalServer.start();
  await using client = await local.connect();
  const peers: Peer[] = [];
  try {
    for (let i = 0; i < 20; i++) {
      peers.push(...await Promise.all(Array.from({ length: 50 }, () => Peer.connect(local))));
    }
    await connectedClients(client, 1001);
    for (let i = 0; i < peers.length; i++) await peers[i].send("ECHO", `${i}`);
    for (let i = 0; i < peers.length; i++) {
      const reply = `$${`${i}`.length}\r\n${i}\r\n`;
      assertEquals(fromBytes(await peers[i].read(reply.length)), reply);
    }
    assertEquals(await client.call("PING"), "+PONG\r\n");
  } finally {
    for (const peer of peers) peer[Symbol.dispose]();
  }
  await connectedClients(client, 1);
});

Deno.test("a value of a hundred megabytes arrives and comes back as it was", async () => {
  await using local = await LocalServer.start();
  using peer = await Peer.connect(local);
  const size = 100 * MB;
  const pattern = (at: number) => (at * 31 + (at >>> 13)) & 255;
  const value = new Uint8Array(size);
  for (let i = 0; i < size; i++) value[i] = pattern(i);
  const began = performance.now();
  await peer.write(`*3\r\n$3\r\nSET\r\n$3\r\nbig\r\n$${size}\r\n`);
  await peer.write(value);
  await peer.write("\r\n");
  assertEquals(fromBytes(await peer.read(5)), "+OK\r\n");
  await peer.send("GET", "big");
  const head = `$${size}\r\n`;
  assertEquals(fromBytes(await peer.read(head.length)), head);
  const back = await peer.read(size + 2);
  const took = performance.now() - began;
  for (let i = 0; i < size; i++) if (back[i] !== value[i]) throw new Error(`byte ${i} differs`);
  assertEquals(fromBytes(back, size), "\r\n");
  await peer.send("STRLEN", "big");
  assertEquals(fromBytes(await peer.read(12)), `:${size}\r\n`);
  // A second is usual; a machine under load takes longer, a quadratic path takes minutes.
  assert(took < 20_000, `${took} ms`);
});

Deno.test("port and bind can be changed while connections stay, unless the new ones are taken", async () => {
  await using local = await LocalServer.start();
  await using client = await local.connect();
  const { port } = local.server;
  assertEquals(await client.call("CONFIG", "GET", "port"), flat("port", `${port}`));
  const busy = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const other = `${busy.addr.port}`;
  assertEquals(
    await client.call("CONFIG", "SET", "port", other),
    "-ERR CONFIG SET failed (possibly related to argument 'port') - Unable to listen on this " +
      "port. Check server logs.\r\n",
  );
  assertStringIncludes(
    local.log,
    ` # Warning: Could not create server TCP listening socket 127.0.0.1:${other}: bind: Address ` +
      "already in use\n",
  );
  assertEquals(
    await client.call("CONFIG", "SET", "bind", "127.0.0.1 192.0.2.1"),
    "-ERR CONFIG SET failed (possibly related to argument 'bind') - Failed to bind to specified " +
      "addresses.\r\n",
  );
  assertEquals(await client.call("CONFIG", "GET", "port"), flat("port", `${port}`));
  assertEquals(await client.call("CONFIG", "GET", "bind"), flat("bind", "127.0.0.1"));
  {
    await using still = await local.connect();
    assertEquals(await still.call("PING"), "+PONG\r\n");
  }
  await setUp(client, "CONFIG SET bind 127.0.0.1", "CONFIG SET timeout 0");
  // An address that the machine may lack does no harm.
  assertEquals(await client.call("CONFIG", "SET", "bind", "127.0.0.1 -192.0.2.1"), "+OK\r\n");
  busy.close();
  await setUp(client, `CONFIG SET port ${other}`);
  assertEquals(`${local.server.port}`, other);
  await using moved = await local.connect();
  assertEquals(await moved.call("PING"), "+PONG\r\n");
  assertEquals(await client.call("PING"), "+PONG\r\n");
  await assertRejects(
    () => Deno.connect({ hostname: "127.0.0.1", port }),
    Deno.errors.ConnectionRefused,
  );
  await setUp(client, "CONFIG SET port 0");
  assertEquals(local.server.port, 0);
  assertEquals(await moved.call("PING"), "+PONG\r\n");
});

function flat(...items: string[]): string {
  return encodeCommand(items);
}

Deno.test("the numbers that stand for file descriptors are used again", async () => {
  await using local = await LocalServer.start();
  await using first = await local.connect();
  const numberOf = async (client: RawClient) =>
    Number(/ fd=(\d+) /.exec(await client.call("CLIENT", "INFO"))?.[1]);
  const lowest = await numberOf(first);
  for (let round = 0; round < 5; round++) {
    const second = await local.connect();
    assertEquals(await numberOf(second), lowest + 1);
    await second.close();
    await until(
      async () => (await first.call("INFO", "clients")).includes("connected_clients:1\r\n"),
      "the server notices that it is gone",
    );
  }
});
