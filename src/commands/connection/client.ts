/**
 * CLIENT: names of connections, lists of them, and ways to pause, unblock and close them.
 *
 * It leaves out the TRACKING family, which belongs to client-side caching.
 *
 * @module
 */

import { asciiUpper, type ByteString } from "../../bytes/bytes.ts";
import { parseInteger, parseSmallInt } from "../../bytes/int.ts";
import { integer, many, oneof, opt, string, token } from "../../command/arguments.ts";
import { type CommandSpec, defineCommand } from "../../command/command.ts";
import { OK, RedisError, type Reply, syntaxError, VerbatimReply } from "../../resp/reply.ts";
import { defineHelp } from "../help.ts";
import { parseIntArg } from "../parse.ts";
import { clientLine, clientType, parseClientType } from "../../session/client_info.ts";
import { killClients } from "./client_kill.ts";
import { validateClientInfo, validateClientName } from "./names.ts";
import type { AdminContext, ServerCommand, Services } from "../services.ts";

/** What these commands work with. */
type Needs = AdminContext<"clients" | "pause">;

/** What most of the subcommands share. */
const common = {
  group: "connection",
  flags: ["noscript", "loading", "stale"],
  acl: ["@slow", "@connection"],
} satisfies Partial<CommandSpec>;

/** What the subcommands that act on others share. */
const admin = {
  group: "connection",
  flags: ["admin", "noscript", "loading", "stale"],
  acl: ["@admin", "@slow", "@dangerous", "@connection"],
} satisfies Partial<CommandSpec>;

const getName = defineCommand({
  ...common,
  name: "client|getname",
  summary: "Answers the connection's name.",
  since: "2.6.9",
  complexity: "O(1)",
  arity: 2,
  run: (context: Needs) => context.client.name === "" ? null : context.client.name,
});

const id = defineCommand({
  ...common,
  name: "client|id",
  summary: "Answers the connection's id.",
  since: "5.0.0",
  complexity: "O(1)",
  arity: 2,
  run: (context: Needs) => context.client.id,
});

const info = defineCommand({
  ...common,
  name: "client|info",
  summary: "Answers the connection's line of CLIENT LIST.",
  since: "6.2.0",
  complexity: "O(1)",
  arity: 2,
  tips: ["nondeterministic_output"],
  run: (context: Needs) => new VerbatimReply("txt", `${clientLine(context.client)}\n`),
});

const kill = defineCommand({
  ...admin,
  name: "client|kill",
  summary: "Closes the connections that pass all of the filters.",
  since: "2.4.0",
  complexity: "O(N) where N is the number of connections",
  arity: -3,
  history: [
    ["2.8.12", "The form with filters came."],
    ["2.8.12", "The ID filter came."],
    ["3.2.0", "The master type came."],
    ["5.0.0", "The type replica can be used for slave."],
    ["6.2.0", "The LADDR filter came."],
  ],
  args: [
    oneof("filter", [
      string("old-format", { display: "ip:port", deprecatedSince: "2.8.12" }),
      many(oneof("new-format", [
        opt(integer("client-id", { token: "ID", since: "2.8.12" })),
        opt(
          oneof("client-type", [
            token("NORMAL"),
            token("MASTER", { since: "3.2.0" }),
            token("SLAVE"),
            token("REPLICA", { since: "5.0.0" }),
            token("PUBSUB"),
          ], { token: "TYPE", since: "2.8.12" }),
        ),
        opt(string("username", { token: "USER" })),
        opt(string("addr", { display: "ip:port", token: "ADDR" })),
        opt(string("laddr", { display: "ip:port", token: "LADDR", since: "6.2.0" })),
        opt(oneof("skipme", [token("YES"), token("NO")], { token: "SKIPME" })),
      ])),
    ]),
  ],
  run: killClients,
});

