/**
 * A selector: which commands may run, on which keys and channels. A user has one of its own (the
 * root), and may have further ones in parentheses; a command passes when one selector alone allows
 * all of it.
 *
 * What commands may run is a bitmap by the ids of commands, changed by each rule in turn; the rules
 * are kept beside it as text, so that a user can be written back as it was described.
 *
 * Source: https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/ and the
 * behaviour of Redis 7.2.
 *
 * @module
 */

import { asciiLower, type ByteString } from "../bytes/bytes.ts";
import { matchGlob } from "../bytes/glob.ts";
import type { Command } from "../command/command.ts";
import { READ_WRITE } from "../command/key_access.ts";
import type { CommandCatalog } from "./catalog.ts";
import { categoryBit } from "./categories.ts";
import { KeyPattern } from "./key_pattern.ts";
import { hasSpaces, type RuleFault, untilNul } from "./faults.ts";

/** What rules are read against. */
export interface RuleContext {
  readonly catalog: CommandCatalog;
  /** Whether a new selector has all channels (`acl-pubsub-default`). */
  readonly allChannelsByDefault: boolean;
  /** A rule allows a first argument of a command, which is to be done otherwise one day. */
  firstArgAllowed?(rule: ByteString): void;
}

/** What one selector allows. */
export class Selector {
  readonly #context: RuleContext;
  #allKeys = false;
  #allChannels: boolean;
  #allCommands = false;
  /** It began with all commands: those that come to be later are allowed too. */
  #fromAll = false;
  readonly #allowed: Uint32Array;
  /** First arguments that let a command pass which is otherwise not allowed, by its id. */
  readonly #firstArgs = new Map<number, string[]>();
  #patterns: KeyPattern[] = [];
  #channels: ByteString[] = [];
  /** The rules about commands behind the last one about all, with their sign. */
  #rules: string[] = [];

  constructor(context: RuleContext) {
    this.#context = context;
    this.#allChannels = context.allChannelsByDefault;
    this.#allowed = new Uint32Array((context.catalog.idLimit + 31) >> 5);
  }

