/**
 * A program for a network namespace of its own, where binding to all addresses opens nothing to
 * anybody: it goes through values of `bind` with this server and with a real one, at the start and
 * by CONFIG SET, and prints what it found as JSON.
 *
 * @module
 */

import { StartError } from "../../src/server.ts";
import { LocalServer } from "../server/support.ts";
import { until } from "../support/until.ts";

/** Values of `bind` at the start. */
const AT_START = [
  ...["*", "::*", "* -::*", "* ::*", "::* *", "::", "0.0.0.0", "-*", "0"],
  ...["127.0.0.1", "127.0.0.1 -::1", "127.0.0.1 ::1", "::1", "::1 127.0.0.2", "127.1"],
  ...["localhost", "-localhost", "localhost ::1", "LOCALHOST 127.0.0.2"],
  ...["127.0.0.1 127.0.0.1", "127.0.0.1 -127.0.0.1", "127.0.0.1 localhost", "::1 -::1"],
  ...["* 127.0.0.1", "127.0.0.1 *", "* -127.0.0.1", "* * ::", "127.0.0.1 0.0.0.0 ::"],
  ...[":: ::1", "::1 ::", ":: -::*", "127.0.0.1 :: 127.0.0.1", ":: 127.0.0.1 127.0.0.1"],
  ...["127.0.0.1 ::", ":: 127.0.0.1", "::* 127.0.0.1 127.0.0.2", "127.0.0.1 127.0.0.2 -::"],
  ...[":: 127.0.0.1 *", "* :: 127.0.0.1", ":: localhost"],
  ...["1.2.3.4", "-1.2.3.4", "-1.2.3.4 127.0.0.1", "-fd00::99 127.0.0.1", "fd00::99 127.0.0.1"],
  ...["127.0.0.1 1.2.3.4", "1.2.3.4 ::", ":: 1.2.3.4", ":: -1.2.3.4", "-fd00::99 -1.2.3.4"],
  ...["300.1.1.1", "-300.1.1.1 127.0.0.1", "--127.0.0.1", "- *", "", "[::1]", "::1%lo", "1::2::3"],
  ...["::ffff:127.0.0.1", "-::ffff:127.0.0.1 ::1", "0:0:0:0:0:0:0:1", "0::0 *"],
];

/** What is set one after the other on one server that begins with 127.0.0.1. */
const AT_RUN_TIME = [
  "bind 127.0.0.1",
  "bind *",
  "bind * -::*",
  "bind ::*",
  "bind :: 127.0.0.1",
  "bind 127.0.0.1 ::1",
  "bind 127.0.0.1 ::",
  "bind 127.0.0.1 ::1",
  "bind ::1",
  "bind ::",
  "bind localhost",
  "bind 127.0.0.1 127.0.0.1",
  "bind 127.0.0.1 127.0.0.2",
  "bind 127.0.0.2",
  "bind 0.0.0.0",
  "bind 127.0.0.1 1.2.3.4",
  "bind 127.0.0.1 -1.2.3.4",
  "bind -1.2.3.4",
  "bind * -::*",
  "bind * -::* 127.0.0.1",
  "bind nonsense!",
  "port OTHER",
  "bind 127.0.0.2 ::1",
  "port TAKEN",
  "port 0",
  "bind 127.0.0.1 -::1",
  "port TAKEN bind 127.0.0.2",
  "port FIRST",
  "bind * ::* port OTHER",
  "bind  127.0.0.1",
  "bind ",
  "bind 127.0.0.1",
];

const DOORS = ["127.0.0.1", "127.0.0.2", "::1"];

/** What there is to compare of a server in one state. */
interface Found {
  what: string;
  /** By address: the local address that the server names, or that it is not there. */
  doors: string[];
  reply?: string;
  /** What went wrong, in the log. */
  log: string[];
}

/** Directives of servers that clients come to from this machine and, as it seems, from elsewhere. */
const PROTECTION = [
  [],
  ["--protected-mode", "no"],
  ["--requirepass", "x"],
  ["--protected-mode", "no", "--requirepass", "x"],
  ["--protected-mode", "yes", "--requirepass", ""],
];

