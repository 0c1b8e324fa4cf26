/**
 * Who calls: what differs between a command of a connected client, one within a transaction, one
 * from the primary, from a file, or from the program around the server. All run through the same
 * executor; these differences are data.
 *
 * @module
 */

import { ALL_GATES, gateBits } from "../command/gates.ts";

/** A kind of caller. */
export interface Caller {
  readonly name: "client" | "exec" | "script" | "primary" | "file" | "local";
  /** The gates that are asked. */
  readonly gates: number;
  /** Whether a command may wait; otherwise it answers as though its time were up. */
  readonly mayBlock: boolean;
  /**
   * Its commands were accepted elsewhere and must be done: limits on what clients may ask do not
   * apply, and keys past their time count as present.
   */
  readonly obeyed: boolean;
  /** Whether commands run within a transaction. */
  readonly inTransaction: boolean;
  /** The caller of the commands of its transaction. */
  readonly queued: Caller;
}

/** A caller with what its transactions call as. */
function caller(facts: Omit<Caller, "queued" | "inTransaction">): Caller {
  const exec: Caller = {
    ...facts,
    name: "exec",
    gates: 0,
    mayBlock: false,
    inTransaction: true,
    get queued() {
      return exec;
    },
  };
  return { ...facts, inTransaction: false, queued: exec };
}

/** A client with a connection. */
export const CLIENT: Caller = caller({
  name: "client",
  gates: ALL_GATES,
  mayBlock: true,
  obeyed: false,
});

/**
 * The program around the server. It has no connection to answer later, so its commands are never
 * put off.
 */
export const LOCAL: Caller = caller({
  name: "local",
  gates: ALL_GATES & ~gateBits("pause", "pause-writes", "held"),
  mayBlock: false,
  obeyed: false,
});

/** The primary that this server follows. Only a disk that cannot take its writes stops it. */
export const PRIMARY: Caller = caller({
  name: "primary",
  gates: gateBits("disk"),
  mayBlock: false,
  obeyed: true,
});

/** An append-only file that is loaded. */
export const FILE: Caller = caller({
  name: "file",
  gates: 0,
  mayBlock: false,
  obeyed: true,
});

/** A script of a client. What its calls may do is asked where scripts run. */
export const SCRIPT: Caller = caller({
  name: "script",
  gates: 0,
  mayBlock: false,
  obeyed: false,
});

/** A script that the primary or a file has sent. */
export const OBEYED_SCRIPT: Caller = caller({
  name: "script",
  gates: 0,
  mayBlock: false,
  obeyed: true,
});
