/**
 * Append-only files with commands that cannot be run, or fail. The texts are those of Redis 7.2.6,
 * but for a wrong number of arguments, which it does not notice: it reads what is not there.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { TempDir } from "../support/temp.ts";
import { encodeCommand } from "../support/resp.ts";
import { AofServer } from "./support.ts";

const NAME = "appendonly.aof.1.incr.aof";

/** Commands in words, or bytes as they are; and what the log says. `null`: the server starts. */
const refused: [commands: string[], reason: string][] = [
  [["NOSUCH a b"], "Unknown command 'NOSUCH'"],
  [["GET a", "NOSUCH"], "Unknown command 'NOSUCH'"],
  [["CLIENT NOSUCH"], "Unknown command 'CLIENT'"],
  [["XGROUP FOO s"], "Unknown command 'XGROUP'"],
  [["MULTI", "SET b 1", "NOSUCH x", "EXEC"], "Unknown command 'NOSUCH'"],
  [["nul\0name a"], "Unknown command 'nul'"],
  [["caf\xc3\xa9 a"], "Unknown command 'caf\xc3\xa9'"],
  [["SET x"], "Wrong number of arguments for command 'SET'"],
  [["GET"], "Wrong number of arguments for command 'GET'"],
  [["XGROUP CREATE a"], "Wrong number of arguments for command 'XGROUP'"],
  [["MULTI", "SET x", "EXEC"], "Wrong number of arguments for command 'SET'"],
];

const failing: [commands: string[], reason: string, command: string][] = [
  [["LPUSH a 1"], "-WRONGTYPE Operation against a key holding the wrong kind of value", "lpush"],
  [["SET a b FOO"], "-ERR syntax error", "set"],
  [["RENAME nokey b"], "-ERR no such key", "rename"],
  [["INCRBY a x"], "value is not an integer or out of range", "incrby"],
  [["SELECT 99"], "DB index is out of range", "select"],
  [
    ["XGROUP DESTROY nokey g"],
    "The XGROUP subcommand requires the key to exist. Note that for " +
    "CREATE you may want to use the MKSTREAM option to create an empty stream automatically.",
    "xgroup|destroy",
  ],
  [["EXEC"], "EXEC without MULTI", "exec"],
  [
    ["SHUTDOWN NOSAVE"],
    "SHUTDOWN without NOW or ABORT isn't allowed for DENY BLOCKING client",
    "shutdown",
  ],
  [["SUBSCRIBE a"], "SUBSCRIBE isn't allowed for a DENY BLOCKING client", "subscribe"],
];

async function load(commands: readonly string[]) {
  await using dir = await TempDir.create();
  Deno.mkdirSync(`${dir.path}/appendonlydir`);
  const all = ["SELECT 0", "SET a text", ...commands, "SET z 1"];
  const bytes = all.map((words) => encodeCommand(words.split(" "))).join("");
  Deno.writeFileSync(
    `${dir.path}/appendonlydir/${NAME}`,
    Uint8Array.from(bytes, (char) => char.charCodeAt(0)),
  );
  Deno.writeTextFileSync(
    `${dir.path}/appendonlydir/appendonly.aof.manifest`,
    `file ${NAME} seq 1 type i\n`,
  );
  await using server = new AofServer(dir.path);
  const started = await server.start();
  return { started, lines: server.lines, z: started ? server.run("GET", "z") : null };
}

Deno.test("aof: a command that there is not, or not with these arguments, stops the start", async () => {
  for (const [commands, reason] of refused) {
    const { started, lines } = await load(commands);
    assertEquals(started, false, commands.join());
    assertEquals(lines.at(-1), `${reason} reading the append only file ${NAME}`);
  }
});

Deno.test("aof: a command that fails is a matter for the log", async () => {
  for (const [commands, reason, command] of failing) {
    const { started, lines, z } = await load(commands);
    assertEquals(started, true, commands.join());
    assertEquals(z, "1");
    assertEquals(
      lines.filter((line) => line.includes("== CRITICAL ==")),
      [
        "== CRITICAL == This server is sending an error to its AOF-loading-client: " +
        `'${reason}' after processing the command '${command}'`,
      ],
    );
  }
});
