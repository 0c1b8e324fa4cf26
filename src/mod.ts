/**
 * What another program may import: a server in this process.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * await using server = await startServer({ port: 0 });
 * using conn = await Deno.connect({ port: server.port });
 * await conn.write(new TextEncoder().encode("PING\r\n"));
 * const buffer = new Uint8Array(16);
 * const count = await conn.read(buffer);
 * assertEquals(new TextDecoder().decode(buffer.subarray(0, count ?? 0)), "+PONG\r\n");
 * ```
 *
 * @module
 */

import { fromText } from "./bytes/bytes.ts";
import { Config } from "./config/config.ts";
import { Logger } from "./log/logger.ts";
import { Server } from "./server.ts";

/** How to start a server. */
export interface StartOptions {
  /** TCP port; 0 takes a free one. 6379 when absent. */
  port?: number;
  /** Addresses to listen on; the loopback ones when absent. */
  bind?: readonly string[];
  /**
   * Further directives by name, as a configuration file has them: `{ maxmemory: "100mb" }`. Unlike
   * a server of its own, this one has no save points unless `save` is among them.
   */
  config?: Readonly<Record<string, string | readonly string[]>>;
  /** Takes the log, a line at a time without its end; nothing is logged when absent. */
  onLog?: (line: string) => void;
}

/** A running server. Disposing of it stops it. */
export interface RunningServer extends AsyncDisposable {
  /** The TCP port that it listens on. */
  readonly port: number;
  /** Resolves once it has stopped, for instance by SHUTDOWN. */
  readonly stopped: Promise<number>;
  /** Stop it. */
  stop(): Promise<void>;
}

/**
 * Start a server in this process. Resolves when it accepts commands.
 *
 * @throws Error when a directive does not exist or has a bad value
 * @throws StartError when it cannot listen, or its data cannot be loaded
 */
export async function startServer(options: StartOptions = {}): Promise<RunningServer> {
  const config = new Config();
  const { port = 6379, bind = ["127.0.0.1"], onLog } = options;
  assign(config, "port", String(port));
  assign(config, "bind", bind);
  assign(config, "save", "");
  for (const [name, value] of Object.entries(options.config ?? {})) assign(config, name, value);
  const decoder = new TextDecoder();
  const log = new Logger({
    level: onLog === undefined ? "nothing" : config.values.loglevel,
    sink: (line) => onLog?.(decoder.decode(line).trimEnd()),
  });
  const server = await Server.start({ config, log, anyPort: port === 0 });
  return {
    port: server.port,
    stopped: server.stopped,
    stop: () => server[Symbol.asyncDispose](),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function assign(config: Config, name: string, value: string | readonly string[]): void {
  const words = typeof value === "string" ? [value] : value;
  const fault = config.assign(name, words.map(fromText));
  if (fault !== null) throw new Error(`${name} ${words.join(" ")}: ${fault}`);
}
