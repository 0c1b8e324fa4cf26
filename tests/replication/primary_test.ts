/** Serving replicas, seen from a replica that does as the test says. */

import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { RdbDecoder } from "../../src/rdb/decode/decoder.ts";
import { toBytes } from "../support/resp.ts";
import { expectStream, FakeReplica, stream } from "./fake_replica.ts";
import { Primary, sessions } from "./local_primary.ts";
import { until } from "../support/until.ts";

/** A slow snapshot, so that things can happen while it is made. */
const SLOW = { "rdb-key-save-delay": "2000" };

interface Decoded {
  version: string;
  /** Strings by key. */
  keys: Map<string, string>;
  /** Names of the remarks, in their order, and their values. */
  aux: Map<string, string>;
  functions: number;
}

function decode(rdb: string): Decoded {
  const keys = new Map<string, string>();
  const aux = new Map<string, string>();
  let functions = 0;
  const decoder = new RdbDecoder();
  decoder.push(toBytes(rdb));
  decoder.end();
  for (let record = decoder.next(); record !== null; record = decoder.next()) {
    if (record.kind === "aux") aux.set(record.key, record.value);
    if (record.kind === "function") functions++;
    if (record.kind === "key") {
      keys.set(record.key, record.value.type === "string" ? record.value.value : "");
    }
  }
  assert(decoder.done, "the snapshot is complete");
  return { version: rdb.slice(5, 9), keys, aux, functions };
}

function existsSync(path: string): boolean {
  try {
    return Deno.lstatSync(path).isFile;
  } catch {
    return false;
  }
}

function field(info: string, name: string): string {
  return new RegExp(`^${name}:(.*)\r$`, "m").exec(info)?.[1] ?? "";
}

Deno.test("a replica gets a snapshot, and after its first word the stream from there", async () => {
  await using local = await Primary.start();
  await using client = await local.connect();
  await client.call("SET", "a", "1");
  await using replica = await FakeReplica.full(local.port);
  const { id, offset } = await replica.fullResync();
  const { kind, rdb } = await replica.snapshot();
  const { keys, aux, version } = decode(rdb);
  assertEquals([kind, offset, version], ["mark", 0, "0010"]);
  assertEquals([...keys], [["a", "1"]]);
  assertEquals(aux.get("repl-id"), id);
  assertEquals(aux.get("repl-offset"), "0");
  assertEquals(aux.get("repl-stream-db"), "0");
  assertEquals([...aux.keys()].at(-1), "aof-base");
  await client.call("SET", "b", "2");
  await until(() => sessions(local)[0]?.state === "online", "online");
  assertEquals(replica.rest, "");
  await replica.ack(0);
  await expectStream(replica, stream("SELECT 0", "SET b 2"));
  await client.call("SELECT", "5");
  await client.call("SET", "c", "3");
  const next = stream("SELECT 5", "SET c 3");
  await expectStream(replica, next);
  const info = await client.call("INFO", "replication");
  assertEquals(field(info, "connected_slaves"), "1");
  assertMatch(field(info, "slave0"), /^ip=127\.0\.0\.1,port=0,state=online,offset=0,lag=0$/);
  assertEquals(
    field(info, "master_repl_offset"),
    `${stream("SELECT 0", "SET b 2").length + next.length}`,
  );
});

Deno.test("a snapshot shows one moment, and the stream goes on from that moment", async () => {
  await using local = await Primary.start(SLOW);
  await using client = await local.connect();
  for (let i = 0; i < 100; i++) await client.call("SET", `key:${i}`, "old");
  await using replica = await FakeReplica.full(local.port);
  const { offset } = await replica.fullResync();
  assertEquals(local.server.parts.replication.replicas.transferring, true);
  assertEquals(await client.call("BGSAVE"), "-ERR Background save already in progress\r\n");
  assertEquals(await client.call("SAVE"), "-ERR Background save already in progress\r\n");
  for (let i = 0; i < 100; i++) await client.call("SET", `key:${i}`, "new");
  await client.call("SET", "later", "new");
  const { keys } = decode((await replica.snapshot()).rdb);
  assertEquals(keys.size, 100);
  assertEquals(new Set(keys.values()), new Set(["old"]));
  await replica.ack(offset);
  const text = await replica.until(stream("SET later new"));
  const expected = Array.from({ length: 100 }, (_, i) => `SET key:${i} new`);
  assertEquals(text, stream("SELECT 0", ...expected, "SET later new"));
});

