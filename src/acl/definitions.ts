/**
 * Users that a configuration file defines: checked line by line while it is read, made when the server
 * starts.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { FAULT_TEXTS, hasSpaces, type RuleFault, untilNul } from "./faults.ts";
import { joinSelectors } from "./rules.ts";
import type { RuleContext } from "./selector.ts";
import { User } from "./user.ts";

/** A user as a file defines it. */
export interface UserDefinition {
  readonly name: ByteString;
  readonly rules: readonly ByteString[];
}

/** The `user` lines of a configuration. */
export class UserDefinitions {
  readonly #context: RuleContext;
  readonly #all: UserDefinition[] = [];

  constructor(context: RuleContext) {
    this.#context = context;
  }

  /** The users so far, in the order of their lines. */
  get all(): readonly UserDefinition[] {
    return this.#all;
  }

  /**
   * Take a line.
   *
   * @param words the line, its `user` included; at least two
   * @returns the reason why it cannot be, or null
   */
  add(words: readonly ByteString[]): string | null {
    const name = words[1];
    const fault = (index: number, text: string) =>
      `Error in user declaration '${untilNul(words[index] ?? "")}': ${text}`;
    if (this.#all.some((user) => user.name === name)) return fault(1, FAULT_TEXTS.duplicate);
    const rules = joinSelectors(words.slice(2));
    if (typeof rules === "number") return fault(rules, "Wrong format");
    const user = new User(name, this.#context);
    for (let i = 0; i < rules.length; i++) {
      const found: RuleFault | null = user.apply(rules[i]);
      // A command may be unknown as yet; and the word that a real server names is not the one at
      // fault, as it leaves the name out of its count.
      if (found !== null && found !== "unknown") return fault(i, FAULT_TEXTS[found]);
    }
    this.#all.push({ name, rules });
    return null;
  }
}

/** Why the users of a configuration cannot be made; the text is for the log. */
export class DefinitionError extends Error {
  override name = "DefinitionError";
}

/** What a user that cannot be made is refused for. */
export function checkDefinition({ name }: UserDefinition): void {
  if (hasSpaces(name)) throw new DefinitionError("Spaces not allowed in ACL usernames");
}
