/**
 * What a writer of the crash test sends, and what the server must hold after the first so many units
 * of it: plain maps and arrays, which share nothing with the server.
 *
 * A unit is one command or one transaction. Which one it is depends on the seed, the writer and the
 * number of the unit alone, so that after a crash the writer goes on at whatever number the server
 * has come back with. Each writer has keys of its own in a database that it shares with others, and
 * a list in that database that all of them append to.
 *
 * Pending entries that are no longer in their stream are not compared: commands cannot make them, so
 * that a base in commands has none, as with a real server.
 *
 * Left out: what has an outcome by chance or by the clock (SPOP of some members, `XADD *`, keys whose
 * time comes during the test), as the model could not know it; the tests of replay have those.
 *
 * @module
 */

import { mulberry32, type Prng } from "../support/prng.ts";

/** A command as its words, one char a byte. */
export type Command = readonly string[];

/** Every so many units a unit says its own number, so that the state tells how far it has come. */
export const MARK_EVERY = 4;
/** A time that does not come while a test runs, in milliseconds. */
const FAR = 4_000_000_000_000;
/** The list that the writers of a database share. */
export const SHARED = "log";
const WORDS = 24;
const FIELDS = 12;

interface Group {
  last: number;
  pending: Set<number>;
}
interface Stream {
  type: "stream";
  entries: Map<number, string>;
  last: number;
  group: Group | null;
}
type Content =
  | { type: "string"; value: string }
  | { type: "list"; items: string[] }
  | { type: "hash"; fields: Map<string, { value: string; at: number }> }
  | { type: "set"; members: Set<string> }
  | { type: "zset"; scores: Map<string, number> }
  | Stream;
type TypeName = Content["type"];
type Of<T extends TypeName> = Extract<Content, { type: T }>;
interface Entry {
  content: Content;
  /** Unix milliseconds; -1 for never. */
  at: number;
}

const EMPTY: { [T in TypeName]: () => Of<T> } = {
  string: () => ({ type: "string", value: "" }),
  list: () => ({ type: "list", items: [] }),
  hash: () => ({ type: "hash", fields: new Map() }),
  set: () => ({ type: "set", members: new Set() }),
  zset: () => ({ type: "zset", scores: new Map() }),
  stream: () => ({ type: "stream", entries: new Map(), last: 0, group: null }),
};

/** How many keys of each kind a writer has, and which type they are of. */
const KINDS: Record<string, { type: TypeName; count: number }> = {
  s: { type: "string", count: 6 },
  bits: { type: "string", count: 3 },
  n: { type: "string", count: 3 },
  f: { type: "string", count: 2 },
  big: { type: "string", count: 2 },
  l: { type: "list", count: 4 },
  h: { type: "hash", count: 4 },
  set: { type: "set", count: 4 },
  z: { type: "zset", count: 4 },
  x: { type: "stream", count: 3 },
};

/** One writer's keys as they are after its first units. */
export class Model {
  readonly #seed: number;
  readonly #id: number;
  readonly #keys = new Map<string, Entry>();
  /** Units so far. */
  position = 0;

  constructor(seed: number, id: number) {
    this.#seed = seed;
    this.#id = id;
  }