Deno.test("a later replica is told the database, too", async () => {
  await using local = await Primary.start();
  await using client = await local.connect();
  await client.call("SELECT", "3");
  await using first = await FakeReplica.full(local.port);
  await first.fullResync();
  await first.snapshot();
  await first.ack(0);
  await client.call("SET", "a", "1");
  await expectStream(first, stream("SELECT 3", "SET a 1"));
  await using second = await FakeReplica.full(local.port);
  const { offset } = await second.fullResync();
  assertEquals(decode((await second.snapshot()).rdb).aux.get("repl-stream-db"), "0");
  await second.ack(offset);
  await client.call("SET", "a", "2");
  await expectStream(first, stream("SELECT 3", "SET a 2"));
  await expectStream(second, stream("SELECT 3", "SET a 2"));
  // A save in the background is shared by who comes while it goes on.
  await client.call("CONFIG", "SET", "rdb-key-save-delay", "100000");
  await client.call("BGSAVE");
  await using third = await FakeReplica.connect(local.port);
  await third.send("PSYNC", "?", "-1");
  await third.fullResync();
  await client.call("SET", "a", "3");
  await third.snapshot();
  await expectStream(third, stream("SELECT 3", "SET a 3"));
});

Deno.test("replicas that arrive together share a snapshot", async () => {
  await using local = await Primary.start({
    "repl-diskless-sync-delay": "100",
    "repl-diskless-sync-max-replicas": "3",
  });
  await using client = await local.connect();
  await client.call("SET", "a", "1");
  const port = local.port;
  await using first = await FakeReplica.full(port);
  await using second = await FakeReplica.full(port);
  await until(() => sessions(local).length === 2, "two replicas");
  assertEquals(sessions(local).map(({ state }) => state), ["wait_bgsave", "wait_bgsave"]);
  await using third = await FakeReplica.full(port);
  const texts = await Promise.all([first, second, third].map(async (replica) => {
    const { id, offset } = await replica.fullResync();
    return { id, offset, ...await replica.snapshot() };
  }));
  assertEquals(texts[1], texts[0]);
  assertEquals(texts[2], texts[0]);
  assertEquals(local.log.split("Background RDB transfer started").length, 2);
  assertStringIncludes(local.log, "Delay next BGSAVE for diskless SYNC");
});

Deno.test("a replica that goes away in the middle of a shared snapshot does not hold up the other", async () => {
  await using local = await Primary.start({
    ...SLOW,
    "repl-diskless-sync-max-replicas": "2",
    "repl-diskless-sync-delay": "100",
  });
  await using client = await local.connect();
  for (let i = 0; i < 100; i++) await client.call("SET", `key:${i}`, "x");
  const first = await FakeReplica.full(local.port);
  await using second = await FakeReplica.full(local.port);
  await first.fullResync();
  first.close();
  await second.fullResync();
  assertEquals(decode((await second.snapshot()).rdb).keys.size, 100);
  await until(() => sessions(local).length === 1, "one replica");
  await until(() => local.server.parts.keyspace.snapshot === null, "no snapshot");
  assertStringIncludes(local.log, "1 replicas still up");
});

Deno.test("a snapshot without takers ends", async () => {
  await using local = await Primary.start(SLOW);
  await using client = await local.connect();
  for (let i = 0; i < 300; i++) await client.call("SET", `key:${i}`, "x");
  const replica = await FakeReplica.full(local.port);
  await replica.fullResync();
  replica.close();
  await until(() => !local.server.parts.replication.replicas.transferring, "the end");
  assertEquals(local.server.parts.keyspace.snapshot, null);
  assertStringIncludes(local.log, "0 replicas still up");
});

