/**
 * Directives of the process: its start, its end and its background work.
 *
 * @module
 */

import { INT64_MAX } from "../../bytes/int.ts";
import { directive, type Topic } from "../directive.ts";
import {
  flagsOf,
  integer,
  NATURAL,
  NATURAL_INT,
  oneOf,
  optionalText,
  text,
  yesNo,
} from "../kinds.ts";
import { INT_MAX } from "../numbers.ts";
import { isProcessTitleTemplate } from "../rules.ts";
import { eventClasses, oomScores, percentiles } from "../special.ts";

const shutdownFlags = flagsOf("default", ["save", "nosave", "now", "force"]);

function saveOrNot(flags: readonly string[]): string | null {
  return flags.includes("save") && flags.includes("nosave")
    ? "shutdown options SAVE and NOSAVE can't be used simultaneously"
    : null;
}

export const server = {
  title: "Server",
  directives: [
    directive("databases", integer({ min: 1, max: INT_MAX }), {
      default: 16,
      mutable: false,
      acts: true,
      doc: "Number of databases",
    }),
    directive("daemonize", yesNo, {
      default: false,
      mutable: false,
      acts: true,
      refuse: {
        when: (value) => value,
        message: "this server cannot put itself into the background: " +
          "start it with '&', nohup or a service manager",
      },
      doc: "Run in the background",
    }),
    directive("supervised", oneOf(["upstart", "systemd", "auto", "no"]), {
      default: "no",
      mutable: false,
      acts: true,
      refuse: {
        when: (value) => value !== "no",
        message: "this server does not report its state to upstart or systemd",
      },
      doc: "Service manager that is told when the server is ready",
    }),
    directive("pidfile", optionalText("<path>"), {
      default: "",
      mutable: false,
      acts: true,
      doc: "File to write the process id to",
    }),
    directive("hz", integer({ min: 0, max: INT_MAX, clamp: [1, 500] }), {
      default: 10,
      acts: true,
      doc: "How many times a second background work runs",
    }),
    directive("dynamic-hz", yesNo, {
      default: true,
      doc: "Run background work more often when many clients are connected",
    }),
    directive("activerehashing", yesNo, {
      default: true,
      doc: "Grow hash tables in idle time",
    }),
    directive("shutdown-timeout", integer(NATURAL_INT), {
      default: 10,
      acts: true,
      doc: "Seconds that a shutdown waits for replicas that lag behind",
    }),
    directive("shutdown-on-sigint", shutdownFlags, {
      default: [],
      acts: true,
      check: saveOrNot,
      doc: "How SIGINT shuts the server down",
    }),
    directive("shutdown-on-sigterm", shutdownFlags, {
      default: [],
      acts: true,
      check: saveOrNot,
      doc: "How SIGTERM shuts the server down",
    }),
    directive("busy-reply-threshold", integer({ min: 0, max: INT64_MAX }), {
      default: 5000,
      alias: "lua-time-limit",
      doc: "Milliseconds of a script after which other clients are told that it is busy",
    }),
    directive("locale-collate", text("<locale>"), {
      default: "",
      doc: "Locale by which text is ordered; empty for the environment's",
    }),
    directive("always-show-logo", yesNo, {
      default: false,
      mutable: false,
      doc: "Print the logo even when the log is no terminal",
    }),
    directive("set-proc-title", yesNo, {
      default: true,
      mutable: false,
      doc: "Show port and mode in the process list",
    }),
    directive("proc-title-template", text(), {
      default: "{title} {listen-addr} {server-mode}",
      check: (value) =>
        isProcessTitleTemplate(value)
          ? null
          : "template format is invalid or contains unknown variables",
      doc: "What the process list shows",
    }),
    directive("ignore-warnings", text(), {
      default: "",
      doc: "Names of start-up warnings to leave out",
    }),
    directive("oom-score-adj", oneOf(["no", "yes", "relative", "absolute"], { relative: "yes" }), {
      default: "no",
      doc: "Tell Linux which processes to end first when memory runs out",
    }),
    directive("oom-score-adj-values", oomScores, {
      default: [0, 200, 800],
      doc: "Out-of-memory scores of a master, a replica and a child process",
    }),
    directive("disable-thp", yesNo, {
      default: true,
      mutable: false,
      doc: "Turn transparent huge pages off for the process",
    }),
    directive("server_cpulist", optionalText("<cpus>"), {
      default: "",
      mutable: false,
      doc: "CPUs for the main thread",
    }),
    directive("bio_cpulist", optionalText("<cpus>"), {
      default: "",
      mutable: false,
      doc: "CPUs for the background threads",
    }),
    directive("aof_rewrite_cpulist", optionalText("<cpus>"), {
      default: "",
      mutable: false,
      doc: "CPUs for the process that rewrites the append-only file",
    }),
    directive("bgsave_cpulist", optionalText("<cpus>"), {
      default: "",
      mutable: false,
      doc: "CPUs for the process that saves snapshots",
    }),
    directive("crash-log-enabled", yesNo, {
      default: true,
      doc: "Log a report when the process crashes",
    }),
    directive("crash-memcheck-enabled", yesNo, {
      default: true,
      doc: "Test the memory after a crash",
    }),
    directive("use-exit-on-panic", yesNo, {
      default: false,
      hidden: true,
      doc: "Exit instead of aborting on an internal error",
    }),
    directive("enable-debug-assert", yesNo, {
      default: false,
      mutable: false,
      hidden: true,
      doc: "Run the costly internal checks",
    }),
    directive("watchdog-period", integer(NATURAL_INT), {
      default: 0,
      hidden: true,
      doc: "Milliseconds after which a slow main loop logs where it is",
    }),
    directive("lua-enable-deprecated-api", yesNo, {
      default: false,
      mutable: false,
      hidden: true,
      doc: "Let scripts use the interfaces that were dropped",
    }),
  ],
} as const satisfies Topic;

