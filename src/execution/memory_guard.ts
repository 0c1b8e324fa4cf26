/**
 * Keeps the data within its limits: `maxmemory`, by evicting keys or refusing commands that may need
 * memory; and V8's heap limit, beyond which V8 would end the process.
 *
 * Commands pass a counter; only when that is used up, they come here. With `maxmemory` set (or the
 * heap full) that is every command, otherwise one in some dozens, for a look at the time, and at the
 * heap when the last look is too long ago: a few commands may fill it between two turns of the
 * cron.
 *
 * The heap counts as full when a fifth of the old generation's limit is left. What V8 tells includes
 * garbage, so before anything is refused a full collection is run, if one was not run lately; above
 * nine tenths there is no waiting for that. Being full ends when there is some room again. A single
 * collection that is larger than that fifth makes the room that has to stay larger: it may have to
 * be copied to grow.
 *
 * @module
 */

import type { Clock, Timer } from "../clock/clock.ts";
import type { Command } from "../command/command.ts";
import { GATE } from "../command/gates.ts";
import type { Config } from "../config/config.ts";
import { Evictor } from "../keyspace/eviction.ts";
import type { HeapProbe } from "../keyspace/heap_probe.ts";
import type { Keyspace } from "../keyspace/keyspace.ts";
import { LargestValue } from "../keyspace/largest_value.ts";
import { MemoryMeter } from "../keyspace/memory.ts";
import type { Logger } from "../log/logger.ts";
import type { Stats } from "../observe/stats.ts";
import { ErrorReply } from "../resp/reply.ts";
import type { Client } from "../session/client.ts";
import { evictClients } from "../session/client_eviction.ts";
import { allClientMemory } from "../session/client_memory.ts";
import type { Blocking } from "./blocking.ts";
import type { Gates } from "./gates.ts";
import type { Pause } from "./pause.ts";

/** Commands between two looks at the time while nothing presses. */
const CREDIT = 16;
/** Longest time between two samples, in milliseconds, by how scarce memory is. */
const SAMPLE_MS = 100;
const SAMPLE_OFTEN_MS = 20;
const SAMPLE_MOST_MS = 2;
/** Parts of the heap's limit from which on samples are taken often, and most often. */
const HEAP_BUSY = 0.4;
const HEAP_SCARCE = 0.65;
/** The same: full without garbage, full in any case, and room again. */
const HEAP_FULL = 0.8;
const HEAP_BRIM = 0.9;
const HEAP_ROOM = 0.76;
/** Entries that are looked at for the largest collection with each sample of a busy heap. */
const LARGEST_STEP = 2048;
/** Part of `maxmemory` from which on samples are taken often. */
const NEAR_LIMIT = 0.9;
/** Collections may take this part of the time (one in so many), by what hangs on them. */
const SHARE_WHEN_FULL = 10;
const SHARE_OF_EVICTION = 50;
const SHARE_OF_TIDYING = 50;
/** Garbage that is worth a collection: this part of what objects take. */
const WORTH_COLLECTING = 0.25;
/** Less than this is not worth a collection while there is no need. */
const LEFTOVERS = 32 << 20;
/** Pause between two steps of eviction while more has to go: clients get their turn. */
const EVICTION_GAP_MS = 1;

/** What the guard needs of the server. */
export interface MemoryGuardNeeds {
  readonly clock: Clock;
  readonly config: Config;
  readonly log: Logger;
  readonly keyspace: Keyspace;
  readonly stats: Stats;
  readonly gates: Gates;
  readonly pause: Pause;
  readonly blocking: Blocking;
  readonly clients: { values(): Iterable<Client> };
  /** Whether data is being loaded: nothing is evicted then. */
  readonly loading: { readonly active: boolean };
  /** What the process uses. */
  readonly host: { resources(): { readonly resident: number } };
}

const OUT_OF_MEMORY = new ErrorReply(
  "OOM command not allowed when used memory > 'maxmemory'.",
);

/** The memory limits of a server. */
export class MemoryGuard {
  readonly meter: MemoryMeter;
  /** Commands that may still pass without coming here. */
  credit = 0;
  /** V8's heap is (nearly) full. */
  heapFull = false;
  /** The most that was ever in use, in bytes. */
  peak = 0;
  /** In use before any data was loaded, in bytes. */
  startup = 0;
  /** Resident bytes of the process then. */
  startupResident = 0;
  /** Monotonic milliseconds since which eviction has not come to an end; -1 while it has. */
  #exceededSince = -1;

  readonly #parts: MemoryGuardNeeds;
  readonly #evictor: Evictor;
  readonly #largest: LargestValue;
  #evicting: Timer | null = null;
  /** `changes` of the keyspace at the last collection while the heap was full; -1 without one. */
  #changesWhenFull = -1;

