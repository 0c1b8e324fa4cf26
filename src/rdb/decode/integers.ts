/**
 * Little-endian integers out of bytes. Callers have checked that the bytes are there.
 *
 * @module
 */

/** Signed 16 bits. */
export function int16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] | (bytes[at + 1] << 8)) << 16) >> 16;
}

/** Signed 24 bits. */
export function int24(bytes: Uint8Array, at: number): number {
  return ((bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16)) << 8) >> 8;
}

/** Signed 32 bits. */
export function int32(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
}

/** Unsigned 32 bits. */
export function uint32(bytes: Uint8Array, at: number): number {
  return int32(bytes, at) >>> 0;
}

/** Signed 64 bits as a number; beyond 2^53 the nearest one. */
export function int64Number(bytes: Uint8Array, at: number): number {
  return int32(bytes, at + 4) * 4294967296 + uint32(bytes, at);
}

/** Signed 64 bits, exactly. */
export function int64(bytes: Uint8Array, at: number): bigint {
  return (BigInt(int32(bytes, at + 4)) << 32n) | BigInt(uint32(bytes, at));
}

/** The largest double below 2^63. */
export const LARGEST_INT64 = 2 ** 63 - 1024;

/** Signed 64 bits as decimal digits, exactly. */
export function int64Text(bytes: Uint8Array, at: number): string {
  const value = int64Number(bytes, at);
  return Number.isSafeInteger(value) ? String(value) : int64(bytes, at).toString();
}
