import { assert, assertEquals, assertThrows } from "@std/assert";
import { fromBytes, toBytes } from "../../src/bytes/bytes.ts";
import { HLL_REGISTERS, HyperLogLog, HyperLogLogError } from "../../src/values/hyperloglog.ts";
import { hashElement } from "../../src/values/hyperloglog_math.ts";
import { mulberry32, type Prng } from "../support/prng.ts";
import { encodeCommand, parseReply } from "../support/resp.ts";
import { findRedisServer, startRedis } from "../support/servers.ts";

/** MurmurHash64A with bigints, to the definition. */
function murmur(text: string): bigint {
  const m = 0xc6a4a7935bd1e995n;
  const wrap = (value: bigint) => BigInt.asUintN(64, value);
  let h = 0xadc83b19n ^ wrap(BigInt(text.length) * m);
  let at = 0;
  for (; at + 8 <= text.length; at += 8) {
    let k = 0n;
    for (let i = 7; i >= 0; i--) k = k << 8n | BigInt(text.charCodeAt(at + i));
    k = wrap(k * m);
    k = wrap((k ^ k >> 47n) * m);
    h = wrap((h ^ k) * m);
  }
  if (at < text.length) {
    for (let i = text.length - 1; i >= at; i--) {
      h ^= BigInt(text.charCodeAt(i)) << BigInt((i - at) * 8);
    }
    h = wrap(h * m);
  }
  h = wrap((h ^ h >> 47n) * m);
  return h ^ h >> 47n;
}

function randomElement(random: Prng): string {
  let text = "";
  for (let i = random.int(30); i > 0; i--) text += String.fromCharCode(random.int(256));
  return text;
}

Deno.test("hyperloglog: the hash is MurmurHash64A", () => {
  const random = mulberry32(1);
  // Beside the random ones some whose hash has long runs of zeros, over both halves of it.
  const rare = ["171656", "49813", "2956961", "1824346"].map((number) => `element:${number}`);
  for (let i = 0; i < 20_000; i++) {
    const text = rare[i] ?? randomElement(random);
    const hash = murmur(text);
    let zeros = 0;
    while (zeros < 50 && (hash >> BigInt(14 + zeros) & 1n) === 0n) zeros++;
    assertEquals(hashElement(text), Number(hash & 0x3fffn) | (zeros + 1) << 14);
  }
});

Deno.test("hyperloglog: counts within the error, and dense and sparse agree", () => {
  const sparse = HyperLogLog.create();
  const dense = HyperLogLog.create();
  dense.toDense();
  assertEquals([sparse.encoding, dense.encoding], ["sparse", "dense"]);
  assertEquals([sparse.count(), dense.count()], [0, 0]);
  for (let i = 1; i <= 200_000; i++) {
    const element = `element-${i}`;
    assertEquals(sparse.add(element, 3000), dense.add(element, 3000));
    if (i % 20_000 !== 0 && i !== 100 && i !== 1000) continue;
    sparse.invalidate();
    dense.invalidate();
    assertEquals(sparse.count(), dense.count());
    // The standard error is 0.81 %.
    assert(Math.abs(Number(sparse.count()) / i - 1) < 0.03, `${sparse.count()} for ${i}`);
  }
  assertEquals(sparse.registers(), dense.registers());
});

Deno.test("hyperloglog: a union counts what either has", () => {
  const a = HyperLogLog.create();
  const b = HyperLogLog.create();
  const both = HyperLogLog.create();
  for (let i = 0; i < 3000; i++) {
    for (const hll of i % 3 === 0 ? [a] : i % 3 === 1 ? [b] : [a, b]) hll.add(`${i}`, 1e6);
    both.add(`${i}`, 1e6);
  }
  const registers = a.registers();
  b.mergeInto(registers);
  assertEquals(registers, both.registers());
  assertEquals(HyperLogLog.countOf(registers), both.count());
  const target = HyperLogLog.create();
  target.raiseTo(registers, 3000);
  assertEquals(target.storedCount(), null);
  assertEquals(target.count(), both.count());
});

