/**
 * The command line of the client: the options of redis-cli 7 that this client has, the ones it refuses
 * by name, and the rules on what goes with what.
 *
 * Options end at the first word that is none; all behind it is the command to run. This is why the
 * standard library's parser is not used: it looks for options everywhere, and `-1` in a command
 * (`LRANGE k 0 -1`) is none.
 *
 * @module
 */

import { type ByteString, fromText } from "../bytes/bytes.ts";
import { splitArgs } from "../bytes/split_args.ts";
import type { TlsOptions } from "./connection.ts";
import type { OutputMode } from "./format.ts";

/** Whether to ask for RESP3; `wished`: go on in RESP2 when it is refused. */
export type Resp3 = "no" | "wanted" | "wished";

/** What the client may do instead of running commands. */
export type ModeName =
  | "latency"
  | "latency-dist"
  | "replica"
  | "rdb"
  | "functions-rdb"
  | "pipe"
  | "bigkeys"
  | "memkeys"
  | "hotkeys"
  | "stat"
  | "scan"
  | "lru-test"
  | "intrinsic-latency";

/** All settings of one run. */
export interface CliOptions {
  hostname: string;
  port: number;
  socket?: string;
  tls?: TlsOptions;
  /** Password and user to log in with. */
  password?: ByteString;
  user?: ByteString;
  /** Ask for the password on standard input. */
  askPassword: boolean;
  /** Whether the password came on the command line, where others can see it. */
  passwordOnCommandLine: boolean;
  /** Database to begin in. */
  database: number;
  /** Whether to send HELLO 3 after connecting. */
  resp3: Resp3;
  output: OutputMode;
  itemDelimiter: ByteString;
  replyDelimiter: ByteString;
  /** How often to run the command; below zero: for ever. */
  repeat: number;
  /** Seconds to wait behind each run. */
  interval: number;
  /** Standard input is the last argument (`-x`). */
  stdinLast: boolean;
  /** Standard input stands for the argument that equals this (`-X`). */
  stdinTag?: ByteString;
  quotedInput: boolean;
  /** End with 1 when the reply is an error (`-e`). */
  errorExit: boolean;
  /** Follow MOVED and ASK (`-c`). */
  cluster: boolean;
  showPushes: boolean;
  /** Whether a person is taken to read the output. */
  terminal: boolean;
  /** What to do instead of running a command. */
  modes: Set<ModeName>;
  /** Keys to look at, and how many to ask for at once. */
  pattern?: ByteString;
  count: number;
  /** Items to look into for the memory of a key; 0: as many as the server thinks fit. */
  memkeysSamples: number;
  /** Go on measuring, by parts of time. */
  latencyHistory: boolean;
  /** Show the spectrum of latencies in greys. */
  monochrome: boolean;
  /** Number of keys of the LRU test. */
  lruTestKeys: number;
  intrinsicSeconds: number;
  /** Where to save the file of `--rdb` and `--functions-rdb`; `-` for standard output. */
  rdbFile: string;
  /** Seconds without a reply that end `--pipe`; 0 for no limit. */
  pipeTimeout: number;
  evalFile?: string;
  /** What to tell of the command line on standard error before going on. */
  warnings: string[];
  /** The command and its arguments, as bytes. */
  command: ByteString[];
}

/**
 * The command line is wrong, asks for what this client does not have, or for what cannot be done. Its
 * message is bytes.
 */
export class ExitRequest extends Error {
  override name = "ExitRequest";

  /**
   * @param message what to print
   * @param code the exit code
   * @param onOutput print on standard output rather than on standard error
   */
  constructor(message: string, readonly code: number, readonly onOutput = false) {
    super(fromText(message));
  }

  /** The end, code 1, with a message that holds bytes of a server. */
  static ofBytes(message: ByteString): ExitRequest {
    const request = new ExitRequest("", 1);
    request.message = message;
    return request;
  }
}

/** Asks for the version or the usage text. */
export class InfoRequest extends Error {
  override name = "InfoRequest";

  constructor(readonly topic: "version" | "usage") {
    super(topic);
  }
}

/** What the defaults depend on. */
export interface OptionContext {
  stdoutIsTerminal: boolean;
  env: (name: string) => string | undefined;
}

/** Options of redis-cli that this client does not have. */
const REFUSED: Record<string, string> = {
  "--ldb": "there is no debugger for scripts",
  "--ldb-sync-mode": "there is no debugger for scripts",
  "--cluster": "it manages no cluster; -c follows the redirections of one",
  "--cacertdir": "authorities come from one file, --cacert",
  "--insecure": "certificates are always checked",
  "--tls-ciphers": "ciphers cannot be chosen",
  "--tls-ciphersuites": "ciphers cannot be chosen",
};

/** C's `atoi`: the number a text begins with, 0 when it begins with none. */
export function leadingInteger(text: string): number {
  return Number(/^\s*([-+]?\d+)/.exec(text)?.[1] ?? 0);
}

function leadingFloat(text: string): number {
  return Number(/^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)/i.exec(text)?.[1] ?? 0);
}

