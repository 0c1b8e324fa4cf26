/**
 * Streams with consumer groups, as job queues use them through real client packages.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { Topic, untilBlocked } from "./clients.ts";

const topic = new Topic("streams");

/** What ioredis gives for XREADGROUP: streams of entries of id and fields. */
type Streams = [string, [string, string[] | null][]][];

topic.ioredis("a group shares the entries out, XACK settles them", async ({ client }) => {
  assertEquals(await client.xgroup("CREATE", "jobs", "workers", "$", "MKSTREAM"), "OK");
  const ids: string[] = [];
  for (let i = 0; i < 6; i++) ids.push((await client.xadd("jobs", "*", "job", `${i}`))!);
  const read = async (consumer: string, count: number) =>
    (await client.xreadgroup(
      ...(["GROUP", "workers", consumer, "COUNT", count, "STREAMS", "jobs", ">"] as const),
    )) as Streams | null;
  assertEquals(await read("ann", 2), [["jobs", [[ids[0], ["job", "0"]], [ids[1], ["job", "1"]]]]]);
  assertEquals((await read("bob", 3))?.[0][1].map(([id]) => id), ids.slice(2, 5));
  assertEquals((await read("ann", 9))?.[0][1].map(([id]) => id), [ids[5]]);
  assertEquals(await read("ann", 9), null);

  assertEquals(await client.xack("jobs", "workers", ids[0], ids[2], "1-1"), 2);
  assertEquals(await client.xpending("jobs", "workers"), [
    4,
    ids[1],
    ids[5],
    [["ann", "2"], ["bob", "2"]],
  ]);
  const detail = await client.xpending("jobs", "workers", "-", "+", 10, "bob") as unknown[][];
  assertEquals(detail.map(([id, consumer, , count]) => [id, consumer, count]), [
    [ids[3], "bob", 1],
    [ids[4], "bob", 1],
  ]);
  // The consumer's own history, with an entry that is gone meanwhile.
  await client.xdel("jobs", ids[3]);
  const history = await client.xreadgroup(
    ...(["GROUP", "workers", "bob", "COUNT", 10, "STREAMS", "jobs", "0"] as const),
  );
  assertEquals(history as Streams, [["jobs", [[ids[3], null], [ids[4], ["job", "4"]]]]]);
  const refusal = await client.xgroup("CREATE", "jobs", "workers", "0").catch((error) => error);
  assertEquals((refusal as Error).message, "BUSYGROUP Consumer Group name already exists");
});

topic.ioredis("XAUTOCLAIM takes over what another consumer left", async ({ client }) => {
  await client.xgroup("CREATE", "jobs", "workers", "0", "MKSTREAM");
  const ids: string[] = [];
  for (let i = 0; i < 4; i++) ids.push((await client.xadd("jobs", "*", "job", `${i}`))!);
  await client.xreadgroup("GROUP", "workers", "gone", "STREAMS", "jobs", ">");
  await client.xdel("jobs", ids[1]);
  const first = await client.xautoclaim("jobs", "workers", "heir", 0, "0", "COUNT", 3);
  assertEquals(first, [ids[3], [[ids[0], ["job", "0"]], [ids[2], ["job", "2"]]], [ids[1]]]);
  const rest = await client.xautoclaim("jobs", "workers", "heir", 0, `${first[0]}`, "JUSTID");
  assertEquals(rest, ["0-0", [ids[3]], []]);
  assertEquals(await client.xpending("jobs", "workers"), [3, ids[0], ids[3], [["heir", "3"]]]);
  // JUSTID does not count as a delivery.
  const detail = await client.xpending("jobs", "workers", "-", "+", 10) as unknown[][];
  assertEquals(detail.map((entry) => entry[3]), [2, 2, 1]);
  // Nothing has been idle for an hour.
  assertEquals(await client.xautoclaim("jobs", "workers", "late", 3_600_000, "0"), ["0-0", [], []]);
});

topic.ioredis("blocked consumers of one group get one entry each", async ({ client, connect }) => {
  await client.xgroup("CREATE", "jobs", "workers", "$", "MKSTREAM");
  const waiting: Promise<unknown>[] = [];
  for (let i = 0; i < 4; i++) {
    const worker = await connect();
    waiting.push(
      worker.xreadgroup(
        ...(["GROUP", "workers", `w${i}`, "COUNT", 1, "BLOCK", 0, "STREAMS", "jobs", ">"] as const),
      ),
    );
    await untilBlocked(client, i + 1);
  }
  const ids = await Promise.all([0, 1, 2, 3].map((i) => client.xadd("jobs", "*", "n", `${i}`)));
  const replies = await Promise.all(waiting) as Streams[];
  assertEquals(replies, ids.map((id, i) => [["jobs", [[id!, ["n", `${i}`]]]]]));
  const [, groups] = await Promise.all([
    client.xack("jobs", "workers", ...ids.map((id) => id!)),
    client.xinfo("GROUPS", "jobs"),
  ]) as [number, unknown[][]];
  assertEquals(groups[0].slice(0, 6), ["name", "workers", "consumers", 4, "pending", 0]);
});

