import { assertEquals } from "@std/assert";
import { type Effect, Journal } from "../../src/journal/journal.ts";

function collect(): { journal: Journal; units: string[][] } {
  const journal = new Journal();
  const units: string[][] = [];
  journal.subscribe((effects: readonly Effect[]) => {
    units.push(effects.map(({ db, args }) => `${db}:${args.join(" ")}`));
  });
  return { journal, units };
}

Deno.test("journal: a command that changed something leaves as itself", () => {
  const { journal, units } = collect();
  journal.begin();
  journal.commandDone(0, ["SET", "k", "v"], true);
  journal.end();
  journal.begin();
  journal.commandDone(0, ["GET", "k"], false);
  journal.end();
  assertEquals(units, [["0:SET k v"]]);
});

Deno.test("journal: a replacement leaves instead, several together", () => {
  const { journal, units } = collect();
  journal.begin();
  journal.replace(1, ["SREM", "s", "a"]);
  journal.replace(1, ["DEL", "t"]);
  journal.commandDone(1, ["SPOP", "s"], true);
  journal.end();
  assertEquals(units, [["1:SREM s a", "1:DEL t"]]);
});

Deno.test("journal: a suppressed command leaves nothing, the next one does", () => {
  const { journal, units } = collect();
  journal.begin();
  journal.suppress();
  journal.commandDone(0, ["EXEC"], true);
  journal.end();
  journal.begin();
  journal.commandDone(0, ["DEL", "k"], true);
  journal.end();
  assertEquals(units, [["0:DEL k"]]);
});

Deno.test("journal: nested units leave together, with what was appended in its place", () => {
  const { journal, units } = collect();
  journal.begin();
  journal.begin();
  journal.append(0, ["DEL", "expired"]);
  journal.commandDone(0, ["SET", "a", "1"], true);
  journal.end();
  journal.begin();
  journal.commandDone(0, ["SET", "b", "2"], true);
  journal.end();
  assertEquals(units, []);
  journal.end();
  assertEquals(units, [["0:DEL expired", "0:SET a 1", "0:SET b 2"]]);
});

Deno.test("journal: an effect outside of a unit leaves at once", () => {
  const { journal, units } = collect();
  journal.append(3, ["DEL", "k"]);
  assertEquals(units, [["3:DEL k"]]);
});

Deno.test("journal: without a sink nothing is kept for later", () => {
  const journal = new Journal();
  assertEquals(journal.active, false);
  journal.append(0, ["DEL", "k"]);
  journal.begin();
  journal.replace(0, ["DEL", "k"]);
  journal.commandDone(0, ["GETDEL", "k"], true);
  journal.end();
  const units: unknown[] = [];
  const stop = journal.subscribe((effects) => units.push(effects));
  journal.begin();
  journal.commandDone(0, ["PING"], false);
  journal.end();
  assertEquals([units.length, journal.active], [0, true]);
  stop();
  assertEquals(journal.active, false);
});

Deno.test("journal: announcements go, in their place, to those who take them", () => {
  const { journal, units } = collect();
  const announced: string[][] = [];
  const end = journal.subscribe((effects) => {
    announced.push(effects.map(({ db, args }) => `${db}:${args.join(" ")}`));
  }, { announcements: true });
  journal.begin();
  journal.begin();
  journal.commandDone(0, ["SET", "a", "1"], true);
  journal.end();
  journal.announce(2, ["PUBLISH", "c", "m"]);
  journal.end();
  journal.announce(3, ["PUBLISH", "c", "alone"]);
  assertEquals(announced, [["0:SET a 1", "2:PUBLISH c m"], ["3:PUBLISH c alone"]]);
  assertEquals(units, [["0:SET a 1"]]);
  assertEquals(journal.position, 1);
  end();
  journal.announce(0, ["PUBLISH", "c", "to nobody"]);
  assertEquals(announced.length, 2);
});

Deno.test("journal: a sink that throws keeps nobody from the effects, and the journal goes on", () => {
  const journal = new Journal();
  const failures: unknown[] = [];
  journal.onSinkFailure = (error) => failures.push(error);
  const first: string[] = [];
  const last: string[] = [];
  const listen = (seen: string[]) => (effects: readonly Effect[]) => {
    for (const { args } of effects) seen.push(args.join(" "));
  };
  journal.subscribe(listen(first), { announcements: true });
  journal.subscribe((effects) => {
    if (effects[0].args[1] === "bad") throw new RangeError("Invalid string length");
  });
  journal.subscribe(listen(last));
  const run = (key: string, announced = false) => {
    journal.begin();
    if (announced) journal.announce(0, ["PUBLISH", key]);
    journal.commandDone(0, ["SET", key], true);
    journal.end();
  };
  run("good");
  run("bad");
  run("bad", true);
  journal.append(0, ["DEL", "bad"]);
  run("good");
  assertEquals(failures.length, 3);
  assertEquals(last, ["SET good", "SET bad", "SET bad", "DEL bad", "SET good"]);
  assertEquals(first, ["SET good", "SET bad", "PUBLISH bad", "SET bad", "DEL bad", "SET good"]);
});

Deno.test("journal: a command may leave more effects than a stack has room for", () => {
  const { journal, units } = collect();
  journal.begin();
  for (let i = 0; i < 300_000; i++) journal.replace(0, ["XCLAIM", "s"]);
  journal.commandDone(0, ["XAUTOCLAIM", "s"], true);
  journal.end();
  assertEquals(units.map((unit) => unit.length), [300_000]);
});
