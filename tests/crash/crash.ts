/**
 * The crash test: servers that are killed in the midst of writing, and what they come back with.
 *
 * A server is started on what the one before has left, compared with the models of all writers,
 * written to, and killed at a random moment, over and over. Rewrites and saves are under way for
 * most of the time, and some servers are killed while they load.
 *
 * What a kill must not cost: nothing that was acknowledged, with either policy of the append-only
 * file, as it is written (though with `everysec` not flushed) before a reply leaves. Without it, the
 * last save that was over must be there, and what comes back is the state of one moment. A loss of
 * power is not played here: what `everysec` would lose then is what WAITAOF waits for, and the
 * longest such wait is measured.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { Program } from "../server/support.ts";
import { mulberry32, type Prng } from "../support/prng.ts";
import type { RawClient } from "../support/raw_client.ts";
import { freePort, type ServerProcess, startRedeno } from "../support/servers.ts";
import { TempDir } from "../support/temp.ts";
import { observeShared } from "./observe.ts";
import { Writer } from "./writer.ts";
import { until } from "../support/until.ts";

/** How the server keeps its data. */
export type Mode = "always" | "everysec" | "rdb";
export const MODES: readonly Mode[] = ["always", "everysec", "rdb"];

const WRITERS = 4;
const DATABASES = 2;
/** Kills until the next server begins from nothing. */
const CHAIN = 10;
/** Longest time that a server lives after the first writes, in milliseconds. */
const LIFE_MS = 900;
/** The last one of a chain lives so long, for what goes on once a second to come round. */
const LONG_LIFE_MS = 3500;

/** What a run has come to. */
export interface Figures {
  mode: Mode;
  seed: number;
  kills: number;
  /** Kills of servers that were loading. */
  loading: number;
  /** Kills while a rewrite or a save was under way. */
  midRewrite: number;
  midSave: number;
  /** Acknowledged units that had to be there, and were. */
  checked: number;
  /** Acknowledged units that were not there, as they may without an append-only file. */
  lost: number;
  /** Loads that cut a torn end off. */
  torn: number;
  /** Longest time from an acknowledgement until the disk had it, in milliseconds. */
  exposedMs: number;
}

/** How to run. */
export interface Options {
  readonly mode: Mode;
  readonly kills: number;
  readonly seed: number;
  /** Told after each kill. */
  readonly onKill?: (figures: Figures) => void;
}

/** Kill servers and compare. @throws AssertionError at the first thing that is not as it must be */
export async function crash({ mode, kills, seed, onKill }: Options): Promise<Figures> {
  const figures: Figures = {
    ...{ mode, seed, kills: 0, loading: 0, midRewrite: 0, midSave: 0 },
    ...{ checked: 0, lost: 0, torn: 0, exposedMs: 0 },
  };
  const random = mulberry32(seed);
  while (figures.kills < kills) {
    await using chain = await Chain.create(figures, random);
    const until = Math.min(kills, figures.kills + CHAIN);
    while (figures.kills < until) {
      await chain.live();
      onKill?.(figures);
    }
    await chain.check();
  }
  return figures;
}

/** Servers one after the other on the same data. */
class Chain implements AsyncDisposable {
  readonly #figures: Figures;
  readonly #random: Prng;
  readonly #dir: TempDir;
  readonly #writers: Writer[];
  readonly #args: string[];

