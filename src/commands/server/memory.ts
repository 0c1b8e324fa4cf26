/**
 * MEMORY: how much memory is used and for what, and giving unused memory back.
 *
 * @module
 */

import { asciiUpper, type ByteString } from "../../bytes/bytes.ts";
import { integer, key, opt } from "../../command/arguments.ts";
import type { Context } from "../../command/context.ts";
import { type CommandSpec, defineCommand } from "../../command/command.ts";
import type { AdminContext, ServerCommand, Services } from "../services.ts";
import { keyRange } from "../../command/key_specs.ts";
import { NO_ENTRY } from "../../keyspace/key_table.ts";
import {
  DoubleReply,
  MapReply,
  OK,
  type Reply,
  syntaxError,
  VerbatimReply,
} from "../../resp/reply.ts";
import { ZSetValue } from "../../values/zset.ts";
import { defineHelp } from "../help.ts";
import { parseIntArg } from "../parse.ts";
import { humanBytes } from "./info_sections.ts";
import { type MemoryReport, reportMemory } from "./memory_report.ts";

/** What these commands work with: MEMORY reports on all parts. */
type Needs = AdminContext<keyof Services>;

const common = {
  since: "4.0.0",
  group: "server",
  arity: 2,
  flags: [],
  acl: ["@slow"],
  tips: ["nondeterministic_output", "request_policy:all_shards", "response_policy:special"],
} satisfies Partial<CommandSpec>;

/** Elements that are looked at to estimate a collection unless SAMPLES says otherwise. */
const SAMPLES = 5;

const usage = defineCommand({
  ...common,
  name: "memory|usage",
  summary: "Estimates the memory that a key and its value take, in bytes.",
  complexity: "O(N) where N is the number of samples",
  arity: -3,
  flags: ["readonly"],
  acl: ["@read", "@slow"],
  keys: [keyRange("RO", { at: 2 })],
  tips: [],
  args: [key("key"), opt(integer("count", { token: "SAMPLES" }))],
  run(client, args) {
    let samples = SAMPLES;
    for (let i = 3; i < args.length; i += 2) {
      if (asciiUpper(args[i]) !== "SAMPLES" || i + 1 === args.length) throw syntaxError();
      samples = parseIntArg(args[i + 1]);
      if (samples < 0) throw syntaxError();
      if (samples === 0) samples = Infinity;
    }
    return usageOf(client, args[2], samples);
  },
});

function usageOf({ db }: Context, name: ByteString, samples: number): Reply {
  // A key past its time takes memory as well.
  const entry = db.table.find(name);
  if (entry === NO_ENTRY) return null;
  const own = db.table.entryBytes(entry);
  if (db.table.stringLengthAt(entry) >= 0) return Math.round(own);
  const value = db.table.valueAt(entry);
  if (typeof value === "string") return Math.round(own);
  // Most collections know their size; only sorted sets sample.
  const bytes = value instanceof ZSetValue ? value.memoryBytes(samples) : value.memoryBytes();
  return Math.round(own + bytes);
}

function ratio(part: number, whole: number): Reply {
  return new DoubleReply(part / Math.max(1, whole));
}

const stats = defineCommand({
  ...common,
  name: "memory|stats",
  summary: "Answers what the server's memory is taken by.",
  complexity: "O(1)",
  run({ services: parts }: Needs) {
    const report = reportMemory(parts);
    const { used, peak, startup, resident, active, resources } = report;
    const buffers = parts.replication.replicas.memory();
    return new MapReply([
      ...["peak.allocated", peak, "total.allocated", used, "startup.allocated", startup],
      ...["replication.backlog", buffers.backlog, "clients.slaves", buffers.replicas],
      ...["clients.normal", Math.max(0, report.clients - buffers.replicas)],
      ...["cluster.links", 0, "aof.buffer", 0, "lua.caches", parts.scripts.bytes],
      ...["functions.caches", parts.libraries.bytes],
      ...report.databases.flatMap(({ index, main, expires }): Reply[] => [
        `db.${index}`,
        new MapReply([
          ...["overhead.hashtable.main", main, "overhead.hashtable.expires", expires],
          ...["overhead.hashtable.slot-to-keys", 0],
        ]),
      ]),
      ...["overhead.total", report.overhead, "keys.count", report.keys],
      ...["keys.bytes-per-key", report.bytesPerKey, "dataset.bytes", report.dataset],
      ...["dataset.percentage", new DoubleReply(report.datasetPercent)],
      ...["peak.percentage", new DoubleReply(used / Math.max(1, peak) * 100)],
      ...["allocator.allocated", used, "allocator.active", active],
      ...["allocator.resident", resident],
      ...["allocator-fragmentation.ratio", ratio(active, used)],
      ...["allocator-fragmentation.bytes", active - used],
      ...["allocator-rss.ratio", ratio(resident, active), "allocator-rss.bytes", resident - active],
      ...["rss-overhead.ratio", ratio(resources.resident, resident)],
      ...["rss-overhead.bytes", resources.resident - resident],
      ...["fragmentation", ratio(resources.resident, used)],
      ...["fragmentation.bytes", resources.resident - used],
    ]);
  },
});

