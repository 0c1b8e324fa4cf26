/**
 * What may differ between two right answers: the named tolerances of the conformance cases.
 *
 * A tolerance turns each of the two replies into what is compared, or compares them itself. Without
 * one, replies must be equal byte by byte.
 *
 * @module
 */

import type { Reply } from "../support/resp.ts";

/** The real server's reply and ours. */
export interface Pair {
  oracle: Reply;
  ours: Reply;
}

/** True when the pair is right. `argument` is what stands behind the colon in the case. */
export type Tolerance = (pair: Pair, argument: string) => boolean;

/** A reply as one comparable string. */
export function canonical(reply: Reply): string {
  const { type, text, items } = reply;
  if (items !== undefined) return `${type}${items.length}[${items.map(canonical).join(" ")}]`;
  return `${type}${JSON.stringify(text)}`;
}

/** Tolerance out of a function that maps a reply to what is compared. */
function by(project: (reply: Reply, argument: string) => unknown): Tolerance {
  return ({ oracle, ours }, argument) =>
    JSON.stringify(project(oracle, argument)) === JSON.stringify(project(ours, argument));
}

function number(reply: Reply): number {
  if (reply.items?.length === 1) return number(reply.items[0]);
  return reply.text === null || reply.items !== undefined ? NaN : Number(reply.text);
}

/** A copy in which all aggregates are sorted. */
function sortedDeep(reply: Reply): string {
  if (reply.items === undefined) return canonical(reply);
  return `${reply.type}[${reply.items.map(sortedDeep).sort().join(" ")}]`;
}

function pairs(reply: Reply): string[] | string {
  if (reply.items === undefined) return canonical(reply);
  const out: string[] = [];
  for (let i = 0; i + 1 < reply.items.length; i += 2) {
    out.push(`${canonical(reply.items[i])}=${canonical(reply.items[i + 1])}`);
  }
  return [reply.type, `${reply.items.length}`, ...out.sort()];
}

function names(reply: Reply): string[] {
  return (reply.items ?? []).map((item) => item.text ?? canonical(item));
}

/** `name=value` words of a CLIENT LIST line, of CLIENT INFO or the like. */
function clientFields(reply: Reply): Map<string, string>[] {
  const lines = (reply.text ?? "").replace(/^txt:/, "").split("\n").filter((line) => line !== "");
  return lines.map((line) =>
    new Map(
      line.split(" ").map((word) => {
        const at = word.indexOf("=");
        return [word.slice(0, at), word.slice(at + 1)] as const;
      }),
    )
  );
}

/** Fields of a client's line that two servers in the same state agree about. */
const STABLE_CLIENT_FIELDS = [
  ..."name db flags sub psub ssub multi events cmd user redir resp".split(" "),
];

function infoFields(reply: Reply): string[] {
  const text = (reply.text ?? "").replace(/^txt:/, "");
  const fields = text.split("\r\n").map((line) => line.startsWith("#") ? line : line.split(":")[0]);
  // Statistics of single commands are there for those that were called before.
  return fields.filter((name) => !/^(cmdstat|latency_percentiles_usec|errorstat)_/.test(name));
}

/**
 * What is said of users, as 7.0 and 7.2 both say it: without the user's name in a refusal, without
 * `sanitize-payload`, which 7.2 shows always, and with no more of the rules about commands than where
 * they begin, as 7.0 works them out anew. Where the real server is a 7.2, CONFORMANCE_EXACT=1 in the
 * environment compares as it is.
 */
function inWordsOf72(reply: Reply): string {
  if (Deno.env.get("CONFORMANCE_EXACT") === "1") return `${Math.random()}`;
  if (reply.items !== undefined) {
    const items = reply.items.filter(({ text }) => text !== "sanitize-payload");
    return `${reply.type}[${items.map(inWordsOf72).join(" ")}]`;
  }
  return reply.type + (reply.text ?? "")
    .replace(/(this user|User \S+) has no permissions/i, "User has no permissions")
    .replace(/^NOPERM User has no permissions to access one of the (key|channel)s .*/, "NOPERM $1")
    .replace(/^NOPERM No permissions to access a (key|channel)$/, "NOPERM $1")
    .replace(/(^user \S+ .*) sanitize-payload/, "$1")
    .replace(/([-+]@all)( [-+][^ )]+)*/g, "$1");
}

function refusal({ items, text }: Reply): unknown {
  if (items === undefined) return text;
  const shown = ["count", "reason", "context", "object", "username"];
  return shown.map((name) => items[items.findIndex((item) => item.text === name) + 1]?.text);
}

