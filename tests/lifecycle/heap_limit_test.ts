/**
 * A server whose V8 heap is small is filled with what lives there: it has to refuse before V8 ends
 * the process, go on with all else, and take data again once there is room.
 *
 * @module
 */

import { assert, assertEquals, assertGreater } from "@std/assert";
import type { RawClient } from "../support/raw_client.ts";
import { encodeCommand, parseReply } from "../support/resp.ts";
import { startRedeno } from "../support/servers.ts";

const HEAP_MB = 80;
const OOM = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";

/** Ways to fill the heap: the commands that make the collections of a round. */
const KINDS: Record<string, (round: number) => string[][]> = {
  "many small hashes": (round) =>
    Array.from({ length: 200 }, (_, i) => [
      ...["HSET", `h:${round}:${i}`, "name", `n${i}`, "text", `${i} `.padEnd(500, "text ")],
    ]),
  "a large set": (round) => [
    ["SADD", "set", ...Array.from({ length: 5000 }, (_, i) => `member:${round}:${i}`)],
  ],
  "lists that grow": (round) =>
    Array.from({ length: 20 }, (_, i) => [
      "RPUSH",
      `list:${i}`,
      ...Array.from({ length: 250 }, (_, j) => `an element ${round} ${j}`.padEnd(100)),
    ]),
  "copies of a set": (round) =>
    round === 0
      ? [["SADD", "s", ...Array.from({ length: 20_000 }, (_, i) => `m${i}`)]]
      : [["SUNIONSTORE", `copy:${round}`, "s"]],
};

async function batch(client: RawClient, commands: string[][]): Promise<string[]> {
  await client.sendRaw(commands.map(encodeCommand).join(""));
  const replies: string[] = [];
  for (const _ of commands) replies.push(await client.readReply(60_000));
  return replies;
}

function info(raw: string, name: string): number {
  return Number(parseReply(raw).text!.match(new RegExp(`^${name}:(\\d+)`, "m"))![1]);
}

for (const [kind, commands] of Object.entries(KINDS)) {
  Deno.test(`a small heap is not overrun by ${kind}`, async () => {
    await using server = await startRedeno({
      env: { DENO_V8_FLAGS: `--max-old-space-size=${HEAP_MB}` },
    });
    await using client = await server.connect();
    const before = await client.call("INFO", "memory");
    const limit = info(before, "v8_heap_limit") / (1 << 20);
    assert(limit >= HEAP_MB && limit < HEAP_MB + 100, `${limit}`);

    let rounds = 0;
    let refused: string | undefined;
    while (refused === undefined) {
      const replies = await batch(client, commands(rounds++));
      refused = replies.find((reply) => !reply.startsWith(":"));
      assert(rounds < 20_000, "the heap never became full");
    }
    assertEquals(refused, OOM);
    const full = await client.call("INFO", "memory");
    assertEquals(info(full, "v8_heap_full"), 1);
    assertGreater(info(full, "used_memory"), HEAP_MB * 0.4 * (1 << 20));

    // It goes on refusing, and living.
    for (let i = 0; i < 10; i++) {
      const replies = await batch(client, commands(rounds + i));
      assert(replies.every((reply) => reply === OOM || reply.startsWith(":")), replies[0]);
    }
    assertEquals(await client.call("SET", "x", "y"), OOM);
    assertEquals(await client.call("PING"), "+PONG\r\n");
    const size = Number(parseReply(await client.call("DBSIZE")).text);
    assertGreater(size, 0);
    assert((await client.call("RANDOMKEY")).startsWith("$"));

    // Deleting makes room, of which the server takes note by itself.
    const keys: string[] = [];
    for (let cursor = "0"; keys.length < size * 0.7;) {
      const { items } = parseReply(await client.call("SCAN", cursor, "COUNT", "1000"));
      keys.push(...items![1].items!.map(({ text }) => text!));
      cursor = items![0].text!;
      if (cursor === "0") break;
    }
    for (let at = 0; at < keys.length; at += 1000) {
      await client.call("UNLINK", ...keys.slice(at, at + 1000));
    }
    const deadline = performance.now() + 20_000;
    while (await client.call("SET", "x", "y") !== "+OK\r\n") {
      assert(performance.now() < deadline, "writes are refused though there is room");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assertEquals(await client.call("RPUSH", "new", "a", "b"), ":2\r\n");
    assert(server.log().includes("V8's heap is nearly full"));
    assert(server.log().includes("There is room on V8's heap again"));
  });
}
