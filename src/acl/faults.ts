/**
 * What can be wrong with a rule, and how it is said.
 *
 * @module
 */

/** The texts by kind of fault. */
export const FAULT_TEXTS = {
  unknown: "Unknown command or category name in ACL",
  syntax: "Syntax error",
  "keys-after-all":
    "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and " +
    "does not have any effect. Try 'resetkeys' to start with an empty list of patterns",
  "channels-after-all": "Adding a pattern after the * pattern (or the 'allchannels' flag) is not " +
    "valid and does not have any effect. Try 'resetchannels' to start with an empty list of " +
    "channels",
  "no-password": "The password you are trying to remove from the user does not exist",
  hash: "The password hash must be exactly 64 characters and contain only lowercase hexadecimal " +
    "characters",
  duplicate: "Duplicate user found. A user can only be defined once in config files",
  "first-arg": "Allowing first-arg of a subcommand is not supported",
} as const;

/** A kind of fault. */
export type RuleFault = keyof typeof FAULT_TEXTS;

/** Text as far as a C string goes, which is what messages show and names are compared as. */
export function untilNul(text: string): string {
  const nul = text.indexOf("\0");
  return nul < 0 ? text : text.slice(0, nul);
}

/** Whether a name or pattern has white space or a zero byte in it, which none may have. */
export function hasSpaces(text: string): boolean {
  return /[ \t-\r\0]/.test(text);
}
