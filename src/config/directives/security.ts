/**
 * Directives of access: who may do what.
 *
 * @module
 */

import { directive, type Topic } from "../directive.ts";
import { integer, NATURAL, oneOf, secret, text } from "../kinds.ts";

const guard = oneOf(["no", "yes", "local"]);

export const security = {
  title: "Security",
  directives: [
    directive("requirepass", secret, {
      default: "",
      sensitive: true,
      acts: true,
      doc: "Password that clients must give; empty for none",
    }),
    directive("aclfile", text("<path>"), {
      default: "",
      mutable: false,
      acts: true,
      doc: "File with the users and their rights",
    }),
    directive("acllog-max-len", integer(NATURAL), {
      default: 128,
      acts: true,
      doc: "Entries that the log of refused commands keeps",
    }),
    directive("acl-pubsub-default", oneOf(["allchannels", "resetchannels"]), {
      default: "resetchannels",
      acts: true,
      doc: "Channels that a new user may use",
    }),
    directive("enable-debug-command", guard, {
      default: "no",
      mutable: false,
      acts: true,
      doc: "Who may use DEBUG",
    }),
    directive("enable-module-command", guard, {
      default: "no",
      mutable: false,
      doc: "Who may use MODULE",
    }),
    directive("enable-protected-configs", guard, {
      default: "no",
      mutable: false,
      acts: true,
      doc: "Who may change dir and dbfilename with CONFIG SET",
    }),
  ],
} as const satisfies Topic;
