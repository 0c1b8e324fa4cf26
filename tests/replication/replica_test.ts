/**
 * Following a primary that a script plays: what a replica says, and what it makes of all that may go
 * wrong.
 *
 * The server's clock is moved by hand: what is due once a second comes as fast as it is waited for.
 */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { FakePrimary, type Follower, HISTORY, snapshot, streamLength } from "./fake_primary.ts";
import { Replica } from "./local_replica.ts";
import { until } from "../support/until.ts";

const MARK = "m".repeat(20) + "n".repeat(20);

Deno.test("a replica introduces itself, takes a snapshot and follows", async () => {
  await using replica = await Replica.start({
    masterauth: "secret",
    masteruser: "copier",
    "replica-announce-ip": "10.1.2.3",
    "replica-announce-port": "4444",
  });
  const follower = await replica.primary.feed(snapshot({ a: "1" }), { offset: 7 });
  assertEquals(follower.commands, [
    ["PING"],
    ["AUTH", "copier", "secret"],
    ["REPLCONF", "listening-port", "4444"],
    ["REPLCONF", "ip-address", "10.1.2.3"],
    ["REPLCONF", "capa", "eof", "capa", "psync2"],
    ["REPLCONF", "version", "7.2.6"],
    ["PSYNC", "?", "-1"],
  ]);
  assertEquals(await follower.acknowledged(7), ["REPLCONF", "ACK", "7"]);
  const commands = [["SELECT", "3"], ["SET", "b", "2"], ["PING"]];
  await follower.command(...commands);
  await follower.acknowledged(7 + streamLength(...commands));
  assertEquals(await replica.call("GET", "a"), "$1\r\n1\r\n");
  assertEquals(await replica.call("SELECT", "3"), "+OK\r\n");
  assertEquals(await replica.call("GET", "b"), "$1\r\n2\r\n");
  assertStringIncludes(await replica.call("SET", "b", "3"), "-READONLY");
  assertStringIncludes(await replica.call("CLIENT", "LIST", "TYPE", "master"), " flags=M ");
});

Deno.test("the port that a replica tells is its own, and its password comes without a name", async () => {
  await using replica = await Replica.start({ masterauth: "secret" });
  const follower = await replica.primary.meet();
  assertEquals(follower.commands[1], ["AUTH", "secret"]);
  assertEquals(follower.commands[2], ["REPLCONF", "listening-port", `${replica.port}`]);
});

Deno.test("a primary that cannot serve now is asked again", async () => {
  await using replica = await Replica.start({ masterauth: "secret" });
  const { primary } = replica;
  const refusals: [after: string, answer: string, logged: string][] = [
    ["PING", "-ERR nobody home\r\n", "Error reply to PING from master: '-ERR nobody home'"],
    ["AUTH", "-WRONGPASS no\r\n", "Unable to AUTH to MASTER: -WRONGPASS no"],
    ["PSYNC", "-NOMASTERLINK not yet\r\n", "should be in the future: -NOMASTERLINK not yet"],
    ["PSYNC", "-LOADING wait\r\n", "should be in the future: -LOADING wait"],
    ["PSYNC", "\n\n-LOADING more\r\n", "should be in the future: -LOADING more"],
  ];
  for (const [command, answer, logged] of refusals) {
    const follower = await primary.accept();
    for (;;) {
      const [name] = (await follower.read())!;
      if (name === command) break;
      await follower.send("+OK\r\n");
    }
    await follower.send(answer);
    await replica.logs(logged);
    assert(await follower.ended());
  }
  const follower = await primary.accept();
  await follower.read();
  await follower.send("-NOAUTH Authentication required.\r\n");
  while ((await follower.read())![0] !== "PSYNC") {
    await follower.send(follower.commands.at(-1)![0] === "AUTH" ? "+OK\r\n" : "-ERR what?\r\n");
  }
  for (const option of ["listening-port", "capa", "version"]) {
    assertStringIncludes(replica.log, `not understand REPLCONF ${option}: -ERR what?`);
  }
  follower.close();
  await (await primary.feed(snapshot({ a: "1" }))).acknowledged(0);
});

