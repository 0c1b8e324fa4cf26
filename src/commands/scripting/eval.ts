/**
 * Running scripts and functions: EVAL EVALSHA FCALL, and their forms that only read.
 *
 * What a script says of itself in its first line decides for whom and when it may run: these commands
 * have no flags of a write, and ask by request.
 *
 * Source: https://redis.io/docs/latest/develop/programmability/
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { parseInteger } from "../../bytes/int.ts";
import { integer, key, many, opt, string } from "../../command/arguments.ts";
import { type CommandSpec, defineCommand } from "../../command/command.ts";
import { gateBits } from "../../command/gates.ts";
import { keyCount, type KeySpec } from "../../command/key_specs.ts";
import { notAnInteger, RedisError, type Reply } from "../../resp/reply.ts";
import { parseShebang, type ScriptFlag } from "../../scripting/flags.ts";
import type { CachedScript } from "../../scripting/scripts.ts";
import type { AdminContext, ServerCommand } from "../services.ts";

/** What these commands work with. */
type Needs = AdminContext<"engines" | "libraries" | "scriptRunner" | "scripts">;

const NO_SCRIPT = "NOSCRIPT No matching script. Please use EVAL.";
const SHA_LENGTH = 40;

const MAY_REPLICATE = gateBits("pause-writes");
const WRITES = gateBits("disk", "replicas", "readonly", "pause-writes");
const NEEDS_MEMORY = gateBits("memory");
const NEEDS_FRESH_DATA = gateBits("stale");

/** The gates that concern a script for its flags; null: one of the old kind. */
function gatesOf(flags: ReadonlySet<ScriptFlag> | null, readOnly: boolean): number {
  if (flags === null) return readOnly ? 0 : MAY_REPLICATE;
  let bits = flags.has("no-writes") ? 0 : WRITES;
  if (!flags.has("no-writes") && !flags.has("allow-oom")) bits |= NEEDS_MEMORY;
  if (!flags.has("allow-stale")) bits |= NEEDS_FRESH_DATA;
  return bits;
}

/** The keys and arguments of a request. @throws RedisError */
function splitKeys(args: readonly ByteString[], count: bigint | number) {
  if (count > args.length - 3) {
    throw new RedisError("ERR Number of keys can't be greater than number of args");
  }
  if (count < 0) throw new RedisError("ERR Number of keys can't be negative");
  const end = 3 + Number(count);
  return { keys: args.slice(3, end), args: args.slice(end) };
}

function runScript(
  { client, services }: Needs,
  request: readonly ByteString[],
  find: (text: ByteString) => CachedScript,
  readOnly: boolean,
): Reply {
  const count = parseInteger(request[2]);
  if (count === null) throw notAnInteger();
  const { keys, args } = splitKeys(request, count);
  const script = find(request[1]);
  const { scripts } = services.engines;
  return services.scriptRunner.run({
    client,
    command: request,
    name: script.sha,
    flags: script.flags,
    isEval: true,
    readOnly,
    script: script.compiled,
    keys,
    args,
    run: (run) => scripts.run(run),
  });
}

const common = {
  group: "scripting",
  complexity: "Depends on the script that is executed.",
  arity: -3,
  needsEngine: true,
} satisfies Partial<CommandSpec<Needs>>;

const FLAGS = ["noscript", "stale", "skip_monitor", "no_mandatory_keys", "movablekeys"] as const;
const acl = ["@slow", "@scripting"];

const operands = [
  integer("numkeys"),
  opt(many(key("key"))),
  opt(many(string("arg"))),
];

const NOTES = "What becomes of the keys cannot be told: the most is assumed.";

/** The keys of a script. @param noted whether COMMAND INFO has a remark */
function keys(readOnly: boolean, noted = true): KeySpec {
  const flags = readOnly ? "RO access" : "RW access update";
  return keyCount(flags, 2, noted ? NOTES : undefined);
}

