/**
 * What a configuration directive is: a name, the kind of its value, and the facts about it. All
 * directives together are the one table (see `table.ts`) that the command line, the configuration
 * file, CONFIG GET/SET/REWRITE, the help text and the documentation read; nothing else lists
 * directives.
 *
 * A {@linkcode Kind} knows how a sort of value is read, written and rewritten; `kinds.ts` has the
 * common ones (yes/no, numbers, memory sizes, choices, text) and `special.ts` those that only one
 * directive has.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";

/** A value together with the text that CONFIG GET shows for it. */
export interface Setting<V> {
  readonly value: V;
  readonly text: ByteString;
}

/** What a value is read on top of. */
export interface ParseContext<V> {
  /** The value in force until now. */
  readonly current: V;
  /** The words come from the command line or a configuration file. */
  readonly starting: boolean;
  /** The same start has set this directive before, on an earlier line. */
  readonly repeated: boolean;
}

/** One line for CONFIG REWRITE. */
export interface RewriteLine {
  readonly text: ByteString;
  /** Add the line when the file has none for the directive yet. */
  readonly force: boolean;
}

/** A sort of value. Methods, not function properties: kinds of different values share one list. */
export interface Kind<V> {
  /** How the help names a value: `yes|no`, `<bytes>`. */
  readonly label: string;
  /** The value is a list of words. */
  readonly multi: boolean;
  /**
   * Read a value. A kind that is not `multi` gets exactly one word.
   *
   * @throws ValueError when the words are no such value
   */
  parse(words: readonly ByteString[], context: ParseContext<V>): Setting<V>;
  /** The text of a value. */
  format(value: V): ByteString;
  /**
   * The lines that say `setting` in a configuration file; none when a file says it best by leaving
   * the directive out. `fallback` is the default.
   */
  rewrite(name: string, setting: Setting<V>, fallback: Setting<V>): RewriteLine[];
}

/** A value that a directive does not take; `message` is the reason as clients get to see it. */
export class ValueError extends Error {
  override name = "ValueError";
}

/** A value that a real server takes and that this one cannot honour. */
export interface Refusal<V> {
  /** Whether a value is refused. */
  when(value: V): boolean;
  /** The message with which the start or the CONFIG SET fails. */
  readonly message: string;
}

/** The facts of a directive besides its name and kind. */
export interface Facts<V> {
  readonly default: V;
  /** One line for people. */
  readonly doc: string;
  /** Its older name, which works everywhere too. */
  readonly alias?: string;
  /** Whether CONFIG SET may change it; true unless said otherwise. */
  readonly mutable?: boolean;
  /** CONFIG GET shows it only to who asks for it by its full name. */
  readonly hidden?: boolean;
  /** CONFIG SET needs `enable-protected-configs`. */
  readonly protected?: boolean;
  /** The value is a secret: logs must not show it. */
  readonly sensitive?: boolean;
  /** CONFIG SET is refused while a dataset is being loaded. */
  readonly denyLoading?: boolean;
  /** Whether this server's behaviour follows the value. */
  readonly acts?: boolean;
  /** Values that are refused because this server cannot honour them. */
  readonly refuse?: Refusal<V>;
  /**
   * A further condition on values.
   *
   * @returns the reason against the value, or null
   */
  check?(value: V): string | null;
}

/** One directive. */
export interface Directive<N extends string = string, V = unknown> {
  readonly name: N;
  readonly alias: string | null;
  readonly kind: Kind<V>;
  readonly fallback: Setting<V>;
  readonly doc: string;
  readonly mutable: boolean;
  readonly hidden: boolean;
  readonly protected: boolean;
  readonly sensitive: boolean;
  readonly denyLoading: boolean;
  readonly acts: boolean;
  readonly refuse: Refusal<V> | null;
  check(value: V): string | null;
}

/** Directives that belong together, for the help and the documentation. */
export interface Topic<D extends readonly Directive[] = readonly Directive[]> {
  readonly title: string;
  readonly directives: D;
}

/** Define a directive. */
export function directive<const N extends string, V>(
  name: N,
  kind: Kind<V>,
  facts: Facts<NoInfer<V>>,
): Directive<N, V> {
  return {
    name,
    alias: facts.alias ?? null,
    kind,
    fallback: { value: facts.default, text: kind.format(facts.default) },
    doc: facts.doc,
    mutable: facts.mutable ?? true,
    hidden: facts.hidden ?? false,
    protected: facts.protected ?? false,
    sensitive: facts.sensitive ?? false,
    denyLoading: facts.denyLoading ?? false,
    acts: facts.acts ?? false,
    refuse: facts.refuse ?? null,
    check: facts.check ?? (() => null),
  };
}

/** A directive's name as a property: `proto-max-bulk-len` is `protoMaxBulkLen`. */
export type PropertyName<S extends string> = S extends `${infer Head}-${infer Rest}`
  ? `${Head}${Capitalize<PropertyName<Rest>>}`
  : S extends `${infer Head}_${infer Rest}` ? `${Head}${Capitalize<PropertyName<Rest>>}`
  : S;

/** The property name of a directive, at run time. */
export function propertyName(name: string): string {
  return name.replace(/[-_](.)/g, (_, letter: string) => letter.toUpperCase());
}