/** Key specifications without their notes, whose wording is each server's own. */
function withoutNotes(reply: Reply): Reply {
  const items = reply.items?.map(withoutNotes);
  const at = items?.findIndex((item) => item.text === "notes") ?? -1;
  if (items !== undefined && at >= 0) items[at + 1] = { type: "$", text: "" };
  return { ...reply, items };
}

function sameShorter(oracle: Reply, ours: Reply): boolean {
  const [a, b] = [oracle.text ?? "", ours.text ?? ""];
  return oracle.type === ours.type && oracle.items?.length === ours.items?.length &&
    (oracle.items ?? []).every((item, i) => sameShorter(item, ours.items![i])) &&
    (a === b || (Number(a) === Number(b) && shortest(b)));
}

/** Has this number no digit too many? */
function shortest(text: string): boolean {
  const digits = (number: string) => number.replace(/e.*|[-+.]/g, "").replace(/^0+|0+$/g, "");
  return digits(text) === digits(String(Number(text)));
}

function fieldNames({ items }: Reply): string[] {
  return (items ?? []).filter((_, i) => i % 2 === 0).map((item) => item.text ?? "");
}

function field({ items }: Reply, name: string): Reply | undefined {
  const at = (items ?? []).findIndex((item, i) => i % 2 === 0 && item.text === name);
  return at < 0 ? undefined : items![at + 1];
}

/** What of one command's documentation is fact and not wording. */
function docFacts(doc: Reply): unknown {
  const names = (list: Reply | undefined): unknown =>
    list?.items?.map((arg) => [field(arg, "name")?.text, names(field(arg, "arguments"))]);
  return [field(doc, "group")?.text, field(doc, "since")?.text, names(field(doc, "arguments"))];
}

/** Fields of XINFO that tell times; two of them are new in 7.2. */
const STREAM_TIMES = ["seen-time", "active-time", "idle", "inactive"];

/** A reply of XINFO without times. */
function withoutTimes({ type, text, items }: Reply): unknown {
  if (items === undefined) return [type, type === ":" && text!.length > 11 ? "time" : text];
  const out: unknown[] = [];
  for (let i = 0; i < items.length; i++) {
    if (STREAM_TIMES.includes(items[i].text ?? "") && items[i + 1]?.type === ":") i++;
    else out.push(withoutTimes(items[i]));
  }
  return [type, out];
}

