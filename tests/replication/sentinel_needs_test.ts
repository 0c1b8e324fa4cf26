/**
 * What a sentinel reads from a server and tells it, asked by hand: the answers here have the same
 * form as those of a real server in the same place.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { RawClient } from "../support/raw_client.ts";
import { findRedisServer } from "../support/servers.ts";
import { type Kind, Node } from "./sentinel.ts";
import { until } from "../support/until.ts";

const ignore = findRedisServer() === undefined;
const why = ignore ? " (ignored: no redis-server on PATH)" : "";
const SUBJECT: Kind = Deno.env.get("SENTINEL_SELF") === "1" ? "redis" : "redeno";
const HELLO = "__sentinel__:hello";
const CONFIG = 'save ""\nenable-debug-command yes\nrepl-diskless-sync-delay 0\n';

/** Ids, ports, positions and times become one sign each, so that only the form is left. */
function form(text: string): string {
  return text
    .replace(/\b[0-9a-f]{40}\b/g, "<id>")
    .replace(/^\$\d+\r\n/gm, "$\r\n")
    .replace(/\d+/g, "#");
}

/** A transcript: what was asked, and the forms of the answers. */
type Transcript = Record<string, string>;

/** The fields of INFO replication and run_id, in the form that a sentinel parses. */
async function info(node: Node): Promise<string> {
  const replication = await node.text("INFO", "replication");
  // What depends on the moment: how long ago the last exchange was, and how much was exchanged.
  return form(replication.replace(/master_last_io_seconds_ago:-1/, "master_last_io_seconds_ago:1"));
}

/** Send a transaction as a sentinel does: all of it at once. */
async function transaction(node: Node, commands: string[][]): Promise<string> {
  await using client = await node.connect();
  assertEquals(await client.call("CLIENT", "SETNAME", "sentinel-0123abcd-cmd"), "+OK\r\n");
  for (const command of [["MULTI"], ...commands, ["EXEC"]]) await client.send(...command);
  let replies = "";
  for (let i = 0; i < commands.length + 2; i++) replies += await client.readReply();
  return replies;
}

function killAll(follow: string[]): string[][] {
  return [
    ["SLAVEOF", ...follow],
    ["CONFIG", "REWRITE"],
    ["CLIENT", "KILL", "TYPE", "normal"],
    ["CLIENT", "KILL", "TYPE", "pubsub"],
  ];
}

async function linked(replica: Node): Promise<void> {
  await until(
    async () => (await replica.info("replication")).get("master_link_status") === "up",
    `${replica.name} is linked`,
    { logs: () => replica.log },
  );
}

async function online(primary: Node): Promise<void> {
  await until(
    async () => /state=online,offset=[1-9]/.test(await primary.text("INFO", "replication")),
    `${primary.name} has its replica online`,
    { logs: () => primary.log },
  );
}

/** Both connections of a sentinel: one that listens, one that has a name. */
async function listen(node: Node): Promise<RawClient> {
  const client = await node.connect();
  const answer = await client.call("SUBSCRIBE", HELLO);
  assertEquals(answer, `*3\r\n$9\r\nsubscribe\r\n$${HELLO.length}\r\n${HELLO}\r\n:1\r\n`);
  return client;
}

/** The line of a configuration file that says whom to follow. */
async function followLine(node: Node): Promise<string> {
  return /^(?:replica|slave)of .*$/m.exec(await node.readConfig())?.[0] ?? "none";
}

