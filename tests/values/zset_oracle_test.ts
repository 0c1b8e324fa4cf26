/**
 * Sorted sets beside a real server: the same commands on both; order, encoding, ranks and ranges
 * compared.
 */
import { assertEquals } from "@std/assert";
import { defaultLimits, type EncodingLimits } from "../../src/values/limits.ts";
import { type LexBound, ZSetValue } from "../../src/values/zset.ts";
import { mulberry32 } from "../support/prng.ts";
import { encodeCommand, parseReply, type Reply } from "../support/resp.ts";
import { findRedisServer, startRedis } from "../support/servers.ts";

const ignore = findRedisServer() === undefined;
const KEY = "z";

function boundText(bound: LexBound): string {
  return bound.kind === "-" || bound.kind === "+" ? bound.kind : bound.kind + bound.member;
}

function members(set: ZSetValue, start: number, end: number, reverse: boolean): string[] {
  const out: string[] = [];
  for (const cursor = set.cursor(start, end, reverse); cursor.next();) out.push(cursor.member);
  return out;
}

/** Members and scores; scores told apart as doubles, negative zero included. */
function withScores(set: ZSetValue): string[] {
  const out: string[] = [];
  for (const cursor = set.cursor(); cursor.next();) {
    out.push(cursor.member, Object.is(cursor.score, -0) ? "-0" : String(cursor.score));
  }
  return out;
}

function asNumber(text: string): string {
  const value = text === "inf" ? Infinity : text === "-inf" ? -Infinity : Number(text);
  return Object.is(value, -0) ? "-0" : String(value);
}

async function compare(
  seed: number,
  limits: EncodingLimits,
  oneScore: boolean,
  steps: number,
): Promise<void> {
  await using server = await startRedis({
    args: [
      "--zset-max-listpack-entries",
      String(limits.zsetMaxListpackEntries),
      "--zset-max-listpack-value",
      String(limits.zsetMaxListpackValue),
    ],
  });
  await using client = await server.connect();
  const random = mulberry32(seed);
  const texts = (reply: Reply) => reply.items!.map((item) => item.text!);
  const call = async (...command: string[]) => {
    await client.sendRaw(encodeCommand(command));
    return parseReply(await client.readReply());
  };
  const member = () => {
    const n = random.int(60);
    return n % 9 === 0 ? `${"long-".repeat(n % 4)}\xff\x00${n}` : `m${n}`;
  };
  const score = () =>
    oneScore
      ? "5"
      : random.pick(["-0", "0", "inf", "-inf", "1e300", "0.1", "3", "-2.5", String(random.int(9))]);
  const bound = (): LexBound => {
    const kind = random.pick(["-", "+", "[", "("] as const);
    return kind === "-" || kind === "+" ? { kind } : { kind, member: member() };
  };
  let set: ZSetValue | null = null;
  for (let step = 0; step < steps; step++) {
    const choice = random.int(10);
    if (choice < 5) {
      const m = member();
      const text = score();
      set ??= ZSetValue.create(limits, 1, m.length);
      const result = set.add(m, Number(text.replace("inf", "Infinity")), limits);
      const added: number = result === "added" ? 1 : 0;
      assertEquals((await call("ZADD", KEY, text, m)).text, String(added));
    } else if (choice < 7) {
      const m = member();
      assertEquals((await call("ZREM", KEY, m)).text, set?.delete(m) ? "1" : "0");
    } else if (choice < 8 && set !== null && (oneScore || set.encoding === "listpack")) {
      const range = { min: bound(), max: bound() };
      const [min, max] = [boundText(range.min), boundText(range.max)];
      const up = set.lexRanks(range);
      assertEquals(
        texts(await call("ZRANGEBYLEX", KEY, min, max)),
        members(set, up.start, up.end, false),
        `step ${step}`,
      );
      assertEquals((await call("ZLEXCOUNT", KEY, min, max)).text, String(set.countByLex(range)));
      const down = set.lexRanks(range, true);
      assertEquals(
        texts(await call("ZREVRANGEBYLEX", KEY, max, min)),
        members(set, down.start, down.end, true),
      );
      if (random.int(4) === 0) {
        const gone = await call("ZREMRANGEBYLEX", KEY, min, max);
        assertEquals(gone.text, String(set.deleteRangeByLex(range)));
      }
    } else if (choice < 9) {
      const m = member();
      assertEquals((await call("ZRANK", KEY, m)).text, rankText(set?.rank(m)));
      assertEquals((await call("ZREVRANK", KEY, m)).text, rankText(set?.reverseRank(m)));
    } else if (set !== null) {
      const all = texts(await call("ZRANGE", KEY, "0", "-1", "WITHSCORES"));
      assertEquals(all.map((text, i) => i % 2 === 0 ? text : asNumber(text)), withScores(set));
      assertEquals((await call("OBJECT", "ENCODING", KEY)).text, set.encoding);
      if (!oneScore) {
        // A *STORE command decides anew.
        const scores: number[] = [];
        for (const cursor = set.cursor(); cursor.next();) scores.push(cursor.score);
        const stored = ZSetValue.from(members(set, 0, set.size, false), scores, limits);
        await call("ZUNIONSTORE", "copy", "1", KEY);
        assertEquals((await call("OBJECT", "ENCODING", "copy")).text, stored.encoding);
        const copied = texts(await call("ZRANGE", "copy", "0", "-1", "WITHSCORES"));
        assertEquals(
          copied.map((text, i) => i % 2 === 0 ? text : asNumber(text)),
          withScores(stored),
        );
      }
    }
    if (set !== null && set.size === 0) set = null;
    if (random.int(150) === 0) {
      await call("DEL", KEY);
      set = null;
    }
  }
}

function rankText(rank: number | undefined): string | null {
  return rank === undefined || rank < 0 ? null : String(rank);
}

Deno.test({
  name: "sorted set beside redis-server (ignored without it)",
  ignore,
  fn: async () => {
    const limits = defaultLimits();
    await compare(1, { ...limits, zsetMaxListpackEntries: 20 }, false, 4000);
    await compare(2, { ...limits, zsetMaxListpackEntries: 100 }, false, 4000);
    await compare(
      3,
      { ...limits, zsetMaxListpackEntries: 100, zsetMaxListpackValue: 5 },
      false,
      3000,
    );
    await compare(4, { ...limits, zsetMaxListpackEntries: 0 }, true, 3000);
    await compare(5, { ...limits, zsetMaxListpackEntries: 20 }, true, 3000);
  },
});
