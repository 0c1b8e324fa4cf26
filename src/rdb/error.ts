/**
 * The one error that reading an RDB file or stream can end in, and how a byte string is shown in
 * its text.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";

/**
 * What kind of fault it is:
 * `short-read` the data ends too early, or a length claims more than there is;
 * `checksum` the CRC does not fit; `magic` it is no RDB file; `version` a format that is not known;
 * `module` data of a module that is not there; `limit` well formed, but more than this program can
 * hold; `corrupt` everything else.
 */
export type RdbErrorKind =
  | "short-read"
  | "checksum"
  | "magic"
  | "version"
  | "module"
  | "limit"
  | "corrupt";

/** An RDB file or stream that cannot be decoded. The message ends in the byte offset. */
export class RdbError extends Error {
  override name = "RdbError";
  /** What kind of fault it is. */
  readonly kind: RdbErrorKind;
  /** Byte offset in the file or stream at which it was noticed. */
  readonly offset: number;
  /** What was noticed there. */
  readonly what: string;

  constructor(kind: RdbErrorKind, what: string, offset: number) {
    super(`${what} at byte offset ${offset}`);
    this.kind = kind;
    this.what = what;
    this.offset = offset;
  }
}

/** The same key twice in one database. A loader notices this when it inserts the key. */
export function duplicateKeyError(db: number, key: ByteString, offset: number): RdbError {
  return new RdbError("corrupt", `RDB has duplicated key ${quoted(key)} in DB ${db}`, offset);
}

/** A byte string for a message: in quotes, cut to 64 bytes, with what is not printable escaped. */
export function quoted(value: ByteString): string {
  let out = "";
  const shown = Math.min(value.length, 64);
  for (let i = 0; i < shown; i++) {
    const code = value.charCodeAt(i);
    if (code < 0x20 || code > 0x7e || code === 0x27 || code === 0x5c) {
      out += "\\x" + code.toString(16).padStart(2, "0");
    } else {
      out += value[i];
    }
  }
  return `'${out}'${shown < value.length ? "..." : ""}`;
}
