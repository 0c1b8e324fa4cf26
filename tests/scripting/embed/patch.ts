/**
 * Changes to the WebAssembly module that Lua comes as, so that it behaves as the Lua inside Redis
 * does. Each is a few bytes at a place that is checked before it is touched:
 *
 * - memory and function table come from outside, so that the glue module shares them;
 * - a table whose mark byte has its highest bit set is read only (Redis's Lua has a field for it);
 * - string matching counts its steps, so that a pattern that takes for ever can be interrupted;
 * - so does the interpreter at jumps, loops and calls, and turns the count hook on when it is time:
 *   a count hook that is always on costs a loop half of its speed;
 * - a chunk that begins with an escape character is source text like any other: no byte code;
 * - strings are hashed by all of their chars, as in Redis, so that tables are gone through in the
 *   same order; by some of them only where a string is too long for a key.
 *
 * @module
 */

/** Functions by their number in the module. */
const FUNCTIONS = {
  luaH_set: 418,
  luaH_setnum: 419,
  lua_setmetatable: 78,
  match: 402,
  f_parser: 243,
  luaV_execute: 449,
  luaS_newlstr: 389,
};

/**
 * Instructions of Lua's that code can come back to: jumps, comparisons (which jump too), calls and
 * loops. Whatever runs for long runs one of them again and again.
 */
const COUNTED = [22, 23, 24, 25, 26, 27, 28, 29, 31, 33];

/** Imports that nothing here needs, which the patches call instead; the glue stands behind them. */
const IMPORTS = { readonly: 16, patternStep: 18, setMetatable: 25 };

const OP = {
  end: 0x0b,
  if: 0x04,
  drop: 0x1a,
  get: 0x20,
  call: 0x10,
  load: 0x28,
  load8: 0x2d,
  store: 0x36,
  store8: 0x3a,
  const: 0x41,
  and: 0x71,
  sub: 0x6b,
  eqz: 0x45,
  shiftRight: 0x76,
};
const NO_RESULT = 0x40;

/** Throws unless the table in `local` may be changed. */
const refuseReadonly = (state: number, local: number) => [
  ...[OP.get, local, OP.load8, 0, 5, OP.const, 0x80, 0x01, OP.and, OP.if, NO_RESULT],
  ...[OP.get, state, OP.call, IMPORTS.readonly, OP.drop, OP.end],
];

/** Counts a word of memory down, and does something at zero. */
const countDown = (address: number, atZero: number[]) => [
  ...[OP.const, 0, OP.const, 0, OP.load, 2, ...unsigned(address), OP.const, 1, OP.sub],
  ...[OP.store, 2, ...unsigned(address)],
  ...[OP.const, 0, OP.load, 2, ...unsigned(address), OP.eqz, OP.if, NO_RESULT],
  ...[...atZero, OP.end],
];

/** At zero the glue is asked, which starts the count anew. */
const countMatch = (matchState: number) =>
  countDown(64, [OP.get, matchState, OP.load, 2, 8, OP.call, IMPORTS.patternStep, OP.drop]);

/** At zero the thread's hook is called before the next instruction, which starts the count anew. */
const countInstruction = (state: number) =>
  countDown(68, [
    ...[OP.get, state, OP.const, 8, OP.store8, 0, 56], // hookmask: at each count
    ...[OP.get, state, OP.const, 1, OP.store, 2, 64], // hookcount
  ]);

const checkMetatable = [OP.get, 0, OP.get, 1, OP.const, 0, OP.call, IMPORTS.setMetatable];

/** LEB128, unsigned. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  do {
    bytes.push(value & 0x7f | (value > 0x7f ? 0x80 : 0));
    value >>>= 7;
  } while (value > 0);
  return bytes;
}

class Reader {
  at = 0;
  constructor(readonly bytes: Uint8Array) {}

  get done(): boolean {
    return this.at === this.bytes.length;
  }

  unsigned(): number {
    let value = 0;
    for (let shift = 0;; shift += 7) {
      const byte = this.bytes[this.at++];
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  take(length: number): Uint8Array {
    return this.bytes.subarray(this.at, this.at += length);
  }
}

const SECTION = { import: 2, table: 4, memory: 5, code: 10 };

/** `js.memory` and `js.table` in front of the imports; each kind is numbered on its own. */
function patchImports(section: Uint8Array): number[] {
  const reader = new Reader(section);
  const count = reader.unsigned();
  const name = (text: string) => [text.length, ...new TextEncoder().encode(text)];
  return [
    ...unsigned(count + 2),
    ...[...name("js"), ...name("memory"), 2, 1, ...unsigned(256), ...unsigned(32768)],
    ...[...name("js"), ...name("table"), 1, 0x70, 0, ...unsigned(177)],
    ...section.subarray(reader.at),
  ];
}

/** Offset of the first instruction of a function's body, behind its local variables. */
function bodyStart(body: Uint8Array): number {
  const reader = new Reader(body);
  for (let groups = reader.unsigned(); groups > 0; groups--) {
    reader.unsigned();
    reader.at++;
  }
  return reader.at;
}

function insertAtStart(body: Uint8Array, code: number[]): Uint8Array {
  const at = bodyStart(body);
  return Uint8Array.from([...body.subarray(0, at), ...code, ...body.subarray(at)]);
}

