/**
 * Directives of memory: limits, eviction, expiry and freeing; and the sizes up to which collections
 * keep their compact encodings.
 *
 * @module
 */

import { INT64_MAX, UINT64_MAX } from "../../bytes/int.ts";
import { directive, type Topic } from "../directive.ts";
import { integer, memory as size, NATURAL, NATURAL_INT, oneOf, yesNo } from "../kinds.ts";
import { INT_MAX, INT_MIN } from "../numbers.ts";

const percent = integer({ min: 1, max: 99 });
const threshold = integer({ min: 0, max: 1000 });

export const memory = {
  title: "Memory",
  directives: [
    directive("maxmemory", size({ min: 0, max: UINT64_MAX }), {
      default: 0,
      acts: true,
      doc: "Memory that the data may take; 0 for no limit",
    }),
    directive(
      "maxmemory-policy",
      oneOf([
        "volatile-lru",
        "volatile-lfu",
        "volatile-random",
        "volatile-ttl",
        "allkeys-lru",
        "allkeys-lfu",
        "allkeys-random",
        "noeviction",
      ]),
      { default: "noeviction", acts: true, doc: "Which keys go when maxmemory is reached" },
    ),
    directive("maxmemory-samples", integer({ min: 1, max: INT_MAX }), {
      default: 5,
      acts: true,
      doc: "Keys that are looked at to find one to evict",
    }),
    directive("maxmemory-eviction-tenacity", integer({ min: 0, max: 100 }), {
      default: 10,
      acts: true,
      doc: "How long eviction may hold up other work; 100 for as long as it takes",
    }),
    directive("lfu-log-factor", integer(NATURAL_INT), {
      default: 10,
      acts: true,
      doc: "How slowly the counter of a key's uses grows",
    }),
    directive("lfu-decay-time", integer(NATURAL_INT), {
      default: 1,
      acts: true,
      doc: "Minutes after which the counter of a key's uses goes down",
    }),
    directive("active-expire-effort", integer({ min: 1, max: 10 }), {
      default: 1,
      doc: "How hard expired keys are looked for in the background",
    }),
    directive("lazyfree-lazy-eviction", yesNo, {
      default: false,
      acts: true,
      doc: "Free evicted keys in the background",
    }),
    directive("lazyfree-lazy-expire", yesNo, {
      default: false,
      acts: true,
      doc: "Free expired keys in the background",
    }),
    directive("lazyfree-lazy-server-del", yesNo, {
      default: false,
      acts: true,
      doc: "Free values that a command replaces in the background",
    }),
    directive("lazyfree-lazy-user-del", yesNo, {
      default: false,
      acts: true,
      doc: "Let DEL do as UNLINK does",
    }),
    directive("lazyfree-lazy-user-flush", yesNo, {
      default: false,
      acts: true,
      doc: "Let FLUSHDB and FLUSHALL work in the background unless told otherwise",
    }),
    directive("tracking-table-max-keys", integer(NATURAL), {
      default: 1000000,
      doc: "Keys that client-side caching remembers; 0 for no limit",
    }),
    directive("activedefrag", yesNo, {
      default: false,
      acts: true,
      refuse: {
        when: (value) => value,
        message: "Active defragmentation cannot be enabled: it requires a Redis server compiled " +
          "with a modified Jemalloc like the one shipped by default with the Redis source " +
          "distribution",
      },
      doc: "Move data in memory to close gaps",
    }),
    directive("active-defrag-cycle-min", percent, {
      default: 1,
      doc: "Least share of CPU time for defragmentation, in percent",
    }),
    directive("active-defrag-cycle-max", percent, {
      default: 25,
      doc: "Largest share of CPU time for defragmentation, in percent",
    }),
    directive("active-defrag-threshold-lower", threshold, {
      default: 10,
      doc: "Percentage of fragmentation at which defragmentation starts",
    }),
    directive("active-defrag-threshold-upper", threshold, {
      default: 100,
      doc: "Percentage of fragmentation at which it works hardest",
    }),
    directive("active-defrag-ignore-bytes", size({ min: 1, max: INT64_MAX }), {
      default: 100 * 1024 * 1024,
      doc: "Fragmentation that is not worth the work",
    }),
    directive("active-defrag-max-scan-fields", integer({ min: 1, max: INT64_MAX }), {
      default: 1000,
      doc: "Size from which a collection is defragmented in steps",
    }),
    directive("jemalloc-bg-thread", yesNo, {
      default: true,
      doc: "Let the allocator return memory from a thread of its own",
    }),
  ],
} as const satisfies Topic;

export const encodings = {
  title: "Compact encodings",
  directives: [
    directive("hash-max-listpack-entries", integer(NATURAL), {
      default: 512,
      alias: "hash-max-ziplist-entries",
      acts: true,
      doc: "Most fields of a hash in one listpack",
    }),
    directive("hash-max-listpack-value", size(NATURAL), {
      default: 64,
      alias: "hash-max-ziplist-value",
      acts: true,
      doc: "Longest field or value of a hash in one listpack",
    }),
    directive("list-max-listpack-size", integer({ min: INT_MIN, max: INT_MAX }), {
      default: -2,
      alias: "list-max-ziplist-size",
      acts: true,
      doc: "Elements in each node of a list; -1 to -5 for 4, 8, 16, 32 or 64 KB a node",
    }),
    directive("list-compress-depth", integer(NATURAL_INT), {
      default: 0,
      doc: "Nodes at both ends of a list that stay uncompressed; 0 compresses none",
    }),
    directive("set-max-intset-entries", integer(NATURAL), {
      default: 512,
      acts: true,
      doc: "Most members of a set of integers in one sorted array",
    }),
    directive("set-max-listpack-entries", integer(NATURAL), {
      default: 128,
      acts: true,
      doc: "Most members of a set in one listpack",
    }),
    directive("set-max-listpack-value", size(NATURAL), {
      default: 64,
      acts: true,
      doc: "Longest member of a set in one listpack",
    }),
    directive("zset-max-listpack-entries", integer(NATURAL), {
      default: 128,
      alias: "zset-max-ziplist-entries",
      acts: true,
      doc: "Most members of a sorted set in one listpack",
    }),
    directive("zset-max-listpack-value", size(NATURAL), {
      default: 64,
      alias: "zset-max-ziplist-value",
      acts: true,
      doc: "Longest member of a sorted set in one listpack",
    }),
    directive("stream-node-max-bytes", size(NATURAL), {
      default: 4096,
      acts: true,
      doc: "Most bytes in a node of a stream; 0 for no limit",
    }),
    directive("stream-node-max-entries", integer(NATURAL), {
      default: 100,
      acts: true,
      doc: "Most entries in a node of a stream; 0 for no limit",
    }),
    directive("hll-sparse-max-bytes", size(NATURAL), {
      default: 3000,
      acts: true,
      doc: "Size at which a HyperLogLog leaves its sparse form",
    }),
  ],
} as const satisfies Topic;
