/**
 * The rules of the tree, checked over `main.ts` and all of `src`: imports, type imports too, go
 * down the rooms only, nothing imports itself in a circle at run time, handlers know no socket and no
 * encoder, time comes from the clock alone, and no file is longer than 600 lines.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { findCycle, type Import, parseImports, withoutComments } from "./support/imports.ts";
import { REPOSITORY } from "./support/servers.ts";

/**
 * The rooms: folders (or files) of `src`, from the lowest to the highest. Imports, type imports too, go
 * down only.
 */
const LAYERS = [
  "version.ts",
  "types",
  "clock",
  "bytes",
  "log",
  "config",
  "resp",
  "values",
  "keyspace",
  "rdb",
  "journal",
  "aof",
  "datatypes",
  "transport",
  "command",
  "acl",
  "session",
  "observe",
  "execution",
  "pubsub",
  "migration",
  "persistence",
  "replication",
  "scripting",
  "commands",
  "net",
  "lifecycle",
  "parts.ts",
  "server.ts",
  "mod.ts",
  "cli",
  "tools",
  "serve.ts",
  "main.ts",
];

/** How high a room lies. */
function layerOf(folder: string): number {
  return LAYERS.indexOf(folder);
}

/** Folders that may import from these alone (beside themselves). */
const ONLY: Record<string, string[]> = {
  bytes: [],
  clock: [],
  resp: ["bytes"],
  config: ["bytes"],
  cli: ["bytes", "clock", "resp", "config", "transport", "command", "commands", "version.ts"],
};

/** Folders that may ask the machine for the time. */
const TIMED = ["clock", "cli", "net", "transport", "log"];

const LINES = 600;

interface Module {
  path: string;
  folder: string;
  source: string;
  imports: (Import & { target: string | undefined })[];
}

/** First folder below `src`, or the file itself when it lies at the top. */
function folderOf(path: string): string {
  return path.replace(/^src\//, "").split("/")[0];
}

/** A module by its path from the repository's root. */
function parse(path: string, source: string): Module {
  const imports = parseImports(source).map((item) => {
    if (!item.specifier.startsWith(".")) return { ...item, target: undefined };
    return { ...item, target: new URL(item.specifier, `file:///${path}`).pathname.slice(1) };
  });
  return { path, folder: folderOf(path), source, imports };
}

async function readModules(): Promise<Module[]> {
  const modules: Module[] = [];
  const walk = async (folder: string) => {
    for await (const entry of Deno.readDir(`${REPOSITORY}${folder}`)) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory) await walk(path);
      else if (/(?<!\.d)\.ts$/.test(path)) {
        modules.push(parse(path, await Deno.readTextFile(`${REPOSITORY}${path}`)));
      }
    }
  };
  await walk("src");
  modules.push(parse("main.ts", await Deno.readTextFile(`${REPOSITORY}main.ts`)));
  return modules.sort((a, b) => a.path < b.path ? -1 : 1);
}

function importFaults({ path, folder, imports }: Module): string[] {
  const faults: string[] = [];
  if (layerOf(folder) < 0) return [`${path}: its folder is in no layer; see LAYERS in this test`];
  for (const { target, specifier } of imports) {
    if (target === undefined) continue;
    const to = folderOf(target);
    const say = (fault: string) => faults.push(`${path}: ${fault} (${specifier})`);
    if (!target.startsWith("src/")) say("imports from outside src");
    else if (layerOf(to) > layerOf(folder)) say(`${folder} imports ${to}, which lies above it`);
    else if (folder in ONLY && to !== folder && !ONLY[folder].includes(to)) {
      say(`${folder} may import ${ONLY[folder].join(", ") || "nothing"} and not ${to}`);
    } else if (folder === "commands" && /^src\/resp\/.*encod/.test(target)) {
      say("a handler knows no encoder");
    }
  }
  return faults;
}

