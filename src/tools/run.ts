/**
 * What the tools do alike: wrong use ends in exit code 2, files that cannot be read or decoded in a
 * message and an exit code that says so.
 *
 * @module
 */

import { osReason } from "../config/os_error.ts";
import { RdbError } from "../rdb/error.ts";
import { OutputClosedError } from "../cli/io.ts";
import { complain, type ToolIo } from "./io.ts";
import { UsageError } from "./options.ts";

/** Wrong use of the command line. */
export const EXIT_USAGE = 2;
/** The exit code that a shell reports of a program whose output was closed: 128 and SIGPIPE. */
const EXIT_CLOSED = 141;

/** A file that cannot be read or decoded. */
export class FileError extends Error {
  override name = "FileError";
}

function isSystemError(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return / \(os error \d+\)/.test(error.message) || Object.hasOwn(Deno.errors, error.name);
}

/** Where a message does not name the file, name it. */
export async function naming<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RdbError) throw new FileError(`${path}: ${error.message}`);
    if (isSystemError(error)) throw new FileError(`${path}: ${osReason(error)}`);
    throw error;
  }
}

/**
 * Run a tool.
 *
 * @param name as it is called on the command line
 * @param failure the exit code for files that cannot be read or decoded
 * @returns the exit code
 */
export async function runTool(
  io: ToolIo,
  name: string,
  work: () => Promise<number>,
  failure = 1,
): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OutputClosedError) return EXIT_CLOSED;
    if (error instanceof UsageError) {
      complain(io, `${name}: ${error.message}; see ${name} --help`);
      return EXIT_USAGE;
    }
    if (error instanceof RdbError || error instanceof FileError) {
      complain(io, `${name}: ${error.message}`);
      return failure;
    }
    if (isSystemError(error)) {
      // Deno's own message names the file.
      complain(io, `${name}: ${error.message}`);
      return failure;
    }
    throw error;
  }
}
