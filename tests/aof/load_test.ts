import { assert, assertEquals } from "@std/assert";
import { comparable } from "../rdb/canonical.ts";
import { keyspaceContent } from "../rdb/keyspace_content.ts";
import { TempDir } from "../support/temp.ts";
import { ManualClock } from "../../src/clock/clock.ts";
import {
  AofServer,
  copyFixture,
  fixtureNames,
  forgetVolatile,
  readExpected,
  settingsOf,
} from "./support.ts";

/** Later than all recordings: what was delivered then was not delivered in the future. */
const AFTER_ALL = 1_795_400_000_000;

for (const name of fixtureNames()) {
  Deno.test(`aof: ${name} loads to what it was recorded from, and again after that`, async () => {
    const expected = readExpected(name);
    await using dir = await TempDir.create();
    copyFixture(name, dir.path);
    for (const round of ["as recorded", "as left by the first load"]) {
      await using server = new AofServer(
        dir.path,
        settingsOf(expected.source.config),
        new ManualClock(AFTER_ALL),
      );
      assert(await server.start(), server.lines.join("\n"));
      const dbs = keyspaceContent(server.parts.keyspace);
      forgetVolatile(dbs, expected.source.version);
      forgetVolatile(expected.dbs, expected.source.version);
      const want = comparable(expected);
      assertEquals(comparable({ rdb_version: 0, dbs }).dbs, want.dbs, round);
      assertEquals(
        server.parts.libraries.sources.map(btoa).sort(),
        (want.functions ?? []).map(({ code }) => code).sort(),
      );
    }
  });
}
