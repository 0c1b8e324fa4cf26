import { assertEquals } from "@std/assert";
import { allCommands } from "../../src/commands/mod.ts";
import { ReplyEncoder } from "../../src/resp/encoder.ts";
import { fromBytes, parseReply, type Reply as WireReply } from "../support/resp.ts";
import { Probe } from "./probe.ts";

/** A reply as plain data: maps as objects, sets and arrays as arrays. */
type Plain = null | number | string | Plain[] | { [name: string]: Plain };
type PlainMap = { [name: string]: Plain };

/** A command in the recorded reference. */
interface Recorded {
  flags: string[];
  acl: string[];
  tips: string[];
  keySpecs: PlainMap[];
  arguments?: PlainMap[];
  subcommands?: Record<string, Recorded>;
  [name: string]: unknown;
}

const root = new URL("../../", import.meta.url);

function recorded(version: string): Record<string, Recorded> {
  const url = new URL(`fixtures/reference/commands-${version}.json`, root);
  return JSON.parse(Deno.readTextFileSync(url));
}

/** 7.2 is what this server is compatible with; 7.4 has the commands for fields that expire. */
const newest = recorded("7.4");
const reference: Record<string, Recorded> = { ...newest, ...recorded("7.2"), hscan: newest.hscan };
const names = allCommands.map((command) => command.name);

function plain(reply: WireReply): Plain {
  const items = reply.items?.map(plain);
  if (items === undefined) return reply.type === ":" ? Number(reply.text) : reply.text;
  if (reply.type !== "%") return items;
  const map: PlainMap = {};
  for (let i = 0; i < items.length; i += 2) map[items[i] as string] = items[i + 1];
  return map;
}

const probe = new Probe(allCommands);

/** What a client gets in answer to a command, through the encoder of a protocol. */
function ask(protocol: 2 | 3, ...args: string[]): Plain {
  const encoder = new ReplyEncoder();
  encoder.protocol = protocol;
  encoder.write(probe.execute(probe.client, args));
  const text = fromBytes(encoder.take());
  return plain(parseReply(text));
}

function sorted(words: unknown): Plain {
  return [...words as string[]].sort();
}

/** Argument grammar: the order of flags means nothing. What is displayed was not recorded. */
function grammar(args: readonly PlainMap[]): Plain {
  return args.map(({ display_text: _, ...arg }) => ({
    ...arg,
    ...(arg.flags === undefined ? {} : { flags: sorted(arg.flags) }),
    ...(arg.arguments === undefined ? {} : { arguments: grammar(arg.arguments as PlainMap[]) }),
  }));
}

/** Key specifications; notes are in each server's own words. */
function keySpecs(specs: readonly PlainMap[]): Plain {
  return specs.map(({ notes, flags, ...rest }) => ({
    ...rest,
    flags: sorted(flags),
    noted: notes === undefined ? 0 : 1,
  }));
}

/** The facts of a command as the replies to COMMAND INFO and COMMAND DOCS tell them. */
function factsOf(info: Plain[], docs: PlainMap): PlainMap {
  const [, arity, flags, first, last, step, acl, tips, specs] = info;
  const facts: PlainMap = {
    arity,
    flags: sorted(flags),
    keys: { first, last, step },
    acl: sorted(acl),
    tips: sorted(tips),
    keySpecs: keySpecs(specs as PlainMap[]),
    group: docs.group,
    since: docs.since,
    history: (docs.history as Plain[][] ?? []).map(([version]) => version),
    arguments: grammar(docs.arguments as PlainMap[] ?? []),
    deprecatedSince: docs.deprecated_since ?? null,
    deprecated: (docs.doc_flags as Plain[] ?? []).includes("deprecated") ? 1 : 0,
    hasReplacement: docs.replaced_by === undefined ? 0 : 1,
  };
  return facts;
}

/** The same facts out of the reference. */
function factsIn(recorded: Recorded): PlainMap {
  return {
    arity: recorded.arity as number,
    flags: sorted(recorded.flags),
    keys: recorded.keys as PlainMap,
    acl: sorted(recorded.acl),
    tips: sorted(recorded.tips),
    keySpecs: keySpecs(recorded.keySpecs),
    group: recorded.group as string,
    since: recorded.since as string,
    history: recorded.historyVersions as string[] ?? [],
    arguments: grammar(recorded.arguments ?? []),
    deprecatedSince: recorded.deprecatedSince as string ?? null,
    deprecated: recorded.deprecatedSince === undefined ? 0 : 1,
    hasReplacement: recorded.replacedBy === undefined ? 0 : 1,
  };
}