  /** The names of all keys that there may be, with their types. */
  names(): [key: string, type: TypeName][] {
    const names: [string, TypeName][] = [[this.#mark, "string"]];
    for (const [kind, { type, count }] of Object.entries(KINDS)) {
      for (let i = 0; i < count; i++) names.push([this.#name(kind, i), type]);
    }
    return names;
  }

  /** How many keys there are. */
  get size(): number {
    return this.#keys.size;
  }

  get #mark(): string {
    return this.#name("mark", 0);
  }

  #name(kind: string, index: number): string {
    return `${this.#id}:${kind}:${index}`;
  }

  /** What the writer sends as its unit of a number; several commands are a transaction. */
  unit(n: number): Command[] {
    const random = mulberry32(Math.imul(this.#seed * 31 + this.#id + 1, 0x9e3779b1) ^ n);
    if (n % MARK_EVERY === 0) {
      return [
        ["MULTI"],
        ["SET", this.#mark, `${n}`],
        ["RPUSH", SHARED, `${this.#id}:${n}`],
        ["EXEC"],
      ];
    }
    if (random.int(10) > 0) return [this.#command(random, n)];
    const commands = Array.from({ length: 2 + random.int(3) }, () => this.#command(random, n));
    // Two entries of one number are one too many.
    const once = commands.filter(([name], i) =>
      name !== "XADD" || commands.findIndex(([other]) => other === "XADD") === i
    );
    return [["MULTI"], ...once, ["EXEC"]];
  }

  #command(random: Prng, n: number): Command {
    const key = (kind: string) => this.#name(kind, random.int(KINDS[kind].count));
    const word = () => `w${random.int(WORDS)}`;
    const field = () => `f${random.int(FIELDS)}`;
    const far = () => `${FAR + random.int(1000)}`;
    const any = () => key(random.pick(Object.keys(KINDS)));
    const pairs = (count: number, first: () => string, second: () => string) =>
      Array.from({ length: count }, () => [first(), second()]).flat();
    const some = () => 1 + random.int(3);
    switch (random.int(45)) {
      case 0:
        return ["SET", key("s"), `\0\xff\r\n*1\r\n${word()}`];
      case 1:
        return ["SET", key("s"), word(), "PXAT", far()];
      case 2:
        return ["SET", key("s"), word(), "KEEPTTL"];
      case 3:
        return ["APPEND", key("s"), word()];
      case 4:
        return ["SETRANGE", key("s"), `${random.int(40)}`, word()];
      case 5:
        return ["GETDEL", key("s")];
      case 6:
        return ["MSET", key("s"), word(), key("big"), "b".repeat(random.int(20_000))];
      case 7:
        // Now and then so much that a kill may fall into the middle of its being written.
        return ["SET", key("big"), word().repeat(random.int(random.int(20) === 0 ? 200_000 : 500))];
      case 8:
      case 9:
        return ["SETBIT", key("bits"), `${random.int(300)}`, `${random.int(2)}`];
      case 10:
        return ["INCR", key("n")];
      case 11:
        return ["INCRBY", key("n"), `${random.int(1000) - 500}`];
      case 12:
        return ["DECR", key("n")];
      case 13:
        return ["INCRBYFLOAT", key("f"), `${(random.int(99) - 40) / 4}`];
      case 14:
        return ["RPUSH", key("l"), ...pairs(some(), word, word)];
      case 15:
        return ["LPUSH", key("l"), word()];
      case 16:
        return ["LPOP", key("l")];
      case 17:
        return ["RPOP", key("l"), `${some()}`];
      case 18:
        return ["LREM", key("l"), "0", word()];
      case 19:
        return ["LTRIM", key("l"), `${random.int(3)}`, `${10 + random.int(150)}`];
      case 20:
        return ["LINSERT", key("l"), "BEFORE", word(), word()];
      case 21:
        return ["LMOVE", key("l"), key("l"), "LEFT", "RIGHT"];
      case 22:
      case 23:
        return ["HSET", key("h"), ...pairs(some(), field, word)];
      case 24:
        return ["HDEL", key("h"), field(), field()];
      case 25:
        return ["HPEXPIREAT", key("h"), far(), "FIELDS", "1", field()];
      case 26:
        return ["HPERSIST", key("h"), "FIELDS", "1", field()];
      case 27:
        return ["SADD", key("set"), word(), `${random.int(99)}`];
      case 28:
        return ["SREM", key("set"), word(), word()];
      case 29:
        return ["SMOVE", key("set"), key("set"), word()];
      case 30:
        return ["SUNIONSTORE", key("set"), key("set"), key("set")];
      case 31:
        return random.int(8) === 0
          ? ["SPOP", key("set"), "1000"]
          : ["SDIFFSTORE", key("set"), key("set"), key("set")];
      case 32:
      case 33:
        return ["ZADD", key("z"), ...pairs(some(), () => `${random.int(999) / 8}`, word)];
      case 34:
        return ["ZINCRBY", key("z"), `${random.int(99) / 4}`, word()];
      case 35:
        return ["ZREM", key("z"), word(), word()];
      case 36:
        return ["ZPOPMIN", key("z")];
      case 37:
      case 38:
        return ["XADD", key("x"), `${n + 1}-1`, "n", word()];
      case 39:
        return ["XADD", key("x"), "MAXLEN", "=", "20", `${n + 1}-1`, "n", word()];
      case 40:
        return ["XGROUP", "CREATE", key("x"), "group", "0", "MKSTREAM"];
      case 41:
        return ["XREADGROUP", "GROUP", "group", "me", "COUNT", "2", "STREAMS", key("x"), ">"];
      case 42:
        return ["XTRIM", key("x"), "MAXLEN", "=", `${random.int(20)}`];
      case 43: {
        const kind = random.pick(Object.keys(KINDS));
        return random.int(2) === 0
          ? ["COPY", key(kind), key(kind), "REPLACE"]
          : ["RENAME", key(kind), key(kind)];
      }
      default:
        return random.pick([
          ["DEL", any()],
          ["UNLINK", any()],
          ["PEXPIREAT", any(), far()],
          ["PEXPIREAT", any(), "1"],
          ["PERSIST", any()],
        ]);
    }
  }

  /** Do the next unit. O(1) but for the size of what it handles. */
  advance(): void {
    for (const command of this.unit(this.position)) this.#apply(command);
    this.position++;
  }

  /** The content of a key for looking at or changing; made when it is not there. */
  #make<T extends TypeName>(key: string, type: T): Of<T> {
    let entry = this.#keys.get(key);
    if (entry === undefined) this.#keys.set(key, entry = { content: EMPTY[type](), at: -1 });
    return entry.content as Of<T>;
  }

  #look<T extends TypeName>(key: string, type: T): Of<T> {
    return (this.#keys.get(key)?.content ?? EMPTY[type]()) as Of<T>;
  }

  /** Collections that have become empty go. */
  #sweep(key: string): void {
    const content = this.#keys.get(key)?.content;
    if (content === undefined || content.type === "string" || content.type === "stream") return;
    const size = content.type === "list"
      ? content.items.length
      : content.type === "hash"
      ? content.fields.size
      : content.type === "set"
      ? content.members.size
      : content.scores.size;
    if (size === 0) this.#keys.delete(key);
  }

  #apply(command: Command): void {
    const [name, key, a] = command;
    switch (name) {
      case "MULTI":
      case "EXEC":
        return;
      case "SET":
      case "MSET":
      case "APPEND":
      case "SETRANGE":
      case "SETBIT":
      case "GETDEL":
      case "INCR":
      case "INCRBY":
      case "DECR":
      case "INCRBYFLOAT":
        return this.#applyString(command);
      case "RPUSH":
        // The shared list is not one writer's.
        if (key === SHARED) return;
        return void this.#make(key, "list").items.push(...command.slice(2));
      case "LPUSH":
        return void this.#make(key, "list").items.unshift(a);
      case "LPOP":
      case "RPOP":
      case "LREM":
      case "LTRIM":
      case "LINSERT":
      case "LMOVE":
        return this.#applyList(command);
      case "HSET":
      case "HDEL":
      case "HPEXPIREAT":
      case "HPERSIST":
        return this.#applyHash(command);
      case "SADD":
      case "SREM":
      case "SMOVE":
      case "SUNIONSTORE":
      case "SDIFFSTORE":
      case "SPOP":
        return this.#applySet(command);
      case "ZADD":
      case "ZINCRBY":
      case "ZREM":
      case "ZPOPMIN":
        return this.#applyZset(command);
      case "XADD":
      case "XGROUP":
      case "XREADGROUP":
      case "XTRIM":
        return this.#applyStream(command);
      case "DEL":
      case "UNLINK":
        return void this.#keys.delete(key);
      case "PEXPIREAT":
      case "PERSIST": {
        const entry = this.#keys.get(key);
        if (entry === undefined) return;
        if (a === "1") this.#keys.delete(key);
        else entry.at = name === "PERSIST" ? -1 : Number(a);
        return;
      }
      case "COPY": {
        const entry = this.#keys.get(key);
        if (entry !== undefined && key !== a) this.#keys.set(a, structuredClone(entry));
        return;
      }
      case "RENAME": {
        const entry = this.#keys.get(key);
        if (entry === undefined || key === a) return;
        this.#keys.delete(key);
        this.#keys.set(a, entry);
        return;
      }
    }
    throw new Error(`the model does not know ${name}`);
  }

  #applyString([name, key, a, ...rest]: Command): void {
    const add = (amount: number) => {
      const content = this.#make(key, "string");
      content.value = `${Number(content.value) + amount}`;
    };
    switch (name) {
      case "SET": {
        const before = this.#keys.get(key);
        const at = rest[0] === "PXAT" ? Number(rest[1]) : rest[0] === "KEEPTTL" ? before?.at : -1;
        this.#keys.set(key, { content: { type: "string", value: a }, at: at ?? -1 });
        return;
      }
      case "MSET":
        this.#applyString(["SET", key, a]);
        return this.#applyString(["SET", rest[0], rest[1]]);
      case "APPEND":
        this.#make(key, "string").value += a;
        return;
      case "SETRANGE": {
        const content = this.#make(key, "string");
        const padded = content.value.padEnd(Number(a), "\0");
        const [text] = rest;
        content.value = padded.slice(0, Number(a)) + text + padded.slice(Number(a) + text.length);
        return;
      }
      case "SETBIT": {
        const content = this.#make(key, "string");
        const at = Number(a) >> 3;
        const mask = 0x80 >> (Number(a) & 7);
        const padded = content.value.padEnd(at + 1, "\0");
        const byte = padded.charCodeAt(at);
        const changed = String.fromCharCode(rest[0] === "1" ? byte | mask : byte & ~mask);
        content.value = padded.slice(0, at) + changed + padded.slice(at + 1);
        return;
      }
      case "GETDEL":
        return void this.#keys.delete(key);
      case "INCR":
        return add(1);
      case "DECR":
        return add(-1);
      default:
        return add(Number(a));
    }
  }

  #applyList([name, key, a, b, c]: Command): void {
    if (!this.#keys.has(key)) return;
    const list = this.#make(key, "list");
    const { items } = list;
    switch (name) {
      case "LPOP":
        items.shift();
        break;
      case "RPOP":
        items.splice(Math.max(0, items.length - Number(a)));
        break;
      case "LREM":
        list.items = items.filter((item) => item !== b);
        break;
      case "LTRIM":
        list.items = items.slice(Number(a), Number(b) + 1);
        break;
      case "LINSERT": {
        const at = items.indexOf(b);
        if (at >= 0) items.splice(at, 0, c);
        break;
      }
      case "LMOVE": {
        const item = items.shift()!;
        // Within one list it is never empty, and keeps its time.
        this.#make(a, "list").items.push(item);
        break;
      }
    }
    this.#sweep(key);
  }

  #applyHash([name, key, ...rest]: Command): void {
    if (name === "HSET") {
      const { fields } = this.#make(key, "hash");
      for (let i = 0; i < rest.length; i += 2) fields.set(rest[i], { value: rest[i + 1], at: -1 });
      return;
    }
    const { fields } = this.#look(key, "hash");
    if (name === "HDEL") rest.forEach((field) => fields.delete(field));
    else {
      const field = fields.get(rest[rest.length - 1]);
      if (field !== undefined) field.at = name === "HPERSIST" ? -1 : Number(rest[0]);
    }
    this.#sweep(key);
  }

  #applySet([name, key, a, b]: Command): void {
    switch (name) {
      case "SADD":
        this.#make(key, "set").members.add(a).add(b);
        return;
      case "SREM":
        this.#look(key, "set").members.delete(a);
        this.#look(key, "set").members.delete(b);
        break;
      case "SMOVE":
        if (key === a || !this.#look(key, "set").members.delete(b)) return;
        this.#make(a, "set").members.add(b);
        break;
      case "SPOP":
        this.#look(key, "set").members.clear();
        break;
      default: {
        const [one, other] = [this.#look(a, "set").members, this.#look(b, "set").members];
        const members = name === "SUNIONSTORE" ? one.union(other) : one.difference(other);
        this.#keys.set(key, { content: { type: "set", members }, at: -1 });
      }
    }
    this.#sweep(key);
  }

  #applyZset([name, key, ...rest]: Command): void {
    if (name === "ZADD" || name === "ZINCRBY") {
      const { scores } = this.#make(key, "zset");
      for (let i = 0; i < rest.length; i += 2) {
        const before = name === "ZADD" ? 0 : scores.get(rest[i + 1]) ?? 0;
        scores.set(rest[i + 1], before + Number(rest[i]));
      }
      return;
    }
    const { scores } = this.#look(key, "zset");
    if (name === "ZREM") rest.forEach((member) => scores.delete(member));
    else if (scores.size > 0) scores.delete(inOrder(scores)[0][0]);
    this.#sweep(key);
  }

  #applyStream(command: Command): void {
    const [name, second] = command;
    if (name === "XREADGROUP") {
      const { group, entries } = this.#look(command[7], "stream");
      if (group === null) return;
      for (const id of [...entries.keys()].filter((id) => id > group.last).slice(0, 2)) {
        group.last = id;
        group.pending.add(id);
      }
      return;
    }
    const key = name === "XGROUP" ? command[2] : second;
    if (name === "XGROUP") this.#make(key, "stream").group ??= { last: 0, pending: new Set() };
    else if (name === "XADD") {
      const stream = this.#make(key, "stream");
      stream.last = parseInt(command[command.length - 3]);
      stream.entries.set(stream.last, command[command.length - 1]);
      if (command[2] === "MAXLEN") trim(stream, Number(command[4]));
    } else trim(this.#look(key, "stream"), Number(command[4]));
  }

  /** What a key holds, in the form that {@linkcode observe} gives; null for nothing. */
  describe(key: string): unknown {
    const entry = this.#keys.get(key);
    if (entry === undefined) return null;
    const { content, at } = entry;
    switch (content.type) {
      case "string":
        return { at, value: content.value };
      case "list":
        return { at, items: content.items };
      case "hash":
        return {
          at,
          fields: sorted([...content.fields].map(([field, it]) => [field, it.value, it.at])),
        };
      case "set":
        return { at, members: [...content.members].sort() };
      case "zset":
        return { at, scores: inOrder(content.scores) };
      case "stream":
        return {
          at,
          entries: [...content.entries],
          last: content.last,
          group: content.group === null ? null : {
            last: content.group.last,
            pending: [...content.group.pending].filter((id) => content.entries.has(id)),
          },
        };
    }
  }
}

/** The names of the fields that a hash may have. */
export const FIELD_NAMES: readonly string[] = Array.from({ length: FIELDS }, (_, i) => `f${i}`);

/** Rows in the order of their first columns. */
export function sorted<T extends unknown[]>(rows: T[]): T[] {
  return rows.sort(([a], [b]) => String(a) < String(b) ? -1 : 1);
}

function inOrder(scores: ReadonlyMap<string, number>): [member: string, score: number][] {
  return [...scores].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1));
}

function trim(stream: Stream, length: number): void {
  for (const id of stream.entries.keys()) {
    if (stream.entries.size <= length) return;
    stream.entries.delete(id);
  }
}
