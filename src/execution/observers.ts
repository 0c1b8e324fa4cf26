/**
 * Observers look at commands that have run. They are called after the journal, so that the effects
 * of the command are handed on already. An observer that has nothing to look for is not in the
 * list, and a server without any pays one comparison a command.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { Command } from "../command/command.ts";
import type { Reply } from "../resp/reply.ts";
import type { Client } from "../session/client.ts";

/** A command that has run. */
export interface CallRecord {
  readonly client: Client;
  readonly command: Command;
  readonly args: readonly ByteString[];
  /** Undefined when the command waits. */
  readonly reply: Reply | undefined;
  /** Whether it changed data. */
  readonly changed: boolean;
  /** Microseconds that it took; meaningful while an observer asks for times. */
  readonly micros: number;
}

/** Looks at commands that have run. */
export interface Observer {
  /** Whether it wants the time of each call, which costs two looks at the clock. */
  readonly wantsTimes: boolean;
  after(call: CallRecord): void;
}

/** The observers of one server. */
export class Observers {
  #list: readonly Observer[] = [];
  /** Whether there are any. */
  active = false;
  /** Whether calls are timed one by one. */
  timed = false;

  /** Add one, behind those that are there. @returns a function that takes it away again */
  add(observer: Observer): () => void {
    this.#set([...this.#list, observer]);
    return () => this.#set(this.#list.filter((other) => other !== observer));
  }

  #set(list: readonly Observer[]): void {
    this.#list = list;
    this.active = list.length > 0;
    this.timed = list.some(({ wantsTimes }) => wantsTimes);
  }

  /** A command has run. O(observers) */
  after(call: CallRecord): void {
    for (const observer of this.#list) observer.after(call);
  }
}
