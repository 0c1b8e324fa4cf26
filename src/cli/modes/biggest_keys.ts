/**
 * `--bigkeys` and `--memkeys`: the biggest key of each type, by its number of items or by its memory,
 * and what the types amount to.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { quoteBytes } from "../../bytes/repr.ts";
import { ExitRequest } from "../options.ts";
import { fixed, percentage } from "../printf.ts";
import type { Session } from "../session.ts";
import { InterruptWatch } from "./interrupt.ts";
import { askAllOrExit, databaseSize, keyBatches } from "./key_batches.ts";

/** What is known of the keys of one type. */
interface TypeTally {
  name: ByteString;
  /** Command that tells a size; none for types of modules. */
  sizeCommand: string | null;
  unit: string;
  count: number;
  total: number;
  biggest: number;
  biggestKey: ByteString | null;
}

/** The types in the order that redis-cli tells of the last ones at the end. */
const TYPES = [
  ["hash", "HLEN", "fields"],
  ["list", "LLEN", "items"],
  ["string", "STRLEN", "bytes"],
  ["stream", "XLEN", "entries"],
  ["set", "SCARD", "members"],
  ["zset", "ZCARD", "members"],
];

/**
 * The order of the first ones. It is that of a hash table which grows: another when no key or one was
 * looked at.
 */
const FIRST_TYPES = [["hash", "list", "string"], ["string", "list", "hash"]];
const FIRST_TYPES_GROWN = ["list", "hash", "string"];

/** Behind so many keys the progress is told. */
const PROGRESS_KEYS = 1_000_000;

function tally(name: ByteString, sizeCommand: string | null, unit: string): TypeTally {
  return { name, sizeCommand, unit, count: 0, total: 0, biggest: 0, biggestKey: null };
}

/** One look at all keys. */
class Survey {
  #session: Session;
  /** The words of the command that asks for the memory of a key, or null to count items. */
  #memory: ((key: ByteString) => ByteString[]) | null;
  #types = new Map(TYPES.map(([name, command, unit]) => [name, tally(name, command, unit)]));
  /** Keys whose type was asked for, and those among them that were still there. */
  #looked = 0;
  #sampled = 0;
  #keyBytes = 0;

  constructor(session: Session, memory: ((key: ByteString) => ByteString[]) | null) {
    this.#session = session;
    this.#memory = memory;
  }

  async run(): Promise<void> {
    const session = this.#session;
    const watch = new InterruptWatch(session.io);
    try {
      const all = await databaseSize(session);
      session.print(
        "\n# Looking at every key, for the biggest ones and for average sizes by type.\n" +
          "# With -i 0.1 there is a rest of 0.1 s behind every 100 SCANs; it is seldom needed.\n\n",
      );
      let done = 0;
      for await (const keys of keyBatches(session, { watch, restEvery: 100 })) {
        done = 100 * this.#sampled / all;
        await this.#take(keys, percentage(done));
      }
      this.#summary(watch.happened ? `[${percentage(done)}] ` : "");
    } finally {
      watch.release();
    }
  }

