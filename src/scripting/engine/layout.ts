/**
 * Where things stand in the memory of this build of Lua 5.1 (32-bit addresses, 8-byte numbers).
 * Values are read straight from there: a call into WebAssembly costs several times as much, and
 * encoders ask for every element of a table. What is written this way is only what no garbage
 * collector looks at. A test compares all of it with what Lua's own interface says.
 *
 * @module
 */

/** Type tags of values. */
export const TYPE = {
  nil: 0,
  boolean: 1,
  lightUserdata: 2,
  number: 3,
  string: 4,
  table: 5,
  function: 6,
  userdata: 7,
  thread: 8,
} as const;

/** Names of the types, by tag. */
export const TYPE_NAMES = [
  ...["nil", "boolean", "userdata", "number", "string", "table", "function", "userdata", "thread"],
];

/** A value: 8 bytes of number or pointer, then its tag. */
export const VALUE = { size: 16, tag: 8 } as const;

/** Any collectable object: a byte of marks, of which the highest is ours (see glue.wat). */
export const OBJECT = { marks: 5, readonlyMark: 0x80, finalizedMark: 0x08 } as const;

/** A string: its hash, its length, and its bytes with a NUL behind. */
export const STRING = { hash: 8, length: 12, bytes: 16 } as const;

/** A table: array part and hash part. */
export const TABLE = {
  log2Nodes: 7,
  metatable: 8,
  array: 12,
  nodes: 16,
  arraySize: 28,
} as const;

/** An entry of a table's hash part: the value, the key, the next entry of the same hash. */
export const NODE = { size: 32, key: 16, keyTag: 24, next: 28 } as const;

/** A thread: its stack, what runs now, when its hook is called, its globals. */
export const STATE = { top: 8, base: 12, callInfo: 20, hookMask: 56, globals: 72 } as const;

/** Two counters below the C program, which end in a call of the hook (see tests/scripting/embed). */
export const COUNTER = { patternSteps: 64, instructions: 68 } as const;

/** A call: the stack slot of the function that runs. */
export const CALL_INFO = { function: 4 } as const;

/** A closure: first upvalue of a C function; the prototype of a Lua function. */
export const CLOSURE = { isC: 6, upvalueCount: 7, upvalues: 24, prototype: 16 } as const;

/** What a Lua function is made from. */
export const PROTOTYPE = {
  constants: 8,
  code: 12,
  constantCount: 40,
  codeSize: 44,
  functionCount: 52,
} as const;
