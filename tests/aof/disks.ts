/**
 * Disks that are full, or not to be written to, for servers in processes of their own.
 *
 * - A small file system of its own (`tmpfs`), which the test fills and frees. It is mounted within
 *   the server's namespace alone and goes with it; this takes root.
 * - A limit to the size of files (`prlimit`), which any user can set.
 * - A directory without permission to write. Root has to give up the right to pass over that.
 *
 * @module
 */

import { findExecutable, type ServerOptions, type ServerProcess } from "../support/servers.ts";
import { TempDir } from "../support/temp.ts";

/** Something that a server writes to, and what can be done to it. */
export interface Disk extends AsyncDisposable {
  /** The server's `--dir`. */
  readonly dir: string;
  /** How to start the server that is on it. */
  readonly options: ServerOptions;
  /** Where the test finds the files of the server. */
  view(server: ServerProcess): string;
  /**
   * Take all space.
   *
   * @param room bytes to leave
   */
  fill(server: ServerProcess, room?: number): Promise<void>;
  /** Give the space back. */
  free(server: ServerProcess): Promise<void>;
}

const root = Deno.build.os === "linux" && Deno.uid() === 0;

async function run(command: string, ...args: string[]): Promise<boolean> {
  const { success } = await new Deno.Command(command, { args, stdout: "null", stderr: "null" })
    .output();
  return success;
}

/** Whether {@linkcode smallDisk} works here: not even root may mount everywhere. */
export const canMount: boolean = root && findExecutable("unshare") !== undefined &&
  await run("unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/tmp");

/** Whether {@linkcode limitedDisk} works here. */
export const canLimit: boolean = findExecutable("prlimit") !== undefined;

/** Whether {@linkcode lockedDisk} works here. */
export const canLock: boolean = Deno.build.os === "linux" &&
  (!root || findExecutable("setpriv") !== undefined);

async function makeDisk(disk: Omit<Disk, "dir" | keyof AsyncDisposable>, dir: TempDir) {
  await Promise.resolve();
  return {
    ...disk,
    dir: dir.path,
    [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose](),
  };
}

/** A file system of one megabyte. */
export async function smallDisk(): Promise<Disk> {
  const dir = await TempDir.create();
  const view = ({ pid }: ServerProcess) => `/proc/${pid}/root${dir.path}`;
  const script = 'mount -t tmpfs -o size=1m tmpfs "$0" && exec "$@"';
  return makeDisk({
    options: { prefix: ["unshare", "-m", "sh", "-c", script, dir.path] },
    view,
    async fill(server, room = 0) {
      const path = `${view(server)}/filler`;
      using file = await Deno.open(path, { write: true, create: true, append: true });
      try {
        for (;;) await file.write(new Uint8Array(4096));
      } catch {
        // Full.
      }
      await file.truncate((await file.stat()).size - room);
    },
    free: (server) => Deno.remove(`${view(server)}/filler`),
  }, dir);
}

/** A directory in which files cannot grow when it is full: beyond what they leave as room. */
export async function limitedDisk(): Promise<Disk> {
  const dir = await TempDir.create();
  const limit = async ({ pid }: ServerProcess, bytes: string) => {
    const set = await run("prlimit", "--pid", `${pid}`, `--fsize=${bytes}:unlimited`);
    if (!set) throw new Error("prlimit failed");
  };
  return makeDisk({
    // Otherwise the process is killed at the limit.
    options: { prefix: ["sh", "-c", 'trap "" XFSZ; exec "$@"', "sh"] },
    view: () => dir.path,
    fill: (server, room = 0) => limit(server, `${room}`),
    free: (server) => limit(server, "unlimited"),
  }, dir);
}

/** A directory whose permission to write can be taken away. `room` means nothing here. */
export async function lockedDisk(): Promise<Disk> {
  const dir = await TempDir.create();
  const without = "-dac_override,-dac_read_search";
  const chmod = async (mode: number) => {
    await Deno.chmod(dir.path, mode);
    await Deno.chmod(`${dir.path}/appendonlydir`, mode).catch(() => {});
  };
  return makeDisk({
    options: {
      prefix: root ? ["setpriv", `--bounding-set=${without}`, `--inh-caps=${without}`] : [],
    },
    view: () => dir.path,
    fill: () => chmod(0o555),
    free: () => chmod(0o755),
  }, dir);
}

/** All files below a directory with their sizes, sorted; process ids are left out. */
export function listing(path: string, sizes = false): string[] {
  const out: string[] = [];
  const visit = (below: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(`${path}/${below}`)) {
      const size = sizes && !isDirectory ? ` ${Deno.statSync(`${path}/${below}${name}`).size}` : "";
      if (isDirectory) visit(`${below}${name}/`);
      else if (name !== "filler") out.push(below + name.replace(/-[0-9]+/, "-PID") + size);
    }
  };
  visit("");
  return out.sort();
}

/**
 * What a server has logged as warnings, without what differs from server to server. (7.2 tells as a
 * notice that writes work again.)
 */
export function warnings(server: ServerProcess, dir: string): string[] {
  return server.log().split("\n")
    .filter((line) => / # | \* AOF write error looks solved/.test(line))
    .map((line) =>
      line.replace(/^.*? [#*] /, "").replaceAll(dir, "DIR").replace(/(?<=temp-|nwritten=)\d+/g, "N")
    )
    .filter((line) =>
      !/^(Redis version|Warning: no config|Configuration|WARNING|oO0|Server initialized)/i.test(
        line,
      )
    );
}
