import { assert, assertEquals } from "@std/assert";
import { ErrorReply } from "../../src/resp/reply.ts";
import { TempDir } from "../support/temp.ts";
import { AofServer } from "./support.ts";

Deno.test("aof: while the file cannot be written, writes are refused, and PING, but no reads", async () => {
  await using dir = await TempDir.create();
  await using server = new AofServer(dir.path);
  assert(await server.start());
  server.run("SET", "key", "1");
  const refused = (...args: string[]) => {
    const reply = server.parts.execute(server.client, args);
    return reply instanceof ErrorReply ? reply.text : null;
  };
  const misconf = "MISCONF Errors writing to the AOF file: No space left on device";
  server.run("MULTI");
  server.run("INCR", "key");
  server.aof.error = "No space left on device";
  assertEquals(refused("EXEC"), `EXECABORT Transaction discarded because of: ${misconf}`);
  assertEquals(refused("SET", "key", "2"), misconf);
  assertEquals(refused("PING"), misconf);
  assertEquals(server.run("GET", "key"), "1");
  server.run("MULTI");
  server.run("GET", "key");
  assertEquals(server.run("EXEC"), ["1"]);
  server.aof.error = null;
  assertEquals(server.run("INCR", "key"), 2);
});

Deno.test("aof: a file of an older server is taken over, also when that was interrupted", async () => {
  const old = "*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$1\r\n7\r\n";
  for (const interrupted of [false, true]) {
    await using dir = await TempDir.create();
    Deno.writeTextFileSync(`${dir.path}/appendonly.aof`, old);
    if (interrupted) {
      // The manifest was written, and the file not moved yet.
      Deno.mkdirSync(`${dir.path}/appendonlydir`);
      Deno.writeTextFileSync(
        `${dir.path}/appendonlydir/appendonly.aof.manifest`,
        "file appendonly.aof seq 1 type b\n",
      );
    }
    await using server = new AofServer(dir.path);
    assert(await server.start(), server.lines.join("\n"));
    assert(server.lines.includes(
      "Successfully migrated an old-style AOF file (appendonly.aof) into the AOF directory " +
        "(appendonlydir).",
    ));
    assertEquals(server.run("INCR", "key"), 8);
    assertEquals([...Deno.readDirSync(dir.path)].map(({ name }) => name), ["appendonlydir"]);
    assertEquals(
      Deno.readTextFileSync(`${dir.path}/appendonlydir/appendonly.aof.manifest`),
      "file appendonly.aof seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n",
    );
  }
});
