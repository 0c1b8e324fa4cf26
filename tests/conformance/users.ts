/**
 * Users of the conformance cases.
 *
 * @module
 */

/** Bring the users, and what access control keeps besides, back to how a server starts. */
export const USERS_ANEW: readonly string[] = [
  "ACL DELUSER u v w x",
  "ACL SETUSER default reset on nopass ~* &* +@all",
  "CONFIG SET requirepass ",
  "CONFIG SET acl-pubsub-default resetchannels",
  "ACL LOG RESET",
];