Deno.test("without a file where a replica cannot take that: a file, with its length", async () => {
  await using local = await Primary.start(SLOW);
  await using client = await local.connect();
  for (let i = 0; i < 60; i++) await client.call("SET", `key:${i}`, "old");
  await using replica = await FakeReplica.connect(local.port);
  await replica.send("PSYNC", "?", "-1");
  const first = await replica.fullResync();
  await client.call("SET", "key:1", "new");
  // A later one, which could take it without a file, shares the save that goes on.
  await using late = await FakeReplica.full(local.port);
  const second = await late.fullResync();
  assertEquals(second, first);
  assertStringIncludes(local.log, "Waiting for end of BGSAVE for SYNC");
  for (const each of [replica, late]) {
    const { kind, rdb } = await each.snapshot();
    assertEquals(kind, "length");
    const { keys, aux } = decode(rdb);
    assertEquals(keys.size, 60);
    assertEquals(new Set(keys.values()), new Set(["old"]));
    assertEquals(aux.get("repl-offset"), `${first.offset}`);
    // No word is needed: it knows where the snapshot ends.
    await expectStream(each, stream("SELECT 0", "SET key:1 new"));
  }
  assertEquals((await Deno.stat(local.file)).isFile, true);
  assertEquals(sessions(local).map(({ state }) => state), ["online", "online"]);
});

Deno.test("rdb-del-sync-files: the file that only replicas needed goes", async () => {
  await using local = await Primary.start({
    "repl-diskless-sync": "no",
    "rdb-del-sync-files": "yes",
  });
  await using replica = await FakeReplica.full(local.port);
  await replica.fullResync();
  assertEquals((await replica.snapshot()).kind, "length");
  await until(() => local.log.includes("Removing the RDB file"), "it is removed");
  assertEquals(existsSync(local.file), false);
  assertStringIncludes(local.log, "Removing the RDB file none.rdb used to feed replicas");
});

Deno.test("a save that fails lets go of the replicas that wait for it", async () => {
  await using local = await Primary.start({ "repl-diskless-sync": "no" });
  local.server.parts.config.assign("dir", ["/proc"]);
  await using replica = await FakeReplica.full(local.port);
  await replica.fullResync();
  assertEquals(await replica.closed(), true);
  assertStringIncludes(local.log, "SYNC failed. BGSAVE child returned an error");
});

Deno.test("a replica that comes back goes on where it was", async () => {
  await using local = await Primary.start();
  await using client = await local.connect();
  const port = local.port;
  let id: string;
  {
    await using replica = await FakeReplica.full(port);
    ({ id } = await replica.fullResync());
    await replica.snapshot();
  }
  await client.call("SET", "a", "1");
  const all = stream("SELECT 0", "SET a 1");
  const ask = async (from: string, offset: number, ...capa: string[]) => {
    const replica = await FakeReplica.connect(port);
    if (capa.length > 0) await replica.call("REPLCONF", ...capa);
    await replica.send("PSYNC", from, `${offset}`);
    return replica;
  };
  {
    await using replica = await ask(id, 1);
    assertEquals(await replica.line(), "+CONTINUE");
    assertEquals(await replica.bytes(all.length), all);
  }
  {
    await using replica = await ask(
      id.toUpperCase(),
      8,
      "capa",
      "psync2",
      "listening-port",
      "7777",
    );
    assertEquals(await replica.line(), `+CONTINUE ${id}`);
    assertEquals(await replica.bytes(all.length - 7), all.slice(7));
    assertStringIncludes(
      local.log,
      `Partial resynchronization request from 127.0.0.1:7777 accepted. Sending ${
        all.length - 7
      } bytes of backlog starting from offset 8.`,
    );
  }
  {
    await using replica = await ask(id, all.length + 1);
    assertEquals(await replica.line(), "+CONTINUE");
    await client.call("SET", "a", "2");
    await expectStream(replica, stream("SET a 2"));
  }
  // The history that this one comes from, as far as it is shared.
  const { replication } = local.server.parts;
  replication.secondId = "b".repeat(40);
  replication.secondOffset = 20;
  {
    await using replica = await ask(replication.secondId, 20, "capa", "psync2");
    assertEquals(await replica.line(), `+CONTINUE ${id}`);
  }
  for (
    const [from, offset, log] of [
      [replication.secondId, 21, "Requested offset for second ID was 21, but I can reply up to 20"],
      ["c".repeat(40), 1, `Replication ID mismatch (Replica asked for '${"c".repeat(40)}'`],
      [id, 0, "for lack of backlog (Replica request was: 0)."],
      [id, 5000, "with an offset that is greater than the master replication offset."],
    ] as const
  ) {
    await using replica = await ask(from, offset);
    assertEquals((await replica.fullResync()).id, id);
    assertStringIncludes(local.log, log);
  }
  const info = await client.call("INFO", "stats");
  assertEquals(
    ["sync_full", "sync_partial_ok", "sync_partial_err"].map((name) => field(info, name)),
    ["5", "4", "4"],
  );
});

