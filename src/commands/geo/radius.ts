/**
 * The older searches, in circles only: GEORADIUS, GEORADIUSBYMEMBER, and their forms that only read.
 *
 * @module
 */

import {
  type Argument,
  block,
  double,
  integer,
  key,
  oneof,
  opt,
  string,
  token,
} from "../../command/arguments.ts";
import { type Command, type CommandSpec, defineCommand } from "../../command/command.ts";
import { keyAfter, keyRange } from "../../command/key_specs.ts";
import { runSearch } from "./find.ts";
import type { SearchForm } from "./query.ts";
import { UNIT } from "./text.ts";
import type { Context } from "../../command/context.ts";

/** The options; `anySince`: the version of ANY, where it is told. */
function options(anySince?: string): Argument[] {
  const any = token("ANY", anySince === undefined ? {} : { since: anySince });
  return [
    opt(token("WITHCOORD")),
    opt(token("WITHDIST")),
    opt(token("WITHHASH")),
    opt(block("count-block", [integer("count", { token: "COUNT" }), opt(any)])),
    opt(oneof("order", [token("ASC"), token("DESC")])),
  ];
}

const STORE = opt(oneof("store", [
  key("storekey", { display: "key", keySpecIndex: 1, token: "STORE" }),
  key("storedistkey", { display: "key", keySpecIndex: 2, token: "STOREDIST" }),
]));

const POINT: readonly Argument[] = [
  key("key"),
  double("longitude"),
  double("latitude"),
  double("radius"),
  UNIT,
  ...options("6.2.0"),
];
const MEMBER: readonly Argument[] = [
  key("key"),
  string("member"),
  double("radius"),
  UNIT,
  ...options(),
];

const common = {
  group: "geo",
  complexity: "O(N+log(M)) where N is the number of places in the cells of the map that the " +
    "circle touches, and M that of all places",
  deprecatedSince: "6.2.0",
} satisfies Partial<CommandSpec>;

const reading = {
  ...common,
  since: "3.2.10",
  flags: ["readonly"],
  acl: ["@read", "@geo", "@slow"],
  keys: [keyRange("RO access")],
} satisfies Partial<CommandSpec>;

const storing = {
  ...common,
  since: "3.2.0",
  flags: ["write", "denyoom", "movablekeys"],
  acl: ["@write", "@geo", "@slow"],
} satisfies Partial<CommandSpec>;

const ANY_CAME = ["6.2.0", "`COUNT` may be followed by `ANY`."] as const;
const UPPER_CASE_CAME = ["7.0.0", "Units may be given in upper case."] as const;

const GEORADIUS: SearchForm = { keyAt: 1, optionsAt: 6, center: "point", storing: true };
const geoRadius = defineCommand({
  ...storing,
  name: "georadius",
  summary: "Finds the places around a point, or stores them.",
  arity: -6,
  keys: [
    keyRange("RO access"),
    keyAfter("STORE", 6, "OW update"),
    keyAfter("STOREDIST", 6, "OW update"),
  ],
  history: [ANY_CAME, UPPER_CASE_CAME],
  replacedBy: "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` argument",
  args: [...POINT, STORE],
  run: (context, args) => runSearch(context, args, GEORADIUS),
});

const GEORADIUS_RO: SearchForm = { keyAt: 1, optionsAt: 6, center: "point" };
const geoRadiusRo = defineCommand({
  ...reading,
  name: "georadius_ro",
  summary: "Finds the places around a point.",
  arity: -6,
  history: [ANY_CAME],
  replacedBy: "`GEOSEARCH` with the `BYRADIUS` argument",
  args: POINT,
  run: (context, args) => runSearch(context, args, GEORADIUS_RO),
});

const GEORADIUSBYMEMBER: SearchForm = { keyAt: 1, optionsAt: 5, center: "member", storing: true };
const geoRadiusByMember = defineCommand({
  ...storing,
  name: "georadiusbymember",
  summary: "Finds the places around another, or stores them.",
  arity: -5,
  keys: [
    keyRange("RO access"),
    keyAfter("STORE", 5, "OW update"),
    keyAfter("STOREDIST", 5, "OW update"),
  ],
  history: [UPPER_CASE_CAME],
  replacedBy: "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` and `FROMMEMBER` arguments",
  args: [...MEMBER, STORE],
  run: (context, args) => runSearch(context, args, GEORADIUSBYMEMBER),
});

const GEORADIUSBYMEMBER_RO: SearchForm = { keyAt: 1, optionsAt: 5, center: "member" };
const geoRadiusByMemberRo = defineCommand({
  ...reading,
  name: "georadiusbymember_ro",
  summary: "Finds the places around another.",
  arity: -5,
  replacedBy: "`GEOSEARCH` with the `BYRADIUS` and `FROMMEMBER` arguments",
  args: MEMBER,
  run: (context, args) => runSearch(context, args, GEORADIUSBYMEMBER_RO),
});

/** The searches in circles. */
export const radiusCommands: readonly Command<Context>[] = [
  geoRadius,
  geoRadiusRo,
  geoRadiusByMember,
  geoRadiusByMemberRo,
];