Deno.test("a primary that knows no PSYNC is asked for SYNC, and for all again the next time", async () => {
  await using replica = await Replica.start();
  for (const value of ["old", "new"]) {
    const follower = await replica.primary.meet();
    assertEquals(follower.request, ["?", "-1"]);
    await follower.send("-ERR unknown command 'PSYNC'\r\n");
    assertEquals(await follower.read(), ["SYNC"]);
    const payload = snapshot({ a: value });
    await follower.send(`\n\n$${payload.length}\r\n${payload}`);
    await follower.command(["SELECT", "0"], ["SET", "b", value]);
    await replica.has("b", value);
    await replica.has("a", value);
    follower.close();
  }
  assertStringIncludes(replica.log, "Retrying with SYNC...");
});

Deno.test("a mark may be cut anywhere, and empty lines may come before", async () => {
  await using replica = await Replica.start();
  const payload = snapshot({ a: "1", b: "m".repeat(60) });
  for (let cut = 0; cut <= MARK.length; cut += 8) {
    const follower = await replica.primary.meet();
    await follower.send(`\n+FULLRESYNC ${HISTORY} ${cut}\r\n\n`);
    await follower.send(`\n$EOF:${MARK}\r\n`);
    const text = payload + MARK;
    const at = payload.length + cut;
    await follower.send(text.slice(0, at));
    await until(
      async () => Number(await replica.info("master_sync_read_bytes") ?? payload.length) >= at - 40,
      "the first part",
    );
    await follower.send(text.slice(at));
    await follower.acknowledged(cut);
    await replica.has("b", "m".repeat(60));
    follower.close();
    // The next one is another history.
    const other = await replica.primary.meet();
    assertEquals(other.request, [HISTORY, `${cut + 1}`]);
    other.close();
  }
});

for (const mode of ["disabled", "swapdb", "on-empty-db"]) {
  Deno.test(`a snapshot that ends early leaves the old data alone (${mode})`, async () => {
    await using replica = await Replica.start({ "repl-diskless-load": mode });
    await (await replica.primary.feed(snapshot({ a: "1" }))).acknowledged(0);
    await replica.call("CLIENT", "KILL", "TYPE", "master");
    const payload = snapshot({ a: "2", b: "3" });
    const other = "f".repeat(40);
    let follower = await replica.primary.meet();
    for (const part of [`$${payload.length}\r\n`, `$EOF:${MARK}\r\n`]) {
      await follower.send(`+FULLRESYNC ${other} 9\r\n${part}${payload.slice(0, -12)}`);
      follower.close();
      // It is over when the next one has begun. Where the old data stand is known as before.
      follower = await replica.primary.meet();
      assertEquals(follower.request, [HISTORY, "1"]);
      assertEquals(await replica.call("GET", "a"), "$1\r\n1\r\n", replica.log);
      const files = [...Deno.readDirSync(replica.directory)].map(({ name }) => name);
      assert(!files.some((name) => name.startsWith("temp-")), files.join());
    }
    await follower.send("+CONTINUE\r\n");
    await follower.acknowledged(0);
  });
}

Deno.test("nobody goes on from data that are gone", async () => {
  await using replica = await Replica.start();
  await (await replica.primary.feed(snapshot({ a: "1" }))).acknowledged(0);
  await replica.call("CLIENT", "KILL", "TYPE", "master");
  const follower = await replica.primary.feed(snapshot({ b: "2" }).slice(0, -9));
  assertEquals(follower.request, [HISTORY, "1"]);
  assertEquals((await replica.primary.meet()).request, ["?", "-1"]);
  assertEquals(await replica.call("DBSIZE"), ":0\r\n");
});

for (const mode of ["disabled", "swapdb", "on-empty-db"]) {
  Deno.test(`a damaged snapshot is refused, and asked for again (${mode})`, async () => {
    await using replica = await Replica.start({ "repl-diskless-load": mode });
    const good = snapshot({ a: "1", b: "2" });
    const damaged = [
      good.replace("REDIS", "REDUX"),
      good.replace("\xfe\x00", "\xfe\x70"),
      good.slice(0, 12) + "\xf1" + good.slice(13),
      good.replace(/\0{8}$/, "\x01\x02\x03\x04\x05\x06\x07\x08"),
      good.slice(0, -9),
    ];
    for (const payload of damaged) {
      const follower = await replica.primary.feed(payload);
      assertEquals(follower.request, ["?", "-1"]);
      assert(await follower.ended());
      follower.close();
    }
    const way = mode === "disabled" ? "disk" : "socket";
    const failures = replica.log.match(
      new RegExp(`Failed trying to load the MASTER synchronization DB from ${way}: .+`, "g"),
    );
    assertEquals(failures?.length, damaged.length);
    await (await replica.primary.feed(good)).acknowledged(0);
    assertEquals(await replica.call("DBSIZE"), ":2\r\n");
    const isFile = [...Deno.readDirSync(replica.directory)].map(({ name }) => name);
    assertEquals(isFile, mode === "disabled" ? ["dump.rdb"] : []);
  });
}

