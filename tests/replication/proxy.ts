/**
 * A TCP proxy that spoils connections on purpose, in ways that are planned ahead: each connection that
 * it accepts takes the next fault of the plan, and further faults can be armed on the one that is
 * open.
 *
 * `down` is what the target sends (for a replica: the data), `up` what the connecting side sends.
 *
 * @module
 */

/** A direction. */
export type Direction = "up" | "down";

/** What befalls a connection. */
export interface Fault {
  /** Whose bytes are counted. */
  direction: Direction;
  /** So many of them pass before it happens. */
  after: number;
  /**
   * `close` ends both sides; `stall` forwards nothing more either way, and closes nothing, as when a
   * cable is pulled; `deaf` does so only in its direction.
   */
  action: "close" | "stall" | "deaf";
}

/** How slow a connection is. */
export interface Pace {
  /** Milliseconds that each piece waits. */
  delayMs?: number;
  /** Bytes a second. It halves with every tenth of a second of traffic, down to a quarter. */
  bytesPerSecond?: number;
  /** Bytes are passed on in pieces of at most this size. */
  pieces?: number;
}

/** What the next connection gets. */
export interface Plan extends Pace {
  /** None for a connection that lasts. */
  fault?: Fault;
}

/** One connection through the proxy. */
class Pair {
  readonly #ended = Promise.withResolvers<void>();
  readonly #passed: Record<Direction, number> = { up: 0, down: 0 };
  #stalled = false;
  /** A fault has happened; there is nothing more to wait for. */
  #struck = false;
  #fault: Fault | undefined;
  #happened = Promise.withResolvers<void>();

  constructor(
    readonly near: Deno.TcpConn,
    readonly far: Deno.TcpConn,
    readonly plan: Plan,
    readonly onFault: () => void,
  ) {
    this.#fault = plan.fault;
    near.setNoDelay(true);
    far.setNoDelay(true);
  }

  /** Both directions, until they end. */
  async run(): Promise<void> {
    await Promise.all([
      this.#pump("up", this.near, this.far),
      this.#pump("down", this.far, this.near),
    ]);
  }

  /** Let something happen later; resolves when it, or something else, has ended the connection. */
  arm(fault: Fault): Promise<void> {
    if (this.#struck) return Promise.resolve();
    this.#fault = { ...fault, after: this.#passed[fault.direction] + fault.after };
    this.#happened = Promise.withResolvers();
    return Promise.race([this.#happened.promise, this.#ended.promise]);
  }

  close(): void {
    for (const conn of [this.near, this.far]) {
      try {
        conn.close();
      } catch {
        // Closed already.
      }
    }
    this.#ended.resolve();
  }

  async #pump(direction: Direction, from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
    const buffer = new Uint8Array(this.plan.pieces ?? 32 * 1024);
    try {
      for (;;) {
        const count = await from.read(buffer);
        if (count === null) break;
        await this.#slow(direction, count);
        const fault = this.#fault;
        const mine = fault !== undefined && fault.direction === direction;
        const room = mine ? Math.max(0, fault.after - this.#passed[direction]) : count;
        // The other direction may have stalled since.
        if (this.#stalled) break;
        await writeAll(to, buffer.subarray(0, Math.min(room, count)));
        this.#passed[direction] += Math.min(room, count);
        if (mine && room <= count) {
          this.#fault = undefined;
          this.#struck = true;
          this.#happened.resolve();
          this.onFault();
          if (fault.action === "close") break;
          this.#stalled = fault.action === "stall";
          // Deaf or stalled: read no more here. The other side's end must not show.
          return await this.#ended.promise;
        }
      }
    } catch {
      // An end like any other: reset by a peer, or closed here.
    }
    // What is stalled does not even tell that one side has gone.
    if (this.#stalled) return await this.#ended.promise;
    this.close();
  }

  async #slow(direction: Direction, count: number): Promise<void> {
    const { delayMs = 0, bytesPerSecond } = this.plan;
    let wait = delayMs;
    if (bytesPerSecond !== undefined) {
      const tenths = (10 * this.#passed[direction]) / bytesPerSecond;
      wait += (1000 * count) / (bytesPerSecond / 2 ** Math.min(2, Math.floor(tenths)));
    }
    if (wait >= 1) await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

async function writeAll(conn: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}

/** The proxy: it listens on a free port until it is disposed of. */
export class Proxy implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #target: number;
  readonly #pairs: Set<Pair> = new Set();
  readonly #running: Set<Promise<void>> = new Set();
  readonly #accepting: Promise<void>;
  #latest: Pair | undefined;
  /** What the next connections get, one after another; those behind the end are left alone. */
  plans: Plan[] = [];
  /** Refuses everyone while true: connections are closed as soon as they are there. */
  shut = false;
  /** Faults that have happened. */
  faults = 0;
  /** Connections that were accepted and not refused. */
  accepted = 0;

  /** @param target port of this machine to connect to */
  constructor(target: number) {
    this.#target = target;
    this.#accepting = this.#accept();
  }

  /** The port that it listens on. */
  get port(): number {
    return this.#listener.addr.port;
  }

  async #accept(): Promise<void> {
    try {
      for await (const near of this.#listener) {
        if (this.shut) near.close();
        else await this.#open(near);
      }
    } catch {
      // The listener was closed.
    }
  }

  async #open(near: Deno.TcpConn): Promise<void> {
    let far: Deno.TcpConn;
    try {
      far = await Deno.connect({ hostname: "127.0.0.1", port: this.#target });
    } catch {
      near.close();
      return;
    }
    this.accepted++;
    const pair = new Pair(near, far, this.plans.shift() ?? {}, () => this.faults++);
    this.#pairs.add(pair);
    this.#latest = pair;
    const running = pair.run().finally(() => {
      this.#pairs.delete(pair);
      this.#running.delete(running);
    });
    this.#running.add(running);
  }

  /** Let something happen to the connection that came last; resolves when it has. */
  async arm(fault: Fault): Promise<void> {
    if (this.#latest === undefined) throw new Error("nothing is connected");
    await this.#latest.arm(fault);
  }

  /** End all connections now. */
  cut(): void {
    for (const pair of this.#pairs) pair.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    this.cut();
    await Promise.all(this.#running);
  }
}