Deno.test("hyperloglog: what is none, and what is broken", () => {
  const good = HyperLogLog.create();
  good.add("a", 3000);
  const open = (text: string) => HyperLogLog.open(toBytes(text));
  const text = fromBytes(good.bytes);
  assert(open(text) !== null);
  for (
    const bad of ["", "HYLL", text.slice(0, 15), `X${text.slice(1)}`, `HYLL\x02${text.slice(5)}`]
  ) {
    assertEquals(open(bad), null);
  }
  assertEquals(open(`HYLL\x00${text.slice(5)}`), null);
  for (const broken of [text.slice(0, 16), text.slice(0, -1), text + "\x00", text + "\x7f\xff"]) {
    const hll = open(broken)!;
    assertThrows(() => hll.registers(), HyperLogLogError);
    assertThrows(() => hll.count(), HyperLogLogError);
    assertThrows(() => hll.toDense(), HyperLogLogError);
  }
  assertThrows(() => open(text.slice(0, 16))!.add("b", 3000), HyperLogLogError);
  const random = mulberry32(2);
  for (let i = 0; i < 3000; i++) {
    const bytes = good.bytes.slice();
    for (let n = random.int(3); n >= 0; n--) {
      bytes[16 + random.int(bytes.length - 16)] = random.int(256);
    }
    const hll = HyperLogLog.open(bytes)!;
    try {
      for (let n = 0; n < 20; n++) hll.add(randomElement(random), 3000);
      hll.count();
    } catch (error) {
      assert(error instanceof HyperLogLogError, String(error));
    }
  }
  assertEquals(HLL_REGISTERS, 16384);
});

Deno.test({
  name: "hyperloglog beside redis-server (ignored without it): the same bytes and counts",
  ignore: findRedisServer() === undefined,
  fn: async () => {
    await using server = await startRedis();
    await using client = await server.connect();
    const random = mulberry32(3);
    const pipeline = async (commands: string[][]) => {
      await client.sendRaw(commands.map((command) => encodeCommand(command)).join(""));
      const texts: (string | null)[] = [];
      for (const _ of commands) texts.push(parseReply(await client.readReply()).text);
      return texts;
    };
    for (const [limit, adds] of [[3000, 6000], [60, 300], [300, 1500], [15_000, 9000], [0, 20]]) {
      await client.call("CONFIG", "SET", "hll-sparse-max-bytes", String(limit));
      await client.call("FLUSHALL");
      const hlls = [HyperLogLog.create(), HyperLogLog.create()];
      await pipeline([["PFADD", "k0"], ["PFADD", "k1"]]);
      for (const hll of hlls) hll.invalidate();
      for (let i = 0; i < adds;) {
        const which = random.int(2);
        const key = `k${which}`;
        const commands: string[][] = [];
        const expected: string[] = [];
        for (let n = random.int(40); n >= 0; n--, i++) {
          const element = random.int(4) === 0 ? `e${random.int(500)}` : randomElement(random);
          const changed = hlls[which].add(element, limit);
          if (changed) hlls[which].invalidate();
          commands.push(["PFADD", key, element]);
          expected.push(changed ? "1" : "0");
        }
        if (random.int(4) === 0) {
          commands.push(["PFCOUNT", key]);
          expected.push(String(hlls[which].count()));
        }
        if (random.int(60) === 0) {
          commands.push(["PFCOUNT", "k0", "k1"]);
          const registers = hlls[0].registers();
          hlls[1].mergeInto(registers);
          expected.push(String(HyperLogLog.countOf(registers)));
        }
        if (random.int(200) === 0) {
          commands.push(["PFMERGE", "k0", "k1"]);
          const registers = hlls[0].registers();
          hlls[1].mergeInto(registers);
          if (hlls.some((hll) => hll.encoding === "dense")) hlls[0].toDense();
          hlls[0].raiseTo(registers, limit);
          expected.push("OK");
        }
        commands.push(["GET", key]);
        expected.push(fromBytes(hlls[which].bytes));
        if (hlls[which].encoding === "sparse") {
          commands.push(["PFDEBUG", "DECODE", key]);
          expected.push(hlls[which].describe()!);
        }
        const got = await pipeline(commands);
        for (let j = 0; j < commands.length; j++) {
          assertEquals(got[j], expected[j], commands[j].join(" "));
        }
      }
      assertEquals(hlls[0].encoding, limit === 15_000 ? "sparse" : "dense");
    }
  },
});
