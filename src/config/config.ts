/**
 * The configuration of one server: a typed value for each directive of the table, what CONFIG GET
 * shows of it, and the ways to change it: {@linkcode Config.assign} while the server starts, and
 * {@linkcode Config.setMany} (CONFIG SET) while it runs.
 *
 * Code that depends on a directive either reads `config.values` each time it needs it, or asks to
 * be told of changes ({@linkcode Config.onChange}); such a listener may also refuse a change, and
 * then the whole CONFIG SET is undone.
 *
 * Source: https://redis.io/docs/latest/commands/config-set/ and the behaviour of Redis 7.0 to 7.2.
 *
 * @module
 */

import { type ByteString, fromText, toText } from "../bytes/bytes.ts";
import { matchGlob } from "../bytes/glob.ts";
import { splitArgs } from "../bytes/split_args.ts";
import { type Directive, propertyName, type Setting, ValueError } from "./directive.ts";
import { resolvePath } from "./paths.ts";
import {
  type ConfigValues,
  type DirectiveName,
  DIRECTIVES,
  findDirective,
  type NamedDirective,
  NAMES,
} from "./table.ts";

/**
 * Told of a change after it was made; what it throws refuses the change with its message. When that
 * is not known at once, it returns a promise; anything else that it returns is nobody's business.
 */
export type ChangeListener = (values: ConfigValues) => unknown;

/** Circumstances of a CONFIG SET. */
export interface SetOptions {
  /** The client is connected from this machine (for `enable-protected-configs local`). */
  readonly local?: boolean;
  /** The server is loading its dataset. */
  readonly loading?: boolean;
}

interface Subscription {
  readonly names: ReadonlySet<string>;
  readonly listener: ChangeListener;
}

interface Change {
  readonly name: string;
  readonly directive: Directive;
  readonly before: Setting<unknown>;
  readonly after: Setting<unknown>;
}

function failed(name: ByteString, reason: string): ByteString {
  return `ERR CONFIG SET failed (possibly related to argument '${name}') - ${fromText(reason)}`;
}

/**
 * A set of values for all directives.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const config = new Config();
 * assertEquals(config.values.protoMaxBulkLen, 536870912);
 * assertEquals(config.setMany([["proto-max-bulk-len", "1mb"]]), null);
 * assertEquals(config.values.protoMaxBulkLen, 1048576);
 * assertEquals(config.get(["proto-max-*"]), ["proto-max-bulk-len", "1048576"]);
 * ```
 */
export class Config {
  /** The values, typed by the table. The object stays the same and changes in place. */
  readonly values: ConfigValues;
  /** Absolute path of the configuration file that the server was started with, or null. */
  file: string | null = null;

  readonly #values: Record<string, unknown> = {};
  readonly #settings = new Map<Directive, Setting<unknown>>();
  readonly #assigned = new Set<Directive>();
  readonly #subscriptions: Subscription[] = [];

  /**
   * All defaults.
   *
   * @param directory what `dir` is at first; the process's working directory unless given. It must
   *   exist.
   */
  constructor(directory: string = Deno.cwd()) {
    this.values = this.#values as unknown as ConfigValues;
    for (const directive of DIRECTIVES) this.#store(directive, directive.fallback);
    const fault = this.assign("dir", [fromText(directory)]);
    if (fault !== null) throw new Error(`${directory}: ${fault}`);
    this.#assigned.clear();
  }

