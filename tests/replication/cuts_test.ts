/**
 * Links that break: in the handshake, in the copy, in the middle of a command, at either end or with
 * nobody told; slow ones, and ones that come in pieces. Each time the replica must be back in step by
 * itself: with the part that it missed as long as the backlog holds that, else with a new copy.
 *
 * A schedule follows from its seed. REPL_SCHEDULES sets how many there are for each pair of servers,
 * REPL_SEED the first one's seed, and REPL_PAIR ("real redeno") runs one pair alone.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { mulberry32, type Prng } from "../support/prng.ts";
import { type Fault, type Plan, Proxy } from "./proxy.ts";
import { assertEqualData, HAS_REDIS, type Make, Node, setting } from "./support.ts";
import { Writer } from "./writer.ts";
import { until } from "../support/until.ts";
import { logsOf } from "./support.ts";

const SCHEDULES = setting("REPL_SCHEDULES", 4);
/** The first few from here on have a link that hangs and a small backlog, and are soon over. */
const FIRST_SEED = setting("REPL_SEED", 108);
/** Schedules that run at a time for one pair: they mostly wait. */
const LANES = 2;
/** A link that is not back by then does not recover. */
const RECOVERY_MS = 30_000;
/** Seconds of silence that end a link. */
const TIMEOUT = "2";

/** The backlog that holds all that passes, and the smallest one. */
const BACKLOG = { large: 64 * 1024 * 1024, small: 16 * 1024 };

/** Two servers, for one schedule after another. */
class Lane implements AsyncDisposable {
  private constructor(readonly primary: Node, readonly replica: Node) {}

  static async start(primary: Make, replica: Make): Promise<Lane> {
    const args = ["--repl-timeout", TIMEOUT];
    return new Lane(
      await Node.start("primary", primary, args),
      await Node.start("replica", replica, args),
    );
  }

  async run(seed: number): Promise<void> {
    await using schedule = await Schedule.start(this, seed);
    await schedule.run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.replica[Symbol.asyncDispose]();
    await this.primary[Symbol.asyncDispose]();
  }
}

/** What happens to one link. */
class Schedule implements AsyncDisposable {
  readonly #random: Prng;
  /** Whether the backlog holds what passes while the link is down. */
  readonly #holds: boolean;
  #writing: Promise<void> = Promise.resolve();
  #over = false;

  private constructor(
    readonly nodes: Lane,
    readonly seed: number,
    readonly proxy: Proxy,
    readonly writer: Writer,
  ) {
    this.#random = mulberry32(seed);
    this.#holds = this.#random.int(3) > 0;
  }

  static async start(nodes: Lane, seed: number): Promise<Schedule> {
    const { primary } = nodes;
    await primary.call("FLUSHALL");
    const proxy = new Proxy(primary.server.port);
    return new Schedule(nodes, seed, proxy, await Writer.start(primary.server, seed));
  }

