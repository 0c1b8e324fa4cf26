/**
 * Whether data is being loaded, and how far that is: the one owner of that state.
 *
 * While data is loaded, most commands get `-LOADING`; where they are loaded beside the old ones, which
 * are served meanwhile, only few are refused.
 *
 * @module
 */

import type { Gates } from "../execution/gates.ts";
import { ErrorReply } from "../resp/reply.ts";

const LOADING = new ErrorReply("LOADING Redis is loading the dataset in memory");

/** Progress of a load. */
export interface LoadingState {
  readonly startedMs: number;
  /** Bytes of it; 0 when that is not known. */
  totalBytes: number;
  /** It goes beside the data, which are served meanwhile: few commands are refused. */
  readonly asynchronous?: boolean;
  loadedBytes: number;
  loadedKeys: number;
}

/** The loads of one server; there is one at a time. */
export class Loading {
  readonly #gates: Gates;
  #state: LoadingState | null = null;

  constructor(gates: Gates) {
    this.#gates = gates;
    gates.install("loading", () => LOADING);
    gates.install("async-loading", () => LOADING);
  }

  /** Whether there is a load. */
  get active(): boolean {
    return this.#state !== null;
  }

  /** How far the load is; null without one. */
  get state(): LoadingState | null {
    return this.#state;
  }

  /** A load begins; its state is the loader's to bring forward. @returns a function that ends it */
  begin(state: LoadingState): () => void {
    this.#set(state);
    return () => {
      if (this.#state === state) this.#set(null);
    };
  }

  #set(state: LoadingState | null): void {
    this.#state = state;
    this.#gates.set("loading", state !== null && !state.asynchronous);
    this.#gates.set("async-loading", state !== null && state.asynchronous === true);
  }
}
