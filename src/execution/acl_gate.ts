/**
 * The gate of access control: asks whether a client's user may run a command, and notes it in the log
 * when it may not.
 *
 * It is up for clients alone whose user is limited in any way. Commands are asked for when they come
 * in, those of a transaction once more when it runs, and those of a script when it calls them.
 *
 * @module
 */

import type { Acl } from "../acl/acl.ts";
import { type AclRefusal, type RefusalReason, refusalText, refusedObject } from "../acl/check.ts";
import type { LogContext } from "../acl/log.ts";
import type { ByteString } from "../bytes/bytes.ts";
import type { Command } from "../command/command.ts";
import { ErrorReply } from "../resp/reply.ts";
import type { Client } from "../session/client.ts";
import { clientLine } from "../session/client_info.ts";

/** What EXEC says of a command that may not run any more. */
const REASONS: Record<RefusalReason, string> = {
  command: "no permission to execute the command or subcommand",
  key: "no permission to touch the specified keys",
  channel: "no permission to access one of the channels used as arguments",
};

/** The gate of one server. */
export class AclGate {
  readonly #acl: Acl;

  constructor({ acl }: { readonly acl: Acl }) {
    this.#acl = acl;
  }

  /** What a client's request is answered that is to run or to be queued; null when it may be. */
  admit(client: Client, command: Command, args: readonly ByteString[]): ErrorReply | null {
    const context = client.transaction === null ? "toplevel" : "multi";
    const refusal = this.#check(client, command, args, context);
    if (refusal === null) return null;
    return new ErrorReply(`NOPERM ${refusalText(refusal, client.user!, command, args)}`);
  }

  /** What a command of a transaction is answered that is about to run; null when it may. */
  admitQueued(client: Client, command: Command, args: readonly ByteString[]): ErrorReply | null {
    const refusal = this.#check(client, command, args, "multi");
    if (refusal === null) return null;
    return new ErrorReply(
      "NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC " +
        "call. This command is no longer allowed for the following reason: " +
        REASONS[refusal.reason],
    );
  }

  /** What a script is told whose command may not run for its client; null when it may. */
  admitScripted(
    client: Client,
    command: Command,
    args: readonly ByteString[],
  ): ByteString | null {
    const refusal = this.#check(client, command, args, "lua");
    if (refusal === null) return null;
    return `ACL failure in script: ${refusalText(refusal, client.user!, command, args)}`;
  }

  #check(
    client: Client,
    command: Command,
    args: readonly ByteString[],
    context: LogContext,
  ): AclRefusal | null {
    const { user } = client;
    if (user === null) return null;
    const refusal = this.#acl.check(user, command, args);
    if (refusal === null) return null;
    this.#acl.refused.add({
      reason: refusal.reason,
      context,
      object: refusedObject(refusal, command, args),
      username: user.name,
      clientInfo: clientLine(client),
    });
    return refusal;
  }
}
