/**
 * ACL: users and what they may do.
 *
 * Source: https://redis.io/docs/latest/commands/acl/
 *
 * @module
 */

import { isBadUserName } from "../../acl/acl.ts";
import { CATEGORIES, categoryBit } from "../../acl/categories.ts";
import { refusalText } from "../../acl/check.ts";
import type { LogEntry } from "../../acl/log.ts";
import { randomHex } from "../../acl/passwords.ts";
import type { Selector } from "../../acl/selector.ts";
import { asciiUpper, type ByteString } from "../../bytes/bytes.ts";
import { detach } from "../../bytes/latin1.ts";
import { integer, many, oneof, opt, string, token } from "../../command/arguments.ts";
import { type CommandSpec, defineCommand } from "../../command/command.ts";
import { DoubleReply, MapReply, OK, RedisError, type Reply, SetReply } from "../../resp/reply.ts";
import { defineHelp } from "../help.ts";
import { isWord, parseIntArg } from "../parse.ts";
import type { AdminContext, ServerCommand, Services } from "../services.ts";

/** What these commands work with. */
type Needs = AdminContext<"acl" | "registry">;

const admin = {
  group: "server",
  flags: ["admin", "noscript", "loading", "stale"],
  acl: ["@admin", "@slow", "@dangerous"],
} satisfies Partial<CommandSpec>;

const open = {
  group: "server",
  flags: ["noscript", "loading", "stale"],
  acl: ["@slow"],
} satisfies Partial<CommandSpec>;

const everywhere = ["request_policy:all_nodes", "response_policy:all_succeeded"];
const perUser = "O(N) where N is the number of users";

/** The largest number of bits that ACL GENPASS makes. */
const MOST_BITS = 4096;
/** Entries that ACL LOG answers without a number. */
const SHOWN_ENTRIES = 10;

/** An error whose text may hold what a client sent. */
function fault(text: ByteString): RedisError {
  return new RedisError(`ERR ${text.replace(/[\r\n]/g, " ")}`);
}

function wrongCount(args: readonly ByteString[]): RedisError {
  return new RedisError(
    `ERR unknown subcommand or wrong number of arguments for '${args[1].slice(0, 128)}'. ` +
      `Try ${asciiUpper(args[0])} HELP.`,
  );
}

const cat = defineCommand({
  ...open,
  name: "acl|cat",
  summary: "Lists the categories, or the commands of one.",
  since: "6.0.0",
  complexity: "O(1), as the commands and categories are what they are",
  arity: -2,
  args: [opt(string("category"))],
  run({ services: { acl } }: Needs, args) {
    if (args.length > 3) throw wrongCount(args);
    if (args.length === 2) return [...CATEGORIES];
    const bit = categoryBit(args[2]);
    if (bit === 0) throw fault(`Unknown category '${args[2].slice(0, 128)}'`);
    return Array.from(acl.catalog.inCategory(bit), ({ name }) => name);
  },
});

const delUser = defineCommand({
  ...admin,
  name: "acl|deluser",
  summary: "Removes users, and closes their connections.",
  since: "6.0.0",
  complexity: "O(1) for each user of usual size",
  arity: -3,
  tips: everywhere,
  args: [many(string("username"))],
  run({ client, services: { acl } }: Needs, args) {
    const names = args.slice(2);
    if (names.includes("default")) throw fault("The 'default' user cannot be removed");
    return names.filter((name) => acl.remove(name, client)).length;
  },
});

const dryRun = defineCommand({
  ...admin,
  name: "acl|dryrun",
  summary: "Tells whether a user may run a command, without running it.",
  since: "7.0.0",
  complexity: "O(1).",
  arity: -4,
  args: [string("username"), string("command"), opt(many(string("arg")))],
  run({ services: { acl, registry } }: Needs, args) {
    const user = acl.user(args[2]);
    if (user === undefined) throw fault(`User '${args[2]}' not found`);
    const request = args.slice(3);
    const command = registry.resolve(request);
    if (command === undefined || (command.subcommands !== undefined && request.length > 1)) {
      throw fault(`Command '${args[3]}' not found`);
    }
    if (!command.acceptsArgumentCount(request.length)) {
      throw fault(`wrong number of arguments for '${command.name}' command`);
    }
    const refusal = acl.check(user, command, request);
    return refusal === null ? OK : refusalText(refusal, user, command, request, true);
  },
});

const genPass = defineCommand({
  ...open,
  name: "acl|genpass",
  summary: "Makes a password that nobody can guess.",
  since: "6.0.0",
  complexity: "O(1)",
  arity: -2,
  args: [opt(integer("bits"))],
  run(_context: Needs, args) {
    if (args.length > 3) throw wrongCount(args);
    const bits = args.length === 3 ? parseIntArg(args[2]) : 256;
    if (bits <= 0 || bits > MOST_BITS) {
      throw fault(
        "ACL GENPASS argument must be the number of bits for the output password, a positive " +
          `number up to ${MOST_BITS}`,
      );
    }
    return randomHex(Math.ceil(bits / 4));
  },
});

