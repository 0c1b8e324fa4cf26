/**
 * Directives of the network: where to listen, and what a connection may hold.
 *
 * @module
 */

import { INT64_MAX } from "../../bytes/int.ts";
import { directive, type Topic } from "../directive.ts";
import {
  integer,
  memory,
  memoryOrPercent,
  NATURAL_INT,
  octal,
  optionalText,
  PORT,
  yesNo,
} from "../kinds.ts";
import { UINT_MAX } from "../numbers.ts";
import { addresses, outputLimits } from "../special.ts";

const MEGABYTE = 1024 * 1024;

export const network = {
  title: "Network",
  directives: [
    // A real server listens on every address; this one stays on the machine until told otherwise.
    directive("bind", addresses, {
      default: ["127.0.0.1", "-::1"],
      acts: true,
      doc: "Addresses to listen on; one with a leading - may be missing from the machine",
    }),
    directive("port", integer(PORT), {
      default: 6379,
      acts: true,
      doc: "TCP port to listen on; 0 for none",
    }),
    directive("unixsocket", optionalText("<path>"), {
      default: "",
      mutable: false,
      acts: true,
      doc: "Path of a Unix socket to listen on as well",
    }),
    directive("unixsocketperm", octal({ min: 0, max: 0o777 }), {
      default: 0,
      mutable: false,
      acts: true,
      doc: "Permissions of the Unix socket, octal; 0 leaves them as they come",
    }),
    directive("bind-source-addr", optionalText("<address>"), {
      default: "",
      acts: true,
      refuse: {
        when: (value) => value !== "",
        message: "this server cannot choose the address that its connections to others start from",
      },
      doc: "Address that outgoing connections start from",
    }),
    directive("tcp-backlog", integer(NATURAL_INT), {
      default: 511,
      mutable: false,
      acts: true,
      doc: "Connections that may wait to be accepted",
    }),
    directive("tcp-keepalive", integer(NATURAL_INT), {
      default: 300,
      acts: true,
      doc: "Seconds between TCP keep-alive probes; 0 turns them off",
    }),
    directive("timeout", integer(NATURAL_INT), {
      default: 0,
      acts: true,
      doc: "Seconds after which an idle client is closed; 0 for never",
    }),
    directive("maxclients", integer({ min: 1, max: UINT_MAX }), {
      default: 10000,
      acts: true,
      doc: "Clients that may be connected at a time",
    }),
    directive("protected-mode", yesNo, {
      default: true,
      acts: true,
      doc: "Without a password, serve clients of this machine only",
    }),
    directive("socket-mark-id", integer({ min: 0, max: UINT_MAX }), {
      default: 0,
      mutable: false,
      doc: "Mark that the firewall sees on the server's sockets; 0 for none",
    }),
    directive("proto-max-bulk-len", memory({ min: MEGABYTE, max: INT64_MAX }), {
      default: 512 * MEGABYTE,
      acts: true,
      doc: "Longest single string in a request",
    }),
    directive("client-query-buffer-limit", memory({ min: MEGABYTE, max: INT64_MAX }), {
      default: 1024 * MEGABYTE,
      acts: true,
      doc: "Bytes of a request that may wait unexecuted before its client is closed",
    }),
    directive("client-output-buffer-limit", outputLimits, {
      default: {
        normal: { hard: 0, soft: 0, seconds: 0 },
        replica: { hard: 256 * MEGABYTE, soft: 64 * MEGABYTE, seconds: 60 },
        pubsub: { hard: 32 * MEGABYTE, soft: 8 * MEGABYTE, seconds: 60 },
      },
      acts: true,
      doc: "Bytes of unsent replies, for each class of clients, at which a client is closed",
    }),
    directive("maxmemory-clients", memoryOrPercent, {
      default: 0,
      acts: true,
      doc: "Memory that all clients together may hold, or a share of maxmemory; 0 for no limit",
    }),
    directive("io-threads", integer({ min: 1, max: 128 }), {
      default: 1,
      mutable: false,
      doc: "Threads that read and write sockets",
    }),
    directive("io-threads-do-reads", yesNo, {
      default: false,
      mutable: false,
      doc: "Whether the I/O threads read as well as write",
    }),
  ],
} as const satisfies Topic;
