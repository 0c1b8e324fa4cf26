/**
 * Fingerprints of keys, values and function libraries; `datatypes/fingerprint.ts` tells what they are
 * good for.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { type Fingerprint, outer } from "../datatypes/fingerprint.ts";
import { dataType } from "../datatypes/mod.ts";
import type { RdbValue } from "../rdb/records.ts";

export type { Fingerprint } from "../datatypes/fingerprint.ts";

/** The fingerprint of a key's name. */
export function hashKey(db: number, key: ByteString): Fingerprint {
  return outer.begin(1).double(db).text(key).end();
}

/** The fingerprint of a function library's name; never that of a key. */
export function hashLibrary(name: ByteString): Fingerprint {
  return outer.begin(2).text(name).end();
}

/** The fingerprint of a string by itself. */
export function hashText(text: ByteString): Fingerprint {
  return outer.begin(3).text(text).end();
}

/** The fingerprint of a value: its type and its content. O(size of the value). */
export function hashValue(value: RdbValue): Fingerprint {
  return dataType(value.type).fingerprint(value);
}