  private constructor(figures: Figures, random: Prng, dir: TempDir) {
    this.#figures = figures;
    this.#random = random;
    this.#dir = dir;
    const seed = figures.seed * 1000 + figures.kills;
    this.#writers = Array.from(
      { length: WRITERS },
      (_, id) => new Writer(seed, id, id % DATABASES),
    );
    this.#args = ["--dir", dir.path, "--rdb-save-incremental-fsync", "yes"];
    if (figures.mode === "rdb") this.#args.push("--save", "1 1");
    else {
      this.#args.push(
        ...["--appendonly", "yes", "--appendfsync", figures.mode],
        ...["--aof-use-rdb-preamble", random.pick(["yes", "no"])],
        ...["--aof-timestamp-enabled", random.pick(["yes", "no"])],
        // Rewrites by themselves come on top of those that are asked for.
        ...["--auto-aof-rewrite-min-size", random.pick(["50kb", "64mb"])],
      );
    }
  }

  static async create(figures: Figures, random: Prng): Promise<Chain> {
    return new Chain(figures, random, await TempDir.create());
  }

  /** Start on what is there, compare, write, kill. */
  async live(): Promise<void> {
    if (this.#random.int(8) === 0) {
      await this.#killWhileLoading();
      return;
    }
    await using server = await this.#checked();
    const running = Promise.all(this.#writers.map((writer) => writer.run(server)));
    const before = this.#writers.map(({ acknowledged }) => acknowledged);
    await until(
      () => this.#writers.every(({ acknowledged }, i) => acknowledged > before[i]),
      "the first writes",
    );
    const nuisance = this.#disturb(server);
    const probe = this.#figures.mode === "rdb" ? null : this.#measure(server);
    const isLast = this.#figures.kills % CHAIN === CHAIN - 1;
    const life = isLast ? LONG_LIFE_MS : this.#random.int(LIFE_MS);
    await new Promise((resolve) => setTimeout(resolve, life));
    this.#kill(server);
    await server.status;
    await Promise.all([running, nuisance, probe]);
    if (this.#figures.mode === "rdb") return;
    // What was on its way when the server was killed counts as well: it had been promised.
    for (const writer of this.#writers) writer.kept = writer.acknowledged;
  }

  #kill(server: ServerProcess): void {
    server.kill("SIGKILL");
    this.#figures.kills++;
    const log = server.log();
    const count = (text: string) => log.split(text).length - 1;
    const under = (began: string, ended: string) => count(began) > count(ended);
    if (under("file rewriting started", "rewrite terminated")) this.#figures.midRewrite++;
    if (under("Background saving started", "Background saving terminated")) {
      this.#figures.midSave++;
    }
  }

  async #killWhileLoading(): Promise<void> {
    const port = ["--port", `${freePort()}`, "--bind", "127.0.0.1", "--save", ""];
    await using program = new Program([...port, ...this.#args]);
    await new Promise((resolve) => setTimeout(resolve, 100 + this.#random.int(250)));
    program.kill("SIGKILL");
    this.#figures.kills++;
    this.#figures.loading++;
  }

  /** Start a server and compare what it holds. */
  async #checked(): Promise<ServerProcess> {
    const server = await startRedeno({ args: this.#args });
    try {
      if (server.log().includes("Truncating the AOF")) this.#figures.torn++;
      for (const writer of this.#writers) {
        const { checked, lost } = await writer.check(server);
        this.#figures.checked += checked;
        this.#figures.lost += lost;
      }
      await using client = await server.connect();
      for (let db = 0; db < DATABASES; db++) await this.#checkDatabase(client, db);
      return server;
    } catch (error) {
      console.error(server.log());
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Nothing may be there that nobody wrote. */
  async #checkDatabase(client: RawClient, db: number): Promise<void> {
    await client.call("SELECT", `${db}`);
    const writers = this.#writers.filter(({ id }) => id % DATABASES === db);
    const shared = await observeShared(client);
    for (const writer of writers) writer.checkShared(shared.get(writer.id));
    const keys = writers.reduce((sum, writer) => sum + writer.keys, 0);
    assertEquals(await client.call("DBSIZE"), `:${keys + Math.min(1, shared.size)}\r\n`);
  }

  /** Compare once more. */
  async check(): Promise<void> {
    await using _server = await this.#checked();
  }

  /** Ask for rewrites and saves until the connection ends. */
  async #disturb(server: ServerProcess): Promise<void> {
    const { mode } = this.#figures;
    try {
      await using client = await server.connect();
      // So that they last: up to 2 ms a key.
      await client.call("CONFIG", "SET", "rdb-key-save-delay", `${this.#random.int(2000)}`);
      for (;;) {
        const saved = this.#writers.map(({ acknowledged }) => acknowledged);
        const choice = this.#random.int(4);
        if (mode === "rdb" || choice === 0) {
          const atOnce = this.#random.int(5) === 0;
          const reply = await client.call(atOnce ? "SAVE" : "BGSAVE");
          if (!/^[-+]/.test(reply)) return;
          const ok = reply.startsWith("+") && (atOnce || await this.#saved(client));
          if (ok && mode === "rdb") {
            this.#writers.forEach((writer, i) => writer.kept = saved[i]);
          }
        } else if (choice === 1) await client.call("BGREWRITEAOF");
        await new Promise((resolve) => setTimeout(resolve, this.#random.int(100)));
      }
    } catch (error) {
      if (error instanceof Error && error.name === "AssertionError") throw error;
    }
  }

  /** Wait until a save is over. */
  async #saved(client: RawClient): Promise<boolean> {
    for (;;) {
      const info = await client.call("INFO", "persistence");
      if (info.includes("rdb_bgsave_in_progress:0")) {
        assert(info.includes("rdb_last_bgsave_status:ok"), info);
        return true;
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** How long it takes until the disk has what was acknowledged. */
  async #measure(server: ServerProcess): Promise<void> {
    try {
      await using client = await server.connect();
      // A database of its own, which is not compared.
      await client.call("SELECT", "9");
      for (;;) {
        await client.call("INCR", "probe");
        const acknowledged = performance.now();
        if (await client.call("WAITAOF", "1", "0", "0") !== "*2\r\n:1\r\n:0\r\n") return;
        const took = performance.now() - acknowledged;
        this.#figures.exposedMs = Math.max(this.#figures.exposedMs, Math.round(took));
      }
    } catch {
      // The end of the connection.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dir[Symbol.asyncDispose]();
  }
}

/** Figures as a line. */
export function summary({ mode, seed, ...figures }: Figures): string {
  const kinds = `${figures.loading} while loading, ${figures.midRewrite} in a rewrite, ` +
    `${figures.midSave} in a save`;
  const exposed = mode === "rdb" ? "" : `; on the disk after ${figures.exposedMs} ms at most`;
  return `${mode}, seed ${seed}: ${figures.kills} kills (${kinds}); ` +
    `${figures.checked} acknowledged units were kept, ${figures.lost} lost; ` +
    `${figures.torn} torn ends${exposed}`;
}
