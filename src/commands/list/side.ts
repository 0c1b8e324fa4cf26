/**
 * The two ends of a list, as commands name them.
 *
 * @module
 */

import { type ByteString } from "../../bytes/bytes.ts";
import { syntaxError } from "../../resp/reply.ts";
import { isWord } from "../parse.ts";

/** An end of a list: its head is left. */
export type Side = "left" | "right";

/**
 * Read LEFT or RIGHT.
 *
 * @throws RedisError a syntax error
 */
export function parseSide(text: ByteString): Side {
  if (isWord(text, "LEFT")) return "left";
  if (isWord(text, "RIGHT")) return "right";
  throw syntaxError();
}
