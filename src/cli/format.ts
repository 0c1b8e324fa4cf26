/**
 * Replies as redis-cli prints them: for people (`standard`), for pipes (`raw`), as CSV, as JSON.
 *
 * Each function returns exactly the bytes to be written. Only JSON's strings are meant to be text;
 * all other forms pass bytes through or escape them.
 *
 * Where redis-cli 7.0 gives up (big numbers, attributes), this prints: a big number as its digits, an
 * attribute in the standard form as a map whose marker is `|`, before what it belongs to.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { quoteBytes } from "../bytes/repr.ts";
import type { ClientReply } from "./reply_parser.ts";

/** How replies are printed. */
export type OutputMode = "standard" | "raw" | "csv" | "json" | "quoted-json";

/** What goes between things in the raw form. */
export interface Delimiters {
  /** Between the items of one reply (`-d`). */
  item: ByteString;
  /** Behind each reply (`-D`). */
  reply: ByteString;
}

/** One reply with its line end (in the raw form: with the delimiter between replies). */
export function formatReply(
  reply: ClientReply,
  mode: OutputMode,
  delimiters: Delimiters,
): ByteString {
  switch (mode) {
    case "standard":
      return formatStandard(reply);
    case "raw":
      return formatRaw(reply, delimiters.item) + delimiters.reply;
    case "csv":
      return formatCsv(reply) + "\n";
    case "json":
      return formatJson(reply, jsonString) + "\n";
    case "quoted-json":
      return formatJson(reply, quotedJsonString) + "\n";
  }
}

const MARKERS = { array: ")", set: "~", push: ")", map: "#", attribute: "|" };
const EMPTY = {
  array: "(empty array)\n",
  set: "(empty set)\n",
  push: "(empty push)\n",
  map: "(empty hash)\n",
};

/**
 * The form for people. Always ends in a line end.
 *
 * @param indent the spaces in front of every line but the first
 */
export function formatStandard(reply: ClientReply, indent = ""): ByteString {
  if (reply.attributes !== undefined && reply.attributes.length > 0) {
    const bare = { ...reply, attributes: undefined };
    return pairs(reply.attributes, MARKERS.attribute, indent) + indent +
      formatStandard(bare, indent);
  }
  switch (reply.type) {
    case "error":
      return `(error) ${reply.value}\n`;
    case "status":
    case "verbatim":
      return reply.value + "\n";
    case "string":
      return quoteBytes(reply.value) + "\n";
    case "integer":
      return `(integer) ${reply.value}\n`;
    case "double":
      return `(double) ${reply.value}\n`;
    case "bignum":
      return `(big number) ${reply.value}\n`;
    case "bool":
      return reply.value ? "(true)\n" : "(false)\n";
    case "nil":
      return "(nil)\n";
    case "map":
      if (reply.items.length === 0) return EMPTY.map;
      return pairs(reply.items, MARKERS.map, indent);
    default:
      if (reply.items.length === 0) return EMPTY[reply.type];
      return list(reply.items, MARKERS[reply.type], indent);
  }
}

/** Numbered items, the numbers set flush right. */
function list(items: ClientReply[], marker: string, indent: string): ByteString {
  const width = String(items.length).length;
  const inner = indent + " ".repeat(width + 2);
  let out = "";
  for (let i = 0; i < items.length; i++) {
    if (i > 0) out += indent;
    out += `${String(i + 1).padStart(width)}${marker} ${formatStandard(items[i], inner)}`;
  }
  return out;
}

/** Numbered pairs. A value of several lines begins on a line of its own. */
function pairs(flat: ClientReply[], marker: string, indent: string): ByteString {
  const count = flat.length / 2;
  const width = String(count).length;
  const inner = indent + " ".repeat(width + 2);
  let out = "";
  for (let i = 0; i < count; i++) {
    if (i > 0) out += indent;
    const key = formatStandard(flat[2 * i], inner).slice(0, -1);
    const value = flat[2 * i + 1];
    const lead = hasRows(value) ? "\n" + inner : "";
    out += `${String(i + 1).padStart(width)}${marker} ${key} => ${lead}${
      formatStandard(value, inner)
    }`;
  }
  return out;
}