Deno.test("repl-backlog-size bounds how long ago a replica may have left", async () => {
  await using local = await Primary.start({ "repl-backlog-size": "16384" });
  await using client = await local.connect();
  const replica = await FakeReplica.full(local.port);
  const { id } = await replica.fullResync();
  replica.close();
  for (let i = 0; i < 50; i++) await client.call("SET", "a", "x".repeat(1000));
  await using late = await FakeReplica.connect(local.port);
  await late.send("PSYNC", id, "1");
  assertEquals((await late.fullResync()).id, id);
  assertEquals(await client.call("CONFIG", "SET", "repl-backlog-size", "1mb"), "+OK\r\n");
  const end = local.server.parts.replication.stream.end;
  for (let i = 0; i < 500; i++) await client.call("SET", "a", "x".repeat(1000));
  await using early = await FakeReplica.connect(local.port);
  await early.send("PSYNC", id, `${end + 1}`);
  assertEquals(await early.line(), "+CONTINUE");
});

Deno.test("only the snapshot, and parts of it", async () => {
  await using local = await Primary.start();
  await local.server.parts.engines.prepare();
  local.server.parts.libraries.replace([
    "#!lua name=lib\nredis.register_function('f', function() end)",
  ]);
  await using client = await local.connect();
  await client.call("SET", "a", "1");
  const ask = async (...replconf: string[]) => {
    await using replica = await FakeReplica.connect(local.port);
    assertEquals(await replica.call("REPLCONF", ...replconf), "+OK");
    await replica.send("SYNC");
    const { rdb } = await replica.snapshot();
    assertEquals(await replica.closed(), true);
    const { keys, functions } = decode(rdb);
    return [keys.size, functions];
  };
  assertEquals(await ask("rdb-only", "1"), [1, 1]);
  assertEquals(await ask("rdb-only", "1", "capa", "eof"), [1, 1]);
  const only = ["rdb-only", "1", "capa", "eof", "rdb-filter-only"];
  assertEquals(await ask(...only, "functions"), [0, 1]);
  assertEquals(await ask(...only, ""), [0, 0]);
  await using replica = await FakeReplica.connect(local.port);
  await replica.call("REPLCONF", "rdb-filter-only", "functions");
  assertEquals(await replica.call("SYNC"), "-ERR Filtered replica requires EOF capability");
});

Deno.test("the format of a snapshot is one that the replica reads", async () => {
  await using local = await Primary.start();
  await using client = await local.connect();
  const version = async (...replconf: string[]) => {
    await using replica = await FakeReplica.full(local.port, ...replconf);
    await replica.fullResync();
    return decode((await replica.snapshot()).rdb).version;
  };
  assertEquals(await version(), "0010");
  assertEquals(await version("version", "7.2.5"), "0011");
  assertEquals(await version("version", "7.4.0"), "0011");
  assertEquals(await version("version", "nonsense"), "0010");
  await client.call("CONFIG", "SET", "rdb-version", "9");
  assertEquals(await version("version", "7.2.5"), "0009");
  await client.call("HSET", "h", "f", "v");
  await client.call("HEXPIRE", "h", "1000", "FIELDS", "1", "f");
  assertEquals(await version(), "0012");
});

Deno.test("SYNC, as a line: no answer but the snapshot, and no limit of silence", async () => {
  await using local = await Primary.start({ "repl-timeout": "1" });
  await using client = await local.connect();
  await client.call("SET", "a", "1");
  await using replica = await FakeReplica.connect(local.port);
  await replica.raw("SYNC\r\n");
  assertEquals((await replica.snapshot()).kind, "length");
  await client.call("SET", "a", "2");
  await expectStream(replica, stream("SELECT 0", "SET a 2"));
  await new Promise((resolve) => setTimeout(resolve, 2500));
  assertEquals(sessions(local).length, 1);
});

Deno.test("a replica is not heard of for too long: it is closed", async () => {
  await using local = await Primary.start({ "repl-timeout": "1" });
  await using replica = await FakeReplica.full(local.port, "listening-port", "4321");
  await replica.fullResync();
  await replica.snapshot();
  assertEquals(await replica.closed(), true);
  assertStringIncludes(
    local.log,
    "Disconnecting timedout replica (streaming sync): 127.0.0.1:4321",
  );
  assertStringIncludes(local.log, "Connection with replica 127.0.0.1:4321 lost.");
});

