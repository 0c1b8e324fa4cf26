/**
 * The addresses of `bind` made into listening sockets, with the rules and the log lines of a real
 * server: an address with a colon is IPv6, all else IPv4; `*` and `::*` mean all of a family; `-` in
 * front forgives that the machine has no such address, and nothing else; a machine without IPv6
 * does without such addresses.
 *
 * To a real server `::` is IPv6 alone. The platform cannot make such a socket where the system lets
 * `::` take IPv4 in too (Linux, macOS), and then no IPv4 address can be listened on beside it. So
 * there one socket stands for `::` and all IPv4 addresses of the list, and connections that came to
 * an IPv4 address not in the list are closed as soon as they are accepted. What shows of that: such
 * a connection is closed rather than refused, and no other program can have the port for IPv4.
 *
 * @module
 */

import { osReason } from "../config/os_error.ts";
import { plainHost } from "../bytes/address.ts";
import type { Listening, Transport } from "../transport/transport.ts";

/** An address that cannot be listened on. */
export class ListenError extends Error {
  override name = "ListenError";
}

/** One address of `bind`. */
interface Bound {
  /** As the directive has it. */
  readonly name: string;
  readonly family: 4 | 6;
  /** The numeric address. */
  readonly host: string;
  /** Null when the socket of `::` takes its connections. */
  listener: Listening | null;
}

const NO_NAME = "Name or service not known";
const ANY4 = "0.0.0.0";
const ANY6 = "::";

function isInUse(error: unknown): boolean {
  return error instanceof Deno.errors.AddrInUse;
}

function inUse(): Error {
  return new Deno.errors.AddrInUse("Address already in use");
}

/** Whether an address only matters to machines that have it, or whose system knows its family. */
function isForgiven(error: unknown, optional: boolean): boolean {
  if (optional && error instanceof Deno.errors.AddrNotAvailable) return true;
  return error instanceof Error && /^Address family not supported/.test(error.message);
}

/** Why it cannot be listened on, as a real server says it. */
export function describeListenError(error: unknown): string {
  if (error instanceof ListenError) return error.message;
  const reason = osReason(error);
  const lookup = /^failed to lookup address information: (.*)/.exec(reason);
  return lookup === null ? `bind: ${reason}` : lookup[1];
}

/** Whether it is four numbers of which one is no byte: the resolver need not be asked. */
function isTooHigh(address: string): boolean {
  return /^\d+(\.\d+){3}$/.test(address) && address.split(".").some((part) => Number(part) > 255);
}

/** What to listen on for an address of the directive (without its `-`). */
function resolve(address: string): { family: 4 | 6; hostname: string } {
  if (!address.includes(":")) {
    // The platform would take a name's IPv6 address, too.
    if (address.toLowerCase() === "localhost") return { family: 4, hostname: "127.0.0.1" };
    if (address === "*") return { family: 4, hostname: ANY4 };
    if (/^$|^-|[^\w.-]/.test(address) || isTooHigh(address)) throw new ListenError(NO_NAME);
    return { family: 4, hostname: address };
  }
  if (address === "::*") return { family: 6, hostname: ANY6 };
  const [plain, scope] = address.split("%", 2);
  if (!URL.canParse(`http://[${plain}]`)) throw new ListenError(NO_NAME);
  const hostname = new URL(`http://[${plain}]`).hostname.slice(1, -1);
  if (scope !== undefined && !/^fe[89ab]/i.test(hostname)) throw new ListenError(NO_NAME);
  // An IPv6 socket that takes no IPv4 cannot have one of these.
  if (/^::ffff:/.test(hostname)) throw new ListenError("bind: Invalid argument");
  return { family: 6, hostname: scope === undefined ? hostname : address };
}

/** How to listen on addresses. */
export interface TcpOptions {
  readonly transport: Transport;
  /** 0 for any that is free, the same for all addresses. */
  readonly port: number;
  readonly backlog: number;
}

/** The sockets of a list of addresses, while they are opened and afterwards. */
export class BoundAddresses {
  readonly port: number;
  readonly #backlog: number;
  readonly #transport: Transport;
  readonly #bound: Bound[] = [];
  #actualPort: number;
  /** Some of the sockets were taken over: their old owner may need them again. */
  #borrows = false;

