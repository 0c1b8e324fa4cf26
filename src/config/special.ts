/**
 * Kinds of value that one directive alone has: `save`, `client-output-buffer-limit`,
 * `oom-score-adj-values`, `notify-keyspace-events`, `bind`, `replicaof`,
 * `latency-tracking-info-percentiles` and `dir`.
 *
 * @module
 */

import { asciiLower, type ByteString, fromText, toText } from "../bytes/bytes.ts";
import { parseDouble } from "../bytes/double.ts";
import { quoteBytes } from "../bytes/repr.ts";
import { type Kind, ValueError } from "./directive.ts";
import { untilNul } from "./kinds.ts";
import { formatSize, parseLoose, parseSize } from "./numbers.ts";
import { resolvePath } from "./paths.ts";
import { osReason } from "./os_error.ts";

/** Snapshot when this many seconds have passed with this many changes. */
export interface SavePoint {
  readonly seconds: number;
  readonly changes: number;
}

function isEmptyWord(words: readonly ByteString[]): boolean {
  return words.length === 1 && words[0] === "";
}

function formatSavePoints(points: readonly SavePoint[]): ByteString {
  return points.map(({ seconds, changes }) => `${seconds} ${changes}`).join(" ");
}

/** `save`: at a start every further line adds to the ones before, and an empty one clears. */
export const savePoints: Kind<readonly SavePoint[]> = {
  label: "<seconds> <changes> ...",
  multi: true,
  parse(words, { current, starting, repeated }) {
    if (isEmptyWord(words)) return { value: [], text: "" };
    if (words.length % 2 !== 0) throw new ValueError("Invalid save parameters");
    const points: SavePoint[] = starting && repeated ? [...current] : [];
    for (let i = 0; i < words.length; i += 2) {
      const seconds = parseLoose(words[i]);
      const changes = parseLoose(words[i + 1]);
      if (seconds === null || changes === null || seconds < 1n || changes < 0n) {
        throw new ValueError("Invalid save parameters");
      }
      points.push({ seconds: Number(seconds), changes: Number(BigInt.asIntN(32, changes)) });
    }
    return { value: points, text: formatSavePoints(points) };
  },
  format: formatSavePoints,
  rewrite(name, { value }) {
    if (value.length === 0) return [{ text: `${name} ""`, force: true }];
    return value.map((point) => ({ text: `${name} ${formatSavePoints([point])}`, force: true }));
  },
};

/** How much output may wait for a client before it is cut off; 0 is no limit. */
export interface OutputLimit {
  /** Bytes at which the client is closed at once. */
  readonly hard: number;
  /** Bytes at which it is closed after `seconds` in a row above them. */
  readonly soft: number;
  readonly seconds: number;
}

/** The classes of clients that output limits tell apart. */
export interface OutputLimits {
  readonly normal: OutputLimit;
  readonly replica: OutputLimit;
  readonly pubsub: OutputLimit;
}

const LIMIT_CLASSES = [["normal", "normal"], ["replica", "slave"], ["pubsub", "pubsub"]] as const;

function formatLimits(limits: OutputLimits): ByteString {
  return LIMIT_CLASSES.map(([key, shown]) => {
    const { hard, soft, seconds } = limits[key];
    return `${shown} ${hard} ${soft} ${seconds}`;
  }).join(" ");
}

/** `client-output-buffer-limit`: classes that are not named keep their limits. */
export const outputLimits: Kind<OutputLimits> = {
  label: "<class> <hard> <soft> <seconds> ...",
  multi: true,
  parse(words, { current }) {
    if (words.length % 4 !== 0) {
      throw new ValueError("Wrong number of arguments in buffer limit configuration.");
    }
    const limits = { ...current };
    for (let i = 0; i < words.length; i += 4) {
      const lower = asciiLower(words[i]);
      const found = LIMIT_CLASSES.find((names) => names.some((name) => name === lower));
      if (found === undefined) {
        throw new ValueError("Invalid client class specified in buffer limit configuration.");
      }
      const hard = parseSize(words[i + 1]);
      const soft = parseSize(words[i + 2]);
      const seconds = parseLoose(words[i + 3]);
      const whole = seconds === null ? -1 : Number(BigInt.asIntN(32, seconds));
      if (hard === null || soft === null || whole < 0) {
        throw new ValueError(
          "Error in hard, soft or soft_seconds setting in buffer limit configuration.",
        );
      }
      limits[found[0]] = { hard: Number(hard), soft: Number(soft), seconds: whole };
    }
    return { value: limits, text: formatLimits(limits) };
  },
  format: formatLimits,
  rewrite(name, { value }, { value: fallback }) {
    return LIMIT_CLASSES.map(([key]) => {
      const { hard, soft, seconds } = value[key];
      const usual = fallback[key];
      return {
        text: `${name} ${key} ${formatSize(BigInt(hard))} ${formatSize(BigInt(soft))} ${seconds}`,
        force: hard !== usual.hard || soft !== usual.soft || seconds !== usual.seconds,
      };
    });
  },
};

/** `oom-score-adj-values`: for a master, a replica and a child process. */
export const oomScores: Kind<readonly number[]> = {
  label: "<master> <replica> <child>",
  multi: true,
  parse(words) {
    if (words.length !== 3) throw new ValueError("wrong number of arguments");
    const scores = words.map((word) => {
      const score = parseLoose(word);
      if (score === null || score < -2000n || score > 2000n) {
        throw new ValueError(
          "Invalid oom-score-adj-values, elements must be between -2000 and 2000.",
        );
      }
      return Number(score);
    });
    return { value: scores, text: scores.join(" ") };
  },
  format: (value) => value.join(" "),
  rewrite: (name, setting, fallback) => [
    { text: `${name} ${setting.text}`, force: setting.text !== fallback.text },
  ],
};

