/**
 * Pings at a fixed rate, which tell how long a server keeps its clients waiting.
 *
 * One connection sends a PING for every millisecond without waiting for earlier replies: so a pause
 * of the server meets as many pings as it lasts milliseconds, and no ping is spared by it.
 *
 * @module
 */

import { toBytes } from "../../support/resp.ts";
import { writeAll } from "./feed.ts";
import { quantile } from "./statistics.ts";

const PING = "PING\r\n";
const PONG_SIZE = "+PONG\r\n".length;

/** What pings met, in milliseconds. */
export interface Waits {
  pings: number;
  medianMs: number;
  p99Ms: number;
  p999Ms: number;
  longestMs: number;
}

/** Sums pings up. @throws RangeError when there are none */
export function sumUp(waits: readonly number[]): Waits {
  return {
    pings: waits.length,
    medianMs: quantile(waits, 0.5),
    p99Ms: quantile(waits, 0.99),
    p999Ms: quantile(waits, 0.999),
    longestMs: quantile(waits, 1),
  };
}

/** Waits. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * Pings until something is over.
 *
 * @param over ends the pinging when it resolves; rejects to end it with an error
 * @returns milliseconds until each reply
 */
export async function ping(port: number, over: Promise<unknown>): Promise<number[]> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  conn.setNoDelay(true);
  const sent: number[] = [];
  const waits: number[] = [];
  const done = Promise.withResolvers<void>();
  let ended = false;
  const look = () => {
    if (ended && waits.length === sent.length) done.resolve();
  };
  const began = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    // A tick that comes late sends what was due meanwhile; the waits of those begin here too, since
    // the server had no part in the delay.
    const due = Math.floor(now - began) + 1 - sent.length;
    for (let i = 0; i < due; i++) sent.push(now);
    if (due > 0) writeAll(conn, toBytes(PING.repeat(due))).catch(done.reject);
  }, 1);
  over.then(() => {
    clearInterval(timer);
    ended = true;
    look();
  }, done.reject);
  const read = async () => {
    const chunk = new Uint8Array(64 * 1024);
    for (let bytes = 0; !ended || waits.length < sent.length;) {
      const n = await conn.read(chunk);
      if (n === null) throw new Error("the server closed the connection");
      bytes += n;
      const now = performance.now();
      while (waits.length < Math.floor(bytes / PONG_SIZE)) waits.push(now - sent[waits.length]);
      look();
    }
  };
  // A failure reaches the caller through `done`; after its end the closed connection ends the read.
  read().catch(done.reject);
  try {
    await done.promise;
  } finally {
    clearInterval(timer);
  }
  return waits;
}
