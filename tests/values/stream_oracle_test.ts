/**
 * Streams beside a real server: the same commands on both, and everything that can be seen of the
 * structure compared, down to the bytes of the nodes in DUMP.
 */
import { assert, assertEquals } from "@std/assert";
import { fromBytes } from "../../src/bytes/bytes.ts";
import { defaultLimits, type EncodingLimits } from "../../src/values/limits.ts";
import { type StreamTrim, StreamValue } from "../../src/values/stream.ts";
import {
  compareStreamIds,
  formatStreamId,
  MAX_STREAM_ID,
  MIN_STREAM_ID,
  nextStreamId,
  parseStreamId,
  type StreamId,
  toUint64,
} from "../../src/values/stream_id.ts";
import { mulberry32, type Prng } from "../support/prng.ts";
import type { RawClient } from "../support/raw_client.ts";
import { encodeCommand, parseReply, type Reply } from "../support/resp.ts";
import { findRedisServer, startRedis } from "../support/servers.ts";

const ignore = findRedisServer() === undefined;
const KEY = "s";

/** Send many commands at once and read all replies. */
async function pipeline(client: RawClient, commands: string[][]): Promise<Reply[]> {
  await client.sendRaw(commands.map((command) => encodeCommand(command)).join(""));
  const replies: Reply[] = [];
  for (let i = 0; i < commands.length; i++) replies.push(parseReply(await client.readReply()));
  return replies;
}

/** A flat reply of names and values as an object. */
function fieldsOf(reply: Reply): Record<string, Reply> {
  const out: Record<string, Reply> = {};
  for (let i = 0; i < (reply.items ?? []).length; i += 2) {
    out[String(reply.items![i].text)] = reply.items![i + 1];
  }
  return out;
}

/** How a DUMP payload of this stream begins: type, node count, nodes. */
function dumpStart(stream: StreamValue): string {
  const length = (n: number) =>
    n < 64
      ? String.fromCharCode(n)
      : n < 16384
      ? String.fromCharCode(0x40 | n >> 8, n & 0xff)
      : String.fromCharCode(0x80, n >>> 24, (n >> 16) & 0xff, (n >> 8) & 0xff, n & 0xff);
  const uint64 = (n: bigint) => {
    let out = "";
    for (let shift = 56n; shift >= 0n; shift -= 8n) {
      out += String.fromCharCode(Number((n >> shift) & 0xffn));
    }
    return out;
  };
  let out = "\x13" + length(stream.nodeCount);
  for (const { id, listpack } of stream.nodes()) {
    out += "\x10" + uint64(BigInt(id.ms)) + uint64(BigInt(id.seq));
    out += length(listpack.length) + fromBytes(listpack);
  }
  return out;
}

interface Seen {
  [name: string]: string | null;
}

/** What XINFO STREAM tells, ours and the real server's. */
function ourInfo(stream: StreamValue): Seen {
  return {
    length: String(stream.length),
    "radix-tree-keys": String(stream.nodeCount),
    "radix-tree-nodes": String(stream.radixTreeNodes),
    "last-generated-id": formatStreamId(stream.lastId),
    "max-deleted-entry-id": formatStreamId(stream.maxDeletedId),
    "entries-added": String(stream.entriesAdded),
    "recorded-first-entry-id": formatStreamId(stream.firstId),
  };
}

function theirInfo(reply: Reply, like: Seen): Seen {
  const fields = fieldsOf(reply);
  return Object.fromEntries(Object.keys(like).map((name) => [name, fields[name]?.text]));
}

function randomText(random: Prng): string {
  switch (random.int(8)) {
    case 0:
      return "x".repeat(random.int(random.int(20) === 0 ? 5000 : 90));
    case 1:
      return random.pick(["", "0", "-0", "007", "-1", "127", "128", "-4096", "-4097", "4095"]);
    case 2:
      return random.pick(["32767", "-32769", "8388607", "8388608", "-2147483648", "2147483648"]);
    case 3:
      return random.pick(["9223372036854775807", "9223372036854775808", "-9223372036854775808"]);
    case 4:
      return String(Math.trunc((random.next() - 0.5) * 2 ** random.int(54)));
    case 5:
      return "\xff\x00\r\n".repeat(random.int(30));
    default:
      return `value-${random.int(1000)}`;
  }
}

