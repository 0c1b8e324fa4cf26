/**
 * A server for tests of command groups: without sockets, at a clock that stands still, with random
 * numbers from a seed, remembering its events and effects.
 *
 * @module
 */

import { ManualClock } from "../../src/clock/clock.ts";
import { Config } from "../../src/config/config.ts";
import type { Client } from "../../src/session/client.ts";
import type { Command } from "../../src/command/command.ts";
import { TestParts } from "../support/parts.ts";
import { Registry } from "../../src/command/registry.ts";
import { MapTable } from "../../src/keyspace/map_table.ts";
import { Logger } from "../../src/log/logger.ts";
import { ErrorReply, MapReply, type Reply, SetReply, SimpleString } from "../../src/resp/reply.ts";
import { mulberry32 } from "../support/prng.ts";

/** The time at which a probe's clock begins, in unix milliseconds. */
export const NOW = 1_700_000_000_000;

/** A server that remembers its events and effects. */
export class Probe extends TestParts {
  readonly events: string[] = [];
  readonly effects: string[] = [];
  readonly client: Client;
  override readonly clock: ManualClock;

  constructor(commands: readonly Command[]) {
    const clock = new ManualClock(NOW);
    super({
      clock,
      config: new Config(),
      log: new Logger({ level: "nothing" }),
      registry: new Registry(commands),
      newTable: () => new MapTable(),
      random: mulberry32(1).next,
    });
    this.clock = clock;
    this.client = this.createClient(null);
    this.keyspace.listeners.notified = -1;
    this.keyspace.listeners.set({
      notify: (db, _class, event, key) => void this.events.push(`${event} ${db.index}:${key}`),
    }, true);
    this.journal.subscribe((effects) => {
      for (const { db, args } of effects) this.effects.push(`${db}: ${args.join(" ")}`);
    });
  }

  /** Run a command out of words; errors and simple strings come back as their lines. */
  run(line: string): Reply {
    return this.send(...line.split(" "));
  }

  /** Run a command. */
  send(...args: string[]): Reply {
    const reply = this.execute(this.client, args);
    if (reply instanceof ErrorReply) return `-${reply.text}`;
    if (reply instanceof SimpleString) return `+${reply.text}`;
    if (reply instanceof MapReply) return reply.flat;
    return reply instanceof SetReply ? reply.items : reply;
  }

  /** Run commands without leaving a trace in the events and effects. */
  setUp(...lines: string[]): void {
    for (const line of lines) {
      const reply = this.run(line);
      if (typeof reply === "string" && reply.startsWith("-")) throw new Error(`${line}: ${reply}`);
    }
    this.takeEvents();
    this.takeEffects();
  }

  /** The events since the last call. */
  takeEvents(): string[] {
    return this.events.splice(0);
  }

  /** The effects since the last call. */
  takeEffects(): string[] {
    return this.effects.splice(0);
  }
}
