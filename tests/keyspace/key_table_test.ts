import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { ByteMap } from "../../src/keyspace/byte_map/byte_map.ts";
import { type KeyTable, NO_ENTRY, NO_EXPIRY } from "../../src/keyspace/key_table.ts";
import { MapTable } from "../../src/keyspace/map_table.ts";
import {
  anyKey,
  anyValue,
  below,
  chiSquareSigmas,
  objectValue,
  seeded,
  TableModel,
  textOf,
  valueOf,
} from "./key_table_support.ts";
import { StringBuffer } from "../../src/values/string_buffer.ts";

const TABLES: { name: string; make: () => KeyTable; operations: number }[] = [
  { name: "MapTable", make: () => new MapTable(), operations: 100_000 },
  { name: "ByteMap", make: () => new ByteMap(), operations: 1_000_000 },
];

for (const { name, make, operations } of TABLES) {
  Deno.test(`${name}: random operations agree with a model`, () => {
    const random = seeded(20240607);
    const table = make();
    const model = new TableModel(table);
    let now = 1_000_000;
    let target = 2000;
    for (let i = 0; i < operations; i++) {
      if (i % 40_000 === 0) {
        model.checkAll();
        target = [20_000, 50, 5000, 40_000, 0][(i / 40_000) % 5];
      }
      const op = random();
      if (model.list.length === 0 || op < (model.list.length < target ? 0.5 : 0.2)) {
        model.put(anyKey(random), anyValue(random));
      } else if (op < 0.6) {
        model.delete(model.any(random));
      } else if (op < 0.75) {
        model.put(model.any(random).key, anyValue(random));
      } else if (op < 0.85) {
        const entry = model.any(random);
        model.expire(entry, random() < 0.3 ? NO_EXPIRY : now + below(random, 50_000));
      } else if (op < 0.9) {
        const entry = model.any(random);
        entry.access = below(random, 2 ** 32);
        table.setAccessAt(entry.id, entry.access);
      } else if (op < 0.92) {
        const entry = model.any(random);
        entry.epoch = below(random, 2 ** 32);
        table.setEpochAt(entry.id, entry.epoch);
      } else if (op < 0.9996) {
        model.check(model.any(random));
        const key = anyKey(random);
        assertEquals(table.find(key), model.entries.get(key)?.id ?? NO_ENTRY);
        if (i % 16 === 0) table.compactStep(100);
      } else if (op < 0.99995) {
        now += below(random, 5000);
        const due = model.due(now);
        const limit = random() < 0.5 ? 10 : Infinity;
        const visited = table.visitDue(now, limit, (id) => {
          const entry = model.atId(id);
          assert(entry.expireAt !== NO_EXPIRY && entry.expireAt <= now);
          table.deleteAt(id);
          model.forget(entry);
        });
        assertEquals(visited, Math.min(limit, due.length));
      } else if (op < 0.99999) {
        table.dropEpochs();
        for (const entry of model.list) entry.epoch = 0;
      } else {
        model.clear();
      }
      assertEquals(table.size, model.list.length);
    }
    model.checkAll();
    for (const entry of [...model.list]) model.delete(entry);
    model.checkAll();
    assertEquals(table.stats().used, 0);
  });

  Deno.test(`${name}: the empty key and the empty value`, () => {
    const table = make();
    const id = table.insert("", "");
    assertEquals(table.find(""), id);
    assertEquals([table.keyAt(id), table.valueAt(id), table.size], ["", "", 1]);
    table.deleteAt(id);
    assertEquals([table.find(""), table.size], [NO_ENTRY, 0]);
  });

  Deno.test(`${name}: isLive takes any number`, () => {
    const table = make();
    table.insert("a", "1");
    for (const id of [-1, 1, 15, 16, 1e5, 2 ** 31, 2 ** 32, 2 ** 40, NaN, Infinity]) {
      assert(!table.isLive(id), `id ${id}`);
    }
  });

  Deno.test(`${name}: a value changes its type and size in place`, () => {
    const table = make();
    for (const key of ["k", "", "k".repeat(3000), "k".repeat(9000)]) {
      const id = table.insert(key, "first");
      const list = objectValue();
      const other = objectValue();
      const values = ["", "x", list, other, "y".repeat(9000), "z".repeat(8999), "t", list];
      values.push("u".repeat(20_000), other, "v".repeat(3000), "w".repeat(200_000), "x");
      for (const value of values) {
        table.setValueAt(id, value);
        assert(valueOf(table, id) === value);
        assertEquals([table.find(key), table.keyAt(id) === key], [id, true]);
      }
    }
    assertEquals(table.stats().used, 3000 + 9000 + 1 + 4);
  });

  Deno.test(`${name}: a view's bytes are taken as they are, and given out as they were`, () => {
    const table = make();
    const bytes = new Uint8Array(100_000).fill(0x61);
    const text = "a".repeat(100_000);
    for (const key of ["k", "k".repeat(9000)]) {
      const id = table.insert(key, StringBuffer.view(bytes));
      assertEquals([table.objects, table.stringLengthAt(id)], [0, 100_000]);
      const given = table.valueAt(id);
      table.setValueAt(id, "b".repeat(100_000));
      const later = table.valueAt(id);
      table.setValueAt(id, "c".repeat(90_000));
      assert(bytes.every((byte) => byte === 0x61));
      assert(textOf(given) === text && textOf(later) === "b".repeat(100_000));
      const edited = StringBuffer.view(bytes);
      edited.own();
      edited.setBit(0, 1);
      table.setValueAt(id, edited);
      assertEquals([table.objects, table.valueAt(id) === edited], [1, true]);
      assert(bytes.every((byte) => byte === 0x61));
      table.setValueAt(id, StringBuffer.view(bytes));
      assertEquals([table.objects, valueOf(table, id) === text], [0, true]);
      table.deleteAt(id);
    }
    assertEquals(table.stats().used, 0);
  });

  Deno.test(`${name}: integers are read as parseSmallInt reads them`, () => {
    const table = make();
    const id = table.insert("counter", "0");
    const good = ["0", "7", "-7", "999999999999999", "-999999999999999", "120"];
    for (const text of good) {
      table.setValueAt(id, text);
      assertEquals(table.intAt(id), Number(text));
    }
    const bad = ["", "-", "-0", "00", "01", "+1", " 1", "1 ", "1.0", "1e3", "1234567890123456"];
    for (const value of [...bad, "a", "9".repeat(9000), objectValue()]) {
      table.setValueAt(id, value);
      assertEquals(table.intAt(id), NaN);
    }
  });

  Deno.test(`${name}: visitDue stops at its limit and goes on from there`, () => {
    const table = make();
    for (let i = 0; i < 10_000; i++) {
      table.setExpireAt(table.insert("k" + i, "v"), i < 6000 ? 1000 + i : 1e9);
    }
    assertEquals(table.visitDue(999, 100, () => {}), 0);
    const seen = new Set<number>();
    const remove = (id: number) => {
      assert(!seen.has(id));
      seen.add(id);
      table.deleteAt(id);
    };
    let visited = 0;
    for (let calls = 0; calls < 59; calls++) visited += table.visitDue(1e6, 100, remove);
    assertEquals([visited, table.size], [5900, 4100]);
    assertEquals(table.visitDue(1e6, 101, remove), 100);
    assertEquals(table.visitDue(1e6, 101, remove), 0);
    assertEquals([table.size, table.expiring], [4000, 4000]);
    assertEquals(table.visitDue(1e9, Infinity, remove), 4000);
    assertEquals([table.size, table.expiring], [0, 0]);
  });

  Deno.test(`${name}: visitDue bears what its callback does`, () => {
    const table = make();
    const ids: number[] = [];
    for (let i = 0; i < 100; i++) {
      ids.push(table.insert("k" + i, "v"));
      table.setExpireAt(ids[i], 10);
    }
    // Put off, take away, keep, delete; and insert another that is not due.
    let fresh = 0;
    const visited = table.visitDue(10, Infinity, (id) => {
      const turn = id % 4;
      if (turn === 0) table.setExpireAt(id, 20);
      else if (turn === 1) table.setExpireAt(id, NO_EXPIRY);
      else if (turn === 3) table.deleteAt(id);
      table.setExpireAt(table.insert("fresh" + fresh++, "v"), 15);
    });
    assertEquals(visited, 100);
    assertEquals(table.visitDue(10, Infinity, () => {}), 25);
    assertEquals(table.visitDue(15, Infinity, (id) => table.deleteAt(id)), 125);
    assertEquals(table.visitDue(19, Infinity, (id) => table.deleteAt(id)), 0);
    assertEquals(table.visitDue(20, Infinity, (id) => table.deleteAt(id)), 25);
    assertEquals([table.size, table.expiring], [25, 0]);
    table.setExpireAt(ids[1], 5);
    assertEquals(table.visitDue(10, Infinity, () => table.clear()), 1);
    assertEquals([table.size, table.expiring], [0, 0]);
  });

  Deno.test(`${name}: the mean time to live`, () => {
    const table = make();
    assertEquals(table.averageTtl(0), 0);
    for (let i = 0; i < 5000; i++) {
      const id = table.insert("k" + i, "v");
      if (i % 2 === 0) table.setExpireAt(id, 10_000 + (i % 100));
    }
    assertAlmostEquals(table.averageTtl(4000), 6049, 2);
    assertEquals(table.averageTtl(20_000), 0);
  });

  for (const share of [1, 0.3, 0.01]) {
    Deno.test(`${name}: random ids are uniform when ${share * 100} % are taken`, () => {
      const random = seeded(7);
      const table = make();
      const count = 200;
      const kept: number[] = [];
      const all = Math.round(count / share);
      for (let i = 0; i < all; i++) table.insert("k" + i, "v");
      // Every key but one in so many goes; of what stays, every other one expires.
      for (let i = 0; i < all; i++) {
        const id = table.find("k" + i);
        if (Math.floor((i + 1) * share) === Math.floor(i * share)) table.deleteAt(id);
        else kept.push(id);
      }
      const expiring = kept.filter((_, i) => i % 2 === 0);
      for (const id of expiring) table.setExpireAt(id, 1000);
      for (
        const [ids, pick] of [
          [kept, () => table.randomEntry(random)],
          [expiring, () => table.randomExpiringEntry(random)],
        ] as const
      ) {
        const counts = new Map(ids.map((id) => [id, 0]));
        for (let i = 0; i < ids.length * 100; i++) {
          const id = pick();
          assert(counts.has(id));
          counts.set(id, counts.get(id)! + 1);
        }
        const sigmas = chiSquareSigmas([...counts.values()]);
        assert(Math.abs(sigmas) < 4, `chi-square is off by ${sigmas} standard deviations`);
      }
      table.clear();
      assertEquals([table.randomEntry(random), table.randomExpiringEntry(random)], [
        NO_ENTRY,
        NO_ENTRY,
      ]);
    });
  }

  Deno.test(`${name}: a large table finds every key`, () => {
    const table = make();
    const count = 300_000;
    // Same length, same beginning: only what the hash makes of the last bytes tells them apart.
    const key = (i: number) =>
      "user:session:" + String.fromCharCode(i & 255, (i >> 8) & 255, i >> 16) + ":data";
    const ids = new Int32Array(count);
    for (let i = 0; i < count; i++) ids[i] = table.insert(key(i), String(i));
    for (let i = 0; i < count; i++) {
      if (table.find(key(i)) !== ids[i] || table.intAt(ids[i]) !== i) throw new Error(key(i));
    }
    for (let i = count; i < count + 50_000; i++) assertEquals(table.find(key(i)), NO_ENTRY);
    for (let i = 0; i < count; i++) if (i % 16 !== 0) table.deleteAt(ids[i]);
    for (let i = 0; i < count; i++) {
      const expected = i % 16 === 0 ? ids[i] : NO_ENTRY;
      if (table.find(key(i)) !== expected) throw new Error(`key ${i} after deleting`);
    }
  });
}
