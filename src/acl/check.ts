/**
 * Whether a user may run a command with these arguments, and the words in which it is told that it may
 * not.
 *
 * Selectors are asked one by one: one alone must allow the command with all its keys and channels.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { Command } from "../command/command.ts";
import { READ } from "../command/key_access.ts";
import type { Selector } from "./selector.ts";
import type { User } from "./user.ts";

/** What a refusal is about. */
export type RefusalReason = "command" | "key" | "channel";

/** Why a command may not run. */
export interface AclRefusal {
  readonly reason: RefusalReason;
  /** Index of the argument at fault: the key or the channel; 0 for the command. */
  readonly index: number;
}

const COMMAND: AclRefusal = { reason: "command", index: 0 };

/** The order of reasons where selectors refuse for different ones. */
const RANK: Record<RefusalReason, number> = { command: 1, key: 2, channel: 4 };

/**
 * Ask whether a user may run a command. O(selectors × (keys + channels) × patterns)
 *
 * @returns null when it may; otherwise what the selectors refuse at the latest point
 */
export function checkUser(
  user: User,
  command: Command,
  args: readonly ByteString[],
): AclRefusal | null {
  let worst = COMMAND;
  const { selectors } = user;
  for (let i = 0; i < selectors.length; i++) {
    const refusal = checkSelector(selectors[i], command, args);
    if (refusal === null) return null;
    const difference = RANK[refusal.reason] - RANK[worst.reason];
    if (difference > 0 || (difference === 0 && refusal.index > worst.index)) worst = refusal;
  }
  return worst;
}

function checkSelector(
  selector: Selector,
  command: Command,
  args: readonly ByteString[],
): AclRefusal | null {
  if (!selector.allowsCommand(command, args)) return COMMAND;
  if (!selector.allKeys) {
    const index = command.keyAccess.firstRefused(args, selector);
    if (index > 0) return { reason: "key", index };
  }
  const { channels } = command;
  if (channels !== null && !selector.allChannels) {
    const end = channels.one ? 2 : args.length;
    for (let i = 1; i < end; i++) {
      if (!selector.allowsChannel(args[i], channels.patterns ?? false)) {
        return { reason: "channel", index: i };
      }
    }
  }
  return null;
}

/**
 * Whether a selector that allows a command allows to read every key besides: what names its keys after
 * the data (SORT's BY and GET) needs that.
 */
export function readsEverything(
  user: User,
  command: Command,
  args: readonly ByteString[],
): boolean {
  return user.selectors.some((selector) =>
    selector.allowsEveryKey(READ) && checkSelector(selector, command, args) === null
  );
}

/** What a refusal says; without `verbose` it does not name the key or channel. */
export function refusalText(
  { reason, index }: AclRefusal,
  user: User,
  command: Command,
  args: readonly ByteString[],
  verbose = false,
): ByteString {
  if (reason === "command") {
    return `User ${user.name} has no permissions to run the '${command.name}' command`;
  }
  if (!verbose) return `No permissions to access a ${reason}`;
  return `User ${user.name} has no permissions to access the '${args[index]}' ${reason}`;
}

/** What is at fault, as the log shows it. */
export function refusedObject(
  { reason, index }: AclRefusal,
  command: Command,
  args: readonly ByteString[],
): ByteString {
  return reason === "command" ? command.name : args[index];
}