const getUser = defineCommand({
  ...admin,
  name: "acl|getuser",
  summary: "Answers what a user is and may do.",
  since: "6.0.0",
  complexity: "O(N) where N is the number of the user's passwords, commands and patterns",
  arity: 3,
  history: [
    ["6.2.0", "Channel patterns are shown."],
    ["7.0.0", "Selectors are shown, and key and channel patterns as rules."],
  ],
  args: [string("username")],
  run({ services: { acl } }: Needs, args) {
    const user = acl.user(args[2]);
    if (user === undefined) return null;
    const [root, ...selectors] = user.selectors;
    return new MapReply([
      "flags",
      new SetReply(user.flags),
      "passwords",
      [...user.passwords],
      ...describeSelector(root),
      "selectors",
      selectors.map((selector) => new MapReply(describeSelector(selector))),
    ]);
  },
});

function describeSelector(selector: Selector): Reply[] {
  return [
    "commands",
    selector.describeCommands(),
    "keys",
    selector.describeKeys(),
    "channels",
    selector.describeChannels(),
  ];
}

const list = defineCommand({
  ...admin,
  name: "acl|list",
  summary: "Lists the users as a file has them.",
  since: "6.0.0",
  complexity: perUser,
  arity: 2,
  run: ({ services: { acl } }: Needs) => acl.definitions().map((user) => `user ${user}`),
});

const load = defineCommand({
  ...admin,
  name: "acl|load",
  summary: "Takes the users of the file in place of those that there are.",
  since: "6.0.0",
  complexity: perUser,
  arity: 2,
  run({ client, services: { acl } }: Needs) {
    needFile(acl.hasFile);
    const error = acl.load(client);
    if (error !== null) throw fault(error);
    return OK;
  },
});

function needFile(hasFile: boolean): void {
  if (hasFile) return;
  throw fault(
    "This Redis instance is not configured to use an ACL file. You may want to specify users via " +
      "the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis " +
      "configuration file set) in order to store users in the Redis configuration.",
  );
}

const log = defineCommand({
  ...admin,
  name: "acl|log",
  summary: "Answers what was refused of late, or forgets it.",
  since: "6.0.0",
  complexity: "O(N) where N is the number of entries shown",
  arity: -2,
  history: [["7.2.0", "Entries have an id and the times of their first and last refusal."]],
  args: [opt(oneof("operation", [integer("count"), token("RESET")]))],
  run({ clock, services: { acl: { refused } } }: Needs, args) {
    if (args.length > 3) throw wrongCount(args);
    if (args.length === 3 && isWord(args[2], "RESET")) {
      refused.clear();
      return OK;
    }
    const count = args.length === 3 ? Math.max(0, parseIntArg(args[2])) : SHOWN_ENTRIES;
    return refused.newest(count).map((entry) => describeEntry(entry, clock.ms));
  },
});

function describeEntry(entry: LogEntry, now: number): Reply {
  return new MapReply([
    "count",
    entry.count,
    "reason",
    entry.reason,
    "context",
    entry.context,
    "object",
    entry.object,
    "username",
    entry.username,
    "age-seconds",
    new DoubleReply((now - entry.updatedMs) / 1000),
    "client-info",
    entry.clientInfo,
    "entry-id",
    entry.id,
    "timestamp-created",
    entry.createdMs,
    "timestamp-last-updated",
    entry.updatedMs,
  ]);
}

const save = defineCommand({
  ...admin,
  name: "acl|save",
  summary: "Writes the users into their file.",
  since: "6.0.0",
  complexity: perUser,
  arity: 2,
  tips: everywhere,
  run({ services: { acl } }: Needs) {
    needFile(acl.hasFile);
    if (acl.save()) return OK;
    throw fault(
      "There was an error trying to save the ACLs. Please check the server logs for more " +
        "information",
    );
  },
});

const setUser = defineCommand({
  ...admin,
  name: "acl|setuser",
  summary: "Makes a user, or changes one.",
  since: "6.0.0",
  complexity: "O(N) where N is the number of rules",
  arity: -3,
  tips: everywhere,
  history: [
    ["6.2.0", "Rules can name channels."],
    ["7.0.0", "Rules can be gathered in selectors, and keys be given for reading or writing."],
  ],
  args: [string("username"), opt(many(string("rule")))],
  run({ client, services: { acl } }: Needs, args) {
    const name = detach(args[2]);
    if (isBadUserName(name)) throw fault("Usernames can't contain spaces or null characters");
    const error = acl.set(name, args.slice(3).map(detach), client);
    if (error !== null) throw fault(error);
    return OK;
  },
});

const users = defineCommand({
  ...admin,
  name: "acl|users",
  summary: "Lists the names of the users.",
  since: "6.0.0",
  complexity: perUser,
  arity: 2,
  run: ({ services: { acl } }: Needs) => acl.users().map(({ name }) => name),
});

const whoAmI = defineCommand({
  ...open,
  name: "acl|whoami",
  summary: "Answers the user of the connection.",
  since: "6.0.0",
  complexity: "O(1)",
  arity: 2,
  run: ({ client }: Needs) => client.user?.name ?? null,
});

/** ACL with its subcommands. */
export const aclCommand: ServerCommand = defineCommand<AdminContext<keyof Services>>({
  name: "acl",
  summary: "Groups the commands about users and what they may do.",
  since: "6.0.0",
  group: "server",
  complexity: "Depends on the subcommand.",
  arity: -2,
  flags: [],
  acl: ["@slow"],
  subcommands: [
    cat,
    delUser,
    dryRun,
    genPass,
    getUser,
    defineHelp("acl", {
      since: "6.0.0",
      group: "server",
      flags: ["loading", "stale"],
      acl: ["@slow"],
    }),
    list,
    load,
    log,
    save,
    setUser,
    users,
    whoAmI,
  ],
});
