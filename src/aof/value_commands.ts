/**
 * The commands that make a key as it is: what a base in commands consists of. Which commands make a
 * value of a type is in a table that the types' registrations fill (`datatypes/`, a room above).
 *
 * A large collection takes several commands of a bounded size, so that loading it needs no more
 * memory than the collection does.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { ObjectValue, TypeName, Value } from "../values/value.ts";

/** Elements of a collection in one command, and bytes, after which there is no further one. */
export const ELEMENTS = 64;
const COMMAND_BYTES = 1024 * 1024;

/** Takes a command. */
export type Emit = (args: readonly ByteString[]) => void;

/** A type of value as commands. */
export interface CommandForm<V extends ObjectValue = ObjectValue> {
  readonly name: TypeName;
  /** Emit the commands that make a value at a key. O(size of the value). */
  emit(key: ByteString, value: V, emit: Emit): void;
}

/** Complete once the types are registered. */
const FORMS = {} as Record<TypeName, CommandForm>;

/** Let values of a type be emitted. */
export function registerForm(form: CommandForm): void {
  FORMS[form.name] = form;
}

/** Gathers the elements of a collection into commands. */
export class Batches {
  readonly #emit: Emit;
  readonly #head: readonly ByteString[];
  #args: ByteString[];
  #count = 0;
  #bytes = 0;

  constructor(emit: Emit, head: readonly ByteString[]) {
    this.#emit = emit;
    this.#head = head;
    this.#args = [...head];
  }

  /** Add an element of one or two words. */
  add(first: ByteString, second?: ByteString): void {
    this.#args.push(first);
    if (second !== undefined) this.#args.push(second);
    this.#bytes += first.length + (second === undefined ? 0 : second.length);
    if (++this.#count === ELEMENTS || this.#bytes >= COMMAND_BYTES) this.end();
  }

  /** Emit what is left. */
  end(): void {
    if (this.#count === 0) return;
    this.#emit(this.#args);
    this.#args = [...this.#head];
    this.#count = this.#bytes = 0;
  }
}

/** Emit the commands that make a value at a key, its expiry not included. O(size of the value). */
export function emitValue(key: ByteString, value: Value, emit: Emit): void {
  if (typeof value === "string") emit(["SET", key, value]);
  else FORMS[value.type].emit(key, value, emit);
}