const list = defineCommand({
  ...admin,
  name: "client|list",
  summary: "Lists the connections with their state.",
  since: "2.4.0",
  complexity: "O(N) where N is the number of connections",
  arity: -2,
  tips: ["nondeterministic_output"],
  history: [
    ["2.8.12", "The field id came, unique for each connection."],
    ["5.0.0", "The TYPE option came."],
    ["6.0.0", "The field user came."],
    ["6.2.0", "The field laddr and the ID option came."],
    ["7.0.0", "The fields resp, multi-mem, rbs and rbp came."],
    ["7.0.3", "The field ssub came."],
  ],
  args: [
    opt(
      oneof("client-type", [
        token("NORMAL"),
        token("MASTER"),
        token("REPLICA"),
        token("PUBSUB"),
      ], { token: "TYPE", since: "5.0.0" }),
    ),
    opt(many(integer("client-id", { token: "ID", since: "6.2.0" }))),
  ],
  run: listClients,
});

function listClients(context: Needs, args: readonly ByteString[]): Reply {
  const { services: { clients } } = context;
  let selected = [...clients.values()];
  if (args.length > 2) {
    const option = asciiUpper(args[2]);
    if (option === "TYPE" && args.length === 4) {
      const type = parseClientType(args[3]);
      selected = selected.filter((other) => clientType(other) === type);
    } else if (option === "ID" && args.length > 3) {
      const ids = args.slice(3).map((text) => parseIntArg(text, "ERR Invalid client ID"));
      selected = ids.flatMap((each) => clients.get(each) ?? []);
    } else {
      throw syntaxError();
    }
  }
  const lines = selected.filter((other) => !other.closed).map((other) => `${clientLine(other)}\n`);
  return new VerbatimReply("txt", lines.join(""));
}

/** `ON` or `OFF` as a boolean. */
function parseSwitch(text: ByteString): boolean {
  const word = asciiUpper(text);
  if (word !== "ON" && word !== "OFF") throw syntaxError();
  return word === "ON";
}

/** The error of a real server for too many arguments, where the arity has no upper bound. */
function wrongCount(args: readonly ByteString[]): RedisError {
  return new RedisError(
    `ERR unknown subcommand or wrong number of arguments for '${args[1]}'. Try CLIENT HELP.`,
  );
}

const noEvict = defineCommand({
  ...admin,
  name: "client|no-evict",
  summary: "Protects the connection from being closed to save memory.",
  since: "7.0.0",
  complexity: "O(1)",
  arity: 3,
  args: [oneof("enabled", [token("ON"), token("OFF")])],
  run(context: Needs, args) {
    context.client.noEvict = parseSwitch(args[2]);
    return OK;
  },
});

const noTouch = defineCommand({
  ...common,
  name: "client|no-touch",
  summary: "Lets the connection's commands leave no trace in the keys' access times.",
  since: "7.2.0",
  complexity: "O(1)",
  arity: 3,
  args: [oneof("enabled", [token("ON"), token("OFF")])],
  run(context: Needs, args) {
    context.client.noTouch = parseSwitch(args[2]);
    return OK;
  },
});

const pause = defineCommand({
  ...admin,
  name: "client|pause",
  summary: "Lets commands wait for some milliseconds: all, or those that may write.",
  since: "3.0.0",
  complexity: "O(1)",
  arity: -3,
  history: [["6.2.0", "The modes WRITE and ALL came."]],
  args: [
    integer("timeout"),
    opt(oneof("mode", [token("WRITE"), token("ALL")], { since: "6.2.0" })),
  ],
  run(context: Needs, args) {
    let all = true;
    if (args.length === 4) {
      const mode = asciiUpper(args[3]);
      if (mode !== "WRITE" && mode !== "ALL") {
        throw new RedisError("ERR CLIENT PAUSE mode must be WRITE or ALL");
      }
      all = mode === "ALL";
    } else if (args.length > 4) {
      throw wrongCount(args);
    }
    const now = context.clock.ms;
    const timeout = parseInteger(args[2]);
    if (timeout === null) throw new RedisError("ERR timeout is not an integer or out of range");
    if (timeout < 0) throw new RedisError("ERR timeout is negative");
    if (BigInt(timeout) > 2n ** 63n - 1n - BigInt(now)) {
      throw new RedisError("ERR timeout is out of range");
    }
    context.services.pause.start(now + Number(timeout), all);
    return OK;
  },
});

