/**
 * The gates of a server: which are up, and what each says to a call (see `command/gates.ts` for what
 * they are and their order).
 *
 * A part of the server that has something to say installs its answer once, and raises its bit only
 * while it may matter; what concerns one client alone (it is subscribed, it has not authenticated)
 * is a bit of that client. While no bit is up that concerns a call, no gate is asked. A gate can
 * also be asked without running anything.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { Command } from "../command/command.ts";
import { GATE, type GateName, GATES } from "../command/gates.ts";
import type { Reply } from "../resp/reply.ts";
import type { Client } from "../session/client.ts";

/**
 * What a gate says to a call: an `ErrorReply` refuses it, `NO_REPLY` says that it was put off (the
 * gate's owner runs it later), null lets it pass.
 */
export type Admit = (client: Client, command: Command, args: ByteString[]) => Reply | null;

/** A gate that puts calls off. */
export interface Hold {
  readonly admit: Admit;
  /** Whether a call has to wait, without putting it off. */
  readonly holds: (command: Command, args: readonly ByteString[]) => boolean;
}

/** The gates of one server. */
export class Gates {
  /** The bits of the gates that are up, whoever calls. */
  raised = 0;
  readonly #admit: (Admit | undefined)[] = GATES.map(() => undefined);
  readonly #holds = new Map<number, Hold["holds"]>();

  /** Say what a gate answers. It is not raised by that. */
  install(name: GateName, gate: Admit | Hold): void {
    const hold = typeof gate === "function" ? null : gate;
    this.#admit[GATES.findIndex((spec) => spec.name === name)] = hold?.admit ?? gate as Admit;
    if (hold !== null) this.#holds.set(GATE[name], hold.holds);
  }

  /** Raise a gate, or lower it. */
  set(name: GateName, up: boolean): void {
    if (up) this.raised |= GATE[name];
    else this.raised &= ~GATE[name];
  }

  /** Whether a gate is up. */
  isRaised(name: GateName): boolean {
    return (this.raised & GATE[name]) !== 0;
  }

  /**
   * Ask gates in their order.
   *
   * @param bits the gates to ask
   * @returns what the first one says that does not let the call pass; null when all do
   */
  ask(bits: number, client: Client, command: Command, args: ByteString[]): Reply | null {
    for (let i = 0; i < GATES.length; i++) {
      if ((bits & (1 << i)) === 0) continue;
      const answer = this.#admit[i]?.(client, command, args) ?? null;
      if (answer !== null) return answer;
    }
    return null;
  }

  /** Whether a command that has waited already has to go on waiting. */
  hold(command: Command, args: readonly ByteString[]): boolean {
    const bits = this.raised & command.gates;
    if (bits === 0) return false;
    for (const [bit, holds] of this.#holds) {
      if ((bits & bit) !== 0 && holds(command, args)) return true;
    }
    return false;
  }
}