function randomFields(random: Prng): string[] {
  if (random.int(3) > 0) return ["field", randomText(random), "other", randomText(random)];
  const fields: string[] = [];
  for (let i = random.int(4); i >= 0; i--) fields.push(randomText(random), randomText(random));
  return fields;
}

function randomTrim(random: Prng, stream: StreamValue): { trim: StreamTrim; words: string[] } {
  const approximate = random.int(2) === 0;
  const limit = approximate ? random.pick([0, 0, 1, 10, 50, 200]) : 0;
  const tail = approximate ? ["LIMIT", String(limit)] : [];
  const sign = approximate ? "~" : "=";
  if (random.int(2) === 0) {
    const maxLength = Math.max(0, stream.length - random.int(120));
    const trim: StreamTrim = { strategy: "maxlen", maxLength, approximate, limit };
    return { trim, words: ["MAXLEN", sign, String(maxLength), ...tail] };
  }
  const entries = stream.range(MIN_STREAM_ID, MAX_STREAM_ID, { count: 130 });
  const id = entries.length === 0 ? MIN_STREAM_ID : random.pick(entries).id;
  const minId: StreamId = random.int(3) === 0 ? nextStreamId(id)! : id;
  const trim: StreamTrim = { strategy: "minid", minId, approximate, limit };
  return { trim, words: ["MINID", sign, formatStreamId(minId), ...tail] };
}

function nextId(random: Prng, last: StreamId): StreamId {
  const ms = BigInt(last.ms);
  switch (random.int(10)) {
    case 0:
      return { ms: toUint64(ms + BigInt(1 + random.int(100_000))), seq: random.int(3) };
    case 1:
      return { ms: toUint64(ms + 1n), seq: toUint64(2n ** 64n - 1n) };
    case 2:
      return { ms: toUint64(ms + 1n), seq: toUint64(2n ** 53n - 2n + BigInt(random.int(4))) };
    default:
      return nextStreamId(last)!;
  }
}

async function compareNodes(seed: number, limits: EncodingLimits, steps: number): Promise<void> {
  await using server = await startRedis({
    args: [
      "--rdbcompression",
      "no",
      "--stream-node-max-bytes",
      String(limits.streamNodeMaxBytes),
      "--stream-node-max-entries",
      String(limits.streamNodeMaxEntries),
    ],
  });
  await using client = await server.connect();
  const random = mulberry32(seed);
  const stream = new StreamValue();
  let last: StreamId = seed % 2 === 0
    ? { ms: 1_700_000_000_000, seq: 0 }
    : { ms: 2n ** 63n, seq: 0 };
  let commands: string[][] = [];
  let expected: (string | null)[] = [];
  for (let step = 0; step < steps; step++) {
    const choice = random.int(100);
    if (choice < 70) {
      last = nextId(random, last);
      const fields = randomFields(random);
      let words: string[] = [];
      assertEquals(stream.add(last, fields, limits), "added");
      if (random.int(10) === 0) {
        // XADD trims after it has added.
        const random2 = randomTrim(random, stream);
        stream.trim(random2.trim);
        words = random2.words;
      }
      commands.push(["XADD", KEY, ...words, formatStreamId(last), ...fields]);
      expected.push(formatStreamId(last));
    } else if (choice < 92) {
      const entries = stream.range(MIN_STREAM_ID, MAX_STREAM_ID, { count: 300 });
      if (entries.length === 0) continue;
      // Often several in a row, so that nodes lose all their entries.
      const from = random.int(entries.length);
      for (const { id } of entries.slice(from, from + 1 + random.int(4))) {
        commands.push(["XDEL", KEY, formatStreamId(id)]);
        expected.push(stream.delete(id) ? "1" : "0");
      }
    } else if (choice < 97) {
      const { trim, words } = randomTrim(random, stream);
      commands.push(["XTRIM", KEY, ...words]);
      expected.push(String(stream.trim(trim)));
    }
    if (random.int(25) !== 0 && step + 1 < steps) continue;
    if (stream.entriesAdded === 0) continue;
    const info = ourInfo(stream);
    const replies = await pipeline(client, [
      ...commands,
      ["XINFO", "STREAM", KEY],
      ["DUMP", KEY],
    ]);
    assertEquals(replies.slice(0, -2).map((reply) => reply.text), expected);
    assertEquals(theirInfo(replies.at(-2)!, info), info);
    const start = dumpStart(stream);
    assert(replies.at(-1)!.text!.startsWith(start), `nodes differ after step ${step}`);
    commands = [];
    expected = [];
  }
}