const unpause = defineCommand({
  ...admin,
  name: "client|unpause",
  summary: "Ends a pause.",
  since: "6.2.0",
  complexity: "O(N) where N is the number of waiting connections",
  arity: 2,
  run(context: Needs) {
    context.services.pause.end();
    return OK;
  },
});

const reply = defineCommand({
  ...common,
  name: "client|reply",
  summary: "Turns the replies to the connection on or off, or leaves out the next one.",
  since: "3.2.0",
  complexity: "O(1)",
  arity: 3,
  args: [oneof("action", [token("ON"), token("OFF"), token("SKIP")])],
  run(context: Needs, args) {
    switch (asciiUpper(args[2])) {
      case "ON":
        context.client.replyMode = "on";
        break;
      case "OFF":
        context.client.replyMode = "off";
        break;
      case "SKIP":
        if (context.client.replyMode !== "off") context.client.replyMode = "skip-next";
        break;
      default:
        throw syntaxError();
    }
    return OK;
  },
});

const setInfo = defineCommand({
  ...common,
  name: "client|setinfo",
  summary: "Says what library the connection is made by.",
  since: "7.2.0",
  complexity: "O(1)",
  arity: 4,
  tips: ["request_policy:all_nodes", "response_policy:all_succeeded"],
  args: [
    oneof("attr", [
      string("libname", { token: "LIB-NAME" }),
      string("libver", { token: "LIB-VER" }),
    ]),
  ],
  run(context: Needs, args) {
    const attribute = args[2].toLowerCase();
    if (attribute !== "lib-name" && attribute !== "lib-ver") {
      throw new RedisError(`ERR Unrecognized option '${args[2]}'`);
    }
    validateClientInfo(args[2], args[3]);
    if (attribute === "lib-name") context.client.libraryName = args[3];
    else context.client.libraryVersion = args[3];
    return OK;
  },
});

const setName = defineCommand({
  ...common,
  name: "client|setname",
  summary: "Names the connection.",
  since: "2.6.9",
  complexity: "O(1)",
  arity: 3,
  tips: ["request_policy:all_nodes", "response_policy:all_succeeded"],
  args: [string("connection-name")],
  run(context: Needs, args) {
    validateClientName(args[2]);
    context.client.name = args[2];
    return OK;
  },
});

const unblock = defineCommand({
  ...admin,
  name: "client|unblock",
  summary: "Ends the waiting of a blocked connection, as if its time were up or with an error.",
  since: "5.0.0",
  complexity: "O(log N) where N is the number of connections",
  arity: -3,
  args: [
    integer("client-id"),
    opt(oneof("unblock-type", [token("TIMEOUT"), token("ERROR")])),
  ],
  run(context: Needs, args) {
    let withError = false;
    if (args.length === 4) {
      const type = asciiUpper(args[3]);
      if (type !== "TIMEOUT" && type !== "ERROR") {
        throw new RedisError("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
      }
      withError = type === "ERROR";
    } else if (args.length > 4) {
      throw wrongCount(args);
    }
    parseIntArg(args[2]);
    const target = context.services.clients.get(parseSmallInt(args[2]));
    if (target?.blocked?.kind !== "keys") return 0;
    if (withError) {
      context.blocking.fail(target, "UNBLOCKED client unblocked via CLIENT UNBLOCK");
    } else {
      context.blocking.timeout(target);
    }
    return 1;
  },
});

/** CLIENT with its subcommands. */
export const clientCommand: ServerCommand = defineCommand<AdminContext<keyof Services>>({
  name: "client",
  summary: "Groups the commands about connections.",
  since: "2.4.0",
  group: "connection",
  complexity: "Depends on the subcommand.",
  arity: -2,
  flags: [],
  acl: ["@slow"],
  subcommands: [
    getName,
    defineHelp("client", {
      since: "5.0.0",
      group: "connection",
      flags: ["loading", "stale"],
      acl: ["@slow", "@connection"],
    }),
    id,
    info,
    kill,
    list,
    noEvict,
    noTouch,
    pause,
    reply,
    setInfo,
    setName,
    unblock,
    unpause,
  ],
});
