/**
 * Walking through the commands of an append-only file without keeping them: it holds one line of a
 * number and the name of one command, however large the file is.
 *
 * This is a checker's reader. The one that loads (`src/aof/command_reader.ts`) has to hold whole
 * commands and is lenient with line ends, as a real server is; this one holds nothing, is strict,
 * and says at which byte what was expected.
 *
 * @module
 */

import { asciiLower, type ByteString, fromBytes } from "../bytes/bytes.ts";
import { quoteBytes } from "../bytes/repr.ts";
import { LONGEST_ARGUMENT } from "../resp/large_arguments.ts";

/**
 * What is wrong with a file:
 * `torn` it ends in the middle of a command, or in zeros that a crash left;
 * `open-transaction` it ends before a transaction's EXEC;
 * `format` something else stands where a command should.
 */
export type AofFaultKind = "torn" | "open-transaction" | "format";

/** The first fault of a file. */
export interface AofFault {
  readonly kind: AofFaultKind;
  /** Byte offset at which it was noticed. */
  readonly offset: number;
  readonly what: string;
}

/** The longest line of a remark. */
const MAX_REMARK = 1024;
/** The longest line of a number: a mark, 20 digits, the line end. */
const MAX_NUMBER_LINE = 24;
/** Bytes of a command's name that are looked at. */
const NAME_BYTES = 8;
const MAX_ARGUMENTS = 0x7fffffff;

const HASH = 0x23;
const STAR = 0x2a;
const DOLLAR = 0x24;
const CR = 0x0d;
const LF = 0x0a;

/** What comes next in the bytes. */
const enum Next {
  Command,
  Count,
  Length,
  Data,
  DataEnd,
  Remark,
  Zeros,
}

/**
 * A push parser; see the module's comment.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const scan = new AofScan(0);
 * scan.push(new TextEncoder().encode("*1\r\n$4\r\nPING\r\n*2\r\n$3\r\nDEL\r\n$3\r\nke"));
 * scan.end();
 * assertEquals(scan.fault?.kind, "torn");
 * assertEquals(scan.soundUpTo, 14);
 * ```
 */
export class AofScan {
  commands = 0;
  transactions = 0;
  /** Lines that begin with `#`, and the first and last time that they tell, in unix seconds. */
  remarks = 0;
  firstTime: number | null = null;
  lastTime: number | null = null;
  /** End of the last command that is whole and in no open transaction. */
  soundUpTo: number;
  fault: AofFault | null = null;
  #next: Next = Next.Command;
  /** Offset of the first byte of what is being read. */
  #start: number;
  #offset: number;
  #line: ByteString = "";
  #arguments = 0;
  #argument = 0;
  #length = 0;
  #left = 0;
  #name: ByteString = "";
  /** Where the transaction began that is open; -1 when none is. */
  #multiAt = -1;

  /** Offset of the first byte of the last command or remark, whole or not. */
  get lastStart(): number {
    return this.#start;
  }

  /** @param offset where in the file the bytes begin */
  constructor(offset: number) {
    this.soundUpTo = this.#start = this.#offset = offset;
  }

