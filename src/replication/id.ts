/**
 * Ids: 40 random hex digits name a history of data, a run of a server, and the end of a snapshot that
 * is sent before its length is known.
 *
 * @module
 */

/** A new id. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(20));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
