/**
 * Who may do what: the users of a server, their logins, and the log of what was refused.
 *
 * What a change means for connected clients is told to the {@linkcode AclEffects}; this module knows
 * no clients.
 *
 * Source: https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/
 *
 * @module
 */

import { type ByteString, compareBytes, toText } from "../bytes/bytes.ts";
import type { Clock } from "../clock/clock.ts";
import type { Command } from "../command/command.ts";
import type { Config } from "../config/config.ts";
import type { Logger } from "../log/logger.ts";
import { CommandCatalog } from "./catalog.ts";
import { type AclRefusal, checkUser } from "./check.ts";
import { checkDefinition, DefinitionError, type UserDefinition } from "./definitions.ts";
import { FAULT_TEXTS, hasSpaces, untilNul } from "./faults.ts";
import { readUsers, writeUsers } from "./file.ts";
import { AclLog } from "./log.ts";
import { joinSelectors } from "./rules.ts";
import type { RuleContext } from "./selector.ts";
import { User } from "./user.ts";

/** What changes of users mean for those who are connected. */
export interface AclEffects {
  /** A user's rights are others now. */
  changed(user: User): void;
  /**
   * A user is gone, and so must be its clients.
   *
   * @param by who asked for it, when that is a client: it is still owed a reply
   */
  removed(user: User, by: unknown): void;
  /** A user has only these channels from now on: who listens to others of them must go. */
  channelsLeft(user: User, patterns: readonly ByteString[], by: unknown): void;
}

/** What access control works with. */
export interface AclOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Logger;
  /** The commands under their original names. */
  readonly commands: readonly Command[];
}

const NO_EFFECTS: AclEffects = {
  changed: () => {},
  removed: () => {},
  channelsLeft: () => {},
};

/** The access control of one server. */
export class Acl {
  readonly catalog: CommandCatalog;
  /** What rules are read against. */
  readonly ruleContext: RuleContext;
  /** What was refused. */
  readonly refused: AclLog;
  /** The user of every client that has not logged in as another. It stays the same object. */
  readonly defaultUser: User;
  effects: AclEffects = NO_EFFECTS;
  readonly #config: Config;
  readonly #clock: Clock;
  readonly #log: Logger;
  #users = new Map<ByteString, User>();

  constructor({ config, clock, log, commands }: AclOptions) {
    this.#config = config;
    this.#clock = clock;
    this.#log = log;
    this.catalog = new CommandCatalog(commands);
    this.ruleContext = new LiveRuleContext(this.catalog, config, (rule) => {
      log.warning(toText(
        "Deprecation warning: Allowing a first arg of an otherwise blocked command is a misuse of " +
          `ACL and may get disabled in the future (offender: +${rule})`,
      ));
    });
    this.refused = new AclLog(clock, config);
    this.defaultUser = User.unrestricted("default", this.ruleContext);
    this.#users.set("default", this.defaultUser);
    this.requirePassword(config.values.requirepass);
  }