/** All tolerances by the name that cases use. */
export const TOLERANCES: Record<string, Tolerance> = {
  /** The elements in any order. */
  unordered: by(({ type, text, items }) => [type, text, items?.map(canonical).sort()]),
  /** Aggregates within the reply in any order, too. */
  deep: by(sortedDeep),
  /** A map, or a flat list of names and values, in any order. */
  pairs: by(pairs),
  /** Numbers no further apart than the argument. */
  near: ({ oracle, ours }, argument) =>
    oracle.type === ours.type && Math.abs(number(oracle) - number(ours)) <= Number(argument),
  /** Any integer (or a number as text) on both sides. */
  int: by((reply) => [reply.type, Number.isInteger(number(reply))]),
  /**
   * The same values, numbers being as short as they can: since 7.2 doubles are written with the
   * fewest digits that read back as the same number, before with up to 17.
   */
  shortDoubles: ({ oracle, ours }) => sameShorter(oracle, ours),
  /** Only the kind of the reply counts: its marker, and whether it is null. */
  type: by(({ type, text, items }) => [type, text === null, items !== undefined]),
  /** Errors with the same first word; the rest of the text is free. */
  errorCode: by(({ type, text }) => [type, text?.split(" ")[0]]),
  /** Any element of the list in the argument (`a,b,c`) on both sides. */
  oneOf: by(({ type, text }, argument) => [type, argument.split(",").includes(text ?? "")]),
  /** Aggregates of the same length. */
  size: by(({ type, items }) => [type, items?.length]),
  /** The same kinds of value all the way down, whatever they are. */
  shape: by((reply) => {
    const shape = ({ type, items }: Reply): unknown => items ? [type, items.map(shape)] : type;
    return shape(reply);
  }),
  /** Numbers and hexadecimal addresses within the text are free, and its lines in any order. */
  digits: by(({ type, text, items }) => {
    const lines = (text ?? canonical({ type, text, items })).split("\n").sort();
    return [type, lines.map((line) => line.replace(/0x[0-9a-f]+|-?\d+(\.\d+)?/g, "#"))];
  }),
  /** Words `name:value` with the same names; those in the argument (`a,b`) may be missing. */
  words: by(({ type, text }, argument) => {
    const all = (text ?? "").split(" ").map((word) => word.split(":")[0]);
    return [type, all.filter((name) => !argument.split(",").includes(name))];
  }),
  /** Ours has every element of the real server's list. */
  superset: ({ oracle, ours }) => {
    const have = new Set(names(ours));
    return oracle.type === ours.type && names(oracle).every((name) => have.has(name));
  },
  /** Ours has no element that the real server's list has not, but for those in the argument. */
  subset: ({ oracle, ours }, argument) => {
    const known = new Set([...names(oracle), ...argument.split(",")]);
    return oracle.type === ours.type && names(ours).every((name) => known.has(name));
  },
  /** Maps (or flat lists) with the same names, whatever the values. */
  keys: by(({ type, items }) => [type, items?.filter((_, i) => i % 2 === 0).map(canonical)]),
  /** Like `keys`, but ours may have more names, and may lack those in the argument (`a,b`). */
  nameSuperset: ({ oracle, ours }, argument) => {
    const free = new Set([...fieldNames(ours), ...argument.split(",")]);
    return oracle.type === ours.type && fieldNames(oracle).every((name) => free.has(name));
  },
  /**
   * COMMAND INFO: flags and ACL categories in any order, notes in own words; no tips, as they were reworked in 7.2; of
   * the subcommands only the names, and ours may have more.
   */
  commandInfo: ({ oracle, ours }) => {
    if (oracle.items?.length !== ours.items?.length) return false;
    return (oracle.items ?? []).every((theirs, i) => {
      const mine = ours.items![i];
      if (theirs.items === undefined || mine.items === undefined) {
        return canonical(theirs) === canonical(mine);
      }
      const facts = ({ items }: Reply) =>
        [0, 1, 2, 3, 4, 5, 6, 8].map((at) => sortedDeep(withoutNotes(items![at])));
      const children = ({ items }: Reply) => items![9].items!.map(({ items }) => items![0].text);
      const have = new Set(children(mine));
      return mine.items.length === theirs.items.length &&
        JSON.stringify(facts(theirs)) === JSON.stringify(facts(mine)) &&
        children(theirs).every((name) => have.has(name));
    });
  },
  /** COMMAND DOCS: the same commands with the same group, since, and names of arguments. */
  docs: by((reply) => (reply.items ?? []).map((item) => item.items ? docFacts(item) : item.text)),
  /** HELLO: all but the server's version and the connection's id. */
  hello: by((reply) => {
    const facts = ({ type, items, text }: Reply): unknown => {
      const free = (i: number) => ["version", "id"].includes(items?.[i - 1]?.text ?? "");
      return [type, text, items?.map((item, i) => free(i) ? item.type : facts(item))];
    };
    return facts(reply);
  }),
  /** XINFO: all but the times of consumers and of deliveries. */
  streamInfo: by(withoutTimes),
  /** The long form of XPENDING: idle times by full seconds. */
  pending: by(({ type, text, items }) => [
    type,
    text,
    items?.map(({ items }) =>
      items?.map((part, i) => i === 2 ? Math.floor(number(part) / 1000) : canonical(part))
    ),
  ]),
  /** HELP: the wording is each server's own; its first line and its form are not. */
  help: by(({ type, items }) => [
    type,
    items?.[0].text,
    items?.every((item) => item.type === "+"),
    items?.slice(-2)[0].text,
  ]),
  /** What 7.0 says of users in the words of 7.2, whose rules about commands stay as given. */
  acl: by(inWordsOf72),
  /** ACL LOG: without the times, and the fields that are new in 7.2. */
  acllog: by((reply) => (reply.items ?? [reply]).map(refusal)),
  /** CLIENT LIST and CLIENT INFO: every field of the real server's, the stable ones equal. */
  client: ({ oracle, ours }) => {
    const [theirs, mine] = [clientFields(oracle), clientFields(ours)];
    return oracle.type === ours.type && theirs.length === mine.length &&
      theirs.every((fields, i) =>
        [...fields.keys()].every((name) => mine[i].has(name)) &&
        STABLE_CLIENT_FIELDS.every((name) => fields.get(name) === mine[i].get(name))
      );
  },
  /** INFO: every section and field of the real server's, whatever the values. */
  infoFields: ({ oracle, ours }, argument) => {
    const have = new Set([...infoFields(ours), ...argument.split(",")]);
    return oracle.type === ours.type && infoFields(oracle).every((name) => have.has(name));
  },
};
