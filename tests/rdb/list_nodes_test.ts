/**
 * Lists with nodes of a single large element, as DEBUG QUICKLIST-PACKED-THRESHOLD makes them: the
 * bytes of DUMP against those of a real server after the same commands.
 */

import "../../src/datatypes/mod.ts";
import { assert, assertEquals } from "@std/assert";
import { fromBytes } from "../../src/bytes/bytes.ts";
import { decodeDumpPayload } from "../../src/rdb/decode/value.ts";
import { encodeDumpPayload } from "../../src/rdb/encode/value.ts";
import { defaultLimits } from "../../src/values/limits.ts";
import { ListValue } from "../../src/values/list.ts";
import { findRedisServer, startRedis } from "../support/servers.ts";

const missing = findRedisServer() === undefined;

Deno.test({
  name: `rdb: large elements are nodes of their own as in a real server${
    missing ? " (ignored: no redis-server on PATH)" : ""
  }`,
  ignore: missing,
  async fn() {
    await using server = await startRedis({ args: ["--rdbcompression", "no"] });
    await using client = await server.connect();
    const limits = { ...defaultLimits(), listMaxListpackSize: 2 };
    const list = ListValue.from(["a", "b", "c"], limits);
    await client.call("CONFIG", "SET", "list-max-listpack-size", "2");
    await client.call("RPUSH", "k", "a", "b", "c");
    limits.listPackedThreshold = 10;
    await client.call("DEBUG", "QUICKLIST-PACKED-THRESHOLD", "10");
    let last = "";
    const same = async (...command: string[]) => {
      await client.call(...command);
      const real = (await client.call("DUMP", "k")).replace(/^[^]*?\r\n/, "").slice(0, -2);
      const bytes = encodeDumpPayload(list, { version: 10, compress: false, limits });
      assertEquals(fromBytes(bytes), real, command.join(" "));
      assertEquals(decodeDumpPayload(bytes), { type: "list", items: list.slice() });
      assert(real !== last);
      last = real;
    };
    list.pushRight("1234567890", limits);
    await same("RPUSH", "k", "1234567890");
    list.pushRight("x".repeat(40), limits);
    await same("RPUSH", "k", "x".repeat(40));
    list.pushLeft("left is large", limits);
    await same("LPUSH", "k", "left is large");
    list.insertAfter(1, "in the middle", limits);
    await same("LINSERT", "k", "AFTER", "a", "in the middle");
    list.set(0, "small", limits);
    await same("LSET", "k", "0", "small");
    list.set(3, "large as well", limits);
    await same("LSET", "k", "3", "large as well");
    limits.listPackedThreshold = 0;
    await client.call("DEBUG", "QUICKLIST-PACKED-THRESHOLD", "0");
    list.pushRight("not alone any more", limits);
    await same("RPUSH", "k", "not alone any more");
  },
});
