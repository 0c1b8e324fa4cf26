/**
 * Every recorded dump there and back: from this server's files to a real one and from that one's to
 * this, with the same DEBUG DIGEST at each stop. Redis 7.0 reads version 10 at most: newer ones, and
 * fields that expire, go from this server to itself.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { ManualClock } from "../../src/clock/clock.ts";
import { hasExpiringFields } from "../../src/keyspace/field_expire.ts";
import { ReplyEncoder } from "../../src/resp/encoder.ts";
import type { Reply } from "../../src/resp/reply.ts";
import { asking, dataDigest } from "../support/digest.ts";
import { parseReply } from "../support/resp.ts";
import { findRedisServer, startRedis } from "../support/servers.ts";
import { TempDir } from "../support/temp.ts";
import { AofServer } from "../aof/support.ts";
import { fixtureNames, FIXTURES, readFixture } from "./fixtures.ts";

/** The newest version that the real server reads. */
const REAL_VERSION = 10;

const names = fixtureNames().filter((name) => readFixture(name).expected.must !== "reject");

/** A server of this kind in a directory, without an append-only file, and with today's time. */
function serverIn(dir: string): AofServer {
  const settings = { appendonly: "no", "enable-debug-command": "yes" };
  return new AofServer(dir, settings, new ManualClock(Date.now()));
}

function digestOf(server: AofServer): string {
  const { text } = server.run("DEBUG", "DIGEST") as { text: string };
  return `+${text}\r\n`;
}

/** The same as a real server of 7.0 can give it. */
function dataOf(server: AofServer): Promise<string> {
  return dataDigest((...args) => {
    return Promise.resolve(
      parseReply(ReplyEncoder.encode(server.run(...args) as Reply, 2).join("")),
    );
  });
}

function version(bytes: Uint8Array): number {
  return Number(new TextDecoder().decode(bytes.subarray(5, 9)));
}

for (const name of names) {
  Deno.test(`${name} has the same digest after it was saved in any version`, async () => {
    await using dir = await TempDir.create();
    await using server = serverIn(dir.path);
    await server.parts.engines.prepare();
    const path = `${dir.path}/dump.rdb`;
    Deno.copyFileSync(new URL(name, FIXTURES), path);
    server.run("DEBUG", "RELOAD", "NOSAVE");
    const want = digestOf(server);
    const timed = hasExpiringFields(server.parts.keyspace);
    for (const wanted of ["9", "10", "11", "12"]) {
      for (const compress of ["yes", "no"]) {
        server.run("CONFIG", "SET", "rdb-version", wanted, "rdbcompression", compress);
        server.run("DEBUG", "RELOAD");
        assertEquals(version(Deno.readFileSync(path)), timed ? 12 : Number(wanted));
        assertEquals(digestOf(server), want, `version ${wanted}`);
      }
    }
  });
}

const installed = findRedisServer() !== undefined;

Deno.test({
  name: "all dumps keep their digest between this server and a real one" +
    (installed ? "" : " (ignored: no redis-server on PATH)"),
  ignore: !installed,
  async fn(t) {
    await using real = await startRedis();
    await using client = await real.connect();
    const path = `${real.dir}/dump.rdb`;
    const realLoads = async () => {
      await client.call("FUNCTION", "FLUSH");
      assertEquals(await client.call("DEBUG", "RELOAD", "NOSAVE"), "+OK\r\n", real.log());
      return await dataDigest(asking(client));
    };
    let compared = 0;
    for (const name of names) {
      await t.step(name, async () => {
        await using server = serverIn(real.dir);
        await server.parts.engines.prepare();
        Deno.copyFileSync(new URL(name, FIXTURES), path);
        server.run("DEBUG", "RELOAD", "NOSAVE");
        const want = await dataOf(server);
        if (version(Deno.readFileSync(path)) <= REAL_VERSION) {
          assertEquals(await realLoads(), want, "both read the recorded file alike");
        }
        if (hasExpiringFields(server.parts.keyspace)) return;
        for (const wanted of ["9", "10"]) {
          server.run("CONFIG", "SET", "rdb-version", wanted);
          server.run("SAVE");
          assertEquals(await realLoads(), want, `the real one reads version ${wanted}`);
          const compression = wanted === "9" ? "no" : "yes";
          await client.call("CONFIG", "SET", "rdbcompression", compression);
          assertEquals(await client.call("SAVE"), "+OK\r\n");
          server.run("DEBUG", "RELOAD", "NOSAVE");
          assertEquals(await dataOf(server), want, "this one reads the real one's");
          compared++;
        }
      });
    }
    assert(compared >= 2 * names.length - 6, `${compared} of ${names.length} dumps compared`);
  },
});