export const observing = {
  title: "Logging and observing",
  directives: [
    directive("loglevel", oneOf(["debug", "verbose", "notice", "warning", "nothing"]), {
      default: "notice",
      acts: true,
      doc: "Least important messages to log",
    }),
    directive("logfile", text("<path>"), {
      default: "",
      mutable: false,
      acts: true,
      doc: "File to log to; empty for standard output",
    }),
    directive("syslog-enabled", yesNo, {
      default: false,
      mutable: false,
      acts: true,
      refuse: {
        when: (value) => value,
        message: "this server does not log to the system logger: use logfile",
      },
      doc: "Log to the system logger",
    }),
    directive("syslog-ident", text("<name>"), {
      default: "redis",
      mutable: false,
      doc: "Name in the system log",
    }),
    directive(
      "syslog-facility",
      oneOf([
        "user",
        "local0",
        "local1",
        "local2",
        "local3",
        "local4",
        "local5",
        "local6",
        "local7",
      ]),
      { default: "local0", mutable: false, doc: "Facility in the system log" },
    ),
    directive("slowlog-log-slower-than", integer({ min: -1, max: INT64_MAX }), {
      default: 10000,
      doc: "Microseconds from which a command is in the slow log; -1 for none, 0 for all",
    }),
    directive("slowlog-max-len", integer(NATURAL), {
      default: 128,
      doc: "Entries that the slow log keeps",
    }),
    directive("latency-monitor-threshold", integer(NATURAL), {
      default: 0,
      doc: "Milliseconds from which an event is in the latency history; 0 turns it off",
    }),
    directive("latency-tracking", yesNo, {
      default: true,
      acts: true,
      doc: "Keep a latency histogram of each command",
    }),
    directive("latency-tracking-info-percentiles", percentiles, {
      default: [50, 99, 99.9],
      acts: true,
      doc: "Percentiles of latency that INFO shows",
    }),
    directive("notify-keyspace-events", eventClasses, {
      default: 0,
      acts: true,
      doc: "Classes of keyspace events that are published: K and E say where, A is all",
    }),
  ],
} as const satisfies Topic;
