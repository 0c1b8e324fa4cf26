import { conform } from "./runner.ts";

// The runner itself has one connection open, the main one is the second.
conform(
  "maxclients",
  String.raw`
PING ; @b PING
[2] @b PING ; @c PING & ; @c < ; @c !closed ; PING
[2] @b QUIT ; @b !closed ; @c PING
CONFIG GET maxclients
CONFIG SET maxclients 0
CONFIG SET maxclients abc
`,
  { args: ["--maxclients", "3"], fresh: true },
);
