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
import { checkLogFile } from "./config/file.ts";
import { ignoreSignals, listenToSignals } from "./lifecycle/signals.ts";
import { Logger } from "./log/logger.ts";
import { Server } from "./server.ts";
import { memoryPair } from "./transport/memory.ts";
import type { Duplex } from "./transport/transport.ts";

export type { Address, Duplex } from "./transport/transport.ts";

/**
 * How to start a server.
 *
 * Such a server is a guest: unless told, it reads and writes no file, has no save points and does
 * not listen to signals. What turns each on:
 *
 * | | |
 * | --- | --- |
 * | the snapshot file, read at the start and written by SAVE | the directive `dir` or `dbfilename` |
 * | save points, and a save at the end | `save`, beside the former |
 * | the append-only file | `appendonly` |
 * | a log | `onLog`, or `logfile` |
 * | a pid file | `pidfile` |
 * | an orderly end at SIGTERM and SIGINT | `signals` |
 *
 * Without a snapshot file SAVE and its kind answer with an error, and a replica takes its primary's
 * data from the socket (`repl-diskless-load swapdb`).
 */
export interface StartOptions {
  /** TCP port; 0 takes a free one, null listens on none. 6379 when absent. */
  port?: number | null;
  /** Addresses to listen on, as in the directive `bind`; 127.0.0.1 when absent. */
  bind?: readonly string[];
  /** Further directives by name, as a configuration file has them: `{ maxmemory: "100mb" }`. */
  config?: Readonly<Record<string, string | readonly string[]>>;
  /**
   * Takes the log, a line at a time without its end, when there is no `logfile`; nothing is logged
   * when both are absent.
   */
  onLog?: (line: string) => void;
  /** Whether signals shut the server down as they do one of its own, until it has stopped. */
  signals?: boolean;
}

/** A running server. Disposing of it stops it. */
export interface RunningServer extends AsyncDisposable {
  /** The TCP port that it listens on; 0 when it listens on none. */
  readonly port: number;
  /**
   * Connect to it within the process: RESP goes in and comes out as over a socket, and no socket is
   * needed.
   */
  connect(): Duplex;
  /** Resolves once it has stopped, for instance by SHUTDOWN. */
  readonly stopped: Promise<number>;
  /** Stop it. */
  stop(): Promise<void>;
}

/**
 * Start a server in this process. Resolves when it accepts commands.
 *
 * @throws Error when a directive does not exist or has a bad value, or the log cannot be written
 * @throws StartError when it cannot listen, or its data cannot be loaded
 */
export async function startServer(options: StartOptions = {}): Promise<RunningServer> {
  const config = new Config();
  const { port = 6379, bind = ["127.0.0.1"], onLog } = options;
  assign(config, "port", String(port ?? 0));
  assign(config, "bind", bind);
  assign(config, "save", "");
  const directives = Object.entries(options.config ?? {});
  if (!directives.some(([name]) => /^(dir|dbfilename)$/i.test(name))) {
    assign(config, "dbfilename", "");
    assign(config, "repl-diskless-load", "swapdb");
  }
  for (const [name, value] of directives) assign(config, name, value);
  checkLogFile(config);
  const log = logOf(config, onLog);
  const server = new Server({ config, log, anyPort: port === 0, unreachable: port === null });
  if (!options.signals) {
    await server.begin();
    return running(server);
  }
  const ends = [
    ignoreSignals(),
    listenToSignals({
      values: config.values,
      shutdown: (request) => server.shutdown(request),
    }),
  ];
  const end = () => ends.forEach((each) => each());
  try {
    await server.begin();
  } catch (error) {
    end();
    throw error;
  }
  void server.stopped.then(end);
  return running(server);
}

function running(server: Server): RunningServer {
  return {
    port: server.port,
    connect: () => {
      const [here, there] = memoryPair();
      server.serve(there);
      return here;
    },
    stopped: server.stopped,
    stop: () => server[Symbol.asyncDispose](),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function logOf(config: Config, onLog: StartOptions["onLog"]): Logger {
  const { loglevel, logfile } = config.values;
  const decoder = new TextDecoder();
  return new Logger({
    level: onLog === undefined && logfile === "" ? "nothing" : loglevel,
    file: logfile === "" ? null : config.path(logfile),
    sink: (line) => onLog?.(decoder.decode(line).trimEnd()),
  });
}

function assign(config: Config, name: string, value: string | readonly string[]): void {
  const words = typeof value === "string" ? [value] : value;
  const fault = config.assign(name, words.map(fromText));
  if (fault !== null) throw new Error(`${name} ${words.join(" ")}: ${fault}`);
}
