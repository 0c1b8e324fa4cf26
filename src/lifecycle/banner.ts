/**
 * What the log says at the start.
 *
 * The wording of the lines that operators and scripts look for (version, mode, port, ` PID: <pid>`)
 * is a real server's.
 *
 * @module
 */

import type { Logger } from "../log/logger.ts";
import { REDENO_VERSION, REDIS_VERSION } from "../version.ts";

/** What the banner shows. */
export interface BannerFacts {
  port: number;
  /** The configuration file's path; null without one. */
  configFile: string | null;
}

/** Say so when the system queues fewer connections than `tcp-backlog` asks for. */
export function checkBacklog(log: Logger, backlog: number): void {
  // Who hears nothing may not be allowed to read either.
  if (Deno.build.os !== "linux" || !log.logs("warning")) return;
  try {
    const most = Number(Deno.readTextFileSync("/proc/sys/net/core/somaxconn"));
    if (most === 0 || most >= backlog) return;
    log.warning(
      `WARNING: The TCP backlog setting of ${backlog} cannot be enforced because ` +
        `/proc/sys/net/core/somaxconn is set to the lower value of ${most}.`,
    );
  } catch {
    // It is the system's secret.
  }
}

/** Write the start banner. */
export function logBanner(log: Logger, facts: BannerFacts): void {
  log.notice("oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo");
  log.notice(
    `Redis version=${REDIS_VERSION}, bits=64, commit=00000000, modified=0, pid=${Deno.pid}, ` +
      "just started",
  );
  if (facts.configFile === null) {
    log.warning(
      "Warning: no config file specified, using the default config. In order to specify a config " +
        "file use redeno /path/to/redis.conf",
    );
  } else {
    log.notice("Configuration loaded");
  }
  const mark = [
    "   .--------.   ",
    "  /  ______  \\  ",
    " |  |  __  |  | ",
    " |  | |__| |  | ",
    " |  |_____/   | ",
    " |  |  \\ \\    | ",
    "  \\_|   \\_\\__/  ",
  ];
  const text = [
    `Redeno ${REDENO_VERSION}, compatible with Redis ${REDIS_VERSION} (00000000/0) 64 bit`,
    "",
    "Running in standalone mode",
    `Port: ${facts.port}`,
    `PID: ${Deno.pid}`,
    "",
    `Deno ${Deno.version.deno}, V8 ${Deno.version.v8}`,
  ];
  log.raw("notice", `${mark.map((line, i) => `${line}     ${text[i]}`.trimEnd()).join("\n")}\n\n`);
}