  constructor(parts: MemoryGuardNeeds, heap: HeapProbe) {
    this.#parts = parts;
    const { keyspace, clock, clients, gates } = parts;
    this.meter = new MemoryMeter({
      keyspace,
      clock,
      heap,
      clientBytes: () => allClientMemory(clients.values()),
    });
    this.#evictor = new Evictor(keyspace, this.meter);
    this.#largest = new LargestValue(keyspace);
    gates.install(
      "memory",
      (client, command) => needsMemory(client, command) ? OUT_OF_MEMORY : null,
    );
  }

  /** Milliseconds for which the data has been over the limit now, for INFO. */
  get currentExceededMs(): number {
    return this.#exceededSince < 0 ? 0 : this.#parts.clock.monotonic() - this.#exceededSince;
  }

  /**
   * How full V8's heap is: the part of the old generation's limit that is in use, garbage included,
   * with the young generation, all of which may move there at once, and with what a collection
   * beyond the usual reserve would need to grow.
   */
  get heapFill(): number {
    const { last, heap: { oldLimit } } = this.meter;
    const reserve = oldLimit * (1 - HEAP_FULL);
    return (last.used + Math.max(0, this.#largest.bytes - reserve)) / oldLimit;
  }

  /** The server is set up and has no data yet. */
  started(): void {
    this.meter.sample();
    this.startup = this.meter.used;
    this.startupResident = this.#parts.host.resources().resident;
    this.peak = this.startup;
  }

  /** Limits have changed (CONFIG SET). */
  limitsChanged(): void {
    this.credit = 0;
    const { log, config: { values: { maxmemory } } } = this.#parts;
    if (maxmemory === 0) {
      this.#stopEvicting();
      return;
    }
    // Without data it is the clients that count, and those may be new.
    this.meter.sample();
    const { used } = this.meter;
    if (used > maxmemory) {
      log.warning(
        `WARNING: the new maxmemory value set via CONFIG SET (${maxmemory}) is smaller than the ` +
          `current memory usage (${used}). This will result in key eviction and/or the inability ` +
          "to accept new write commands depending on the maxmemory-policy.",
      );
      this.#evictSoon();
    }
  }

  /** The regular look, ten times a second. */
  tick(): void {
    const { meter } = this;
    evictClients(this.#parts);
    meter.sample();
    this.#judgeHeap();
    const { used } = meter;
    if (used > this.peak) this.peak = used;
    // The memory of an emptied keyspace goes back though nobody allocates, and that of evicted
    // objects before it is as much as that of the others.
    const { objects } = meter;
    if (
      (objects === 0 && meter.uncollected > LEFTOVERS) ||
      meter.evicted > Math.max(LEFTOVERS, objects * WORTH_COLLECTING)
    ) {
      meter.collect(SHARE_OF_TIDYING);
    }
  }

  /**
   * Make room if there is too much data; where that cannot be done, commands that may need memory
   * are refused. Called by the executor when the credit is used up.
   */
  look(): void {
    const { config, gates, loading } = this.#parts;
    const { maxmemory } = config.values;
    this.#sampleIfDue(maxmemory);
    this.credit = maxmemory > 0 || this.heapFull ? 0 : CREDIT;
    gates.set("memory", !loading.active && this.#isOut(maxmemory));
  }

  /** Whether commands that may need memory are refused now. */
  get outOfMemory(): boolean {
    return (this.#parts.gates.raised & GATE.memory) !== 0;
  }

  #isOut(maxmemory: number): boolean {
    let out = false;
    if (this.heapFull && !this.#relieveHeap()) out = true;
    if (maxmemory > 0 && this.#isOver(maxmemory)) out = true;
    return out;
  }

  /** Evict what is over `maxmemory`. @returns whether it cannot be done */
  #isOver(maxmemory: number): boolean {
    const { meter } = this;
    if (meter.used <= maxmemory) {
      this.#exceeded(false);
      return false;
    }
    const { pause, keyspace, config: { values } } = this.#parts;
    // On a replica the master decides; while writes pause nothing may change.
    if (pause.stopsWrites || (keyspace.hidesExpired && values.replicaIgnoreMaxmemory)) return false;
    const { objects } = meter;
    if (objects > 0 && meter.uncollected > objects * WORTH_COLLECTING) {
      meter.collect(SHARE_OF_EVICTION);
    }
    const result = this.#evictor.step(
      {
        policy: values.maxmemoryPolicy,
        samples: values.maxmemorySamples,
        tenacity: values.maxmemoryEvictionTenacity,
      },
      () => meter.used - maxmemory,
    );
    this.#exceeded(result !== "done");
    if (result === "more") this.#evictSoon();
    return result === "stuck";
  }

  #exceeded(over: boolean): void {
    if (over) {
      if (this.#exceededSince < 0) this.#exceededSince = this.#parts.clock.monotonic();
    } else if (this.#exceededSince >= 0) {
      this.#parts.stats.evictionExceededMs += this.currentExceededMs;
      this.#exceededSince = -1;
    }
  }

  /** Go on with eviction though no command comes. */
  #evictSoon(): void {
    this.#evicting ??= this.#parts.clock.after(EVICTION_GAP_MS, () => {
      this.#evicting = null;
      const { blocking, clock, config, loading } = this.#parts;
      const { maxmemory } = config.values;
      if (maxmemory === 0 || loading.active || this.#parts.gates.isRaised("busy")) return;
      clock.tick();
      this.#isOver(maxmemory);
      if (blocking.hasReady) blocking.serve();
    });
  }

  #stopEvicting(): void {
    this.#evicting?.cancel();
    this.#evicting = null;
    this.#exceeded(false);
  }

  /** Cancel timers. */
  stop(): void {
    this.#stopEvicting();
  }

  /** Take a sample if the last one is too old for what may have happened since. */
  #sampleIfDue(maxmemory: number): void {
    const { meter } = this;
    const fill = this.heapFill;
    const often = fill > HEAP_BUSY || (maxmemory > 0 && meter.used > maxmemory * NEAR_LIMIT);
    const age = this.#parts.clock.monotonic() - meter.sampledAt;
    if (age < (fill > HEAP_SCARCE ? SAMPLE_MOST_MS : often ? SAMPLE_OFTEN_MS : SAMPLE_MS)) return;
    meter.sample();
    this.#judgeHeap();
  }