Deno.test("behind a snapshot there must be its mark", async () => {
  await using replica = await Replica.start({ "repl-diskless-load": "on-empty-db" });
  const follower = await replica.primary.meet();
  const payload = snapshot({ a: "1" });
  await follower.send(`+FULLRESYNC ${HISTORY} 0\r\n$EOF:${MARK}\r\n${payload}${"?".repeat(41)}`);
  await replica.logs("Replication stream EOF marker is broken");
  assertEquals(replica.parts.keyspace.size, 0);
});

Deno.test("other answers than a snapshot are errors", async () => {
  await using replica = await Replica.start();
  const answers: [answer: string, logged: string][] = [
    ["-ERR no memory\r\n", "MASTER aborted replication with an error: ERR no memory"],
    ["+what\r\n", "the first byte is not '$' (we received '+what')"],
    ["$many\r\n", "Bad length of the snapshot from MASTER: '$many'"],
  ];
  for (const [answer, logged] of answers) {
    const follower = await replica.primary.meet();
    await follower.send(`+FULLRESYNC ${HISTORY} 0\r\n${answer}`);
    await replica.logs(logged);
    assert(await follower.ended());
  }
});

Deno.test("data are loaded beside the old ones, which are served if they are of the same history", async () => {
  await using replica = await Replica.start({ "repl-diskless-load": "swapdb" });
  await (await replica.primary.feed(snapshot({ a: "1" }))).acknowledged(0);
  const client = await replica.connect();
  for (const id of [HISTORY, "f".repeat(40)]) {
    await client.call("WATCH", "a");
    await replica.call("CLIENT", "KILL", "TYPE", "master");
    const payload = snapshot({ a: "2", b: "3" }, { aux: { "repl-stream-db": "5" } });
    const follower = await replica.primary.meet();
    await follower.send(`+FULLRESYNC ${id} 100\r\n$${payload.length}\r\n${payload.slice(0, -9)}`);
    await until(() => replica.parts.loading.active, "the load");
    const same = id === HISTORY;
    const before = await replica.call("GET", "a");
    if (same) assertEquals(before, "$1\r\n1\r\n");
    else assertStringIncludes(before, "-LOADING");
    assertStringIncludes(await replica.call("REPLICAOF", "NO", "ONE"), "-LOADING");
    assertEquals(await replica.info("async_loading"), same ? "1" : "0");
    // Nothing else can be said now, so a line says that the replica lives.
    let line = "";
    while (!line.includes("\n")) line += await follower.readRaw();
    await follower.send(payload.slice(-9));
    await follower.acknowledged(100);
    assertEquals(await replica.call("GET", "a"), "$1\r\n2\r\n");
    await client.call("MULTI");
    await client.call("GET", "a");
    assertEquals(await client.call("EXEC"), "*-1\r\n");
    // The stream goes on in the database that the snapshot names.
    await follower.command(["SET", "c", "4"]);
    await follower.acknowledged(100 + streamLength(["SET", "c", "4"]));
    assertEquals(await replica.info("db5"), "keys=1,expires=0,avg_ttl=0");
    follower.close();
  }
  await client.close();
});

Deno.test("an empty server decodes what comes at once", async () => {
  await using replica = await Replica.start({ "repl-diskless-load": "on-empty-db" });
  const payload = snapshot({ a: "1", b: "2".repeat(60) });
  const follower = await replica.primary.meet();
  await follower.send(`+FULLRESYNC ${HISTORY} 0\r\n$EOF:${MARK}\r\n${payload}`);
  await until(() => replica.parts.keyspace.size > 0, "the first key");
  assertStringIncludes(await replica.call("GET", "a"), "-LOADING");
  await follower.send(MARK);
  await follower.acknowledged(0);
  assertStringIncludes(replica.log, "receiving streamed RDB from master with EOF to parser");
});

