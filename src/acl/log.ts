/**
 * The log of what was refused: to whom, what, and how often. Equal refusals close behind each other
 * are one entry. With it go the totals that INFO shows.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { detach } from "../bytes/latin1.ts";
import type { Clock } from "../clock/clock.ts";
import type { Config } from "../config/config.ts";
import type { RefusalReason } from "./check.ts";

/** What was refused. */
export type LoggedReason = RefusalReason | "auth";

/** Where the command came from. */
export type LogContext = "toplevel" | "multi" | "lua";

/** A refusal. */
export interface Refused {
  readonly reason: LoggedReason;
  readonly context: LogContext;
  /** The command, key or channel; for a login the command that asked for it. */
  readonly object: ByteString;
  readonly username: ByteString;
  /** The line of the client. */
  readonly clientInfo: ByteString;
}

/** An entry of the log. */
export interface LogEntry extends Refused {
  readonly id: number;
  readonly count: number;
  /** Unix milliseconds. */
  readonly createdMs: number;
  readonly updatedMs: number;
}

/** Refusals further apart than this are not taken together. */
const GROUPING_MS = 60_000;
/** How many of the newest entries are looked through for an equal one. */
const COMPARED = 10;

/** The log of one server. */
export class AclLog {
  readonly #clock: Clock;
  readonly #config: Config;
  /** The newest first. */
  #entries: LogEntry[] = [];
  #nextId = 0;
  /** How many refusals there were, by reason. */
  readonly totals: Record<LoggedReason, number> = { auth: 0, command: 0, key: 0, channel: 0 };

  constructor(clock: Clock, config: Config) {
    this.#clock = clock;
    this.#config = config;
  }

  /** Note a refusal. O(entries) */
  add(refused: Refused): void {
    this.totals[refused.reason]++;
    const now = this.#clock.ms;
    const entries = this.#entries;
    const at = entries.slice(0, COMPARED).findIndex((entry) => isAlike(entry, refused, now));
    if (at >= 0) {
      const [entry] = entries.splice(at, 1);
      const { clientInfo } = refused;
      entries.unshift({ ...entry, clientInfo, count: entry.count + 1, updatedMs: now });
      return;
    }
    entries.unshift({
      reason: refused.reason,
      context: refused.context,
      object: detach(refused.object),
      username: detach(refused.username),
      clientInfo: refused.clientInfo,
      id: this.#nextId++,
      count: 1,
      createdMs: now,
      updatedMs: now,
    });
    const most = this.#config.values.acllogMaxLen;
    if (entries.length > most) entries.length = most;
  }

  /** The newest entries, the newest first. */
  newest(count: number): LogEntry[] {
    return this.#entries.slice(0, count);
  }

  /** Forget all entries; ids go on. */
  clear(): void {
    this.#entries = [];
  }

  /** Set the totals back to zero (CONFIG RESETSTAT). */
  resetTotals(): void {
    for (const reason of ["auth", "command", "key", "channel"] as const) this.totals[reason] = 0;
  }
}

function isAlike(entry: LogEntry, refused: Refused, now: number): boolean {
  return entry.reason === refused.reason && entry.context === refused.context &&
    Math.abs(entry.updatedMs - now) <= GROUPING_MS && entry.object === refused.object &&
    entry.username === refused.username;
}
