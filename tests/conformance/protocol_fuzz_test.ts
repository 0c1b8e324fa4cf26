/**
 * Throws random and damaged input at the server: over a hundred thousand inputs through thousands of
 * connections, from a seed, so that a failure comes again.
 *
 * Each connection sends some random but well-formed commands and then one damaged input, shuts its
 * sending side, and reads until the end. Whether the server answers, closes or waits for more, the
 * end must come, and what it has sent until then must be whole, well-formed replies. A second
 * connection must be served all the while.
 *
 * Left out are commands that would end or halt the server, or reach other machines, as they should.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { mulberry32, type Prng } from "../support/prng.ts";
import { encodeCommand, fromBytes, parseReply, ReplyScanner, toBytes } from "../support/resp.ts";
import { type ServerProcess, startSubject } from "../support/servers.ts";

const INPUTS = 105_000;
const SEED = Number(Deno.env.get("FUZZ_SEED") ?? 20_250_101);
/** Well-formed commands before the damaged one. */
const COMMANDS = 11;
const CONNECTIONS = 12;
const END_MS = 10_000;

const LEFT_OUT = new Set(
  ("acl bgrewriteaof bgsave client cluster config debug failover migrate module monitor psync quit " +
    "replicaof replconf save shutdown slaveof sync pfselftest").split(" "),
);

const WORDS = [
  ..."a b k1 k2 k3 k4 NX XX GT LT CH INCR EX PX EXAT KEEPTTL PERSIST GET COUNT LIMIT MATCH TYPE"
    .split(
      " ",
    ),
  ..."WITHSCORES BYSCORE BYLEX REV ASC DESC STREAMS BLOCK GROUP MAXLEN MINID ~ = * - + $ > 0-0 1-1"
    .split(
      " ",
    ),
  ..."(1 [a inf -inf nan 0 1 2 3 -1 10 1.5 1e3 0x10 007 4294967296 9223372036854775807".split(" "),
  ..."-9223372036854775808 18446744073709551615 99999999999999999999 string list LEFT RIGHT".split(
    " ",
  ),
  ...["", " ", "\r\n", "\0", "\xff\xfe", "x".repeat(300), '"', "'", "%d%s", "{a}k", "[^a-", "\\"],
];

const LENGTHS = ["-1", "-2", "0", "1", "3", "1048577", "536870912", "536870913", "2147483648", "x"];
LENGTHS.push("", "99999999999999999999", "-9223372036854775808", "+1", "01", "1.5", " 1");

function randomCommand(random: Prng, names: string[]): string {
  const args = Array.from({ length: random.int(6) }, () => random.pick(WORDS));
  return encodeCommand([random.pick(names), ...args]);
}

function randomBytes(random: Prng, length: number): string {
  let out = "";
  for (let i = 0; i < length; i++) out += String.fromCharCode(random.int(256));
  return out;
}

/** A command's bytes with one kind of damage. */
function damaged(random: Prng, names: string[]): string {
  const good = randomCommand(random, names);
  const at = random.int(good.length + 1);
  switch (random.int(9)) {
    case 0:
      return good.slice(0, at);
    case 1:
      return good.slice(0, at) + randomBytes(random, 1 + random.int(3)) + good.slice(at);
    case 2:
      return good.slice(0, at) + good.slice(at + 1 + random.int(4));
    case 3:
      return good.slice(0, at) + String.fromCharCode(random.int(256)) + good.slice(at + 1);
    case 4: {
      const counts = [...good.matchAll(/[*$]\d+\r\n/g)];
      const { index, 0: text } = random.pick(counts);
      const changed = text[0] + random.pick(LENGTHS) + "\r\n";
      return good.slice(0, index) + changed + good.slice(index + text.length);
    }
    case 5:
      return good.slice(0, at) + good.slice(random.int(at + 1));
    case 6: {
      const words = Array.from({ length: random.int(5) }, () => random.pick(WORDS));
      return `${random.pick(names)} ${words.join(" ")}${
        random.pick(["\r\n", "\n", "", "\r", '"\n'])
      }`;
    }
    case 7:
      return randomBytes(random, random.int(60)) + random.pick(["", "\r\n"]);
    default:
      return good.replaceAll("\r\n", random.pick(["\n", "\r", "", "\n\r", "\r\n\r\n"]));
  }
}

