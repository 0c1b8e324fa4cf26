/**
 * Directives of persistence: snapshots and the append-only file.
 *
 * @module
 */

import { directive, type Topic } from "../directive.ts";
import { integer, memory, NATURAL, NATURAL_INT, oneOf, text, yesNo } from "../kinds.ts";
import { INT_MAX, INT_MIN } from "../numbers.ts";
import { plainNameFault, properNameFault } from "../rules.ts";
import { directory, savePoints } from "../special.ts";

const anyInteger = integer({ min: INT_MIN, max: INT_MAX });

export const snapshots = {
  title: "Snapshots",
  directives: [
    directive("dir", directory, {
      default: "/",
      protected: true,
      denyLoading: true,
      acts: true,
      doc: "Directory of the data files; the one that the server is started in unless given",
    }),
    directive("dbfilename", text("<name>"), {
      default: "dump.rdb",
      protected: true,
      acts: true,
      check: plainNameFault("dbfilename", "filename"),
      doc: "Name of the snapshot file",
    }),
    directive("save", savePoints, {
      default: [
        { seconds: 3600, changes: 1 },
        { seconds: 300, changes: 100 },
        { seconds: 60, changes: 10000 },
      ],
      acts: true,
      doc: 'Snapshot after so many seconds with so many changes; "" for never',
    }),
    directive("stop-writes-on-bgsave-error", yesNo, {
      default: true,
      acts: true,
      doc: "Refuse writes while snapshots fail",
    }),
    directive("rdbcompression", yesNo, {
      default: true,
      acts: true,
      doc: "Compress strings in snapshots",
    }),
    directive("rdbchecksum", yesNo, {
      default: true,
      acts: true,
      mutable: false,
      doc: "End snapshots with a checksum, and check it on loading",
    }),
    directive("rdb-version", integer({ min: 9, max: 12 }), {
      default: 11,
      acts: true,
      doc:
        "Format of snapshots and DUMP: 9 for Redis 5 and 6, 10 for 7.0, 11 for 7.2, 12 for 7.4; " +
        "replicas get 10 or less unless they say that they read more",
    }),
    directive("sanitize-dump-payload", oneOf(["no", "yes", "clients"]), {
      default: "no",
      doc: "Whose serialised values are checked in full; here all are, always",
    }),
    directive("rdb-save-incremental-fsync", yesNo, {
      default: true,
      acts: true,
      doc: "Flush a snapshot to disk while it is written",
    }),
    directive("rdb-key-save-delay", anyInteger, {
      default: 0,
      acts: true,
      hidden: true,
      doc: "Microseconds to wait after each key of a snapshot in the background, for tests",
    }),
    directive("key-load-delay", anyInteger, {
      default: 0,
      acts: true,
      hidden: true,
      doc: "Microseconds to wait after each key that is loaded, for tests",
    }),
    directive("loading-process-events-interval-bytes", integer({ min: 1024, max: INT_MAX }), {
      default: 2 * 1024 * 1024,
      hidden: true,
      doc: "Bytes loaded between two looks at the clients",
    }),
  ],
} as const satisfies Topic;

export const appendOnlyFile = {
  title: "Append-only file",
  directives: [
    directive("appendonly", yesNo, {
      default: false,
      denyLoading: true,
      acts: true,
      doc: "Log every write to a file",
    }),
    directive("appendfilename", text("<name>"), {
      default: "appendonly.aof",
      mutable: false,
      check: properNameFault("appendfilename", "filename"),
      acts: true,
      doc: "Base name of the files",
    }),
    directive("appenddirname", text("<name>"), {
      default: "appendonlydir",
      mutable: false,
      check: properNameFault("appenddirname", "dirname"),
      acts: true,
      doc: "Directory, within dir, of the files",
    }),
    directive("appendfsync", oneOf(["everysec", "always", "no"]), {
      default: "everysec",
      acts: true,
      doc: "When the file is flushed to disk",
    }),
    directive("no-appendfsync-on-rewrite", yesNo, {
      default: false,
      acts: true,
      doc: "Do not flush while a snapshot or a rewrite runs",
    }),
    directive("auto-aof-rewrite-percentage", integer(NATURAL_INT), {
      default: 100,
      acts: true,
      doc: "Growth in percent at which the file is rewritten; 0 for never",
    }),
    directive("auto-aof-rewrite-min-size", memory(NATURAL), {
      default: 64 * 1024 * 1024,
      acts: true,
      doc: "Size below which the file is not rewritten",
    }),
    directive("aof-load-truncated", yesNo, {
      default: true,
      acts: true,
      doc: "Load a file whose end is cut off",
    }),
    directive("aof-use-rdb-preamble", yesNo, {
      default: true,
      acts: true,
      doc: "Let a rewritten file begin with a snapshot",
    }),
    directive("aof-timestamp-enabled", yesNo, {
      default: false,
      acts: true,
      doc: "Write the time into the file, to restore to a point in time",
    }),
    directive("aof-rewrite-incremental-fsync", yesNo, {
      default: true,
      acts: true,
      doc: "Flush a file to disk while it is rewritten",
    }),
    directive("aof-disable-auto-gc", yesNo, {
      default: false,
      hidden: true,
      acts: true,
      doc: "Keep the files that a rewrite has replaced",
    }),
  ],
} as const satisfies Topic;
