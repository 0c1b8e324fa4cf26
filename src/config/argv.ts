/**
 * The server's command line: `[file] [-] [--directive value ...] ... [-]`. Its options become lines
 * of configuration text, to be read after the file, so that they obey the same rules and fail with
 * the same messages.
 *
 * @module
 */

import { asciiLower, type ByteString, fromText } from "../bytes/bytes.ts";
import { quoteBytes } from "../bytes/repr.ts";
import { splitArgs } from "../bytes/split_args.ts";

/** Start a server. */
export interface RunArguments {
  readonly kind: "run";
  /** The configuration file as it was given, or null. */
  readonly file: string | null;
  /** Read configuration from standard input too. */
  readonly stdin: boolean;
  /** The options as configuration lines. */
  readonly options: ByteString;
}

/** What a command line asks for. */
export type Arguments =
  | RunArguments
  | { readonly kind: "version" }
  | { readonly kind: "help" }
  /** Nothing that this server can do; `message` says why, for standard error. */
  | { readonly kind: "error"; readonly message: string };

const REFUSED: Record<string, string> = {
  "--test-memory": "This server does not test memory: use a tool such as memtester.",
  "--check-system": "This server has no checks of the system.",
};

/**
 * Read the arguments that follow the program's name.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(parseArguments(["redis.conf", "--port", "7000", "--save", ""]), {
 *   kind: "run",
 *   file: "redis.conf",
 *   stdin: false,
 *   options: 'port "7000" \nsave "" ',
 * });
 * ```
 */
export function parseArguments(argv: readonly string[]): Arguments {
  const first = argv[0];
  if (first === "-v" || first === "--version") return { kind: "version" };
  if (first === "-h" || first === "--help") return { kind: "help" };
  if (first !== undefined && Object.hasOwn(REFUSED, first)) {
    return { kind: "error", message: REFUSED[first] };
  }
  if (argv.includes("--sentinel")) {
    return { kind: "error", message: "This server does not work as a Sentinel." };
  }
  const file = first !== undefined && first[0] !== "-" ? first : null;
  const start = file === null ? 0 : 1;
  let stdin = false;
  let options = "";
  // A word that begins with two dashes is an option, unless the option before still needs a value.
  let needsValue = false;
  for (let i = start; i < argv.length; i++) {
    const word = argv[i];
    if (word === "-" && (i === 0 || i === argv.length - 1)) {
      stdin = true;
    } else if (!needsValue && word.startsWith("--")) {
      if (options !== "") options += "\n";
      options += fromText(word.slice(2)) + " ";
      needsValue = splitArgs(fromText(word))?.length === 1;
      const next = argv[i + 1];
      if (asciiLower(word) === "--save" && (next === undefined || next.startsWith("--"))) {
        // `--save` with nothing behind it turns snapshots off.
        options += '""';
        needsValue = false;
      }
    } else {
      options += quoteBytes(fromText(word)) + " ";
      needsValue = false;
    }
  }
  return { kind: "run", file, stdin, options };
}
