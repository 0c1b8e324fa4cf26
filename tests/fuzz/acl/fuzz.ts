/**
 * Makes the same random users on a real server and on Redeno, and compares what they may do: what ACL
 * DRYRUN says, what running the commands answers (in transactions too, whose rules change before their
 * EXEC), what ACL GETUSER and ACL LOG show, and whose connections end.
 *
 * @module
 */

import { TOLERANCES } from "../../conformance/tolerances.ts";
import { mulberry32 } from "../../support/prng.ts";
import { ClosedError, type RawClient } from "../../support/raw_client.ts";
import { encodeCommand, parseReply, type Reply } from "../../support/resp.ts";
import { type ServerProcess, startRedis, startSubject } from "../../support/servers.ts";
import { Generator, USERS } from "./generate.ts";

/** What to do. */
export interface AclFuzzOptions {
  readonly seed: number;
  /** About how many commands. */
  readonly steps: number;
  /** Stop after so many differences. */
  readonly most?: number;
}

/** What came of it. */
export interface AclFuzzResult {
  readonly steps: number;
  /** Each with what led to it. */
  readonly differences: readonly string[];
}

const CLOSED = "(closed)";
/** Rounds after which all begins anew, as users only ever get more rules. */
const ROUNDS_A_LIFE = 25;

/** One server with a connection that rules and one that is ruled. */
class Side {
  control!: RawClient;
  actor!: RawClient;

  constructor(readonly server: ServerProcess) {}

  async open(): Promise<void> {
    this.control = await this.server.connect();
    await this.control.call("ACL", "SETUSER", "root", "on", "nopass", "+@all", "~*", "&*");
    await this.control.call("AUTH", "root", "x");
    await this.newActor();
  }

  async newActor(): Promise<void> {
    await this.actor?.close();
    this.actor = await this.server.connect();
    await this.actor.call("HELLO", "3", "AUTH", "root", "x");
  }

  async send(client: RawClient, commands: readonly string[][]): Promise<string[]> {
    await client.sendRaw(commands.map(encodeCommand).join("")).catch(() => {});
    const replies: string[] = [];
    for (const _ of commands) {
      try {
        replies.push(await client.readReply());
      } catch (error) {
        if (!(error instanceof ClosedError)) throw error;
        replies.push(CLOSED);
      }
    }
    return replies;
  }

  async names(): Promise<Set<string>> {
    const names = new Set<string>();
    for (const { text } of parseReply(await this.control.call("ACL", "CAT")).items!) {
      const listed = parseReply(await this.control.call("ACL", "CAT", text!));
      for (const name of listed.items!) names.add(name.text!);
    }
    return names;
  }

  async close(): Promise<void> {
    await this.actor.close();
    await this.control.close();
    await this.server[Symbol.asyncDispose]();
  }
}

/** Both servers under the same commands. */
class Run {
  readonly differences: string[] = [];
  steps = 0;
  #differed = false;
  /** What was sent since the last beginning, for reports. */
  #history: string[] = [];

  constructor(readonly sides: readonly Side[], readonly random: Generator) {}

  async control(commands: readonly string[][]): Promise<void> {
    await this.#both("control", commands, (side) => side.send(side.control, commands));
  }

  async actor(commands: readonly string[][]): Promise<void> {
    const closed = await this.#both("actor", commands, (side) => side.send(side.actor, commands));
    if (closed) await this.newActor();
  }

  async newActor(): Promise<void> {
    await Promise.all(this.sides.map((side) => side.newActor()));
  }