  /** A selector with the same rights. */
  copy(): Selector {
    const copy = new Selector(this.#context);
    copy.#allKeys = this.#allKeys;
    copy.#allChannels = this.#allChannels;
    copy.#allCommands = this.#allCommands;
    copy.#fromAll = this.#fromAll;
    copy.#allowed.set(this.#allowed);
    for (const [id, words] of this.#firstArgs) copy.#firstArgs.set(id, [...words]);
    copy.#patterns = this.#patterns.map((pattern) => pattern.copy());
    copy.#channels = [...this.#channels];
    copy.#rules = [...this.#rules];
    return copy;
  }

  /** Whether all keys are allowed, for reading and writing. */
  get allKeys(): boolean {
    return this.#allKeys;
  }

  /** Whether all channels are allowed. */
  get allChannels(): boolean {
    return this.#allChannels;
  }

  /** The patterns of the channels that are allowed. */
  get channels(): readonly ByteString[] {
    return this.#channels;
  }

  /** Whether it allows everything, so that there is nothing to ask. */
  get unlimited(): boolean {
    return this.#allCommands && this.#allKeys && this.#allChannels;
  }

  /**
   * Whether a command may run, its keys and channels left aside. Who has not authenticated may run
   * some, and so may every user. O(1)
   */
  allowsCommand(command: Command, args: readonly ByteString[]): boolean {
    if (this.#allCommands || command.noAuth) return true;
    const { id } = command;
    if ((this.#allowed[id >> 5] >>> (id & 31) & 1) === 1) return true;
    const words = this.#firstArgs.get(id);
    return words !== undefined && args.length > 1 &&
      words.includes(asciiLower(untilNul(args[1])));
  }

  /** Whether a key may be used as `access` says (bits of `READ` and `WRITE`). O(patterns) */
  allowsKey(key: ByteString, access: number): boolean {
    if (this.#allKeys) return true;
    for (const pattern of this.#patterns) {
      if (pattern.allows(key, access)) return true;
    }
    return false;
  }

  /** Whether every key may be used as `access` says. O(patterns) */
  allowsEveryKey(access: number): boolean {
    return this.#allKeys ||
      this.#patterns.some((pattern) =>
        (pattern.access & access) === access && pattern.pattern === "*"
      );
  }

  /** Whether a channel, or a pattern of channels, may be used. O(patterns) */
  allowsChannel(name: ByteString, isPattern: boolean): boolean {
    return this.#allChannels || allowsChannel(this.#channels, name, isPattern);
  }

  /** Carry out a rule. @returns what is wrong with it, or null */
  apply(rule: ByteString): RuleFault | null {
    const text = untilNul(rule);
    switch (asciiLower(text)) {
      case "allkeys":
      case "~*":
        this.#allKeys = true;
        this.#patterns = [];
        return null;
      case "resetkeys":
        this.#allKeys = false;
        this.#patterns = [];
        return null;
      case "allchannels":
      case "&*":
        this.#allChannels = true;
        this.#channels = [];
        return null;
      case "resetchannels":
        this.#allChannels = false;
        this.#channels = [];
        return null;
      case "allcommands":
      case "+@all":
        this.#setAll(true);
        return null;
      case "nocommands":
      case "-@all":
        this.#setAll(false);
        return null;
    }
    switch (text[0]) {
      case "~":
      case "%":
        return this.#addKeys(rule);
      case "&":
        return this.#addChannel(rule.slice(1));
      case "+":
      case "-":
        if (text[1] === "@") return this.#applyCategory(text.slice(1), text[0] === "+");
        return text[0] === "+" ? this.#allow(text.slice(1)) : this.#deny(text.slice(1));
      default:
        return "syntax";
    }
  }

  #setAll(allow: boolean): void {
    this.#allowed.fill(allow ? 0xffffffff : 0);
    this.#allCommands = allow;
    this.#fromAll = allow;
    this.#rules = [];
    this.#firstArgs.clear();
  }

  #addKeys(rule: ByteString): RuleFault | null {
    if (this.#allKeys) return "keys-after-all";
    let access = READ_WRITE;
    let at = 1;
    if (rule[0] === "%") {
      const marks = /^%(R|W|RW|WR)~/i.exec(rule);
      if (marks === null) {
        // What ends before its tilde is taken for an empty pattern.
        const open = /^%(R|W|RW|WR)$/i.exec(rule);
        if (open === null) return "syntax";
        access = accessOf(open[1]);
        at = rule.length;
      } else {
        access = accessOf(marks[1]);
        at = marks[0].length;
      }
    }
    const pattern = rule.slice(at);
    if (hasSpaces(pattern)) return "syntax";
    const known = this.#patterns.find((one) => one.pattern === pattern);
    if (known === undefined) this.#patterns.push(new KeyPattern(pattern, access));
    else known.access |= access;
    return null;
  }

  #addChannel(pattern: ByteString): RuleFault | null {
    if (this.#allChannels) return "channels-after-all";
    if (hasSpaces(pattern)) return "syntax";
    if (!this.#channels.includes(pattern)) this.#channels.push(pattern);
    return null;
  }

  #applyCategory(name: ByteString, allow: boolean): RuleFault | null {
    const bit = categoryBit(name.slice(1));
    if (bit === 0) return "unknown";
    this.#keepRule(name, allow);
    for (const command of this.#context.catalog.inCategory(bit)) this.#change(command, allow);
    return null;
  }

  #allow(name: ByteString): RuleFault | null {
    const { catalog } = this.#context;
    const bar = name.lastIndexOf("|");
    let command = catalog.lookUp(bar < 0 ? name : name.slice(0, bar));
    if (command === undefined) return "unknown";
    if (bar < 0) {
      this.#change(command, true);
      this.#keepRule(command.name, true);
      return null;
    }
    if (command.name.includes("|")) return "first-arg";
    const word = asciiLower(name.slice(bar + 1));
    if (word === "") return "syntax";
    if (command.subcommands !== undefined) {
      command = command.subcommands.get(word);
      if (command === undefined) return "unknown";
      this.#change(command, true);
    } else {
      this.#context.firstArgAllowed?.(name);
      const words = this.#firstArgs.get(command.id);
      if (words === undefined) this.#firstArgs.set(command.id, [word]);
      else if (!words.includes(word)) words.push(word);
    }
    this.#keepRule(name, true);
    return null;
  }

  #deny(name: ByteString): RuleFault | null {
    const command = this.#context.catalog.lookUp(name);
    if (command === undefined) return "unknown";
    this.#change(command, false);
    this.#keepRule(command.name, false);
    return null;
  }

  /** Allow or forbid a command with its subcommands. */
  #change(command: Command, allow: boolean): void {
    this.#firstArgs.delete(command.id);
    this.#setBit(command.id, allow);
    for (const sub of command.subcommands?.values() ?? []) this.#setBit(sub.id, allow);
  }

  #setBit(id: number, allow: boolean): void {
    if (allow) {
      this.#allowed[id >> 5] |= 1 << (id & 31);
    } else {
      this.#allowed[id >> 5] &= ~(1 << (id & 31));
      this.#allCommands = false;
    }
  }

  /** Note a rule in place of those that it overrides: the same, and those of subcommands. */
  #keepRule(name: ByteString, allow: boolean): void {
    const rule = asciiLower(name);
    this.#rules = this.#rules.filter((kept) =>
      kept.slice(1) !== rule && !kept.startsWith(`${rule}|`, 1)
    );
    this.#rules.push(`${allow ? "+" : "-"}${rule}`);
  }

  /** The rules about commands. */
  describeCommands(): ByteString {
    return [this.#fromAll ? "+@all" : "-@all", ...this.#rules].join(" ");
  }

  /** The patterns of keys, parted by spaces. */
  describeKeys(): ByteString {
    if (this.#allKeys) return "~*";
    return this.#patterns.map((pattern) => pattern.describe()).join(" ");
  }

  /** The patterns of channels, parted by spaces. */
  describeChannels(): ByteString {
    return this.#allChannels ? "&*" : this.#channels.map((channel) => `&${channel}`).join(" ");
  }

  /** All of it as rules. */
  describe(): ByteString {
    return [
      this.describeKeys(),
      this.#allChannels ? "" : "resetchannels",
      this.describeChannels(),
      this.describeCommands(),
    ].filter((part) => part !== "").join(" ");
  }
}

function accessOf(marks: string): number {
  const lower = marks.toLowerCase();
  return (lower.includes("r") ? 1 : 0) | (lower.includes("w") ? 2 : 0);
}

/**
 * Whether patterns of channels allow a channel. A pattern that is subscribed to is allowed only where
 * it stands among them as it is. O(patterns)
 */
export function allowsChannel(
  patterns: readonly ByteString[],
  name: ByteString,
  isPattern: boolean,
): boolean {
  if (isPattern) {
    const text = untilNul(name);
    return patterns.some((pattern) => pattern === text);
  }
  return patterns.some((pattern) => matchGlob(pattern, name));
}
