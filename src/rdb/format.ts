/**
 * The numbers of the RDB format: versions, opcodes and value types.
 *
 * Versions 1 to 12 are those of Redis up to 7.4. Type numbers that only release candidates wrote are
 * listed so that they can be named when they are refused.
 *
 * @module
 */

/** Newest format version that is read: that of Redis 7.4. */
export const RDB_VERSION_MAX = 12;
/** First version whose files end in a CRC. */
export const RDB_VERSION_CRC = 5;
/** The five bytes that a file begins with; four digits of version follow. */
export const RDB_MAGIC = "REDIS";

/** Bytes that stand where a value type could, and say something else. */
export const Opcode = {
  SLOT_INFO: 244,
  FUNCTION2: 245,
  FUNCTION_PRE_GA: 246,
  MODULE_AUX: 247,
  IDLE: 248,
  FREQ: 249,
  AUX: 250,
  RESIZE_DB: 251,
  EXPIRE_TIME_MS: 252,
  EXPIRE_TIME: 253,
  SELECT_DB: 254,
  EOF: 255,
} as const;

/** Value types: the structure and how it is laid out. */
export const ValueType = {
  STRING: 0,
  LIST: 1,
  SET: 2,
  ZSET: 3,
  HASH: 4,
  ZSET_2: 5,
  MODULE_PRE_GA: 6,
  MODULE_2: 7,
  HASH_ZIPMAP: 9,
  LIST_ZIPLIST: 10,
  SET_INTSET: 11,
  ZSET_ZIPLIST: 12,
  HASH_ZIPLIST: 13,
  LIST_QUICKLIST: 14,
  STREAM_LISTPACKS: 15,
  HASH_LISTPACK: 16,
  ZSET_LISTPACK: 17,
  LIST_QUICKLIST_2: 18,
  STREAM_LISTPACKS_2: 19,
  SET_LISTPACK: 20,
  STREAM_LISTPACKS_3: 21,
  HASH_METADATA_PRE_GA: 22,
  HASH_LISTPACK_EX_PRE_GA: 23,
  HASH_METADATA: 24,
  HASH_LISTPACK_EX: 25,
} as const;
