/**
 * Which cases there are: workloads × pipeline lengths × value sizes × connections.
 *
 * @module
 */

import { WORKLOADS } from "./workloads.ts";

/** One case of the matrix. */
export interface CaseKey {
  workload: string;
  pipeline: number;
  /** Bytes of a value; null where the workload has none. */
  size: number | null;
  clients: number;
}

/** The matrix's sides. */
export interface Matrix {
  workloads: readonly string[];
  pipelines: readonly number[];
  sizes: readonly number[];
  clients: readonly number[];
}

/** What `deno task bench` measures when it is not told otherwise. */
export const FULL: Matrix = {
  workloads: Object.keys(WORKLOADS),
  pipelines: [1, 16, 64],
  sizes: [3, 32, 1024],
  clients: [1, 50],
};

/** A subset that shows most in little time. */
export const QUICK: Matrix = {
  workloads: ["SET", "GET", "LPUSH", "HSET", "ZADD"],
  pipelines: [1, 16],
  sizes: [32],
  clients: [50],
};

/** A name that tells a case from all others. */
export function caseId(key: CaseKey): string {
  const size = key.size === null ? "" : ` ${key.size}B`;
  return `${key.workload}${size} P${key.pipeline} c${key.clients}`;
}

/** The case of a name that {@linkcode caseId} gave. @throws Error for another text */
export function parseCaseId(id: string): CaseKey {
  const match = /^(\S+)(?: (\d+)B)? P(\d+) c(\d+)$/.exec(id);
  if (match === null) throw new Error(`not a case: ${id}`);
  const [, workload, size, pipeline, clients] = match;
  return {
    workload,
    pipeline: Number(pipeline),
    size: size === undefined ? null : Number(size),
    clients: Number(clients),
  };
}

/** All cases in an order that keeps those together which share their data. */
export function buildMatrix(matrix: Matrix): CaseKey[] {
  const cases: CaseKey[] = [];
  for (const workload of matrix.workloads) {
    for (const size of WORKLOADS[workload].sized ? matrix.sizes : [null]) {
      for (const pipeline of matrix.pipelines) {
        for (const clients of matrix.clients) cases.push({ workload, pipeline, size, clients });
      }
    }
  }
  return cases;
}
