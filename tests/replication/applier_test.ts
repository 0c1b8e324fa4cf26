import { assertEquals } from "@std/assert";
import { allCommands } from "../../src/commands/mod.ts";
import { toBytes } from "../../src/bytes/bytes.ts";
import { StreamApplier } from "../../src/replication/applier.ts";
import { encodeCommand } from "../../src/resp/encoder.ts";
import { Probe } from "../commands/probe.ts";

function begin() {
  const parts = new Probe(allCommands);
  const client = parts.createClient(null);
  const { replication } = parts;
  replication.copied("a".repeat(40), 0);
  const applier = new StreamApplier({ parts, replication, client, onQuestion() {} });
  const get = (key: string) => parts.keyspace.databases[0].peek(key);
  return { applier, client, stream: replication.stream, get };
}

Deno.test("applier: a transaction counts when it is complete, what came before it at once", () => {
  const { applier, stream, get } = begin();
  const before = encodeCommand(["INCR", "a"]);
  const opened = ["MULTI", "INCR"].map((name) =>
    encodeCommand(name === "MULTI" ? [name] : [name, "b"])
  ).join("");
  applier.apply(toBytes(before + opened));
  assertEquals([get("a") !== undefined, get("b")], [true, undefined]);
  assertEquals(stream.end, before.length);
  assertEquals(applier.pendingBytes, opened.length);
  const exec = encodeCommand(["EXEC"]);
  applier.apply(toBytes(exec));
  assertEquals(get("b") !== undefined, true);
  assertEquals(stream.end, before.length + opened.length + exec.length);
});

Deno.test("applier: however the stream is cut, its place is where a command has ended", () => {
  const commands = [
    ["SELECT", "1"],
    ["SET", "k", "v".repeat(5000)],
    ["MULTI"],
    ["RPUSH", "l", "1"],
    ["RPUSH", "l", "2"],
    ["EXEC"],
    ["PING"],
    ["DEL", "k"],
  ];
  const ends: number[] = [0];
  let text = "";
  let open = false;
  for (const args of commands) {
    text += encodeCommand(args);
    if (args[0] === "MULTI") open = true;
    if (args[0] === "EXEC") open = false;
    if (!open) ends.push(text.length);
  }
  const bytes = toBytes(text);
  for (let step = 1; step < 200; step += 7) {
    const { applier, client, stream } = begin();
    for (let at = 0; at < bytes.length; at += step) {
      const fed = Math.min(bytes.length, at + step);
      applier.apply(bytes.subarray(at, fed));
      const place = ends.findLast((end) => end <= fed);
      assertEquals(stream.end, place);
      assertEquals(applier.pendingBytes, fed - stream.end);
    }
    assertEquals(client.db.index, 1);
  }
});
