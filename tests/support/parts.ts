/**
 * The parts of a server without sockets, for tests that run commands without a program around them.
 *
 * @module
 */

import { sockets } from "../../src/transport/sockets.ts";
import type { ByteString } from "../../src/bytes/bytes.ts";
import { Registry } from "../../src/command/registry.ts";
import { allCommands } from "../../src/commands/mod.ts";
import type { Host } from "../../src/commands/services.ts";
import { Parts, type PartsOptions } from "../../src/parts.ts";
import type { Reply } from "../../src/resp/reply.ts";
import type { Client } from "../../src/session/client.ts";
import { OutgoingError } from "../../src/transport/outgoing.ts";

/** What a test gives; what is left out gets a default. */
export type TestPartsOptions =
  & Pick<PartsOptions, "clock" | "config" | "log" | "newTable">
  & Partial<PartsOptions>;

/** The parts of a server. */
export class TestParts extends Parts {
  constructor(options: TestPartsOptions) {
    super({
      host: {} as Host,
      dialler: { connect: () => Promise.reject(new OutgoingError("unreachable")) },
      transport: sockets,
      registry: new Registry(allCommands),
      ...options,
    });
  }

  /** Run a request of a client. */
  execute(client: Client, args: ByteString[]): Reply {
    return this.executor.execute(client, args);
  }
}
