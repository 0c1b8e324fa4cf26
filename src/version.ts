/**
 * Version numbers, said in one place.
 *
 * @module
 */

/** The Redis version whose behaviour this server has; clients choose their features by it. */
export const REDIS_VERSION = "7.2.6";

/** The version of this program. */
export const REDENO_VERSION = "0.1.0";
