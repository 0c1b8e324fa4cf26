/**
 * The function libraries of a server, as the source code that files and replicas get of them.
 *
 * @module
 */

import { asciiLower, type ByteString } from "../bytes/bytes.ts";

/** The name in a library's first line. */
function libraryName(code: ByteString): ByteString | undefined {
  return /^#![^\n]*?\bname=([^\s]+)/.exec(code)?.[1];
}

/** The libraries of one server. */
export class LibraryStore {
  #sources: readonly ByteString[] = [];

  /** The source code of each library. */
  get sources(): readonly ByteString[] {
    return this.#sources;
  }

  /** Hold these, and no others. */
  replace(sources: readonly ByteString[]): void {
    this.#sources = sources;
  }

  /**
   * While there is no FUNCTION command, what a primary or a file says of libraries is kept as it is.
   *
   * @returns false when it is another command
   */
  keep(args: readonly ByteString[]): boolean {
    if (asciiLower(args[0]) !== "function") return false;
    switch (asciiLower(args[1] ?? "")) {
      case "load": {
        const code = args[args.length - 1];
        const name = libraryName(code);
        this.#sources = [
          ...this.#sources.filter((other) => libraryName(other) !== name),
          code,
        ];
        return true;
      }
      case "delete":
        this.#sources = this.#sources.filter((code) => libraryName(code) !== args[2]);
        return true;
      case "flush":
        this.#sources = [];
        return true;
      default:
        return false;
    }
  }
}
