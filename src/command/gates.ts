/**
 * The gates that a command passes before it runs, as facts: their order, and which commands each of
 * them concerns. What a gate answers is up to the part of the server that it belongs to (see
 * `execution/gates.ts`).
 *
 * A gate is a bit. Parts of the server raise and lower theirs; a command carries the bits of the gates
 * that concern it, so that one `&` tells whether anybody has to be asked. A transaction collects the
 * bits of what is queued, which count for its EXEC.
 *
 * The order is a real server's (`processCommand`): where several would refuse, the first one answers.
 *
 * @module
 */

/** What a gate needs to know of a command. */
export interface GateFacts {
  readonly name: string;
  readonly isWrite: boolean;
  readonly isReadOnly: boolean;
  readonly mayReplicate: boolean;
  readonly denyOom: boolean;
  readonly noAuth: boolean;
  readonly noMulti: boolean;
  readonly allowLoading: boolean;
  readonly noAsyncLoading: boolean;
  readonly allowStale: boolean;
  readonly immediateInMulti: boolean;
  readonly whileSubscribed: boolean;
  readonly allowBusy: boolean;
  /** Whether it compiles or runs scripts. */
  readonly needsEngine: boolean;
  /** Whether further gates hang on its arguments (`gatesOfRequest` in its literal). */
  readonly hasRequestGates: boolean;
  /** Whether it has a condition of its own (`requires` in its literal). */
  readonly isConditional: boolean;
}

/** A gate as a fact. */
export interface GateSpec {
  readonly name: string;
  /** Whether it concerns a command that is to run or to be queued. */
  readonly concerns: (command: GateFacts) => boolean;
  /** Whether it concerns the EXEC of a transaction with this command; as `concerns` when absent. */
  readonly concernsQueued?: (command: GateFacts) => boolean;
}

const always = () => true;
const never = () => false;
const writes = ({ isWrite }: GateFacts) => isWrite;
const mayWrite = ({ isWrite, mayReplicate }: GateFacts) => isWrite || mayReplicate;

/** The gates in the order in which they are asked. */
const SPECS = [
  // Commands with a condition in their literal, as DEBUG with `enable-debug-command`.
  { name: "condition", concerns: (c) => c.isConditional, concernsQueued: never },
  { name: "authentication", concerns: (c) => !c.noAuth, concernsQueued: never },
  // Commands that cannot be queued.
  {
    name: "transaction",
    concerns: (c) => c.noMulti && !c.immediateInMulti,
    concernsQueued: never,
  },
  // What the client's user may do; the commands of a transaction are asked for one by one.
  { name: "acl", concerns: (c) => !c.noAuth, concernsQueued: never },
  // A script says in its first line what it does: it is asked for as though it were such a command.
  { name: "request", concerns: (c) => c.hasRequestGates, concernsQueued: never },
  // Queuing takes memory as well, whatever is queued.
  { name: "memory", concerns: always, concernsQueued: (c) => c.denyOom },
  // Also PING, so that a check of the server's health sees it.
  {
    name: "disk",
    concerns: (c) => c.isWrite || c.name === "ping",
    concernsQueued: writes,
  },
  { name: "replicas", concerns: writes },
  { name: "readonly", concerns: writes },
  { name: "subscribed", concerns: (c) => !c.whileSubscribed, concernsQueued: never },
  { name: "stale", concerns: (c) => !c.allowStale },
  { name: "loading", concerns: (c) => !c.allowLoading },
  { name: "async-loading", concerns: (c) => c.noAsyncLoading },
  // A slow script runs.
  { name: "busy", concerns: (c) => !c.allowBusy, concernsQueued: never },
  {
    name: "replica-client",
    concerns: (c) => c.isWrite || c.isReadOnly || c.mayReplicate,
    concernsQueued: never,
  },
  { name: "pause", concerns: always, concernsQueued: never },
  { name: "pause-writes", concerns: mayWrite },
  // Keys on their way to another server. It looks into the queue of a transaction itself.
  { name: "held", concerns: always, concernsQueued: never },
  // The module that runs scripts is not loaded yet.
  { name: "engine", concerns: (c) => c.needsEngine },
] as const satisfies readonly GateSpec[];

/** The name of a gate. */
export type GateName = typeof SPECS[number]["name"];

/** The gates in the order in which they are asked. */
export const GATES: readonly (GateSpec & { readonly name: GateName })[] = SPECS;

/** The bit of each gate. */
export const GATE = Object.fromEntries(GATES.map(({ name }, i) => [name, 1 << i])) as Readonly<
  Record<GateName, number>
>;

/** All gates. */
export const ALL_GATES = (1 << GATES.length) - 1;

/** The bits of some gates. */
export function gateBits(...names: readonly GateName[]): number {
  return names.reduce((bits, name) => bits | GATE[name], 0);
}

/** The gates that concern a command. */
export function gatesOf(command: GateFacts): number {
  return GATES.reduce(
    (bits, { name, concerns }) => concerns(command) ? bits | GATE[name] : bits,
    0,
  );
}

/** The gates that concern the EXEC of a transaction with this command. */
export function queuedGatesOf(command: GateFacts): number {
  return GATES.reduce(
    (bits, { name, concerns, concernsQueued = concerns }) =>
      concernsQueued(command) ? bits | GATE[name] : bits,
    0,
  );
}