  /** The users by name, in the order of their names. O(users × log users) */
  users(): User[] {
    return [...this.#users.values()].sort((a, b) => compareBytes(a.name, b.name));
  }

  /** The user of a name. O(1) */
  user(name: ByteString): User | undefined {
    return this.#users.get(name);
  }

  /** The users by name, each as its name and rules. */
  definitions(): ByteString[] {
    return this.users().map((user) => `${user.name} ${user.describe()}`);
  }

  /** The users for a configuration file, which does not have those that are in a file of their own. */
  fileLines(): ByteString[] {
    return this.hasFile ? [] : this.definitions();
  }

  /** Whether a new client may go to work without logging in. */
  get isOpen(): boolean {
    return this.defaultUser.noPassword && this.defaultUser.enabled;
  }

  /** Whether a client has to log in before it may do anything. */
  asks({ authenticated }: { readonly authenticated: boolean }): boolean {
    return !authenticated && !this.isOpen;
  }

  /**
   * Check a name and a password.
   *
   * @returns the user, or null when they are wrong, or the user may not log in
   */
  login(name: ByteString, password: ByteString): User | null {
    const user = this.#users.get(name);
    return user?.accepts(password) ? user : null;
  }

  /**
   * Ask whether a user may run a command.
   *
   * @param args the whole command
   * @returns null when it may
   */
  check(user: User, command: Command, args: readonly ByteString[]): AclRefusal | null {
    return user.limited ? checkUser(user, command, args) : null;
  }

  /** Give the default user the one password of `requirepass`; with an empty one it needs none. */
  requirePassword(password: ByteString): void {
    this.defaultUser.apply("resetpass");
    this.defaultUser.apply(password === "" ? "nopass" : `>${password}`);
  }

  /**
   * Change a user, or make one: all rules are carried out, or none.
   *
   * @param by the client that asks
   * @returns what is wrong, or null
   */
  set(name: ByteString, words: readonly ByteString[], by: unknown): ByteString | null {
    const rules = joinSelectors(words);
    if (typeof rules === "number") {
      return `Unmatched parenthesis in acl selector starting at '${untilNul(words[rules])}'.`;
    }
    const known = this.#users.get(name);
    const next = known?.copy() ?? new User(name, this.ruleContext);
    for (const rule of rules) {
      const fault = next.apply(rule);
      if (fault !== null) {
        return `Error in ACL SETUSER modifier '${untilNul(rule)}': ${FAULT_TEXTS[fault]}`;
      }
    }
    if (known === undefined) {
      this.#users.set(name, next);
      return null;
    }
    const left = channelsLeft(known, next);
    if (left !== null) this.effects.channelsLeft(known, left, by);
    known.assign(next);
    this.effects.changed(known);
    return null;
  }

  /** Remove a user; the default one stays. @returns false when there is none of that name */
  remove(name: ByteString, by: unknown): boolean {
    const user = this.#users.get(name);
    if (user === undefined || user === this.defaultUser) return false;
    this.#users.delete(name);
    this.effects.removed(user, by);
    return true;
  }

  /**
   * Make the users that a configuration defines.
   *
   * @throws DefinitionError when that cannot be; the log says why
   */
  define(definitions: readonly UserDefinition[]): void {
    for (const definition of definitions) {
      try {
        this.#define(definition);
      } catch (error) {
        if (error instanceof DefinitionError) this.#log.warning(toText(error.message));
        throw error;
      }
    }
  }

  #define(definition: UserDefinition): void {
    const { name, rules } = definition;
    checkDefinition(definition);
    let user = this.#users.get(name);
    if (user === undefined) this.#users.set(name, user = new User(name, this.ruleContext));
    else user.apply("reset");
    for (const rule of rules) {
      const fault = user.apply(rule);
      if (fault !== null) {
        throw new DefinitionError(
          `Error loading ACL rule '${untilNul(rule)}' for the user named '${name}': ` +
            FAULT_TEXTS[fault],
        );
      }
    }
    this.effects.changed(user);
    if (!user.enabled) {
      this.#log.notice(toText(
        `The user '${name}' is disabled (there is no 'on' modifier in the user description). ` +
          "Make sure this is not a configuration error.",
      ));
    }
  }

  /** Whether users are kept in a file of their own. */
  get hasFile(): boolean {
    return this.#config.values.aclfile !== "";
  }

  /**
   * Take the users of the file in place of those that there are: all, or none when anything in it is
   * wrong. The clients of users that were there are closed, those of the default user excepted.
   *
   * @param by the client that asks
   * @returns what is wrong, or null
   */
  load(by: unknown): ByteString | null {
    const { aclfile } = this.#config.values;
    const content = readUsers(this.#config.path(aclfile), aclfile, this.ruleContext);
    if ("faults" in content) return content.faults;
    const { users } = content;
    const old = this.#users;
    this.defaultUser.assign(
      users.get("default") ?? User.unrestricted("default", this.ruleContext),
    );
    users.set("default", this.defaultUser);
    this.#users = users;
    for (const user of old.values()) {
      if (user !== this.defaultUser) this.effects.removed(user, by);
    }
    this.effects.changed(this.defaultUser);
    return null;
  }

  /** Write the users into the file. @returns false when that cannot be; the log says why */
  save(): boolean {
    const path = this.#config.path(this.#config.values.aclfile);
    return writeUsers(path, this.users(), { log: this.#log, clock: this.#clock });
  }
}

/** What rules are read against, as the configuration is at the time. */
export class LiveRuleContext implements RuleContext {
  readonly #config: Config;

  constructor(
    readonly catalog: CommandCatalog,
    config: Config,
    readonly firstArgAllowed?: (rule: ByteString) => void,
  ) {
    this.#config = config;
  }

  get allChannelsByDefault(): boolean {
    return this.#config.values.aclPubsubDefault === "allchannels";
  }
}

/** The channels that a changed user has left; null when it has lost none. */
function channelsLeft(before: User, after: User): ByteString[] | null {
  if (after.selectors.some(({ allChannels }) => allChannels)) return null;
  const left = after.selectors.flatMap(({ channels }) => channels);
  const kept = before.selectors.every(({ allChannels, channels }) =>
    !allChannels && channels.every((channel) => left.includes(channel))
  );
  return kept ? null : left;
}

/** Whether a name is none that a user can have. */
export function isBadUserName(name: ByteString): boolean {
  return hasSpaces(name);
}
