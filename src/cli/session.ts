/**
 * A client's talk with a server: connecting and logging in, running commands and printing their
 * replies, and what the client has to keep track of meanwhile — the database, an open transaction,
 * whether it is subscribed or monitoring.
 *
 * A connection that is lost is made anew by the next command, not by the one that found it lost.
 *
 * @module
 */

import { asciiLower, type ByteString, fromText, toBytes } from "../bytes/bytes.ts";
import {
  ClosedError,
  Connection,
  encodeCommand,
  systemMessage,
  type Target,
} from "./connection.ts";
import { CommandBook, type CommandDocs, docsOfReply } from "./command_docs.ts";
import { formatPush, formatRaw, formatReply } from "./format.ts";
import { helpText } from "./help.ts";
import { type CliIo, OutputClosedError } from "./io.ts";
import { followMaster } from "./modes/replica.ts";
import { type CliOptions, ExitRequest, leadingInteger } from "./options.ts";
import type { ClientReply } from "./reply_parser.ts";

/** What came of a command. */
export type Outcome = "ok" | "failed";

/** What a session works with. */
export interface SessionSetup {
  options: CliOptions;
  io: CliIo;
  /** Version of this client, for HELP. */
  version: string;
  /** The commands this program was built with, for when the server cannot be asked. */
  commands: () => Iterable<CommandDocs> | Promise<Iterable<CommandDocs>>;
}

/**
 * Commands, the first word or two, whose replies are text to be printed as it is; with the number of
 * words that this takes, where it is a certain one.
 */
const PLAIN_REPLIES = new Map([
  ["info", 0],
  ["lolwut", 0],
  ["client list", 0],
  ["client info", 0],
  ["cluster info", 2],
  ["cluster nodes", 2],
  ["debug htstats", 0],
  ["debug htstats-key", 0],
  ["debug client-eviction", 0],
  ["latency doctor", 2],
  ["latency graph", 3],
  ["memory doctor", 0],
  ["memory malloc-stats", 0],
  ["proxy info", 0],
]);

function isPlain(command: ByteString, args: readonly ByteString[]): boolean {
  const words = PLAIN_REPLIES.get(command) ??
    (args.length > 1 ? PLAIN_REPLIES.get(`${command} ${asciiLower(args[1])}`) : undefined);
  return words === 0 || words === args.length;
}

const SUBSCRIBING = new Set(["subscribe", "psubscribe", "ssubscribe"]);
const UNSUBSCRIBING = new Set(["unsubscribe", "punsubscribe", "sunsubscribe"]);

/** The kind of a pub/sub message (`message`, `subscribe`, …), or null for any other reply. */
function pubsubKind(reply: ClientReply): ByteString | null {
  if ((reply.type !== "push" && reply.type !== "array") || reply.items.length < 3) return null;
  const [first] = reply.items;
  if (first.type !== "string") return null;
  return /(?:message|subscribe)$/.test(first.value) ? asciiLower(first.value) : null;
}

/** One client. */
export class Session {
  readonly options: CliOptions;
  readonly io: CliIo;
  #version: string;
  #builtIn: SessionSetup["commands"];
  #book: CommandBook | null = null;
  #bookIsServers = false;
  #connection: Connection | null = null;
  #target: Target;
  /** The database wanted, the one we are in, and the one before an open transaction. */
  #wantedDatabase: number;
  #database = 0;
  #databaseBefore = 0;
  #inTransaction = false;
  #subscribed = false;
  /** Whether the login and all that belongs to it went well. */
  #ready = false;
  #aborted = false;
  #shuttingDown = false;