/**
 * Letters of `notify-keyspace-events` and their bits, in the order that they are written in. `A`
 * (see {@linkcode ALL_EVENTS}) stands for those up to `d`.
 */
const EVENT_BITS: readonly (readonly [letter: string, bit: number])[] = [
  ["g", 1 << 2],
  ["$", 1 << 3],
  ["l", 1 << 4],
  ["s", 1 << 5],
  ["h", 1 << 6],
  ["z", 1 << 7],
  ["x", 1 << 8],
  ["e", 1 << 9],
  ["t", 1 << 10],
  ["d", 1 << 13],
  ["n", 1 << 14],
  ["K", 1 << 0],
  ["E", 1 << 1],
  ["m", 1 << 11],
];
/** The classes of keyspace events that the letter `A` stands for. */
export const ALL_EVENTS: number = EVENT_BITS.slice(0, 10).reduce((all, [, bit]) => all | bit, 0);
const NEW_KEY = 1 << 14;

function formatEvents(flags: number): ByteString {
  const all = (flags & ALL_EVENTS) === ALL_EVENTS;
  let text = all ? "A" : "";
  for (const [letter, bit] of EVENT_BITS) {
    // Beside A a real server does not write the n either.
    if (all && (bit & (ALL_EVENTS | NEW_KEY)) !== 0) continue;
    if ((flags & bit) !== 0) text += letter;
  }
  return text;
}

/** `notify-keyspace-events`: a bit mask, whose bits are those of the keyspace's event classes. */
export const eventClasses: Kind<number> = {
  label: "<flags>",
  multi: false,
  parse([word]) {
    let flags = 0;
    for (const char of word) {
      const bit = char === "A" ? ALL_EVENTS : EVENT_BITS.find(([letter]) => letter === char)?.[1];
      if (bit === undefined) {
        throw new ValueError("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.");
      }
      flags |= bit;
    }
    return { value: flags, text: formatEvents(flags) };
  },
  format: formatEvents,
  rewrite: (name, { value, text }) => [
    { text: `${name} ${quoteBytes(text)}`, force: value !== 0 },
  ],
};

const MOST_ADDRESSES = 16;

/** `bind`: the addresses to listen on; a `-` in front lets one be missing from the machine. */
export const addresses: Kind<readonly ByteString[]> = {
  label: "<address> ...",
  multi: true,
  parse(words) {
    if (words.length > MOST_ADDRESSES) {
      throw new ValueError("Too many bind addresses specified.");
    }
    const value = isEmptyWord(words) ? [] : [...words];
    return { value, text: value.join(" ") };
  },
  format: (value) => value.join(" "),
  rewrite(name, { text }, fallback) {
    if (text === fallback.text) return [];
    return [{ text: `${name} ${text === "" ? '""' : text}`, force: true }];
  },
};

/** Where a master listens. */
export interface MasterAddress {
  readonly host: ByteString;
  readonly port: number;
}

/** `replicaof`: the master to copy, or null. */
export const masterAddress: Kind<MasterAddress | null> = {
  label: "<host> <port>",
  multi: true,
  parse(words) {
    if (words.length !== 2) throw new ValueError("wrong number of arguments");
    const [host, port] = words;
    if (asciiLower(host) === "no" && asciiLower(port) === "one") return { value: null, text: "" };
    const number = parseLoose(port);
    if (number === null || number < 0n || number > 65535n) {
      throw new ValueError("Invalid master port");
    }
    return { value: { host, port: Number(number) }, text: `${host} ${number}` };
  },
  format: (value) => value === null ? "" : `${value.host} ${value.port}`,
  rewrite: (name, { value, text }) =>
    value === null ? [] : [{ text: `${name} ${text}`, force: true }],
};

function formatPercentile(value: number): string {
  return Object.is(value, -0) ? "-0" : value.toFixed(6).replace(/\.?0+$/, "");
}

function formatPercentiles(values: readonly number[]): ByteString {
  return values.map(formatPercentile).join(" ");
}

/** `latency-tracking-info-percentiles`. */
export const percentiles: Kind<readonly number[]> = {
  label: "<percentile> ...",
  multi: true,
  parse(words) {
    const values = (isEmptyWord(words) ? [] : words).map((word) => {
      const value = parseDouble(word);
      if (value === null || value !== value) {
        throw new ValueError("Invalid latency-tracking-info-percentiles parameters");
      }
      if (value < 0 || value > 100) {
        throw new ValueError(
          "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]",
        );
      }
      return value;
    });
    return { value: values, text: formatPercentiles(values) };
  },
  format: formatPercentiles,
  rewrite: (name, { text }) => [{ text: `${name} ${text === "" ? '""' : text}`, force: true }],
};

/**
 * `dir`: an existing directory, made absolute against the one before. The process does not change
 * into it, so that several servers in one process each have their own.
 */
export const directory: Kind<ByteString> = {
  label: "<directory>",
  multi: false,
  parse([word], { current }) {
    const name = untilNul(word);
    if (name === "") throw new ValueError("No such file or directory");
    try {
      const path = Deno.realPathSync(resolvePath(toText(current), toText(name)));
      if (!Deno.statSync(path).isDirectory) throw new ValueError("Not a directory");
      const value = fromText(path);
      return { value, text: value };
    } catch (error) {
      throw error instanceof ValueError ? error : new ValueError(osReason(error));
    }
  },
  format: (value) => value,
  rewrite: (name, { text }) => [{ text: `${name} ${quoteBytes(text)}`, force: true }],
};
