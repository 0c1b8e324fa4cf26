/**
 * Turns lists of scripts into conformance cases.
 *
 * @module
 */

/** A text as a quoted word of a case. */
export function quoted(text: string): string {
  const escaped = text.replace(
    /[\\"\n\r\t\0]|[^ -~]/g,
    (char) =>
      char === "\\" || char === '"'
        ? `\\${char}`
        : `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
  return `"${escaped}"`;
}

/** Each script run by EVAL without keys, one case for each. */
export function evalCases(scripts: readonly string[], before = ""): string {
  return scripts.map((script) => `${before}EVAL ${quoted(script)} 0`).join("\n");
}

/** A library with one function `f` of this body. */
export function library(body: string, name = "lib"): string {
  return `#!lua name=${name}\nredis.register_function('f', function(keys, args) ${body} end)`;
}

/** Each body run as a function, one case for each. */
export function functionCases(bodies: readonly string[]): string {
  return bodies.map((body) =>
    `FUNCTION FLUSH ; FUNCTION LOAD ${quoted(library(body))} ; FCALL f 1 key value`
  ).join("\n");
}