/** Ask all that a sentinel asks of a primary and of a replica of this kind. */
async function interview(kind: Kind): Promise<Transcript> {
  const seen: Transcript = {};
  const record = (what: string, answer: string) => seen[what] = form(answer);
  await using subject = await Node.create({ name: `subject (${kind})`, kind, config: CONFIG });
  await using other = await Node.create({
    name: "other",
    kind: "redis",
    config: `${CONFIG}replicaof 127.0.0.1 ${subject.port}\n`,
  });

  // As a primary.
  await linked(other);
  await subject.text("SET", "key", "value");
  await online(subject);
  record("PING", await subject.raw("PING"));
  record("INFO of a primary", await info(subject));
  assertMatch((await subject.info("server")).get("run_id")!, /^[0-9a-f]{40}$/);
  record("run_id", (await subject.info("server")).get("run_id")!);
  record("ROLE of a primary", await subject.raw("ROLE"));
  {
    await using listener = await listen(subject);
    await using far = await listen(other);
    const hello = `127.0.0.1,26379,${"a".repeat(40)},0,mymaster,127.0.0.1,6379,0`;
    // A replica's listeners hear what is said to its primary, and are not counted.
    record("PUBLISH at a primary", await subject.raw("PUBLISH", HELLO, hello));
    record("message", await listener.readReply());
    record("message at the replica", await far.readReply());
  }

  // Becomes a replica, as when it came back after a failover.
  await other.text("REPLICAOF", "NO", "ONE");
  {
    await using listener = await listen(subject);
    await using idle = await subject.connect();
    await idle.call("PING");
    const follow = ["127.0.0.1", `${other.port}`];
    record("demotion", await transaction(subject, killAll(follow)));
    assert(await listener.closedByPeer(), "the listener is disconnected");
    assert(await idle.closedByPeer(), "the idle client is disconnected");
  }
  assertEquals((await followLine(subject)).split(" ").slice(1), ["127.0.0.1", `${other.port}`]);
  record("line in the file", await followLine(subject));
  await linked(subject);
  await online(other);
  record("INFO of a replica", await info(subject));
  assertEquals((await subject.info("replication")).get("master_port"), `${other.port}`);
  record("ROLE of a replica", await subject.raw("ROLE"));
  record("INFO of its primary", await info(other));
  {
    await using listener = await listen(subject);
    record("PUBLISH at a replica", await subject.raw("PUBLISH", HELLO, "hi"));
    record("message of a replica", await listener.readReply());
  }
  record("a write", await subject.raw("SET", "key", "value"));
  await subject.text("CONFIG", "SET", "replica-priority", "7");
  await subject.text("CONFIG", "SET", "replica-announced", "no");
  record("INFO with another priority", await info(subject));
  const priority = (await subject.info("replication")).get("slave_priority");
  assertEquals(priority, "7");
  await subject.text("CONFIG", "SET", "replica-announced", "yes");
  await subject.text("CONFIG", "SET", "replica-announce-ip", "127.0.0.2");
  await subject.text("CONFIG", "SET", "replica-announce-port", "7777");
  await subject.text("REPLICAOF", "NO", "ONE");
  await subject.text("REPLICAOF", "127.0.0.1", `${other.port}`);
  await linked(subject);
  const announced = /slave0:ip=127\.0\.0\.2,port=7777,state=online/;
  await until(
    async () => announced.test(await other.text("INFO", "replication")),
    "the announced address",
    { logs: () => subject.log + other.log },
  );
  const [, , [address]] = [0, 0, (await other.call("ROLE")).items![2].items!];
  assertEquals(address.items!.slice(0, 2).map(({ text }) => text), ["127.0.0.2", "7777"]);

  // Its primary is gone.
  await subject.text("CONFIG", "SET", "replica-announce-ip", "");
  await subject.text("CONFIG", "SET", "replica-announce-port", "0");
  await other.end("SIGKILL");
  await until(
    async () => {
      const fields = await subject.info("replication");
      return fields.get("master_link_status") === "down" &&
        Number(fields.get("master_link_down_since_seconds")) >= 1;
    },
    "the link's end is noticed",
    { logs: () => subject.log },
  );
  record("INFO without its primary", await info(subject));
  const role = await subject.call("ROLE");
  assertMatch(role.items![3].text!, /^connect(ing)?$/);
  await subject.text("CONFIG", "SET", "replica-serve-stale-data", "no");
  record("PING without its primary", await subject.raw("PING"));
  record("GET without its primary", await subject.raw("GET", "key"));
  record("PUBLISH without its primary", await subject.raw("PUBLISH", HELLO, "hi"));
  record("CLIENT SETNAME", await subject.raw("CLIENT", "SETNAME", "sentinel-0123abcd-cmd"));

  // Is promoted.
  record("promotion", await transaction(subject, killAll(["NO", "ONE"])));
  record("line in the file of the promoted", await followLine(subject));
  record("INFO of the promoted", await info(subject));
  record("a write to the promoted", await subject.raw("SET", "key", "value"));
  return seen;
}

Deno.test({
  name: `sentinel: what it asks is answered as a real server does${why}`,
  ignore,
  fn: async () => {
    const [expected, actual] = await Promise.all([interview("redis"), interview(SUBJECT)]);
    for (const [what, answer] of Object.entries(expected)) {
      assertEquals(actual[what], answer, what);
    }
  },
});

Deno.test({
  name: `sentinel: a server that loads says so${why}`,
  ignore,
  fn: async () => {
    await using subject = await Node.create({
      name: `subject (${SUBJECT})`,
      kind: SUBJECT,
      // A real server is fast, and looks at its clients after that many bytes.
      config: SUBJECT === "redeno"
        ? CONFIG
        : `${CONFIG}key-load-delay -10\nloading-process-events-interval-bytes 1024\n`,
    });
    await using other = await Node.create({ name: "other", kind: "redis", config: CONFIG });
    await other.text("DEBUG", "POPULATE", "200000", "key", "100");
    await subject.text("REPLICAOF", "127.0.0.1", `${other.port}`);
    const answer = await until(
      async () => {
        const reply = await subject.raw("PING");
        return reply !== "+PONG\r\n" && reply;
      },
      "it loads",
      { logs: () => subject.log },
    );
    assertEquals(answer, "-LOADING Redis is loading the dataset in memory\r\n");
    const replication = await subject.info("replication");
    assertEquals(replication.get("role"), "slave");
    await linked(subject);
    assertEquals(await subject.raw("PING"), "+PONG\r\n");
  },
});