Deno.test("a replica may be silent for longer than other clients", async () => {
  await using local = await Primary.start({ timeout: "100" });
  await using client = await local.connect();
  await client.call("PING");
  await using replica = await FakeReplica.full(local.port);
  await replica.fullResync();
  await replica.snapshot();
  for (const each of local.server.parts.clients.values()) each.lastInteractionMs -= 200_000;
  assertEquals(await client.closedByPeer(), true);
  assertEquals(sessions(local).length, 1);
});

Deno.test("a replica that takes nothing of a snapshot for too long is closed", async () => {
  await using local = await Primary.start({ "repl-timeout": "1", rdbcompression: "no" });
  await using client = await local.connect();
  // More than the sockets hold.
  for (let i = 0; i < 40; i++) await client.call("SET", `key:${i}`, "x".repeat(1_000_000));
  await using replica = await FakeReplica.full(local.port);
  await replica.fullResync();
  await until(() => sessions(local).length === 0, "it is closed");
  assertStringIncludes(local.log, "Disconnecting timedout replica (full sync)");
});

Deno.test("a replica that does not keep up is closed at the limit of its output", async () => {
  await using local = await Primary.start({
    "client-output-buffer-limit": "replica 1mb 0 0",
    "repl-backlog-size": "16384",
  });
  await using client = await local.connect();
  await using replica = await FakeReplica.full(local.port);
  await replica.fullResync();
  await replica.snapshot();
  await replica.ack(0);
  for (let i = 0; i < 40 && sessions(local).length > 0; i++) {
    await client.call("SET", "a", "x".repeat(1_000_000));
  }
  await until(() => sessions(local).length === 0, "it is closed");
  assertStringIncludes(local.log, "for overcoming of output buffer limits");
});

Deno.test("what the backlog holds anyway is free, whatever the limit", async () => {
  await using local = await Primary.start({
    "client-output-buffer-limit": "replica 1mb 0 0",
    "repl-backlog-size": "100mb",
  });
  await using client = await local.connect();
  await using replica = await FakeReplica.full(local.port);
  await replica.fullResync();
  await replica.snapshot();
  await replica.ack(0);
  for (let i = 0; i < 30; i++) await client.call("SET", "a", "x".repeat(1_000_000));
  await replica.bytes(29_000_000);
  assertEquals(sessions(local).length, 1);
});

Deno.test("who waits is kept awake, and who has all is pinged", async () => {
  await using local = await Primary.start({
    "repl-diskless-sync-delay": "3",
    "repl-ping-replica-period": "1",
  });
  await using replica = await FakeReplica.full(local.port);
  assertMatch(await replica.until("+"), /^\n+\+$/);
  await replica.line();
  await replica.snapshot();
  await replica.ack(0);
  assertEquals(await replica.bytes(28), stream("ping", "ping"));
});

Deno.test("a replica that asks for an answer is none: it is closed", async () => {
  await using local = await Primary.start();
  for (
    const [args, error] of [
      [["PING"], null],
      [["GET", "a"], "Replica can't interact with the keyspace"],
      [["NOPE"], "unknown command 'NOPE', with args beginning with: "],
      [["REPLCONF", "capa", "eof"], null],
      [["WAIT", "0", "1"], null],
    ] as const
  ) {
    await using replica = await FakeReplica.full(local.port);
    await replica.fullResync();
    await replica.snapshot();
    // These have no answer.
    await replica.send("PSYNC", "?", "-1");
    await replica.send("SYNC");
    await replica.send("REPLCONF", "GETACK", "*");
    await replica.send(...args);
    assertEquals(await replica.closed(), true);
    assertEquals(replica.rest, "");
    const name = args[0] === "NOPE" ? "<unknown>" : args[0].toLowerCase();
    assertStringIncludes(
      local.log,
      `Replica generated a reply to command '${name}', disconnecting`,
    );
    if (error === null) continue;
    assertStringIncludes(
      local.log,
      `== CRITICAL == This master is sending an error to its replica: '${error}' after ` +
        `processing the command '${name}'`,
    );
  }
});

