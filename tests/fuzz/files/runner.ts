/**
 * Running cases in this process, and counting how they ended.
 *
 * @module
 */

import type { ByteString } from "../../../src/bytes/bytes.ts";
import { allCommands } from "../../../src/commands/mod.ts";
import { mulberry32 } from "../../support/prng.ts";
import { type Case, Cases } from "./cases.ts";
import { gatherCorpus } from "./corpus.ts";
import { Subject } from "./subject.ts";
import { use } from "./use.ts";

/**
 * Commands about the process or other servers rather than the data, or that work on after they have
 * answered: what an append-only file does with those is not damage.
 */
const LEFT_OUT = ["shutdown", "debug", "config", "save", "bgsave", "bgrewriteaof", "migrate"];

/** How a case ended. */
export interface Outcome {
  readonly index: number;
  readonly form: string;
  readonly damage: readonly string[];
  readonly taken: boolean;
  /** Milliseconds that the load took. */
  readonly loadMs: number;
  /** Bytes of the files. */
  readonly bytes: number;
  /** What went wrong. */
  readonly fault: string | null;
}

/** The names of commands to put into files. */
export function commandNames(): ByteString[] {
  const names: ByteString[] = [];
  for (const { name, subcommands } of allCommands) {
    if (LEFT_OUT.includes(name)) continue;
    if (subcommands === undefined) names.push(name);
    else for (const sub of subcommands.keys()) names.push(`${name} ${sub}`);
  }
  return names;
}

/** Runs cases over a directory of its own. */
export class Runner implements Disposable {
  readonly cases: Cases;
  readonly #dir: string;

  constructor(seed: number) {
    this.#dir = Deno.makeTempDirSync({ prefix: "redeno-test-", dir: memoryFolder() });
    this.cases = new Cases(gatherCorpus(new Subject(this.#dir).parts), seed, commandNames());
  }

  /** Run the case of a number. */
  async run(index: number): Promise<Outcome> {
    const made = this.cases.make(index);
    const { form, damage, files } = made;
    const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
    const subject = new Subject(this.#dir, made.verify);
    let taken = false;
    let loadMs = 0;
    let fault: string | null = null;
    try {
      const began = performance.now();
      taken = await load(subject, made);
      loadMs = performance.now() - began;
      if (taken) use(subject, this.#dir, bytes, mulberry32(index));
    } catch (error) {
      fault = error instanceof Error ? `${error.stack}` : String(error);
    }
    return { index, form, damage, taken, loadMs, bytes, fault };
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.#dir, { recursive: true });
  }
}

async function load(subject: Subject, { form, files }: Case): Promise<boolean> {
  if (form === "dump") return await subject.loadDump(files[0].bytes);
  if (form === "payload") return subject.restore(files[0].bytes);
  return subject.loadAof(files);
}

/** A folder whose files are in memory, where the system has one: saving waits for the disk else. */
function memoryFolder(): string | undefined {
  try {
    return Deno.statSync("/dev/shm").isDirectory ? "/dev/shm" : undefined;
  } catch {
    return undefined;
  }
}