/** Whether a value is shown in several numbered rows, be it further inside. */
function hasRows(reply: ClientReply): boolean {
  if (!("items" in reply) || reply.items.length === 0) return false;
  const rows = reply.type === "map" ? reply.items.length / 2 : reply.items.length;
  return rows > 1 || hasRows(reply.items[reply.items.length - 1]);
}

/** The bare bytes, without quotes or numbers; items parted by `delimiter`; no line end. */
export function formatRaw(reply: ClientReply, delimiter: ByteString): ByteString {
  switch (reply.type) {
    case "nil":
      return "";
    case "error":
      return reply.value + "\n";
    case "bool":
      return reply.value ? "(true)" : "(false)";
    case "map": {
      const lines: ByteString[] = [];
      for (let i = 0; i < reply.items.length; i += 2) {
        const [key, value] = [reply.items[i], reply.items[i + 1]];
        lines.push(`${formatRaw(key, delimiter)} ${formatRaw(value, delimiter)}`);
      }
      return lines.join(delimiter);
    }
    case "array":
    case "set":
    case "push":
      return reply.items.map((item) => formatRaw(item, delimiter)).join(delimiter);
    default:
      return String(reply.value);
  }
}

/** One line of comma-separated values, without its line end. Nested items are flattened. */
export function formatCsv(reply: ClientReply): ByteString {
  switch (reply.type) {
    case "error":
      return "ERROR," + quoteBytes(reply.value);
    case "status":
    case "string":
    case "verbatim":
      return quoteBytes(reply.value);
    case "nil":
      return "NULL";
    case "integer":
    case "double":
    case "bignum":
    case "bool":
      return String(reply.value);
    default:
      return reply.items.map(formatCsv).join(",");
  }
}

/** One line of JSON, without its line end; `quote` makes a JSON string of bytes. */
function formatJson(reply: ClientReply, quote: (value: ByteString) => ByteString): ByteString {
  switch (reply.type) {
    case "error":
      return "error:" + quote(reply.value);
    case "status":
    case "string":
    case "verbatim":
      return quote(reply.value);
    case "nil":
      return "null";
    case "integer":
    case "double":
    case "bignum":
    case "bool":
      return String(reply.value);
    case "map": {
      const members: ByteString[] = [];
      for (let i = 0; i < reply.items.length; i += 2) {
        const key = formatJson(reply.items[i], quote);
        // A key that is no string is written as the string of its JSON form.
        const isText = key[0] === '"' || reply.items[i].type === "error";
        members.push(`${isText ? key : `"${key}"`}:${formatJson(reply.items[i + 1], quote)}`);
      }
      return `{${members.join(",")}}`;
    }
    default:
      return `[${reply.items.map((item) => formatJson(item, quote)).join(",")}]`;
  }
}

const JSON_ESCAPES: Record<string, string> = {
  '"': '\\"',
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\b": "\\b",
  "\f": "\\f",
};

/** Bytes taken as UTF-8 text: quotes, backslashes and control chars escaped, the rest as it is. */
function jsonString(value: ByteString): ByteString {
  // deno-lint-ignore no-control-regex -- control chars are what must be escaped
  return '"' + value.replace(/["\\\x00-\x1f]/g, (char) => {
    return JSON_ESCAPES[char] ?? "\\u" + char.charCodeAt(0).toString(16).padStart(4, "0");
  }) + '"';
}

/** The quoted form with each backslash doubled, so that JSON's reader gives the quoted form back. */
function quotedJsonString(value: ByteString): ByteString {
  return quoteBytes(value).replaceAll("\\", "\\\\");
}

/**
 * A push message that came between replies: an invalidation of client-side caching on one line of its
 * own in the standard form, anything else like a reply.
 */
export function formatPush(
  push: ClientReply,
  mode: OutputMode,
  delimiters: Delimiters,
): ByteString {
  if (mode === "standard" && push.type === "push" && push.items.length === 2) {
    const [kind, keys] = push.items;
    if (
      kind.type === "string" && kind.value === "invalidate" && keys.type === "array" &&
      keys.items.every((key) => key.type === "string")
    ) {
      const names = keys.items.map((key) => `'${formatRaw(key, "")}'`);
      return `-> invalidate: ${names.join(", ")}\n`;
    }
  }
  return formatReply(push, mode, delimiters);
}