  constructor(setup: SessionSetup) {
    const { options } = setup;
    this.options = options;
    this.io = setup.io;
    this.#version = setup.version;
    this.#builtIn = setup.commands;
    this.#wantedDatabase = options.database;
    this.#target = {
      hostname: options.hostname,
      port: options.port,
      socket: options.socket,
      tls: options.tls,
    };
  }

  get connected(): boolean {
    return this.#connection !== null;
  }

  /** Whether messages of channels come in, and are to be waited for. */
  get subscribed(): boolean {
    return this.#subscribed;
  }

  /** What to show before the line being typed. */
  get prompt(): string {
    if (this.#connection === null) return "not connected> ";
    const { hostname, port, socket } = this.#target;
    const place = socket !== undefined
      ? `redis ${socket}`
      : hostname.includes(":")
      ? `[${hostname}]:${port}`
      : `${hostname}:${port}`;
    const database = this.#database === 0 ? "" : `[${this.#database}]`;
    const state = (this.#inTransaction ? "(TX)" : "") +
      (this.#subscribed ? "(subscribed mode)" : "");
    return `${place}${database}${state}> `;
  }

  print(text: ByteString): void {
    this.io.write(toBytes(text));
  }

  printError(text: ByteString): void {
    this.io.writeError(toBytes(text));
  }

  /**
   * Tell a person something that is no data: where the output may be read by a program, this goes to
   * standard error.
   */
  note(text: ByteString): void {
    if (this.options.output === "standard" && this.options.terminal) this.print(text);
    else this.printError(text);
  }

  /** Say what is wrong with a line, in the place of a reply, unless replies have a form to keep. */
  complain(text: ByteString): void {
    const { output } = this.options;
    if (output === "standard" || output === "raw") this.print(text);
    else this.printError(text);
  }

  /** Connect to another server from now on. */
  setTarget(hostname: string, port: number): void {
    this.#target = { hostname, port, tls: this.options.tls };
    this.#bookIsServers = false;
  }

  /** Close the connection, if there is one. */
  disconnect(): void {
    this.#connection?.close();
    this.#connection = null;
    this.#database = 0;
    this.#inTransaction = false;
    this.#subscribed = false;
    this.#ready = false;
  }

  /**
   * Connect anew, log in, choose the database and the protocol. What fails is printed; a connection
   * whose login was refused stays open, as the server may still answer some commands.
   *
   * @param silent do not tell when there is no server
   * @returns whether there is a connection
   */
  async connect(silent = false): Promise<boolean> {
    this.disconnect();
    try {
      this.#connection = await Connection.open(this.#target);
    } catch (error) {
      if (silent) return false;
      const { hostname, port, socket } = this.#target;
      const place = socket ?? `${hostname}:${port}`;
      this.printError(
        fromText(`Could not connect to Redis at ${place}: ${systemMessage(error)}\n`),
      );
      return false;
    }
    try {
      this.#ready = await this.#logIn() && await this.#select() && await this.#switchProtocol();
    } catch (error) {
      this.#lost(error);
    }
    return this.#connection !== null;
  }

  /**
   * Connect, for work that is nothing without a login.
   *
   * @returns whether all that {@linkcode connect} does went well
   */
  async start(): Promise<boolean> {
    return await this.connect() && this.#ready;
  }

  /** @returns whether to go on: JSON is content with RESP2 where there is no RESP3 */
  async #switchProtocol(): Promise<boolean> {
    const { resp3 } = this.options;
    if (resp3 === "no") return true;
    const reply = await this.ask(["HELLO", "3"]);
    if (reply.type !== "error") return true;
    this.printError(`HELLO 3 failed: ${reply.value}\n`);
    return resp3 === "wished";
  }

  async #logIn(): Promise<boolean> {
    const { user, password } = this.options;
    if (password === undefined) return true;
    const reply = await this.ask(
      user === undefined ? ["AUTH", password] : ["AUTH", user, password],
    );
    if (reply.type !== "error") return true;
    this.printError(`AUTH failed: ${reply.value}\n`);
    return false;
  }

  async #select(): Promise<boolean> {
    if (this.#wantedDatabase === this.#database) return true;
    const reply = await this.ask(["SELECT", String(this.#wantedDatabase)]);
    if (reply.type === "error") {
      this.printError(`SELECT ${this.#wantedDatabase} failed: ${reply.value}\n`);
      return false;
    }
    this.#database = this.#wantedDatabase;
    return true;
  }

  /**
   * Send a command and give its reply to the caller, printing nothing but push messages.
   *
   * @throws {ClosedError} when there is no connection any more
   */
  async ask(args: readonly ByteString[]): Promise<ClientReply> {
    const connection = this.#open();
    await connection.send(args);
    for (;;) {
      const reply = await connection.receive();
      if (reply.type !== "push") return reply;
      this.#push(reply);
    }
  }

  /**
   * Send commands all at once and give their replies to the caller.
   *
   * @throws {ClosedError} when there is no connection any more
   */
  async askAll(commands: readonly (readonly ByteString[])[]): Promise<ClientReply[]> {
    const connection = this.#open();
    const sent = connection.sendAll(commands);
    const replies: ClientReply[] = [];
    // The replies are read while the rest is being sent; its failure shows here too.
    sent.catch(() => {});
    while (replies.length < commands.length) {
      const reply = await connection.receive();
      if (reply.type === "push") this.#push(reply);
      else replies.push(reply);
    }
    await sent;
    return replies;
  }

  /**
   * The connection itself, for what is no command and no reply.
   *
   * @throws {ClosedError} when there is none any more
   */
  transport(): Connection {
    return this.#open();
  }

  #open(): Connection {
    if (this.#connection === null) throw new ClosedError();
    return this.#connection;
  }

  #push(reply: ClientReply): void {
    if (!this.options.showPushes) return;
    const { output, itemDelimiter, replyDelimiter } = this.options;
    this.print(formatPush(reply, output, { item: itemDelimiter, reply: replyDelimiter }));
  }

  #lost(error: unknown): void {
    // Several may wait for one connection: the first to hear of its end tells it.
    const known = this.#connection === null || this.#aborted || this.#shuttingDown;
    this.disconnect();
    if (!known) this.printError(fromText(`Error: ${systemMessage(error)}\n`));
  }

  /** Give up what is being waited for (Ctrl-C); the connection is closed for it. */
  abort(): void {
    this.#aborted = true;
    this.#connection?.close();
  }

  /** Whether what is waited for has been given up. */
  get aborted(): boolean {
    return this.#aborted;
  }

  /** Whether {@linkcode abort} was called since this was last asked. */
  takeAborted(): boolean {
    const aborted = this.#aborted;
    this.#aborted = false;
    return aborted;
  }

  /**
   * What is known of commands: asked of the server once connected (commands of modules are among
   * them), else what this program was built with.
   */
  async book(): Promise<CommandBook> {
    const free = this.#connection !== null && !this.#subscribed && !this.#inTransaction;
    if (!this.#bookIsServers && free) {
      this.#bookIsServers = true;
      try {
        const docs = docsOfReply(await this.ask(["COMMAND", "DOCS"]));
        if (docs.length > 0) this.#book = new CommandBook(docs);
      } catch {
        // The next command will find the connection lost, and say so.
        this.disconnect();
      }
    }
    return this.#book ??= new CommandBook(await this.#builtIn());
  }

  /**
   * Run a command `times` times (below zero: for ever) and print its replies.
   *
   * @returns "failed" when there is no connection, or it was lost, or (with `-e`) the reply was an
   *   error; an error reply is printed and "ok" otherwise
   */
  async run(args: readonly ByteString[], times: number, interactive: boolean): Promise<Outcome> {
    const command = asciiLower(args[0]);
    if (command === "help" || command === "?") {
      if (!interactive) await this.connect(true);
      const book = await this.book();
      this.print(fromText(helpText(args.slice(1), book, this.#version)));
      return "ok";
    }
    if (this.#connection === null && !await this.connect()) return "failed";
    if (command === "sync" || command === "psync") return await this.#follow(args, interactive);
    this.#shuttingDown = command === "shutdown";
    try {
      for (let done = 0; times < 0 || done < times; done++) {
        if (await this.#once(command, args, interactive) === "failed") return "failed";
        if (this.options.interval > 0) await this.io.sleep(this.options.interval * 1000);
      }
      return "ok";
    } catch (error) {
      if (error instanceof OutputClosedError) throw error;
      const down = this.#shuttingDown;
      this.#lost(error);
      return down ? "ok" : "failed";
    }
  }

  /** SYNC and PSYNC make a replica of the connection, which it stays until it ends. */
  async #follow(args: readonly ByteString[], interactive: boolean): Promise<Outcome> {
    this.note("Entering replica output mode...  (press Ctrl-C to quit)\n");
    try {
      await followMaster(this, encodeCommand(args));
    } catch (error) {
      // Someone at a keyboard may try something else.
      if (!(error instanceof ExitRequest && interactive && this.io.stdinIsTerminal)) throw error;
      this.printError(error.message);
    }
    this.disconnect();
    return "failed";
  }

  async #once(
    command: ByteString,
    args: readonly ByteString[],
    interactive: boolean,
  ): Promise<Outcome> {
    await this.#open().send(args);
    if (command === "monitor") return await this.#monitor();
    const plain = isPlain(command, args);
    const reply = SUBSCRIBING.has(command) || UNSUBSCRIBING.has(command)
      ? await this.#confirmations(command, args.length - 1)
      : await this.#reply();
    if (reply === null) return "ok";
    if (reply.type === "error") {
      const redirected = await this.#redirect(reply.value, args, interactive);
      if (redirected) return await this.#once(command, args, interactive);
      if (this.options.errorExit && !interactive) {
        this.printError(reply.value + "\n");
        return "failed";
      }
    }
    this.#show(reply, plain);
    await this.#track(command, args, reply);
    return "ok";
  }

  #show(reply: ClientReply, plain: boolean): void {
    const { output, itemDelimiter, replyDelimiter } = this.options;
    this.print(
      plain
        ? formatRaw(reply, itemDelimiter)
        : formatReply(reply, output, { item: itemDelimiter, reply: replyDelimiter }),
    );
  }

  /** The reply to a command; messages that come before it are printed on the way. */
  async #reply(): Promise<ClientReply> {
    const connection = this.#open();
    for (;;) {
      const reply = await connection.receive();
      if (this.#subscribed && pubsubKind(reply) !== null) this.#message(reply);
      else if (reply.type === "push") this.#push(reply);
      else return reply;
    }
  }

  /**
   * Print the confirmations of SUBSCRIBE and its like: one for each channel, at least one.
   *
   * @returns null, or what came instead of a confirmation
   */
  async #confirmations(command: ByteString, channels: number): Promise<ClientReply | null> {
    const connection = this.#open();
    for (let missing = Math.max(1, channels); missing > 0;) {
      const reply = await connection.receive();
      const kind = pubsubKind(reply);
      if (kind === null) {
        if (reply.type !== "push") return reply;
        this.#push(reply);
        continue;
      }
      if (kind === command) {
        missing--;
        if (SUBSCRIBING.has(command)) this.#subscribed = true;
      }
      this.#message(reply);
    }
    return null;
  }

  #message(reply: ClientReply): void {
    this.#show(reply, false);
    const kind = pubsubKind(reply);
    if (kind === null || !UNSUBSCRIBING.has(kind) || !("items" in reply)) return;
    const left = reply.items.at(-1);
    if (left?.type === "integer" && left.value === 0) this.#subscribed = false;
  }

  /** Print the messages that have come. */
  showMessages(): void {
    for (;;) {
      const reply = this.#connection?.buffered();
      if (reply === undefined) return;
      if (pubsubKind(reply) !== null) this.#message(reply);
      else this.#push(reply);
    }
  }

  /** Wait until the server sends something; a lost connection is reported and ends the waiting. */
  async waitForServer(): Promise<void> {
    const connection = this.#open();
    try {
      await connection.fill();
    } catch (error) {
      // Whoever has connected anew meanwhile does not care for the old connection's end.
      if (connection === this.#connection) this.#lost(error);
    }
  }

  /** Print what MONITOR shows until the connection ends. */
  async #monitor(): Promise<Outcome> {
    for (;;) {
      const reply = await this.#open().receive();
      if (reply.type === "push") this.#push(reply);
      else this.#show(reply, false);
      if (reply.type === "error") return "ok";
    }
  }

  /** Keep track of what a command that has been answered changed. */
  async #track(
    command: ByteString,
    args: readonly ByteString[],
    reply: ClientReply,
  ): Promise<void> {
    const refused = reply.type === "error";
    if (command === "exec" && this.#inTransaction) {
      this.#inTransaction = false;
      if (refused || reply.type === "nil") this.#leaveTransaction();
    }
    if (refused) return;
    if (command === "select" && args.length === 2) {
      this.#database = this.#wantedDatabase = leadingInteger(args[1]);
    } else if (command === "auth" && (args.length === 2 || args.length === 3)) {
      // What was refused before the login can be had now.
      this.#bookIsServers = false;
      await this.#select();
    } else if (command === "multi" && args.length === 1) {
      this.#inTransaction = true;
      this.#databaseBefore = this.#database;
    } else if (command === "discard" && this.#inTransaction) {
      this.#inTransaction = false;
      this.#leaveTransaction();
    } else if (command === "reset") {
      this.#inTransaction = false;
      this.#subscribed = false;
      this.#database = this.#wantedDatabase = 0;
    }
  }

  /** A transaction that did not run has not changed the database, whatever was queued in it. */
  #leaveTransaction(): void {
    this.#database = this.#wantedDatabase = this.#databaseBefore;
  }

  /** With `-c`: go where MOVED or ASK point. @returns whether the command is to be sent again there */
  async #redirect(
    error: ByteString,
    args: readonly ByteString[],
    interactive: boolean,
  ): Promise<boolean> {
    if (!this.options.cluster || args.length === 0) return false;
    const match = /^(MOVED|ASK) (\d+) (.*):(\d+)/.exec(error);
    if (match === null) return false;
    const [, kind, slot, host, port] = match;
    if (host !== "") this.setTarget(host, Number(port));
    else this.setTarget(this.#target.hostname, Number(port));
    if (interactive) {
      const { hostname } = this.#target;
      this.note(`-> Redirected to slot [${slot}] located at ${hostname}:${port}\n`);
    }
    if (!await this.connect()) throw new ClosedError();
    if (kind === "ASK") await this.ask(["ASKING"]);
    return true;
  }
}
