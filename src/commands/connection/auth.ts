/**
 * Who a client is: the check of a password against the configuration.
 *
 * There is one user, `default`, whose password is `requirepass`; without one, every password is
 * right, as for a user without password.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { RedisError } from "../../resp/reply.ts";
import type { AdminContext } from "../services.ts";

/** What these commands work with. */
type Needs = AdminContext<"stats">;

/**
 * Authenticate a client.
 *
 * @throws RedisError WRONGPASS
 */
export function authenticate(context: Needs, user: ByteString, password: ByteString): void {
  const required = context.config.values.requirepass;
  if (user !== "default" || (required !== "" && !equalInConstantTime(password, required))) {
    context.services.stats.deniedLogins++;
    throw new RedisError("WRONGPASS invalid username-password pair or user is disabled.");
  }
  context.client.user = user;
  context.client.authenticated = true;
}

/** Compare without telling by the time taken where two secrets differ. */
function equalInConstantTime(given: ByteString, secret: ByteString): boolean {
  let difference = given.length ^ secret.length;
  for (let i = 0; i < secret.length; i++) {
    difference |= secret.charCodeAt(i) ^ (i < given.length ? given.charCodeAt(i) : 0);
  }
  return difference === 0;
}
