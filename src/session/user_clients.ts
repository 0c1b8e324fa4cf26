/**
 * What changes of users mean for the clients that are logged in as them.
 *
 * @module
 */

import { allowsChannel } from "../acl/selector.ts";
import type { Acl, AclEffects } from "../acl/acl.ts";
import type { User } from "../acl/user.ts";
import type { ByteString } from "../bytes/bytes.ts";
import type { Client } from "./client.ts";
import { clientType } from "./client_info.ts";
import type { Clients } from "./clients.ts";
import type { Subscriptions } from "./subscriptions.ts";

/** What this needs of the server. */
export interface UserClientsNeeds {
  readonly acl: Acl;
  readonly clients: Clients;
}

/** Follows the changes of a server's users. */
export class UserClients implements AclEffects {
  readonly #parts: UserClientsNeeds;

  constructor(parts: UserClientsNeeds) {
    this.#parts = parts;
  }

  changed(user: User): void {
    for (const client of this.#of(user)) client.rightsChanged();
  }

  removed(user: User, by: unknown): void {
    const { defaultUser } = this.#parts.acl;
    for (const client of this.#of(user)) {
      // Should it be asked for anything before it is gone, it is nobody.
      client.user = defaultUser;
      client.authenticated = false;
      end(client, by);
    }
  }

  channelsLeft(user: User, patterns: readonly ByteString[], by: unknown): void {
    for (const client of this.#of(user)) {
      if (clientType(client) !== "pubsub") continue;
      if (!allowsAll(patterns, client.subscriptions!)) end(client, by);
    }
  }

  /** The clients of a user; a copy, as they may go while they are looked at. O(clients) */
  #of(user: User): Client[] {
    return [...this.#parts.clients.values()].filter((client) => client.user === user);
  }
}

/** Close a client; the one that asked for it gets its reply first. */
function end(client: Client, by: unknown): void {
  if (client === by) client.closeAfterReply = true;
  else client.close();
}

function allowsAll(
  patterns: readonly ByteString[],
  { channel, pattern, shard }: Subscriptions,
): boolean {
  const allows = (names: ReadonlySet<ByteString>, isPattern: boolean) =>
    [...names].every((name) => allowsChannel(patterns, name, isPattern));
  return allows(pattern, true) && allows(channel, false) && allows(shard, false);
}
