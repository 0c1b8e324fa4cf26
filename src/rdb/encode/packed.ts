/**
 * Packed lists of strings: a listpack from version 10 on, a ziplist before (see `../decode/listpack.ts` and
 * `../decode/ziplist.ts` for the layouts).
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { parseInteger } from "../../bytes/int.ts";
import {
  END_MARK,
  HEADER_BYTES,
  textSizeBound,
  writeInteger,
  writeText,
} from "../../values/stream_listpack.ts";
import type { EncodeContext } from "./context.ts";
import type { ByteSink } from "./sink.ts";

/** First version whose packed lists are listpacks. */
export const LISTPACK_VERSION = 10;

const COUNT_UNKNOWN = 0xffff;

/** Begin a packed list in `context.packed`. */
export function beginPacked(context: EncodeContext): PackedWriter {
  const writer = context.version >= LISTPACK_VERSION ? listpack : ziplist;
  writer.begin(context.packed);
  return writer;
}

/** Writes one packed list at a time. */
export interface PackedWriter {
  begin(sink: ByteSink): void;
  /** Append a string, as an integer where it is one. */
  text(value: ByteString): void;
  /** Append an integer. */
  integer(value: number): void;
  /** Write header and end mark. */
  end(): void;
}

class ListpackWriter implements PackedWriter {
  #sink!: ByteSink;
  #count = 0;

  begin(sink: ByteSink): void {
    this.#sink = sink;
    this.#count = 0;
    sink.length = 0;
    sink.reserve(HEADER_BYTES);
    sink.length = HEADER_BYTES;
  }

  text(value: ByteString): void {
    const sink = this.#sink;
    sink.reserve(textSizeBound(value));
    sink.length = writeText(sink.bytes, sink.length, value);
    this.#count++;
  }

  integer(value: number): void {
    const sink = this.#sink;
    sink.reserve(10);
    sink.length = writeInteger(sink.bytes, sink.length, value);
    this.#count++;
  }

  end(): void {
    const sink = this.#sink;
    sink.byte(END_MARK);
    const size = sink.length;
    sink.length = 0;
    sink.uint32(size);
    sink.uint16(Math.min(this.#count, COUNT_UNKNOWN));
    sink.length = size;
  }
}

const ZIPLIST_HEADER = 10;
/** From here on an entry's length takes five bytes in the entry behind it. */
const LONG_PREVIOUS = 254;

class ZiplistWriter implements PackedWriter {
  #sink!: ByteSink;
  #count = 0;
  /** Where the last entry begins. */
  #last = ZIPLIST_HEADER;
  /** Its length. */
  #previous = 0;

  begin(sink: ByteSink): void {
    this.#sink = sink;
    this.#count = 0;
    this.#last = ZIPLIST_HEADER;
    this.#previous = 0;
    sink.length = 0;
    sink.reserve(ZIPLIST_HEADER);
    sink.length = ZIPLIST_HEADER;
  }

  text(value: ByteString): void {
    const sink = this.#sink;
    const start = this.#enter();
    const length = value.length;
    const integer = length > 0 && length <= 20 ? parseInteger(value) : null;
    if (integer !== null) {
      writeZiplistInteger(sink, integer);
    } else {
      if (length < 0x40) {
        sink.byte(length);
      } else if (length < 0x4000) {
        sink.byte(0x40 | (length >> 8));
        sink.byte(length);
      } else {
        sink.byte(0x80);
        sink.uint32BigEndian(length);
      }
      sink.text(value);
    }
    this.#leave(start);
  }

  integer(value: number): void {
    const start = this.#enter();
    writeZiplistInteger(this.#sink, value);
    this.#leave(start);
  }

  #enter(): number {
    const sink = this.#sink;
    const start = sink.length;
    if (this.#previous < LONG_PREVIOUS) {
      sink.byte(this.#previous);
    } else {
      sink.byte(LONG_PREVIOUS);
      sink.uint32(this.#previous);
    }
    return start;
  }

  #leave(start: number): void {
    this.#last = start;
    this.#previous = this.#sink.length - start;
    this.#count++;
  }

  end(): void {
    const sink = this.#sink;
    sink.byte(END_MARK);
    const size = sink.length;
    sink.length = 0;
    sink.uint32(size);
    sink.uint32(this.#last);
    sink.uint16(Math.min(this.#count, COUNT_UNKNOWN));
    sink.length = size;
  }
}

function writeZiplistInteger(sink: ByteSink, value: number | bigint): void {
  if (typeof value === "bigint" || value < -0x80000000 || value > 0x7fffffff) {
    sink.byte(0xe0);
    sink.int64(value);
  } else if (value >= 0 && value <= 12) {
    sink.byte(0xf1 + value);
  } else if (value >= -0x80 && value <= 0x7f) {
    sink.byte(0xfe);
    sink.byte(value);
  } else if (value >= -0x8000 && value <= 0x7fff) {
    sink.byte(0xc0);
    sink.uint16(value);
  } else if (value >= -0x800000 && value <= 0x7fffff) {
    sink.byte(0xf0);
    sink.uint16(value);
    sink.byte(value >> 16);
  } else {
    sink.byte(0xd0);
    sink.uint32(value);
  }
}

const listpack: PackedWriter = new ListpackWriter();
const ziplist: PackedWriter = new ZiplistWriter();
