/**
 * The one table of configuration directives, put together from its topics, and the views of it that
 * others need: the type of all values, look-up by name, what acts here and what does not.
 *
 * Source: the directives, types, ranges and defaults of Redis 7.2. The default of `bind` is this
 * server's own: the loopback addresses.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import { asciiLower } from "../bytes/bytes.ts";
import type { Directive, PropertyName, Topic } from "./directive.ts";
import { cluster, tls } from "./directives/cluster.ts";
import { encodings, memory } from "./directives/memory.ts";
import { network } from "./directives/network.ts";
import { appendOnlyFile, snapshots } from "./directives/persistence.ts";
import { replication } from "./directives/replication.ts";
import { security } from "./directives/security.ts";
import { observing, server } from "./directives/server.ts";

const topics = [
  network,
  server,
  observing,
  security,
  memory,
  encodings,
  snapshots,
  appendOnlyFile,
  replication,
  cluster,
  tls,
] as const;

type Entry = typeof topics[number]["directives"][number];

/** The name of a directive (not an alias). */
export type DirectiveName = Entry["name"];

type ValueOf<E> = E extends Directive<string, infer V> ? V : never;

/** The value of each directive under its name in camel case: `proto-max-bulk-len` is `protoMaxBulkLen`. */
export type ConfigValues = {
  readonly [E in Entry as PropertyName<E["name"]>]: ValueOf<E>;
};

/** The table by topics. */
export const TOPICS: readonly Topic[] = topics;

/** Every directive. */
export const DIRECTIVES: readonly Directive[] = TOPICS.flatMap((topic) => topic.directives);

/** A directive under one of its names. */
export interface NamedDirective {
  /** The name or the alias, in lower case. */
  readonly name: string;
  readonly directive: Directive;
}

/** Every name that CONFIG GET knows, aliases included. */
export const NAMES: readonly NamedDirective[] = DIRECTIVES.flatMap((directive) =>
  [directive.name, directive.alias]
    .filter((name) => name !== null)
    .map((name) => ({ name, directive }))
);

const byName = new Map(NAMES.map((named) => [named.name, named]));

/** The directive of a name or an alias, in any case. */
export function findDirective(name: ByteString): NamedDirective | undefined {
  return byName.get(asciiLower(name));
}

/** What only a configuration file or the command line can say, beside the directives. */
export const FILE_DIRECTIVES: readonly { name: string; label: string; doc: string }[] = [
  {
    name: "include",
    label: "<path>",
    doc: "Read another configuration file; wildcards may match many",
  },
  { name: "rename-command", label: "<name> <name>", doc: 'Rename a command; "" removes it' },
];

/** A directive that this server takes but does not act on. */
export interface InertDirective {
  readonly name: string;
  readonly doc: string;
}

/** The directives that are accepted, shown and rewritten, and change nothing here. */
export function inertDirectives(): InertDirective[] {
  return DIRECTIVES.filter(({ acts, hidden }) => !acts && !hidden)
    .map(({ name, doc }) => ({ name, doc }));
}

/** A directive some of whose values are refused. */
export interface RefusingDirective {
  readonly name: string;
  readonly message: string;
}

/** The directives with values that a real server takes and this one cannot honour. */
export function refusingDirectives(): RefusingDirective[] {
  return DIRECTIVES.flatMap(({ name, refuse }) =>
    refuse === null ? [] : [{ name, message: refuse.message }]
  );
}
