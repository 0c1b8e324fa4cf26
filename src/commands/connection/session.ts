/**
 * The commands that set up and end a session: PING, ECHO, QUIT, RESET, SELECT, AUTH, HELLO.
 *
 * @module
 */

import { asciiUpper } from "../../bytes/bytes.ts";
import { parseInteger } from "../../bytes/int.ts";
import { block, integer, opt, string } from "../../command/arguments.ts";
import { defineCommand } from "../../command/command.ts";
import { MapReply, OK, PONG, RedisError, type Reply, SimpleString } from "../../resp/reply.ts";
import { syntaxError } from "../../resp/reply.ts";
import { REDIS_VERSION } from "../../version.ts";
import { parseInt32Arg } from "../parse.ts";
import { type Credentials, logIn, logOut } from "./auth.ts";
import { validateClientName } from "./names.ts";
import type { AdminContext, ServerCommand } from "../services.ts";

/** What these commands work with. */
type Needs = AdminContext<"acl" | "pubsub" | "replication" | "watch">;

const ping = defineCommand({
  name: "ping",
  summary: "Answers PONG, or the message, to show that the server is alive.",
  since: "1.0.0",
  group: "connection",
  complexity: "O(1)",
  arity: -1,
  flags: ["fast"],
  acl: ["@fast", "@connection"],
  tips: ["request_policy:all_shards", "response_policy:all_succeeded"],
  args: [opt(string("message"))],
  whileSubscribed: true,
  run(context: Needs, args) {
    if (args.length > 2) {
      throw new RedisError("ERR wrong number of arguments for 'ping' command");
    }
    // As the messages that it may stand among.
    if (context.client.subscriptions !== null && context.client.protocol === 2) {
      return ["pong", args[1] ?? ""];
    }
    return args.length === 1 ? PONG : args[1];
  },
});

const echo = defineCommand({
  name: "echo",
  summary: "Answers the message.",
  since: "1.0.0",
  group: "connection",
  complexity: "O(1)",
  arity: 2,
  flags: ["loading", "stale", "fast"],
  acl: ["@fast", "@connection"],
  args: [string("message")],
  run: (_context, args) => args[1],
});

const quit = defineCommand({
  name: "quit",
  summary: "Closes the connection once the replies so far are sent.",
  since: "1.0.0",
  group: "connection",
  complexity: "O(1)",
  arity: -1,
  flags: ["noscript", "loading", "stale", "fast", "no_auth", "allow_busy"],
  acl: ["@fast", "@connection"],
  deprecatedSince: "7.2.0",
  replacedBy: "just closing the connection",
  immediateInMulti: true,
  whileSubscribed: true,
  run(context: Needs) {
    context.client.closeAfterReply = true;
    return OK;
  },
});

const RESET_DONE = new SimpleString("RESET");

const reset = defineCommand({
  name: "reset",
  summary: "Puts the connection back into the state of a new one.",
  since: "6.2.0",
  group: "connection",
  complexity: "O(1)",
  arity: 1,
  flags: ["noscript", "loading", "stale", "fast", "no_auth", "allow_busy"],
  acl: ["@fast", "@connection"],
  immediateInMulti: true,
  whileSubscribed: true,
  run(context: Needs) {
    context.client.transaction = null;
    context.services.watch.unwatch(context.client);
    context.services.pubsub.forget(context.client);
    context.client.select(0);
    context.client.protocol = 2;
    context.client.name = "";
    context.client.noEvict = false;
    context.client.noTouch = false;
    // A reply that CLIENT REPLY SKIP leaves out stays left out.
    if (context.client.replyMode !== "skip") context.client.replyMode = "on";
    logOut(context);
    return RESET_DONE;
  },
});

const select = defineCommand({
  name: "select",
  summary: "Makes another database the one that later commands work on.",
  since: "1.0.0",
  group: "connection",
  complexity: "O(1)",
  arity: 2,
  flags: ["loading", "stale", "fast"],
  acl: ["@fast", "@connection"],
  args: [integer("index")],
  run(context: Needs, args) {
    if (!context.client.select(parseInt32Arg(args[1]))) {
      throw new RedisError("ERR DB index is out of range");
    }
    return OK;
  },
});

const auth = defineCommand({
  name: "auth",
  summary: "Authenticates the connection.",
  since: "1.0.0",
  group: "connection",
  complexity: "O(N) where N is the number of passwords of the user",
  arity: -2,
  flags: ["noscript", "loading", "stale", "fast", "no_auth", "allow_busy"],
  acl: ["@fast", "@connection"],
  history: [["6.0.0", "A user name can be given before the password."]],
  args: [opt(string("username", { since: "6.0.0" })), string("password")],
  run(context: Needs, args) {
    if (args.length > 3) throw syntaxError();
    if (args.length === 2) {
      if (context.services.acl.defaultUser.noPassword) {
        throw new RedisError(
          "ERR AUTH <password> called without any password configured for the default user. " +
            "Are you sure your configuration is correct?",
        );
      }
      logIn(context, args[0], { name: "default", password: args[1] });
    } else {
      logIn(context, args[0], { name: args[1], password: args[2] });
    }
    return OK;
  },
});

const hello = defineCommand({
  name: "hello",
  summary: "Chooses the protocol version, and may authenticate and name the connection.",
  since: "6.0.0",
  group: "connection",
  complexity: "O(1)",
  arity: -1,
  flags: ["noscript", "loading", "stale", "fast", "no_auth", "allow_busy"],
  acl: ["@fast", "@connection"],
  history: [["6.2.0", "The protocol version may be left out."]],
  args: [
    opt(
      block("arguments", [
        integer("protover"),
        opt(block("auth", [string("username"), string("password")], { token: "AUTH" })),
        opt(string("clientname", { token: "SETNAME" })),
      ]),
    ),
  ],
  run(context: Needs, args) {
    let protocol: 2 | 3 = context.client.protocol;
    if (args.length > 1) {
      const version = parseInteger(args[1]);
      if (version === null) {
        throw new RedisError("ERR Protocol version is not an integer or out of range");
      }
      if (version !== 2 && version !== 3) {
        throw new RedisError("NOPROTO unsupported protocol version");
      }
      protocol = version;
    }
    let credentials: Credentials | undefined;
    let name: string | undefined;
    for (let i = 2; i < args.length; i++) {
      const option = asciiUpper(args[i]);
      const left = args.length - i - 1;
      if (option === "AUTH" && left >= 2) {
        credentials = { name: args[i + 1], password: args[i + 2] };
        i += 2;
      } else if (option === "SETNAME" && left >= 1) {
        name = args[++i];
        validateClientName(name);
      } else {
        throw new RedisError(`ERR Syntax error in HELLO option '${args[i]}'`);
      }
    }
    if (credentials !== undefined) logIn(context, args[0], credentials);
    if (!context.client.authenticated) {
      throw new RedisError(
        "NOAUTH HELLO must be called with the client already authenticated, otherwise the " +
          "HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and " +
          "select the RESP protocol version at the same time",
      );
    }
    if (name !== undefined) context.client.name = name;
    context.client.protocol = protocol;
    return greeting(context);
  },
});

function greeting(context: Needs): Reply {
  return new MapReply([
    "server",
    "redis",
    "version",
    REDIS_VERSION,
    "proto",
    context.client.protocol,
    "id",
    context.client.id,
    "mode",
    "standalone",
    "role",
    context.services.replication.isReplica ? "replica" : "master",
    "modules",
    [],
  ]);
}

/** The session commands. */
export const sessionCommands: readonly ServerCommand[] = [
  ping,
  echo,
  quit,
  reset,
  select,
  auth,
  hello,
];
