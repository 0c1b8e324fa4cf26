/**
 * What the process uses of its machine.
 *
 * @module
 */

/** What the process uses. */
export interface Resources {
  /** Bytes of physical memory. */
  resident: number;
  /** Bytes in use on the V8 heap. */
  heapUsed: number;
  /** Bytes of the V8 heap, used or not. */
  heapTotal: number;
  /** Bytes outside the V8 heap that belong to JavaScript objects. */
  external: number;
  /** Bytes of memory that the machine has. */
  machineMemory: number;
  /** Seconds of processor time in user mode. */
  cpuUser: number;
  /** Seconds of processor time in the kernel. */
  cpuSystem: number;
}