/** Every command of the replies with its subcommands: its name, INFO and DOCS. */
function* described(): Generator<[string, Plain[], PlainMap]> {
  const docs = ask(3, "COMMAND", "DOCS") as Record<string, PlainMap>;
  for (const info of ask(3, "COMMAND", "INFO") as Plain[][]) {
    const name = info[0] as string;
    yield [name, info, docs[name]];
    const subDocs = docs[name].subcommands as Record<string, PlainMap> ?? {};
    for (const sub of info[9] as Plain[][]) {
      yield [sub[0] as string, sub, subDocs[sub[0] as string]];
    }
  }
}

function find(name: string): Recorded | undefined {
  const [container] = name.split("|");
  return name === container ? reference[name] : reference[container]?.subcommands?.[name];
}

Deno.test("the facts of every command are those of the reference", () => {
  const wrong: string[] = [];
  for (const [name, info, docs] of described()) {
    const facts = find(name);
    if (facts === undefined) {
      wrong.push(`${name}: not in the reference`);
      continue;
    }
    if (!docs.summary) wrong.push(`${name}: no summary`);
    // Also where there is none to tell: XREAD.
    if ((facts.complexity === undefined) !== (docs.complexity === undefined)) {
      wrong.push(`${name}: complexity is ${docs.complexity}`);
    }
    const theirs = factsIn(facts);
    for (const [fact, ours] of Object.entries(factsOf(info, docs))) {
      try {
        assertEquals(ours, theirs[fact]);
      } catch {
        const [got, want] = [ours, theirs[fact]].map((value) => JSON.stringify(value));
        wrong.push(`${name}: ${fact} is ${got}, must be ${want}`);
      }
    }
  }
  assertEquals(wrong, []);
});

/** Arguments that are displayed as something else than their names. */
const DISPLAYED: Record<string, string> = {
  "georadius storekey": "key",
  "georadius storedistkey": "key",
  "georadiusbymember storekey": "key",
  "georadiusbymember storedistkey": "key",
  "sort by-pattern": "pattern",
  "sort get-pattern": "pattern",
  "sort_ro by-pattern": "pattern",
  "sort_ro get-pattern": "pattern",
  "client|kill old-format": "ip:port",
  "client|kill addr": "ip:port",
  "client|kill laddr": "ip:port",
  "xgroup|setid entriesread": "entries-read",
  "migrate auth": "password",
  "migrate keys": "key",
};

Deno.test("every argument without parts says how it is displayed, next to its type", () => {
  const found: Record<string, string> = {};
  const look = (name: string, args: readonly PlainMap[]) => {
    for (const arg of args) {
      if (arg.arguments !== undefined) {
        assertEquals(arg.display_text, undefined);
        look(name, arg.arguments as PlainMap[]);
        continue;
      }
      assertEquals(Object.keys(arg).slice(0, 3), ["name", "type", "display_text"]);
      if (arg.display_text !== arg.name) found[`${name} ${arg.name}`] = arg.display_text as string;
    }
  };
  for (const [name, , docs] of described()) look(name, docs.arguments as PlainMap[] ?? []);
  assertEquals(found, DISPLAYED);
});

Deno.test("what is not for clients is marked", () => {
  const marked = [...described()].filter(([, , docs]) =>
    (docs.doc_flags as Plain[] ?? []).includes("syscmd")
  );
  assertEquals(
    marked.map(([name]) => name).sort(),
    ["debug", "pfdebug", "pfselftest", "replconf", "restore-asking"],
  );
});

Deno.test("no command is defined twice", () => {
  assertEquals(names.length, new Set(names).size);
});

Deno.test("COMMAND DOCS and COMMAND INFO of all commands come in both protocols", () => {
  for (const protocol of [2, 3] as const) {
    const info = ask(protocol, "COMMAND", "INFO") as Plain[][];
    assertEquals(info.map(([name]) => name), names);
    assertEquals(ask(protocol, "COMMAND"), info);
    const docs = ask(protocol, "COMMAND", "DOCS");
    assertEquals(
      Object.keys(docs as PlainMap).length,
      protocol === 3 ? names.length : 2 * names.length,
    );
    for (const name of names) {
      assertEquals(ask(protocol, "COMMAND", "INFO", name), [info[names.indexOf(name)]]);
    }
  }
});

/** What the reference has and this server has not; subcommands as `container|sub`. */
function missing(): string[] {
  const ours = new Map(allCommands.map((command) => [command.name, command]));
  return Object.keys(reference).sort().flatMap((name) => {
    const command = ours.get(name);
    if (command === undefined) return [name];
    return Object.keys(reference[name].subcommands ?? {})
      .filter((sub) => !command.subcommands?.has(sub.slice(sub.indexOf("|") + 1)));
  });
}

const lacking = missing();
Deno.test({
  name: lacking.length === 0
    ? "this server has every command of the reference"
    : `this server lacks ${lacking.length} of the reference's commands: ${lacking.join(" ")}`,
  ignore: lacking.length > 0,
  fn: () => assertEquals(lacking, []),
});
