/**
 * Makes `src/scripting/wasm/lua51.ts`: Lua's interpreter and the glue module as text, so that the
 * program is its module graph and nothing else. The packages come from the npm registry through
 * `npm`, and must be the very ones that are named here.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { REPOSITORY } from "../../support/servers.ts";
import { TempDir } from "../../support/temp.ts";
import { patchLua } from "./patch.ts";

/** A package version and the registry's checksum of its archive. */
interface Package {
  name: string;
  integrity: string;
}

/** PUC Lua 5.1 compiled to WebAssembly. */
const LUA: Package = {
  name: "wasmoon-lua5.1@1.18.10",
  integrity:
    "sha512-7ZLYj7FQgqzJOTJOLXqnIYYIUSRgG/Dw+uDMKnTor5G1Q9ykzRRPBomC3XgS0If+dbj+a8/Hj3+lA2URwKF0BA==",
};

/** The assembler for the glue. */
const WABT: Package = {
  name: "wabt@1.0.39",
  integrity:
    "sha512-ba+dRL/75VQQY7RkU/CgriGbkoWAfS8TDyUlJfJhJ8KhtXgMl5dhNvoPNUcQ9IWRhW8u41glMSuZeTvsYq2rRg==",
};

/** What is used of wabt. */
interface Wabt {
  parseWat(name: string, source: string, features: Record<string, boolean>): {
    toBinary(options: Record<string, boolean>): { buffer: Uint8Array };
  };
}

const FOLDER = `${REPOSITORY}src/scripting/wasm/`;

/** Where the module that this makes is kept. */
export const EMBEDDED: string = `${FOLDER}lua51.ts`;

/** Fetch a package and unpack it; its folder, or null when there is no npm or no registry. */
async function unpack({ name, integrity }: Package, into: string): Promise<string | null> {
  let packed: Deno.CommandOutput;
  try {
    packed = await new Deno.Command("npm", {
      args: ["pack", name, "--silent", "--pack-destination", into],
      stderr: "null",
    }).output();
  } catch {
    return null;
  }
  if (!packed.success) return null;
  const archive = `${into}/${new TextDecoder().decode(packed.stdout).trim()}`;
  const hash = createHash("sha512").update(await Deno.readFile(archive)).digest("base64");
  if (`sha512-${hash}` !== integrity) throw new Error(`${name} is not the package it was`);
  const folder = `${into}/${name}`;
  await Deno.mkdir(folder);
  const { success } = await new Deno.Command("tar", { args: ["-xzf", archive, "-C", folder] })
    .output();
  if (!success) throw new Error(`${archive} cannot be unpacked`);
  return `${folder}/package`;
}

/** A base64 text in lines: the file is read by people's tools too. */
function lines(bytes: Uint8Array): string {
  return (bytes as Uint8Array & { toBase64(): string }).toBase64().replace(/.{1,640}/g, "$&\n");
}

/** The text of the module; null when a package cannot be had here. */
export async function buildEmbedded(): Promise<string | null> {
  await using temp = await TempDir.create();
  const lua = await unpack(LUA, temp.path);
  const wabt = await unpack(WABT, temp.path);
  if (lua === null || wabt === null) return null;
  const wasm = patchLua(await Deno.readFile(`${lua}/dist/liblua5.1.wasm`));
  const licence = (await Deno.readTextFile(`${lua}/LICENSE`)).trim();
  const start: () => Promise<Wabt> = createRequire(import.meta.url)(`${wabt}/index.js`);
  const assembler = await start();
  const source = await Deno.readTextFile(`${FOLDER}glue.wat`);
  const glue = assembler.parseWat("glue.wat", source, { exceptions: true }).toBinary({}).buffer;
  const notice = licence.replace(/^/gm, " * ").replace(/ +$/gm, "");
  return `/**
 * Lua 5.1 and the glue around it as WebAssembly modules, in base64. Generated: do not edit, run
 * \`deno task embed-lua\`.
 *
 * \`LUA\` is \`dist/liblua5.1.wasm\` of the npm package ${LUA.name}
 * (${LUA.integrity.replace(/(.{7}.{40})(.*)/, "$1\n * $2")}), with the changes
 * that tests/scripting/embed/patch.ts describes; \`GLUE\` is glue.wat. The licence of the package:
 *
${notice}
 *
 * Lua itself, under the same terms: Copyright (C) 1994-2012 Lua.org, PUC-Rio.
 *
 * @module
 */

/** Lua's interpreter. */
export const LUA = \`
${lines(wasm)}\`;

/** The glue. */
export const GLUE = \`
${lines(glue)}\`;
`;
}

if (import.meta.main) {
  const text = await buildEmbedded();
  if (text === null) {
    console.error("The packages cannot be fetched: npm, or its registry, is not there.");
    Deno.exit(1);
  }
  await Deno.writeTextFile(EMBEDDED, text);
}
