/**
 * What the damaged files are given to: a server without sockets, with a directory of its own, at a
 * clock that stands still. It loads as a server does at its start, and tells apart what was
 * refused, what was loaded, and what must not happen: an error of another kind than the loader's
 * own.
 *
 * @module
 */

import { type ByteString, toBytes, toText } from "../../../src/bytes/bytes.ts";
import { ManualClock } from "../../../src/clock/clock.ts";
import { allCommands } from "../../../src/commands/mod.ts";
import { Config } from "../../../src/config/config.ts";
import type { Client } from "../../../src/session/client.ts";
import { TestParts } from "../../support/parts.ts";
import type { Host } from "../../../src/commands/services.ts";
import { Registry } from "../../../src/command/registry.ts";
import { beginAofLoad, takeAofResult } from "../../../src/persistence/replay.ts";
import { ByteMap } from "../../../src/keyspace/byte_map/byte_map.ts";
import { loadDataset } from "../../../src/persistence/load_dataset.ts";
import { prepareAof } from "../../../src/persistence/start_aof.ts";
import { processResources } from "../../../src/lifecycle/resources.ts";
import { Logger } from "../../../src/log/logger.ts";
import { ReplyEncoder } from "../../../src/resp/encoder.ts";
import { ErrorReply, type Reply } from "../../../src/resp/reply.ts";
import { mulberry32 } from "../../support/prng.ts";
import type { AofFiles } from "./corpus.ts";

/** Before the times that recorded keys expire at, and after those of deliveries. */
const NOW = 1_790_000_000_000;

/** Log lines that no file may lead to. */
const FAULTS = /Internal error in|Error reading \/|Value too large/;
/** What a replay says when a command fails. */
const FAILED_COMMAND = /sending an error to its AOF-loading-client/;

/** Something that no file may lead to. */
export class Fault extends Error {
  override name = "Fault";
}

const registry = new Registry(allCommands);

/** A server without sockets over files in a directory. */
export class Subject {
  readonly parts: TestParts;
  readonly client: Client;
  readonly lines: string[] = [];
  readonly #dir: string;

  /** @param dir where its files are */
  constructor(dir: string, verify = true) {
    const config = new Config(dir);
    const clock = new ManualClock();
    clock.ms = NOW;
    const settings = {
      "enable-debug-command": "yes",
      "sanitize-dump-payload": "yes",
      "rdbchecksum": verify ? "yes" : "no",
      "appendonly": "no",
    };
    for (const [name, value] of Object.entries(settings)) {
      const fault = config.assign(name, [value]);
      if (fault !== null) throw new Error(`${name}: ${fault}`);
    }
    this.#dir = dir;
    this.parts = new TestParts({
      clock,
      config,
      log: new Logger({
        level: "notice",
        clock,
        sink: (line) => this.lines.push(new TextDecoder("latin1").decode(line).trim()),
      }),
      host: {
        resources: processResources,
        abandon() {},
        shutdown: () => false,
        abortShutdown: () => false,
        listeners: () => [],
      } as unknown as Host,
      registry,
      newTable: () => new ByteMap(),
      random: mulberry32(1).next,
    });
    this.client = this.parts.createClient(null);
  }

  /** Throw when something was logged that must not happen. */
  checkLog(): void {
    const fault = this.lines.find((line) => FAULTS.test(line));
    if (fault !== undefined) throw new Fault(fault);
  }

  /** Run a command, and encode its reply in both protocols. */
  run(...args: string[]): Reply {
    const reply = this.parts.execute(this.client, args);
    for (const protocol of [2, 3] as const) {
      const encoder = new ReplyEncoder(protocol);
      encoder.write(reply);
      encoder.take();
    }
    this.checkLog();
    return reply;
  }

  /** Run a command that must not fail. */
  must(...args: string[]): Reply {
    const reply = this.run(...args);
    if (reply instanceof ErrorReply) {
      throw new Fault(`${args.join(" ").slice(0, 200)}: ${reply.text}; ${this.lines.join("; ")}`);
    }
    return reply;
  }

  digest(): string {
    return (this.must("DEBUG", "DIGEST") as { text: string }).text;
  }

  /** Load a dump as at the start. @returns whether it was taken */
  async loadDump(bytes: ByteString): Promise<boolean> {
    Deno.writeFileSync(`${this.#dir}/dump.rdb`, toBytes(bytes));
    const loaded = await loadDataset(this.parts, new AbortController().signal);
    this.checkLog();
    return loaded;
  }

  /** Give a payload to RESTORE. @returns whether it was taken */
  restore(bytes: ByteString): boolean {
    const reply = this.run("RESTORE", "key:0", "0", bytes);
    if (!(reply instanceof ErrorReply)) return true;
    if (!/^ERR (Bad data format|DUMP payload)/.test(reply.text)) throw new Fault(reply.text);
    return false;
  }

  /** Load an append-only file as at the start. @returns whether it was taken */
  loadAof(files: AofFiles): boolean {
    const folder = `${this.#dir}/appendonlydir`;
    Deno.mkdirSync(folder);
    for (const { name, bytes } of files) Deno.writeFileSync(`${folder}/${name}`, toBytes(bytes));
    try {
      if (!prepareAof(this.parts)) return false;
      const { done, value } = this.#load();
      this.checkLog();
      if (!done || value === null) return false;
      takeAofResult(this.parts, value);
      if (this.parts.blocking.count > 0) throw new Fault("a client without connection is blocked");
      return true;
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  }

  #load() {
    const { parts } = this;
    const end = parts.loading.begin({
      startedMs: NOW,
      totalBytes: 0,
      loadedBytes: 0,
      loadedKeys: 0,
    });
    try {
      const work = beginAofLoad(parts);
      let step = work.next();
      while (!step.done) step = work.next();
      return step;
    } finally {
      end();
    }
  }

  /** Replay commands, none of which may fail: they are what a rewrite has written. */
  replay(files: AofFiles): void {
    if (!this.loadAof(files)) throw new Fault(`a rewrite is refused: ${this.lines.join("; ")}`);
    const failed = this.lines.find((line) => FAILED_COMMAND.test(line));
    if (failed !== undefined) throw new Fault(toText(failed));
  }
}