  /** @returns whether a connection has ended */
  async #both(
    who: string,
    commands: readonly string[][],
    send: (side: Side) => Promise<string[]>,
  ): Promise<boolean> {
    const [oracle, ours] = await Promise.all(this.sides.map(send));
    this.steps += commands.length;
    for (let i = 0; i < commands.length; i++) {
      this.#history.push(`${who}: ${commands[i].map((word) => JSON.stringify(word)).join(" ")}`);
      if (agrees(commands[i], oracle[i], ours[i])) continue;
      if (this.#differed) break;
      this.#differed = true;
      this.differences.push(
        `${this.#history.slice(-40).join("\n  ")}\n    redis:  ${JSON.stringify(oracle[i])}\n` +
          `    redeno: ${JSON.stringify(ours[i])}`,
      );
      break;
    }
    return oracle.includes(CLOSED) || ours.includes(CLOSED);
  }

  /** From here on nothing is as it was. */
  async begin(): Promise<void> {
    this.#history = [];
    this.#differed = false;
    await this.control([
      ["ACL", "DELUSER", ...USERS.filter((name) => name !== "default")],
      ["ACL", "SETUSER", "default", "reset", "on", "nopass", "+@all", "~*", "&*"],
      ["CONFIG", "SET", "acl-pubsub-default", this.random.pick(["allchannels", "resetchannels"])],
      ["ACL", "LOG", "RESET"],
      ["FLUSHALL"],
      ...USERS.map((name) => ["ACL", "SETUSER", name, ...this.random.openRules()]),
    ]);
    await this.newActor();
  }

  async round(): Promise<void> {
    const { random } = this;
    const user = random.pick(USERS);
    await this.control(this.#ruling(user));
    const password = random.password();
    await this.actor([["AUTH", user, password], ["ACL", "WHOAMI"], ...this.#acting()]);
    if (random.chance(50)) await this.#transaction(user);
    // Who listens gets no further: its replies are told from messages by their number alone.
    if (random.chance(20)) await this.#listen(user);
    await this.control([["ACL", "LOG", "50"], ["ACL", "GETUSER", user]]);
    if (random.chance(30)) await this.actor([["RESET"]]);
    // RESET has brought back the older protocol.
    await this.newActor();
  }

  /** Change a user, look at it, and ask what it may do. */
  #ruling(user: string): string[][] {
    const { random } = this;
    const commands = [["ACL", "SETUSER", user, ...random.rules()], ["ACL", "GETUSER", user]];
    if (random.chance(4)) commands.unshift(["ACL", "DELUSER", random.pick(USERS)]);
    if (random.chance(4)) commands.push(["CONFIG", "SET", "requirepass", random.password()]);
    if (random.chance(10)) commands.push(["ACL", "LIST"]);
    for (let i = random.below(20); i >= 0; i--) {
      commands.push(["ACL", "DRYRUN", user, ...random.asked()]);
    }
    return commands;
  }

  #acting(): string[][] {
    return Array.from({ length: this.random.below(8) }, () => this.random.command());
  }

  async #transaction(user: string): Promise<void> {
    const { random } = this;
    await this.actor([["MULTI"], ...this.#acting()]);
    if (random.chance(60)) {
      await this.control([["ACL", "SETUSER", user, ...random.rules()]]);
    }
    await this.actor([["EXEC"], ["DISCARD"]]);
  }

  async #listen(user: string): Promise<void> {
    const { random } = this;
    await this.actor([random.listening(), random.listening()]);
    await this.control([["ACL", "SETUSER", user, "resetchannels", ...random.rules()]]);
    await this.actor([["PING"], ["ACL", "WHOAMI"]]);
  }
}

/** The words that a command is answered by where they may differ. */
function agrees(command: readonly string[], oracle: string, ours: string): boolean {
  if (oracle === ours) return true;
  if (oracle === CLOSED || ours === CLOSED) return false;
  const pair: { oracle: Reply; ours: Reply } = {
    oracle: parseReply(oracle),
    ours: parseReply(ours),
  };
  const [first, second] = command.map((word) => word.toUpperCase());
  if (first === "ACL" && second === "LOG") return TOLERANCES.acllog(pair, "");
  if (first === "ACL" && second === "HELP") return true;
  return TOLERANCES.acl(pair, "");
}

/** Compare both servers. */
export async function fuzzAcl({ seed, steps, most = 5 }: AclFuzzOptions): Promise<AclFuzzResult> {
  const sides = await Promise.all(
    [startRedis({}), startSubject({})].map(async (server) => new Side(await server)),
  );
  try {
    for (const side of sides) await side.open();
    const [theirs, mine] = await Promise.all(sides.map((side) => side.names()));
    const names = [...mine].filter((name) => theirs.has(name)).sort();
    const run = new Run(sides, new Generator(mulberry32(seed), names));
    let found = 0;
    for (let i = 0; run.steps < steps && found < most; i++) {
      // One difference brings others with it.
      if (i % ROUNDS_A_LIFE === 0 || run.differences.length > found) await run.begin();
      found = run.differences.length;
      await run.round();
    }
    return { steps: run.steps, differences: run.differences };
  } finally {
    await Promise.all(sides.map((side) => side.close()));
  }
}
