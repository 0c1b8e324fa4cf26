/**
 * Where the recorded dumps are, and reading them.
 *
 * @module
 */

import type { CanonicalContent } from "./canonical.ts";

/** The folder of the recorded dumps. */
export const FIXTURES = new URL("../../fixtures/rdb/", import.meta.url);

/** A dump with its expected content. */
export interface Fixture {
  /** Folder and file name: `7.2.6/streams.rdb`. */
  readonly name: string;
  readonly path: URL;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly expected: ExpectedContent;
}

/** Expected content; `must` is there in dumps with module data. */
export interface ExpectedContent extends CanonicalContent {
  must?: string;
}

/** An entry of `damaged/index.json`. */
export interface Damage {
  file: string;
  must: "reject" | "should-reject" | "either" | "load-skip" | "load";
  category: string;
  change: string;
}

/** The names of all dumps that have an expected content, sorted. */
export function fixtureNames(root = FIXTURES): string[] {
  const names: string[] = [];
  for (const folder of Deno.readDirSync(root)) {
    if (!folder.isDirectory || folder.name === "damaged") continue;
    for (const file of Deno.readDirSync(new URL(`${folder.name}/`, root))) {
      if (file.name.endsWith(".rdb")) names.push(`${folder.name}/${file.name}`);
    }
  }
  return names.sort();
}

/** Read a dump and its expected content. */
export function readFixture(name: string, root = FIXTURES): Fixture {
  const path = new URL(name, root);
  const json = Deno.readTextFileSync(new URL(name.replace(/\.rdb$/, ".expected.json"), root));
  return { name, path, bytes: Deno.readFileSync(path), expected: JSON.parse(json) };
}

/** The bytes of a file in the fixtures. */
export function readBytes(name: string, root = FIXTURES): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(new URL(name, root));
}

/** The list of damaged files. */
export function damagedFiles(root = FIXTURES): Damage[] {
  return JSON.parse(Deno.readTextFileSync(new URL("damaged/index.json", root)));
}
