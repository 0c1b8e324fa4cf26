/**
 * How errors of scripts read: the texts that a client gets, and those of FUNCTION LOAD.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { ErrorReply } from "../resp/reply.ts";
import type { Converter } from "./convert.ts";
import { TYPE } from "./engine/layout.ts";
import type { LuaMachine } from "./engine/machine.ts";
import type { ScriptOutcome } from "./host.ts";

/** Longest text of an error that is no table, in bytes. */
const LONGEST_TEXT = 100;

/** A string on top of the stack, up to its first NUL; null when there is something else. */
function topText(machine: LuaMachine): ByteString | null {
  const top = machine.top(machine.main);
  if (machine.tag(top) !== TYPE.string) return null;
  return machine.readString(machine.u32[top >> 2]).split("\0", 1)[0];
}

/**
 * The reply to the error on top of the stack.
 *
 * @param errors gets it
 */
export function errorReply(
  machine: LuaMachine,
  converter: Converter,
  name: ByteString,
  errors: ErrorReply[],
): ErrorReply {
  const top = machine.top(machine.main);
  if (machine.tag(top) !== TYPE.table) {
    // Not through the error handler: there was no memory for it.
    const text = topText(machine)?.substring(0, LONGEST_TEXT) ?? "execution failure";
    const reply = new ErrorReply(`ERR Error running script ${name}, ${text}`);
    errors.push(reply);
    return reply;
  }
  const table = machine.u32[top >> 2];
  const source = converter.textOf(table, "source");
  const line = converter.textOf(table, "line");
  const where = source !== null && line !== null ? ` script: ${name}, on ${source}:${line}.` : "";
  const text = converter.textOf(table, "err") ?? "ERR unknown error";
  const reply = new ErrorReply(text + where, converter.isCounted(table));
  errors.push(reply);
  return reply;
}

/** The text of the error on top of the stack, as FUNCTION LOAD gives it. */
export function errorText(machine: LuaMachine, converter: Converter): ByteString {
  const top = machine.top(machine.main);
  if (machine.tag(top) === TYPE.table) {
    return converter.textOf(machine.u32[top >> 2], "err") ?? "ERR unknown error";
  }
  return `ERR ${topText(machine) ?? "execution failure"}`;
}

/** A run of a function whose library was not to be loaded again, or of a released script. */
export function lost(name: ByteString): ScriptOutcome {
  const reply = new ErrorReply(`ERR Error running script ${name}, it is not loaded any more`);
  return { reply, failed: true, errors: [reply] };
}
