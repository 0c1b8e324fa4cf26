/**
 * The lines typed before: kept in memory for the arrow keys and in a file for the next time.
 *
 * Lines that carry passwords are not kept; {@linkcode isSensitive} knows them.
 *
 * @module
 */

import { asciiLower, type ByteString } from "../bytes/bytes.ts";

/** How many lines are kept. */
export const HISTORY_LIMIT = 100;

/** The remembered lines, oldest first. */
export class History {
  #lines: string[] = [];

  /** @param lines what is remembered from before, oldest first */
  constructor(lines: readonly string[] = []) {
    this.#lines = lines.slice(-HISTORY_LIMIT);
  }

  /** Oldest first. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Remember a line, unless it is the one before again. */
  add(line: string): void {
    if (this.#lines.at(-1) === line) return;
    this.#lines.push(line);
    if (this.#lines.length > HISTORY_LIMIT) this.#lines.shift();
  }
}

const SECRET_DIRECTIVES = new Set([
  "masterauth",
  "masteruser",
  "requirepass",
  "tls-key-file-pass",
  "tls-client-key-file-pass",
]);

/**
 * Whether a command carries a user's name or password: AUTH, ACL SETUSER, CONFIG SET of a password,
 * HELLO with AUTH, MIGRATE with AUTH or AUTH2, and SENTINEL's settings of passwords.
 */
export function isSensitive(args: readonly ByteString[]): boolean {
  const words = args.map(asciiLower);
  switch (words[0]) {
    case "auth":
      return true;
    case "acl":
      return words[1] === "setuser";
    case "config":
      return words[1] === "set" &&
        words.some((word, i) => i >= 2 && i % 2 === 0 && SECRET_DIRECTIVES.has(word));
    case "hello":
      return words.indexOf("auth", 2) > 0;
    case "migrate": {
      const keys = words.indexOf("keys", 6);
      const options = words.slice(6, keys < 0 ? words.length : keys);
      return options.includes("auth") || options.includes("auth2");
    }
    case "sentinel":
      if (words[1] === "config" && words[2] === "set") {
        return words.includes("sentinel-pass", 3) || words.includes("sentinel-user", 3);
      }
      return words[1] === "set" &&
        (words.includes("auth-pass", 3) || words.includes("auth-user", 3));
    default:
      return false;
  }
}
