/** The table of directives, against what a running Redis 7.2 showed. */

import { assert, assertEquals } from "@std/assert";
import { Config } from "../../src/config/config.ts";
import { propertyName } from "../../src/config/directive.ts";
import { directivesMarkdown, helpText } from "../../src/config/help.ts";
import {
  DIRECTIVES,
  inertDirectives,
  NAMES,
  refusingDirectives,
  TOPICS,
} from "../../src/config/table.ts";
import { EventClass } from "../../src/keyspace/events.ts";
import { ALL_EVENTS, eventClasses } from "../../src/config/special.ts";
import { REPOSITORY } from "../support/servers.ts";

/** Names and values of CONFIG GET * in Redis 7.2.6. */
const recorded = new Map(
  Deno.readTextFileSync(`${REPOSITORY}fixtures/reference/config-7.2.tsv`)
    .split("\n").filter((line) => line !== "").map((line) => line.split("\t") as [string, string]),
);

/** Where the recording does not show a default, or where this server has one of its own. */
const OWN: Record<string, string> = {
  bind: "127.0.0.1 -::1",
  daemonize: "no",
  dir: "/",
  pidfile: "",
  port: "6379",
  save: "3600 1 300 100 60 10000",
};

/** Directives that only this server has, with their defaults. */
const ADDED: Record<string, string> = {
  "rdb-version": "11",
};

Deno.test("every directive of Redis 7.2 is there, and none but our own beside them", () => {
  const names = NAMES.filter(({ directive }) => !directive.hidden).map(({ name }) => name);
  assertEquals(names.sort(), [...recorded.keys(), ...Object.keys(ADDED)].sort());
});

Deno.test("names are unique, in lower case, and so are the properties", () => {
  const names = NAMES.map(({ name }) => name);
  assertEquals(new Set(names).size, names.length);
  for (const name of names) assertEquals(name, name.toLowerCase());
  const properties = DIRECTIVES.map(({ name }) => propertyName(name));
  assertEquals(new Set(properties).size, properties.length);
});

Deno.test("defaults are those of Redis 7.2", () => {
  for (const { name, directive } of NAMES) {
    if (directive.hidden) continue;
    assertEquals(directive.fallback.text, OWN[name] ?? ADDED[name] ?? recorded.get(name), name);
  }
});

Deno.test("every default is a value that its own kind reads back to the same text", () => {
  for (const { name, kind, fallback, check, refuse } of DIRECTIVES) {
    const { text, value } = fallback;
    if (name === "replicaof") continue;
    const words = kind.multi ? (text === "" ? [] : text.split(" ")) : [text];
    const context = { current: value, starting: true, repeated: false };
    assertEquals(kind.parse(words, context).text, text, name);
    assertEquals(check(value), null, name);
    assert(refuse === null || !refuse.when(value), name);
  }
});

Deno.test("the values are typed and named after the directives", () => {
  const { values } = new Config();
  const size: number = values.protoMaxBulkLen;
  const level: "debug" | "verbose" | "notice" | "warning" | "nothing" = values.loglevel;
  const addresses: readonly string[] = values.bind;
  const password: string = values.requirepass;
  assertEquals([size, level, password], [536870912, "notice", ""]);
  assertEquals(addresses, ["127.0.0.1", "-::1"]);
  assertEquals(values.clientOutputBufferLimit.pubsub, {
    hard: 33554432,
    soft: 8388608,
    seconds: 60,
  });
  assertEquals(values.save[0], { seconds: 3600, changes: 1 });
  assertEquals(values.unixsocketperm, 0);
  assertEquals(values.aofRewriteCpulist, "");
  assertEquals(values.replicaof, null);
  assertEquals(values.shutdownOnSigint, []);
});

Deno.test("the bits of notify-keyspace-events are the keyspace's event classes", () => {
  const letters = {
    K: "KEYSPACE",
    E: "KEYEVENT",
    g: "GENERIC",
    $: "STRING",
    l: "LIST",
    s: "SET",
    h: "HASH",
    z: "ZSET",
    x: "EXPIRED",
    e: "EVICTED",
    t: "STREAM",
    m: "KEY_MISS",
    d: "MODULE",
    n: "NEW",
  } as const;
  const context = { current: 0, starting: false, repeated: false };
  for (const [letter, name] of Object.entries(letters)) {
    assertEquals(eventClasses.parse([letter], context).value, EventClass[name], letter);
  }
  assertEquals(eventClasses.parse(["g$lshzxetd"], context), { value: ALL_EVENTS, text: "A" });
});

Deno.test("each directive acts, is listed as inert, or is hidden; refusals say why", () => {
  const inert = new Set(inertDirectives().map(({ name }) => name));
  for (const { name, acts, hidden, refuse } of DIRECTIVES) {
    assertEquals(inert.has(name), !acts && !hidden, name);
    if (refuse !== null) assert(acts, `${name} refuses values, so it acts`);
  }
  for (const { name, message } of refusingDirectives()) assert(message.length > 10, name);
});

Deno.test("the help and the README's tables name every directive that is not hidden", () => {
  const help = helpText("redeno");
  const markdown = directivesMarkdown();
  for (const { name, hidden, doc } of DIRECTIVES) {
    assert(doc.length > 3 && !doc.endsWith(".") && /^[A-Z]/.test(doc), `${name}: ${doc}`);
    assertEquals(help.includes(`  --${name} `), !hidden, name);
    assertEquals(markdown.includes(`\n| \`${name}\``), !hidden, name);
  }
  for (const { title } of TOPICS) assert(help.includes(`\n${title}\n`), title);
  assert(help.includes("--rename-command <name> <name>"));
  for (const line of help.split("\n")) assert(line.length <= 200, line);
});
