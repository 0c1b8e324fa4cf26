/**
 * What the servers are asked to do: one entry a command, as `redis-benchmark` would send it with
 * random keys, and the data that must be there for it.
 *
 * @module
 */

import { feed, strings } from "./feed.ts";
import type { Target } from "./targets.ts";

/** One command under load. */
export interface Workload {
  /** The command itself, which a server may lack. */
  command: string;
  /** Do values of different sizes make a difference? */
  sized: boolean;
  /** The request; `__rand_int__` becomes a random number. */
  args(value: string): string[];
  /** Data that must be there; workloads of the same `data` share it. */
  data?: "strings" | "counters" | "list";
  /** A key that grows, and is deleted before each round. */
  grows?: string;
}

const ELEMENT = "element:__rand_int__";

/** All workloads by the names that the tables show. */
export const WORKLOADS: Readonly<Record<string, Workload>> = {
  PING: { command: "PING", sized: false, args: () => ["PING"] },
  SET: {
    command: "SET",
    sized: true,
    args: (value) => ["SET", "key:__rand_int__", value],
    data: "strings",
  },
  GET: { command: "GET", sized: true, args: () => ["GET", "key:__rand_int__"], data: "strings" },
  MSET: {
    command: "MSET",
    sized: true,
    args: (value) => [
      "MSET",
      ...Array.from({ length: 10 }, () => ["key:__rand_int__", value]).flat(),
    ],
    data: "strings",
  },
  INCR: {
    command: "INCR",
    sized: false,
    args: () => ["INCR", "counter:__rand_int__"],
    data: "counters",
  },
  LPUSH: {
    command: "LPUSH",
    sized: true,
    args: (value) => ["LPUSH", "mylist", value],
    grows: "mylist",
  },
  LRANGE_100: {
    command: "LRANGE",
    sized: true,
    args: () => ["LRANGE", "list:100", "0", "99"],
    data: "list",
  },
  SADD: { command: "SADD", sized: false, args: () => ["SADD", "myset", ELEMENT], grows: "myset" },
  HSET: {
    command: "HSET",
    sized: true,
    args: (value) => ["HSET", "myhash", ELEMENT, value],
    grows: "myhash",
  },
  ZADD: {
    command: "ZADD",
    sized: false,
    args: () => ["ZADD", "myzset", "__rand_int__", ELEMENT],
    grows: "myzset",
  },
  XADD: {
    command: "XADD",
    sized: true,
    args: (value) => ["XADD", "mystream", "*", "field", value],
    grows: "mystream",
  },
};

/** A value of a size in bytes. */
export function valueOf(size: number): string {
  return "x".repeat(size);
}

/** Empties a server and fills it with what workloads need. */
export async function prepare(
  target: Target,
  data: Workload["data"],
  options: { keys: number; size: number },
): Promise<void> {
  await target.call("FLUSHALL");
  const value = valueOf(options.size);
  if (data === "strings") await feed(target.port, strings({ keys: options.keys, value }));
  if (data === "counters") {
    await feed(target.port, strings({ prefix: "counter", keys: options.keys, value: "0" }));
  }
  if (data === "list") await target.call("RPUSH", "list:100", ...Array<string>(100).fill(value));
}
