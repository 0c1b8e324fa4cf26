/**
 * A real server to compare configurations with, and the plain content of its replies.
 *
 * @module
 */

import { Config } from "../../src/config/config.ts";
import { NAMES } from "../../src/config/table.ts";
import { RawClient } from "../support/raw_client.ts";
import { parseReply } from "../support/resp.ts";

/** The name of a test that needs a real server, saying so when there is none. */
export function needing(redis: string | undefined, name: string): string {
  return redis === undefined ? `${name} (needs redis-server)` : name;
}

/** Reply to a CONFIG SET as one text: `OK`, or the error line. */
export async function configSet(
  client: RawClient,
  ...pairs: string[]
): Promise<string | null> {
  return parseReply(await client.call("CONFIG", "SET", ...pairs)).text;
}

/** What CONFIG GET shows of all names that both servers have, hidden ones included. */
export async function commonNames(client: RawClient): Promise<Map<string, string>> {
  const names = NAMES.map(({ name }) => name);
  return flatMap(await client.call("CONFIG", "GET", ...names));
}

/** The reply of CONFIG GET as a map. */
export function flatMap(raw: string): Map<string, string> {
  const items = parseReply(raw).items ?? [];
  const map = new Map<string, string>();
  for (let i = 0; i < items.length; i += 2) map.set(items[i].text ?? "", items[i + 1].text ?? "");
  return map;
}

/** What our CONFIG GET shows of some names. */
export function shown(config: Config, names: Iterable<string>): Map<string, string> {
  const flat = config.get([...names]);
  const map = new Map<string, string>();
  for (let i = 0; i < flat.length; i += 2) map.set(flat[i], flat[i + 1]);
  return map;
}

/** A new configuration with these directives assigned. */
export function configWith(directory: string, lines: Record<string, string>): Config {
  const config = new Config(directory);
  for (const [name, value] of Object.entries(lines)) {
    const fault = config.assign(name, [value]);
    if (fault !== null) throw new Error(`${name}: ${fault}`);
  }
  return config;
}

/**
 * Run a real server with a command line of its own, and ask it something when it is ready.
 *
 * @param argv its arguments; it must log to standard output and listen on `port`
 */
export async function withRedis<T>(
  argv: string[],
  options: { path: string; cwd: string; port: number; stdin?: string },
  ask: (client: RawClient) => Promise<T>,
): Promise<T> {
  const child = new Deno.Command(options.path, {
    args: argv,
    cwd: options.cwd,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  try {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(options.stdin ?? ""));
    await writer.close();
    let log = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      log += text;
      if (log.includes("Ready to accept connections")) break;
    }
    await using client = await RawClient.connect(options.port);
    return await ask(client);
  } finally {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await child.status;
  }
}
