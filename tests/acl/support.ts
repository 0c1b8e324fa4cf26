/**
 * Users and their rules without a server.
 *
 * @module
 */

import { Acl } from "../../src/acl/acl.ts";
import { CommandCatalog } from "../../src/acl/catalog.ts";
import type { RuleContext } from "../../src/acl/selector.ts";
import { User } from "../../src/acl/user.ts";
import { ManualClock } from "../../src/clock/clock.ts";
import { Registry } from "../../src/command/registry.ts";
import { allCommands } from "../../src/commands/mod.ts";
import { Config } from "../../src/config/config.ts";
import { Logger } from "../../src/log/logger.ts";

/** The commands. */
export const registry = new Registry(allCommands);

/** What rules are read against. */
export const CONTEXT: RuleContext = {
  catalog: new CommandCatalog(registry.originals),
  allChannelsByDefault: false,
};

/** A user of these rules, which must be right. */
export function userOf(...rules: string[]): User {
  const user = new User("u", CONTEXT);
  for (const rule of rules) {
    const fault = user.apply(rule);
    if (fault !== null) throw new Error(`${rule}: ${fault}`);
  }
  return user;
}

/** Access control with its configuration and clock. */
export class TestAcl extends Acl {
  readonly config: Config;
  readonly clock: ManualClock;
  readonly lines: string[];

  constructor(directives: Record<string, string> = {}) {
    const config = new Config();
    for (const [name, value] of Object.entries(directives)) {
      const fault = config.assign(name, [value]);
      if (fault !== null) throw new Error(`${name}: ${fault}`);
    }
    const clock = new ManualClock(1_700_000_000_000);
    const lines: string[] = [];
    const decoder = new TextDecoder();
    const log = new Logger({ sink: (line) => void lines.push(decoder.decode(line).trimEnd()) });
    super({ config, clock, log, commands: registry.originals });
    this.config = config;
    this.clock = clock;
    this.lines = lines;
  }
}
