/**
 * The last guard: an error that nobody handled ends a program of Deno, and must not end a server.
 *
 * It is logged with where it came from, and counted; the server goes on. This is for the program
 * alone, which has its process for itself: a server within another program leaves that program's
 * errors to it.
 *
 * @module
 */

import type { Logger } from "../log/logger.ts";
import type { Stats } from "../observe/stats.ts";

/** Handle what nobody handles from now on. @returns a function that ends this */
export function installLastGuard(log: Logger, stats: Stats): () => void {
  const note = (kind: string, error: unknown) => {
    stats.unhandledErrors++;
    const text = error instanceof Error ? error.stack ?? error.message : String(error);
    log.warning(`${kind} that nobody handled, the server goes on: ${text}`);
  };
  const onRejection = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    note("A rejection", event.reason);
  };
  const onError = (event: ErrorEvent) => {
    event.preventDefault();
    note("An error", event.error);
  };
  globalThis.addEventListener("unhandledrejection", onRejection);
  globalThis.addEventListener("error", onError);
  return () => {
    globalThis.removeEventListener("unhandledrejection", onRejection);
    globalThis.removeEventListener("error", onError);
  };
}
