/**
 * GEOSEARCH and GEOSEARCHSTORE.
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
import { keyRange } from "../../command/key_specs.ts";
import { runSearch } from "./find.ts";
import type { SearchForm } from "./query.ts";
import { UNIT } from "./text.ts";
import type { Context } from "../../command/context.ts";

const OPTIONS: readonly Argument[] = [
  oneof("from", [
    string("member", { token: "FROMMEMBER" }),
    block("fromlonlat", [double("longitude"), double("latitude")], { token: "FROMLONLAT" }),
  ]),
  oneof("by", [
    block("circle", [double("radius", { token: "BYRADIUS" }), UNIT]),
    block("box", [double("width", { token: "BYBOX" }), double("height"), UNIT]),
  ]),
  opt(oneof("order", [token("ASC"), token("DESC")])),
  opt(block("count-block", [integer("count", { token: "COUNT" }), opt(token("ANY"))])),
];

/** What the two share. */
const common = {
  since: "6.2.0",
  group: "geo",
  complexity: "O(N+log(M)) where N is the number of places in the cells of the map that the area " +
    "touches, and M that of all places",
  history: [["7.0.0", "Units may be given in upper case."]],
} satisfies Partial<CommandSpec>;

const GEOSEARCH: SearchForm = { keyAt: 1, optionsAt: 2 };
const geoSearch = defineCommand({
  ...common,
  name: "geosearch",
  summary: "Finds the places in a circle or a box.",
  arity: -7,
  flags: ["readonly"],
  acl: ["@read", "@geo", "@slow"],
  keys: [keyRange("RO access")],
  args: [
    key("key"),
    ...OPTIONS,
    opt(token("WITHCOORD")),
    opt(token("WITHDIST")),
    opt(token("WITHHASH")),
  ],
  run: (context, args) => runSearch(context, args, GEOSEARCH),
});

const GEOSEARCHSTORE: SearchForm = { keyAt: 2, optionsAt: 3, storeAt: 1 };
const geoSearchStore = defineCommand({
  ...common,
  name: "geosearchstore",
  summary: "Stores the places in a circle or a box, or their distances from its centre.",
  arity: -8,
  flags: ["write", "denyoom"],
  acl: ["@write", "@geo", "@slow"],
  keys: [keyRange("OW update"), keyRange("RO access", { at: 2 })],
  args: [
    key("destination"),
    key("source", { keySpecIndex: 1 }),
    ...OPTIONS,
    opt(token("STOREDIST")),
  ],
  run: (context, args) => runSearch(context, args, GEOSEARCHSTORE),
});

/** GEOSEARCH and GEOSEARCHSTORE. */
export const searchCommands: readonly Command<Context>[] = [geoSearch, geoSearchStore];
