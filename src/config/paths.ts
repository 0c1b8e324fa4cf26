/**
 * File paths, as far as a configuration needs them.
 *
 * The platform's own path module takes longer to load than everything else in this folder together,
 * and a server's start is waited for.
 *
 * @module
 */

const WINDOWS = Deno.build.os === "windows";

function isAbsolute(path: string): boolean {
  return WINDOWS ? /^(?:[a-zA-Z]:)?[\\/]/.test(path) : path.startsWith("/");
}

/**
 * A path as an absolute one without `.` and `..` in it.
 *
 * @param base absolute; where a relative path begins
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * if (Deno.build.os !== "windows") {
 *   assertEquals(resolvePath("/etc/redis", "../conf/./a.conf"), "/etc/conf/a.conf");
 *   assertEquals(resolvePath("/etc", "/tmp/b"), "/tmp/b");
 * }
 * ```
 */
export function resolvePath(base: string, path: string): string {
  const whole = isAbsolute(path) ? path : `${base}/${path}`;
  const root = /^(?:[a-zA-Z]:)?/.exec(WINDOWS ? whole : "")![0];
  const parts: string[] = [];
  for (const part of whole.slice(root.length).split(WINDOWS ? /[\\/]/ : "/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `${root}/${parts.join("/")}`;
}

/** The directory of a file, and the file's name in it. */
export function splitPath(path: string): { directory: string; name: string } {
  const at = WINDOWS
    ? Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"))
    : path.lastIndexOf("/");
  return { directory: at <= 0 ? "/" : path.slice(0, at), name: path.slice(at + 1) };
}
