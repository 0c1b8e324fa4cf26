/**
 * Files of versions 9 and 10 as a real server reads them: what it makes of them, and saves again, is
 * what was saved.
 *
 * @module
 */

import "../../src/datatypes/mod.ts";
import { assertEquals } from "@std/assert";
import { hasExpiringFields } from "../../src/keyspace/field_expire.ts";
import { saveRdb } from "../../src/rdb/save/save.ts";
import { loadRdbFile } from "../../src/rdb/load/load.ts";
import { findRedisServer, startRedis } from "../support/servers.ts";
import { canonicalContent, decodeAll } from "./canonical.ts";
import { fixtureNames, readFixture } from "./fixtures.ts";
import { content, newKeyspace, saveOptions } from "./saving.ts";

const installed = findRedisServer() !== undefined;

Deno.test({
  name: `a real server reads what is saved${installed ? "" : " (no redis-server)"}`,
  ignore: !installed,
  async fn(t) {
    await using server = await startRedis({ args: ["--set-max-intset-entries", "512"] });
    await using client = await server.connect();
    const path = `${server.dir}/dump.rdb`;
    for (const name of fixtureNames()) {
      const fixture = readFixture(name);
      if (fixture.expected.must !== undefined) continue;
      const before = canonicalContent(decodeAll(fixture.bytes));
      await t.step(name, async () => {
        const keyspace = newKeyspace(Date.now());
        const { functions } = await loadRdbFile(
          decodeURIComponent(fixture.path.pathname),
          keyspace,
        );
        // Those only a newer one could read.
        if (hasExpiringFields(keyspace)) return;
        for (const version of [9, 10] as const) {
          saveRdb({ ...saveOptions(keyspace, path, version), functions });
          const saved = canonicalContent(decodeAll(Deno.readFileSync(path)));
          await client.call("FUNCTION", "FLUSH");
          assertEquals(await client.call("DEBUG", "RELOAD", "NOSAVE"), "+OK\r\n");
          await client.call("SAVE");
          const after = canonicalContent(decodeAll(Deno.readFileSync(path)));
          const common = Math.min(version, before.rdb_version);
          assertEquals(content(after, common), content(saved, common));
          if (version >= 10) assertEquals(after.functions ?? [], before.functions ?? []);
        }
      });
    }
  },
});
