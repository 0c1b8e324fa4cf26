/**
 * A user: whether it may log in and with which passwords, and the selectors that say what it may do.
 *
 * Source: https://redis.io/docs/latest/commands/acl-setuser/ and the behaviour of Redis 7.2.
 *
 * @module
 */

import { asciiLower, type ByteString } from "../bytes/bytes.ts";
import { splitArgs } from "../bytes/split_args.ts";
import { type RuleFault, untilNul } from "./faults.ts";
import { hashPassword, isPasswordHash, matchesAny } from "./passwords.ts";
import { type RuleContext, Selector } from "./selector.ts";

/** One user. */
export class User {
  readonly name: ByteString;
  readonly #context: RuleContext;
  #enabled = false;
  #noPassword = false;
  #sanitizes = true;
  #passwords: string[] = [];
  #selectors: Selector[];
  /** What it was last described as; null after a change. */
  #described: ByteString | null = null;
  #limited = true;

  /** A user that may do nothing, and not log in either. */
  constructor(name: ByteString, context: RuleContext) {
    this.name = name;
    this.#context = context;
    this.#selectors = [new Selector(context)];
  }

  /** The user of whom nobody has said anything: it may do everything, without a password. */
  static unrestricted(name: ByteString, context: RuleContext): User {
    const user = new User(name, context);
    for (const rule of ["+@all", "~*", "&*", "on", "nopass"]) user.apply(rule);
    return user;
  }

  /** A user of another name, or the same, with the same rights. */
  copy(name: ByteString = this.name): User {
    const copy = new User(name, this.#context);
    copy.assign(this);
    return copy;
  }

  /** Take the passwords and rights of another user. */
  assign(other: User): void {
    this.#enabled = other.#enabled;
    this.#noPassword = other.#noPassword;
    this.#sanitizes = other.#sanitizes;
    this.#passwords = [...other.#passwords];
    this.#selectors = other.#selectors.map((selector) => selector.copy());
    this.#described = other.#described;
    this.#limited = other.#limited;
  }

  /** Whether it may log in. */
  get enabled(): boolean {
    return this.#enabled;
  }

  /** Whether every password is right. */
  get noPassword(): boolean {
    return this.#noPassword;
  }

  /** The hashes of its passwords. */
  get passwords(): readonly string[] {
    return this.#passwords;
  }

  /** What it may do: the root selector first. */
  get selectors(): readonly Selector[] {
    return this.#selectors;
  }

  /** Whether there is anything that it may not do. O(1) */
  get limited(): boolean {
    return this.#limited;
  }

  /** The words of its state, as ACL GETUSER has them. */
  get flags(): string[] {
    return [
      this.#enabled ? "on" : "off",
      ...this.#noPassword ? ["nopass"] : [],
      this.#sanitizes ? "sanitize-payload" : "skip-sanitize-payload",
    ];
  }

  /** Whether it may log in with a password. O(passwords) */
  accepts(password: ByteString): boolean {
    return this.#enabled && (this.#noPassword || matchesAny(password, this.#passwords));
  }

  /** Carry out a rule. @returns what is wrong with it, or null */
  apply(rule: ByteString): RuleFault | null {
    this.#described = null;
    const fault = this.#apply(rule);
    this.#limited = !this.#selectors.some(({ unlimited }) => unlimited);
    return fault;
  }

  #apply(rule: ByteString): RuleFault | null {
    if (rule === "") return null;
    switch (asciiLower(untilNul(rule))) {
      case "on":
        this.#enabled = true;
        return null;
      case "off":
        this.#enabled = false;
        return null;
      case "sanitize-payload":
        this.#sanitizes = true;
        return null;
      case "skip-sanitize-payload":
        this.#sanitizes = false;
        return null;
      case "nopass":
        this.#noPassword = true;
        this.#passwords = [];
        return null;
      case "resetpass":
        this.#noPassword = false;
        this.#passwords = [];
        return null;
      case "clearselectors":
        this.#selectors.length = 1;
        return null;
      case "reset":
        this.#reset();
        return null;
    }
    switch (rule[0]) {
      case ">":
        return this.#addPassword(hashPassword(rule.slice(1)));
      case "#":
        return isPasswordHash(rule.slice(1)) ? this.#addPassword(rule.slice(1)) : "hash";
      case "<":
        return this.#removePassword(hashPassword(rule.slice(1)));
      case "!":
        return isPasswordHash(rule.slice(1)) ? this.#removePassword(rule.slice(1)) : "hash";
    }
    if (rule[0] === "(" && rule.endsWith(")")) return this.#addSelector(rule.slice(1, -1));
    return this.#selectors[0].apply(rule);
  }

  #reset(): void {
    const fresh = new User(this.name, this.#context);
    this.assign(fresh);
  }

  #addPassword(hash: string): null {
    if (!this.#passwords.includes(hash)) this.#passwords.push(hash);
    this.#noPassword = false;
    return null;
  }

  #removePassword(hash: string): RuleFault | null {
    const at = this.#passwords.indexOf(hash);
    if (at < 0) return "no-password";
    this.#passwords.splice(at, 1);
    return null;
  }

  #addSelector(rules: ByteString): RuleFault | null {
    const selector = new Selector(this.#context);
    // With quotes that do not close nothing is read, as in a real server.
    for (const rule of splitArgs(rules) ?? []) {
      const fault = selector.apply(rule);
      if (fault !== null) return fault;
    }
    this.#selectors.push(selector);
    return null;
  }

  /** All of it as rules, in the form of files and ACL LIST. */
  describe(): ByteString {
    return this.#described ??= this.#describe();
  }

  #describe(): ByteString {
    const [root, ...others] = this.#selectors;
    return [
      ...this.flags,
      ...this.#passwords.map((hash) => `#${hash}`),
      root.describe(),
      ...others.map((selector) => `(${selector.describe()})`),
    ].join(" ");
  }
}
