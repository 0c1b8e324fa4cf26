/**
 * Runs the conformance cases: the same commands against a real `redis-server` and against Redeno,
 * over raw sockets, with RESP2 and with RESP3, comparing the bytes of every reply.
 *
 * Each case becomes one test, so that `deno test -A tests/conformance --filter 'SET k v XX'` runs
 * it alone. A file of cases has one pair of servers; every case begins with empty databases and a
 * reset connection. Commands of a case are sent in one write as far as no mark stands between
 * them, so pipelining is tested along the way.
 *
 * With CONFORMANCE_SELF=1 in the environment a second real server takes Redeno's place: then all
 * must be equal, which tells that the cases themselves are sound.
 *
 * @module
 */

import { ClosedError, type RawClient, TimeoutError } from "../support/raw_client.ts";
import { encodeCommand, parseReply, type Reply } from "../support/resp.ts";
import {
  findRedisServer,
  type ServerOptions,
  type ServerProcess,
  startRedis,
  startSubject,
} from "../support/servers.ts";
import { DIFFERENCES, isExpected } from "./differences.ts";
import { type Case, parseTable, type Step } from "./script.ts";
import { TOLERANCES } from "./tolerances.ts";

/** Settings of one file of cases. */
export interface ConformOptions {
  /** Further arguments for both servers. */
  args?: string[];
  /** Password that the runner itself needs for clearing the databases. */
  password?: string;
  /** A new main connection for every case, for those that leave traces on it. */
  fresh?: boolean;
  /** Commands that the runner itself sends before each case, behind FLUSHALL. */
  before?: readonly string[];
  /** A tolerance for the replies of all commands. */
  tolerance?: string;
}

const SELF = Deno.env.get("CONFORMANCE_SELF") === "1";
const REPLY_MS = 8000;

/** What one step gave on one server: a reply, or how it failed to come. */
type Outcome = { raw: string } | { none: "closed" | "open" | "timeout" } | { fault: string };

/** One server with the runner's own connection to it. */
export class Side implements AsyncDisposable {
  #main: RawClient | undefined;
  #strangers = false;

  private constructor(
    readonly server: ServerProcess,
    readonly control: RawClient,
    readonly options: ConformOptions,
  ) {}

  static async start(server: ServerProcess, options: ConformOptions): Promise<Side> {
    const control = await server.connect();
    if (options.password !== undefined) await control.call("AUTH", options.password);
    return new Side(server, control, options);
  }

  /** Run a case from a clean state. */
  async run(test: Case, protocol: 2 | 3, now: number): Promise<Outcome[]> {
    try {
      return await this.#run(test, protocol, now);
    } catch (error) {
      // The server has gone or hangs; what it said last tells more than the socket's error.
      await this.#dropMain();
      throw new Error(`${this.server.kind}: ${error}\n${this.server.log().slice(-3000)}`);
    }
  }

  async #run(test: Case, protocol: 2 | 3, now: number): Promise<Outcome[]> {
    if (this.#strangers) {
      // A connection of the last case may still be blocked on a key that this case writes.
      await this.control.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      await this.#dropMain();
      this.#strangers = false;
    }
    await this.control.call("FLUSHALL");
    for (const command of this.options.before ?? []) await this.control.call(...command.split(" "));
    const run = new CaseRun(this, test, protocol, now);
    try {
      await run.open("", await this.#mainFor(protocol));
      return await run.steps();
    } finally {
      this.#strangers = await run.closeOthers();
      if (this.options.fresh === true || run.spoiled) await this.#dropMain();
    }
  }

  async #mainFor(protocol: 2 | 3): Promise<RawClient> {
    const reset = this.#main !== undefined;
    const main = this.#main ??= await this.server.connect();
    // What a case left unread must not become the next case's replies.
    main.take();
    if (reset) await main.call("RESET");
    if (protocol === 3) await main.call("HELLO", "3");
    return main;
  }

  async #dropMain(): Promise<void> {
    await this.#main?.close();
    this.#main = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dropMain();
    await this.control.close();
    await this.server[Symbol.asyncDispose]();
  }
}

/** One run of one case on one server. */
class CaseRun {
  readonly #connections = new Map<string, RawClient>();
  readonly #ids = new Map<string, string>();
  readonly #outcomes: Outcome[] = [];
  /** Bytes to send on `#current`, and the steps that await a reply of them. */
  #output = "";
  #awaiting: number[] = [];
  #current = "";
  /** The main connection is no longer fit for the next case. */
  spoiled = false;

  constructor(
    readonly side: Side,
    readonly test: Case,
    readonly protocol: 2 | 3,
    readonly now: number,
  ) {}