  async run(): Promise<void> {
    const { primary, replica } = this.nodes;
    await this.#configure();
    await this.#fill();
    const before = await this.#counts();
    this.#writing = this.#write();
    this.#writing.catch(() => {});

    this.proxy.plans = Array.from({ length: this.#random.int(3) }, () => this.#copyFault());
    this.proxy.plans.push(this.#pace());
    await replica.follow(this.proxy.port);
    await this.#untilLinked(0);
    const copied = await this.#counts();
    assert(copied.full > before.full, "no full synchronisation");

    const rounds = 1 + this.#random.int(3);
    for (let round = 0; round < rounds; round++) await this.#round();
    this.#over = true;
    await this.#writing;
    await assertEqualData(primary, [replica], RECOVERY_MS);

    const after = await this.#counts();
    if (this.#holds) {
      assertEquals(after.full, copied.full, "full synchronisations where the backlog holds all");
      assert(after.partial >= copied.partial + rounds, `${after.partial} partial ones`);
    } else {
      assert(after.full >= copied.full + rounds, `${after.full} full ones, ${copied.full} before`);
    }
  }

  async #configure(): Promise<void> {
    const { primary, replica } = this.nodes;
    const { pick } = this.#random;
    const size = this.#holds ? BACKLOG.large : BACKLOG.small;
    await primary.call("CONFIG", "SET", "repl-backlog-size", `${size}`);
    await primary.call("CONFIG", "SET", "repl-diskless-sync", pick(["yes", "no"]));
    const load = pick(["disabled", "on-empty-db", "swapdb"]);
    await replica.call("CONFIG", "SET", "repl-diskless-load", load);
  }

  /** Data that takes a while to copy. */
  async #fill(): Promise<void> {
    const { int } = this.#random;
    const blob = () => Array.from({ length: 4096 }, () => String.fromCharCode(int(256))).join("");
    const commands = Array.from({ length: 40 }, (_, i) => ["SET", `blob:${i}`, blob()]);
    await this.nodes.primary.pipeline(commands);
    await this.writer.run(1000);
  }

  /** A steady load, until all is over. */
  async #write(): Promise<void> {
    while (!this.#over) {
      await this.writer.run(50);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** The link breaks and comes back. */
  async #round(): Promise<void> {
    const { proxy } = this;
    const known = proxy.accepted;
    proxy.plans = Array.from({ length: this.#random.int(3) }, () => this.#handshakeFault());
    proxy.plans.push(this.#pace());
    await proxy.arm(this.#streamFault());
    if (!this.#holds) {
      proxy.shut = true;
      // Both sides know it now, and nothing that was under way still arrives.
      proxy.cut();
      await this.#outgrowBacklog();
      proxy.shut = false;
    }
    await this.#untilLinked(known);
  }

  async #outgrowBacklog(): Promise<void> {
    const { primary } = this.nodes;
    const count = (field: string) => primary.count("replication", field);
    const now = await count("master_repl_offset");
    await until(
      async () => await count("repl_backlog_first_byte_offset") > now + 1,
      "the backlog lets go of what the replica wants",
      { logs: () => logsOf([primary]) },
    );
  }

  /** The link is up, over another connection than the first `known` ones. */
  async #untilLinked(known: number): Promise<void> {
    const { primary, replica } = this.nodes;
    await until(
      async () => this.proxy.accepted > known && await replica.linked(),
      "the link is back",
      { logs: () => logsOf([primary, replica]), timeoutMs: RECOVERY_MS },
    );
  }

  #action(): Fault["action"] {
    // What goes unnoticed takes seconds.
    return this.#random.int(8) === 0 ? this.#random.pick(["stall", "deaf"]) : "close";
  }

  #pace(): Plan {
    const { pick, int } = this.#random;
    return pick<Plan>([
      {},
      {},
      { pieces: 1 + int(100) },
      { delayMs: 1 + int(4) },
      { bytesPerSecond: 4e6 },
    ]);
  }

  #handshakeFault(): Plan {
    const { int } = this.#random;
    const fault: Fault = int(2) === 0
      ? { direction: "up", after: int(250), action: "close" }
      : { direction: "down", after: int(120), action: this.#action() };
    return { ...this.#pace(), fault };
  }

  #copyFault(): Plan {
    const { int } = this.#random;
    if (int(3) === 0) return this.#handshakeFault();
    const fault: Fault = { direction: "down", after: 200 + int(150_000), action: this.#action() };
    return { ...this.#pace(), fault };
  }

  #streamFault(): Fault {
    const { int } = this.#random;
    return int(6) === 0
      ? { direction: "up", after: int(50), action: this.#action() }
      : { direction: "down", after: int(20_000), action: this.#action() };
  }

  async #counts(): Promise<{ full: number; partial: number }> {
    const info = await this.nodes.primary.info("stats");
    return { full: Number(info.get("sync_full")), partial: Number(info.get("sync_partial_ok")) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true;
    await this.#writing.catch(() => {});
    await this.writer[Symbol.asyncDispose]();
    await this.nodes.replica.call("REPLICAOF", "NO", "ONE");
    await this.proxy[Symbol.asyncDispose]();
  }
}

async function runAll(primary: Make, replica: Make): Promise<void> {
  const seeds = Array.from({ length: SCHEDULES }, (_, i) => FIRST_SEED + i);
  const work = async () => {
    if (seeds.length === 0) return;
    await using lane = await Lane.start(primary, replica);
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
      try {
        await lane.run(seed);
      } catch (error) {
        seeds.length = 0;
        const text = error instanceof Error ? error.stack : `${error}`;
        const logs = [lane.primary.lastLog, lane.replica.lastLog].join("\n");
        throw new Error(`REPL_SEED=${seed} REPL_PAIR="${primary} ${replica}": ${text}\n${logs}`);
      }
    }
  };
  const results = await Promise.allSettled(Array.from({ length: LANES }, work));
  for (const result of results) {
    if (result.status === "rejected") throw result.reason;
  }
}

const PAIRS: [Make, Make][] = [["real", "redeno"], ["redeno", "real"], ["redeno", "redeno"]];
const NAMES = { real: "real", redeno: "Redeno" };

// All pairs at once: the schedules wait for timeouts more than they work.
Deno.test({
  name: "replication: links that break",
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async (t) => {
    await Promise.all(PAIRS.map(([primary, replica]) => {
      const chosen = Deno.env.get("REPL_PAIR") ?? `${primary} ${replica}`;
      if (chosen !== `${primary} ${replica}`) return;
      const ignore = !HAS_REDIS && (primary === "real" || replica === "real");
      return t.step({
        name: `${NAMES[primary]} → ${NAMES[replica]}` +
          (ignore ? " (no redis-server on PATH)" : ""),
        ignore,
        sanitizeExit: false,
        sanitizeOps: false,
        sanitizeResources: false,
        fn: () => runAll(primary, replica),
      });
    }));
  },
});
