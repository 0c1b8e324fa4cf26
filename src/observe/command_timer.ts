/**
 * How often commands run and how long they take: the figures of INFO commandstats and latencystats.
 *
 * Reading the clock costs as much as a GET does. Within a batch of requests it is therefore read
 * once for a run of equal commands, and the run's time is shared out among its calls (what parsing
 * and encoding take in between is counted in). Outside of a batch, and for commands inside others
 * (EXEC), every call is timed by itself.
 *
 * @module
 */

import type { Clock } from "../clock/clock.ts";
import type { Config } from "../config/config.ts";
import type { Command } from "../command/command.ts";
import { LatencyHistogram } from "../command/latency_histogram.ts";
import type { Registry } from "../command/registry.ts";
import type { Stats } from "./stats.ts";

/** What `begin` returns for a call that is timed together with its run. */
const IN_RUN = -1;

/** Counts and times the commands of a server. */
export class CommandTimer {
  readonly #clock: Clock;
  readonly #config: Config;
  readonly #registry: Registry;
  readonly #stats: Stats;
  #inBatch = false;
  /** The command that the run under way is of. */
  #command: Command | null = null;
  #calls = 0;
  #runStarted = 0;
  /** When the wall clock was read last within the batch. */
  #ticked = 0;

  constructor(clock: Clock, config: Config, registry: Registry, stats: Stats) {
    this.#clock = clock;
    this.#config = config;
    this.#registry = registry;
    this.#stats = stats;
  }

  /** A batch of requests begins. */
  beginBatch(): void {
    this.#command = null;
    this.#runStarted = this.#ticked = this.#clock.monotonic();
    this.#inBatch = true;
  }

  /** A batch of requests ends. */
  endBatch(): void {
    if (this.#command !== null) this.#endRun();
    this.#inBatch = false;
  }

  /**
   * A call begins.
   *
   * @param alone whether it is to be timed by itself, as it runs inside another command
   * @returns what `end` or `suspend` wants to be told
   */
  begin(command: Command, alone: boolean): number {
    if (alone || !this.#inBatch) return this.#clock.monotonic();
    if (command === this.#command) {
      this.#calls++;
    } else {
      if (this.#command !== null) this.#endRun();
      this.#command = command;
      this.#calls = 1;
    }
    return IN_RUN;
  }

  /** A call ends. @returns the microseconds that it took; 0 when they are taken with its run */
  end(command: Command, begun: number): number {
    if (begun === IN_RUN) return 0;
    const micros = (this.#clock.monotonic() - begun) * 1000;
    this.count(command, 1, micros);
    return micros;
  }

  /** Microseconds from some moment on. */
  now(): number {
    return this.#clock.monotonic() * 1000;
  }

  /** A call has blocked: it counts when it ends. @returns the microseconds that it took so far */
  suspend(begun: number): number {
    const now = this.#clock.monotonic();
    if (begun !== IN_RUN) return (now - begun) * 1000;
    const share = (now - this.#runStarted) * 1000 / this.#calls;
    if (--this.#calls > 0) {
      this.count(this.#command!, this.#calls, share * this.#calls);
    }
    this.#command = null;
    this.#runStarted = now;
    return share;
  }

  #endRun(): void {
    const now = this.#clock.monotonic();
    this.count(this.#command!, this.#calls, (now - this.#runStarted) * 1000);
    this.#command = null;
    this.#runStarted = now;
    // What follows a slow command must see what has expired meanwhile.
    if (now - this.#ticked < 1) return;
    this.#clock.tick();
    this.#ticked = now;
  }

  /** Count calls that took so many microseconds together. */
  count(command: Command, calls: number, micros: number): void {
    const stats = this.#registry.stats(command);
    stats.calls += calls;
    stats.micros += micros;
    this.#stats.commandsProcessed += calls;
    this.#stats.commandMicros += micros;
    if (this.#config.values.latencyTracking) {
      (stats.latency ??= new LatencyHistogram()).record(micros / calls, calls);
    }
  }

  /** Count the calls of the run so far, before the figures are shown. */
  settle(): void {
    if (this.#command === null || this.#calls < 2) return;
    const now = this.#clock.monotonic();
    const share = (now - this.#runStarted) * 1000 / this.#calls;
    this.count(this.#command, this.#calls - 1, share * (this.#calls - 1));
    this.#calls = 1;
    this.#runStarted = now - share / 1000;
  }
}