  async #take(keys: ByteString[], done: string): Promise<void> {
    const types = await this.#typesOf(keys);
    const sizes = await this.#sizesOf(keys, types);
    for (let i = 0; i < keys.length; i++) {
      const type = types[i];
      if (type === null) continue;
      type.total += sizes[i];
      type.count++;
      this.#keyBytes += keys[i].length;
      this.#sampled++;
      if (sizes[i] > type.biggest) {
        type.biggest = sizes[i];
        type.biggestKey = quoteBytes(keys[i]);
        const found = `Biggest ${type.name.padEnd(6)} found so far '${type.biggestKey}'`;
        this.#session.print(`[${done}] ${found} with ${type.biggest} ${this.#unit(type)}\n`);
      }
      if (this.#sampled % PROGRESS_KEYS === 0) {
        this.#session.print(`[${done}] Sampled ${this.#sampled} keys so far\n`);
      }
    }
  }

  #unit(type: TypeTally): string {
    return this.#memory === null ? type.unit : "bytes";
  }

  /** The type of each key; null for one that has gone. */
  async #typesOf(keys: ByteString[]): Promise<(TypeTally | null)[]> {
    const replies = await askAllOrExit(this.#session, keys.map((key) => ["TYPE", key]));
    this.#looked += keys.length;
    return replies.map((reply, i) => {
      if (reply.type === "error") {
        throw ExitRequest.ofBytes(`TYPE returned an error: ${reply.value}\n`);
      }
      if (reply.type !== "status") {
        throw ExitRequest.ofBytes(`Invalid reply type for TYPE on key '${keys[i]}'!\n`);
      }
      const name = reply.value;
      if (name === "none") return null;
      let type = this.#types.get(name);
      if (type === undefined) this.#types.set(name, type = tally(name, null, "?"));
      return type;
    });
  }

  /** The size of each key; 0 for those that cannot be asked for. */
  async #sizesOf(keys: ByteString[], types: (TypeTally | null)[]): Promise<number[]> {
    const asked: number[] = [];
    const commands: ByteString[][] = [];
    for (let i = 0; i < keys.length; i++) {
      const type = types[i];
      if (type === null) continue;
      if (this.#memory !== null) commands.push(this.#memory(keys[i]));
      else if (type.sizeCommand !== null) commands.push([type.sizeCommand, keys[i]]);
      else continue;
      asked.push(i);
    }
    const replies = await askAllOrExit(this.#session, commands);
    const sizes = new Array<number>(keys.length).fill(0);
    for (let j = 0; j < asked.length; j++) {
      const reply = replies[j];
      if (reply.type === "integer") sizes[asked[j]] = Number(reply.value);
      else {
        // The key may have become another, or none, since its type was asked for.
        const what = this.#memory === null ? commands[j][0] : "MEMORY USAGE";
        this.#session.printError(
          `Warning:  ${what} on '${keys[asked[j]]}' failed (may have changed type)\n`,
        );
      }
    }
    return sizes;
  }

  #inOrder(): TypeTally[] {
    const first = FIRST_TYPES[this.#looked] ?? FIRST_TYPES_GROWN;
    return [...new Set([...first, ...this.#types.keys()])].flatMap((name) =>
      this.#types.get(name) ?? []
    );
  }

  #summary(done: string): void {
    const sampled = this.#sampled;
    const types = this.#inOrder();
    const average = this.#keyBytes === 0 ? 0 : this.#keyBytes / sampled;
    let out = `\n-------- summary -------\n\n${done}Sampled ${sampled} keys in the keyspace!\n` +
      `Total key length in bytes is ${this.#keyBytes} (avg len ${fixed(average, 2)})\n\n`;
    for (const type of types) {
      if (type.biggestKey === null) continue;
      out += `Biggest ${type.name.padStart(6)} found '${type.biggestKey}' ` +
        `has ${type.biggest} ${this.#unit(type)}\n`;
    }
    out += "\n";
    for (const type of types) {
      const share = sampled === 0 ? 0 : 100 * type.count / sampled;
      const mean = type.count === 0 ? 0 : type.total / type.count;
      out += `${type.count} ${type.name}s with ${type.total} ${this.#unit(type)} ` +
        `(${percentage(share)} of keys, avg size ${fixed(mean, 2)})\n`;
    }
    this.#session.print(out);
  }
}

/** The keys with most items, or most bytes for strings. */
export async function bigKeys(session: Session): Promise<number> {
  await new Survey(session, null).run();
  return 0;
}

/** The keys that take most memory. */
export async function memKeys(session: Session): Promise<number> {
  const { memkeysSamples } = session.options;
  const samples = memkeysSamples === 0 ? [] : ["SAMPLES", String(memkeysSamples)];
  await new Survey(session, (key) => ["MEMORY", "USAGE", key, ...samples]).run();
  return 0;
}
