/**
 * The executor: the one way in which a command runs.
 *
 *     resolve → admit → queue in MULTI → handler → statistics → journal → observers → blocked clients
 *
 * A client's request, the commands of its transaction, a blocked command that is tried again, the
 * replay of a file and what a primary sends all come through here. What differs between them is the
 * client's `caller` (see `session/caller.ts`): which gates are asked, and whether it may wait.
 *
 * No request ends the process: an exception in a handler becomes an error reply. An exception after
 * the handler (in the journal, or in an observer) becomes one too, and stops further writes, as
 * data and journal may differ now.
 *
 * What it leaves out: sockets, and the encoding of replies.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";
import type { Clock } from "../clock/clock.ts";
import type { Command } from "../command/command.ts";
import { GATE } from "../command/gates.ts";
import type { Handler } from "../command/context.ts";
import type { Registry } from "../command/registry.ts";
import type { Journal } from "../journal/journal.ts";
import type { Keyspace } from "../keyspace/keyspace.ts";
import type { Logger } from "../log/logger.ts";
import type { CommandTimer } from "../observe/command_timer.ts";
import type { Stats } from "../observe/stats.ts";
import { ErrorReply, NO_REPLY, QUEUED, RedisError, type Reply } from "../resp/reply.ts";
import type { BlockedState } from "../session/blocked.ts";
import type { Client, StartedTransaction } from "../session/client.ts";
import type { WatchTable } from "../session/watch.ts";
import type { AclGate } from "./acl_gate.ts";
import type { Blocking } from "./blocking.ts";
import type { Gates } from "./gates.ts";
import type { Observers } from "./observers.ts";
import { isHttp, unknownCommand, unknownSubcommand, wrongArity } from "./refusals.ts";

/** What the executor works with. */
export interface ExecutorNeeds {
  readonly clock: Clock;
  readonly log: Logger;
  readonly registry: Registry;
  readonly gates: Gates;
  readonly aclGate: AclGate;
  readonly keyspace: Keyspace;
  readonly journal: Journal;
  readonly timer: CommandTimer;
  readonly stats: Stats;
  readonly observers: Observers;
  readonly watch: WatchTable;
  readonly blocking: Blocking;
  /** Looks after memory every few commands; see `MemoryGuard`. */
  readonly memory: { credit: number; look(): void };
  /** How far the replication stream goes. */
  readonly stream: { readonly end: number };
  /** Called after an exception behind a handler: effects may be lost. */
  effectsLost(error: unknown): void;
}

/** Runs the commands of a server. */
export class Executor {
  readonly #parts: ExecutorNeeds;
  /** Handlers that are running, one inside the other. */
  #depth = 0;

  constructor(parts: ExecutorNeeds) {
    this.#parts = parts;
  }

  /** Whether a handler is running within another one (a command of a transaction). */
  get isNested(): boolean {
    return this.#depth > 1;
  }

  /**
   * The command that a request means, or why there is none: its name is unknown, or the number of its
   * arguments is wrong. O(1)
   */
  resolve(args: readonly ByteString[]): Command | ErrorReply {
    const command = this.#parts.registry.resolve(args);
    if (command === undefined) return unknownCommand(args);
    if (command.subcommands !== undefined && args.length > 1) {
      return unknownSubcommand(command, args);
    }
    return command.acceptsArgumentCount(args.length) ? command : wrongArity(command);
  }

  /**
   * Run a client's request.
   *
   * @param args the command's name and arguments; at least one
   * @returns the reply; `NO_REPLY` when there is none now
   */
  execute(client: Client, args: ByteString[]): Reply {
    client.lastInteractionMs = this.#parts.clock.ms;
    const command = this.resolve(args);
    if (command instanceof ErrorReply) return this.#refuseRequest(client, args, command);
    return this.run(client, command, args);
  }

  /** Run a command, or queue it; its gates may refuse it or put it off. */
  run(client: Client, command: Command, args: ByteString[]): Reply {
    client.lastCommand = command;
    const { gates, memory } = this.#parts;
    if (--memory.credit < 0) memory.look();
    const { transaction } = client;
    const bits = (gates.raised | client.gates) & client.caller.gates &
      (transaction !== null && command.name === "exec"
        ? command.gates | transaction.gates
        : command.gates);
    if (bits !== 0) {
      const answer = gates.ask(bits, client, command, args);
      if (answer instanceof ErrorReply) return this.#reject(client, command, answer);
      if (answer !== null) return answer;
    }
    if (transaction !== null && !command.immediateInMulti) {
      transaction.add(command, args);
      if (command.hasRequestGates) transaction.gates |= this.#requestGates(client, command, args);
      return QUEUED;
    }
    // A reply that is undefined is that of a blocked command which goes on waiting.
    return this.#perform(client, command, args, null)!;
  }