/** An address of this namespace that is not a loopback one. */
const ELSEWHERE = "10.9.9.9";

interface Subject {
  log(): string;
  path: string;
}

/** A reply over a Unix socket. */
async function ask(path: string, ...words: string[]): Promise<string> {
  using conn = await Deno.connect({ transport: "unix", path });
  return await exchange(conn, words);
}

async function exchange(conn: Deno.Conn, words: string[]): Promise<string> {
  const command = words.map((word) => `$${word.length}\r\n${word}\r\n`).join("");
  await conn.write(new TextEncoder().encode(`*${words.length}\r\n${command}`));
  const buffer = new Uint8Array(4096);
  const count = await conn.read(buffer);
  return new TextDecoder().decode(buffer.subarray(0, count ?? 0));
}

async function doors(port: number): Promise<string[]> {
  return await Promise.all(DOORS.map(async (hostname) => {
    try {
      using conn = await Deno.connect({ hostname, port });
      const info = await exchange(conn, ["CLIENT", "INFO"]);
      return / laddr=(\S+):\d+ /.exec(info)?.[1] ?? "closed";
    } catch {
      // Refused, or closed as soon as it was open: what this platform can do instead.
      return "closed";
    }
  }));
}

let ports = 20_000;

/** Lines about listening, without time, the port hidden. */
function lines(log: string, hide: (text: string) => string): string[] {
  return log.split("\n").filter((line) => / # (Warning: Could|Failed lis|Configured)/.test(line))
    .map((line) => hide(line.replace(/^.*? # /, "")))
    // 7.0 says it in capitals.
    .map((line) => line.replace("(TCP)", "(tcp)"));
}

const hidden = (port: number) => (text: string) => text.replaceAll(`${port}`, "PORT");

async function ours(bind: string, dir: string): Promise<Found> {
  const port = ports++;
  const local = LocalServer.make({
    ...{ port: `${port}`, bind, dir, dbfilename: "none.rdb", "protected-mode": "no" },
  });
  try {
    await local.server.begin();
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    return { what: bind, doors: ["no start"], log: lines(local.log, hidden(port)) };
  }
  const found = { what: bind, doors: await doors(port), log: lines(local.log, hidden(port)) };
  await local[Symbol.asyncDispose]();
  return found;
}

/** A real server that runs, or has ended already. */
class Real implements AsyncDisposable {
  #log = "";
  #over = false;
  readonly #child: Deno.ChildProcess;
  readonly #done: Promise<void>;

  constructor(bind: string, port: number, dir: string, more: string[] = []) {
    this.#child = new Deno.Command("redis-server", {
      args: [
        ...["--port", `${port}`, "--bind", bind, "--dir", dir, "--dbfilename", "none.rdb"],
        ...["--save", "", "--protected-mode", "no", ...more],
      ],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#done = this.#follow(this.#child);
  }

  async #follow({ stdout, status }: Deno.ChildProcess): Promise<void> {
    for await (const text of stdout.pipeThrough(new TextDecoderStream())) this.#log += text;
    await status;
    this.#over = true;
  }

  log(): string {
    return this.#log;
  }

  /** Wait for the end of its start. @returns whether it serves */
  async ready(): Promise<boolean> {
    const serves = () => this.#log.includes("Ready to accept connections");
    await until(() => this.#over || serves(), "a start or an end");
    return serves();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#over) this.#child.kill("SIGKILL");
    await this.#done;
  }
}

async function real(bind: string, dir: string): Promise<Found> {
  const port = ports++;
  await using server = new Real(bind, port, dir);
  const serves = await server.ready();
  return {
    what: bind,
    doors: serves ? await doors(port) : ["no start"],
    log: lines(server.log(), hidden(port)),
  };
}

/** How the first reply begins, to clients of both kinds and to one over a Unix socket. */
async function greetings(port: number, path: string): Promise<string[]> {
  const peers: (() => Promise<Deno.Conn>)[] = [
    () => Deno.connect({ hostname: "127.0.0.1", port }),
    () => Deno.connect({ hostname: ELSEWHERE, port }),
    () => Deno.connect({ transport: "unix", path }),
  ];
  return await Promise.all(peers.map(async (connect) => {
    using conn = await connect();
    return (await exchange(conn, ["PING"])).split(" ", 1)[0];
  }));
}

async function protection(directives: string[], dir: string) {
  const port = ports++;
  const path = `${dir}/s${port}`;
  const config = Object.fromEntries(
    directives.flatMap((word, i) => i % 2 === 0 ? [[word.slice(2), directives[i + 1]]] : []),
  );
  await using local = await LocalServer.start({
    ...{ port: `${port}`, bind: "*", dir, unixsocket: path, ...config },
  });
  const mine = await greetings(port, path);
  const rejected = local.server.parts.stats.rejectedConnections;
  const other = ports++;
  const theirPath = `${dir}/s${other}`;
  const argv = ["--protected-mode", "yes", "--unixsocket", theirPath, ...directives];
  await using server = new Real("*", other, dir, argv);
  await server.ready();
  const theirs = await greetings(other, theirPath);
  const what = directives.join(" ");
  const denied = theirs.filter((reply) => reply === "-DENIED").length;
  return {
    ours: { what, replies: mine, rejected },
    real: { what, replies: theirs, rejected: denied },
  };
}

async function runTime(subject: Subject, named: Record<string, number>): Promise<Found[]> {
  const found: Found[] = [];
  for (const what of AT_RUN_TIME) {
    const words = what.replace(/[A-Z]+/g, (name) => `${named[name]}`);
    const pairs = words.split(/ (?=port|bind)/).flatMap((pair) => {
      const space = pair.indexOf(" ");
      return [pair.slice(0, space), pair.slice(space + 1)];
    });
    const { length } = subject.log();
    const reply = await ask(subject.path, "CONFIG", "SET", ...pairs);
    const values = await ask(subject.path, "CONFIG", "GET", "port", "bind");
    const port = Number(/\$4\r\nport\r\n\$\d+\r\n(\d+)/.exec(values)?.[1]);
    const bind = /\$4\r\nbind\r\n\$\d+\r\n(.*?)\r\n/.exec(values)?.[1];
    const hide = (text: string) =>
      Object.entries(named).reduce(
        (rest, [name, value]) => rest.replaceAll(`${value}`, name),
        text,
      );
    found.push({
      what,
      reply: hide(`${reply.trim()} then ${port} ${bind}`),
      doors: port === 0 ? [] : await doors(port),
      log: lines(subject.log().slice(length), hide),
    });
  }
  return found;
}

async function main(dir: string): Promise<void> {
  const atStart = [];
  for (const bind of AT_START) {
    atStart.push({ ours: await ours(bind, dir), real: await real(bind, dir) });
  }
  const guarded = [];
  for (const directives of PROTECTION) guarded.push(await protection(directives, dir));
  using taken = Deno.listen({ hostname: "127.0.0.2", port: 0 });
  const named = () => ({ FIRST: ports++, OTHER: ports++, TAKEN: taken.addr.port });
  const mine = named();
  const common = { bind: "127.0.0.1", dir, dbfilename: "none.rdb", "protected-mode": "no" };
  await using local = await LocalServer.start({
    ...common,
    port: `${mine.FIRST}`,
    unixsocket: `${dir}/ours`,
  });
  const subject = { log: () => local.log, path: `${dir}/ours` };
  const oursLater = await runTime(subject, mine);
  const theirs = named();
  await using server = new Real("127.0.0.1", theirs.FIRST, dir, ["--unixsocket", `${dir}/real`]);
  await server.ready();
  const realLater = await runTime({ log: () => server.log(), path: `${dir}/real` }, theirs);
  const later = oursLater.map((each, i) => ({ ours: each, real: realLater[i] }));
  console.log(JSON.stringify({ atStart, guarded, later }));
}

if (import.meta.main) await main(Deno.args[0]);
