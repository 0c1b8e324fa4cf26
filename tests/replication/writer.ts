/**
 * A client that loads a server with the writes of {@linkcode Commands}, many at a time, while others
 * are blocked on what it pushes.
 *
 * @module
 */

import type { RawClient } from "../support/raw_client.ts";
import { encodeCommand } from "../support/resp.ts";
import type { ServerProcess } from "../support/servers.ts";
import { type Args, BLOCKING, Commands, DATABASES, MAKE_GROUP } from "./writer_commands.ts";

/** Commands that are sent before their replies are read. */
const BATCH = 250;

/** Writes to one server until it is disposed of. */
export class Writer implements AsyncDisposable {
  readonly #client: RawClient;
  readonly #blocked: RawClient[] = [];
  readonly #loops: Promise<void>[] = [];
  readonly #commands: Commands;
  /** Commands that were answered. */
  written = 0;
  /** Error replies, each with how often it came and the command that it came to first. */
  readonly errors: Map<string, { count: number; command: string }> = new Map();

  private constructor(client: RawClient, commands: Commands) {
    this.#client = client;
    this.#commands = commands;
  }

  /** Begin; nothing is written yet, but the blocked clients wait. */
  static async start(server: ServerProcess, seed: number): Promise<Writer> {
    const writer = new Writer(await server.connect(), new Commands(seed));
    for (const [i, command] of BLOCKING.entries()) {
      const blocked = await server.connect();
      await blocked.call("SELECT", `${i % DATABASES}`);
      writer.#blocked.push(blocked);
      writer.#loops.push(waitAgain(blocked, command));
    }
    return writer;
  }

  /** Write so many commands, and then as many as it takes until `done`. */
  async run(count: number, done: () => boolean = () => true): Promise<void> {
    const goal = this.written + count;
    while (this.written < goal || !done()) {
      await this.#batch(Math.min(BATCH, Math.max(goal - this.written, 50)));
    }
  }

  async #batch(size: number): Promise<void> {
    const batch: Args[] = [];
    while (batch.length < size) batch.push(...this.#commands.next());
    const sending = this.#client.sendRaw(batch.map(encodeCommand).join(""));
    for (const command of batch) {
      const reply = await this.#client.readReply(30_000);
      if (reply.startsWith("-")) this.#note(command, reply);
    }
    await sending;
    this.written += batch.length;
  }

  #note(command: Args, reply: string): void {
    const text = reply.slice(1, reply.indexOf("\r")).replace(/\d{2,}(-\d+)?/g, "N");
    const known = this.errors.get(text);
    if (known === undefined) {
      this.errors.set(text, { count: 1, command: command.join(" ").slice(0, 120) });
    } else known.count++;
  }

  /** How many of the commands were refused. */
  get refused(): number {
    return [...this.errors.values()].reduce((sum, { count }) => sum + count, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#client, ...this.#blocked].map((client) => client.close()));
    await Promise.all(this.#loops);
  }
}

/** Wait for something again and again until the connection is closed. */
async function waitAgain(client: RawClient, command: Args): Promise<void> {
  try {
    for (;;) {
      await client.send(...command);
      const reply = await client.readReply(600_000);
      // The group goes with its key when a database is emptied.
      if (reply.startsWith("-")) await client.call(...MAKE_GROUP);
    }
  } catch {
    // Closed.
  }
}
