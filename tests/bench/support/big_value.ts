/**
 * One big value to and fro through a socket of our own: what matters here is how a server moves
 * megabytes, which `redis-benchmark` with its many small requests does not show.
 *
 * @module
 */

import { encodeCommand, toBytes } from "../../support/resp.ts";
import { writeAll } from "./feed.ts";
import type { Sample } from "./measure.ts";
import { quantile } from "./statistics.ts";
import { valueOf } from "./workloads.ts";

const KEY = "big";

/** The two ways. */
export type BigWorkload = "SET" | "GET";

/**
 * Sends the same request again and again and reads each reply to its last byte.
 *
 * @throws Error when a reply begins otherwise than it must or the server closes
 */
export async function runBig(
  port: number,
  { workload, size, requests }: { workload: BigWorkload; size: number; requests: number },
): Promise<Sample> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  conn.setNoDelay(true);
  const set = toBytes(encodeCommand(["SET", KEY, valueOf(size)]));
  const chunk = new Uint8Array(256 * 1024);
  const exchange = async (request: Uint8Array, head: string, length: number) => {
    await writeAll(conn, request);
    for (let received = 0; received < length;) {
      const n = await conn.read(chunk);
      if (n === null) throw new Error("the server closed the connection");
      const start = new TextDecoder().decode(chunk.subarray(0, Math.min(n, head.length)));
      if (received === 0 && !head.startsWith(start)) throw new Error(`reply begins with ${start}`);
      received += n;
    }
  };
  const sets = () => exchange(set, "+OK\r\n", 5);
  const head = `$${size}\r\n`;
  const get = toBytes(encodeCommand(["GET", KEY]));
  const gets = () => exchange(get, head, head.length + size + 2);
  if (workload === "GET") await sets();
  const once = workload === "GET" ? gets : sets;
  const times: number[] = [];
  const began = performance.now();
  for (let i = 0; i < requests; i++) {
    const start = performance.now();
    await once();
    times.push(performance.now() - start);
  }
  const seconds = (performance.now() - began) / 1000;
  return { rps: requests / seconds, p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99) };
}
