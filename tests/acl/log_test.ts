import { assertEquals } from "@std/assert";
import type { Refused } from "../../src/acl/log.ts";
import { TestAcl } from "./support.ts";

const REFUSED: Refused = {
  reason: "key",
  context: "toplevel",
  object: "k",
  username: "u",
  clientInfo: "id=1",
};

function logOf(directives: Record<string, string> = {}) {
  const acl = new TestAcl(directives);
  const log = acl.refused;
  const shown = () => log.newest(100).map(({ id, count, object }) => `${id}:${object} ${count}`);
  return { acl, log, shown };
}

Deno.test("equal refusals within a minute of each other are one entry, at the front again", () => {
  const { acl, log, shown } = logOf();
  log.add(REFUSED);
  log.add({ ...REFUSED, object: "l" });
  acl.clock.advance(60_000);
  log.add({ ...REFUSED, clientInfo: "id=2" });
  assertEquals(shown(), ["0:k 2", "1:l 1"]);
  const [entry] = log.newest(1);
  assertEquals(
    [entry.clientInfo, entry.updatedMs - entry.createdMs],
    ["id=2", 60_000],
  );
  acl.clock.advance(60_001);
  log.add(REFUSED);
  assertEquals(shown(), ["2:k 1", "0:k 2", "1:l 1"]);
});

Deno.test("what differs in anything that is shown is an entry of its own", () => {
  const { log, shown } = logOf();
  log.add(REFUSED);
  log.add({ ...REFUSED, reason: "channel" });
  log.add({ ...REFUSED, context: "multi" });
  log.add({ ...REFUSED, username: "v" });
  assertEquals(shown(), ["3:k 1", "2:k 1", "1:k 1", "0:k 1"]);
});

Deno.test("only the ten newest entries are looked through", () => {
  const { log, shown } = logOf();
  for (let i = 0; i <= 10; i++) log.add({ ...REFUSED, object: `k${i}` });
  log.add({ ...REFUSED, object: "k1" });
  log.add({ ...REFUSED, object: "k0" });
  assertEquals(shown().slice(0, 2), ["11:k0 1", "1:k1 2"]);
});

Deno.test("the length has a limit, which may be none; ids and totals go on", () => {
  const { acl, log, shown } = logOf({ "acllog-max-len": "2" });
  for (const object of ["a", "b", "c"]) log.add({ ...REFUSED, object });
  assertEquals(shown(), ["2:c 1", "1:b 1"]);
  acl.config.setMany([["acllog-max-len", "0"]]);
  log.add({ ...REFUSED, object: "d" });
  assertEquals(shown(), []);
  assertEquals(log.totals, { auth: 0, command: 0, key: 4, channel: 0 });
  log.resetTotals();
  assertEquals(log.totals.key, 0);
  acl.config.setMany([["acllog-max-len", "9"]]);
  log.add(REFUSED);
  log.clear();
  log.add(REFUSED);
  assertEquals(shown(), ["5:k 1"]);
});