Deno.test("a transaction that is cut is not begun, and a link goes on where it was", async () => {
  await using replica = await Replica.start();
  const first = await replica.primary.feed(snapshot({ a: "1" }));
  const before = [["SELECT", "2"], ["SET", "n", "5"]];
  await first.command(...before, ["MULTI"], ["INCR", "n"], ["INCR", "n"]);
  const offset = streamLength(...before);
  await first.acknowledged(offset);
  first.close();
  const second = await replica.primary.meet();
  assertEquals(second.request, [HISTORY, `${offset + 1}`]);
  // The history may have got another name meanwhile.
  const renamed = "9".repeat(40);
  await second.send(`+CONTINUE ${renamed}\r\n`);
  assertEquals(await second.acknowledged(0), ["REPLCONF", "ACK", `${offset}`]);
  assertEquals(await replica.info("master_replid"), renamed);
  assertEquals(await replica.info("master_replid2"), HISTORY);
  assertEquals(await replica.info("second_repl_offset"), `${offset + 1}`);
  await second.command(["MULTI"], ["INCR", "n"], ["INCR", "n"], ["EXEC"], ["SET", "m", "1"]);
  await replica.call("SELECT", "2");
  await replica.has("m", "1");
  assertEquals(await replica.call("GET", "n"), "$1\r\n7\r\n");
});

Deno.test("commands may be cut anywhere", async () => {
  await using replica = await Replica.start();
  const follower = await replica.primary.feed(snapshot({}));
  const commands = [["SELECT", "0"], ["SET", "k", "v".repeat(50)], ["MULTI"], ["INCR", "n"], [
    "EXEC",
  ]];
  const text = commands.map((args) =>
    `*${args.length}\r\n` + args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join("")
  ).join("");
  for (let i = 0; i < text.length; i++) {
    await follower.send(text[i]);
    if (i % 10 === 0) await replica.call("PING");
  }
  await follower.acknowledged(text.length);
  await replica.has("n", "1");
  // What the replica passes on is what has come, byte for byte.
  const { stream } = replica.parts.replication;
  const reader = stream.reader(0)!;
  let passed = "";
  while (reader.pending > 0) {
    const bytes = reader.peek();
    passed += new TextDecoder("latin1").decode(bytes);
    reader.advance(bytes.length);
  }
  assertEquals(passed, text);
});

Deno.test("a question is answered at once, and once a second", async () => {
  await using replica = await Replica.start();
  const follower = await replica.primary.feed(snapshot({}));
  await follower.acknowledged(0);
  const commands = [["SELECT", "0"], ["SET", "a", "1"], ["REPLCONF", "GETACK", "*"]];
  await follower.command(...commands);
  const length = streamLength(...commands);
  assertEquals(await follower.acknowledged(length), ["REPLCONF", "ACK", `${length}`]);
  assertEquals(await follower.acknowledged(length), ["REPLCONF", "ACK", `${length}`]);
});

Deno.test("keys past their time stay until the primary says otherwise, and nobody sees them", async () => {
  await using replica = await Replica.start();
  const past = replica.clock.ms - 1000;
  const follower = await replica.primary.feed(
    snapshot({ a: "5", b: "1" }, { expireAt: { a: past, b: past } }),
  );
  await follower.acknowledged(0);
  assertEquals(await replica.call("GET", "a"), "$-1\r\n");
  assertEquals(await replica.call("DBSIZE"), ":2\r\n");
  assertEquals(await replica.call("KEYS", "*"), "*0\r\n");
  assertEquals(await replica.call("EXISTS", "a", "b"), ":0\r\n");
  // Of nothing but such keys, RANDOMKEY names one, as a real replica does.
  assertMatch(await replica.call("RANDOMKEY"), /^\$1\r\n[ab]\r\n$/);
  // The primary's commands find them.
  const commands = [["SELECT", "0"], ["INCR", "a"], ["PERSIST", "a"], ["DEL", "b"]];
  await follower.command(...commands);
  await follower.acknowledged(streamLength(...commands));
  assertEquals(await replica.call("GET", "a"), "$1\r\n6\r\n");
  assertEquals(await replica.call("DBSIZE"), ":1\r\n");
  assertEquals(await replica.info("expired_keys"), "0");
});

Deno.test("a replica may be written to where that is configured, and lets its own keys expire", async () => {
  await using replica = await Replica.start({ "replica-read-only": "no" });
  const past = replica.clock.ms - 1000;
  const follower = await replica.primary.feed(snapshot({ a: "5" }, { expireAt: { a: past } }));
  await follower.acknowledged(0);
  assertEquals(await replica.call("APPEND", "a", "x"), ":1\r\n");
  assertEquals(await replica.call("DBSIZE"), ":1\r\n");
  replica.stopClock();
  await replica.call("SET", "own", "1", "PX", "500");
  assertEquals(await replica.info("slave_expires_tracked_keys"), "1");
  replica.clock.advance(1000);
  assertEquals(await replica.call("DBSIZE"), ":1\r\n");
  assertEquals(await replica.info("slave_expires_tracked_keys"), "0");
  assertEquals(await replica.info("slave_repl_offset"), "0");
});

