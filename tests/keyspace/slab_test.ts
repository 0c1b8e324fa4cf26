import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import {
  ARENA_BYTES,
  ARENA_SHIFT,
  MOST_CELL_BYTES,
  Slab,
  UNIT_MASK,
} from "../../src/keyspace/byte_map/slab.ts";
import { below, seeded } from "./key_table_support.ts";

interface Cell {
  address: number;
  size: number;
  mark: number;
}

/** Fill a cell's bytes with its mark. */
function stamp(slab: Slab, { address, size, mark }: Cell): void {
  const start = (address & UNIT_MASK) * 8;
  slab.bytes[address >>> ARENA_SHIFT].fill(mark, start, start + size);
}

function assertStamped(slab: Slab, { address, size, mark }: Cell): void {
  const bytes = slab.bytes[address >>> ARENA_SHIFT];
  const start = (address & UNIT_MASK) * 8;
  for (let i = 0; i < size; i++) {
    if (bytes[start + i] !== mark) throw new Error(`cell ${address} was overwritten at ${i}`);
  }
}

function anySize(random: () => number): number {
  const shape = random();
  if (shape < 0.7) return below(random, 130);
  return below(random, shape < 0.9 ? 1000 : MOST_CELL_BYTES + 1);
}

/** Empty the runs that a plan has chosen, as the owner of all cells. */
function compact(slab: Slab, cells: Cell[]): void {
  for (const cell of cells) {
    if (!slab.isLeaving(cell.address)) continue;
    const from = cell.address;
    cell.address = slab.allocate(cell.size);
    assert(!slab.isLeaving(cell.address), "a cell was given out from a run that is to be emptied");
    stamp(slab, cell);
    slab.free(from);
  }
  slab.endCompaction();
}

Deno.test("Slab: a cell is large enough, and at most an eighth too large", () => {
  const slab = new Slab();
  for (let size = 0; size <= MOST_CELL_BYTES; size++) {
    const address = slab.allocate(size);
    const cell = slab.cellBytes(address);
    assert(cell >= size && cell % 8 === 0);
    assertLessOrEqual(cell, Math.max(8, Math.ceil(size / 8) * 8, size * 1.125 + 8));
  }
});

Deno.test("Slab: random cells keep what is in them; all memory comes back", () => {
  const random = seeded(41);
  const slab = new Slab();
  const cells: Cell[] = [];
  for (let i = 0; i < 400_000; i++) {
    const target = [8000, 300, 3000, 6000][Math.floor(i / 25_000) % 4];
    if (cells.length === 0 || random() < (cells.length < target ? 0.8 : 0.2)) {
      const size = anySize(random);
      const cell = { address: slab.allocate(size), size, mark: below(random, 256) };
      stamp(slab, cell);
      cells.push(cell);
    } else {
      const at = below(random, cells.length);
      const cell = cells[at];
      assertStamped(slab, cell);
      slab.free(cell.address);
      cells[at] = cells[cells.length - 1];
      cells.pop();
    }
    if (i % 20_000 === 19_999) {
      for (const cell of cells) assertStamped(slab, cell);
      const bytes = cells.reduce((sum, cell) => sum + slab.cellBytes(cell.address), 0);
      assertEquals(slab.liveBytes, bytes);
      if (slab.planCompaction()) compact(slab, cells);
      for (const cell of cells) assertStamped(slab, cell);
      assertEquals(slab.liveBytes, bytes);
    }
  }
  for (const cell of cells) slab.free(cell.address);
  assertEquals(slab.liveBytes, 0);
  assertEquals(slab.classes(), []);
  assertEquals(slab.reserved, ARENA_BYTES);
  slab.purge();
  assertEquals(slab.reserved, 0);
  slab.purge();
  const again = slab.allocate(100);
  assertEquals([slab.reserved, slab.cellBytes(again)], [ARENA_BYTES, 104]);
});

Deno.test("Slab: compaction empties sparse runs", () => {
  const random = seeded(43);
  const slab = new Slab();
  let cells: Cell[] = [];
  for (let i = 0; i < 300_000; i++) {
    cells.push({ address: slab.allocate(64), size: 64, mark: i & 255 });
    stamp(slab, cells[i]);
  }
  cells = cells.filter((cell) => {
    if (random() < 0.1) return true;
    slab.free(cell.address);
    return false;
  });
  const before = slab.reserved;
  for (let passes = 0; slab.planCompaction(); passes++) {
    assert(passes < 4, "compaction does not come to an end");
    compact(slab, cells);
  }
  slab.purge();
  for (const cell of cells) assertStamped(slab, cell);
  assertLessOrEqual(slab.reserved, before * 0.2);
  assertLessOrEqual(slab.reserved, slab.liveBytes + 2 * ARENA_BYTES);
});

Deno.test("Slab: compaction empties arenas that have a few full runs", () => {
  const slab = new Slab();
  const cells: Cell[] = [];
  const others: number[] = [];
  // Runs of two classes in turn, all full; then one class goes, and each arena keeps half its runs.
  for (let run = 0; run < 320; run++) {
    const [size, count] = run % 8 === 0 ? [64, 2048] : [128, 1024];
    for (let i = 0; i < count; i++) {
      const address = slab.allocate(size);
      if (size === 128) others.push(address);
      else {
        cells.push({ address, size, mark: i & 255 });
        stamp(slab, cells[cells.length - 1]);
      }
    }
  }
  assertEquals(slab.reserved, 20 * ARENA_BYTES);
  for (const address of others) slab.free(address);
  assertEquals(slab.reserved, 20 * ARENA_BYTES);
  assert(slab.planCompaction());
  compact(slab, cells);
  assert(!slab.planCompaction());
  for (const cell of cells) assertStamped(slab, cell);
  assertEquals(slab.reserved, 3 * ARENA_BYTES);
});

Deno.test("Slab: a plan that is given up leaves all as it was", () => {
  const slab = new Slab();
  const cells: number[] = [];
  for (let i = 0; i < 50_000; i++) cells.push(slab.allocate(100));
  for (let i = 0; i < 50_000; i++) if (i % 10 !== 0) slab.free(cells[i]);
  assert(slab.planCompaction());
  slab.endCompaction();
  const { reserved } = slab;
  // What was free is given out again, before any new memory.
  for (let i = 0; i < 45_000; i++) slab.allocate(100);
  assertEquals(slab.reserved, reserved);
});
