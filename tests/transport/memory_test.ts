/**
 * Connections within the process, and a server that has no others.
 */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { startServer } from "../../src/mod.ts";
import { memoryPair } from "../../src/transport/memory.ts";
import type { Duplex } from "../../src/transport/transport.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** Read until that much has come. */
async function take(end: Duplex, length: number): Promise<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(4096);
  let text = "";
  while (text.length < length) {
    const count = await end.read(buffer);
    if (count === null) throw new Error(`the end after ${JSON.stringify(text)}`);
    text += decoder.decode(buffer.subarray(0, count), { stream: true });
  }
  return text;
}

Deno.test("memory: a write ends when it has been read, in as many pieces as the reader likes", async () => {
  const [here, there] = memoryPair();
  let written = false;
  const writing = here.write(encode("hello")).then((count) => {
    written = true;
    return count;
  });
  const buffer = new Uint8Array(3);
  assertEquals(await there.read(buffer), 3);
  assertEquals(new TextDecoder().decode(buffer), "hel");
  assert(!written);
  assertEquals(await there.read(buffer), 2);
  assertEquals(await writing, 5);
});

Deno.test("memory: a reader waits for bytes, and both directions are apart", async () => {
  const [here, there] = memoryPair();
  const reading = take(here, 2);
  const other = take(there, 2);
  await there.write(encode("ab"));
  await here.write(encode("cd"));
  assertEquals([await reading, await other], ["ab", "cd"]);
});

Deno.test("memory: what closing does at either end", async () => {
  const [here, there] = memoryPair();
  const reading = there.read(new Uint8Array(1));
  const own = here.read(new Uint8Array(1));
  here.close();
  assertEquals(await reading, null);
  await assertRejects(() => own, Deno.errors.BadResource);
  await assertRejects(() => here.write(encode("a")), Deno.errors.BadResource);
  await assertRejects(() => there.write(encode("a")), Deno.errors.BrokenPipe);
  assertThrows(() => here.close(), Deno.errors.BadResource);
});

Deno.test("memory: a write that nobody reads any more fails", async () => {
  const [here, there] = memoryPair();
  const writing = here.write(encode("a"));
  there.close();
  await assertRejects(() => writing, Deno.errors.BrokenPipe);
});

Deno.test("a server without a listener serves connections within the process", async () => {
  await using server = await startServer({ port: null });
  assertEquals(server.port, 0);
  const client = server.connect();
  const other = server.connect();
  await client.write(encode("SET k v\r\nGET k\r\n"));
  assertEquals(await take(client, 12), "+OK\r\n$1\r\nv\r\n");
  await other.write(encode("SUBSCRIBE c\r\n"));
  await take(other, 30);
  await client.write(encode("PUBLISH c hi\r\nCLIENT INFO\r\n"));
  assertEquals(await take(other, 30), "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\nhi\r\n");
  const info = await take(client, 100);
  assert(/ addr=memory:0 laddr=memory:0 /.test(info), info);
  other.close();
  await client.write(encode("QUIT\r\n"));
  assertEquals(await client.read(new Uint8Array(16)), 5);
  assertEquals(await client.read(new Uint8Array(16)), null);
});

Deno.test("a program's large reply comes whole within the process", async () => {
  await using server = await startServer({ port: null });
  const client = server.connect();
  await client.write(encode("SETRANGE k 3000000 x\r\nGET k\r\n"));
  const head = ":3000001\r\n$3000001\r\n";
  const text = await take(client, head.length + 3_000_003);
  assert(text.startsWith(head) && text.endsWith("x\r\n"));
  client.close();
});
