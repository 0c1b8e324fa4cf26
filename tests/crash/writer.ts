/**
 * A client that writes what its model says, several units at a time, and remembers what of it was
 * acknowledged.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { RawClient } from "../support/raw_client.ts";
import { encodeCommand } from "../support/resp.ts";
import type { ServerProcess } from "../support/servers.ts";
import { MARK_EVERY, Model } from "./model.ts";
import { ask, differences, observe } from "./observe.ts";

/** Most units under way at a time. */
const WINDOW = 48;
/** What the model knows to be refused: it has no effect then. */
const REFUSAL =
  /^-(NOGROUP|BUSYGROUP|ERR no such key|ERR source and destination objects are the same)/;

/** What a check found. */
export interface Recovered {
  /** Units that were acknowledged and that had to be there. */
  checked: number;
  /** Acknowledged units that are not there; only where that is allowed. */
  lost: number;
}

/** Writes its units to a server after another. */
export class Writer {
  readonly #model: Model;
  readonly #db: number;
  /** Units that were acknowledged. */
  acknowledged = 0;
  /** Units that were sent. */
  sent = 0;
  /** Units that must be there after a crash, acknowledged or not. */
  kept = 0;

  constructor(seed: number, readonly id: number, db: number) {
    this.#model = new Model(seed, id);
    this.#db = db;
  }

  /** A connection to the database of this writer. */
  async #connect(server: ServerProcess): Promise<RawClient> {
    const client = await server.connect();
    await client.call("SELECT", `${this.#db}`);
    return client;
  }

  /** Write until the connection ends. */
  async run(server: ServerProcess): Promise<void> {
    try {
      await using client = await this.#connect(server);
      for (let window = 1;; window = window % WINDOW + 1) {
        const units = Array.from({ length: window }, (_, i) => this.#model.unit(this.sent + i));
        this.sent += window;
        const sending = client.sendRaw(units.flat().map(encodeCommand).join(""));
        sending.catch(() => {});
        for (const unit of units) {
          for (const command of unit) {
            const reply = await client.readReply();
            const fine = !reply.startsWith("-") || REFUSAL.test(reply);
            assert(fine, `${command.join(" ").slice(0, 100)}: ${reply}`);
          }
          this.acknowledged++;
        }
        await sending;
      }
    } catch (error) {
      // The end of the connection is what this waits for.
      if (error instanceof Error && error.name === "AssertionError") throw error;
    }
  }

  /**
   * The server must hold what the model has after some number of units: all that have to be there,
   * and no more than were sent. The writer goes on from there.
   */
  async check(server: ServerProcess): Promise<Recovered> {
    await using client = await this.#connect(server);
    const observed = await observe(client, this.#model);
    const [mark] = await ask(client, [["GET", `${this.id}:mark:0`]]);
    const first = mark.text === null ? 0 : Number(mark.text) + 1;
    const least = Math.max(first, this.kept);
    assert(first <= this.sent, `writer ${this.id}: ${first} units of ${this.sent} sent`);
    assert(
      least < first + MARK_EVERY,
      `writer ${this.id}: fewer than ${first + MARK_EVERY} units of ${this.kept} to be kept`,
    );
    while (this.#model.position < least) this.#model.advance();
    let fewest = Infinity;
    let nearest = "";
    for (;;) {
      const wrong = differences(this.#model, observed);
      if (wrong.length === 0) break;
      if (wrong.length < fewest) {
        fewest = wrong.length;
        nearest = wrong.map((key) => this.#difference(key, observed.get(key))).join("\n");
      }
      const over = this.#model.position >= Math.min(first + MARK_EVERY - 1, this.sent);
      assert(!over, `writer ${this.id} never had this, at least ${least} units:\n${nearest}`);
      this.#model.advance();
    }
    const { position } = this.#model;
    const checked = Math.min(this.kept, position);
    const lost = Math.max(0, this.acknowledged - position);
    this.acknowledged = this.sent = this.kept = position;
    return { checked, lost };
  }

  #difference(key: string, observed: unknown): string {
    const short = (value: unknown) => JSON.stringify(value).slice(0, 600);
    const { position } = this.#model;
    return `${key} after ${position} units: ${short(this.#model.describe(key))}\n  is ${
      short(observed)
    }`;
  }

  /** How many keys there are of this writer. */
  get keys(): number {
    return this.#model.size;
  }

  /** The shared list must have each mark of this writer once, in order. */
  checkShared(numbers: readonly number[] = []): void {
    const marks = Math.ceil(this.#model.position / MARK_EVERY);
    assertEquals(numbers, Array.from({ length: marks }, (_, i) => i * MARK_EVERY));
  }
}
