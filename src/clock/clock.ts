/**
 * The one source of time. Commands, values and the keyspace never ask the machine: they read the
 * clock of their server, so that a test can stop it and move it.
 *
 * `ms` is a cached wall clock: it is read from the machine once a batch of commands (`tick`), as a
 * real server does, and stays the same for all that runs in between.
 *
 * @module
 */

/** A started timer; `cancel` is idempotent. */
export interface Timer {
  cancel(): void;
}

/** Wall clock, monotonic clock and timers. */
export interface Clock {
  /** Cached wall clock: unix time in milliseconds, an integer. */
  readonly ms: number;
  /** Read the wall clock anew into `ms`, and return it. */
  tick(): number;
  /** Unix time in microseconds, read now. */
  micros(): number;
  /** Monotonic time in milliseconds with a fraction, read now; only differences mean something. */
  monotonic(): number;
  /** Run `fn` once after `ms` milliseconds. Timers do not keep the process alive. */
  after(ms: number, fn: () => void): Timer;
  /** Run `fn` every `ms` milliseconds until cancelled. */
  every(ms: number, fn: () => void): Timer;
  /**
   * Let `ms` stay as it is, whatever asks for `tick`, until the returned function is called: time stands
   * still for a script while others are served.
   */
  hold(): () => void;
  /** Stop the whole thread for `ms` milliseconds. */
  block(ms: number): void;
}

/** The machine's clock. */
export class SystemClock implements Clock {
  ms: number = Date.now();
  #holds = 0;

  tick(): number {
    return this.#holds > 0 ? this.ms : this.ms = Date.now();
  }

  hold(): () => void {
    this.#holds++;
    return () => void this.#holds--;
  }

  micros(): number {
    return Math.floor((performance.timeOrigin + performance.now()) * 1000);
  }

  monotonic(): number {
    return performance.now();
  }

  after(ms: number, fn: () => void): Timer {
    // A timer's delay is a signed 32-bit number; a longer one is waited for in steps.
    const longest = 0x7fffffff;
    if (ms > longest) {
      let inner = this.after(longest, () => {
        inner = this.after(ms - longest, fn);
      });
      return { cancel: () => inner.cancel() };
    }
    const id = setTimeout(fn, ms);
    Deno.unrefTimer(id);
    return { cancel: () => clearTimeout(id) };
  }

  every(ms: number, fn: () => void): Timer {
    const id = setInterval(fn, ms);
    Deno.unrefTimer(id);
    return { cancel: () => clearInterval(id) };
  }

  block(ms: number): void {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  }
}

interface ManualTimer {
  due: number;
  period: number;
  fn: () => void;
}

/**
 * A clock for tests: it stands still until it is told to advance.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const clock = new ManualClock(1000);
 * let fired = 0;
 * clock.after(50, () => fired++);
 * clock.advance(49);
 * assertEquals(fired, 0);
 * clock.advance(1);
 * assertEquals([fired, clock.ms], [1, 1050]);
 * ```
 */
export class ManualClock implements Clock {
  ms: number;
  #timers: Set<ManualTimer> = new Set();

  /** @param startMs the unix time in milliseconds that the clock begins at */
  constructor(startMs = 1_700_000_000_000) {
    this.ms = startMs;
  }

  tick(): number {
    return this.ms;
  }

  /** It moves only when a test says so: there is nothing to hold. */
  hold(): () => void {
    return () => {};
  }

  micros(): number {
    return this.ms * 1000;
  }

  monotonic(): number {
    return this.ms;
  }

  after(ms: number, fn: () => void): Timer {
    return this.#add(ms, 0, fn);
  }

  every(ms: number, fn: () => void): Timer {
    return this.#add(ms, ms, fn);
  }

  #add(ms: number, period: number, fn: () => void): Timer {
    const timer = { due: this.ms + ms, period, fn };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  block(ms: number): void {
    this.advance(ms);
  }

  /** Move the clock on by `ms`, firing the timers that fall due in their order. */
  advance(ms: number): void {
    const end = this.ms + ms;
    for (;;) {
      let next: ManualTimer | undefined;
      for (const timer of this.#timers) {
        if (timer.due <= end && (next === undefined || timer.due < next.due)) next = timer;
      }
      if (next === undefined) break;
      this.ms = Math.max(this.ms, next.due);
      if (next.period > 0) next.due += next.period;
      else this.#timers.delete(next);
      next.fn();
    }
    this.ms = end;
  }
}
