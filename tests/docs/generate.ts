/**
 * Writes the parts of the documentation that come from tables in the code: the marked sections of
 * `README.md`, `src/commands/README.md` and `src/config/README.md`. Run it with `deno task docs`; a
 * test says when a page is out of date.
 *
 * @module
 */

import { directivesMarkdown } from "../../src/config/help.ts";
import { inertDirectives, refusingDirectives } from "../../src/config/table.ts";
import { commandTexts } from "./command_table.ts";

const root = new URL("../../", import.meta.url);

/** Put text between `<!-- name -->` and `<!-- /name -->`. */
function fill(document: string, name: string, text: string): string {
  const begin = `<!-- ${name} -->`;
  const end = `<!-- /${name} -->`;
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`a page has no section ${name}`);
  return `${document.slice(0, from + begin.length)}\n\n${text}\n\n${document.slice(to)}`;
}

/** The marked sections of each page: its path in the repository, and texts by name. */
async function sections(): Promise<Record<string, Record<string, string>>> {
  const { count, missing, groups, commands } = await commandTexts();
  return {
    "README.md": { missing },
    "src/commands/README.md": { count, groups, commands },
    "src/config/README.md": {
      inert: inertDirectives().map(({ name }) => `\`${name}\``).join(", ") + ".",
      refused: refusingDirectives().map(({ name, message }) => `- \`${name}\`: ${message}`)
        .join("\n"),
      directives: directivesMarkdown().trimEnd(),
    },
  };
}

/** Every page with generated sections: its path in the repository, and what it should contain. */
export async function generatedFiles(): Promise<Map<string, string>> {
  const pages = new Map<string, string>();
  for (const [path, texts] of Object.entries(await sections())) {
    let page = await Deno.readTextFile(new URL(path, root));
    for (const [name, text] of Object.entries(texts)) page = fill(page, name, text);
    pages.set(path, page);
  }
  return pages;
}

if (import.meta.main) {
  for (const [path, text] of await generatedFiles()) {
    await Deno.writeTextFile(new URL(path, root), text);
  }
}
