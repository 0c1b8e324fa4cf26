/**
 * A server without sockets, with a clock that stands still and clients that remember what was sent
 * to them.
 *
 * @module
 */

import { ManualClock } from "../../src/clock/clock.ts";
import { allCommands } from "../../src/commands/mod.ts";
import { Config } from "../../src/config/config.ts";
import type { BlockRequest } from "../../src/command/context.ts";
import type { AdminContext, ServerCommand } from "../../src/commands/services.ts";
import type { Client, ClientConnection } from "../../src/session/client.ts";
import { defineCommand } from "../../src/command/command.ts";
import { TestParts } from "../support/parts.ts";
import { Registry } from "../../src/command/registry.ts";
import { ByteMap } from "../../src/keyspace/byte_map/byte_map.ts";
import { Logger } from "../../src/log/logger.ts";
import { ErrorReply, NoReply, NullArrayReply, type Reply } from "../../src/resp/reply.ts";
import { mulberry32 } from "../support/prng.ts";

/** A reply as plain values that compare and print well. */
export function plain(reply: Reply): unknown {
  if (reply instanceof ErrorReply) return `-${reply.text}`;
  if (reply instanceof NoReply) return "(none)";
  if (reply instanceof NullArrayReply) return "(null array)";
  if (Array.isArray(reply)) return reply.map(plain);
  if (typeof reply === "object" && reply !== null && "text" in reply) return `+${reply.text}`;
  return reply;
}

/** A client with a name, whose late replies go to the server's list. */
export class TestClient {
  readonly client: Client;
  /** How often its connection was told to go on. */
  resumed = 0;

  constructor(readonly server: TestServer, readonly name: string) {
    const connection: Partial<ClientConnection> = {
      address: "127.0.0.1:1",
      queryBytes: 0,
      queryCapacity: 0,
      outputBytes: 0,
      send: (reply) => void server.sent.push(`${name}: ${JSON.stringify(plain(reply))}`),
      close: () => server.clients.remove(this.client),
      resume: () => void this.resumed++,
    };
    this.client = server.createClient(connection as ClientConnection);
  }

  /** Run a command out of words. */
  run(line: string): unknown {
    return plain(this.server.execute(this.client, line.split(" ")));
  }

  /** The connection is gone. */
  leave(): void {
    this.server.clients.remove(this.client);
  }
}

/** A server that remembers its effects, its events and what it sends to blocked clients. */
export class TestServer extends TestParts {
  override readonly clock: ManualClock;
  readonly sent: string[] = [];
  readonly effects: string[] = [];
  readonly events: string[] = [];
  /** The client of {@linkcode TestServer.run}. */
  readonly main: TestClient;

  /** @param commands commands beside those of a real server */
  constructor(commands: readonly ServerCommand[] = []) {
    const clock = new ManualClock();
    super({
      clock,
      config: new Config(),
      log: new Logger({ level: "nothing" }),
      registry: new Registry([...allCommands, ...commands]),
      newTable: () => new ByteMap(),
      random: mulberry32(1).next,
    });
    this.clock = clock;
    this.main = new TestClient(this, "main");
    this.keyspace.listeners.notified = -1;
    this.keyspace.listeners.set({
      notify: (db, _class, event, key) => void this.events.push(`${event} ${db.index}:${key}`),
    }, true);
    this.journal.subscribe((effects) => {
      this.effects.push(effects.map(({ db, args }) => `${db} ${args.join(" ")}`).join(" | "));
    });
  }

  /** Another client. */
  connect(name: string): TestClient {
    return new TestClient(this, name);
  }

  /** Run a command of the main client. */
  run(line: string): unknown {
    return this.main.run(line);
  }

  /** What was sent since the last call. */
  takeSent(): string[] {
    return this.sent.splice(0);
  }

  /** The effects since the last call, a line for each unit. */
  takeEffects(): string[] {
    return this.effects.splice(0);
  }

  /** The events since the last call. */
  takeEvents(): string[] {
    return this.events.splice(0);
  }

  /** Calls and failures of a command so far. */
  calls(name: string): [calls: number, failed: number] {
    const { calls, failed } = this.registry.stats(this.registry.get(name)!);
    return [calls, failed];
  }
}

/** A command that always blocks, as the given function of its arguments asks. */
export function blockingCommand(
  name: string,
  request: (client: Client, args: readonly string[]) => BlockRequest,
): ServerCommand {
  return defineCommand({
    name,
    summary: "Waits.",
    since: "1.0.0",
    group: "generic",
    arity: -1,
    flags: ["blocking"],
    acl: [],
    run: (context: AdminContext, args) =>
      context.blocking.block(context.client, args, request(context.client, args)),
  });
}
