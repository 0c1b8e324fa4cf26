/**
 * What Linux tells about a process and the machine under `/proc`.
 *
 * @module
 */

/** Ticks a second in `/proc/<pid>/stat`: a constant of Linux's interface on common processors. */
const TICKS_PER_SECOND = 100;

/** Processor time of a process with all its threads, in seconds; it counts in steps of 10 ms. */
export interface CpuTimes {
  user: number;
  system: number;
}

/** Reads `/proc/<pid>/stat`, whose second field may itself hold blanks and parentheses. */
export function parseCpuTimes(stat: string): CpuTimes {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return {
    user: Number(fields[11]) / TICKS_PER_SECOND,
    system: Number(fields[12]) / TICKS_PER_SECOND,
  };
}

/** Reads a size from `/proc/<pid>/status` or `/proc/meminfo` in bytes. @throws Error when missing */
export function parseSize(status: string, field: string): number {
  const match = new RegExp(`^${field}:\\s*(\\d+) kB$`, "m").exec(status);
  if (match === null) throw new Error(`no ${field}`);
  return Number(match[1]) * 1024;
}

/** Processor time that a process has used so far. */
export async function cpuTimes(pid: number): Promise<CpuTimes> {
  return parseCpuTimes(await Deno.readTextFile(`/proc/${pid}/stat`));
}

/** Bytes of memory that a process has in use right now. */
export async function residentBytes(pid: number): Promise<number> {
  return parseSize(await Deno.readTextFile(`/proc/${pid}/status`), "VmRSS");
}

/** The most bytes of memory that a process has had in use since the last {@linkcode resetPeak}. */
export async function peakBytes(pid: number): Promise<number> {
  return parseSize(await Deno.readTextFile(`/proc/${pid}/status`), "VmHWM");
}

/** Begin anew to look for the peak of a process's memory. */
export async function resetPeak(pid: number): Promise<void> {
  await Deno.writeTextFile(`/proc/${pid}/clear_refs`, "5");
}

/** The kind of file system that a path is on, with its device: `ext4 (/dev/vda)`. */
export async function fileSystemOf(path: string): Promise<string> {
  const mounts = (await Deno.readTextFile("/proc/mounts")).trim().split("\n").map((line) => {
    const [device, point, type] = line.split(" ");
    return { device, point: point === "/" ? point : `${point}/`, type };
  });
  const real = `${await Deno.realPath(path)}/`;
  const over = mounts.filter(({ point }) => real.startsWith(point));
  const { device, type } = over.reduce((a, b) => b.point.length >= a.point.length ? b : a);
  return `${type} (${device})`;
}

/** Resident bytes once they stand still: collectors and background frees run after the load. */
export async function settledBytes(pid: number, longestMs = 8000): Promise<number> {
  const stepMs = 250;
  let still = 0;
  let last = await residentBytes(pid);
  for (let waited = 0; waited < longestMs && still < 4; waited += stepMs) {
    await new Promise((resolve) => setTimeout(resolve, stepMs));
    const now = await residentBytes(pid);
    still = Math.abs(now - last) <= last / 200 ? still + 1 : 0;
    last = now;
  }
  return last;
}

/** The machine, as far as a figure depends on it. */
export interface Machine {
  cpu: string;
  cores: number;
  memoryBytes: number;
  kernel: string;
}

/** This machine. */
export async function machine(): Promise<Machine> {
  const cpu = /^model name\s*:\s*(.+)$/m.exec(await Deno.readTextFile("/proc/cpuinfo"))?.[1];
  return {
    cpu: cpu ?? Deno.build.arch,
    cores: navigator.hardwareConcurrency,
    memoryBytes: parseSize(await Deno.readTextFile("/proc/meminfo"), "MemTotal"),
    kernel: Deno.osRelease(),
  };
}
