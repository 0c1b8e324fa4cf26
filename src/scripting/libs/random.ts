/**
 * `math.random` and `math.randomseed` as Redis has them: the same numbers on every machine, from
 * drand48's generator. One sequence for all scripts of a server, from its start on.
 *
 * @module
 */

import type { LuaMachine, ServerFunction } from "../engine/machine.ts";
import type { Pointer } from "../wasm/module.ts";

const MULTIPLIER = 0x5deece66dn;
const INCREMENT = 0xbn;
const MASK = (1n << 48n) - 1n;
const INT_MAX = 2147483647;

/** The generator: 48 bits of state. */
export class ScriptRandom {
  #state = 0x1234abcd330en;

  seed(value: number): void {
    this.#state = (BigInt(value >>> 0) << 16n) | 0x330en;
  }

  /** The next number, in 0..2^31-1. */
  next(): number {
    this.#state = (this.#state * MULTIPLIER + INCREMENT) & MASK;
    return Number(this.#state >> 17n);
  }
}

/** The argument as an `int` of C. */
function checkInt(machine: LuaMachine, L: Pointer, index: number): number {
  const value = machine.checkNumber(L, index);
  if ((value | 0) === value) return value | 0;
  if (!(Math.abs(value) < 2 ** 63)) return 0;
  return Number(BigInt.asIntN(32, BigInt(Math.trunc(value))));
}

/** The two functions by name. */
export function randomFunctions(random: ScriptRandom): Record<string, ServerFunction> {
  return {
    random: (machine, L) => {
      const part = random.next() % INT_MAX / INT_MAX;
      const count = machine.count(L);
      let value = part;
      if (count === 1) {
        const most = checkInt(machine, L, 1);
        if (most < 1) machine.argumentError(L, 1, "interval is empty");
        value = Math.floor(part * most) + 1;
      } else if (count === 2) {
        const least = checkInt(machine, L, 1);
        const most = checkInt(machine, L, 2);
        if (least > most) machine.argumentError(L, 2, "interval is empty");
        value = Math.floor(part * ((most - least + 1) | 0)) + least;
      } else if (count !== 0) machine.raise(L, "wrong number of arguments");
      machine.lua.lua_pushnumber(L, value);
      return 1;
    },
    randomseed: (machine, L) => {
      random.seed(checkInt(machine, L, 1));
      return 0;
    },
  };
}
