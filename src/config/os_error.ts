/**
 * The operating system's words for what went wrong with a file, as a real server would print them.
 *
 * @module
 */

/**
 * The reason in an error that Deno threw: `No such file or directory`, without the number and the
 * path that Deno adds.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * try {
 *   Deno.readFileSync("/there/is/no/such/file");
 * } catch (error) {
 *   assertEquals(osReason(error), "No such file or directory");
 * }
 * ```
 */
export function osReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return /^(.*?) \(os error [0-9]+\)/.exec(message)?.[1] ?? message;
}