Deno.test("published messages reach this server's listeners", async () => {
  await using replica = await Replica.start();
  const follower = await replica.primary.feed(snapshot({}));
  await follower.acknowledged(0);
  await using listener = await replica.connect();
  await listener.call("SUBSCRIBE", "news");
  await follower.command(["PUBLISH", "news", "hello"]);
  assertEquals(await listener.readReply(), "*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$5\r\nhello\r\n");
});

Deno.test("a command that fails is a matter for the log, and the next one runs", async () => {
  await using replica = await Replica.start();
  const follower = await replica.primary.feed(snapshot({ a: "text" }));
  await follower.command(
    ["SELECT", "0"],
    ["INCR", "a"],
    ["NONSENSE", "x"],
    ["SET", "a"],
    ["MULTI"],
    ["LPUSH", "a", "1"],
    ["EXEC"],
    ["SET", "b", "1"],
  );
  await replica.has("b", "1");
  const errors = replica.log.match(/== CRITICAL == .*/g);
  const after = "== CRITICAL == This replica is sending an error to its master: ";
  assertEquals(errors?.map((line) => line.slice(after.length)), [
    "'value is not an integer or out of range' after processing the command 'incr'",
    "'unknown command 'NONSENSE', with args beginning with: 'x' ' after processing the command '<unknown>'",
    "'wrong number of arguments for 'set' command' after processing the command 'set'",
    "'-WRONGTYPE Operation against a key holding the wrong kind of value' after processing the " +
    "command 'exec'",
  ]);
  assertEquals(await replica.info("unexpected_error_replies"), "4");
});

Deno.test("a stream that makes no sense is given up, and all is copied anew", async () => {
  await using replica = await Replica.start();
  for (const nonsense of ["SET a 1\r\n", "*1\r\n!3\r\n", "*2\r\n$x\r\n"]) {
    const follower = await replica.primary.feed(snapshot({ a: "0" }));
    assertEquals(follower.request, ["?", "-1"]);
    await follower.command(["SELECT", "0"], ["SET", "b", "1"]);
    await follower.send(nonsense);
    assert(await follower.ended());
    assertEquals(await replica.call("GET", "a"), "$1\r\n0\r\n");
    follower.close();
  }
});

Deno.test("a primary that falls silent is given up", async () => {
  await using replica = await Replica.start({ "repl-timeout": "1000" });
  replica.stopClock();
  const silent = async (follower: Follower, logged: string) => {
    replica.clock.advance(999_000);
    assert(!replica.log.includes(logged), logged);
    // Time enough for the next attempt, too.
    replica.clock.advance(4000);
    await replica.logs(logged);
    assert(await follower.ended());
    follower.close();
  };
  await silent(await replica.primary.accept(), "Timeout connecting to the MASTER...");
  const halfway = await replica.primary.meet();
  await halfway.send(`+FULLRESYNC ${HISTORY} 0\r\n$1000\r\nREDIS`);
  await replica.logs("receiving 1000 bytes");
  await silent(halfway, "Timeout receiving bulk data from MASTER...");
  const follower = await replica.primary.feed(snapshot({}));
  await follower.acknowledged(0);
  await silent(follower, "MASTER timeout: no data nor PING received...");
  assertEquals((await replica.primary.meet()).request, [HISTORY, "1"]);
});

