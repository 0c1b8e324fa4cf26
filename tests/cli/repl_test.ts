/**
 * The interactive client at a made-up terminal, before a server that answers from a script.
 *
 * @module
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { runCli } from "../../src/cli/run_client.ts";
import { freePort } from "../support/servers.ts";
import { DOCS, ScriptedServer, TestIo } from "./support.ts";

/** A client at a terminal that is not there. */
class Terminal {
  readonly io = new TestIo();
  readonly code: Promise<number>;
  /** How much of the output has been looked at. */
  #seen = 0;

  constructor(args: string[], prepare: (io: TestIo) => void = () => {}) {
    this.io.stdinIsTerminal = this.io.stdoutIsTerminal = true;
    this.io.variables = { HOME: "/home/me", TERM: "xterm" };
    prepare(this.io);
    this.code = runCli(args, { version: "0.0.0", commands: () => DOCS, io: this.io });
  }

  /** Press keys. */
  press(keys: string): void {
    this.io.type(keys);
  }

  /** Wait for some output that was not looked at yet; what came before it, without escape sequences. */
  async see(text: string): Promise<string> {
    await this.io.until((out) => out.indexOf(text, this.#seen) >= 0);
    const end = this.io.out.indexOf(text, this.#seen) + text.length;
    const part = this.io.out.slice(this.#seen, end);
    this.#seen = end;
    // deno-lint-ignore no-control-regex -- escape sequences are what is taken out
    return part.replace(/\x1b\[[\d;]*[A-Za-z]/g, "");
  }

  /** Enter a line, and give what is printed behind it before the next prompt. */
  async enter(line: string, prompt: string): Promise<string> {
    this.press(line + "\r");
    await this.see(line + "\r\n");
    const shown = await this.see(prompt);
    return shown.slice(0, -prompt.length).replace(/\r/g, "");
  }

  async leave(): Promise<number> {
    this.press("quit\r");
    return await this.code;
  }
}

/** A server that knows what a client's session needs. */
function server(more: (command: string[]) => string | null | undefined = () => undefined) {
  return new ScriptedServer((command) => {
    const answer = more(command);
    if (answer !== undefined) return answer;
    switch (command[0].toLowerCase()) {
      case "command":
        return "*0\r\n";
      case "get":
        return `$${command[1].length}\r\n${command[1]}\r\n`;
      case "exec":
        return "*1\r\n:1\r\n";
      case "multi":
      case "discard":
      case "select":
        return "+OK\r\n";
      default:
        return "-ERR what?\r\n";
    }
  });
}

Deno.test("the prompt follows the database, transactions and the connection", async () => {
  using subject = server(([name]) => name === "drop" ? null : undefined);
  const at = `127.0.0.1:${subject.port}`;
  const terminal = new Terminal(["-p", String(subject.port)]);
  await terminal.see(`${at}> `);
  assertEquals(await terminal.enter("get key", `${at}> `), '"key"\n');
  assertEquals(await terminal.enter("select 3", `${at}[3]> `), "OK\n");
  assertEquals(await terminal.enter("multi", `${at}[3](TX)> `), "OK\n");
  assertEquals(await terminal.enter("select 4", `${at}[4](TX)> `), "OK\n");
  assertEquals(await terminal.enter("discard", `${at}[3]> `), "OK\n");
  assertEquals(await terminal.enter("multi", `${at}[3](TX)> `), "OK\n");
  assertEquals(await terminal.enter("exec", `${at}[3]> `), "1) (integer) 1\n");
  assertEquals(await terminal.enter("nosuch", `${at}[3]> `), "(error) ERR what?\n");
  assertEquals(await terminal.enter("drop", "not connected> "), "");
  assertEquals(terminal.io.err, "Error: Server closed the connection\n");
  assertEquals(await terminal.enter("get again", `${at}[3]> `), '"again"\n');
  assertEquals(subject.commands.slice(-2), [["SELECT", "3"], ["get", "again"]]);
  assertEquals(await terminal.leave(), 0);
  assertEquals(terminal.io.raw, false);
});

Deno.test("without a server: not connected, until there is one", async () => {
  using subject = server();
  const nowhere = freePort();
  const terminal = new Terminal(["-p", String(nowhere)]);
  await terminal.see("not connected> ");
  const refused = `Could not connect to Redis at 127.0.0.1:${nowhere}: Connection refused\n`;
  assertEquals(terminal.io.err, refused);
  await terminal.enter("get a", "not connected> ");
  assertEquals(terminal.io.err, refused + refused);
  await terminal.enter(`connect localhost ${subject.port}`, `localhost:${subject.port}> `);
  assertEquals(await terminal.enter("get a", `localhost:${subject.port}> `), '"a"\n');
  assertEquals(await terminal.leave(), 0);
});

Deno.test("hints from the built-in table, as the server has no COMMAND DOCS", async () => {
  using subject = server(([name]) => name === "COMMAND" ? "-ERR unknown command\r\n" : undefined);
  const terminal = new Terminal(["-p", String(subject.port)]);
  await terminal.see("> ");
  terminal.press("get ");
  await terminal.see("get \x1b[0;90;49mkey\x1b[0m");
  terminal.press("\x15:set nohints\r");
  await terminal.see("nohints\r\n");
  terminal.press("get ");
  await terminal.see("get \r");
  terminal.press("\x03");
  assertEquals(await terminal.code, 0);
  assertEquals(terminal.io.out.split("\x1b[0;90;49m").length, 2);
});

Deno.test("hints, HELP and completion from the server's COMMAND DOCS", async () => {
  const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;
  const fields = ["summary", "Tells", "since", "9.9.9", "group", "own"].map(bulk).join("");
  const argument = `*1\r\n*4\r\n${["name", "what", "type", "string"].map(bulk).join("")}`;
  const docs = `*2\r\n${bulk("tell")}*8\r\n${fields}${bulk("arguments")}${argument}`;
  using subject = server(([name]) => name === "COMMAND" ? docs : undefined);
  const terminal = new Terminal(["-p", String(subject.port)]);
  await terminal.see("> ");
  terminal.press("te\t ");
  await terminal.see("TELL \x1b[0;90;49mwhat\x1b[0m");
  terminal.press("\x15");
  const help = await terminal.enter("help tell", "> ");
  assertStringIncludes(help, "TELL what");
  assertStringIncludes(help, "summary: Tells");
  assertEquals(await terminal.leave(), 0);
});

Deno.test("the history is read from its file and written to it, without passwords", async () => {
  using subject = server();
  const file = "/home/me/.rediscli_history";
  const terminal = new Terminal(["-p", String(subject.port)], (io) => {
    io.files.set(file, "get old\n");
    io.files.set("/home/me/.redisclirc", ":set nohints\n");
  });
  await terminal.see("> ");
  terminal.press("\x1b[A");
  await terminal.see("get old");
  terminal.press("\r");
  await terminal.see('"old"');
  await terminal.see("> ");
  await terminal.enter("auth secret", "> ");
  await terminal.enter("3 config set requirepass secret", "> ");
  await terminal.enter("get old", "> ");
  await terminal.enter("get new", "> ");
  await terminal.enter("get new", "> ");
  assertEquals(await terminal.leave(), 0);
  assertEquals(terminal.io.files.get(file), "get old\nget new\nquit\n");
  assertEquals(terminal.io.out.includes("\x1b[0;90;49m"), false);
});

Deno.test("Ctrl-C gives up a command that does not answer, and connects anew", async () => {
  using subject = server(([name]) => name === "wait" ? "" : undefined);
  const prompt = `127.0.0.1:${subject.port}> `;
  const terminal = new Terminal(["-p", String(subject.port)]);
  await terminal.see(prompt);
  terminal.press("wait\r");
  await terminal.see("wait\r\n");
  while (!subject.commands.some(([name]) => name === "wait")) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  terminal.io.clock += 1234;
  terminal.io.interrupt?.();
  assertEquals((await terminal.see(prompt)).includes("(1.23s)\n"), true);
  assertEquals(await terminal.enter("get a", prompt), '"a"\n');
  assertEquals([subject.connections, terminal.io.err], [2, ""]);
  assertEquals(await terminal.leave(), 0);
});

Deno.test("a number repeats a command; brackets and quotes are as in a shell", async () => {
  using subject = server();
  const prompt = `127.0.0.1:${subject.port}> `;
  const terminal = new Terminal(["-p", String(subject.port)]);
  await terminal.see(prompt);
  assertEquals(await terminal.enter("2 get a", prompt), '"a"\n"a"\n');
  assertEquals(
    await terminal.enter("0 get a", prompt),
    "Invalid redis-cli repeat command option value.\n",
  );
  assertEquals(await terminal.enter('get "a', prompt), "Invalid argument(s)\n");
  assertEquals(await terminal.enter('get "\\x00"', prompt), '"\\x00"\n');
  assertEquals(
    await terminal.enter(":what", prompt),
    "unknown redis-cli internal command ':what'\n",
  );
  assertEquals(await terminal.enter(":set x", prompt), "unknown redis-cli preference 'x'\n");
  terminal.press("clear\r");
  await terminal.see("\x1b[H\x1b[2J");
  terminal.press("exit\r");
  assertEquals(await terminal.code, 0);
});

const message = (kind: string, ...rest: string[]) =>
  `*${rest.length + 1}\r\n` + [kind, ...rest].map((part) => {
    return /^\d+$/.test(part) ? `:${part}\r\n` : `$${part.length}\r\n${part}\r\n`;
  }).join("");

Deno.test("subscribed: messages are shown until a key is pressed, and it ends with the last channel", async () => {
  using subject = server(([name, ...channels]) => {
    if (name === "subscribe") {
      return channels.map((channel, i) => message(name, channel, String(i + 1))).join("") +
        message("message", channels[0], "hello");
    }
    return name === "unsubscribe" ? message(name, "x", "0") : undefined;
  });
  const at = `127.0.0.1:${subject.port}`;
  const terminal = new Terminal(["-p", String(subject.port)]);
  await terminal.see("> ");
  terminal.press("subscribe a b\r");
  const shown = await terminal.see('3) "hello"\n');
  assertStringIncludes(
    shown,
    '1) "subscribe"\n2) "a"\n3) (integer) 1\n1) "subscribe"\n2) "b"\n3) (integer) 2\n',
  );
  assertStringIncludes(shown, '1) "message"\n2) "a"\n3) "hello"\n');
  await terminal.see("any key to type command)\r");
  terminal.press("u");
  await terminal.see(`${at}(subscribed mode)> u`);
  terminal.press("nsubscribe\r");
  await terminal.see("3) (integer) 0\n");
  await terminal.see(`${at}> `);
  assertEquals(await terminal.leave(), 0);
});

Deno.test("subscribed: Ctrl-C leaves with a new connection", async () => {
  using subject = server(([name, channel]) =>
    name === "subscribe" ? message(name, channel, "1") : undefined
  );
  const at = `127.0.0.1:${subject.port}`;
  const terminal = new Terminal(["-p", String(subject.port)]);
  await terminal.see("> ");
  terminal.press("subscribe a\r");
  await terminal.see("any key to type command)\r");
  terminal.press("\x03");
  assertEquals((await terminal.see(`${at}> `)).includes("subscribed mode"), false);
  assertEquals(await terminal.enter("get a", `${at}> `), '"a"\n');
  assertEquals(terminal.io.err, "");
  assertEquals(await terminal.leave(), 0);
});

Deno.test("a lost connection while subscribed is told, and the prompt comes back", async () => {
  using subject = server(([name, channel]) => {
    if (name === "subscribe") return message(name, channel, "1");
    return name === "ping" ? null : undefined;
  });
  const terminal = new Terminal(["-p", String(subject.port)]);
  await terminal.see("> ");
  terminal.press("subscribe a\r");
  await terminal.see("any key to type command)\r");
  terminal.press("ping\r");
  await terminal.see("not connected> ");
  assertEquals(terminal.io.err, "Error: Server closed the connection\n");
  assertEquals(await terminal.leave(), 0);
});

Deno.test("a transaction that does not run leaves the database as it was", async () => {
  const ends = { exec: "*-1\r\n", discard: "+OK\r\n" };
  let failed = false;
  using subject = server(([name]) => {
    if (name === "multi" || name === "select") return "+OK\r\n";
    if (name === "discard") return ends.discard;
    return name === "exec" ? failed ? "-EXECABORT no\r\n" : ends.exec : undefined;
  });
  const at = `127.0.0.1:${subject.port}`;
  const terminal = new Terminal(["-p", String(subject.port)]);
  await terminal.see(`${at}> `);
  await terminal.enter("select 2", `${at}[2]> `);
  for (const end of ["exec", "discard", "exec"]) {
    await terminal.enter("multi", `${at}[2](TX)> `);
    await terminal.enter("select 5", `${at}[5](TX)> `);
    await terminal.enter(end, `${at}[2]> `);
    failed = end === "discard";
  }
  ends.exec = "*0\r\n";
  failed = false;
  await terminal.enter("multi", `${at}[2](TX)> `);
  await terminal.enter("select 5", `${at}[5](TX)> `);
  await terminal.enter("exec", `${at}[5]> `);
  assertEquals(await terminal.leave(), 0);
});

Deno.test("what commands there are is asked again behind a login", async () => {
  let known = false;
  const asked: boolean[] = [];
  using subject = server(([name]) => {
    if (name === "auth") {
      known = true;
      return "+OK\r\n";
    }
    if (name !== "COMMAND") return undefined;
    asked.push(known);
    return known ? "*0\r\n" : "-NOAUTH no\r\n";
  });
  const terminal = new Terminal(["-p", String(subject.port)]);
  const prompt = `127.0.0.1:${subject.port}> `;
  await terminal.see(prompt);
  await terminal.enter("ping", prompt);
  await terminal.enter("auth secret", prompt);
  await terminal.enter("ping", prompt);
  assertEquals(asked, [false, true]);
  assertEquals(await terminal.leave(), 0);
});

Deno.test("Ctrl-C ends the stream of a master, and the prompt comes back", async () => {
  const command = "*1\r\n$4\r\nping\r\n";
  using subject = server(([name]) => name === "sync" ? "$1\r\nx" + command : undefined);
  const terminal = new Terminal(["-p", String(subject.port)]);
  await terminal.see("> ");
  terminal.press("sync\r");
  await terminal.see('"ping"\n');
  terminal.io.interrupt?.();
  await terminal.see(`127.0.0.1:${subject.port}> `);
  assertEquals(
    terminal.io.err,
    "Full resync with master, discarding 1 bytes of bulk transfer...\n" +
      "Full resync done. Logging commands from master.\n",
  );
  assertEquals(await terminal.leave(), 0);
});

Deno.test("-c follows MOVED and ASK", async () => {
  using second = server();
  let kind = "MOVED";
  using first = server(([name]) =>
    name === "get" ? `-${kind} 7 127.0.0.1:${second.port}\r\n` : undefined
  );
  const run = async (variables: Record<string, string>, input: string, ...command: string[]) => {
    const io = new TestIo(input);
    io.variables = variables;
    const args = ["-c", "--no-raw", "-p", String(first.port), ...command];
    const code = await runCli(args, { version: "", commands: () => DOCS, io });
    return [code, io.out, io.err];
  };
  const note = `-> Redirected to slot [7] located at 127.0.0.1:${second.port}\n`;
  // Where it went is told to people only, and only where a prompt shows it.
  assertEquals(await run({}, "", "get", "a"), [0, '"a"\n', ""]);
  kind = "ASK";
  assertEquals(await run({}, "get a\n"), [0, '"a"\n', note]);
  assertEquals(await run({ FAKETTY: "1" }, "get a\n"), [0, note + '"a"\n', ""]);
  const asked = [["ASKING"], ["get", "a"]];
  assertEquals(second.commands, [["get", "a"], ...asked, ...asked]);
});

Deno.test("a password is asked for with stars", async () => {
  using subject = server(([name]) => name === "AUTH" ? "+OK\r\n" : undefined);
  const terminal = new Terminal(["-p", String(subject.port), "--askpass"]);
  terminal.press("secrex\x7ft\r");
  await terminal.see("Please input password: ******\b \b*\n");
  await terminal.see("> ");
  assertEquals(subject.commands[0], ["AUTH", "secret"]);
  assertEquals(await terminal.leave(), 0);
});

Deno.test("HELP, the version and the usage text need no server", async () => {
  const io = new TestIo("");
  const deps = { version: "1.2.3", commands: () => DOCS, io };
  assertEquals(await runCli(["-p", String(freePort()), "help", "get"], deps), 0);
  assertStringIncludes(io.out, "GET");
  assertStringIncludes(io.out, DOCS[0].summary);
  io.out = "";
  assertEquals(await runCli(["--version"], deps), 0);
  assertEquals(io.out, "redeno-cli 1.2.3\n");
  io.out = "";
  assertEquals(await runCli(["--help"], deps), 0);
  assertStringIncludes(io.out, "Usage: redeno cli");
  assertEquals(io.err, "");
});
