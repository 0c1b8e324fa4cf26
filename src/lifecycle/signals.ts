/**
 * What signals do to a server that is a program of its own.
 *
 * As with a real server SIGTERM and SIGINT shut it down in order, SIGHUP and SIGALRM do nothing, and
 * all others do what the system says: SIGPIPE nothing (the runtime sees to that), SIGQUIT, SIGUSR1
 * and SIGUSR2 end the process, SIGTSTP stops it. Whether a second SIGINT ends it at once, the server
 * decides, as it knows whether a shutdown is under way.
 *
 * Windows has no such signals. The runtime tells of Ctrl+C as SIGINT, of Ctrl+Break as SIGBREAK and
 * of the closing of the console as SIGHUP. In the last case the system ends the process a few
 * seconds later whatever it does, which leaves time to save, but not to wait for replicas first.
 *
 * A signal is noticed between two turns of the event loop: not within a save in the foreground.
 *
 * @module
 */

import type { ShutdownRequest } from "../commands/services.ts";
import type { ConfigValues } from "../config/table.ts";

/** Who is shut down by a signal. */
export interface SignalTarget {
  /** The directives, which say how. */
  readonly values: Pick<ConfigValues, "shutdownOnSigterm" | "shutdownOnSigint">;
  shutdown(request: ShutdownRequest): boolean;
}

/** A signal, and the directive that says how it shuts a server down. */
interface Ending {
  readonly signal: Deno.Signal;
  readonly directive: keyof SignalTarget["values"];
  /** There is no time to wait for replicas. */
  readonly hurry?: boolean;
}

const UNIX: readonly Ending[] = [
  { signal: "SIGTERM", directive: "shutdownOnSigterm" },
  { signal: "SIGINT", directive: "shutdownOnSigint" },
];
const WINDOWS: readonly Ending[] = [
  { signal: "SIGINT", directive: "shutdownOnSigint" },
  { signal: "SIGBREAK", directive: "shutdownOnSigint" },
  { signal: "SIGHUP", directive: "shutdownOnSigterm", hurry: true },
];
/** Signals that would end the process, and must not. */
const IGNORED: readonly Deno.Signal[] = ["SIGHUP", "SIGALRM"];

const ON_WINDOWS = Deno.build.os === "windows";

/**
 * Let the signals that a real server outlives do nothing. To be called first of all.
 *
 * @returns a function that ends this
 */
export function ignoreSignals(): () => void {
  return listen(ON_WINDOWS ? [] : IGNORED.map((signal) => [signal, () => {}]));
}

/**
 * Let the signals that end a process shut a server down in order.
 *
 * @returns a function that ends this
 */
export function listenToSignals(target: SignalTarget): () => void {
  return listen(
    (ON_WINDOWS ? WINDOWS : UNIX).map((ending) => [
      ending.signal,
      () => target.shutdown(requestOf(ending, target)),
    ]),
  );
}

function listen(pairs: readonly (readonly [Deno.Signal, () => void])[]): () => void {
  for (const [signal, listener] of pairs) Deno.addSignalListener(signal, listener);
  return () => {
    for (const [signal, listener] of pairs) Deno.removeSignalListener(signal, listener);
  };
}

/** How the configuration wants a signal to end the server. */
function requestOf(
  { signal, directive, hurry }: Ending,
  { values }: SignalTarget,
): ShutdownRequest {
  const flags = values[directive];
  return {
    signal,
    save: flags.includes("save") ? true : flags.includes("nosave") ? false : undefined,
    now: flags.includes("now") || hurry === true,
    force: flags.includes("force"),
  };
}
