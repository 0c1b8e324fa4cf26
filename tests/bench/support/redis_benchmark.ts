/**
 * `redis-benchmark` as the load: it is written in C, known to everybody and the same for every
 * server. It uses one core; where a server needs less than that for its part, the load is what is
 * measured, and the processor time of the server says more than its rate.
 *
 * @module
 */

/** One line of its CSV output: times in milliseconds. */
export interface BenchmarkRow {
  test: string;
  /** Requests a second. */
  rps: number;
  averageMs: number;
  minMs: number;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  maxMs: number;
}

const COLUMNS: Record<string, Exclude<keyof BenchmarkRow, "test">> = {
  rps: "rps",
  avg_latency_ms: "averageMs",
  min_latency_ms: "minMs",
  p50_latency_ms: "p50Ms",
  p95_latency_ms: "p95Ms",
  p99_latency_ms: "p99Ms",
  max_latency_ms: "maxMs",
};

/** The fields of one line of CSV; fields in quotes may hold commas, and quotes as two of them. */
export function parseCsvLine(line: string): string[] {
  const fields: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;
  for (;;) {
    const match = field.exec(line);
    if (match === null) throw new Error(`not a line of CSV: ${line}`);
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2]);
    if (match[3] === "") return fields;
  }
}

/** A figure as C writes it: a run of less than a millisecond has the rate `inf`. */
function figure(text: string): number {
  return text === "inf" ? Infinity : Number.parseFloat(text);
}

/**
 * Reads what `redis-benchmark --csv` (7.0 and later) prints.
 *
 * @throws Error when the heading is missing, a column is or a figure is not a number
 */
export function parseBenchmark(output: string): BenchmarkRow[] {
  const lines = output.split(/\r?\n/);
  const start = lines.findIndex((line) => line.startsWith('"test",'));
  if (start < 0) throw new Error(`no heading in the output of redis-benchmark: ${output}`);
  const heading = parseCsvLine(lines[start]);
  const rows: BenchmarkRow[] = [];
  for (const line of lines.slice(start + 1)) {
    if (line === "") continue;
    const fields = parseCsvLine(line);
    const figures = Object.fromEntries(
      Object.entries(COLUMNS).map(([column, name]) => {
        const value = figure(fields[heading.indexOf(column)] ?? "");
        if (Number.isNaN(value)) throw new Error(`no ${column} in: ${line}`);
        return [name, value];
      }),
    ) as Record<Exclude<keyof BenchmarkRow, "test">, number>;
    rows.push({ test: fields[0], ...figures });
  }
  return rows;
}

/** What to send and how. */
export interface Load {
  port: number;
  clients: number;
  /** Requests that a connection sends before it waits for their replies. */
  pipeline: number;
  requests: number;
  /** `__rand_int__` in the command is below this, written with twelve digits. */
  keys: number;
  command: readonly string[];
  /** Give up after this many milliseconds. */
  limitMs?: number;
}

function args(load: Load): string[] {
  return [
    ...["-h", "127.0.0.1", "-p", `${load.port}`, "-c", `${load.clients}`],
    ...["-P", `${load.pipeline}`, "-n", `${load.requests}`, "-r", `${load.keys}`, "--csv"],
    ...load.command,
  ];
}

/**
 * Runs it to its end.
 *
 * @throws Error with its message when it fails (a reply was an error), or when time was up
 */
export async function runBenchmark(load: Load): Promise<BenchmarkRow> {
  const signal = load.limitMs === undefined ? undefined : AbortSignal.timeout(load.limitMs);
  const { success, stdout, stderr } = await new Deno.Command("redis-benchmark", {
    args: args(load),
    stdin: "null",
    signal,
  }).output();
  if (signal?.aborted) {
    throw new Error(`fewer than ${load.requests} requests in ${load.limitMs} ms`);
  }
  const decoder = new TextDecoder();
  const complaint = decoder.decode(stderr).trim();
  if (!success) throw new Error(`redis-benchmark failed: ${complaint}`);
  const rows = parseBenchmark(decoder.decode(stdout));
  if (rows.length !== 1) throw new Error(`redis-benchmark gave ${rows.length} rows: ${complaint}`);
  return rows[0];
}

/** Starts it for as long as the block lasts. */
export function startLoad(load: Omit<Load, "requests">): AsyncDisposable {
  const child = new Deno.Command("redis-benchmark", {
    args: args({ ...load, requests: 2_000_000_000 }),
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  return {
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended already.
      }
      await child.status;
    },
  };
}
