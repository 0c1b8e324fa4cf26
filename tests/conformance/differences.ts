/**
 * Where Redeno follows Redis 7.2 (or 7.4) and the real server that the cases run against, 7.0, does
 * not: each difference by name, with its reason and with the reply that is right. A case marks the
 * command with `~differs:name`; its reply must then be the one here, whatever the real server says.
 *
 * @module
 */

/** A reply (one char a byte), a pattern for it, or one for each protocol. */
export type Expected = string | RegExp | { 2: string | RegExp; 3: string | RegExp };

/** One intended difference. */
export interface Difference {
  why: string;
  /** What Redeno must reply. */
  reply: Expected;
}

/** All intended differences by name. */
export const DIFFERENCES: Record<string, Difference> = {
  "ok": {
    why: "a subcommand that is new in 7.2 (CLIENT SETINFO, CLIENT NO-TOUCH)",
    reply: "+OK\r\n",
  },
  "syntax": {
    why: "an option or a subcommand that is new in 7.2",
    reply: "-ERR syntax error\r\n",
  },
  "setinfo-arity": {
    why: "CLIENT SETINFO is new in 7.2",
    reply: "-ERR wrong number of arguments for 'client|setinfo' command\r\n",
  },
  "setinfo-option": {
    why: "CLIENT SETINFO is new in 7.2",
    reply: "-ERR Unrecognized option 'bogus'\r\n",
  },
  "setinfo-name": {
    why: "CLIENT SETINFO is new in 7.2",
    reply: "-ERR lib-name cannot contain spaces, newlines or special characters.\r\n",
  },
  "setinfo-ver": {
    why: "CLIENT SETINFO is new in 7.2",
    reply: "-ERR lib-ver cannot contain spaces, newlines or special characters.\r\n",
  },
  "info-lib-name": {
    why: "the fields lib-name and lib-ver are new in 7.2",
    reply: / lib-name=me lib-ver=\n\r\n$/,
  },
  "no-touch-arity": {
    why: "CLIENT NO-TOUCH is new in 7.2",
    reply: "-ERR wrong number of arguments for 'client|no-touch' command\r\n",
  },
  "list-listpack": {
    why: "since 7.2 a list that fits one node is a listpack; 7.0 knows quicklists only",
    reply: "$8\r\nlistpack\r\n",
  },
  "set-listpack": {
    why: "since 7.2 a small set of strings is a listpack; in 7.0 it is a hash table",
    reply: "$8\r\nlistpack\r\n",
  },
};

/** Is this reply the one that the named difference asks for? */
export function isExpected(name: string, raw: string, protocol: 2 | 3): boolean {
  const { reply } = DIFFERENCES[name];
  const expected = typeof reply === "string" || reply instanceof RegExp ? reply : reply[protocol];
  return typeof expected === "string" ? raw === expected : expected.test(raw);
}
