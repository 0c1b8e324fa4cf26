/**
 * The part `FIELDS numfields field…` at the end of the commands on the expiry of hash fields, as they
 * are in Redis 7.4.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { parseInteger } from "../../bytes/int.ts";
import { type Argument, block, integer, many, string } from "../../command/arguments.ts";
import { RedisError } from "../../resp/reply.ts";
import { isWord } from "../parse.ts";

/** The part in a command's grammar. */
export const FIELDS: Argument = block("fields", [integer("numfields"), many(string("field"))], {
  token: "FIELDS",
});

/**
 * Check the part that begins at `args[at]`.
 *
 * @param countError the error line for a number of fields that is none, or below 1
 * @returns where the fields begin, which go to the end of the arguments
 * @throws RedisError
 */
export function namedFields(args: readonly ByteString[], at: number, countError: string): number {
  if (!isWord(args[at], "FIELDS")) {
    throw new RedisError(
      "ERR Mandatory argument FIELDS is missing or not at the right position",
    );
  }
  const count = parseInteger(args[at + 1]);
  if (count === null || count < 1) throw new RedisError(countError);
  if (count !== args.length - at - 2) {
    throw new RedisError("ERR The `numfields` parameter must match the number of arguments");
  }
  return at + 2;
}
