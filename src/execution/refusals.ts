/**
 * The errors of requests that are refused before any command runs.
 *
 * @module
 */

import { asciiLower, asciiUpper, type ByteString } from "../bytes/bytes.ts";
import { ErrorReply } from "../resp/reply.ts";
import type { Command } from "../command/command.ts";

/** Error lines are one line; and a real server's formatting stops at a zero byte. */
function quoteInError(text: ByteString, limit: number): ByteString {
  const zero = text.indexOf("\0");
  const end = Math.min(limit, zero < 0 ? text.length : zero);
  return text.slice(0, end).replace(/[\r\n]/g, " ");
}

/** Whether a command's name is what an HTTP request begins with, or its Host header. */
export function isHttp(name: ByteString): boolean {
  const lower = asciiLower(name);
  return lower === "post" || lower === "host:";
}

/** The error of a command that is not there. */
export function unknownCommand(args: readonly ByteString[]): ErrorReply {
  let shown = "";
  for (let i = 1; i < args.length && shown.length < 128; i++) {
    shown += `'${quoteInError(args[i], 128 - shown.length)}' `;
  }
  return new ErrorReply(
    `ERR unknown command '${quoteInError(args[0], 128)}', with args beginning with: ${shown}`,
  );
}

/** The error of a subcommand that is not there. */
export function unknownSubcommand(command: Command, args: readonly ByteString[]): ErrorReply {
  return new ErrorReply(
    `ERR unknown subcommand '${quoteInError(args[1], 128)}'. Try ${asciiUpper(command.name)} HELP.`,
  );
}

/** The error of a command that a listening RESP2 client may not send. */
export function notWhileSubscribed(command: Command): ErrorReply {
  return new ErrorReply(
    `ERR Can't execute '${command.name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / ` +
      "RESET are allowed in this context",
  );
}

/** The error of a wrong number of arguments. */
export function wrongArity(command: Command): ErrorReply {
  return new ErrorReply(`ERR wrong number of arguments for '${command.name}' command`);
}

/** Errors that a real server keeps ready with their `-ERR`, and logs so. */
const READY_MADE = [
  "ERR",
  "ERR no such key",
  "ERR syntax error",
  "ERR source and destination objects are the same",
  "ERR index out of range",
];

/** An error as a real server's log shows it: with a `-` and its code, or without `ERR`. */
export function errorInLog(text: ByteString): ByteString {
  return text.startsWith("ERR ") && !READY_MADE.includes(text) ? text.slice(4) : `-${text}`;
}
