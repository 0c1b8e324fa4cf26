/**
 * Lists: a row of nodes, each a packed list, or from version 10 on a single long element as it is.
 *
 * @module
 */

import type { ListValue } from "../../values/list.ts";
import { type EncodeContext, KEEP, pass, type Steps } from "./context.ts";
import { beginPacked, LISTPACK_VERSION } from "./packed.ts";
import { writeLength, writePacked, writeString } from "./string.ts";

/** How a node of the second layout is held. */
const PLAIN = 1;
const PACKED = 2;

/** First version whose writers keep an element that is longer than a node may be by itself. */
const PLAIN_VERSION = 11;

/** Write a list's nodes, a step each. O(n). */
export function* writeList(context: EncodeContext, list: ListValue): Steps {
  const { sink } = context;
  const withKind = context.version >= LISTPACK_VERSION;
  const longest = context.version >= PLAIN_VERSION
    ? longestPacked(context.limits.listMaxListpackSize)
    : Infinity;
  writeLength(sink, list.nodeCount);
  let nodes = list.nodes();
  for (let node = nodes.next(), done = 1; !node.done; node = nodes.next(), done++) {
    const { items, plain } = node.value;
    if (withKind && (plain || (items.length === 1 && items[0].length > longest))) {
      writeLength(sink, PLAIN);
      writeString(context, items[0]);
    } else {
      if (withKind) writeLength(sink, PACKED);
      const packed = beginPacked(context);
      for (const item of items) packed.text(item);
      packed.end();
      writePacked(context);
    }
    if ((yield) !== KEEP) continue;
    nodes = list.clone().nodes();
    yield;
    yield* pass(nodes, done);
  }
}

/** Elements longer than this are nodes of their own. */
function longestPacked(maxListpackSize: number): number {
  return maxListpackSize >= 0 ? 8192 : 2048 << Math.min(5, -maxListpackSize);
}