  /** Say whether V8's heap is full, after a sample. */
  #judgeHeap(): void {
    const { meter } = this;
    const { keyspace, log } = this.#parts;
    if (this.heapFill > HEAP_BUSY) this.#largest.step(LARGEST_STEP);
    if (!this.heapFull) {
      if (this.heapFill < HEAP_FULL) return;
      const certain = meter.collect(SHARE_WHEN_FULL);
      // A large table is copied at once: there may be no further look before.
      const urgent = this.#largest.bytes > meter.heap.oldLimit * (1 - HEAP_FULL);
      if (this.heapFill < (certain || urgent ? HEAP_FULL : HEAP_BRIM)) return;
      this.heapFull = true;
      this.credit = 0;
      this.#changesWhenFull = certain ? keyspace.changes : -1;
      log.warning(
        `V8's heap is nearly full (${mb(meter.last.old)} of ${mb(meter.heap.oldLimit)} MB): ` +
          "commands that may need memory are refused until there is room again. The limit can be " +
          "raised with --v8-flags=--max-old-space-size=<MB>.",
      );
      return;
    }
    // Memory of what commands removed meanwhile counts as free only after a collection.
    if (this.heapFill >= HEAP_ROOM && keyspace.changes !== this.#changesWhenFull) {
      if (meter.collect(SHARE_WHEN_FULL)) this.#changesWhenFull = keyspace.changes;
    }
    if (this.heapFill >= HEAP_ROOM) return;
    this.heapFull = false;
    log.warning("There is room on V8's heap again: all commands are accepted.");
  }

  /** Evict objects, as plain strings are not on the heap. @returns whether there is room now */
  #relieveHeap(): boolean {
    const { meter } = this;
    const { pause, keyspace, config: { values } } = this.#parts;
    if (values.maxmemoryPolicy === "noeviction" || pause.stopsWrites || keyspace.hidesExpired) {
      return false;
    }
    const room = meter.heap.oldLimit * HEAP_ROOM;
    const result = this.#evictor.step(
      {
        policy: values.maxmemoryPolicy,
        samples: values.maxmemorySamples,
        tenacity: values.maxmemoryEvictionTenacity,
      },
      () => this.heapFill * meter.heap.oldLimit - meter.evicted - room,
      true,
    );
    // Nearly full: no memory is taken before a collection has shown that there is room.
    return result !== "stuck" && this.heapFill < HEAP_BRIM;
  }
}

function mb(bytes: number): string {
  return (bytes / (1 << 20)).toFixed(0);
}

/** Whether a command is one that has to be refused when there is no memory. */
function needsMemory(client: Client, command: Command): boolean {
  const { transaction } = client;
  if (transaction === null) return command.denyOom;
  // Queuing needs memory as well; only what ends the transaction may pass.
  switch (command.name) {
    case "exec":
      return (transaction.gates & GATE.memory) !== 0;
    case "discard":
    case "quit":
    case "reset":
      return false;
    default:
      return true;
  }
}