  /** Take a connection under a name. */
  async open(name: string, client: RawClient): Promise<void> {
    this.#connections.set(name, client);
    // An answer shows that the server has accepted the connection, before the case changes what it does.
    if (name !== "") await client.call(...this.protocol === 3 ? ["HELLO", "3"] : ["PING"]);
    if (this.test.text.includes(`$id:${name === "" ? "main" : name}`)) {
      this.#ids.set(name, (await client.call("CLIENT", "ID")).slice(1, -2));
    }
  }

  /** Close all but the main connection; true when there were any. */
  async closeOthers(): Promise<boolean> {
    const others = [...this.#connections].filter(([name]) => name !== "");
    await Promise.all(others.map(([, client]) => client.close()));
    return others.length > 0;
  }

  async steps(): Promise<Outcome[]> {
    const named = new Set(this.test.steps.map((step) => step.connection));
    for (const match of this.test.text.matchAll(/\$(?:id|l?addr):(\w+)/g)) named.add(match[1]);
    for (const name of [...named].sort()) {
      if (name !== "" && name !== "main") await this.open(name, await this.side.server.connect());
    }
    for (let i = 0; i < this.test.steps.length; i++) await this.#step(i);
    await this.#flush();
    return this.#outcomes;
  }

  async #step(i: number): Promise<void> {
    const step = this.test.steps[i];
    if (step.connection !== this.#current) {
      await this.#flush();
      this.#current = step.connection;
    }
    const queueable = step.kind === "command" || step.kind === "raw" || step.kind === "read";
    if (!queueable) await this.#flush();
    const words = step.words.map((word) => word.quoted ? word.text : this.#substitute(word.text));
    switch (step.kind) {
      case "command":
        this.#output += encodeCommand(words);
        break;
      case "raw":
        this.#output += words.join("");
        break;
      case "wait":
        await new Promise((resolve) => setTimeout(resolve, Number(words[0])));
        break;
      case "blocked":
        await this.#poll(i, ["INFO", "clients"], (raw) => {
          return raw.includes(`\r\nblocked_clients:${words[0]}\r\n`);
        });
        break;
      case "until":
        await this.#poll(i, words, (raw) => parseReply(raw).text === step.goal);
        break;
      case "closed": {
        const closed = await this.#client().closedByPeer(REPLY_MS);
        this.#outcomes[i] = { none: closed ? "closed" : "open" };
        if (step.connection === "") this.spoiled = true;
        break;
      }
      case "scan":
        this.#outcomes[i] = await this.#scan(words);
        break;
    }
    if (queueable && step.awaited) this.#awaiting.push(i);
  }

  #client(): RawClient {
    return this.#connections.get(this.#current)!;
  }

  #substitute(text: string): string {
    if (!text.includes("$")) return text;
    return text.replaceAll(/\$(id|addr|laddr):(\w+)/g, (_, what, name) => {
      const key = name === "main" ? "" : name;
      if (what === "id") return this.#ids.get(key)!;
      if (what === "addr") return this.#connections.get(key)!.address;
      return `127.0.0.1:${this.side.server.port}`;
    }).replaceAll(/\$(now|ms)([+-]\d+)?/g, (_, unit, delta) => {
      const base = unit === "ms" ? this.now : Math.floor(this.now / 1000);
      return `${base + Number(delta ?? 0)}`;
    });
  }

  /** Send what is queued and read what is awaited. */
  async #flush(): Promise<void> {
    const client = this.#client();
    const awaiting = this.#awaiting;
    const output = this.#output;
    this.#awaiting = [];
    this.#output = "";
    // A server that has closed shows itself where the replies are missing.
    if (output !== "") await client.sendRaw(output).catch(() => {});
    for (const i of awaiting) this.#outcomes[i] = await this.#read(client);
  }

  async #read(client: RawClient): Promise<Outcome> {
    if (this.spoiled && this.#current === "" && !client.closed) return { none: "timeout" };
    try {
      return { raw: await client.readReply(REPLY_MS) };
    } catch (error) {
      if (this.#current === "") this.spoiled = true;
      if (error instanceof ClosedError) return { none: "closed" };
      if (error instanceof TimeoutError) return { none: "timeout" };
      return { fault: `${error}` };
    }
  }

  async #poll(i: number, command: string[], done: (raw: string) => boolean): Promise<void> {
    const deadline = performance.now() + REPLY_MS;
    while (!done(await this.side.control.call(...command))) {
      if (performance.now() > deadline) {
        this.#outcomes[i] = { none: "timeout" };
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    this.#outcomes[i] = { none: "open" };
  }

  async #scan(words: string[]): Promise<Outcome> {
    const client = this.#client();
    const keyed = words[0].toUpperCase() !== "SCAN";
    const [head, rest] = [words.slice(0, keyed ? 2 : 1), words.slice(keyed ? 2 : 1)];
    const paired = /^[HZ]/i.test(words[0]);
    const found = new Set<string>();
    let cursor = "0";
    for (let round = 0; round < 100_000; round++) {
      const raw = await client.call(...head, cursor, ...rest);
      const { items } = parseReply(raw);
      if (items === undefined) return { raw };
      const elements = (items[1] as Reply).items!.map((item) => item.text!);
      for (let i = 0; i < elements.length; i += paired ? 2 : 1) {
        found.add(elements.slice(i, i + (paired ? 2 : 1)).join("="));
      }
      cursor = items[0].text!;
      if (cursor === "0") return { raw: encodeCommand([...found].sort()) };
    }
    return { fault: "the cursor never came back to 0" };
  }
}