/** Send `input` on a connection of its own; all that the server says until it closes. */
async function exchange(port: number, input: string, pieces: number): Promise<string> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const timer = setTimeout(() => conn.close(), END_MS);
  try {
    const write = async () => {
      const bytes = toBytes(input);
      const size = Math.ceil(bytes.length / pieces);
      try {
        for (let start = 0; start < bytes.length; start += size) {
          let rest = bytes.subarray(start, start + size);
          while (rest.length > 0) rest = rest.subarray(await conn.write(rest));
        }
        await conn.closeWrite();
      } catch {
        // The server may close while we still write; what it said is read below.
      }
    };
    const read = async () => {
      let text = "";
      const chunk = new Uint8Array(16 * 1024);
      try {
        for (;;) {
          const n = await conn.read(chunk);
          if (n === null) return text;
          text += fromBytes(chunk, 0, n);
        }
      } catch (error) {
        // A server that closes with our bytes unread makes the system send a reset.
        if (error instanceof Deno.errors.ConnectionReset) return text;
        throw error;
      }
    };
    return (await Promise.all([read(), write()]))[0];
  } finally {
    clearTimeout(timer);
  }
}

/** Throws unless the text is replies one behind the other; the last may be cut by the closing. */
function checkReplies(text: string): void {
  const bytes = toBytes(text);
  let at = 0;
  while (at < bytes.length) {
    const rest = bytes.subarray(at);
    const size = new ReplyScanner().scan(rest, rest.length);
    if (size === undefined) break;
    at += size;
  }
}

/** Names of all commands that the server has, in a fixed order, less those left out. */
async function commandNames(server: ServerProcess): Promise<string[]> {
  await using client = await server.connect();
  const { items } = parseReply(await client.call("COMMAND", "LIST"));
  return items!.map((item) => item.text!).filter((name) =>
    !LEFT_OUT.has(name) && !name.includes("|")
  )
    .sort();
}

Deno.test("protocol fuzz: the server survives a hundred thousand random inputs", async () => {
  await using server = await startSubject();
  const names = await commandNames(server);
  assert(names.length > 50, "COMMAND LIST gave hardly any commands");
  await using second = await server.connect();
  const random = mulberry32(SEED);
  let sent = 0;

  const worker = async () => {
    while (sent < INPUTS) {
      const commands = Array.from({ length: COMMANDS }, () => randomCommand(random, names));
      const input = commands.join("") + damaged(random, names);
      const pieces = random.int(4) === 0 ? 2 + random.int(5) : 1;
      sent += COMMANDS + 1;
      try {
        checkReplies(await exchange(server.port, input, pieces));
      } catch (error) {
        throw new Error(
          `seed ${SEED}, input ${JSON.stringify(input)}: ${error}\n${server.log().slice(-2000)}`,
        );
      }
    }
  };
  const watch = async () => {
    while (sent < INPUTS) {
      assertEquals(await second.call("PING"), "+PONG\r\n");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  await Promise.all([watch(), ...Array.from({ length: CONNECTIONS }, worker)]);

  assertEquals(await second.call("SET", "after", "all"), "+OK\r\n");
  assertEquals(await second.call("GET", "after"), "$3\r\nall\r\n");
  for (let tries = 0;; tries++) {
    const info = await second.call("INFO", "clients");
    if (info.includes("connected_clients:1\r\n")) break;
    assert(tries < 200, `connections of clients that have gone are still there: ${info}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});
