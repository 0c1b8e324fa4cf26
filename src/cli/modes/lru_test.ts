/**
 * `--lru-test`: writes and reads keys of which a fifth get four fifths of the use, and tells how many
 * reads found their key: how well a full server keeps what is in use.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { fixed } from "../printf.ts";
import type { Session } from "../session.ts";
import { askAllOrExit } from "./key_batches.ts";

/** How long one line of figures sums up. */
const CYCLE_MS = 1000;

/** Commands sent at once. */
const PIPELINE = 250;

/** Exponent of the power law with which a fifth of the numbers come up in four fifths of the cases. */
const ALPHA = 6.2;

/** A number from 1 to `max`, low ones far more often. */
export function skewed(max: number, random: number): number {
  const top = (max + 1) ** (ALPHA + 1);
  const drawn = Math.trunc(((top - 1) * random + 1) ** (1 / (ALPHA + 1)));
  return max - Math.min(drawn, max) + 1;
}

function randomKey(keys: number): ByteString {
  return `lru:${skewed(keys, Math.random())}`;
}

function randomValue(): ByteString {
  let value = "";
  for (let i = 0; i < 5; i++) value += String.fromCharCode(0x41 + Math.floor(Math.random() * 57));
  return value;
}

/** Write, read and tell the hits, once a second, until the program is ended. */
export async function lruTest(session: Session): Promise<number> {
  const { lruTestKeys } = session.options;
  const { io } = session;
  const many = (command: () => ByteString[]) => Array.from({ length: PIPELINE }, command);
  for (;;) {
    const began = io.now();
    let hits = 0;
    let misses = 0;
    while (io.now() - began < CYCLE_MS) {
      await askAllOrExit(session, many(() => ["SET", randomKey(lruTestKeys), randomValue()]));
      const replies = await askAllOrExit(session, many(() => ["GET", randomKey(lruTestKeys)]));
      for (const reply of replies) {
        if (reply.type === "error") session.printError(reply.value + "\n");
        else if (reply.type === "nil") misses++;
        else hits++;
      }
    }
    const gets = hits + misses;
    const share = (count: number) => `${count} (${fixed(count / gets * 100, 2)}%)`;
    session.print(`${gets} Gets/sec | Hits: ${share(hits)} | Misses: ${share(misses)}\n`);
  }
}