/** Bytes as they are shown in a failure. */
export function shown(outcome: Outcome | undefined): string {
  if (outcome === undefined) return "(nothing)";
  if ("fault" in outcome) return `(fault: ${outcome.fault})`;
  if ("none" in outcome) return `(${outcome.none})`;
  const { raw } = outcome;
  return JSON.stringify(raw.length > 4000 ? `${raw.slice(0, 4000)}…${raw.length}` : raw);
}

function agrees(
  step: Step,
  oracle: Outcome | undefined,
  ours: Outcome | undefined,
  { protocol, tolerance }: { protocol: 2 | 3; tolerance?: string },
) {
  if (oracle === undefined && ours === undefined) return true;
  if (oracle === undefined || ours === undefined) return false;
  if ("fault" in oracle || "fault" in ours) return false;
  if ("none" in oracle || "none" in ours) {
    return shown(oracle) === shown(ours) && shown(ours) !== "(timeout)";
  }
  const differs = step.tolerances.find((name) => name.startsWith("differs:"));
  if (differs !== undefined) return SELF || isExpected(differs.slice(8), ours.raw, protocol);
  if (oracle.raw === ours.raw) return true;
  const pair = { oracle: parseReply(oracle.raw), ours: parseReply(ours.raw) };
  const marks = tolerance === undefined ? step.tolerances : [...step.tolerances, tolerance];
  return marks.some((mark) => {
    const [name, argument = ""] = mark.split(":");
    return TOLERANCES[name]?.(pair, argument) ?? false;
  });
}

function check(tests: Case[]): void {
  for (const { text, steps } of tests) {
    for (const mark of steps.flatMap((step) => step.tolerances)) {
      const [name, argument] = mark.split(":");
      if (name === "differs" ? !(argument in DIFFERENCES) : !(name in TOLERANCES)) {
        throw new Error(`unknown tolerance ~${mark} in: ${text}`);
      }
    }
  }
}

/**
 * Make the tests of one table of cases.
 *
 * @param group what the cases are about; the tests' names begin with it
 * @param table the cases; see `script.ts` for their language
 */
export function conform(group: string, table: string, options: ConformOptions = {}): void {
  const tests = parseTable(table);
  check(tests);
  const missing = findRedisServer() === undefined;
  const sides: { oracle?: Side; ours?: Side } = {};

  const start = async () => {
    const given: ServerOptions = { args: options.args };
    const [redis, redeno] = await Promise.all([
      startRedis(given),
      startSubject(given),
    ]);
    sides.oracle = await Side.start(redis, options);
    sides.ours = await Side.start(redeno, options);
  };
  const stop = async () => {
    await Promise.all([sides.oracle, sides.ours].map((side) => side?.[Symbol.asyncDispose]()));
  };
  if (!missing) {
    Deno.test.beforeAll(start);
    Deno.test.afterAll(stop);
  }

  for (const test of tests) {
    const name = `${group}: ${
      test.text.length > 160 ? `${test.text.slice(0, 157)}...` : test.text
    }`;
    Deno.test({
      name: missing ? `${name} (ignored: no redis-server on PATH)` : name,
      ignore: missing,
      // The servers and their connections outlive one case.
      sanitizeOps: false,
      sanitizeResources: false,
      fn: () => runCase(test, sides, options.tolerance),
    });
  }
}

async function runCase(
  test: Case,
  sides: { oracle?: Side; ours?: Side },
  tolerance?: string,
): Promise<void> {
  const { oracle, ours } = sides;
  if (oracle === undefined || ours === undefined) throw new Error("the servers did not start");
  for (const protocol of test.protocols) {
    const now = Date.now();
    const [theirs, mine] = await Promise.all([
      oracle.run(test, protocol, now),
      ours.run(test, protocol, now),
    ]);
    const faults = test.steps.flatMap((step, i) => {
      if (agrees(step, theirs[i], mine[i], { protocol, tolerance })) return [];
      const command = `${step.kind} ${step.words.map((word) => word.text).join(" ").slice(0, 200)}`;
      return [`  ${command}\n    redis:  ${shown(theirs[i])}\n    redeno: ${shown(mine[i])}`];
    });
    if (faults.length > 0) {
      const error = new Error(`RESP${protocol}: ${test.text.slice(0, 500)}\n${faults.join("\n")}`);
      error.stack = undefined;
      throw error;
    }
  }
}
