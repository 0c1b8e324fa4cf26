import { assert, assertEquals } from "@std/assert";
import { hyperLogLogCommands } from "../../src/commands/hyperloglog/mod.ts";
import { selfTest } from "../../src/commands/hyperloglog/self_test.ts";
import { stringCommands } from "../../src/commands/string/mod.ts";
import { HyperLogLog } from "../../src/values/hyperloglog.ts";
import { Probe } from "./probe.ts";

Deno.test("hyperloglog: a count that was not stored yet is a change, and is journaled", () => {
  const probe = new Probe([...hyperLogLogCommands, ...stringCommands]);
  assertEquals(probe.run("PFADD k a b"), 1);
  assertEquals(probe.run("PFADD k a b"), 0);
  assertEquals(probe.takeEffects(), ["0: PFADD k a b"]);
  assertEquals(probe.run("PFCOUNT k k"), 2);
  assertEquals(probe.takeEffects(), []);
  assertEquals(probe.run("PFCOUNT k"), 2);
  assertEquals(probe.run("PFCOUNT k"), 2);
  assertEquals(probe.takeEffects(), ["0: PFCOUNT k"]);
  assertEquals(probe.run("PFDEBUG TODENSE k"), 1);
  assertEquals(probe.run("PFDEBUG TODENSE k"), 0);
  assertEquals(probe.run("PFMERGE d k"), "+OK");
  assertEquals(probe.takeEffects(), ["0: PFDEBUG TODENSE k", "0: PFMERGE d k"]);
  assertEquals(probe.takeEvents(), ["new 0:k", "pfadd 0:k", "keymiss 0:d", "new 0:d", "pfadd 0:d"]);
});

Deno.test("hyperloglog: what was read before a change does not change with it", () => {
  const probe = new Probe([...hyperLogLogCommands, ...stringCommands]);
  for (const elements of [3, 300, 5000]) {
    probe.run(`PFADD k ${Array.from({ length: elements }, (_, i) => `e${i}`).join(" ")}`);
    const before = probe.run("GET k") as string;
    const copy = before.slice(0, 8) + before.slice(8);
    probe.run("PFCOUNT k");
    probe.run(`PFADD k ${Array.from({ length: 50 }, (_, i) => `f${elements}${i}`).join(" ")}`);
    assertEquals(before, copy);
    assert(probe.run("GET k") !== copy);
  }
});

Deno.test("hyperloglog: the self-test finds an estimator that is off", () => {
  assertEquals(selfTest(() => 0.5), null);
  const { add } = HyperLogLog.prototype;
  try {
    // Every tenth element gets lost.
    HyperLogLog.prototype.add = function (element, limit) {
      return element.endsWith("0") ? false : add.call(this, element, limit);
    };
    assert(selfTest(() => 0.5)?.startsWith("Too big error. card:10"));
  } finally {
    HyperLogLog.prototype.add = add;
  }
});
