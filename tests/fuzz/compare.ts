/**
 * When two replies to the same command count as equal: byte by byte, or as one of the tolerances
 * that the command's line names allows. They are those of the conformance cases, and a few more for
 * what cannot be said of random commands one by one.
 *
 * @module
 */

import { DIFFERENCES, isExpected } from "../conformance/differences.ts";
import { canonical, type Tolerance, TOLERANCES } from "../conformance/tolerances.ts";
import { parseReply, type Reply } from "../support/resp.ts";

/** Fields of XINFO that are times, or that only one of the versions has. */
const TIMES = ["idle", "inactive", "seen-time", "active-time"];

/** Whether this is what XINFO says of a consumer that has nothing pending. */
function isIdleConsumer({ items }: Reply): boolean {
  const words = items?.map(({ text }) => text ?? "") ?? [];
  const pending = words.indexOf(words.includes("pel-count") ? "pel-count" : "pending");
  return (words.includes("seen-time") || words.includes("idle")) && words[pending + 1] === "0";
}

/**
 * What XINFO says, without times, and without consumers that have nothing pending: since 7.2 reading
 * makes a consumer even where there is nothing to read.
 */
function withoutTimes(reply: Reply): string {
  const { type, text, items } = reply;
  if (items === undefined) return Number(text) > 1e11 ? "a time" : canonical(reply);
  const kept = items.filter((item, i) => {
    const name = items[i - 1]?.text ?? "";
    return !TIMES.includes(item.text ?? "") && !TIMES.includes(name) && !isIdleConsumer(item) &&
      (name !== "consumers" || item.items !== undefined);
  });
  return `${type}[${kept.map(withoutTimes).join(" ")}]`;
}

/** XPENDING's entries without the time since the delivery. */
function withoutIdle({ items, ...rest }: Reply): string {
  if (items === undefined) return canonical(rest);
  return items.map((entry) => {
    const parts = entry.items ?? [entry];
    return (parts.length === 4 ? parts.toSpliced(2, 1) : parts).map(canonical).join(" ");
  }).join("\n");
}

/** A reply with its numbers in one form. */
function numbers({ type, text, items }: Reply, sorted: boolean): string {
  if (items !== undefined) {
    const parts = items.map((item) => numbers(item, sorted));
    return `${type}[${(sorted ? parts.sort() : parts).join(" ")}]`;
  }
  const number = text === null || text === "" ? NaN : Number(text);
  return `${type}${Number.isNaN(number) ? JSON.stringify(text) : number}`;
}

/** What 7.0 and 7.2 say of the same value; see the differences of the conformance cases. */
const ENCODINGS = [
  "quicklist listpack",
  "hashtable listpack",
  "listpack hashtable",
  "listpack skiplist",
];

function nearDeep(a: Reply, b: Reply, distance: number): boolean {
  if (a.type !== b.type || a.items?.length !== b.items?.length) return false;
  if (a.items !== undefined) {
    return a.items.every((item, i) => nearDeep(item, b.items![i], distance));
  }
  return a.text === b.text || Math.abs(Number(a.text) - Number(b.text)) <= distance;
}

/** Tolerances beside those of the conformance cases. */
const MORE: Record<string, Tolerance> = {
  /** XINFO: any times. */
  streamTimes: ({ oracle, ours }) => withoutTimes(oracle) === withoutTimes(ours),
  /** XPENDING: any times since the delivery. */
  pendingTimes: ({ oracle, ours }) => withoutIdle(oracle) === withoutIdle(ours),
  /** The same numbers, however many digits they are written with; the texts have their own tests. */
  scores: ({ oracle, ours }) => numbers(oracle, false) === numbers(ours, false),
  /** Likewise, with the elements of aggregates in any order. */
  deepScores: ({ oracle, ours }) => numbers(oracle, true) === numbers(ours, true),
  /** The names of encodings, which 7.2 has others of; only where it does. */
  encoding: ({ oracle, ours }) => ENCODINGS.includes(`${oracle.text} ${ours.text}`),
  /** Numbers no further apart than the argument, all the way down. */
  nearDeep: ({ oracle, ours }, argument) => nearDeep(oracle, ours, Number(argument)),
};

/** Whether a line's tolerance (without its tilde) exists. */
export function isTolerance(mark: string): boolean {
  const [name, argument] = mark.split(":");
  return name === "differs" ? argument in DIFFERENCES : name in TOLERANCES || name in MORE;
}

/** Whether our reply is right, given the real server's. */
export function agrees(
  oracle: string,
  ours: string,
  tolerances: readonly string[],
  protocol: 2 | 3,
): boolean {
  if (oracle === ours) return true;
  return tolerances.some((mark) => {
    const [name, argument = ""] = mark.split(":");
    if (name === "differs") return isExpected(argument, ours, protocol);
    const pair = { oracle: parseReply(oracle), ours: parseReply(ours) };
    return (TOLERANCES[name] ?? MORE[name])(pair, argument);
  });
}

function leaves(reply: Reply): string[] {
  return reply.items?.flatMap(leaves) ?? [canonical(reply)];
}

/**
 * Several replies to one command: the same words in any order, as a server walks its channels in no
 * particular one.
 */
export function agreesSeveral(oracle: readonly string[], ours: readonly string[]): boolean {
  const words = (replies: readonly string[]) =>
    replies.flatMap((raw) => leaves(parseReply(raw))).sort().join(" ");
  return oracle.length === ours.length && words(oracle) === words(ours);
}