function unquote(text: ByteString): ByteString | null {
  const parts = splitArgs(text);
  return parts?.length === 1 ? parts[0] : null;
}

/** Take the value of an option. */
type Setter = (options: CliOptions, value: string) => void;

/** `-p 6379`: options that want a value. */
const WITH_VALUE: Record<string, Setter> = {
  "-h": (options, value) => options.hostname = value,
  "-p": (options, value) => {
    options.port = leadingInteger(value);
    if (options.port < 0 || options.port > 65535) {
      throw new ExitRequest("Invalid server port.\n", 1);
    }
  },
  "-s": (options, value) => options.socket = value,
  "-a": setPassword,
  "--pass": setPassword,
  "--user": (options, value) => options.user = fromText(value),
  "-u": applyUri,
  "-n": (options, value) => options.database = leadingInteger(value),
  "-r": (options, value) => options.repeat = leadingInteger(value),
  "-i": (options, value) => options.interval = leadingFloat(value),
  "-d": (options, value) => options.itemDelimiter = fromText(value),
  "-D": (options, value) => options.replyDelimiter = fromText(value),
  "-X": (options, value) => options.stdinTag = fromText(value),
  "--pattern": (options, value) => options.pattern = fromText(value),
  "--quoted-pattern": (options, value) => {
    const pattern = unquote(fromText(value));
    if (pattern === null) {
      throw new ExitRequest("Invalid quoted string specified for --quoted-pattern.\n", 1);
    }
    options.pattern = pattern;
  },
  "--count": (options, value) => options.count = leadingInteger(value),
  "--memkeys-samples": (options, value) => {
    options.modes.add("memkeys");
    options.memkeysSamples = leadingInteger(value);
  },
  "--lru-test": (options, value) => {
    options.modes.add("lru-test");
    options.lruTestKeys = leadingInteger(value);
  },
  "--intrinsic-latency": (options, value) => {
    options.modes.add("intrinsic-latency");
    options.intrinsicSeconds = leadingInteger(value);
  },
  "--rdb": (options, value) => {
    options.modes.add("rdb");
    options.rdbFile = value;
  },
  "--functions-rdb": (options, value) => {
    options.modes.add("functions-rdb");
    options.rdbFile = value;
  },
  "--pipe-timeout": (options, value) => options.pipeTimeout = leadingInteger(value),
  "--eval": (options, value) => options.evalFile = value,
  "--sni": (options, value) => tls(options).serverName = value,
  "--cacert": (options, value) => tls(options).caFile = value,
  "--cert": (options, value) => tls(options).certFile = value,
  "--key": (options, value) => tls(options).keyFile = value,
};

/** `-x`: options that stand alone. */
const FLAGS: Record<string, (options: CliOptions) => void> = {
  "-x": (options) => options.stdinLast = true,
  "-c": (options) => options.cluster = true,
  "-e": (options) => options.errorExit = true,
  "--askpass": (options) => options.askPassword = true,
  "--raw": (options) => options.output = "raw",
  "--no-raw": (options) => options.output = "standard",
  "--csv": (options) => options.output = "csv",
  "--json": (options) => options.output = "json",
  "--quoted-json": (options) => options.output = "quoted-json",
  "--quoted-input": (options) => options.quotedInput = true,
  "--no-auth-warning": (options) => options.passwordOnCommandLine = false,
  "--tls": (options) => void tls(options),
  "--scan": (options) => options.modes.add("scan"),
  "--latency": (options) => options.modes.add("latency"),
  "--latency-history": (options) => {
    options.modes.add("latency");
    options.latencyHistory = true;
  },
  "--latency-dist": (options) => options.modes.add("latency-dist"),
  "--mono": (options) => options.monochrome = true,
  "--replica": (options) => options.modes.add("replica"),
  "--slave": (options) => options.modes.add("replica"),
  "--stat": (options) => options.modes.add("stat"),
  "--pipe": (options) => options.modes.add("pipe"),
  "--bigkeys": (options) => options.modes.add("bigkeys"),
  "--memkeys": (options) => {
    options.modes.add("memkeys");
    options.memkeysSamples = 0;
  },
  "--hotkeys": (options) => options.modes.add("hotkeys"),
  "--verbose": () => {},
};

function tls(options: CliOptions): TlsOptions {
  return options.tls ??= {};
}

function setPassword(options: CliOptions, value: string): void {
  options.password = fromText(value);
  options.passwordOnCommandLine = true;
}

/**
 * `redis://[[user]:password@]host[:port][/database]`, or `rediss:` for an encrypted connection.
 * Source: https://www.iana.org/assignments/uri-schemes/prov/redis
 */
