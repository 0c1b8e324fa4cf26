/**
 * The file of users (`aclfile`): a line each, in the form of ACL LIST.
 *
 * It is read as a whole or not at all: with anything wrong in any line nothing is taken, and all that
 * is wrong is told with the numbers of the lines.
 *
 * @module
 */

import { type ByteString, fromBytes, fromText, toBytes } from "../bytes/bytes.ts";
import type { Clock } from "../clock/clock.ts";
import { osReason } from "../config/os_error.ts";
import { splitPath } from "../config/paths.ts";
import type { Logger } from "../log/logger.ts";
import { FAULT_TEXTS, hasSpaces, untilNul } from "./faults.ts";
import { joinSelectors } from "./rules.ts";
import type { RuleContext } from "./selector.ts";
import { User } from "./user.ts";

/** The users of a file, or what is wrong with it, in one line. */
export type FileContent = { users: Map<ByteString, User> } | { faults: ByteString };

/**
 * Read a file of users.
 *
 * @param path where it is
 * @param shown how messages name it
 */
export function readUsers(path: string, shown: ByteString, context: RuleContext): FileContent {
  let text: ByteString;
  try {
    text = fromBytes(Deno.readFileSync(path));
  } catch (error) {
    const reason = fromText(osReason(error));
    return { faults: `Error loading ACLs, opening file '${shown}': ${reason}` };
  }
  return parseUsers(text, shown, context);
}

/** Parse the text of a file of users. O(length) */
export function parseUsers(
  text: ByteString,
  shown: ByteString,
  context: RuleContext,
): FileContent {
  const users = new Map<ByteString, User>();
  let faults = "";
  const lines = untilNul(text).split("\n");
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i].replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
    if (line !== "") faults += readLine(line, { users, shown, context, number: i + 1 });
  }
  if (faults === "") return { users };
  return {
    faults: `${faults}WARNING: ACL errors detected, no change to the previously active ACL rules ` +
      "was performed",
  };
}

interface LineContext {
  readonly users: Map<ByteString, User>;
  readonly shown: ByteString;
  readonly context: RuleContext;
  readonly number: number;
}

/** Add the user of a line. @returns what is wrong with it */
function readLine(line: ByteString, { users, shown, context, number }: LineContext): ByteString {
  const words = line.split(" ");
  const place = `${shown}:${number}`;
  if (words[0] !== "user" || words.length < 2) {
    return `${place} should start with user keyword followed by the username. `;
  }
  const name = words[1];
  if (hasSpaces(name)) return `'${place}: username '${name}' contains invalid characters. `;
  if (users.has(name)) return `WARNING: Duplicate user '${name}' found on line ${number}. `;
  const user = new User(name, context);
  users.set(name, user);
  const rules = joinSelectors(words.slice(2));
  if (typeof rules === "number") return `${place}: Unmatched parenthesis in selector definition.`;
  let faults = "";
  let hasOther = false;
  for (const word of rules) {
    const rule = word.replace(/^[\t\r\n]+|[\t\r\n]+$/g, "");
    const fault = user.apply(rule);
    if (fault === "unknown") {
      faults += `${place}: Error in applying operation '${rule}': ${FAULT_TEXTS[fault]}. `;
    } else if (fault !== null && !hasOther) {
      // Later ones may only be what this one entails; and they may show a password.
      faults += `${place}: ${FAULT_TEXTS[fault]}. `;
      hasOther = true;
    }
  }
  return faults;
}

/**
 * Write a file of users. The new content takes the old one's place at once, when it is safe on disk.
 *
 * @returns false when it cannot be; why is in the log
 */
export function writeUsers(
  path: string,
  users: Iterable<User>,
  { log, clock }: { log: Logger; clock: Clock },
): boolean {
  const lines = Array.from(users, (user) => `user ${user.name} ${user.describe()}\n`);
  const content = toBytes(lines.join(""));
  const temporary = `${path}.tmp-${Deno.pid}-${clock.ms}`;
  let doing = "Opening temp ACL file";
  try {
    {
      using file = Deno.openSync(temporary, { write: true, create: true, mode: 0o644 });
      doing = "Writing ACL file";
      for (let at = 0; at < content.length;) at += file.writeSync(content.subarray(at));
      doing = "Syncing ACL file";
      file.syncSync();
    }
    doing = "Renaming ACL file";
    Deno.renameSync(temporary, path);
  } catch (error) {
    log.warning(`${doing} for ACL SAVE: ${osReason(error)}`);
    removeQuietly(temporary);
    return false;
  }
  try {
    using folder = Deno.openSync(splitPath(path).directory);
    folder.syncSync();
  } catch {
    // Not every system can flush a directory; the new file itself is safe.
  }
  return true;
}

function removeQuietly(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It was not made.
  }
}
