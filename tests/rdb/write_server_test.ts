/**
 * Saving as clients see it, at a running server: SAVE, SHUTDOWN, and a disk that does not take it.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { RawClient } from "../support/raw_client.ts";
import { startRedeno } from "../support/servers.ts";
import { canonicalContent, decodeAll } from "./canonical.ts";
import { until } from "../support/until.ts";

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

/** Wait until a field of INFO is what it is to be. */
function untilField(client: RawClient, name: string, value: string): Promise<boolean> {
  return until(async () => await field(client, name) === value, `${name} is ${value}`);
}

Deno.test("BGSAVE saves what there was when it began", async () => {
  await using server = await startRedeno();
  await using client = await server.connect();
  await client.call("DEBUG", "POPULATE", "2000");
  await client.call("RPUSH", "list", "a");
  await client.call("CONFIG", "SET", "rdb-key-save-delay", "1000000");
  assertEquals(await client.call("BGSAVE"), "+Background saving started\r\n");
  assertEquals(await client.call("BGSAVE"), "-ERR Background save already in progress\r\n");
  assertEquals(await client.call("SAVE"), "-ERR Background save already in progress\r\n");
  assertEquals(
    await client.call("BGSAVE", "SCHEDULE"),
    "-ERR Background save already in progress\r\n",
  );
  assertEquals(await client.call("BGSAVE", "x"), "-ERR syntax error\r\n");
  assertEquals(await field(client, "rdb_bgsave_in_progress"), "1");
  assertEquals(await field(client, "current_save_keys_total"), "2001");
  await client.call("RPUSH", "list", "b");
  await client.call("DEL", "key:1500");
  await client.call("SET", "late", "1");
  await client.call("SWAPDB", "0", "1");
  await client.call("CONFIG", "SET", "rdb-key-save-delay", "0");
  await untilField(client, "rdb_bgsave_in_progress", "0");
  assertEquals(await field(client, "rdb_last_bgsave_status"), "ok");
  assertEquals(await field(client, "rdb_changes_since_last_save"), "4");
  const saved = canonicalContent(decodeAll(Deno.readFileSync(`${server.dir}/dump.rdb`))).dbs;
  assertEquals(Object.keys(saved), ["0"]);
  assertEquals(saved[0].length, 2001);
  const list = saved[0].find(({ key }) => atob(key) === "list");
  assertEquals(list?.value, [btoa("a")]);
  assertMatch(server.log(), /\* Background saving started by pid \d+\n/);
  assertMatch(
    server.log(),
    /\* DB saved on disk\n.*\* Background saving terminated with success\n/,
  );
});

Deno.test("BGSAVE in a transaction, FLUSHALL and SHUTDOWN in a BGSAVE", async () => {
  await using server = await startRedeno();
  await using client = await server.connect();
  await client.call("MSET", "a", "1", "b", "2");
  await client.call("MULTI");
  await client.call("BGSAVE");
  assertEquals(await client.call("EXEC"), "*1\r\n+Background saving scheduled\r\n");
  await untilField(client, "rdb_changes_since_last_save", "0");
  assertEquals(savedKeys(server.dir).sort(), ["a", "b"]);
  await client.call("CONFIG", "SET", "rdb-key-save-delay", "10000000");
  await client.call("CONFIG", "SET", "save", "3600 1");
  await client.call("BGSAVE");
  assertEquals(await client.call("FLUSHALL"), "+OK\r\n");
  assertEquals(await field(client, "rdb_bgsave_in_progress"), "0");
  assertEquals(savedKeys(server.dir), []);
  await client.call("SET", "c", "1");
  await client.call("BGSAVE");
  await client.send("SHUTDOWN");
  await client.readReply().catch(() => "");
  assertEquals(savedKeys(server.dir), ["c"]);
  assertEquals([...Deno.readDirSync(server.dir)].map(({ name }) => name), ["dump.rdb"]);
  assertMatch(server.log(), /There is a child saving an \.rdb\. Killing it!/);
});

Deno.test("save points save by themselves; when that fails, writes are refused", async () => {
  await using server = await startRedeno({ args: ["--save", "1 2"] });
  await using client = await server.connect();
  await client.call("MSET", "a", "1", "b", "2");
  await untilField(client, "rdb_changes_since_last_save", "0");
  assertEquals(savedKeys(server.dir).sort(), ["a", "b"]);
  assertMatch(server.log(), /\* 2 changes in 1 seconds\. Saving\.\.\.\n/);
  Deno.removeSync(`${server.dir}/dump.rdb`);
  Deno.mkdirSync(`${server.dir}/dump.rdb/inside`, { recursive: true });
  await client.call("CONFIG", "SET", "save", "3600 1");
  assertEquals(await client.call("BGSAVE"), "+Background saving started\r\n");
  await untilField(client, "rdb_last_bgsave_status", "err");
  assertMatch(server.log(), /# Background saving error\n/);
  const refusal = /^-MISCONF Redis is configured to save RDB snapshots, but it's currently unable/;
  assertMatch(await client.call("SET", "k", "v"), refusal);
  assertMatch(await client.call("PING"), refusal);
  assertEquals(await client.call("GET", "a"), "$1\r\n1\r\n");
  await client.call("MULTI");
  assertMatch(await client.call("SET", "k", "v"), refusal);
  assertMatch(await client.call("EXEC"), /^-EXECABORT/);
  await client.call("CONFIG", "SET", "stop-writes-on-bgsave-error", "no");
  assertEquals(await client.call("SET", "k", "v"), "+OK\r\n");
  await client.call("CONFIG", "SET", "stop-writes-on-bgsave-error", "yes");
  assertMatch(await client.call("SET", "k", "v"), refusal);
  Deno.removeSync(`${server.dir}/dump.rdb`, { recursive: true });
  assertEquals(await client.call("SAVE"), "+OK\r\n");
  assertEquals(await client.call("SET", "k", "w"), "+OK\r\n");
});
