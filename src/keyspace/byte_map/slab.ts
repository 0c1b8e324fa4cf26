/**
 * Memory for many small records outside V8's heap.
 *
 * Arenas of 2 MB are cut into runs of 128 KB, and each run, while it is in use, into cells of one
 * size class (steps of 8 bytes up to 128, then eight classes for each doubling, up to 8 KB), so that
 * a cell is at most an eighth larger than was asked for. The free cells of a run are a list through
 * the cells themselves; a run with no live cell goes to whichever class needs one next, and an arena
 * with no run in use goes back to the machine. There is no header: an address leads to its run, and
 * the run knows its class.
 *
 * What remains are runs with few live cells. {@linkcode Slab.planCompaction} marks the sparsest
 * ones, whose cells fit into the others of their class; their owner moves the records out (it alone
 * knows who refers to them), and the runs come free.
 *
 * An address counts units of 8 bytes in 32 bits: 32 GB in all.
 *
 * @module
 */

import type { ClassStats } from "../key_table.ts";

/** Largest cell in bytes. */
export const MOST_CELL_BYTES = 8192;
/** An address's arena is the address shifted right (unsigned) by this. */
export const ARENA_SHIFT = 18;
/** Mask of an address's unit in its arena. */
export const UNIT_MASK: number = (1 << ARENA_SHIFT) - 1;
const RUN_SHIFT = 14;
const RUN_UNITS = 1 << RUN_SHIFT;
const RUNS_PER_ARENA = 1 << (ARENA_SHIFT - RUN_SHIFT);
const ALL_FREE = (1 << RUNS_PER_ARENA) - 1;
const MOST_ARENAS = 1 << (32 - ARENA_SHIFT);
/** Bytes of an arena. */
export const ARENA_BYTES: number = 8 << ARENA_SHIFT;
const RUN_BYTES = 8 << RUN_SHIFT;

/** The cell sizes in units, and the class for each number of units. */
const CELL_UNITS: number[] = [];
const CLASS_OF = new Uint8Array(MOST_CELL_BYTES / 8 + 1);
for (let units = 1, step = 1, from = 0; units <= MOST_CELL_BYTES / 8; units += step) {
  CLASS_OF.fill(CELL_UNITS.length, from, units + 1);
  CELL_UNITS.push(units);
  from = units + 1;
  if (units >= 16 && (units & (units - 1)) === 0) step = units / 8;
}
const CLASSES = CELL_UNITS.length;

/** `runClass` of a run that no class has. */
const NO_CLASS = -1;
const NO_BYTES = new Uint8Array(0);
const NO_WORDS = new Int32Array(0);

/** Where a record is, for checks of consistency. */
export interface Extent {
  /** Its cell's first byte and size. */
  start: number;
  bytes: number;
  /** How many of its bytes are in use. */
  used: number;
}

/** Cells in size classes. The arenas are public for reading and writing the cells one owns. */
export class Slab {
  /** Arenas as bytes, and the same as words. */
  bytes: Uint8Array[] = [];
  words: Int32Array[] = [];
  /** Bytes of live cells. */
  liveBytes = 0;
  /** Bytes of the arenas held. */
  reserved = 0;

  /** For each run: class, live cells, cells ever used, first free cell (its number + 1). */
  #runClass: number[] = [];
  #runLive: number[] = [];
  #runTop: number[] = [];
  #runFree: number[] = [];
  /** Where a run stands in its class's list of runs with room, or -1. */
  #runPlace: number[] = [];
  /** 1 for a run that is to be emptied. */
  #leaving: number[] = [];
  /** For each class: its runs that have room and may be used; how many runs it has; live cells. */
  #roomy: number[][] = Array.from({ length: CLASSES }, () => []);
  #classRuns: number[] = new Array(CLASSES).fill(0);
  #classLive: number[] = new Array(CLASSES).fill(0);
  /** For each arena: bits of its free runs; 0 also for one that is not held or to be emptied. */
  #freeRuns: number[] = [];
  #arenaLeaving: number[] = [];
  /** No arena before this one has a free run. */
  #firstRoomy = 0;
  /** Number of arenas held that have no run in use. */
  #idle = 0;

  /** Memory of the bookkeeping in bytes. */
  get overhead(): number {
    return this.#runClass.length * 6 * 8;
  }

