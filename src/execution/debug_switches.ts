/**
 * What DEBUG turns on and off.
 *
 * @module
 */

/** The switches of one server. */
export class DebugSwitches {
  /** Whether the active side of expiry works (DEBUG SET-ACTIVE-EXPIRE). */
  activeExpire = true;
  /** Milliseconds for which each write to the append-only file is put off (DEBUG AOF-FLUSH-SLEEP). */
  aofFlushDelayMs = 0;
  /** Whether commands that are not for scripts are refused there (DEBUG SET-DISABLE-DENY-SCRIPTS). */
  deniesScriptCommands = true;
  /** Whether checksums of RDB files and DUMP payloads count (DEBUG SET-SKIP-CHECKSUM-VALIDATION). */
  verifiesChecksums = true;
}