Deno.test({
  name: "stream beside redis-server (ignored without it): nodes, deleting and trimming",
  ignore,
  fn: async () => {
    const limits = defaultLimits();
    await compareNodes(1, { ...limits, streamNodeMaxEntries: 7 }, 4000);
    await compareNodes(2, { ...limits, streamNodeMaxEntries: 100 }, 4000);
    await compareNodes(
      3,
      { ...limits, streamNodeMaxEntries: 0, streamNodeMaxBytes: 600 },
      3000,
    );
    await compareNodes(
      4,
      { ...limits, streamNodeMaxEntries: 300, streamNodeMaxBytes: 0 },
      3000,
    );
  },
});

Deno.test({
  name: "stream beside redis-server (ignored without it): entries read and lag of groups",
  ignore,
  fn: async () => {
    await using server = await startRedis();
    await using client = await server.connect();
    const limits = { ...defaultLimits(), streamNodeMaxEntries: 4 };
    await client.call("CONFIG", "SET", "stream-node-max-entries", "4");
    const random = mulberry32(9);
    for (let round = 0; round < 120; round++) {
      await client.call("DEL", KEY);
      const stream = new StreamValue();
      let commands: string[][] = [["XGROUP", "CREATE", KEY, "g0", "0", "MKSTREAM"]];
      let expected: (string | null)[] = ["OK"];
      const say = (reply: string | null, ...command: string[]) => {
        commands.push(command);
        expected.push(reply);
      };
      const withConsumer = (name: string) => {
        // Whether reading nothing makes a consumer differs between versions.
        stream.group(name)!.createConsumer("c", 1);
        say("1", "XGROUP", "CREATECONSUMER", KEY, name, "c");
      };
      stream.createGroup("g0", MIN_STREAM_ID, null);
      withConsumer("g0");
      let ms = 0;
      const someId = (): StreamId => ({ ms: random.int(ms + 2), seq: 0 });
      for (let step = 0; step < 60; step++) {
        const name = `g${random.int(3)}`;
        const group = stream.group(name);
        switch (random.int(10)) {
          case 0:
          case 1:
          case 2: {
            ms += 1 + random.int(2);
            stream.add({ ms, seq: 0 }, ["a", "b"], limits);
            say(`${ms}-0`, "XADD", KEY, `${ms}-0`, "a", "b");
            break;
          }
          case 3: {
            const id = someId();
            say(stream.delete(id) ? "1" : "0", "XDEL", KEY, formatStreamId(id));
            break;
          }
          case 4: {
            const { trim, words } = randomTrim(random, stream);
            say(String(stream.trim(trim)), "XTRIM", KEY, ...words);
            break;
          }
          case 5: {
            if (group !== undefined) break;
            const id = someId();
            const read = random.int(3) === 0 ? random.int(ms + 2) : null;
            stream.createGroup(name, id, read);
            const tail = read === null ? [] : ["ENTRIESREAD", String(read)];
            say("OK", "XGROUP", "CREATE", KEY, name, formatStreamId(id), ...tail);
            withConsumer(name);
            break;
          }
          case 6: {
            if (group === undefined || random.int(3) > 0) break;
            const id = someId();
            group.lastId = id;
            group.entriesRead = null;
            say("OK", "XGROUP", "SETID", KEY, name, formatStreamId(id));
            break;
          }
          case 7: {
            // XSETID with counters: not below what is there, and a deleted id not above the last.
            if (random.int(4) > 0) break;
            const last = { ms: Number(stream.lastId.ms) + random.int(2), seq: 0 };
            const gap = someId();
            const added = stream.length + random.int(5);
            if (
              compareStreamIds(gap, last) > 0 ||
              compareStreamIds(gap, stream.maxDeletedId) < 0
            ) break;
            stream.setId(last, added, gap.ms === 0 ? undefined : gap);
            ms = last.ms;
            const words = ["ENTRIESADDED", String(added), "MAXDELETEDID", formatStreamId(gap)];
            say("OK", "XSETID", KEY, formatStreamId(last), ...words);
            break;
          }
          default: {
            if (group === undefined) break;
            const count = 1 + random.int(3);
            const noAck = random.int(2) === 0;
            const consumer = group.consumer("c")!;
            const entries = stream.deliver(group, consumer, { count, noAck, now: 5 });
            commands.push(
              ["XREADGROUP", "GROUP", name, "c", "COUNT", String(count)].concat(
                noAck ? ["NOACK"] : [],
                ["STREAMS", KEY, ">"],
              ),
            );
            expected.push(entries.map(({ id }) => formatStreamId(id)).join(" "));
          }
        }
        const info = ourInfo(stream);
        const replies = await pipeline(client, [
          ...commands,
          ["XINFO", "STREAM", KEY],
          ["XINFO", "GROUPS", KEY],
        ]);
        const got = replies.slice(0, -2).map((reply, i) =>
          commands[i][0] !== "XREADGROUP"
            ? reply.text
            : (reply.items?.[0].items?.[1].items ?? []).map((entry) => entry.items![0].text)
              .join(" ")
        );
        assertEquals(got, expected);
        assertEquals(theirInfo(replies.at(-2)!, info), info);
        const groups = replies.at(-1)!.items!.map((reply) => {
          const of = fieldsOf(reply);
          const names = [
            "name",
            "consumers",
            "pending",
            "last-delivered-id",
            "entries-read",
            "lag",
          ];
          return names.map((field) => of[field].text);
        });
        const ours = stream.groups().map((group) => [
          group.name,
          String(group.consumerCount),
          String(group.pending.size),
          formatStreamId(group.lastId),
          group.entriesRead === null ? null : String(group.entriesRead),
          text(stream.lag(group)),
        ]);
        assertEquals(groups, ours, `round ${round}, step ${step}`);
        commands = [];
        expected = [];
      }
    }
  },
});

