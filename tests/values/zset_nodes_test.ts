/**
 * The nodes of a sorted set: what is freed is used again, in a copy too, and holds no members.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { FAN, NONE, SHIFT, ZSetNodes } from "../../src/values/zset_nodes.ts";

Deno.test("zset nodes: freed ones are used again, and so they are in a copy", () => {
  const nodes = new ZSetNodes();
  const [first, second] = [nodes.newInner(), nodes.newInner()];
  const leaf = nodes.newLeaf(0);
  nodes.innerMember[(second << SHIFT) + 3] = "member";
  nodes.free(1, second);
  nodes.free(0, leaf);
  const base = second << SHIFT;
  assertEquals(nodes.innerMember.slice(base, base + FAN).every((member) => member === ""), true);
  for (const each of [nodes.clone(), nodes]) {
    assertEquals([each.leafNext[0], each.leafSize[leaf]], [NONE, 0]);
    assertEquals([each.newInner(), each.newLeaf(0)], [second, leaf]);
    assertEquals([each.newInner() === first, each.newLeaf(0) === leaf], [false, false]);
  }
});