Deno.test("WAIT counts replicas that have said so, and asks them once for all who wait", async () => {
  await using local = await Primary.start();
  await using client = await local.connect();
  await using other = await local.connect();
  await using replica = await FakeReplica.full(local.port);
  await replica.fullResync();
  await replica.snapshot();
  await replica.ack(0);
  await until(() => sessions(local)[0].state === "online", "online");
  // It wrote nothing: whoever is online has all.
  assertEquals(await client.call("WAIT", "1", "0"), ":1\r\n");
  await client.call("SET", "a", "1");
  await other.call("SET", "b", "1");
  await client.sendRaw(stream("WAIT 1 0"));
  const end = local.server.parts.replication.stream.end;
  const written = stream("SELECT 0", "SET a 1", "SET b 1");
  const question = stream("REPLCONF GETACK *");
  assertEquals(await replica.bytes((written + question).length), written + question);
  assertEquals(end, written.length);
  await replica.ack(written.length - 1);
  await replica.ack(written.length - stream("SET b 1").length);
  assertEquals(await client.readReply(), ":1\r\n");
  assertEquals(await other.call("WAIT", "1", "30"), ":0\r\n");
  assertEquals(await replica.bytes(question.length), question);
  await replica.ack(1000);
  await until(() => sessions(local)[0].ackPosition === 1000, "the word of the replica");
  assertEquals(await other.call("WAIT", "2", "10"), ":1\r\n");
  await replica.bytes(question.length);
  // A transaction does not wait, nor ask.
  await client.call("MULTI");
  await client.call("SET", "a", "2");
  await client.call("WAIT", "1", "0");
  assertEquals(await client.call("EXEC"), "*2\r\n+OK\r\n:1\r\n");
  assertEquals(await replica.bytes(stream("SET a 2").length), stream("SET a 2"));
  // Two at once, and one question.
  await client.call("SET", "a", "x".repeat(1000));
  await other.call("SET", "b", "x".repeat(1000));
  await client.sendRaw(stream("WAIT 1 0"));
  await other.sendRaw(stream("WAIT 1 0"));
  await until(() => local.server.parts.blocking.count === 2, "two wait");
  await replica.ack(1_000_000);
  assertEquals(await client.readReply(), ":1\r\n");
  assertEquals(await other.readReply(), ":1\r\n");
});

Deno.test("WAITAOF counts what replicas have on their disk", async () => {
  await using local = await Primary.start();
  await using client = await local.connect();
  await using replica = await FakeReplica.full(local.port);
  await replica.fullResync();
  await replica.snapshot();
  await client.call("SET", "a", "1");
  const { end } = local.server.parts.replication.stream;
  await replica.send("REPLCONF", "ACK", `${end}`, "FACK", `${end - 1}`);
  assertEquals(await client.call("WAITAOF", "0", "1", "20"), "*2\r\n:0\r\n:0\r\n");
  await client.sendRaw(stream("WAITAOF 0 1 0"));
  await until(() => local.server.parts.blocking.count === 1, "it waits");
  await replica.send("REPLCONF", "ACK", `${end}`, "FACK", `${end}`);
  assertEquals(await client.readReply(), "*2\r\n:0\r\n:1\r\n");
});

Deno.test("min-replicas-to-write refuses writes without good replicas", async () => {
  await using local = await Primary.start({
    "min-replicas-to-write": "1",
    "min-replicas-max-lag": "10",
  });
  await using client = await local.connect();
  const refusal = "-NOREPLICAS Not enough good replicas to write.\r\n";
  assertEquals(await client.call("SET", "a", "1"), refusal);
  {
    await using replica = await FakeReplica.full(local.port);
    await replica.fullResync();
    await replica.snapshot();
    await until(() => sessions(local)[0].state === "online", "online");
    assertEquals(await client.call("SET", "a", "1"), "+OK\r\n");
    assertEquals(field(await client.call("INFO", "replication"), "min_slaves_good_slaves"), "1");
  }
  await until(() => sessions(local).length === 0, "it is gone");
  assertEquals(await client.call("SET", "a", "1"), refusal);
  assertEquals(await client.call("CONFIG", "SET", "min-replicas-to-write", "0"), "+OK\r\n");
  assertEquals(await client.call("SET", "a", "1"), "+OK\r\n");
});

