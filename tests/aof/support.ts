/**
 * Servers over append-only files, within the test's own process, and the recorded files.
 *
 * @module
 */

import type { AofLoadResult } from "../../src/aof/load.ts";
import type { AppendOnlyFile } from "../../src/aof/append_only_file.ts";
import { fromBytes } from "../../src/bytes/bytes.ts";
import { ManualClock } from "../../src/clock/clock.ts";
import { allCommands } from "../../src/commands/mod.ts";
import { Config } from "../../src/config/config.ts";
import type { Client } from "../../src/session/client.ts";
import { TestParts } from "../support/parts.ts";
import type { Host } from "../../src/commands/services.ts";
import { Registry } from "../../src/command/registry.ts";
import { ByteMap } from "../../src/keyspace/byte_map/byte_map.ts";
import { prepareAof, startAof } from "../../src/persistence/start_aof.ts";
import { processResources } from "../../src/lifecycle/resources.ts";
import { Logger } from "../../src/log/logger.ts";
import { ErrorReply, type Reply } from "../../src/resp/reply.ts";
import type { CanonicalContent, CanonicalStream } from "../rdb/canonical.ts";

/** The folder of the recorded files. */
export const FIXTURES = new URL("../../fixtures/aof/", import.meta.url);

/** What a recorded file comes with. */
export interface AofExpected extends CanonicalContent {
  source: { version: string; config: string[] };
}

/** The names of all recorded files, sorted: `7.2.6/plain`. */
export function fixtureNames(): string[] {
  const names: string[] = [];
  for (const version of Deno.readDirSync(FIXTURES)) {
    for (const entry of Deno.readDirSync(new URL(`${version.name}/`, FIXTURES))) {
      names.push(`${version.name}/${entry.name}`);
    }
  }
  return names.sort();
}

/** What a recorded file holds. */
export function readExpected(name: string): AofExpected {
  return JSON.parse(Deno.readTextFileSync(new URL(`${name}/expected.json`, FIXTURES)));
}

/** The settings that a file was recorded with and that matter for finding it. */
export function settingsOf(config: readonly string[]): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const line of config) {
    const [, name, value] = /^(\S+) "?(.*?)"?$/.exec(line)!;
    if (name.startsWith("append") && name !== "appendonly") settings[name] = value;
  }
  return settings;
}

/** Copy a recorded file into a directory. */
export function copyFixture(name: string, to: string): void {
  copyFolder(new URL(`${name}`, FIXTURES).pathname, to);
}

/** Copy what is in a folder into another one. */
export function copyFolder(from: string, to: string): void {
  for (const entry of Deno.readDirSync(from)) {
    if (entry.name === "expected.json") continue;
    if (entry.isDirectory) {
      Deno.mkdirSync(`${to}/${entry.name}`, { recursive: true });
      copyFolder(`${from}/${entry.name}`, `${to}/${entry.name}`);
    } else {
      Deno.writeFileSync(`${to}/${entry.name}`, Deno.readFileSync(`${from}/${entry.name}`));
    }
  }
}

/** Set what commands do not carry, and what the version did not have, to the same for all. */
export function forgetVolatile(dbs: CanonicalContent["dbs"], version: string): void {
  for (const { type, value } of Object.values(dbs).flat()) {
    if (type !== "stream") continue;
    const stream = value as CanonicalStream;
    if (version.startsWith("6.")) stream.entries_added = stream.max_deleted_id = null;
    for (const group of stream.groups) {
      group.entries_read = null;
      for (const consumer of group.consumers) {
        consumer.seen_time = 0;
        consumer.active_time = null;
      }
    }
  }
}

/** The parts of a server with an append-only file, without sockets. */
export class AofServer implements AsyncDisposable {
  readonly parts: TestParts;
  readonly clock: ManualClock;
  readonly lines: string[] = [];
  readonly client: Client;
  /** It has given up. */
  abandoned = false;

  constructor(dir: string, settings: Record<string, string> = {}, clock = new ManualClock()) {
    const config = new Config(dir);
    for (const [name, value] of Object.entries({ appendonly: "yes", ...settings })) {
      const fault = config.assign(name, [value]);
      if (fault !== null) throw new Error(`${name}: ${fault}`);
    }
    this.clock = clock;
    this.parts = new TestParts({
      clock,
      config,
      log: new Logger({
        level: "debug",
        clock,
        sink: (line) => this.lines.push(fromBytes(line).replace(/^.*?\d\d\.\d{3} . /, "").trim()),
      }),
      host: {
        resources: processResources,
        abandon: () => this.abandoned = true,
      } as unknown as Host,
      registry: new Registry(allCommands),
      newTable: () => new ByteMap(),
    });
    this.client = this.parts.createClient(null);
  }

  get aof(): AppendOnlyFile {
    return this.parts.aof;
  }

  /** Load and open; while it takes, time goes on. @returns whether that went well */
  async start(): Promise<boolean> {
    const { signal } = new AbortController();
    if (!prepareAof(this.parts)) return false;
    const started = startAof(this.parts, signal);
    this.clock.advance(1);
    return await started;
  }

  /** Run a command. */
  run(...args: string[]): Reply {
    const reply = this.parts.execute(this.client, args);
    if (reply instanceof ErrorReply) throw new Error(`${args.join(" ")}: ${reply.text}`);
    return reply;
  }

  /** What was logged since the last call. */
  takeLines(): string[] {
    return this.lines.splice(0);
  }

  /** Wait until replies may leave. */
  async written(): Promise<void> {
    if (this.aof.holdsReplies) {
      await new Promise<void>((resolve) => this.aof.whenWritten(resolve));
    }
  }

  /** Wait until a rewrite is over. */
  async rewritten(): Promise<void> {
    while (this.aof.rewriting) await new Promise((resolve) => setTimeout(resolve, 0));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.aof.prepareStop(true);
    this.aof.stop();
    await Promise.resolve();
  }
}

/** What a load gives. */
export type Loaded = AofLoadResult;
