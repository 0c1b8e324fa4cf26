/**
 * What a replica keeps on the disk, and what it makes of it when it comes back.
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { encodeCommand } from "../support/resp.ts";
import { HISTORY, snapshot, streamLength } from "./fake_primary.ts";
import { Replica } from "./local_replica.ts";
import { until } from "../support/until.ts";

Deno.test("an append-only file says how much of it is on the disk, and begins anew", async () => {
  await using replica = await Replica.start({ appendonly: "yes" });
  const follower = await replica.primary.feed(snapshot({ a: "1" }));
  const commands = [["SELECT", "0"], ["SET", "b", "2"]];
  await follower.command(...commands);
  const length = streamLength(...commands);
  let answer: string[] = [];
  while (answer[4] !== `${length}`) answer = await follower.acknowledged(0);
  assertEquals(answer, ["REPLCONF", "ACK", `${length}`, "FACK", `${length}`]);
  follower.close();
  await replica.restart({ appendonly: "yes", replicaof: "no one" });
  assertEquals(await replica.call("MGET", "a", "b"), "*2\r\n$1\r\n1\r\n$1\r\n2\r\n");
});

Deno.test("a replica that comes back goes on from where its file stands", async () => {
  await using replica = await Replica.start();
  const first = await replica.primary.feed(snapshot({ a: "1" }), { offset: 50 });
  const commands = [["SELECT", "4"], ["SET", "b", "2"]];
  await first.command(...commands);
  const offset = 50 + streamLength(...commands);
  await first.acknowledged(offset);
  await replica.call("SAVE");
  await replica.restart();
  const second = await replica.primary.meet();
  assertEquals(second.request, [HISTORY, `${offset + 1}`]);
  await second.send("+CONTINUE\r\n");
  await second.command(["SET", "c", "3"]);
  await replica.call("SELECT", "4");
  await replica.has("c", "3");
});

Deno.test("a replica that comes back takes the keys past their time along", async () => {
  await using replica = await Replica.start({ replicaof: "no one" });
  const past = replica.clock.ms - 1000;
  const aux = { "repl-id": HISTORY, "repl-offset": "77", "repl-stream-db": "0" };
  const file = `${replica.directory}/dump.rdb`;
  const write = () =>
    Deno.writeFileSync(
      file,
      Uint8Array.from(
        snapshot({ a: "5", b: "1" }, { aux, expireAt: { a: past } }),
        (char) => char.charCodeAt(0),
      ),
    );
  write();
  await replica.restart();
  const follower = await replica.primary.meet();
  assertEquals(follower.request, [HISTORY, "78"]);
  await follower.send("+CONTINUE\r\n");
  await follower.command(["INCR", "a"], ["PERSIST", "a"]);
  await replica.has("a", "6");

  // A primary's former replicas go on from there too, and hear that the key is gone.
  await replica.restart({ replicaof: "no one" }, write);
  assertEquals(await replica.call("DBSIZE"), ":1\r\n");
  assertEquals(await replica.info("master_replid2"), HISTORY);
  await using client = await replica.connect();
  await client.send("PSYNC", HISTORY, "78");
  const gone = encodeCommand(["SELECT", "0"]) + encodeCommand(["DEL", "a"]);
  let text = "";
  await until(() => (text += client.take()).includes("DEL"), "the stream");
  assert(text.endsWith(gone), text);
});

Deno.test("libraries of functions are kept, in files as well", async () => {
  await using replica = await Replica.start({ appendonly: "yes" });
  const library = (name: string) =>
    `#!lua name=${name}\nredis.register_function('${name}', function() end)`;
  const follower = await replica.primary.feed(snapshot({}));
  const commands = [
    ["FUNCTION", "LOAD", library("one")],
    ["FUNCTION", "LOAD", "REPLACE", library("two")],
    ["FUNCTION", "DELETE", "one"],
  ];
  await follower.command(...commands);
  await follower.acknowledged(streamLength(...commands));
  assertEquals(replica.parts.libraries.sources, [library("two")]);
  await replica.logs("AOF rewrite finished successfully");
  follower.close();
  await replica.restart({ appendonly: "yes", replicaof: "no one" });
  assertEquals(replica.parts.libraries.sources, [library("two")]);
});

Deno.test("a snapshot's file stays, unless nothing is to stay on the disk", async () => {
  for (const wanted of ["no", "yes"]) {
    await using replica = await Replica.start({ "rdb-del-sync-files": wanted, save: "" });
    await (await replica.primary.feed(snapshot({ a: "1" }))).acknowledged(0);
    const names = [...Deno.readDirSync(replica.directory)].map(({ name }) => name);
    assertEquals(names, wanted === "no" ? ["dump.rdb"] : []);
  }
});

Deno.test("a snapshot that cannot be put on the disk is asked for again", async () => {
  await using replica = await Replica.start();
  await (await replica.primary.feed(snapshot({ a: "1" }))).acknowledged(0);
  await replica.call("CLIENT", "KILL", "TYPE", "master");
  const file = `${replica.directory}/dump.rdb`;
  Deno.removeSync(file);
  Deno.mkdirSync(file);
  const follower = await replica.primary.feed(snapshot({ a: "2" }));
  await replica.logs("Failed trying to rename the temp DB into");
  assert(await follower.ended());
  Deno.removeSync(file);
  await (await replica.primary.feed(snapshot({ a: "3" }))).acknowledged(0);
  assertEquals(await replica.call("GET", "a"), "$1\r\n3\r\n");
});

Deno.test("an append-only file that cannot begin anew ends the server in the end", async () => {
  await using replica = await Replica.start({ appendonly: "yes" });
  const first = await replica.primary.feed(snapshot({ a: "1" }));
  await first.acknowledged(0);
  await until(() => replica.log.includes("AOF rewrite finished successfully"), "the file");
  await replica.call("CLIENT", "KILL", "TYPE", "master");
  const directory = `${replica.directory}/appendonlydir`;
  Deno.renameSync(directory, `${replica.directory}/elsewhere`);
  Deno.writeTextFileSync(directory, "");
  await replica.primary.feed(snapshot({ a: "2" }));
  await replica.logs("the AOF can't be turned on. Exiting now.");
  assertEquals(await replica.stopped, 1);
  const tries = replica.log.match(/Failed enabling the AOF after successful master sync/g);
  assertEquals(tries?.length, 10);
});

Deno.test("changes that cannot be written end a replica, or are made all the same", async () => {
  for (const ignore of ["no", "yes"]) {
    await using replica = await Replica.start({
      "replica-ignore-disk-write-errors": ignore,
      save: "100000 1",
    });
    const follower = await replica.primary.feed(snapshot({}));
    await follower.acknowledged(0);
    replica.parts.disk.lost();
    await follower.command(["SELECT", "0"], ["SET", "a", "1"]);
    if (ignore === "no") {
      assertEquals(await replica.stopped, 1);
      assertStringIncludes(replica.log, "Replica was unable to write command to disk.");
    } else {
      await replica.has("a", "1");
      assertStringIncludes(replica.log, "even though it is unable to write to disk.");
    }
  }
});