/** Skip the operands of an instruction. */
function skipOperands(reader: Reader, code: number): void {
  if (code >= 0x02 && code <= 0x04) reader.at++; // block, loop, if
  else if (code === 0x0c || code === 0x0d || code === 0x10) reader.unsigned(); // br, br_if, call
  else if (code === 0x0e) { for (let n = reader.unsigned(); n >= 0; n--) reader.unsigned(); }
  // br_table
  else if (code === 0x11 || (code >= 0x28 && code <= 0x3e)) { // call_indirect, loads and stores
    reader.unsigned();
    reader.unsigned();
  } else if (code >= 0x20 && code <= 0x24) reader.unsigned(); // variables
  else if (code === 0x3f || code === 0x40) reader.at++; // memory
  else if (code === 0x41 || code === 0x42) reader.unsigned(); // constants
  else if (code === 0x43) reader.at += 4;
  else if (code === 0x44) reader.at += 8;
  else if (code === 0xfc) throw new Error("an instruction that this does not know");
}

/**
 * In luaV_execute: `code` in front of what the interpreter does for some instructions. It branches
 * by a table to the ends of blocks that are nested as deep as there are instructions.
 */
function insertBeforeInstructions(body: Uint8Array, numbers: number[], code: number[]): Uint8Array {
  const reader = new Reader(body);
  reader.at = bodyStart(body);
  const INSTRUCTIONS = 38;
  /** Where each instruction's code begins. */
  const starts: number[] = [];
  let depth = -1;
  while (!reader.done && starts.length < INSTRUCTIONS) {
    const operation = body[reader.at++];
    const isTable = operation === 0x0e && body[reader.at] === INSTRUCTIONS;
    skipOperands(reader, operation);
    if (isTable) depth = 0;
    else if (depth < 0) continue;
    else if (operation >= 0x02 && operation <= 0x04) depth++;
    else if (operation === OP.end && depth > 0) depth--;
    else if (operation === OP.end) starts.push(reader.at);
  }
  if (starts.length !== INSTRUCTIONS) throw new Error("no table of instructions");
  const out: number[] = [];
  let from = 0;
  for (const number of numbers) {
    out.push(...body.subarray(from, starts[number]), ...code);
    from = starts[number];
  }
  return Uint8Array.from([...out, ...body.subarray(from)]);
}

/** Replace a byte of the only place in a body that has these bytes. */
function replaceOnly(body: Uint8Array, pattern: number[], at: number, value: number): Uint8Array {
  const places = [...body.keys()].filter((start) =>
    pattern.every((byte, i) => body[start + i] === byte)
  );
  if (places.length !== 1) throw new Error(`${pattern} stands at ${places.length} places`);
  const patched = body.slice();
  patched[places[0] + at] = value;
  return patched;
}

/** In f_parser: compare the first char with -2, which no char is, instead of 27. */
const refuseBytecode = (body: Uint8Array) => replaceOnly(body, [OP.const, 27], 1, 0x7e);

/** In luaS_newlstr: look at every char of strings up to 1023 long, instead of 31. */
const hashMore = (body: Uint8Array) => replaceOnly(body, [OP.const, 5, OP.shiftRight], 1, 10);

function patchCode(section: Uint8Array, imported: number): number[] {
  const reader = new Reader(section);
  const bodies = Array.from({ length: reader.unsigned() }, () => reader.take(reader.unsigned()));
  const edit = (index: number, change: (body: Uint8Array) => Uint8Array) => {
    bodies[index - imported] = change(bodies[index - imported]);
  };
  edit(FUNCTIONS.luaH_set, (body) => insertAtStart(body, refuseReadonly(0, 1)));
  edit(FUNCTIONS.luaH_setnum, (body) => insertAtStart(body, refuseReadonly(0, 1)));
  edit(FUNCTIONS.lua_setmetatable, (body) => insertAtStart(body, checkMetatable));
  edit(FUNCTIONS.match, (body) => insertAtStart(body, countMatch(0)));
  edit(
    FUNCTIONS.luaV_execute,
    (body) => insertBeforeInstructions(body, COUNTED, countInstruction(0)),
  );
  edit(FUNCTIONS.f_parser, refuseBytecode);
  edit(FUNCTIONS.luaS_newlstr, hashMore);
  const out = unsigned(bodies.length);
  for (const body of bodies) out.push(...unsigned(body.length), ...body);
  return out;
}

/**
 * The module with all changes.
 *
 * @param original `dist/liblua5.1.wasm` of the package version that the numbers above are of
 */
export function patchLua(original: Uint8Array): Uint8Array<ArrayBuffer> {
  const reader = new Reader(original);
  const out = [...reader.take(8)];
  let imported = 0;
  while (!reader.done) {
    const id = reader.take(1)[0];
    const section = reader.take(reader.unsigned());
    if (id === SECTION.table || id === SECTION.memory) continue;
    let content = [...section];
    if (id === SECTION.import) {
      imported = new Reader(section).unsigned();
      content = patchImports(section);
    } else if (id === SECTION.code) {
      content = patchCode(section, imported);
    }
    out.push(id, ...unsigned(content.length));
    for (const byte of content) out.push(byte);
  }
  return Uint8Array.from(out);
}
