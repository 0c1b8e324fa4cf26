/**
 * The one exit for the effects of write commands.
 *
 * A command that changed something leaves as itself, or as what its handler put in its place so
 * that a second run gives the same data (SPOP leaves as SREM). Effects are collected while a unit
 * (a command, a transaction, a served blocked client) runs, and handed to the sinks when it ends,
 * together, so that a sink can wrap several of them in MULTI and EXEC. The append only file and the
 * replication stream are sinks; without any sink nothing is collected.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";

/** One effect: a command to run in a database. */
export interface Effect {
  readonly db: number;
  readonly args: readonly ByteString[];
}

/**
 * Takes the effects of one unit; more than one belong together atomically. The arrays are the
 * sink's to keep.
 */
export type JournalSink = (effects: readonly Effect[]) => void;

/** Collects effects and hands them on. */
export class Journal {
  #sinks: JournalSink[] = [];
  #pending: Effect[] = [];
  #depth = 0;
  #replacement: Effect[] | null = null;
  #suppressed = false;
  /**
   * How many changes there were so far, whether anybody listened or not: who changed something
   * remembers where it stood then, and a sink how far it has come.
   */
  position = 0;

  /** Whether anybody listens; handlers skip building replacements while nobody does. */
  get active(): boolean {
    return this.#sinks.length > 0;
  }

  /** Add a sink. @returns a function that removes it again */
  subscribe(sink: JournalSink): () => void {
    this.#sinks.push(sink);
    return () => {
      this.#sinks = this.#sinks.filter((other) => other !== sink);
    };
  }

  /** Hand nothing on for now. @returns a function that ends this */
  mute(): () => void {
    const sinks = this.#sinks;
    this.#sinks = [];
    return () => {
      this.#sinks = sinks;
    };
  }

  /** A unit begins; units may nest, the outermost counts. */
  begin(): void {
    this.#depth++;
  }

  /** A unit ends; at the end of the outermost one its effects go to the sinks. */
  end(): void {
    if (--this.#depth > 0 || this.#pending.length === 0) return;
    const effects = this.#pending;
    this.#pending = [];
    for (const sink of this.#sinks) sink(effects);
  }

  /** Add an effect beside those of the running command (a key that expired meanwhile). */
  append(db: number, args: readonly ByteString[]): void {
    this.position++;
    if (this.#sinks.length === 0) return;
    this.#pending.push({ db, args });
    if (this.#depth === 0) {
      this.#depth = 1;
      this.end();
    }
  }

  /** What the running command leaves instead of itself; may be called several times. */
  replace(db: number, args: readonly ByteString[]): void {
    if (this.#sinks.length === 0) return;
    (this.#replacement ??= []).push({ db, args });
  }

  /** The running command leaves nothing. */
  suppress(): void {
    this.#suppressed = true;
  }

  /**
   * The command's handler returned.
   *
   * @param changed whether it changed anything
   */
  commandDone(db: number, args: readonly ByteString[], changed: boolean): void {
    if (changed) this.position++;
    if (this.#replacement !== null) {
      this.#pending.push(...this.#replacement);
      this.#replacement = null;
    } else if (changed && !this.#suppressed && this.#sinks.length > 0) {
      this.#pending.push({ db, args });
    }
    this.#suppressed = false;
  }
}