  /**
   * A cell of at least `size` bytes (at most {@linkcode MOST_CELL_BYTES}). Its content is arbitrary.
   * O(1), but for one look at arenas that are full.
   *
   * @throws RangeError when no more memory can be had or addressed
   */
  allocate(size: number): number {
    const kind = CLASS_OF[(size + 7) >>> 3];
    const units = CELL_UNITS[kind];
    const roomy = this.#roomy[kind];
    if (roomy.length === 0) this.#addRun(kind);
    const run = roomy[roomy.length - 1];
    const start = run << RUN_SHIFT;
    let address: number;
    const free = this.#runFree[run];
    if (free !== 0) {
      address = start + (free - 1) * units;
      this.#runFree[run] =
        this.words[run >>> (ARENA_SHIFT - RUN_SHIFT)][(address & UNIT_MASK) << 1];
    } else {
      address = start + this.#runTop[run]++ * units;
    }
    this.#classLive[kind]++;
    this.liveBytes += units << 3;
    if ((++this.#runLive[run] + 1) * units > RUN_UNITS) {
      roomy.pop();
      this.#runPlace[run] = -1;
    }
    return address | 0;
  }

  /** Give a cell back. O(1). */
  free(address: number): void {
    const run = address >>> RUN_SHIFT;
    const kind = this.#runClass[run];
    const units = CELL_UNITS[kind];
    const cell = ((address & (RUN_UNITS - 1)) / units) | 0;
    this.words[address >>> ARENA_SHIFT][(address & UNIT_MASK) << 1] = this.#runFree[run];
    this.#runFree[run] = cell + 1;
    this.#classLive[kind]--;
    this.liveBytes -= units << 3;
    if (--this.#runLive[run] === 0) this.#dropRun(run);
    else if (this.#runPlace[run] < 0 && this.#leaving[run] === 0) this.#list(run, kind);
  }

  /** Size in bytes of the cell at an address. */
  cellBytes(address: number): number {
    return CELL_UNITS[this.#runClass[address >>> RUN_SHIFT]] << 3;
  }

  /** Whether the cell's run is to be emptied. */
  isLeaving(address: number): boolean {
    return this.#leaving[address >>> RUN_SHIFT] === 1;
  }

  #list(run: number, kind: number): void {
    this.#runPlace[run] = this.#roomy[kind].push(run) - 1;
  }

  #unlist(run: number, kind: number): void {
    const place = this.#runPlace[run];
    if (place < 0) return;
    const roomy = this.#roomy[kind];
    const last = roomy.pop()!;
    if (last !== run) {
      roomy[place] = last;
      this.#runPlace[last] = place;
    }
    this.#runPlace[run] = -1;
  }

  #addRun(kind: number): void {
    let arena = this.#firstRoomy;
    while (arena < this.#freeRuns.length && this.#freeRuns[arena] === 0) arena++;
    if (arena === this.#freeRuns.length) arena = this.#addArena();
    this.#firstRoomy = arena;
    const bits = this.#freeRuns[arena];
    if (bits === ALL_FREE) this.#idle--;
    const run = arena * RUNS_PER_ARENA + 31 - Math.clz32(bits & -bits);
    this.#freeRuns[arena] = bits & (bits - 1);
    this.#runClass[run] = kind;
    this.#runTop[run] = 0;
    this.#runFree[run] = 0;
    this.#classRuns[kind]++;
    this.#list(run, kind);
  }

  #addArena(): number {
    let arena = 0;
    while (arena < this.bytes.length && this.bytes[arena].length > 0) arena++;
    if (arena === MOST_ARENAS) throw new RangeError("out of addresses for small records");
    const buffer = new ArrayBuffer(ARENA_BYTES);
    if (arena === this.bytes.length) {
      for (let i = 0; i < RUNS_PER_ARENA; i++) {
        this.#runClass.push(NO_CLASS);
        this.#runLive.push(0);
        this.#runTop.push(0);
        this.#runFree.push(0);
        this.#runPlace.push(-1);
        this.#leaving.push(0);
      }
    }
    this.bytes[arena] = new Uint8Array(buffer);
    this.words[arena] = new Int32Array(buffer);
    this.#freeRuns[arena] = ALL_FREE;
    this.#arenaLeaving[arena] = 0;
    this.#idle++;
    this.reserved += ARENA_BYTES;
    return arena;
  }

  #dropRun(run: number): void {
    const kind = this.#runClass[run];
    this.#unlist(run, kind);
    this.#runClass[run] = NO_CLASS;
    this.#leaving[run] = 0;
    this.#classRuns[kind]--;
    const arena = (run / RUNS_PER_ARENA) | 0;
    if (this.#arenaLeaving[arena] !== 0) {
      // The count of runs still to come free takes the place of the bits, which nobody may use.
      if (--this.#arenaLeaving[arena] === 0) this.#dropArena(arena);
      return;
    }
    this.#freeRuns[arena] |= 1 << (run % RUNS_PER_ARENA);
    if (arena < this.#firstRoomy) this.#firstRoomy = arena;
    if (this.#freeRuns[arena] !== ALL_FREE) return;
    // One unused arena is kept, so that adding and removing at its edge does not allocate each
    // time.
    if (++this.#idle > 1) {
      this.#idle--;
      this.#dropArena(arena);
    }
  }

  #dropArena(arena: number): void {
    this.bytes[arena] = NO_BYTES;
    this.words[arena] = NO_WORDS;
    this.#freeRuns[arena] = 0;
    this.reserved -= ARENA_BYTES;
  }

  /** Give back the arena kept in reserve. O(arenas). */
  purge(): void {
    for (let arena = 0; this.#idle > 0; arena++) {
      if (this.#freeRuns[arena] !== ALL_FREE) continue;
      this.#idle--;
      this.#dropArena(arena);
    }
  }

  /**
   * Choose runs to be emptied: for each class the sparsest ones, when its cells would do with an
   * eighth fewer runs; and all of the arenas with fewest runs in use, when an eighth of the arenas
   * could go. Until {@linkcode endCompaction} no cell is given out from them. O(runs).
   *
   * @returns whether there is anything to move
   */
  planCompaction(): boolean {
    let planned = false;
    for (let kind = 0; kind < CLASSES; kind++) {
      const runs = this.#classRuns[kind];
      const needed = Math.ceil(this.#classLive[kind] / Math.floor(RUN_UNITS / CELL_UNITS[kind]));
      if (runs - needed >= Math.max(1, runs / 8)) {
        this.#leaveSparsest(kind, runs - needed);
        planned = true;
      }
    }
    return this.#leaveArenas() || planned;
  }

  #leaveSparsest(kind: number, wanted: number): void {
    const cells = Math.floor(RUN_UNITS / CELL_UNITS[kind]);
    const byFill: number[][] = Array.from({ length: 16 }, () => []);
    // A full run is not in the list, and would not help.
    for (const run of this.#roomy[kind]) {
      byFill[Math.floor((this.#runLive[run] / cells) * 16)].push(run);
    }
    for (const runs of byFill) {
      runs.sort((a, b) => b - a);
      for (const run of runs) {
        if (wanted-- <= 0) return;
        this.#unlist(run, kind);
        this.#leaving[run] = 1;
      }
    }
  }

  #leaveArenas(): boolean {
    const order: { arena: number; used: number }[] = [];
    let used = 0;
    for (let arena = 0; arena < this.bytes.length; arena++) {
      if (this.bytes[arena].length === 0) continue;
      const inUse = RUNS_PER_ARENA - popCount(this.#freeRuns[arena]);
      used += inUse;
      if (inUse > 0) order.push({ arena, used: inUse });
    }
    const surplus = order.length - Math.ceil(used / RUNS_PER_ARENA);
    if (surplus < Math.max(1, order.length / 8)) return false;
    order.sort((a, b) => a.used - b.used || b.arena - a.arena);
    for (const { arena, used } of order.slice(0, surplus)) {
      this.#freeRuns[arena] = 0;
      this.#arenaLeaving[arena] = used;
      for (let run = arena * RUNS_PER_ARENA; run < (arena + 1) * RUNS_PER_ARENA; run++) {
        if (this.#runClass[run] === NO_CLASS) continue;
        this.#unlist(run, this.#runClass[run]);
        this.#leaving[run] = 1;
      }
    }
    return true;
  }

  /** End what {@linkcode planCompaction} began: runs that still hold cells are used again. */
  endCompaction(): void {
    for (let run = 0; run < this.#runClass.length; run++) {
      if (this.#leaving[run] === 0) continue;
      this.#leaving[run] = 0;
      const kind = this.#runClass[run];
      if ((this.#runLive[run] + 1) * CELL_UNITS[kind] <= RUN_UNITS) this.#list(run, kind);
    }
    for (let arena = 0; arena < this.bytes.length; arena++) {
      if (this.#arenaLeaving[arena] === 0) continue;
      this.#arenaLeaving[arena] = 0;
      for (let i = 0; i < RUNS_PER_ARENA; i++) {
        if (this.#runClass[arena * RUNS_PER_ARENA + i] === NO_CLASS) {
          this.#freeRuns[arena] |= 1 << i;
        }
      }
    }
    this.#firstRoomy = 0;
  }

  /** The classes in use, smallest cell first. */
  classes(): ClassStats[] {
    const out: ClassStats[] = [];
    for (let kind = 0; kind < CLASSES; kind++) {
      if (this.#classRuns[kind] === 0) continue;
      out.push({
        cell: CELL_UNITS[kind] * 8,
        live: this.#classLive[kind],
        reserved: this.#classRuns[kind] * RUN_BYTES,
      });
    }
    return out;
  }

  /** Addresses of the cells in the free lists, for checks of consistency. O(free cells). */
  *freeCells(): Generator<number> {
    for (let run = 0; run < this.#runClass.length; run++) {
      if (this.#runClass[run] === NO_CLASS) continue;
      const units = CELL_UNITS[this.#runClass[run]];
      const words = this.words[(run / RUNS_PER_ARENA) | 0];
      for (let free = this.#runFree[run]; free !== 0;) {
        const address = (run << RUN_SHIFT) + (free - 1) * units;
        yield address | 0;
        free = words[(address & UNIT_MASK) << 1];
      }
    }
  }
}

function popCount(bits: number): number {
  let count = 0;
  for (; bits !== 0; bits &= bits - 1) count++;
  return count;
}
