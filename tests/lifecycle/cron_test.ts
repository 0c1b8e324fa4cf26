import { assertEquals } from "@std/assert";
import { Cron } from "../../src/lifecycle/cron.ts";
import { TestServer } from "../execution/support.ts";

/** A server with its regular work, at a clock that stands still. */
function withCron(): { server: TestServer; turns: () => number; cron: Cron } {
  const server = new TestServer();
  server.config.assign("save", [""]);
  let turns = 0;
  server.persistence.tick = () => void turns++;
  const cron = new Cron(server, []);
  cron.start();
  return { server, cron, turns: () => turns };
}

Deno.test("the regular work follows hz at run time", () => {
  const { server, cron, turns } = withCron();
  server.clock.advance(1000);
  assertEquals(turns(), 10);
  server.config.setMany([["hz", "100"]]);
  // The turn that is due next notices it.
  server.clock.advance(100);
  assertEquals(turns(), 11);
  server.clock.advance(1000);
  assertEquals(turns(), 111);
  server.config.setMany([["hz", "10"]]);
  server.clock.advance(1010);
  assertEquals(turns(), 122);
  cron.stop();
  server.clock.advance(1000);
  assertEquals(turns(), 122);
});

Deno.test("keys past their time stay while writes pause, and go when that ends", () => {
  for (const all of [false, true]) {
    const { server, cron } = withCron();
    const [{ table }] = server.keyspace.databases;
    server.run("SET k v PX 100");
    server.pause.start(server.clock.ms + 5000, all);
    server.clock.advance(4000);
    assertEquals(table.size, 1);
    assertEquals(server.takeEffects().length, 1);
    server.clock.advance(2000);
    assertEquals(table.size, 0);
    assertEquals(server.takeEffects(), ["0 DEL k"]);
    cron.stop();
  }
});
