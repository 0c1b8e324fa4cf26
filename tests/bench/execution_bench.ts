/**
 * The whole way of a request without the socket: decode a chunk, run its commands, encode the
 * replies. Run with `deno bench -A tests/bench/execution_bench.ts`; figures are for a chunk of 100.
 *
 * @module
 */

import { SystemClock } from "../../src/clock/clock.ts";
import { allCommands } from "../../src/commands/mod.ts";
import { Config } from "../../src/config/config.ts";
import { TestParts } from "../support/parts.ts";
import type { Host } from "../../src/commands/services.ts";
import { Registry } from "../../src/command/registry.ts";
import { ByteMap } from "../../src/keyspace/byte_map/byte_map.ts";
import { processResources } from "../../src/lifecycle/resources.ts";
import { Logger } from "../../src/log/logger.ts";
import { RequestDecoder } from "../../src/resp/decoder.ts";
import { ReplyEncoder } from "../../src/resp/encoder.ts";

const host: Host = {
  shutdown: () => true,
  abandon() {},
  abortShutdown: () => false,
  resources: processResources,
  listeners: () => [],
  shutdownMs: null,
};

const parts = new TestParts({
  clock: new SystemClock(),
  config: new Config(),
  log: new Logger({ level: "nothing" }),
  host,
  registry: new Registry(allCommands),
  newTable: () => new ByteMap(),
});
const client = parts.createClient(null);
/** A client whose user has ten patterns of keys and two selectors. */
const limited = parts.createClient(null);
parts.acl.set(
  "limited",
  [
    ...["+@all", "-@dangerous"],
    ...Array.from({ length: 9 }, (_, i) => `~other${i}:*`),
    "~key:*",
    "(+get ~x:*)",
    "(+@all %R~r:* %W~w:*)",
  ],
  null,
);
limited.user = parts.acl.user("limited")!;
const decoder = new RequestDecoder();
const encoder = new ReplyEncoder();

const KEYS = 100_000;
const PER_CHUNK = 100;

function chunkOf(request: (key: string) => string[]): Uint8Array {
  let text = "";
  for (let i = 0; i < PER_CHUNK; i++) {
    const key = `key:${String((i * 7919) % KEYS).padStart(12, "0")}`;
    const args = request(key);
    text += `*${args.length}\r\n${args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join("")}`;
  }
  return new TextEncoder().encode(text);
}

function run(chunk: Uint8Array, by = client): number {
  parts.executor.beginBatch();
  decoder.feed(chunk);
  for (let args = decoder.next(); args !== null; args = decoder.next()) {
    encoder.write(parts.execute(by, args));
  }
  parts.executor.endBatch();
  return encoder.take().length;
}

for (let i = 0; i < KEYS; i++) {
  parts.execute(client, ["SET", `key:${String(i).padStart(12, "0")}`, "xxx"]);
}

const cases: Record<string, (key: string) => string[]> = {
  PING: () => ["PING"],
  GET: (key) => ["GET", key],
  SET: (key) => ["SET", key, "xxx"],
  INCR: (key) => ["INCR", `counter:${key}`],
  "GET, unusual spelling": (key) => ["gEt", key],
  "an unknown command": (key) => ["BOGUS", key],
};

for (const [name, request] of Object.entries(cases)) {
  const chunk = chunkOf(request);
  Deno.bench(`${PER_CHUNK} × ${name}`, { group: "execution" }, () => void run(chunk));
}

const registry = new Registry(allCommands);
Deno.bench("look up GET", { group: "registry" }, () => void registry.get("GET"));
Deno.bench("look up zrangebyscore", { group: "registry" }, () => {
  registry.get("zrangebyscore");
});

for (const name of ["GET", "SET"]) {
  const chunk = chunkOf(cases[name]);
  const title = `${PER_CHUNK} × ${name} of a limited user`;
  Deno.bench(title, { group: "execution" }, () => void run(chunk, limited));
}
