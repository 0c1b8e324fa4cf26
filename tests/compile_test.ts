/**
 * What `deno compile` relies on: the program is its module graph and nothing else.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";

interface Graph {
  modules: { specifier: string; kind?: string; error?: string }[];
}

const root = new URL("../", import.meta.url);

Deno.test("compile: the program's modules are its own and the runtime's", async () => {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "main.ts"],
    cwd: root,
    stderr: "null",
  }).output();
  assert(success);
  const { modules }: Graph = JSON.parse(new TextDecoder().decode(stdout));
  assert(modules.length > 50);
  const foreign = modules.filter(({ specifier, error }) =>
    error !== undefined ||
    // The standard library's npm republication; see the import map.
    !(specifier.startsWith("npm:/deno-std@") || specifier.startsWith("node:") ||
      specifier === new URL("main.ts", root).href ||
      specifier.startsWith(new URL("src/", root).href))
  );
  assertEquals(foreign.map(({ specifier }) => specifier), []);
});

Deno.test("compile: nothing is read from beside the source files", async () => {
  const found: string[] = [];
  const walk = async (directory: URL): Promise<void> => {
    for await (const entry of Deno.readDir(directory)) {
      const url = new URL(entry.name + (entry.isDirectory ? "/" : ""), directory);
      if (entry.isDirectory) await walk(url);
      else if (entry.name.endsWith(".ts")) {
        const text = await Deno.readTextFile(url);
        if (/import\.meta\.(url|dirname|filename)/.test(text)) found.push(url.pathname);
      }
    }
  };
  await walk(new URL("src/", root));
  assertEquals(found, []);
});
