/**
 * Who a client is: logging in as a user.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { RedisError } from "../../resp/reply.ts";
import { clientLine } from "../../session/client_info.ts";
import type { AdminContext } from "../services.ts";

/** What these commands work with. */
type Needs = AdminContext<"acl">;

/** A name with its password. */
export interface Credentials {
  readonly name: ByteString;
  readonly password: ByteString;
}

/**
 * Let a client log in.
 *
 * @param command the command that asks, as it was sent
 * @throws RedisError WRONGPASS
 */
export function logIn(
  { client, services: { acl } }: Needs,
  command: ByteString,
  { name, password }: Credentials,
): void {
  const user = acl.login(name, password);
  if (user === null) {
    acl.refused.add({
      reason: "auth",
      context: client.caller.inTransaction ? "multi" : "toplevel",
      object: command,
      username: name,
      clientInfo: clientLine(client),
    });
    throw new RedisError("WRONGPASS invalid username-password pair or user is disabled.");
  }
  client.user = user;
  client.authenticated = true;
}

/** Make a client what a new one is: the default user, logged in if that needs no password. */
export function logOut({ client, services: { acl } }: Needs): void {
  client.user = acl.defaultUser;
  client.authenticated = acl.isOpen;
}
