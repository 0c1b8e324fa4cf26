/**
 * Directives of replication.
 *
 * @module
 */

import { INT64_MAX } from "../../bytes/int.ts";
import { directive, type Topic } from "../directive.ts";
import {
  integer,
  memory,
  NATURAL,
  NATURAL_INT,
  oneOf,
  optionalText,
  PORT,
  secret,
  yesNo,
} from "../kinds.ts";
import { INT_MAX } from "../numbers.ts";
import { masterAddress } from "../special.ts";

const positive = integer({ min: 1, max: INT_MAX });
const natural = integer(NATURAL_INT);

export const replication = {
  title: "Replication",
  directives: [
    directive("replicaof", masterAddress, {
      default: null,
      alias: "slaveof",
      mutable: false,
      acts: true,
      doc: "Master to copy",
    }),
    directive("masterauth", secret, {
      default: "",
      sensitive: true,
      acts: true,
      doc: "Password that the master asks for",
    }),
    directive("masteruser", optionalText("<name>"), {
      default: "",
      sensitive: true,
      acts: true,
      doc: "User to be on the master",
    }),
    directive("replica-serve-stale-data", yesNo, {
      default: true,
      alias: "slave-serve-stale-data",
      acts: true,
      doc: "Answer clients while the master is out of reach",
    }),
    directive("replica-read-only", yesNo, {
      default: true,
      alias: "slave-read-only",
      acts: true,
      doc: "Refuse writes of a replica's clients",
    }),
    directive("replica-priority", natural, {
      default: 100,
      acts: true,
      alias: "slave-priority",
      doc: "Rank for promotion to master: lowest first, 0 never",
    }),
    directive("replica-announced", yesNo, {
      default: true,
      acts: true,
      doc: "Let Sentinel report this replica",
    }),
    directive("replica-announce-ip", optionalText("<address>"), {
      default: "",
      alias: "slave-announce-ip",
      acts: true,
      doc: "Address that a replica reports to its master",
    }),
    directive("replica-announce-port", integer(PORT), {
      default: 0,
      alias: "slave-announce-port",
      acts: true,
      doc: "Port that a replica reports to its master; 0 for the one that it listens on",
    }),
    directive("replica-ignore-maxmemory", yesNo, {
      default: true,
      alias: "slave-ignore-maxmemory",
      acts: true,
      doc: "Leave eviction to the master",
    }),
    directive("replica-ignore-disk-write-errors", yesNo, {
      default: false,
      acts: true,
      doc: "Go on replicating when the disk cannot be written",
    }),
    directive("replica-lazy-flush", yesNo, {
      default: false,
      alias: "slave-lazy-flush",
      doc: "Free the old data in the background on a full synchronisation",
    }),
    directive("repl-diskless-sync", yesNo, {
      default: true,
      acts: true,
      doc: "Send a full synchronisation straight over the socket",
    }),
    directive("repl-diskless-sync-delay", natural, {
      default: 5,
      acts: true,
      doc: "Seconds to wait for further replicas before a diskless synchronisation",
    }),
    directive("repl-diskless-sync-max-replicas", natural, {
      default: 0,
      acts: true,
      doc: "Replicas that end that wait early; 0 for no such number",
    }),
    directive("repl-diskless-load", oneOf(["disabled", "on-empty-db", "swapdb"]), {
      default: "disabled",
      denyLoading: true,
      acts: true,
      doc: "When a replica loads a synchronisation without a file",
    }),
    directive("repl-backlog-size", memory({ min: 1, max: INT64_MAX }, 16384), {
      default: 1024 * 1024,
      acts: true,
      doc: "Bytes of the stream kept for replicas that come back",
    }),
    directive("repl-backlog-ttl", integer(NATURAL), {
      default: 3600,
      acts: true,
      doc: "Seconds without replicas after which they are freed; 0 for never",
    }),
    directive("repl-timeout", positive, {
      default: 60,
      acts: true,
      doc: "Seconds of silence after which a link is given up",
    }),
    directive("repl-ping-replica-period", positive, {
      default: 10,
      acts: true,
      alias: "repl-ping-slave-period",
      doc: "Seconds between a master's pings",
    }),
    directive("repl-disable-tcp-nodelay", yesNo, {
      default: false,
      acts: true,
      doc: "Send to replicas in fewer and later packets",
    }),
    directive("min-replicas-to-write", natural, {
      default: 0,
      acts: true,
      alias: "min-slaves-to-write",
      doc: "Replicas without which writes are refused",
    }),
    directive("min-replicas-max-lag", natural, {
      default: 10,
      acts: true,
      alias: "min-slaves-max-lag",
      doc: "Seconds of lag up to which a replica counts for that",
    }),
    directive("propagation-error-behavior", oneOf(["ignore", "panic", "panic-on-replicas"]), {
      default: "ignore",
      acts: true,
      doc: "What to do when a replicated command fails",
    }),
    directive("rdb-del-sync-files", yesNo, {
      default: false,
      acts: true,
      doc: "Remove the snapshots that only replication needed",
    }),
  ],
} as const satisfies Topic;