function timeFaults({ path, folder, source }: Module): string[] {
  if (TIMED.includes(folder)) return [];
  // A name in quotes is text (INFO names the clock that is used), not a call.
  const asks =
    /\b(Date\.now|new Date(?=\(\))|performance\.(?:now|timeOrigin)|setTimeout|setInterval)\b(?!")/;
  return withoutComments(source).split("\n").flatMap((line, i) => {
    const match = asks.exec(line);
    return match === null ? [] : [`${path}:${i + 1}: ${match[1]} outside the clock`];
  });
}

/** Sockets are opened in `transport` alone. */
function socketFaults({ path, folder, source }: Module): string[] {
  if (folder === "transport") return [];
  const opens = /\bDeno\.(connect|connectTls|listen|listenTls|listenDatagram|startTls)\b/;
  return withoutComments(source).split("\n").flatMap((line, i) => {
    const match = opens.exec(line);
    return match === null ? [] : [`${path}:${i + 1}: Deno.${match[1]} outside the transports`];
  });
}

function runtimeGraph(modules: Module[]): Map<string, string[]> {
  return new Map(modules.map(({ path, imports }) => [
    path,
    imports.flatMap(({ target, typeOnly }) => target === undefined || typeOnly ? [] : [target]),
  ]));
}

Deno.test("architecture: imports never point to a higher layer", async () => {
  assertEquals((await readModules()).flatMap(importFaults), []);
});

Deno.test("architecture: no module imports itself in a circle at run time", async () => {
  assertEquals(findCycle(runtimeGraph(await readModules())), undefined);
});

Deno.test("architecture: time comes from the clock alone", async () => {
  assertEquals((await readModules()).flatMap(timeFaults), []);
});

Deno.test("architecture: sockets are opened by the transports alone", async () => {
  assertEquals((await readModules()).flatMap(socketFaults), []);
});

Deno.test(`architecture: no file of src is longer than ${LINES} lines`, async () => {
  const long = (await readModules()).map(({ path, source }) => ({
    path,
    lines: source.split("\n").length - 1,
  })).filter(({ lines }) => lines > LINES);
  assertEquals(long, []);
});

Deno.test("architecture: the checks see what they are for", () => {
  const faults = (path: string, source: string) => importFaults(parse(path, source)).length;
  assertEquals(faults("src/values/a.ts", `import { b } from "../keyspace/b.ts";\n`), 1);
  assertEquals(faults("src/values/a.ts", `import type { b } from "../keyspace/b.ts";\n`), 1);
  assertEquals(faults("src/values/a.ts", `export * from "../../main.ts";\n`), 1);
  assertEquals(faults("src/values/a.ts", `const b = await import("../net/b.ts");\n`), 1);
  assertEquals(faults("src/resp/a.ts", `import { b } from "../clock/b.ts";\n`), 1);
  assertEquals(faults("src/commands/a.ts", `import { b } from "../resp/encoder.ts";\n`), 1);
  assertEquals(faults("src/session/a.ts", `import type { b } from "../execution/b.ts";\n`), 1);
  assertEquals(faults("src/execution/a.ts", `import type { b } from "../session/b.ts";\n`), 0);
  assertEquals(faults("src/nowhere/a.ts", ""), 1);
  assertEquals(faults("src/keyspace/a.ts", `import { b } from "../values/b.ts";\n`), 0);
  assertEquals(faults("src/keyspace/a.ts", ` * import { b } from "../net/b.ts";\n`), 0);
  assertEquals(
    parseImports(
      `import {\n  type A,\n  type B,\n} from "./a.ts";\nimport b, { type C } from "b";\n`,
    ),
    [{ specifier: "./a.ts", typeOnly: true }, { specifier: "b", typeOnly: false }],
  );
  const graph = runtimeGraph([
    parse("src/values/a.ts", `import { b } from "./b.ts";\n`),
    parse("src/values/b.ts", `import { a } from "./a.ts";\n`),
  ]);
  assertEquals(findCycle(graph), ["src/values/a.ts", "src/values/b.ts", "src/values/a.ts"]);
  const timed = parse("src/values/a.ts", "// Date.now()\nconst t = Date.now();\n");
  assertEquals(timeFaults(timed), ["src/values/a.ts:2: Date.now outside the clock"]);
  const dials = "// Deno.listen()\nconst c = await Deno.connectTls({ port: 1 });\n";
  assertEquals(socketFaults(parse("src/cli/a.ts", dials)), [
    "src/cli/a.ts:2: Deno.connectTls outside the transports",
  ]);
  assertEquals(socketFaults(parse("src/transport/a.ts", dials)), []);
});