  /** Take in bytes; after a fault they are not looked at. O(n). */
  push(chunk: Uint8Array): void {
    for (let i = 0; i < chunk.length && this.fault === null;) {
      if (this.#next === Next.Data) {
        const count = Math.min(this.#left, chunk.length - i);
        this.#data(chunk, i, count);
        i += count;
        this.#offset += count;
      } else {
        this.#byte(chunk[i]);
        i++;
        this.#offset++;
      }
    }
  }

  /** Say that no more bytes will come. */
  end(): void {
    if (this.fault !== null) return;
    if (this.#next === Next.Zeros) {
      const count = this.#offset - this.#start;
      this.#fail("torn", `The file ends in ${count} zero bytes`, this.#start);
    } else if (this.#next !== Next.Command) {
      this.#fail("torn", `The file ends in the middle of ${this.#unfinished()}`, this.#offset);
    } else if (this.#multiAt >= 0) {
      const what = `The file ends before the EXEC of the MULTI at byte ${this.#multiAt}`;
      this.#fail("open-transaction", what, this.#offset);
    }
  }

  #unfinished(): string {
    if (this.#next === Next.Remark) return `the remark at byte ${this.#start}`;
    const command = `the command at byte ${this.#start}`;
    if (this.#next === Next.Count) return command;
    const argument = `argument ${this.#argument + 1} of ${this.#arguments}`;
    if (this.#next === Next.Length) return `${command}: ${argument} is missing`;
    const got = this.#next === Next.Data ? this.#length - this.#left : this.#length;
    return `${command}: ${argument} has ${got} of ${this.#length} bytes` +
      (this.#next === Next.DataEnd ? " but no line end" : "");
  }

  #fail(kind: AofFaultKind, what: string, offset: number): void {
    this.fault = { kind, what, offset };
  }

  #expected(what: string, byte: number): void {
    const got = quoteBytes(String.fromCharCode(byte));
    this.#fail("format", `Expected ${what}, got ${got}`, this.#offset);
  }

  #byte(byte: number): void {
    switch (this.#next) {
      case Next.Command:
        this.#begin(byte);
        break;
      case Next.Zeros:
        if (byte !== 0) {
          this.#fail("format", "Zero bytes where a command should begin", this.#start);
        }
        break;
      case Next.DataEnd:
        if (byte !== (this.#left === 2 ? CR : LF)) {
          this.#expected(`the line end behind argument ${this.#argument + 1}`, byte);
        } else if (--this.#left === 0) {
          this.#endArgument();
        }
        break;
      case Next.Remark:
        this.#line += String.fromCharCode(byte);
        if (byte === LF) this.#endRemark();
        else if (this.#line.length > MAX_REMARK) {
          this.#fail("format", "A remark that does not end", this.#start);
        }
        break;
      default:
        this.#numberByte(byte);
    }
  }

  /** The first byte of a command or remark. */
  #begin(byte: number): void {
    this.#start = this.#offset;
    this.#line = "";
    if (byte === STAR) {
      this.#next = Next.Count;
      this.#line = "*";
    } else if (byte === HASH) {
      this.#next = Next.Remark;
    } else if (byte === 0) {
      this.#next = Next.Zeros;
    } else {
      this.#expected("'*' at the beginning of a command", byte);
    }
  }

  /** A byte of a line with a number. */
  #numberByte(byte: number): void {
    const line = this.#line;
    const digit = byte >= 0x30 && byte <= 0x39;
    if (line === "") {
      if (byte !== DOLLAR) {
        this.#expected(
          `'$' before argument ${this.#argument + 1} of ${this.#arguments} of the command at ` +
            `byte ${this.#start}`,
          byte,
        );
        return;
      }
    } else if (line.endsWith("\r")) {
      if (byte !== LF) this.#expected("a line feed", byte);
      else this.#number(Number(line.slice(1)));
      return;
    } else if (!digit && (byte !== CR || line.length === 1)) {
      this.#expected("a number", byte);
      return;
    }
    if (line.length >= MAX_NUMBER_LINE) this.#expected("the end of a number", byte);
    else this.#line = line + String.fromCharCode(byte);
  }

  /** A number's line has ended. */
  #number(value: number): void {
    const start = this.#offset - this.#line.length;
    this.#line = "";
    if (this.#next === Next.Count) {
      if (value < 1 || value > MAX_ARGUMENTS) {
        this.#fail("format", `A command of ${value} arguments`, this.#start);
        return;
      }
      this.#arguments = value;
      this.#argument = 0;
      this.#next = Next.Length;
      return;
    }
    if (value > LONGEST_ARGUMENT) {
      this.#fail("format", `An argument of ${value} bytes`, start);
      return;
    }
    this.#length = value;
    this.#left = value;
    this.#name = "";
    this.#next = Next.Data;
    if (value === 0) this.#beginDataEnd();
  }

  #beginDataEnd(): void {
    this.#next = Next.DataEnd;
    this.#left = 2;
  }

  #data(chunk: Uint8Array, start: number, count: number): void {
    if (this.#argument === 0 && this.#length <= NAME_BYTES) {
      this.#name += fromBytes(chunk, start, start + count);
    }
    this.#left -= count;
    if (this.#left === 0) this.#beginDataEnd();
  }

  #endArgument(): void {
    if (this.#argument === 0) this.#command(asciiLower(this.#name));
    this.#argument++;
    this.#next = this.#argument < this.#arguments ? Next.Length : Next.Command;
    if (this.#next === Next.Command && this.fault === null) {
      this.commands++;
      if (this.#multiAt < 0) this.soundUpTo = this.#offset + 1;
    }
  }

  /** A command's name was read. */
  #command(name: ByteString): void {
    if (name === "multi") {
      if (this.#multiAt >= 0) this.#fail("format", "MULTI inside of a transaction", this.#start);
      this.#multiAt = this.#start;
    } else if (name === "exec") {
      if (this.#multiAt < 0) this.#fail("format", "EXEC outside of a transaction", this.#start);
      this.#multiAt = -1;
      this.transactions++;
    }
  }

  #endRemark(): void {
    this.remarks++;
    const time = /^TS:(\d+)\r?\n$/.exec(this.#line);
    if (time !== null) this.firstTime ??= this.lastTime = Number(time[1]);
    if (time !== null) this.lastTime = Number(time[1]);
    this.#next = Next.Command;
    if (this.#multiAt < 0) this.soundUpTo = this.#offset + 1;
  }
}