topic.ioredis("a blocked reader learns that its group went", async ({ client, connect }) => {
  await client.xgroup("CREATE", "jobs", "workers", "$", "MKSTREAM");
  const worker = await connect();
  const waiting = worker.xreadgroup(
    ...(["GROUP", "workers", "w", "COUNT", 1, "BLOCK", 0, "STREAMS", "jobs", ">"] as const),
  ).catch((error: Error) => error.message);
  await untilBlocked(client, 1);
  await client.xgroup("DESTROY", "jobs", "workers");
  assert(`${await waiting}`.startsWith("NOGROUP "), `${await waiting}`);
});

topic.nodeRedis("a group from creation to settlement", async ({ client, protocol }) => {
  await client.xGroupCreate("jobs", "workers", "0", { MKSTREAM: true });
  const ids: string[] = [];
  for (let i = 0; i < 3; i++) ids.push(await client.xAdd("jobs", "*", { job: `${i}`, by: "me" }));
  const got = await client.xReadGroup("workers", "ann", { key: "jobs", id: ">" }, { COUNT: 2 });
  // The package leaves this reply as it comes with RESP3.
  const expected = protocol === 2
    ? [{
      name: "jobs",
      messages: [
        { id: ids[0], message: { job: "0", by: "me" } },
        { id: ids[1], message: { job: "1", by: "me" } },
      ],
    }]
    : {
      jobs: [[ids[0], ["job", "0", "by", "me"]], [ids[1], ["job", "1", "by", "me"]]],
    };
  assertEquals(JSON.parse(JSON.stringify(got)), expected);
  assertEquals(await client.xAck("jobs", "workers", ids[0]), 1);
  const pending = await client.xPending("jobs", "workers");
  assertEquals(
    [pending.pending, pending.firstId, pending.lastId, pending.consumers?.map((c) => ({ ...c }))],
    [1, ids[1], ids[1], [{ name: "ann", deliveriesCounter: 1 }]],
  );
  const range = await client.xPendingRange("jobs", "workers", "-", "+", 10, { consumer: "ann" });
  assertEquals(
    range.map(({ id, consumer, deliveriesCounter }) => [id, consumer, deliveriesCounter]),
    [
      [ids[1], "ann", 1],
    ],
  );
  const claimed = await client.xAutoClaim("jobs", "workers", "bob", 0, "-");
  assertEquals(
    [
      claimed.nextId,
      claimed.messages.map((m) => [m?.id, { ...m?.message }]),
      claimed.deletedMessages,
    ],
    ["0-0", [[ids[1], { job: "1", by: "me" }]], []],
  );
  const [group] = await client.xInfoGroups("jobs");
  assertEquals(
    [group.name, group.consumers, group.pending, group["last-delivered-id"], group.lag],
    ["workers", 2, 1, ids[1], 1],
  );
  const consumers = await client.xInfoConsumers("jobs", "workers");
  assertEquals(consumers.map(({ name, pending }) => [name, pending]), [["ann", 0], ["bob", 1]]);
  const info = await client.xInfoStream("jobs");
  assertEquals([info.length, info["last-generated-id"], info.groups], [3, ids[2], 1]);
  assertEquals(await client.xTrim("jobs", "MAXLEN", 1), 2);
  assertEquals((await client.xRange("jobs", "-", "+")).map(({ id }) => id), [ids[2]]);
  assertEquals(await client.xGroupDelConsumer("jobs", "workers", "bob"), 1);
  assertEquals(await client.xGroupDestroy("jobs", "workers"), 1);
});

topic.nodeRedis("a blocked reader of a group is served", async ({ client, connect }) => {
  await client.xGroupCreate("jobs", "workers", "$", { MKSTREAM: true });
  const worker = await connect();
  const stream = { key: "jobs", id: ">" };
  const waiting = worker.xReadGroup("workers", "w", stream, { BLOCK: 0, COUNT: 1 });
  await untilBlocked(client, 1);
  const id = await client.xAdd("jobs", "*", { job: "now" });
  const text = JSON.stringify(await waiting);
  assert(text.includes(id) && text.includes('"now"'), text);
  assertEquals(await worker.xReadGroup("workers", "w", stream, { BLOCK: 5 }), null);
  assertEquals((await client.xPending("jobs", "workers")).pending, 1);
});
