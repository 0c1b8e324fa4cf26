/**
 * Waiting for a condition, the only way in which tests wait.
 *
 * @module
 */

/** How to wait. */
export interface UntilOptions {
  /** Milliseconds after which it is given up; 20 seconds when absent. */
  readonly timeoutMs?: number;
  /** Milliseconds between two looks. */
  readonly everyMs?: number;
  /** What to show beside the error. */
  readonly logs?: () => string;
}

/**
 * Wait until something holds. What the probe throws counts as not yet: a connection may be refused
 * while a server starts.
 *
 * @param probe gives undefined or false as long as it does not hold
 * @param what it is, for the error's text
 * @returns what the probe gave
 * @throws Error when it does not hold in time
 */
export async function until<T>(
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  what: string,
  { timeoutMs = 20_000, everyMs = 5, logs = () => "" }: UntilOptions = {},
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    let last: unknown = "";
    try {
      const value = await probe();
      if (value !== undefined && value !== false) return value;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`${what}: not within ${timeoutMs} ms\n${last}\n${logs()}`.trimEnd());
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