Deno.test("REPLICAOF takes effect at any stage, and leaves nothing behind", async () => {
  await using replica = await Replica.start();
  const { primary } = replica;
  using other = new FakePrimary();
  const address = ["127.0.0.1", `${primary.port}`];
  assertEquals(
    await replica.call("REPLICAOF", ...address),
    "+OK Already connected to specified master\r\n",
  );
  const stages: ((follower: Follower) => Promise<void>)[] = [
    async () => {},
    (follower) => follower.send("+PONG\r\n"),
    (follower) => follower.introduce().then(() => {}),
    async (follower) => {
      await follower.introduce();
      await follower.send(`+FULLRESYNC ${HISTORY} 0\r\n`);
    },
    async (follower) => {
      await follower.introduce();
      await follower.send(`+FULLRESYNC ${HISTORY} 0\r\n$1000\r\nREDIS0010`);
      await replica.logs("receiving 1000 bytes");
    },
    async (follower) => {
      await follower.introduce();
      await follower.send("+CONTINUE\r\n");
      await follower.acknowledged(0);
    },
  ];
  let first = true;
  for (const stage of stages) {
    if (!first) assertEquals(await replica.call("REPLICAOF", ...address), "+OK\r\n");
    first = false;
    const follower = await primary.accept();
    await stage(follower);
    assertEquals(await replica.call("SLAVEOF", "127.0.0.1", `${other.port}`), "+OK\r\n");
    assert(await follower.ended());
    (await other.accept()).close();
    assertEquals(await replica.call("SLAVEOF", "no", "ONE"), "+OK\r\n");
    assertEquals(
      await replica.call("CONFIG", "GET", "replicaof"),
      "*2\r\n$9\r\nreplicaof\r\n$0\r\n\r\n",
    );
    assertEquals(await replica.call("SET", "x", "1"), "+OK\r\n");
  }
  assertEquals(
    await replica.call("CONFIG", "GET", "replicaof"),
    "*2\r\n$9\r\nreplicaof\r\n$0\r\n\r\n",
  );
  for (const port of ["x", "-1", "65536"]) {
    assertEquals(await replica.call("REPLICAOF", "h", port), "-ERR Invalid master port\r\n");
  }
});

Deno.test("a promoted replica's history begins where the old one ends", async () => {
  await using replica = await Replica.start();
  const follower = await replica.primary.feed(snapshot({ a: "1" }), { offset: 1000 });
  await follower.acknowledged(1000);
  await replica.call("REPLICAOF", "NO", "ONE");
  assertEquals(await replica.info("master_replid2"), HISTORY);
  assertEquals(await replica.info("second_repl_offset"), "1001");
  await replica.call("SET", "b", "2");
  const id = await replica.info("master_replid");
  const offset = Number(await replica.info("master_repl_offset"));
  assertEquals(offset, 1000 + streamLength(["SELECT", "0"], ["SET", "b", "2"]));
  // As a replica again, it asks for what follows its own history.
  await replica.call("REPLICAOF", "127.0.0.1", `${replica.primary.port}`);
  assertEquals((await replica.primary.meet()).request, [id, `${offset + 1}`]);
});

Deno.test("clients that wait for something are sent away when the server becomes a replica", async () => {
  await using replica = await Replica.start();
  await replica.call("REPLICAOF", "NO", "ONE");
  for (const command of [["BLPOP", "list", "0"], ["WAIT", "1", "0"]]) {
    await using client = await replica.connect();
    await client.send(...command);
    await until(async () => await replica.info("blocked_clients") === "1", "the wait");
    await replica.call("REPLICAOF", "127.0.0.1", `${replica.primary.port}`);
    assertEquals(
      await client.readReply(),
      "-UNBLOCKED force unblock from blocking operation, instance state changed (master -> " +
        "replica?)\r\n",
    );
    assert(await client.closedByPeer());
    await replica.call("REPLICAOF", "NO", "ONE");
  }
});

Deno.test("CLIENT PAUSE holds the primary's commands too", async () => {
  await using replica = await Replica.start();
  const follower = await replica.primary.feed(snapshot({}));
  await follower.acknowledged(0);
  await replica.call("CLIENT", "PAUSE", "1000000", "WRITE");
  await follower.command(["SELECT", "0"], ["SET", "a", "1"]);
  await follower.acknowledged(0);
  await follower.acknowledged(0);
  assertEquals(await replica.call("EXISTS", "a"), ":0\r\n");
  const length = streamLength(["SELECT", "0"], ["SET", "a", "1"]);
  const { replication } = replica.parts;
  await until(() => replication.link?.readOffset === length, "what has come");
  assertEquals(replication.stream.end, 0);
  await replica.call("CLIENT", "UNPAUSE");
  await replica.has("a", "1");
});

Deno.test("a server stops whatever its link does", async () => {
  for (const last of ["", "+PONG\r\n", `+FULLRESYNC ${HISTORY} 0\r\n$1000\r\nREDIS0010\xfe\x00`]) {
    for (const mode of ["disabled", "swapdb", "on-empty-db"]) {
      await using replica = await Replica.start({ "repl-diskless-load": mode });
      const follower = await replica.primary.accept();
      if (last.startsWith("+F")) await follower.introduce();
      await follower.send(last);
      if (last.startsWith("+F")) await replica.logs("receiving 1000 bytes");
    }
  }
});
