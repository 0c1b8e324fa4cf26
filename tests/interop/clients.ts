/**
 * How the tests of this folder get at servers and clients: each file has one server of its own,
 * each test begins with that one empty, and has the clients of one package: `ioredis`, or `redis`
 * (node-redis) with RESP2 and once more with RESP3.
 *
 * @module
 */

import { Redis, type RedisOptions } from "ioredis";
import { createClient } from "redis";
import { type ServerProcess, startSubject } from "../support/servers.ts";
import { until } from "../support/until.ts";

/** Longest wait for something that should come at once, in milliseconds. */
const PATIENCE_MS = 20_000;
/** Longest time of a test: a reply that a package does not understand makes it wait for ever. */
const TEST_MS = 60_000;

/** What a test with a package's clients gets. */
interface Session<Client, Options> {
  /** A connected client. */
  readonly client: Client;
  readonly server: ServerProcess;
  /** One more of them; the test's end closes all. */
  connect(options?: Options): Promise<Client>;
}

/** The clients of `ioredis`. */
export type IoredisSession = Session<Redis, RedisOptions>;

/** What may be said about a client of node-redis. */
export interface NodeRedisOptions {
  name?: string;
  /** Connect again after this many milliseconds when the connection is lost. */
  reconnectMs?: number;
}

function newNodeRedis(port: number, protocol: 2 | 3, options: NodeRedisOptions) {
  const client = createClient({
    url: `redis://127.0.0.1:${port}`,
    RESP: protocol,
    // The package guards replies that it may map otherwise later (XREADGROUP's) with this option.
    unstableResp3: true,
    name: options.name,
    socket: { reconnectStrategy: options.reconnectMs ?? false },
  });
  // Without a listener a connection's end would end the test run.
  client.on("error", () => {});
  return client;
}

/** A client of node-redis. */
export type NodeRedis = ReturnType<typeof newNodeRedis>;

/** The clients of node-redis. */
export interface NodeRedisSession extends Session<NodeRedis, NodeRedisOptions> {
  readonly protocol: 2 | 3;
}

/** The tests of one file. */
export class Topic {
  #server: ServerProcess | undefined;

  /** @param name what the tests' names begin with */
  constructor(readonly name: string) {
    Deno.test.beforeAll(async () => {
      this.#server = await startSubject();
    });
    Deno.test.afterAll(async () => await this.#server?.[Symbol.asyncDispose]());
  }

  /** A test with `ioredis`. */
  ioredis(name: string, run: (session: IoredisSession) => Promise<void>): void {
    this.#test(`ioredis: ${name}`, async (server, closing) => {
      const connect = async (options: RedisOptions = {}) => {
        const client = new Redis({
          host: "127.0.0.1",
          port: server.port,
          retryStrategy: () => null,
          lazyConnect: true,
          ...options,
        });
        client.on("error", () => {});
        closing.push(() => client.disconnect());
        await client.connect();
        return client;
      };
      await run({ client: await connect(), server, connect });
    });
  }

  /** A test with node-redis, run with either protocol unless it needs a certain one. */
  nodeRedis(
    name: string,
    run: (session: NodeRedisSession) => Promise<void>,
    protocols: readonly (2 | 3)[] = [2, 3],
  ): void {
    for (const protocol of protocols) {
      this.#test(`node-redis, RESP${protocol}: ${name}`, async (server, closing) => {
        const connect = async (options: NodeRedisOptions = {}) => {
          const client = newNodeRedis(server.port, protocol, options);
          closing.push(() => client.destroy());
          await client.connect();
          return client;
        };
        await run({ client: await connect(), server, connect, protocol });
      });
    }
  }

  #test(
    name: string,
    run: (server: ServerProcess, closing: (() => void)[]) => Promise<void>,
  ): void {
    Deno.test({
      name: `${this.name}, ${name}`,
      // The packages leave timers of their own behind when they disconnect.
      sanitizeOps: false,
      sanitizeResources: false,
      fn: async () => {
        const server = this.#server!;
        const closing: (() => void)[] = [];
        {
          await using admin = await server.connect();
          await admin.call("FLUSHALL");
        }
        try {
          await within(TEST_MS, "the test did not end", run(server, closing));
        } finally {
          for (const close of closing) close();
        }
      },
    });
  }
}

/** What a promise gives. @throws Error with the complaint when it gives nothing in time */
async function within<T>(ms: number, complaint: string, promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`${complaint} within ${ms} ms`)), ms);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Wait until so many clients are blocked. */
export function untilBlocked(
  client: { info(section: string): Promise<unknown> },
  count: number,
): Promise<boolean> {
  return until(
    async () => `${await client.info("clients")}`.includes(`\nblocked_clients:${count}\r`),
    `${count} blocked clients`,
  );
}

/** Collects what listeners are told, for the test to wait for. */
export class Inbox<T> {
  #items: T[] = [];
  #wake: (() => void) | undefined;

  /** Something came. */
  put(item: T): void {
    this.#items.push(item);
    this.#wake?.();
  }

  /** The next so many of them. @throws Error when fewer came in time */
  async take(count: number): Promise<T[]> {
    const arrival = () => new Promise<void>((resolve) => this.#wake = resolve);
    while (this.#items.length < count) {
      await within(PATIENCE_MS, `nothing behind ${this.#items.length} of ${count}`, arrival());
    }
    return this.#items.splice(0, count);
  }
}

/** Bytes of every value in an order that repeats late, to see that none of them is special. */
export function binary(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = i ^ (i >> 8) ^ (i >> 16);
  return bytes;
}