Deno.test("without replicas for long enough the backlog goes, and with it the history's name", async () => {
  await using local = await Primary.start({ "repl-backlog-ttl": "1" });
  await using client = await local.connect();
  const { replication } = local.server.parts;
  let id: string;
  {
    await using replica = await FakeReplica.full(local.port);
    ({ id } = await replica.fullResync());
    assertEquals(replication.id, id);
  }
  await until(() => !replication.backlogActive, "no backlog");
  assertStringIncludes(local.log, "Replication backlog freed after 1 seconds without connected");
  assertNotEquals(replication.id, id);
  await client.call("SET", "a", "1");
  assertEquals(field(await client.call("INFO", "replication"), "repl_backlog_histlen"), "0");
  await using replica = await FakeReplica.connect(local.port);
  await replica.send("PSYNC", id, "1");
  assertNotEquals((await replica.fullResync()).id, id);
});

Deno.test("CLIENT LIST and CLIENT KILL know replicas", async () => {
  await using local = await Primary.start();
  await using client = await local.connect();
  await using replica = await FakeReplica.full(
    local.port,
    "ip-address",
    "replica.example",
    "listening-port",
    "7000",
  );
  await replica.fullResync();
  await replica.snapshot();
  const list = await client.call("CLIENT", "LIST", "TYPE", "replica");
  assertMatch(list, / flags=S .* cmd=psync /);
  assertEquals(field(await client.call("INFO", "clients"), "connected_clients"), "1");
  assertMatch(
    field(await client.call("INFO", "replication"), "slave0"),
    /^ip=replica\.example,port=7000,/,
  );
  assertEquals(await client.call("CLIENT", "KILL", "TYPE", "replica"), ":1\r\n");
  assertEquals(await replica.closed(), true);
  assertStringIncludes(local.log, "Connection with replica replica.example:7000 lost.");
});

Deno.test("the file of a primary says where its data stand", async () => {
  await using local = await Primary.start();
  await using client = await local.connect();
  const read = async () => decode(String.fromCharCode(...await Deno.readFile(local.file)));
  await client.call("SET", "a", "1");
  await client.call("SAVE");
  assertEquals((await read()).aux.has("repl-id"), false);
  await using replica = await FakeReplica.full(local.port);
  const { id } = await replica.fullResync();
  await replica.snapshot();
  await client.call("SELECT", "3");
  await client.call("SET", "a", "1");
  await client.call("SAVE");
  const { aux } = await read();
  assertEquals(
    [aux.get("repl-id"), aux.get("repl-offset"), aux.get("repl-stream-db")],
    [id, `${stream("SELECT 3", "SET a 1").length}`, "3"],
  );
});

Deno.test("a change of the id lets nobody go on", async () => {
  await using local = await Primary.start({ "enable-debug-command": "yes" });
  await using client = await local.connect();
  await using replica = await FakeReplica.full(local.port);
  const { id } = await replica.fullResync();
  await replica.snapshot();
  assertEquals(await client.call("DEBUG", "CHANGE-REPL-ID"), "+OK\r\n");
  await using again = await FakeReplica.connect(local.port);
  await again.send("PSYNC", id, "1");
  assertNotEquals((await again.fullResync()).id, id);
});

Deno.test("what a replica has said to have is not taken back", async () => {
  await using local = await Primary.start();
  await using client = await local.connect();
  await using replica = await FakeReplica.full(local.port);
  await replica.fullResync();
  await replica.snapshot();
  await client.call("SET", "a", "1");
  const { length } = stream("SELECT 0", "SET a 1");
  await replica.ack(length);
  await until(() => sessions(local)[0]?.ackPosition === length, "the first word");
  const [session] = sessions(local);
  const before = session.ackMs;
  await until(() => local.server.parts.clock.ms > before, "another millisecond");
  await replica.ack(length - 5);
  await until(() => session.ackMs > before, "the second word");
  assertEquals(session.ackPosition, length);
});

Deno.test("repl-disable-tcp-nodelay lets the stream to replicas wait for more", async () => {
  for (const disabled of ["yes", "no"]) {
    await using local = await Primary.start({ "repl-disable-tcp-nodelay": disabled });
    await using replica = await FakeReplica.connect(local.port);
    await replica.call("REPLCONF", "capa", "eof", "capa", "psync2");
    const [{ connection }] = local.server.parts.clients.values();
    const set: boolean[] = [];
    connection!.setNoDelay = (on) => void set.push(on);
    await replica.send("PSYNC", "?", "-1");
    await replica.fullResync();
    await replica.snapshot();
    assertEquals(set, [disabled === "no"]);
  }
});
