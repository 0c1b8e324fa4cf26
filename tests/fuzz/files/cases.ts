/**
 * One damaged file after the other, each from the seed and its number alone: what fails can be made
 * again by itself.
 *
 * @module
 */

import type { ByteString } from "../../../src/bytes/bytes.ts";
import { mulberry32, type Prng } from "../../support/prng.ts";
import { length, string } from "../../rdb/writers.ts";
import type { AofFiles, Corpus } from "./corpus.ts";
import {
  ANY,
  around,
  commands,
  counts,
  type Damage,
  elements,
  inside,
  opcodes,
  pieces,
  retype,
  words,
} from "./damage.ts";
import { checksum, payloadOf } from "./parts.ts";

/** What is damaged. */
export type Form = "dump" | "payload" | "aof" | "manifest";

/** A damaged file. */
export interface Case {
  readonly index: number;
  readonly form: Form;
  /** How it was damaged, in the order in which that was done. */
  readonly damage: readonly string[];
  /** The dump or payload; of an append-only file the manifest and then its parts. */
  readonly files: AofFiles;
  /** Whether checksums are verified. */
  readonly verify: boolean;
}

type Damages = Readonly<Record<string, Damage>>;

const PACKED: Damages = { inside, elements, around, pieces };
const PAYLOAD: Damages = { ...ANY, retype };
const DUMP: Damages = { ...ANY, opcodes };
const MANIFEST: Damages = { ...ANY, words };

/** Makes cases. */
export class Cases {
  readonly #corpus: Corpus;
  readonly #seed: number;
  readonly #aof: Damages;

  /** @param names commands to put into append-only files, subcommands behind a space */
  constructor(corpus: Corpus, seed: number, names: readonly ByteString[]) {
    this.#corpus = corpus;
    this.#seed = seed;
    this.#aof = { ...ANY, counts, commands: commands(names) };
  }

  /** The case of a number. */
  make(index: number): Case {
    const random = mulberry32(Math.imul(this.#seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
    const roll = random.int(100);
    if (roll < 35) return this.#dump(index, random);
    if (roll < 75) return this.#payload(index, random);
    if (roll < 93) return this.#aofCase(index, random);
    return this.#manifest(index, random);
  }

  /** Damage bytes once to three times. */
  #damage(
    bytes: ByteString,
    damages: Damages,
    random: Prng,
    others: readonly ByteString[],
    done: string[],
  ): ByteString {
    const names = Object.keys(damages);
    for (
      let times = 1 + (random.int(3) === 0 ? random.int(3) : 0);
      times > 0 && bytes.length > 0;
      times--
    ) {
      const name = random.pick(names);
      done.push(name);
      bytes = damages[name](bytes, random, random.pick(others));
    }
    return bytes;
  }

  /** A value with damage; that of packed structures comes first, while they can be told apart. */
  #value(random: Prng, done: string[]): ByteString {
    const values = random.pick(this.#corpus.values);
    let value = random.pick(values);
    const packed = random.int(4) < 3;
    if (packed) {
      const name = random.pick(Object.keys(PACKED));
      done.push(name);
      value = PACKED[name](value, random, random.pick(values));
    }
    if (packed && random.int(8) > 0) return value;
    return this.#damage(value, PAYLOAD, random, values, done);
  }

  #payload(index: number, random: Prng): Case {
    const damage: string[] = [];
    let bytes = payloadOf(this.#value(random, damage), 1 + random.int(12));
    // Now and then the footer too.
    if (random.int(30) === 0) bytes = this.#damage(bytes, ANY, random, [bytes], damage);
    return { index, form: "payload", damage, files: [{ name: "", bytes }], verify: true };
  }

  #dump(index: number, random: Prng): Case {
    const damage: string[] = [];
    let bytes: ByteString;
    if (random.int(2) === 0) {
      bytes = this.#builtDump(random, damage);
    } else {
      const { dumps } = this.#corpus;
      bytes = this.#damage(random.pick(dumps), DUMP, random, dumps, damage);
    }
    if (random.int(10) > 0) bytes = withChecksum(bytes);
    return {
      index,
      form: "dump",
      damage,
      files: [{ name: "dump.rdb", bytes }],
      verify: random.int(5) > 0,
    };
  }

  /** A sound dump around damaged values. */
  #builtDump(random: Prng, damage: string[]): ByteString {
    let bytes = `REDIS00${random.pick(["09", "10", "11", "12"])}`;
    bytes += "\xfe" + length(random.int(3));
    const keys = 1 + random.int(4);
    for (let i = 0; i < keys; i++) {
      const sound = i > 0 && random.int(2) === 0;
      const value = sound
        ? random.pick(random.pick(this.#corpus.values))
        : this.#value(random, damage);
      bytes += value.slice(0, 1) + string(`key:${i}`) + value.slice(1);
    }
    return bytes + "\xff" + "\0".repeat(8);
  }

  #aofCase(index: number, random: Prng): Case {
    const damage: string[] = [];
    const files = random.pick(this.#corpus.aofs).map((file) => ({ ...file }));
    const parts = files.slice(1).filter(({ bytes }) => bytes.length > 0);
    const others = random.pick(this.#corpus.aofs).slice(1).map(({ bytes }) => bytes);
    const file = random.pick(parts);
    if (file.bytes.startsWith("REDIS") && random.int(2) === 0) {
      file.bytes = withChecksum(this.#builtDump(random, damage)) +
        (random.int(2) === 0 ? "" : random.pick(parts).bytes);
    } else {
      file.bytes = this.#damage(file.bytes, this.#aof, random, others, damage);
    }
    return { index, form: "aof", damage, files, verify: random.int(2) === 0 };
  }

  #manifest(index: number, random: Prng): Case {
    const damage: string[] = [];
    const files = random.pick(this.#corpus.aofs).map((file) => ({ ...file }));
    const others = [random.pick(this.#corpus.aofs)[0].bytes];
    const damages = random.int(3) === 0 ? MANIFEST : { words };
    files[0].bytes = this.#damage(files[0].bytes, damages, random, others, damage);
    return { index, form: "manifest", damage, files, verify: true };
  }
}

/** A dump with the right checksum in its last eight bytes. */
function withChecksum(bytes: ByteString): ByteString {
  if (bytes.length < 18) return bytes;
  const body = bytes.slice(0, -8);
  return body + checksum(body);
}
