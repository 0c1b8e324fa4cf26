/**
 * Runs scripts by the engine and on a real server, and tells where the bytes of a reply differ.
 *
 * @module
 */

import { encodeCommand, parseReply } from "../support/resp.ts";
import type { RawClient } from "../support/raw_client.ts";
import { findRedisServer, type ServerProcess, startRedis } from "../support/servers.ts";
import { Subject } from "./subject.ts";

/** A script with its keys and arguments. */
export interface ScriptCase {
  script: string;
  keys?: string[];
  args?: string[];
}

/** A difference between both. */
export interface Difference {
  script: string;
  expected: string;
  actual: string;
}

/** Both sides. */
export class Comparison implements AsyncDisposable {
  readonly subject = new Subject();

  private constructor(readonly server: ServerProcess, readonly client: RawClient) {}

  /** Start the real server, and a new engine. */
  static async start(): Promise<Comparison> {
    const server = await startRedis();
    const client = await server.connect();
    return new Comparison(server, client);
  }

  /** Is the real server as new as the one that the engine follows? */
  async isCurrent(): Promise<boolean> {
    const version = parseReply(
      await this.client.call("EVAL", "return redis.REDIS_VERSION_NUM", "0"),
    );
    return Number(String(JSON.stringify(version)).match(/\d+/)?.[0]) >= 0x070200;
  }

  /** Run a script on both, from empty databases. Null when the replies are equal. */
  async check(one: ScriptCase, known?: string): Promise<Difference | null> {
    const { script, keys = [], args = [] } = one;
    await this.client.call("FLUSHALL");
    this.subject.host.store.clear();
    const expected = known ??
      await this.client.call("EVAL", script, String(keys.length), ...keys, ...args);
    const actual = this.subject.encoded(script, keys, args);
    return actual === expected ? null : { script, expected, actual };
  }

  /** Run scripts without keys on both, one behind the other; those whose replies differ. */
  async checkAll(scripts: string[]): Promise<Difference[]> {
    await this.client.sendRaw(
      scripts.map((script) => encodeCommand(["EVAL", script, "0"])).join(""),
    );
    const differences: Difference[] = [];
    for (const script of scripts) {
      const expected = await this.client.readReply();
      const actual = this.subject.encodedOnce(script);
      if (actual !== expected) differences.push({ script, expected, actual });
    }
    return differences;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    await this.server[Symbol.asyncDispose]();
  }
}

/** Is there a real server to compare with? */
export const HAS_SERVER: boolean = findRedisServer() !== undefined;

/** Differences as a text. */
export function describe(differences: Difference[]): string {
  return differences.map(({ script, expected, actual }) =>
    `${JSON.stringify(script)}\n  expected ${JSON.stringify(expected)}\n  actual   ${
      JSON.stringify(actual)
    }`
  ).join("\n");
}
