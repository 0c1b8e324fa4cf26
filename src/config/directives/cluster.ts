/**
 * Directives of the cluster and of TLS.
 *
 * @module
 */

import { UINT64_MAX } from "../../bytes/int.ts";
import { directive, type Topic } from "../directive.ts";
import {
  integer,
  memory,
  NATURAL,
  NATURAL_INT,
  oneOf,
  optionalText,
  PORT,
  text,
  yesNo,
} from "../kinds.ts";
import { hostnameFault, nodeNameFault } from "../rules.ts";

const path = optionalText("<path>");
const password = optionalText("<password>");

export const cluster = {
  title: "Cluster",
  directives: [
    directive("cluster-enabled", yesNo, {
      default: false,
      mutable: false,
      acts: true,
      refuse: {
        when: (value) => value,
        message: "this server cannot be a cluster node",
      },
      doc: "Be a node of a cluster",
    }),
    directive("cluster-config-file", text("<name>"), {
      default: "nodes.conf",
      mutable: false,
      doc: "File that the node keeps its view of the cluster in",
    }),
    directive("cluster-node-timeout", integer(NATURAL), {
      default: 15000,
      doc: "Milliseconds of silence after which a node counts as failing",
    }),
    directive("cluster-port", integer(PORT), {
      default: 0,
      mutable: false,
      doc: "Port of the cluster bus; 0 for port + 10000",
    }),
    directive("cluster-announce-ip", optionalText("<address>"), {
      default: "",
      doc: "Address that other nodes are told",
    }),
    directive("cluster-announce-port", integer(PORT), {
      default: 0,
      doc: "Port that other nodes are told",
    }),
    directive("cluster-announce-tls-port", integer(PORT), {
      default: 0,
      doc: "TLS port that other nodes are told",
    }),
    directive("cluster-announce-bus-port", integer(PORT), {
      default: 0,
      doc: "Bus port that other nodes are told",
    }),
    directive("cluster-announce-hostname", optionalText("<host>"), {
      default: "",
      check: hostnameFault,
      doc: "Host name that other nodes are told",
    }),
    directive("cluster-announce-human-nodename", optionalText("<name>"), {
      default: "",
      check: nodeNameFault,
      doc: "Name of the node for people, in logs",
    }),
    directive(
      "cluster-preferred-endpoint-type",
      oneOf(["ip", "hostname", "unknown-endpoint"]),
      { default: "ip", doc: "What clients are sent to: an address or a host name" },
    ),
    directive("cluster-require-full-coverage", yesNo, {
      default: true,
      doc: "Refuse all requests while some slots have no node",
    }),
    directive("cluster-allow-reads-when-down", yesNo, {
      default: false,
      doc: "Serve reads while the cluster is down",
    }),
    directive("cluster-allow-pubsubshard-when-down", yesNo, {
      default: true,
      doc: "Serve sharded channels while the cluster is down",
    }),
    directive("cluster-allow-replica-migration", yesNo, {
      default: true,
      doc: "Let replicas move to masters that have none",
    }),
    directive("cluster-migration-barrier", integer(NATURAL_INT), {
      default: 1,
      doc: "Replicas that a master keeps when others move",
    }),
    directive("cluster-replica-validity-factor", integer(NATURAL_INT), {
      default: 10,
      alias: "cluster-slave-validity-factor",
      doc: "Node timeouts of lag up to which a replica may take over; 0 for any lag",
    }),
    directive("cluster-replica-no-failover", yesNo, {
      default: false,
      alias: "cluster-slave-no-failover",
      doc: "Never take over from the master unasked",
    }),
    directive("cluster-link-sendbuf-limit", memory({ min: 0, max: UINT64_MAX }), {
      default: 0,
      doc: "Bytes that may wait for another node; 0 for no limit",
    }),
    directive("cluster-ping-interval", integer(NATURAL_INT), {
      default: 1000,
      hidden: true,
      doc: "Milliseconds between pings to other nodes",
    }),
  ],
} as const satisfies Topic;

export const tls = {
  title: "TLS",
  directives: [
    directive("tls-port", integer(PORT), {
      default: 0,
      acts: true,
      refuse: {
        when: (value) => value !== 0,
        message: "this server does not listen with TLS",
      },
      doc: "TCP port to listen on with TLS; 0 for none",
    }),
    directive("tls-cert-file", path, {
      default: "",
      doc: "Certificate",
    }),
    directive("tls-key-file", path, {
      default: "",
      doc: "Private key",
    }),
    directive("tls-key-file-pass", password, {
      default: "",
      doc: "Password of the private key",
    }),
    directive("tls-client-cert-file", path, {
      default: "",
      doc: "Certificate for outgoing connections",
    }),
    directive("tls-client-key-file", path, {
      default: "",
      doc: "Private key for outgoing connections",
    }),
    directive("tls-client-key-file-pass", password, {
      default: "",
      doc: "Password of that private key",
    }),
    directive("tls-ca-cert-file", path, {
      default: "",
      doc: "Certificates of the trusted authorities",
    }),
    directive("tls-ca-cert-dir", path, {
      default: "",
      doc: "Directory with certificates of the trusted authorities",
    }),
    directive("tls-auth-clients", oneOf(["no", "yes", "optional"]), {
      default: "yes",
      doc: "Whether clients must show a certificate",
    }),
    directive("tls-replication", yesNo, {
      default: false,
      acts: true,
      refuse: {
        when: (value) => value,
        message: "this server does not replicate with TLS",
      },
      doc: "Use TLS towards the master",
    }),
    directive("tls-cluster", yesNo, {
      default: false,
      acts: true,
      refuse: {
        when: (value) => value,
        message: "this server does not speak TLS on a cluster bus",
      },
      doc: "Use TLS on the cluster bus",
    }),
    directive("tls-protocols", optionalText("<versions>"), {
      default: "",
      doc: "Versions of TLS that are spoken",
    }),
    directive("tls-ciphers", optionalText("<ciphers>"), {
      default: "",
      doc: "Ciphers for TLS up to 1.2",
    }),
    directive("tls-ciphersuites", optionalText("<suites>"), {
      default: "",
      doc: "Cipher suites for TLS 1.3",
    }),
    directive("tls-prefer-server-ciphers", yesNo, {
      default: false,
      doc: "Choose the cipher by the server's order",
    }),
    directive("tls-dh-params-file", path, {
      default: "",
      doc: "Diffie-Hellman parameters",
    }),
    directive("tls-session-caching", yesNo, {
      default: true,
      doc: "Let clients resume sessions",
    }),
    directive("tls-session-cache-size", integer(NATURAL_INT), {
      default: 20480,
      doc: "Sessions that are kept for that; 0 for no limit",
    }),
    directive("tls-session-cache-timeout", integer(NATURAL_INT), {
      default: 300,
      doc: "Seconds for which they are kept",
    }),
  ],
} as const satisfies Topic;