const doctor = defineCommand({
  ...common,
  name: "memory|doctor",
  summary: "Names what is unusual about the server's memory.",
  complexity: "O(1)",
  run: ({ services: parts }: Needs) =>
    new VerbatimReply("txt", `${diagnose(parts).join("\n\n")}\n`),
});

/** Below this MEMORY DOCTOR gives no advice. */
const MUCH = 5 << 20;

/** What MEMORY DOCTOR says, a paragraph for each finding. */
function diagnose(parts: Services): string[] {
  const report = reportMemory(parts);
  if (report.used < MUCH) {
    return ["There is hardly any data, so the figures say nothing about how memory is used."];
  }
  const found = [...findings(parts, report)];
  if (found.length === 0) return ["Nothing unusual was found."];
  return [`Unusual about this server's ${humanBytes(report.used)} of memory:`, ...found];
}

function* findings(parts: Services, report: MemoryReport): Generator<string> {
  const { memory, config: { values }, clients } = parts;
  const { used, peak, active, resident } = report;
  if (memory.heapFull) {
    yield "- V8's heap is nearly full, so commands that need memory are refused. Start the server " +
      "with a larger --v8-flags=--max-old-space-size, or delete lists, sets, hashes or streams.";
  } else if (memory.heapFill > 0.6) {
    yield `- V8's heap is ${(memory.heapFill * 100).toFixed(0)} % full. At 80 % commands that ` +
      "need memory are refused, whatever maxmemory says.";
  }
  if (values.maxmemory > 0 && used > values.maxmemory * 1.05) {
    yield "- More memory is in use than maxmemory allows: no keys may be evicted under the policy " +
      `${values.maxmemoryPolicy}, or eviction does not keep up (maxmemory-eviction-tenacity).`;
  }
  if (peak > used * 1.5) {
    yield `- At its peak the server had ${humanBytes(peak)} in use. Pages that were in use then ` +
      "may still be held; MEMORY PURGE gives back what it can.";
  }
  if (active > used * 1.4 && active - used > MUCH) {
    yield `- Of the pages held ${humanBytes(active - used)} are free, as many keys were deleted ` +
      "or have become shorter. MEMORY PURGE closes the gaps.";
  }
  if (resident > active * 1.4 && resident - active > 10 * MUCH) {
    yield `- The process has ${
      humanBytes(resident - active)
    } more than is accounted for: garbage ` +
      "that was not collected yet, or buffers of requests and replies.";
  }
  if (clients.size > 0 && report.clients / clients.size > 200 * 1024) {
    yield "- Clients hold more than 200 KB each: they send large requests, or do not read their " +
      "replies (see qbuf and obl in CLIENT LIST).";
  }
}

const mallocStats = defineCommand({
  ...common,
  name: "memory|malloc-stats",
  summary: "Shows the pages of the key tables and the state of V8's heap.",
  complexity: "O(N) where N is the number of pages",
  run: ({ services: parts }: Needs) =>
    new VerbatimReply("txt", allocatorLines(parts).join("\n") + "\n"),
});

function allocatorLines(parts: Services): string[] {
  const { resources, used, active } = reportMemory(parts);
  const { meter } = parts.memory;
  const lines = [
    `used ${used}, held ${active}, resident ${resources.resident}`,
    `v8: used ${meter.last.used}, old generation ${meter.last.old} of ${meter.heap.oldLimit}, ` +
    `outside ${meter.last.external}`,
  ];
  for (const { index, table } of parts.keyspace.databases) {
    if (table.size === 0) continue;
    const { reserved, used, free, index: rows, columns, classes } = table.stats();
    lines.push(
      `db${index}: keys ${table.size}, reserved ${reserved}, content ${used}, free ${free}, ` +
        `index ${rows}, columns ${columns}`,
      ...classes.map(({ cell, live, reserved }) =>
        `  cells of ${cell}: ${live} live, ${reserved} reserved`
      ),
    );
  }
  return lines;
}

const purge = defineCommand({
  ...common,
  name: "memory|purge",
  summary: "Closes gaps in the key tables' pages and collects garbage.",
  complexity: "O(N) where N is the number of keys",
  tips: ["request_policy:all_shards", "response_policy:all_succeeded"],
  run({ services: parts }: Needs) {
    for (const { table } of parts.keyspace.databases) {
      // Each pass is over all entries; it ends when no page can be emptied any more.
      while (table.compactStep(1 << 16));
    }
    parts.memory.meter.collect(0);
    return OK;
  },
});

/** MEMORY. */
export const memoryCommand: ServerCommand = defineCommand({
  name: "memory",
  summary: "Groups the commands about memory.",
  since: "4.0.0",
  group: "server",
  complexity: "Depends on the subcommand.",
  arity: -2,
  flags: [],
  acl: ["@slow"],
  subcommands: [
    doctor,
    defineHelp("memory", {
      since: "4.0.0",
      group: "server",
      flags: ["loading", "stale"],
      acl: ["@slow"],
    }),
    mallocStats,
    purge,
    stats,
    usage,
  ],
});
