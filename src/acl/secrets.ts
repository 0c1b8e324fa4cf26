/**
 * Commands without the secrets in their arguments, for whatever shows commands to others than their
 * sender (a log of slow commands, a monitor).
 *
 * @module
 */

import { asciiLower, type ByteString } from "../bytes/bytes.ts";
import type { Command } from "../command/command.ts";
import type { Config } from "../config/config.ts";

/** Stands in the place of a secret. */
export const REDACTED = "(redacted)";

/**
 * A command's arguments with each secret replaced: those of AUTH, HELLO and MIGRATE, all of a user in
 * ACL SETUSER, and the values of directives that are secrets in CONFIG SET. O(arguments)
 *
 * @returns `args` themselves when there is no secret in them
 */
export function maskSecrets(
  command: Command,
  args: readonly ByteString[],
  config: Config,
): readonly ByteString[] {
  const at = secretPlaces(command, args, config);
  if (at.length === 0) return args;
  const masked = [...args];
  for (const i of at) masked[i] = REDACTED;
  return masked;
}

function secretPlaces(
  { name }: Command,
  args: readonly ByteString[],
  config: Config,
): readonly number[] {
  switch (name) {
    case "auth":
      return range(1, args.length);
    case "acl|setuser":
      return range(2, args.length);
    case "hello":
      return helloSecrets(args);
    case "migrate":
      return migrateSecrets(args);
    case "config|set":
      return range(2, args.length).filter((i) => i % 2 === 1 && config.isSensitive(args[i - 1]));
    default:
      return [];
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

function helloSecrets(args: readonly ByteString[]): number[] {
  const found: number[] = [];
  for (let i = 2; i < args.length; i++) {
    const option = asciiLower(args[i]);
    if (option === "auth") found.push(...range(i + 1, Math.min(i + 3, args.length)));
    i += option === "auth" ? 2 : option === "setname" ? 1 : 0;
  }
  return found;
}

function migrateSecrets(args: readonly ByteString[]): number[] {
  const found: number[] = [];
  for (let i = 6; i < args.length; i++) {
    const option = asciiLower(args[i]);
    if (option === "keys") break;
    const count = option === "auth" ? 1 : option === "auth2" ? 2 : 0;
    found.push(...range(i + 1, Math.min(i + 1 + count, args.length)));
    i += count;
  }
  return found;
}