  /**
   * Run a command that its caller has admitted, within another one: a script's call. It is never
   * queued.
   */
  call(client: Client, command: Command, args: ByteString[]): Reply {
    client.lastCommand = command;
    return this.#perform(client, command, args, null)!;
  }

  #requestGates(client: Client, command: Command, args: ByteString[]): number {
    return (command as Command<unknown>).spec.gatesOfRequest!(client.context, args);
  }

  /** A batch of requests begins: time stands still until it ends. */
  beginBatch(): void {
    this.#parts.clock.tick();
    this.#parts.timer.beginBatch();
  }

  /** A batch of requests ends. */
  endBatch(): void {
    this.#parts.timer.endBatch();
  }

  /**
   * Run a client's transaction: its commands one behind the other, with nothing in between. A command
   * that fails does not stop those behind it.
   */
  runTransaction(client: Client): Reply {
    const { queue } = client.transaction!;
    client.running = client.transaction;
    client.transaction = null;
    const reply = this.#runQueue({ client, exec: client.lastCommand!, queue, replies: [] });
    // The commands have left their effects, each for itself.
    this.#parts.journal.suppress();
    return reply;
  }

  /**
   * Run what is left of a transaction.
   *
   * @returns `NO_REPLY` when a command of it waits for work to end: it goes on then
   */
  #runQueue(started: StartedTransaction): Reply {
    const { client, exec, queue, replies } = started;
    const { caller } = client;
    const { aclGate, stats } = this.#parts;
    client.caller = caller.queued;
    let ended = true;
    while (ended && replies.length < queue.length) {
      const { command, args } = queue[replies.length];
      client.lastCommand = command;
      // One of them may have changed who the client is.
      const refusal = (client.gates & caller.gates & GATE.acl) === 0
        ? null
        : aclGate.admitQueued(client, command, args);
      if (refusal !== null) stats.countError(refusal.text);
      const reply = refusal ?? this.#perform(client, command, args, null)!;
      if (client.blocked === null) replies.push(reply);
      else {
        client.blocked.transaction = started;
        ended = false;
      }
    }
    client.caller = caller;
    if (ended) client.running = null;
    client.lastCommand = exec;
    return ended ? replies : NO_REPLY;
  }

  /**
   * Run what is left of a command whose work is done, and what is left of its transaction.
   *
   * @returns undefined when the transaction waits for further work
   */
  finish(client: Client, state: BlockedState): Reply | undefined {
    const { transaction } = state;
    if (transaction === undefined) return this.#perform(client, state.command, state.args, state);
    const { timer } = this.#parts;
    const begun = timer.now();
    // Nobody else is served before its end.
    this.#depth++;
    const reply = this.#perform(client, state.command, state.args, state)!;
    if (client.blocked === state) client.blocked = null;
    transaction.replies.push(reply);
    const all = this.#runQueue(transaction);
    this.#depth--;
    if (all === NO_REPLY) return undefined;
    // For the client it was EXEC that waited.
    client.blocked = state;
    timer.count(transaction.exec, 1, state.micros + timer.now() - begun);
    return all;
  }

  /** A client's command has left effects in the journal after it returned. */
  wroteLate(client: Client): void {
    client.wrote(this.#parts.journal.position, this.#parts.stream.end);
  }

  /**
   * Try a blocked command again.
   *
   * @returns undefined when it goes on waiting
   */
  retry(client: Client, state: BlockedState): Reply | undefined {
    const { command, args } = state;
    // It is tried again when the pause ends, or the keys are free.
    if (command !== null && this.#parts.gates.hold(command, args)) return undefined;
    const bits = client.gates & client.caller.gates & GATE.acl;
    if (bits !== 0 && command !== null && state.kind === "keys") {
      // Its user may have lost the right to it meanwhile.
      const refusal = this.#parts.aclGate.admit(client, command, args);
      if (refusal !== null) return this.#reject(client, command, refusal);
    }
    return this.#perform(client, command, args, state);
  }

  /** Count a command that ends without a retry: its time is up, or it fails from outside. */
  blockedEnded({ command, micros }: BlockedState, reply: Reply): void {
    if (command === null) return;
    this.#parts.timer.count(command, 1, micros);
    if (reply instanceof ErrorReply && !reply.counted) this.#countFailure(command, reply);
  }

  /**
   * Run a handler, or try a blocked command again, with statistics, journal and observers.
   *
   * @param command null for work that is no command's
   * @param retried the blocked command that is tried again; null for a command that begins
   */
  #perform(
    client: Client,
    command: Command | null,
    args: readonly ByteString[],
    retried: BlockedState | null,
  ): Reply | undefined {
    const { keyspace, journal, timer, blocking, observers } = this.#parts;
    const before = keyspace.changes;
    const db = client.db.index;
    const begun = retried === null
      ? timer.begin(command!, this.#depth > 0 || observers.timed)
      : timer.now();
    const writes = command !== null && command.isWrite;
    keyspace.noTouch = client.noTouch && command?.name !== "touch";
    // On a writable replica a client's own write removes keys past their time; else they are
    // hidden.
    keyspace.removesHidden = writes && keyspace.hidesExpired && !client.caller.obeyed;
    journal.begin();
    this.#depth++;
    let reply: Reply | undefined;
    try {
      reply = retried === null
        ? (command!.run as Handler<unknown>)(client.context, args as ByteString[])
        : retried.request.retry(args);
    } catch (error) {
      reply = this.#errorReply(error, command);
    }
    this.#depth--;
    keyspace.removesHidden = false;
    try {
      let micros = 0;
      if (retried !== null) {
        retried.micros += timer.now() - begun;
        if (reply !== undefined) this.blockedEnded(retried, reply);
      } else {
        // A command that blocks counts when it ends.
        if (client.blocked === null) micros = timer.end(command!, begun);
        else client.blocked.micros = timer.suspend(begun);
        if (reply instanceof ErrorReply && !reply.counted) this.#countFailure(command!, reply);
      }
      const changed = keyspace.changes !== before;
      journal.commandDone(db, args, changed);
      journal.end();
      if (changed) client.wrote(journal.position, this.#parts.stream.end);
      if (observers.active && command !== null) {
        observers.after({ client, command, args, reply, changed, micros });
      }
      if (this.#depth === 0 && blocking.hasReady) blocking.serve();
    } catch (error) {
      reply = this.#errorReply(error, command);
      this.#parts.effectsLost(error);
    }
    return reply;
  }

  #countFailure(command: Command, { text }: ErrorReply): void {
    this.#parts.registry.stats(command).failed++;
    this.#parts.stats.countError(text);
  }

  /** An exception as a reply; one that is no RedisError is a bug of ours, and is logged. */
  #errorReply(error: unknown, command: Command | null): ErrorReply {
    if (error instanceof RedisError) return new ErrorReply(error.message);
    const text = error instanceof Error ? error.stack ?? error.message : String(error);
    this.#parts.log.warning(`Internal error in '${command?.name}': ${text}`);
    return new ErrorReply("ERR internal error, see the server's log");
  }

  /** A request that means no command. */
  #refuseRequest(client: Client, args: ByteString[], reply: ErrorReply): Reply {
    const command = this.#parts.registry.resolve(args) ?? null;
    client.lastCommand = command;
    if (command === null && isHttp(args[0])) return this.#refuseHttp(client);
    return this.#reject(client, command, reply);
  }

  /**
   * A browser that was made to talk to this port (cross-protocol scripting): its request must not
   * be taken for commands, so the connection ends at once.
   */
  #refuseHttp(client: Client): Reply {
    this.#parts.log.warning(
      "Possible SECURITY ATTACK detected. It looks like somebody is sending POST or Host: " +
        `commands to Redis. Connection from ${client.connection?.address ?? "?"} aborted.`,
    );
    client.close();
    return NO_REPLY;
  }

  #reject(client: Client, command: Command | null, reply: ErrorReply): ErrorReply {
    const { stats, registry, watch } = this.#parts;
    if (client.transaction !== null) client.transaction.aborted = true;
    stats.countError(reply.text);
    if (command === null) return reply;
    registry.stats(command).rejected++;
    if (command.name !== "exec") return reply;
    client.transaction = null;
    watch.unwatch(client);
    return new ErrorReply(
      `EXECABORT Transaction discarded because of: ${reply.text.replace(/^ERR /, "")}`,
    );
  }
}
