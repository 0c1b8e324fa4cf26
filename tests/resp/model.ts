/**
 * The request protocol once more, written for clarity alone: it sees the whole stream at once, goes
 * through it line by line and copies freely. The decoder's tests compare against it.
 *
 * @module
 */

import { splitArgs } from "../../src/bytes/split_args.ts";

/** What a whole stream decodes to. */
export interface Decoded {
  commands: string[][];
  error: string | null;
}

/** The limits that the model knows. */
export interface ModelLimits {
  maxBulkLength: number;
  authenticated: boolean;
}

const MAX_LINE = 65536;

/**
 * How much of a line waits for its end, at most, when the stream comes in pieces: what came in
 * before the piece with the end.
 */
function waiting(at: number, end: number, piece: number): number {
  return Math.floor(end / piece) * piece - at;
}

/** A line from `at` up to `mark`: "wait" when it is not complete, "long" when it never may be. */
function line(
  stream: string,
  at: number,
  mark: "\n" | "\r",
  piece: number,
): string | "wait" | "long" {
  let end = stream.indexOf(mark, at);
  const nul = stream.indexOf("\0", at);
  if (nul >= 0 && nul < end) end = -1;
  if (end < 0) return stream.length - at > MAX_LINE ? "long" : "wait";
  if (mark === "\r" && end + 1 === stream.length) return waitsForNewline(at, end, piece);
  return waiting(at, end, piece) > MAX_LINE ? "long" : " " + stream.slice(at, end);
}

function integer(text: string): bigint | null {
  if (!/^(0|-?[1-9][0-9]{0,18})$/.test(text)) return null;
  const value = BigInt(text);
  return value === BigInt.asIntN(64, value) ? value : null;
}

/** The end of a line has come but for the char behind `\r`, which is not measured any more. */
function waitsForNewline(at: number, end: number, piece: number): "wait" | "long" {
  return waiting(at, end, piece) > MAX_LINE ? "long" : "wait";
}

/**
 * Decode a whole stream of bytes (one char each).
 *
 * @param piece the size of the pieces that it comes in: a line is too long only while it waits
 */
export function decodeAll(
  stream: string,
  limits: ModelLimits,
  piece = Math.max(1, stream.length),
): Decoded {
  const commands: string[][] = [];
  const stop = (error: string | null) => ({
    commands,
    error: error === null ? null : `Protocol error: ${error}`,
  });
  let at = 0;
  while (at < stream.length) {
    if (stream[at] !== "*") {
      const found = line(stream, at, "\n", piece);
      if (found === "wait") return stop(null);
      if (found === "long") return stop("too big inline request");
      const text = found.slice(1);
      at += text.length + 1;
      const words = splitArgs(text.endsWith("\r") ? text.slice(0, -1) : text);
      if (words === null) return stop("unbalanced quotes in request");
      if (words.length > 0) commands.push(words);
      continue;
    }
    const head = line(stream, at, "\r", piece);
    if (head === "wait") return stop(null);
    if (head === "long") return stop("too big mbulk count string");
    const count = integer(head.slice(2));
    if (count === null || count > 2147483647n) return stop("invalid multibulk length");
    if (count > 10n && !limits.authenticated) return stop("unauthenticated multibulk length");
    at += head.length + 1;
    if (count <= 0n) continue;
    const args: string[] = [];
    while (args.length < Number(count)) {
      if (at >= stream.length) return stop(null);
      const found = line(stream, at, "\r", piece);
      if (found === "wait") return stop(null);
      if (found === "long") return stop("too big bulk count string");
      if (found[1] !== "$") {
        const got = stream[at] === "\r" || stream[at] === "\n" ? " " : stream[at];
        return stop(`expected '$', got '${got}'`);
      }
      const length = integer(found.slice(2));
      if (length === null || length < 0n || length > BigInt(limits.maxBulkLength)) {
        return stop("invalid bulk length");
      }
      if (length > 16384n && !limits.authenticated) return stop("unauthenticated bulk length");
      at += found.length + 1;
      if (at + Number(length) + 2 > stream.length) return stop(null);
      args.push(stream.slice(at, at + Number(length)));
      at += Number(length) + 2;
    }
    commands.push(args);
  }
  return stop(null);
}