  #store(directive: Directive, setting: Setting<unknown>): void {
    this.#settings.set(directive, setting);
    this.#values[propertyName(directive.name)] = setting.value;
  }

  /** Value and text of a directive of the table. */
  setting(directive: Directive): Setting<unknown> {
    return this.#settings.get(directive) ?? directive.fallback;
  }

  /** What CONFIG GET shows for a directive. */
  text(name: DirectiveName): ByteString {
    return this.setting(this.#find(name).directive).text;
  }

  #find(name: DirectiveName): NamedDirective {
    const named = findDirective(name);
    if (named === undefined) throw new Error(`no directive is called ${name}`);
    return named;
  }

  /**
   * A file name in the configuration as an absolute path: relative ones start in `dir`. No name makes
   * a path that ends with a slash, and names no file.
   */
  path(name: ByteString): string {
    if (name === "") return `${toText(this.values.dir).replace(/[\\/]$/, "")}/`;
    return resolvePath(toText(this.values.dir), toText(name));
  }

  /**
   * CONFIG GET: names and values in turn, of all directives that a pattern matches (in either case).
   * Aliases count as names of their own; a hidden directive must be named in full. Order: the
   * table's.
   */
  get(patterns: readonly ByteString[]): ByteString[] {
    const found = new Map<string, ByteString>();
    for (const pattern of patterns) {
      if (!/[[*?]/.test(pattern)) {
        const named = findDirective(pattern);
        if (named !== undefined && !found.has(named.name)) found.set(named.name, pattern);
        continue;
      }
      for (const { name, directive } of NAMES) {
        if (directive.hidden || found.has(name) || !matchGlob(pattern, name, true)) continue;
        found.set(name, name);
      }
    }
    const reply: ByteString[] = [];
    for (const { name, directive } of NAMES) {
      const shown = found.get(name);
      if (shown !== undefined) reply.push(shown, this.setting(directive).text);
    }
    return reply;
  }

  /** Whether CONFIG SET of this name has a secret as its value, which logs must not show. */
  isSensitive(name: ByteString): boolean {
    return findDirective(name)?.directive.sensitive ?? false;
  }

  /**
   * Set a directive as a line of the configuration file does: while the server starts, immutable
   * ones too, and without telling listeners.
   *
   * @returns the reason why it cannot be, or null
   */
  assign(name: ByteString, words: readonly ByteString[]): string | null {
    const named = findDirective(name);
    if (named === undefined) return "Bad directive or wrong number of arguments";
    const { directive } = named;
    let given = words;
    if (!directive.kind.multi) {
      if (words.length !== 1) return "wrong number of arguments";
    } else if (words.length === 1 && words[0] !== "") {
      // One word holds the whole list; if its quotes are unbalanced, a real server sees no list.
      given = splitArgs(words[0]) ?? [];
    }
    try {
      this.#store(directive, this.#parse(directive, given, true));
      this.#assigned.add(directive);
      return null;
    } catch (error) {
      if (error instanceof ValueError) return error.message;
      throw error;
    }
  }

  #parse(directive: Directive, words: readonly ByteString[], starting: boolean): Setting<unknown> {
    const setting = directive.kind.parse(words, {
      current: this.setting(directive).value,
      starting,
      repeated: this.#assigned.has(directive),
    });
    const fault = directive.check(setting.value);
    if (fault !== null) throw new ValueError(fault);
    const { refuse } = directive;
    if (refuse !== null && refuse.when(setting.value)) throw new ValueError(refuse.message);
    return setting;
  }

  /**
   * CONFIG SET: set several directives, all or none.
   *
   * @returns null, or the error line to reply; a promise of it when a listener needs time
   */
  setMany(
    pairs: readonly (readonly [name: ByteString, value: ByteString])[],
    options: SetOptions = {},
  ): ByteString | null | Promise<ByteString | null> {
    const named: NamedDirective[] = [];
    for (const [name] of pairs) {
      const found = findDirective(name);
      if (found === undefined) {
        return `ERR Unknown option or number of arguments for CONFIG SET - '${name}'`;
      }
      const { directive } = found;
      if (!directive.mutable) return failed(name, "can't set immutable config");
      if (directive.protected && !this.#mayProtected(options)) {
        return failed(name, "can't set protected config");
      }
      if (directive.denyLoading && options.loading === true) {
        return "LOADING Redis is loading the dataset in memory";
      }
      if (named.some((other) => other.name === found.name)) {
        return failed(name, "duplicate parameter");
      }
      named.push(found);
    }

    const changes: Change[] = [];
    for (let i = 0; i < named.length; i++) {
      const { name, directive } = named[i];
      const before = this.setting(directive);
      const words = directive.kind.multi ? wordsOf(pairs[i][1]) : [pairs[i][1]];
      try {
        const setting = this.#parse(directive, words, false);
        this.#store(directive, setting);
        changes.push({ name, directive, before, after: setting });
      } catch (error) {
        this.#undo(changes);
        if (error instanceof ValueError) return failed(name, error.message);
        throw error;
      }
    }
    return this.#tell(changes.filter(({ directive, before }) => {
      const { text, value } = this.setting(directive);
      return text !== before.text || (typeof value === "number" && value !== before.value);
    }));
  }

  #mayProtected({ local = false }: SetOptions): boolean {
    const allowed = this.values.enableProtectedConfigs;
    return allowed === "yes" || (allowed === "local" && local);
  }

  /** Put the values back that nobody else has changed since. */
  #undo(changes: readonly Change[]): void {
    for (let i = changes.length - 1; i >= 0; i--) {
      const { directive, before, after } = changes[i];
      if (this.setting(directive) === after) this.#store(directive, before);
    }
  }

  /** Tell the listeners of the changes; undo all if one of them refuses. */
  #tell(changes: readonly Change[]): ByteString | null | Promise<ByteString | null> {
    const told: Subscription[] = [];
    const pending: Promise<void>[] = [];
    let refused: ByteString | null = null;
    const refuse = (name: string, error: unknown) => {
      refused ??= failed(name, error instanceof Error ? error.message : String(error));
    };
    for (const { name, directive } of changes) {
      for (const subscription of this.#subscriptions) {
        if (!subscription.names.has(directive.name) || told.includes(subscription)) continue;
        told.push(subscription);
        try {
          const later = subscription.listener(this.values);
          if (later instanceof Promise) {
            pending.push(later.catch((error) => refuse(name, error)));
          }
        } catch (error) {
          refuse(name, error);
        }
        if (refused !== null) {
          const restoring = this.#restore(changes, told);
          if (pending.length === 0 && restoring.length === 0) return refused;
          return Promise.all([...pending, ...restoring]).then(() => refused);
        }
      }
    }
    if (pending.length === 0) return null;
    return Promise.all(pending).then(async () => {
      if (refused !== null) await Promise.all(this.#restore(changes, told));
      return refused;
    });
  }

  /** Go back to the values before, and tell those who were told. @returns what takes time */
  #restore(changes: readonly Change[], told: readonly Subscription[]): Promise<void>[] {
    this.#undo(changes);
    const pending: Promise<void>[] = [];
    for (const { listener } of told) {
      try {
        const later = listener(this.values);
        // The old value cannot be had back; the reply already says that something failed.
        if (later instanceof Promise) pending.push(later.catch(() => {}));
      } catch {
        // Likewise.
      }
    }
    return pending;
  }

  /**
   * Ask to be told when one of these directives has changed through CONFIG SET.
   *
   * `listener` is called once a CONFIG SET, with all new values in place, in the order in which
   * listeners were added. When it throws, the values are put back, the listeners told so far
   * (this one too) are called again with the old values, and the client gets the error's message
   * as the reason: a listener must be able to apply the values it finds, whatever came before. The
   * same goes for a promise of it that rejects.
   *
   * @returns a function that ends this
   */
  onChange(names: readonly DirectiveName[], listener: ChangeListener): () => void {
    const subscription = {
      names: new Set(names.map((name) => this.#find(name).directive.name)),
      listener,
    };
    this.#subscriptions.push(subscription);
    return () => {
      const at = this.#subscriptions.indexOf(subscription);
      if (at >= 0) this.#subscriptions.splice(at, 1);
    };
  }
}

/** The words of a CONFIG SET value: single spaces part them, so that two make an empty word. */
function wordsOf(value: ByteString): ByteString[] {
  return value === "" ? [] : value.split(" ");
}
