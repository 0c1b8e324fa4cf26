/**
 * A replica in this process, with a script as its primary and a clock that runs fast.
 *
 * @module
 */

import { ManualClock } from "../../src/clock/clock.ts";
import { LocalServer } from "../server/support.ts";
import type { RawClient } from "../support/raw_client.ts";
import { TempDir } from "../support/temp.ts";
import { FakePrimary } from "./fake_primary.ts";
import { until } from "../support/until.ts";

/** A replica with a script as its primary. */
export class Replica implements AsyncDisposable {
  readonly clock = new ManualClock(1_800_000_000_000);
  readonly primary = new FakePrimary();
  #directory!: TempDir;
  #local!: LocalServer;
  #client!: RawClient;
  #ticker: ReturnType<typeof setInterval> | undefined;

  static async start(directives: Record<string, string> = {}): Promise<Replica> {
    const replica = new Replica();
    replica.#directory = await TempDir.create();
    await replica.#begin(directives);
    return replica;
  }

  async #begin(directives: Record<string, string>): Promise<void> {
    this.#local = LocalServer.make({
      dir: this.#directory.path,
      replicaof: `127.0.0.1 ${this.primary.port}`,
      // The clock runs fast.
      "repl-timeout": "1000000",
      ...directives,
    }, this.clock);
    await this.#local.server.begin();
    this.#client = await this.#local.connect();
    this.#ticker = setInterval(() => this.clock.advance(100), 2);
  }

  async #end(): Promise<void> {
    clearInterval(this.#ticker);
    await this.#client.close();
    await this.#local[Symbol.asyncDispose]();
  }

  /** Stop the server and start it again on the same files. @param between done in between */
  async restart(directives: Record<string, string> = {}, between = () => {}): Promise<void> {
    await this.#end();
    between();
    await this.#begin(directives);
  }

  /** Let the clock stand still from now on, but for what the test moves it by. */
  stopClock(): void {
    clearInterval(this.#ticker);
  }

  /** The exit code, once the server has stopped. */
  get stopped(): Promise<number> {
    return this.#local.server.stopped;
  }

  get directory(): string {
    return this.#directory.path;
  }

  get log(): string {
    return this.#local.log;
  }

  get parts() {
    return this.#local.server.parts;
  }

  get port(): number {
    return this.#local.server.port;
  }

  connect(): Promise<RawClient> {
    return this.#local.connect();
  }

  call(...args: string[]): Promise<string> {
    return this.#client.call(...args);
  }

  async logs(text: string): Promise<void> {
    try {
      await until(() => this.log.includes(text), text);
    } catch (error) {
      throw new Error(`${error}\n${this.log}`);
    }
  }

  /** Wait until a key has a value. */
  async has(key: string, value: string): Promise<void> {
    const expected = `$${value.length}\r\n${value}\r\n`;
    await until(async () => await this.call("GET", key) === expected, `${key} is ${value}`);
  }

  /** A field of INFO. */
  async info(field: string): Promise<string | undefined> {
    const text = await this.call("INFO", "everything");
    return new RegExp(`^${field}:(.*)\r$`, "m").exec(text)?.[1];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
    this.primary[Symbol.dispose]();
    await this.#directory[Symbol.asyncDispose]();
  }
}
