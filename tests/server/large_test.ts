/**
 * Requests that are large in one way or another, and ended the process or held up others: each on a
 * server as a process of its own. They are in one file, where one runs after the other; those that
 * take some gigabytes of memory run with LARGE_FULL=1 in the environment (`deno task test:large`).
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { RawClient } from "../support/raw_client.ts";
import { encodeCommand, toBytes } from "../support/resp.ts";
import { type ServerProcess, startRedeno } from "../support/servers.ts";
import { until } from "../support/until.ts";

const MB = 1024 * 1024;
/** What the server's own strings can be at most. */
const LONGEST_STRING = 0x1fffffe8;

/** A connection that sends from one buffer, and counts what comes without keeping it. */
class Bulk implements Disposable {
  readonly #conn: Deno.TcpConn;
  readonly #chunk = new Uint8Array(4 * MB);

  constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  static async connect(server: ServerProcess): Promise<Bulk> {
    return new Bulk(await Deno.connect({ hostname: "127.0.0.1", port: server.port }));
  }

  async write(bytes: Uint8Array | string): Promise<void> {
    let rest = typeof bytes === "string" ? toBytes(bytes) : bytes;
    while (rest.length > 0) {
      rest = rest.subarray(await this.#conn.write(rest.subarray(0, 4 * MB)));
    }
  }

  /** Send a command whose last argument is so many bytes. */
  async send(args: readonly string[], size: number, byte = 0x78): Promise<void> {
    let head = `*${args.length + 1}\r\n`;
    for (const arg of args) head += `$${arg.length}\r\n${arg}\r\n`;
    await this.write(`${head}$${size}\r\n`);
    const piece = new Uint8Array(Math.min(size, 4 * MB)).fill(byte);
    for (let left = size; left > 0; left -= piece.length) {
      await this.write(piece.subarray(0, Math.min(left, piece.length)));
    }
    await this.write("\r\n");
  }

  /** Read to the end of a line. */
  async line(): Promise<string> {
    const one = new Uint8Array(1);
    let text = "";
    while (!text.endsWith("\r\n")) {
      if (await this.#conn.read(one) === null) throw new Error(`closed behind ${text}`);
      text += String.fromCharCode(one[0]);
    }
    return text.slice(0, -2);
  }

  /** Read past a bulk string. @returns its length, and how often a byte was in it */
  async bulk(byte: number): Promise<{ size: number; count: number }> {
    const head = await this.line();
    assertEquals(head[0], "$", head);
    const size = Number(head.slice(1));
    let count = 0;
    for (let left = size; left > 0;) {
      const got = await this.#conn.read(this.#chunk.subarray(0, Math.min(left, 4 * MB)));
      if (got === null) throw new Error("closed");
      for (let i = 0; i < got; i++) if (this.#chunk[i] === byte) count++;
      left -= got;
    }
    assertEquals(await this.line(), "");
    return { size, count };
  }

  [Symbol.dispose](): void {
    this.#conn.close();
  }
}

/** Send a command and wait for its reply, longer than others: it may be about gigabytes. */
async function ask(client: RawClient, ...args: string[]): Promise<string> {
  await client.send(...args);
  return await client.readReply(60_000);
}

/** Only on request: they take more memory and time than a test should. */
const onRequest = { ignore: Deno.env.get("LARGE_FULL") !== "1" };

async function info(client: RawClient, field: string): Promise<string> {
  const text = await ask(client, "INFO");
  return new RegExp(`^${field}:(.*)\r$`, "m").exec(text)?.[1] ?? "";
}

const integer = (reply: string) => Number(reply.slice(1, -2));

Deno.test("a command may leave more effects than a stack has room for", async () => {
  await using server = await startRedeno({ args: ["--appendonly", "yes"] });
  await using client = await server.connect();
  const count = 130_000;
  let requests = "";
  for (let i = 1; i <= count; i++) requests += encodeCommand(["XADD", "s", `${i}-1`, "f", "v"]);
  await client.sendRaw(requests);
  for (let i = 1; i <= count; i++) await client.readReply();
  await ask(client, "XGROUP", "CREATE", "s", "g", "0");
  await ask(client, "XREADGROUP", "GROUP", "g", "c", "STREAMS", "s", ">");
  await client.send("XAUTOCLAIM", "s", "g", "d", "0", "0", "COUNT", `${count}`, "JUSTID");
  assertStringIncludes(await client.readReply(30_000), `$${`${count}-1`.length}\r\n${count}-1\r\n`);
  const pending = await ask(client, "XPENDING", "s", "g");
  assertStringIncludes(pending, `:${count}\r\n`);
  assertEquals(await ask(client, "DEBUG", "LOADAOF"), "+OK\r\n");
  assertEquals(await ask(client, "XPENDING", "s", "g"), pending);
});

Deno.test(
  "a transaction may be larger than a string can be, for the file and for replicas",
  onRequest,
  async () => {
    await using server = await startRedeno({ args: ["--appendonly", "yes"] });
    await using replica = await startRedeno({
      args: ["--replicaof", "127.0.0.1", `${server.port}`],
    });
    await using client = await server.connect();
    await using copy = await replica.connect();
    await until(async () => await info(copy, "master_link_status") === "up", "the link", {
      timeoutMs: 60_000,
    });
    using bulk = await Bulk.connect(server);
    await bulk.write(encodeCommand(["MULTI"]));
    for (let i = 0; i < 6; i++) await bulk.send(["SET", `e${i}`], 100 * MB);
    await bulk.write(encodeCommand(["APPEND", "e0", "more"]) + encodeCommand(["EXEC"]));
    for (const expected of ["OK", ...new Array(7).fill("QUEUED"), "*7"]) {
      assertEquals("+" + (await bulk.line()).replace(/^\+/, ""), "+" + expected);
    }
    for (let i = 0; i < 6; i++) assertEquals(await bulk.line(), "+OK");
    assertEquals(await bulk.line(), `:${100 * MB + 4}`);
    assertEquals(await ask(client, "WAIT", "1", "20000"), ":1\r\n");
    assertEquals(await ask(copy, "GETRANGE", "e0", `${100 * MB - 1}`, "-1"), "$5\r\nxmore\r\n");
    assertEquals(await ask(copy, "STRLEN", "e5"), `:${100 * MB}\r\n`);
    await until(
      async () => Number(await info(client, "aof_current_size")) > 600 * MB,
      "the file",
      { timeoutMs: 60_000 },
    );
    assertEquals(await ask(client, "DEBUG", "LOADAOF"), "+OK\r\n");
    assertEquals(await ask(client, "GETRANGE", "e0", `${100 * MB - 1}`, "-1"), "$5\r\nxmore\r\n");
    assertEquals(await ask(client, "DBSIZE"), ":6\r\n");
    assert(!server.log().includes("Internal error"), server.log());
  },
);

Deno.test("a string longer than V8's is taken, kept in the file and sent", onRequest, async () => {
  const size = 512 * MB;
  await using server = await startRedeno({
    args: ["--appendonly", "yes", "--aof-use-rdb-preamble", "no"],
  });
  await using client = await server.connect();
  using bulk = await Bulk.connect(server);
  assert(size > LONGEST_STRING);
  await bulk.send(["SET", "k"], size);
  assertEquals(await bulk.line(), "+OK");
  await bulk.write(encodeCommand(["GETRANGE", "k", "1", "-1"]));
  assertEquals(await bulk.bulk(0x78), { size: size - 1, count: size - 1 });
  // What has no use for bytes refuses them, and nothing else happens.
  await bulk.send(["RPUSH", "l"], LONGEST_STRING + 1);
  assertStringIncludes(await bulk.line(), "-ERR this command cannot take an argument of");
  assertEquals(
    await ask(client, "BGREWRITEAOF"),
    "+Background append only file rewriting started\r\n",
  );
  await until(
    async () => await info(client, "aof_rewrite_in_progress") === "0",
    "the rewrite",
    { timeoutMs: 60_000 },
  );
  assertEquals(await info(client, "aof_last_bgrewrite_status"), "ok");
  assertEquals(await ask(client, "DEBUG", "LOADAOF"), "+OK\r\n");
  assertEquals(await ask(client, "STRLEN", "k"), `:${size}\r\n`);
  assertEquals(await ask(client, "EXISTS", "l"), ":0\r\n");
});

Deno.test(
  "a bit beyond V8's longest string: saved, copied to a replica, dumped, restored",
  onRequest,
  async () => {
    const size = 512 * MB;
    await using server = await startRedeno();
    await using client = await server.connect();
    assertEquals(await ask(client, "SETBIT", "k", "4294967295", "1"), ":0\r\n");
    assertEquals(await ask(client, "SAVE"), "+OK\r\n");
    assertEquals(await ask(client, "COPY", "k", "c"), ":1\r\n");
    assertEquals(await ask(client, "SETBIT", "c", "0", "1"), ":0\r\n");
    assertEquals(await ask(client, "GETBIT", "k", "0"), ":0\r\n");
    await ask(client, "DEL", "c");
    using bulk = await Bulk.connect(server);
    await bulk.write(encodeCommand(["GET", "k"]));
    assertEquals(await bulk.bulk(0x01), { size, count: 1 });
    await client.send("DUMP", "k");
    const dumped = await client.readReply(30_000);
    const payload = dumped.slice(dumped.indexOf("\n") + 1, -2);
    assert(payload.length < 16 * MB);
    assertEquals(await ask(client, "RESTORE", "r", "0", payload), "+OK\r\n");
    assertEquals(await ask(client, "GETBIT", "r", "4294967295"), ":1\r\n");
    await ask(client, "DEL", "r");
    await using replica = await startRedeno({
      args: ["--replicaof", "127.0.0.1", `${server.port}`],
    });
    await using copy = await replica.connect();
    await until(async () => await info(copy, "master_link_status") === "up", "the link", {
      timeoutMs: 60_000,
    });
    assertEquals(await ask(copy, "BITPOS", "k", "1"), ":4294967295\r\n");
    for (
      const [command, error] of [
        [["PFCOUNT", "k"], "-WRONGTYPE"],
        [["INCR", "k"], "-ERR value is not an integer"],
        [["INCRBYFLOAT", "k", "1"], "-ERR value is not a valid float"],
        [["LCS", "k", "k"], "-ERR Insufficient memory"],
        [["APPEND", "k", "x"], "-ERR string exceeds maximum allowed size"],
      ] as const
    ) {
      assertStringIncludes(await ask(client, ...command), error);
    }
    assertEquals(await ask(client, "OBJECT", "ENCODING", "k"), "$3\r\nraw\r\n");
  },
);

Deno.test("large replies that nobody reads hold up nobody and take no memory", async () => {
  await using server = await startRedeno();
  await using client = await server.connect();
  using bulk = await Bulk.connect(server);
  for (let i = 0; i < 5; i++) {
    await bulk.send(["SET", `k${i}`], 100 * MB, 0x61 + i);
    assertEquals(await bulk.line(), "+OK");
  }
  const resident = () => {
    const status = Deno.readTextFileSync(`/proc/${server.pid}/status`);
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)![1]) / 1024;
  };
  const before = Deno.build.os === "linux" ? resident() : 0;
  const started = performance.now();
  let gets = "";
  for (let i = 0; i < 45; i++) gets += encodeCommand(["GET", `k${i % 5}`]);
  using late = await Bulk.connect(server);
  await late.write(gets + encodeCommand(["SET", "k0", "new"]));
  for (let i = 0; i < 100; i++) assertEquals(await ask(client, "PING"), "+PONG\r\n");
  assert(performance.now() - started < 10_000);
  assert(integer(await ask(client, "STRLEN", "k0")) === 100 * MB);
  if (Deno.build.os === "linux") assert(resident() < before + 300, `${resident()} of ${before} MB`);
  // What is on its way stays as it was, whatever becomes of the key.
  await ask(client, "SETRANGE", "k0", "0", "zzz");
  assertEquals(await late.bulk(0x61), { size: 100 * MB, count: 100 * MB });
  for (let i = 1; i < 45; i++) {
    const { size, count } = await late.bulk(0x61 + i % 5);
    assertEquals([size, count], [100 * MB, i % 5 === 0 ? 100 * MB - 3 : 100 * MB]);
  }
  assertEquals(await late.line(), "+OK");
  assertEquals(await ask(client, "GET", "k0"), "$3\r\nnew\r\n");
});

Deno.test("a large reply counts against the limit as it is made", async () => {
  await using server = await startRedeno({
    args: ["--client-output-buffer-limit", "normal 150mb 0 0"],
  });
  await using client = await server.connect();
  using bulk = await Bulk.connect(server);
  await bulk.send(["SET", "k"], 60 * MB);
  assertEquals(await bulk.line(), "+OK");
  using late = await Bulk.connect(server);
  await late.write(encodeCommand(["GET", "k"]).repeat(4));
  const closed = "client_output_buffer_limit_disconnections";
  await until(async () => await info(client, closed) === "1", "the disconnection");
});
