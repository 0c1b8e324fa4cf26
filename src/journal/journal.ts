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
  /** It changes no data: see {@linkcode Journal.announce}. */
  readonly announced?: boolean;
  /** Whom it is for, as a sum of {@linkcode TARGET}; all when absent. */
  readonly targets?: number;
}

/** Whom effects are for. */
export const TARGET = { FILE: 1, REPLICAS: 2, ALL: 3 } as const;

/** A sink, and what it takes. */
interface Subscription {
  readonly sink: JournalSink;
  readonly announcements: boolean;
  readonly target: number;
}

/**
 * Takes the effects of one unit; several belong together atomically. A sink may keep the arrays.
 */
export type JournalSink = (effects: readonly Effect[]) => void;

/** Collects effects and hands them on. */
export class Journal {
  #sinks: Subscription[] = [];
  /** How many sinks take announcements. */
  #announcedTo = 0;
  /** There are announcements among the pending effects. */
  #announced = false;
  #pending: Effect[] = [];
  #depth = 0;
  #replacement: Effect[] | null = null;
  #suppressed = false;
  /** Whom effects are for from now on; less than all in a script that has asked for it. */
  targets: number = TARGET.ALL;
  /** There are effects among the pending ones that are not for all. */
  #limited = false;
  /** The effects of this unit do not belong together. */
  #separate = false;
  /**
   * How many changes there were so far, with or without sinks. A client remembers the position
   * after its last change, and a sink how far it has got.
   */
  position = 0;
  /**
   * Called when a sink threw: what it misses is lost to it. The other sinks have got the effects, and
   * the journal goes on. A sink that can make up for its failure does so by itself, and does not
   * throw.
   */
  onSinkFailure: ((error: unknown) => void) | null = null;

  /** Whether anybody listens; handlers skip building replacements while nobody does. */
  get active(): boolean {
    return this.#sinks.length > 0;
  }

  /**
   * Add a sink.
   *
   * @param announcements whether it takes these, too
   * @param target which of {@linkcode TARGET} it is; one that is none of them takes all effects
   * @returns a function that removes it again
   */
  subscribe(
    sink: JournalSink,
    { announcements = false, target = TARGET.ALL as number } = {},
  ): () => void {
    const subscription = { sink, announcements, target };
    this.#setSinks([...this.#sinks, subscription]);
    return () => this.#setSinks(this.#sinks.filter((other) => other !== subscription));
  }

  #setSinks(sinks: Subscription[]): void {
    this.#sinks = sinks;
    this.#announcedTo = sinks.filter(({ announcements }) => announcements).length;
  }

  /** Hand nothing on for now. @returns a function that ends this */
  mute(): () => void {
    const sinks = this.#sinks;
    this.#setSinks([]);
    return () => this.#setSinks(sinks);
  }

  /** A unit begins; units may nest, the outermost counts. */
  begin(): void {
    this.#depth++;
  }

  /**
   * A unit ends; at the end of the outermost one its effects go to the sinks. Never throws: see
   * {@linkcode Journal.onSinkFailure}.
   */
  end(): void {
    if (--this.#depth > 0) return;
    if (this.#pending.length > 0) this.#endUnit();
    this.#separate = false;
  }

  #endUnit(): void {
    const effects = this.#pending;
    this.#pending = [];
    if (this.#separate) {
      for (const effect of effects) this.#emit([effect]);
    } else {
      this.#emit(effects);
    }
  }

  #emit(effects: readonly Effect[]): void {
    if (this.#announced || this.#limited) {
      this.#emitSome(effects);
      return;
    }
    for (const { sink } of this.#sinks) this.#hand(sink, effects);
  }

  #hand(sink: JournalSink, effects: readonly Effect[]): void {
    try {
      sink(effects);
    } catch (error) {
      this.onSinkFailure?.(error);
    }
  }

  /** Hand on effects that are not for all sinks. */
  #emitSome(effects: readonly Effect[]): void {
    this.#announced = this.#limited = false;
    for (const { sink, announcements, target } of this.#sinks) {
      const wanted = effects.filter(({ announced, targets = TARGET.ALL }) =>
        (announced !== true || announcements) && (targets & target) !== 0
      );
      if (wanted.length > 0) this.#hand(sink, wanted);
    }
  }

  /**
   * Hand on a command that changes no data (a published message), in its place among the effects of
   * the unit, to those sinks that take such.
   */
  announce(db: number, args: readonly ByteString[]): void {
    if (this.#announcedTo === 0) return;
    this.#announced = true;
    this.#add({ db, args, announced: true });
  }

  /**
   * The running command changes keys that have nothing to do with each other (SCAN, which removes
   * those past their time): its effects are handed on one by one. Within a transaction they still go
   * with the others.
   */
  separate(): void {
    if (this.#depth === 1) this.#separate = true;
  }

  /** Add an effect beside those of the running command (a key that expired meanwhile). */
  append(db: number, args: readonly ByteString[]): void {
    this.position++;
    if (this.#sinks.length > 0) this.#add({ db, args });
  }

  #add(effect: Effect): void {
    this.#push(effect);
    if (this.#depth === 0) {
      this.#depth = 1;
      this.end();
    }
  }

  #push(effect: Effect): void {
    if (this.targets === TARGET.ALL) {
      this.#pending.push(effect);
      return;
    }
    if (this.targets === 0) return;
    this.#limited = true;
    this.#pending.push({ ...effect, targets: this.targets });
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
      for (const effect of this.#replacement) this.#push(effect);
      this.#replacement = null;
    } else if (changed && !this.#suppressed && this.#sinks.length > 0) {
      this.#push({ db, args });
    }
    this.#suppressed = false;
  }
}
