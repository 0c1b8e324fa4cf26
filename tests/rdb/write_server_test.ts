/**
 * Saving as clients see it, at a running server: SAVE, SHUTDOWN, and a disk that does not take it.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { RawClient } from "../support/raw_client.ts";
import { startRedeno } from "../support/servers.ts";
import { canonicalContent, decodeAll } from "./canonical.ts";

async function field(client: RawClient, name: string): Promise<string | undefined> {
  const info = await client.call("INFO", "persistence");
  return new RegExp(`^${name}:(.*)\\r$`, "m").exec(info)?.[1];
}

function savedKeys(dir: string): string[] {
  const { dbs } = canonicalContent(decodeAll(Deno.readFileSync(`${dir}/dump.rdb`)));
  return Object.values(dbs).flat().map(({ key }) => atob(key));
}

Deno.test("SAVE writes the file, LASTSAVE and INFO tell", async () => {
  await using server = await startRedeno();
  await using client = await server.connect();
  await client.call("MSET", "a", "1", "b", "2");
  assertEquals(await field(client, "rdb_changes_since_last_save"), "2");
  assertEquals(await client.call("SAVE"), "+OK\r\n");
  assertEquals(await field(client, "rdb_changes_since_last_save"), "0");
  assertEquals(await field(client, "rdb_saves"), "1");
  assertEquals(savedKeys(server.dir).sort(), ["a", "b"]);
  const last = Number((await client.call("LASTSAVE")).slice(1));
  assert(Math.abs(last - Date.now() / 1000) < 10);
  await client.call("MULTI");
  assertEquals(
    await client.call("SAVE"),
    "-ERR Command not allowed inside a transaction\r\n",
  );
  await client.call("DISCARD");
  assertMatch(server.log(), /\* DB saved on disk/);
});

Deno.test("SHUTDOWN saves as the save points say, and stays when that fails", async () => {
  await using server = await startRedeno();
  await using client = await server.connect();
  await client.call("SET", "k", "v");
  // A directory where the file is to be: not even root can rename over that.
  Deno.mkdirSync(`${server.dir}/dump.rdb/inside`, { recursive: true });
  assertEquals(await client.call("SAVE"), "-ERR\r\n");
  assertEquals(await client.call("LASTSAVE"), await client.call("LASTSAVE"));
  await client.call("CONFIG", "SET", "save", "3600 1");
  assertEquals(await client.call("SHUTDOWN"), "-ERR Errors trying to SHUTDOWN. Check logs.\r\n");
  assertEquals(await client.call("GET", "k"), "$1\r\nv\r\n");
  assertMatch(server.log(), /Error moving temp DB file temp-\d+\.rdb on the final destination/);
  assertMatch(server.log(), /Saving the final RDB snapshot before exiting\./);
  Deno.removeSync(`${server.dir}/dump.rdb`, { recursive: true });
  await client.send("SHUTDOWN");
  await client.readReply().catch(() => "");
  assertEquals(savedKeys(server.dir), ["k"]);
});

Deno.test("SHUTDOWN NOSAVE does not save", async () => {
  await using server = await startRedeno({ args: ["--save", "3600 1"] });
  await using client = await server.connect();
  await client.call("SET", "k", "v");
  await client.send("SHUTDOWN", "NOSAVE");
  await client.readReply().catch(() => "");
  assertEquals([...Deno.readDirSync(server.dir)].map(({ name }) => name), []);
});