function applyUri(options: CliOptions, uri: string): void {
  const match = /^(rediss?):\/\/(?:([^@]*)@)?(\[[^\]]*\]|[^:/]*)(?::(\d*))?(?:\/(.*))?$/i.exec(uri);
  if (match === null) throw new ExitRequest("Invalid URI scheme\n", 1);
  const [, scheme, login, host, port, database] = match;
  if (scheme.toLowerCase() === "rediss") tls(options);
  if (login !== undefined) {
    const colon = login.indexOf(":");
    if (colon >= 0) options.user = fromText(percentDecoded(login.slice(0, colon)));
    setPassword(options, percentDecoded(login.slice(colon + 1)));
  }
  if (host !== "") options.hostname = host.replace(/^\[(.*)\]$/, "$1");
  if (port !== undefined) options.port = leadingInteger(port);
  if (database !== undefined) options.database = leadingInteger(database);
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ExitRequest("Illegal character in URI encoding\n", 1);
  }
}

function defaults(context: OptionContext): CliOptions {
  const terminal = context.stdoutIsTerminal || context.env("FAKETTY") !== undefined;
  const password = context.env("REDISCLI_AUTH");
  return {
    hostname: "127.0.0.1",
    port: 6379,
    ...(password === undefined ? {} : { password: fromText(password) }),
    askPassword: false,
    passwordOnCommandLine: false,
    database: 0,
    resp3: "no",
    output: terminal ? "standard" : "raw",
    itemDelimiter: "\n",
    replyDelimiter: "\n",
    repeat: 1,
    interval: 0,
    stdinLast: false,
    quotedInput: false,
    errorExit: false,
    cluster: false,
    showPushes: terminal,
    terminal,
    modes: new Set(),
    count: 10,
    memkeysSamples: 0,
    latencyHistory: false,
    monochrome: false,
    lruTestKeys: 0,
    intrinsicSeconds: 0,
    rdbFile: "",
    pipeTimeout: 30,
    warnings: [],
    command: [],
  };
}

/** Protocol versions asked for by name; JSON asks for RESP3 unless one is named. */
interface Protocols {
  two: boolean;
  three: boolean;
}

function finish(options: CliOptions, protocols: Protocols, noWarning: boolean): void {
  if (protocols.two && protocols.three) {
    throw new ExitRequest("Options -2 and -3 are mutually exclusive.\n", 1);
  }
  if (options.stdinLast && options.stdinTag !== undefined) {
    throw new ExitRequest("Options -x and -X are mutually exclusive.\n", 1);
  }
  if (options.socket !== undefined && options.cluster) {
    throw new ExitRequest("Options -c and -s are mutually exclusive.\n", 1);
  }
  if (options.modes.has("rdb") && options.modes.has("functions-rdb")) {
    throw new ExitRequest("Option --functions-rdb and --rdb are mutually exclusive.\n", 1);
  }
  const json = options.output === "json" || options.output === "quoted-json";
  options.resp3 = protocols.three ? "wanted" : json && !protocols.two ? "wished" : "no";
  if (noWarning) options.passwordOnCommandLine = false;
  if (options.quotedInput) {
    options.command = options.command.map((arg) => {
      const bytes = unquote(arg);
      if (bytes === null) throw new ExitRequest("Invalid quoted string\n", 1, true);
      return bytes;
    });
  }
}

/**
 * Read a command line.
 *
 * @throws {ExitRequest} when it is wrong or asks for something this client does not have
 * @throws {InfoRequest} when it asks for the version or the usage text
 */
export function parseOptions(args: readonly string[], context: OptionContext): CliOptions {
  const options = defaults(context);
  const protocols = { two: false, three: false };
  let noWarning = false;
  let i = 0;
  for (; i < args.length; i++) {
    const arg = args[i];
    const isLast = i === args.length - 1;
    if (arg === "--help" || (arg === "-h" && isLast)) throw new InfoRequest("usage");
    if (arg === "-v" || arg === "--version") throw new InfoRequest("version");
    if (arg === "-2") protocols.two = true;
    else if (arg === "-3") protocols.three = true;
    else if (arg === "--show-pushes" && !isLast) showPushes(options, args[++i]);
    else if (Object.hasOwn(FLAGS, arg)) {
      FLAGS[arg](options);
      noWarning ||= arg === "--no-auth-warning";
    } else if (Object.hasOwn(WITH_VALUE, arg) && !isLast) WITH_VALUE[arg](options, args[++i]);
    else if (Object.hasOwn(REFUSED, arg) || arg.startsWith("--cluster-")) {
      const why = REFUSED[arg] ?? REFUSED["--cluster"];
      throw new ExitRequest(
        `The option '${arg}' of redis-cli is not supported by this client: ${why}\n`,
        1,
      );
    } else if (arg.startsWith("-")) {
      throw new ExitRequest(`Unrecognized option or bad number of args for: '${arg}'\n`, 1);
    } else break;
  }
  options.command = args.slice(i).map(fromText);
  finish(options, protocols, noWarning);
  return options;
}

function showPushes(options: CliOptions, value: string): void {
  if (/^y/i.test(value)) options.showPushes = true;
  else if (/^n/i.test(value)) options.showPushes = false;
  else options.warnings.push(`Unknown --show-pushes value '${value}' (valid: '[y]es', '[n]o')\n`);
}