  constructor({ transport, port, backlog }: TcpOptions) {
    this.#transport = transport;
    this.port = port;
    this.#actualPort = port;
    this.#backlog = backlog;
  }

  /** The addresses that are listened on, as the directive has them. */
  get names(): string[] {
    return this.#bound.map(({ name }) => name);
  }

  /** The port that is listened on; 0 when none is. */
  get actualPort(): number {
    return this.#bound.length === 0 ? 0 : this.#actualPort;
  }

  /** The sockets. */
  get listeners(): Listening[] {
    return this.#bound.flatMap(({ listener }) => listener ?? []);
  }

  /** Whether the socket of `::` takes IPv4 connections for others. */
  get isShared(): boolean {
    return this.#bound.some(({ listener }) => listener === null);
  }

  /** Whether a connection came to an address of the list. O(addresses), for what `::` took alone. */
  admits({ hostname }: { hostname: string }): boolean {
    const host = plainHost(hostname);
    if (host === hostname) return true;
    return this.#takes(host);
  }

  /** Whether an IPv4 address is one of those listened on, or overlaps with one. */
  #takes(host: string): boolean {
    return this.#bound.some((each) =>
      each.family === 4 && (each.host === host || each.host === ANY4 || host === ANY4)
    );
  }

  /**
   * Open an address, behind those opened so far.
   *
   * @param name as in the directive
   * @param from sockets that are open already, of which the one of the same name is taken over
   * @returns null, or what is to be logged as the reason why the address is left out
   * @throws ListenError with what is to be logged, when it must not be left out
   */
  open(name: string, from: BoundAddresses | null = null): string | null {
    const optional = name.startsWith("-");
    const address = optional ? name.slice(1) : name;
    try {
      const same = from?.port !== this.port
        ? undefined
        : from.#bound.find((each) =>
          each.name === name && each.listener !== null && !this.#bound.includes(each)
        );
      if (same !== undefined) this.#borrows = true;
      this.#bound.push(same ?? { name, ...this.#listen(address) });
      return null;
    } catch (error) {
      const text = "Warning: Could not create server TCP listening socket " +
        `${address}:${this.port}: ${describeListenError(error)}`;
      if (isForgiven(error, optional)) return text;
      throw new ListenError(text, { cause: error });
    }
  }

  #listen(address: string): Omit<Bound, "name"> {
    const { family, hostname } = resolve(address);
    try {
      const { host, port, listener } = this.#tcp(hostname, this.#actualPort);
      this.#actualPort = port;
      return { family, host, listener };
    } catch (error) {
      if (!isInUse(error)) throw error;
      if (hostname === ANY6) return this.#share();
      if (family === 6 || !this.#bound.some(({ host }) => host === ANY6)) throw error;
    }
    // The socket of `::` has it, unless it is listed twice, or is not of this machine.
    const { host, listener: probe } = this.#tcp(hostname, 0);
    probe.close();
    if (this.#takes(host)) throw inUse();
    return { family, host, listener: null };
  }

  #tcp(hostname: string, port: number): {
    host: string;
    port: number;
    listener: Listening;
  } {
    const backlog = this.#backlog;
    const listener = this.#transport.listen({ transport: "tcp", hostname, port, backlog });
    const { address } = listener;
    if (address.transport !== "tcp") throw new Error("a TCP address became another");
    return { host: address.hostname, port: address.port, listener };
  }

  /** Let a socket for `::` take the place of those for IPv4. */
  #share(): Omit<Bound, "name"> {
    if (this.#borrows || this.#bound.some(({ family }) => family === 6)) throw inUse();
    for (const each of this.#bound) {
      each.listener?.close();
      each.listener = null;
    }
    return { family: 6, host: ANY6, listener: this.#tcp(ANY6, this.#actualPort).listener };
  }

  /** Close the sockets, except for those that others took over. */
  close(keep: BoundAddresses | null = null): void {
    for (const each of this.#bound) {
      if (keep === null || !keep.#bound.includes(each)) each.listener?.close();
    }
  }
}
