/**
 * The chunks of a long list against the nodes of a real server's quicklist: same number of nodes and
 * same bytes after the same commands. On that depends when a list is called "listpack" again.
 */

import { assertEquals } from "@std/assert";
import { mulberry32, type Prng } from "../support/prng.ts";
import type { RawClient } from "../support/raw_client.ts";
import { findRedisServer, startRedis } from "../support/servers.ts";
import { ListChunks, type NodeLimits } from "../../src/values/list_chunks.ts";

const missing = findRedisServer() === undefined;
const ignored = missing ? " (ignored: no redis-server on PATH)" : "";

function element(prng: Prng): string {
  const kind = prng.int(12);
  if (kind < 4) return `element ${prng.int(50)}`;
  if (kind < 7) return String(Math.floor((prng.next() - 0.5) * 10 ** prng.int(18)));
  if (kind === 7) return prng.pick(["0", "-0", "00", "-1", "4095", "-4097", "9223372036854775807"]);
  return "x".repeat(prng.int(kind === 8 ? 3000 : 130));
}

/** One random command; returns its words after having done the same to `list`. */
function command(prng: Prng, list: ListChunks, limits: NodeLimits, round: number): string[] {
  const value = element(prng);
  const kind = prng.int(20);
  if (list.length === 0 || kind < 5 || (round % 2 === 0 && kind < 9)) {
    list.pushRight(value, limits);
    return ["RPUSH", "key", value];
  }
  const index = prng.int(list.length);
  if (kind < 7) {
    list.pushLeft(value, limits);
    return ["LPUSH", "key", value];
  }
  if (kind < 13) {
    const pivot = list.get(index);
    const before = prng.int(2) === 0;
    list.insert(list.slice(0, list.length).indexOf(pivot), !before, value, limits);
    return ["LINSERT", "key", before ? "BEFORE" : "AFTER", pivot, value];
  }
  if (kind === 13) {
    list.set(index, value, limits);
    return ["LSET", "key", String(index), value];
  }
  if (kind === 14) {
    list.removeEqual(value, 2, false);
    return ["LREM", "key", "2", value];
  }
  if (kind === 15 && round % 2 === 1) {
    const from = prng.int(Math.min(list.length, 30));
    const to = Math.max(from + 1, list.length - prng.int(60));
    list.removeRange(to, list.length - to);
    list.removeRange(0, from);
    return ["LTRIM", "key", String(from), String(to - 1)];
  }
  if (kind % 2 === 0) {
    list.popLeft();
    return ["LPOP", "key"];
  }
  list.popRight();
  return ["RPOP", "key"];
}

function shapeOf(list: ListChunks): [number, number] {
  let bytes = 0;
  list.forEachChunk(0, false, (chunk) => {
    bytes += chunk.plain ? chunk.get(0).length : chunk.listpackBytes;
    return true;
  });
  return [list.chunkCount, bytes];
}

async function realShape(client: RawClient): Promise<[number, number]> {
  const reply = await client.call("DEBUG", "OBJECT", "key");
  const nodes = /ql_nodes:(\d+)/.exec(reply);
  const bytes = /ql_uncompressed_size:(\d+)/.exec(reply);
  return nodes === null || bytes === null ? [0, 0] : [Number(nodes[1]), Number(bytes[1])];
}

for (const [max, threshold] of [[-2, 0], [-1, 0], [16, 0], [2, 0], [-2, 100], [4, 10]]) {
  const name = `limit ${max}${threshold > 0 ? `, elements of ${threshold} bytes alone` : ""}`;
  Deno.test({
    name: `list: chunks are the quicklist nodes of a real server, ${name}${ignored}`,
    ignore: missing,
    async fn() {
      await using server = await startRedis({ args: ["--list-max-listpack-size", String(max)] });
      const client = await server.connect();
      const limits = { listMaxListpackSize: max, listPackedThreshold: threshold };
      await client.call("DEBUG", "QUICKLIST-PACKED-THRESHOLD", `${threshold}`);
      const prng = mulberry32(max + 77);
      const list = new ListChunks([], true);
      for (let i = 0; i < 2500; i++) {
        const words = command(prng, list, limits, Math.floor(i / 250));
        await client.call(...words);
        assertEquals(shapeOf(list), await realShape(client), `${i}: ${words.join(" ")}`);
      }
      await client.close();
    },
  });
}
