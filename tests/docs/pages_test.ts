import { assertEquals } from "@std/assert";
import { REPOSITORY } from "../support/servers.ts";

const PAGES = [
  "README.md",
  "src/README.md",
  "src/commands/README.md",
  "src/config/README.md",
  "tests/bench/README.md",
];

/** Folders that the architecture page says will come. */
const PLANNED = new Set(["commands/cluster/"]);

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}

/** The anchors that headings of a page have. */
function anchors(page: string): Set<string> {
  return new Set(
    [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
      heading.toLowerCase().replace(/[^\w\- ]/g, "").replaceAll(" ", "-")
    ),
  );
}

Deno.test("docs: links within the pages lead somewhere", async () => {
  const broken: string[] = [];
  for (const path of PAGES) {
    const page = await Deno.readTextFile(REPOSITORY + path);
    for (const [, target] of page.matchAll(/\]\((?!https?:)([^)]+)\)/g)) {
      const [file, anchor] = target.split("#");
      const folder = path.slice(0, path.lastIndexOf("/") + 1);
      const to = file === "" ? path : folder + file;
      if (!await exists(REPOSITORY + to)) broken.push(`${path}: ${target}`);
      else if (anchor !== undefined) {
        const there = anchors(await Deno.readTextFile(REPOSITORY + to));
        if (!there.has(anchor)) broken.push(`${path}: ${target}`);
      }
    }
  }
  assertEquals(broken, []);
});

Deno.test("docs: the architecture page names every room, and only files that exist", async () => {
  const page = await Deno.readTextFile(`${REPOSITORY}src/README.md`);
  const named = new Set(
    [...page.matchAll(/`([\w./]+(?:\/|\.ts))`/g)].map(([, path]) => path),
  );
  const missing: string[] = [];
  for (const path of named) {
    if (PLANNED.has(path)) continue;
    const from = path.startsWith("tests/") ? REPOSITORY : `${REPOSITORY}src/`;
    if (!await exists(from + path)) missing.push(path);
  }
  assertEquals(missing, []);
  const rooms: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${REPOSITORY}src`)) {
    if (isDirectory) rooms.push(`${name}/`);
    else if (name.endsWith(".ts")) rooms.push(name);
  }
  assertEquals(rooms.filter((room) => !page.includes(`| \`${room}\``)), []);
});

Deno.test("docs: the way of a SET leads through functions that exist", async () => {
  const page = await Deno.readTextFile(`${REPOSITORY}src/README.md`);
  const way = page.split("## The way of a SET\n")[1].split(/^## /m)[0];
  let source = "";
  for (const [, path] of way.matchAll(/`([\w/]+\.ts)`/g)) {
    source += await Deno.readTextFile(`${REPOSITORY}src/${path}`);
  }
  const missing: string[] = [];
  for (const [, owner, member] of way.matchAll(/`([A-Z]\w+)\.(#?\w+)`/g)) {
    const known = source.includes(`class ${owner} `) &&
      new RegExp(`^  (readonly )?(async )?${member}(\\(| = )`, "m").test(source);
    if (!known) missing.push(`${owner}.${member}`);
  }
  assertEquals(missing, []);
});
