/**
 * The sizes up to which collections keep their compact encodings. One object of these belongs to a
 * server and is changed in place by CONFIG SET; values get it as an argument of the operations that
 * may convert, so that several servers in one process keep their own.
 *
 * @module
 */

/** Thresholds of the encodings; the names are the directives' in camel case. */
export interface EncodingLimits {
  hashMaxListpackEntries: number;
  hashMaxListpackValue: number;
  /** Positive: entries a node; -1 … -5: 4, 8, 16, 32, 64 KB a node. */
  listMaxListpackSize: number;
  /**
   * From so many bytes on an element of a long list is a node by itself; 0 leaves that to the size
   * of nodes. Only DEBUG QUICKLIST-PACKED-THRESHOLD sets it.
   */
  listPackedThreshold: number;
  setMaxIntsetEntries: number;
  setMaxListpackEntries: number;
  setMaxListpackValue: number;
  zsetMaxListpackEntries: number;
  zsetMaxListpackValue: number;
  streamNodeMaxBytes: number;
  streamNodeMaxEntries: number;
}

/** A new object with the defaults of Redis 7.2. */
export function defaultLimits(): EncodingLimits {
  return {
    hashMaxListpackEntries: 512,
    hashMaxListpackValue: 64,
    listMaxListpackSize: -2,
    listPackedThreshold: 0,
    setMaxIntsetEntries: 512,
    setMaxListpackEntries: 128,
    setMaxListpackValue: 64,
    zsetMaxListpackEntries: 128,
    zsetMaxListpackValue: 64,
    streamNodeMaxBytes: 4096,
    streamNodeMaxEntries: 100,
  };
}
