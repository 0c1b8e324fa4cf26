/**
 * The scripts that EVAL and SCRIPT LOAD have brought, by the SHA-1 of their text.
 *
 * They are kept until SCRIPT FLUSH, as clients rely on EVALSHA.
 *
 * @module
 */

import { asciiLower, type ByteString } from "../bytes/bytes.ts";
import { detach } from "../bytes/latin1.ts";
import { sha1Hex } from "../bytes/sha1.ts";
import type { Engines } from "./engines.ts";
import { parseShebang, type ScriptFlag } from "./flags.ts";
import type { ScriptFunction } from "./host.ts";

/** A script. */
export interface CachedScript {
  readonly sha: ByteString;
  readonly source: ByteString;
  /** Null for a script without a first line that says something. */
  readonly flags: ReadonlySet<ScriptFlag> | null;
  readonly compiled: ScriptFunction;
}

/** A string's own weight beside its bytes, and that of its entry. */
const ENTRY_BYTES = 100;

/** The scripts of one server. */
export class Scripts {
  readonly #engines: Engines;
  readonly #bySha = new Map<ByteString, CachedScript>();
  /** The same by their texts, as a text's SHA-1 takes longer than most scripts. */
  readonly #bySource = new Map<ByteString, CachedScript>();
  #bytes = 0;

  constructor(engines: Engines) {
    this.#engines = engines;
  }

  /** How many there are. */
  get size(): number {
    return this.#bySha.size;
  }

  /** Bytes of their texts and entries. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The script of a SHA-1 in any case. O(1) */
  get(sha: ByteString): CachedScript | undefined {
    return this.#bySha.get(sha) ?? this.#bySha.get(asciiLower(sha));
  }

  /** The script of a text, if it is known. O(its length) */
  ofText(source: ByteString): CachedScript | undefined {
    return this.#bySource.get(source);
  }

  /** Whether there is one of a SHA-1 in any case. O(1) */
  has(sha: ByteString): boolean {
    return this.get(sha) !== undefined;
  }

  /**
   * The script of a text, compiled if it is new. O(its length)
   *
   * @throws RedisError when it does not compile
   */
  add(source: ByteString): CachedScript {
    const known = this.#bySource.get(source);
    if (known !== undefined) return known;
    const sha = sha1Hex(source);
    const { flags, code } = parseShebang(source);
    const script: CachedScript = {
      sha,
      source: detach(source),
      flags,
      compiled: this.#engines.scripts.compile(code),
    };
    this.#bySha.set(sha, script);
    this.#bySource.set(script.source, script);
    this.#bytes += source.length + ENTRY_BYTES;
    return script;
  }

  /** Forget all. */
  flush(): void {
    this.#bySha.clear();
    this.#bySource.clear();
    this.#bytes = 0;
    if (this.#engines.ready) this.#engines.scripts.reset();
  }
}