/** EVAL and EVAL_RO. */
function evalCommand(name: "eval" | "eval_ro"): ServerCommand {
  const readOnly = name === "eval_ro";
  return defineCommand({
    ...common,
    name,
    summary: readOnly
      ? "Runs a Lua script that does not write."
      : "Runs a Lua script within the server.",
    since: readOnly ? "7.0.0" : "2.6.0",
    flags: readOnly ? ["readonly", ...FLAGS] : FLAGS,
    acl,
    keys: [keys(readOnly)],
    args: [string("script"), ...operands],
    gatesOfRequest({ services }: Needs, args) {
      try {
        const known = services.scripts.ofText(args[1]);
        return gatesOf(known === undefined ? parseShebang(args[1]).flags : known.flags, readOnly);
      } catch {
        // It is refused for its first line.
        return readOnly ? 0 : MAY_REPLICATE;
      }
    },
    run: (context: Needs, args) =>
      runScript(context, args, (text) => context.services.scripts.add(text), readOnly),
  });
}

/** EVALSHA and EVALSHA_RO. */
function evalShaCommand(name: "evalsha" | "evalsha_ro"): ServerCommand {
  const readOnly = name === "evalsha_ro";
  return defineCommand({
    ...common,
    name,
    summary: readOnly
      ? "Runs a script that does not write, by its SHA-1."
      : "Runs a script that the server has, by its SHA-1.",
    since: readOnly ? "7.0.0" : "2.6.0",
    flags: readOnly ? ["readonly", ...FLAGS] : FLAGS,
    acl,
    keys: [keys(readOnly, false)],
    args: [string("sha1"), ...operands],
    gatesOfRequest: ({ services }: Needs, args) =>
      gatesOf(services.scripts.get(args[1])?.flags ?? null, readOnly),
    run(context: Needs, args) {
      // Before the keys are looked at: it cannot be one.
      if (args[1].length !== SHA_LENGTH) throw new RedisError(NO_SCRIPT);
      return runScript(context, args, (sha) => {
        const script = context.services.scripts.get(sha);
        if (script === undefined) throw new RedisError(NO_SCRIPT);
        return script;
      }, readOnly);
    },
  });
}

/** FCALL and FCALL_RO. */
function fcallCommand(name: "fcall" | "fcall_ro"): ServerCommand {
  const readOnly = name === "fcall_ro";
  return defineCommand({
    ...common,
    name,
    summary: readOnly
      ? "Runs a function of a library that does not write."
      : "Runs a function of a library.",
    since: "7.0.0",
    complexity: "Depends on the function that is executed.",
    flags: readOnly ? ["readonly", ...FLAGS] : FLAGS,
    acl,
    keys: [keys(readOnly)],
    args: [string("function"), ...operands],
    gatesOfRequest({ services }: Needs, args) {
      const known = services.libraries.function(args[1]);
      return known === undefined ? readOnly ? 0 : MAY_REPLICATE : gatesOf(known.flags, readOnly);
    },
    run({ client, services }: Needs, request) {
      const called = services.libraries.function(request[1]);
      if (called === undefined) throw new RedisError("ERR Function not found");
      const count = parseInteger(request[2]);
      if (count === null) throw new RedisError("ERR Bad number of keys provided");
      const { keys, args } = splitKeys(request, count);
      const { functions } = services.engines;
      return services.scriptRunner.run({
        client,
        command: request,
        name: called.name,
        flags: called.flags,
        isEval: false,
        readOnly,
        script: called.compiled,
        keys,
        args,
        run: (run) => functions.run(run),
      });
    },
  });
}

/** The commands that run scripts and functions. */
export const evalCommands: readonly ServerCommand[] = [
  evalCommand("eval"),
  evalCommand("eval_ro"),
  evalShaCommand("evalsha"),
  evalShaCommand("evalsha_ro"),
  fcallCommand("fcall"),
  fcallCommand("fcall_ro"),
];
