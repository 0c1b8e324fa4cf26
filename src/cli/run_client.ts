/**
 * The command-line client: the equal of redis-cli.
 *
 * Here the command line is turned into one of the client's ways to work: an interactive session, one
 * command, a script, or one of the modes that need no command. What the program must bring along is in {@linkcode CliDeps}.
 *
 * @module
 */

import { type ByteString, fromBytes, fromText, toBytes } from "../bytes/bytes.ts";
import type { CommandDocs } from "./command_docs.ts";
import { systemMessage } from "./connection.ts";
import { type CliIo, OutputClosedError, SystemIo } from "./io.ts";
import { chosenMode } from "./modes/mod.ts";
import { type CliOptions, ExitRequest, InfoRequest, parseOptions } from "./options.ts";
import { Repl } from "./repl.ts";
import { Session } from "./session.ts";
import { usageText } from "./usage.ts";

/** What the client gets from the program it is part of. */
export interface CliDeps {
  /** Version to print. */
  version: string;
  /**
   * The commands for hints, completion and HELP when the server cannot be asked; called at most once,
   * when needed.
   */
  commands: () => Iterable<CommandDocs> | Promise<Iterable<CommandDocs>>;
  /** Stands in for the machine in tests. */
  io?: CliIo;
}

/**
 * Run the client.
 *
 * @param args the words behind `cli` on the command line
 * @returns the exit code: 0, or 1 on a wrong command line, a failed connection, or (with `-e`) an error
 *   reply; 141, as for a broken pipe, when nobody reads the output any more
 */
export async function runCli(args: string[], deps: CliDeps): Promise<number> {
  const io = deps.io ?? new SystemIo();
  try {
    return await start(args, deps, io);
  } catch (error) {
    if (error instanceof OutputClosedError) return 141;
    if (error instanceof InfoRequest) {
      const { topic } = error;
      const text = topic === "usage" ? usageText(deps.version) : `redeno-cli ${deps.version}\n`;
      io.write(toBytes(fromText(text)));
      return 0;
    }
    if (error instanceof ExitRequest) {
      const message = toBytes(error.message);
      if (error.onOutput) io.write(message);
      else io.writeError(message);
      return error.code;
    }
    throw error;
  }
}

async function start(args: string[], deps: CliDeps, io: CliIo): Promise<number> {
  const options = parseOptions(args, {
    stdoutIsTerminal: io.stdoutIsTerminal,
    env: (name) => io.env(name),
  });
  for (const warning of options.warnings) io.writeError(toBytes(fromText(warning)));
  if (options.askPassword) options.password = await askPassword(io);
  else if (options.passwordOnCommandLine) {
    io.writeError(toBytes(
      "Warning: Using a password with '-a' or '-u' option on the command line interface may not be safe.\n",
    ));
  }
  const { version, commands } = deps;
  const session = new Session({ options, io, version, commands });
  try {
    const mode = chosenMode(options);
    if (mode !== null) return await mode(session);
    if (options.evalFile !== undefined) {
      if (!await session.start()) return 1;
      return await runOnce(session, evalCommand(options.evalFile, options.command));
    }
    if (options.command.length === 0) return await new Repl(session).run();
    return await runOnce(session, await withStandardInput(options, io));
  } finally {
    session.disconnect();
  }
}

/** Run one command as often as asked, and show messages if it subscribes. */
async function runOnce(session: Session, command: readonly ByteString[]): Promise<number> {
  if (await session.run(command, session.options.repeat, false) === "failed") return 1;
  while (session.subscribed) {
    session.showMessages();
    await session.waitForServer();
    if (!session.connected) return 1;
  }
  return 0;
}

/** The command, with standard input in the place that `-x` or `-X` name. */
async function withStandardInput(options: CliOptions, io: CliIo): Promise<ByteString[]> {
  const { command, stdinLast, stdinTag } = options;
  if (stdinLast) return [...command, await readAll(io)];
  if (stdinTag === undefined) return command;
  const at = command.indexOf(stdinTag);
  if (at < 0) throw new ExitRequest("Using -X option but stdin tag not match.\n", 1);
  return command.with(at, await readAll(io));
}

async function readAll(io: CliIo): Promise<ByteString> {
  const buffer = new Uint8Array(65536);
  let all = "";
  for (;;) {
    const count = await io.read(buffer);
    if (count === null) return all;
    all += fromBytes(buffer, 0, count);
  }
}

/** EVAL with a file's script: the words up to a lone comma are keys, the ones behind it arguments. */
function evalCommand(path: string, words: readonly ByteString[]): ByteString[] {
  let script: ByteString;
  try {
    script = fromBytes(Deno.readFileSync(path));
  } catch (error) {
    throw new ExitRequest(`Can't open file '${path}': ${systemMessage(error)}\n`, 1);
  }
  const comma = words.indexOf(",");
  const keys = comma < 0 ? words : words.slice(0, comma);
  const args = comma < 0 ? [] : words.slice(comma + 1);
  return ["EVAL", script, String(keys.length), ...keys, ...args];
}

/** Read a password, showing stars; undefined when the input ends before one. */
async function askPassword(io: CliIo): Promise<ByteString | undefined> {
  const buffer = new Uint8Array(1);
  const typed: number[] = [];
  const show = (text: ByteString) => {
    if (!io.stdinIsTerminal) return;
    // Whoever types sees standard error too when standard output goes elsewhere.
    if (io.stdoutIsTerminal) io.write(toBytes(text));
    else io.writeError(toBytes(text));
  };
  show("Please input password: ");
  io.setRaw(true);
  try {
    for (;;) {
      const count = await io.read(buffer);
      const [byte] = buffer;
      if (count === null) return typed.length === 0 ? undefined : fromBytes(Uint8Array.from(typed));
      if (byte === 0x03) throw new ExitRequest("\n", 1);
      if (byte === 0x0a || byte === 0x0d) break;
      if (byte === 0x7f || byte === 0x08) {
        if (typed.pop() !== undefined) show("\b \b");
        continue;
      }
      typed.push(byte);
      show("*");
    }
  } finally {
    io.setRaw(false);
  }
  show("\n");
  return fromBytes(Uint8Array.from(typed));
}