function text(value: number | bigint | null): string | null {
  return value === null ? null : String(value);
}

Deno.test({
  name: "stream beside redis-server (ignored without it): nodes of a real DUMP are read back",
  ignore,
  fn: async () => {
    await using server = await startRedis({ args: ["--rdbcompression", "no"] });
    await using client = await server.connect();
    for (let i = 0; i < 250; i++) {
      await client.call("XADD", KEY, `${1000 + i}-${i % 3}`, "f", `value ${i}`, "n", `${i}`);
    }
    await client.call("XDEL", KEY, "1000-0", "1100-1");
    const reply = parseReply(await client.call("XRANGE", KEY, "-", "+"));
    const dump = parseReply(await client.call("DUMP", KEY)).text!;
    const stream = new StreamValue();
    let at = 2;
    for (let left = dump.charCodeAt(1); left > 0; left--) {
      const uint64 = (from: number) => {
        let value = 0n;
        for (let i = from; i < from + 8; i++) value = value << 8n | BigInt(dump.charCodeAt(i));
        return toUint64(value);
      };
      const id = { ms: uint64(at + 1), seq: uint64(at + 9) };
      at += 17;
      const size = (dump.charCodeAt(at) & 0x3f) << 8 | dump.charCodeAt(at + 1);
      at += 2;
      const bytes = Uint8Array.from(dump.slice(at, at + size), (char) => char.charCodeAt(0));
      at += size;
      stream.loadNode(id, bytes);
    }
    assertEquals(stream.length, 248);
    assertEquals(
      stream.range(MIN_STREAM_ID, MAX_STREAM_ID),
      reply.items!.map((entry) => ({
        id: parseStreamId(entry.items![0].text!, null)!,
        fields: entry.items![1].items!.map((field) => field.text!),
      })),
    );
    assert(dump.startsWith(dumpStart(stream)));
  },
});
