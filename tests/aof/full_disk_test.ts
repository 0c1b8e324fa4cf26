/**
 * Disks that are full or not to be written to, side by side with a real server: what clients are
 * told, what the log says, which files are left, and how it goes on when there is space again.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { mulberry32 } from "../support/prng.ts";
import type { RawClient } from "../support/raw_client.ts";
import {
  findRedisServer,
  type ServerProcess,
  startRedeno,
  startRedis,
} from "../support/servers.ts";
import { TempDir } from "../support/temp.ts";
import {
  canLimit,
  canLock,
  canMount,
  type Disk,
  limitedDisk,
  listing,
  lockedDisk,
  smallDisk,
  warnings,
} from "./disks.ts";
import { copyFolder } from "./support.ts";
import { until } from "../support/until.ts";

const redis = findRedisServer();
const INCR = "appendonlydir/appendonly.aof.1.incr.aof";

/** A server on a disk, and what it has answered so far. */
class Subject {
  readonly said: string[] = [];

  constructor(
    readonly disk: Disk,
    readonly server: ServerProcess,
    readonly client: RawClient,
  ) {}

  get dir(): string {
    return this.disk.view(this.server);
  }

  /** Send a command and note the reply. */
  async say(...args: string[]): Promise<string> {
    const reply = await this.client.call(...args);
    this.said.push(`${args.join(" ").slice(0, 60)}: ${reply}`);
    return reply;
  }

  /** Note a field of INFO. */
  async tell(name: string): Promise<void> {
    this.said.push(`${name}:${await this.field(name)}`);
  }

  async field(name: string): Promise<string | undefined> {
    const info = await this.client.call("INFO", "persistence");
    return new RegExp(`^${name}:(.*)\\r$`, "m").exec(info)?.[1];
  }

  /** Wait until nothing is written in the background. */
  async idle(): Promise<void> {
    for (const name of ["rdb_bgsave_in_progress", "aof_rewrite_in_progress"]) {
      await until(async () => await this.field(name) === "0", name);
    }
  }

  /** Wait until a save in the background has ended. */
  async saved(status: string): Promise<void> {
    await until(async () => await this.field("rdb_last_bgsave_status") === status, status);
    await this.idle();
  }

  /** Note what is on the disk. */
  list(): void {
    this.said.push(listing(this.dir).join(" "));
  }

  /** Start another server on a copy of what is there now, as if this one were killed. */
  async after<T>(args: string[], look: (client: RawClient) => Promise<T>): Promise<T> {
    await using copy = await TempDir.create();
    copyFolder(this.dir, copy.path);
    const start = this.server.kind === "redis" ? startRedis : startRedeno;
    await using server = await start({ args: [...args, "--dir", copy.path] });
    await using client = await server.connect();
    return await look(client);
  }
}

interface Scenario {
  name: string;
  makeDisk: () => Promise<Disk>;
  /** Why it cannot be run here, if that is so. */
  unable?: string | false;
  args: string[];
  run: (subject: Subject) => Promise<void>;
  /** The warnings in the log are not a real server's, or not in its order. */
  ownWords?: boolean;
}

/** Run it on both kinds of servers, which must say and log the same. */
function sideBySide({ name, makeDisk, unable, args, run, ownWords }: Scenario): void {
  const why = redis === undefined ? "no redis-server on PATH" : unable;
  Deno.test({
    name: why ? `${name} (ignored: ${why})` : name,
    ignore: Boolean(why),
    async fn() {
      const [want, got] = await Promise.all([startRedis, startRedeno].map(async (start) => {
        await using disk = await makeDisk();
        const server = await start({ ...disk.options, args: ["--dir", disk.dir, ...args] });
        try {
          await using client = await server.connect();
          const subject = new Subject(disk, server, client);
          await run(subject);
          return { said: subject.said, warnings: warnings(server, disk.dir) };
        } finally {
          server.kill("SIGKILL");
          await server[Symbol.asyncDispose]();
        }
      }));
      assertEquals(got.said, want.said);
      if (!ownWords) assertEquals(got.warnings, want.warnings);
    },
  });
}

const DISKS = [
  { what: "a full disk", makeDisk: smallDisk, unable: !canMount && "cannot mount" },
  { what: "a file of the largest size", makeDisk: limitedDisk, unable: !canLimit && "no prlimit" },
];

/** Values that cannot be compressed. */
async function populate(client: RawClient, keys: number): Promise<void> {
  const random = mulberry32(1);
  for (let i = 0; i < keys; i++) {
    const value = Array.from({ length: 1000 }, () => String.fromCharCode(random.int(256)));
    assertEquals(await client.call("SET", `key${i}`, value.join("")), "+OK\r\n");
  }
}

/** What clients are told while writes are refused. */
async function refusals(subject: Subject): Promise<void> {
  await subject.say("SET", "a", "2");
  await subject.say("INCR", "n");
  await subject.say("GET", "a");
  await subject.say("PING");
  await subject.say("MULTI");
  await subject.say("SET", "a", "2");
  await subject.say("EXEC");
  await subject.say("MULTI");
  await subject.say("GET", "a");
  await subject.say("EXEC");
  await subject.say("PUBLISH", "channel", "message");
}

for (const { what, ...disk } of DISKS) {
  sideBySide({
    name: `full disk: with ${what} writes to the append-only file are refused until there is space`,
    ...disk,
    args: ["--appendonly", "yes", "--appendfsync", "everysec"],
    async run(subject) {
      const { server, dir } = subject;
      await subject.say("SELECT", "3");
      await subject.say("SET", "a", "1");
      const { size } = Deno.statSync(`${dir}/${INCR}`);
      await subject.disk.fill(server, what.startsWith("a file") ? size + 100 : 0);
      // It is answered, as with this policy nobody waits for the file; it is in no file yet.
      await subject.say("SET", "big", "x".repeat(9000));
      await refusals(subject);
      await subject.tell("aof_last_write_status");
      assertEquals(Deno.statSync(`${dir}/${INCR}`).size, size);
      const left = await subject.after(["--appendonly", "yes"], async (client) => {
        await client.call("SELECT", "3");
        return await client.call("MGET", "a", "big");
      });
      assertEquals(left, "*2\r\n$1\r\n1\r\n$-1\r\n");
      await subject.disk.free(server);
      await until(async () => await subject.client.call("PING") === "+PONG\r\n", "recovery");
      await subject.say("INCR", "a");
      await subject.tell("aof_last_write_status");
      subject.list();
      // A real server puts off writing while the disk is being flushed.
      const written = async () => await subject.field("aof_buffer_length") === "0";
      await until(written, "the file");
      await subject.after(["--appendonly", "yes"], async (client) => {
        await client.call("SELECT", "3");
        assertEquals(await client.call("GET", "a"), "$1\r\n2\r\n");
        assertEquals(await client.call("STRLEN", "big"), ":9000\r\n");
      });
    },
  });

  sideBySide({
    name: `full disk: with ${what} a rewrite fails, and everything stays as it was`,
    ...disk,
    args: ["--appendonly", "yes", "--auto-aof-rewrite-percentage", "0"],
    // A real server has a process that writes, and the log is that one's as well.
    ownWords: true,
    async run(subject) {
      const { server, dir, client } = subject;
      await populate(client, 200);
      await client.call("SET", "a", "1");
      await subject.disk.fill(server, 40_000);
      const before = listing(dir, true);
      await subject.say("BGREWRITEAOF");
      await subject.idle();
      await subject.tell("aof_last_bgrewrite_status");
      subject.list();
      assertEquals(
        listing(dir, true).filter((name) => !/\.2\.incr\.aof 0|manifest/.test(name)),
        before.filter((name) => !name.includes("manifest")),
      );
      if (server.kind === "redeno") {
        const reason = what.startsWith("a file") ? "File too large" : "No space left on device";
        assertStringIncludes(server.log(), `Write error saving DB on disk(rdbSaveRio): ${reason}`);
        assertStringIncludes(server.log(), "Background AOF rewrite terminated with error");
      }
      await subject.disk.free(server);
      await subject.say("INCR", "a");
      await subject.after(["--appendonly", "yes"], async (client) => {
        assertEquals(await client.call("GET", "a"), "$1\r\n2\r\n");
        assertEquals(await client.call("DBSIZE"), ":201\r\n");
      });
      await subject.say("BGREWRITEAOF");
      await subject.idle();
      await subject.tell("aof_last_bgrewrite_status");
      subject.list();
      await subject.after(["--appendonly", "yes"], async (client) => {
        assertEquals(await client.call("GET", "a"), "$1\r\n2\r\n");
        assertEquals(await client.call("DBSIZE"), ":201\r\n");
      });
    },
  });
}

for (
  const { what, why, ...disk } of [
    ...DISKS.map((disk) => ({
      ...disk,
      why: disk.what.startsWith("a file") ? "File too large" : "No space left on device",
    })),
    {
      what: "a directory that is not to be written to",
      makeDisk: lockedDisk,
      unable: !canLock && "cannot give up root's rights",
      why: "Permission denied",
    },
  ]
) {
  sideBySide({
    name: `full disk: with ${what} a save fails, the file before stays, and writes are refused`,
    ...disk,
    args: [],
    ownWords: true,
    async run(subject) {
      const { server, dir, client } = subject;
      await populate(client, 20);
      await client.call("SET", "a", "1");
      await subject.say("SAVE");
      const before = Deno.readFileSync(`${dir}/dump.rdb`);
      await client.call("CONFIG", "SET", "save", "3600 1");
      await populate(client, 200);
      await subject.disk.fill(server, 40_000);
      await subject.say("BGSAVE");
      await subject.saved("err");
      await subject.tell("rdb_last_bgsave_status");
      await refusals(subject);
      await subject.say("SAVE");
      await subject.say("CONFIG", "SET", "stop-writes-on-bgsave-error", "no");
      await subject.say("INCR", "a");
      await subject.say("CONFIG", "SET", "stop-writes-on-bgsave-error", "yes");
      await subject.say("INCR", "a");
      subject.list();
      assertEquals(Deno.readFileSync(`${dir}/dump.rdb`), before);
      if (server.kind === "redeno") {
        const reason = why === "Permission denied"
          ? /Failed opening the temp RDB file temp-\d+-bg\.rdb \(in server root dir .*\) for saving: /
          : /Write error saving DB on disk\(rdbSaveRio\): /;
        assertMatch(server.log(), new RegExp(`${reason.source}${why}`));
        assertStringIncludes(server.log(), "# Background saving error");
      }
      await subject.disk.free(server);
      await subject.say("BGSAVE");
      await subject.saved("ok");
      await subject.say("INCR", "a");
      await subject.say("PING");
      subject.list();
      await subject.after([], async (client) => {
        assertEquals(await client.call("GET", "a"), "$1\r\n2\r\n");
      });
    },
  });
}

sideBySide({
  name: "full disk: in a directory that is not to be written to nothing is rewritten or turned on",
  makeDisk: lockedDisk,
  unable: !canLock && "cannot give up root's rights",
  args: ["--appendonly", "yes"],
  async run(subject) {
    const { server, client } = subject;
    await client.call("SET", "a", "1");
    await subject.disk.fill(server);
    await subject.say("BGREWRITEAOF");
    await subject.tell("aof_last_bgrewrite_status");
    // The file that is open goes on.
    await subject.say("INCR", "a");
    await subject.say("CONFIG", "SET", "appendonly", "no");
    await subject.say("CONFIG", "SET", "appendonly", "yes");
    await subject.say("CONFIG", "GET", "appendonly");
    subject.list();
    await subject.after(["--appendonly", "yes"], async (client) => {
      assertEquals(await client.call("GET", "a"), "$1\r\n2\r\n");
    });
    await subject.disk.free(server);
    await subject.say("CONFIG", "SET", "appendonly", "yes");
    await subject.idle();
    await subject.say("INCR", "a");
    await subject.tell("aof_last_bgrewrite_status");
    subject.list();
    await subject.after(["--appendonly", "yes"], async (client) => {
      assertEquals(await client.call("GET", "a"), "$1\r\n3\r\n");
    });
  },
});

sideBySide({
  name: "full disk: with appendfsync always the server ends rather than break its word",
  makeDisk: limitedDisk,
  unable: !canLimit && "no prlimit",
  args: ["--appendonly", "yes", "--appendfsync", "always"],
  async run(subject) {
    const { server, client, dir } = subject;
    await subject.say("SET", "a", "1");
    const { size } = Deno.statSync(`${dir}/${INCR}`);
    await subject.disk.fill(server, size + 10);
    await client.send("SET", "a", "2");
    assert(await client.closedByPeer());
    assertEquals(client.take(), "");
    subject.said.push(`code ${(await server.status).code}`);
    assertEquals(Deno.statSync(`${dir}/${INCR}`).size, size);
    await subject.after(["--appendonly", "yes"], async (client) => {
      assertEquals(await client.call("GET", "a"), "$1\r\n1\r\n");
    });
  },
});

Deno.test({
  name: "full disk: a rewrite meanwhile applies nothing twice, and frees what it can" +
    (canLimit ? "" : " (ignored: no prlimit)"),
  ignore: !canLimit,
  async fn() {
    await using disk = await limitedDisk();
    const args = ["--dir", disk.dir, "--appendonly", "yes"];
    await using server = await startRedeno({ ...disk.options, args });
    await using client = await server.connect();
    const subject = new Subject(disk, server, client);
    await client.call("SELECT", "3");
    await client.call("INCR", "a");
    for (let i = 0; i < 100; i++) await client.call("SET", "b", "b".repeat(100));
    await disk.fill(server, 5000);
    assertEquals(await client.call("INCR", "a"), ":2\r\n");
    assertMatch(await client.call("INCR", "a"), /^-MISCONF Errors writing to the AOF file: /);
    // All of it is smaller than the limit, and so is what comes after.
    await client.call("BGREWRITEAOF");
    await until(async () => await client.call("PING") === "+PONG\r\n", "recovery");
    assertEquals(await client.call("INCR", "a"), ":3\r\n");
    await subject.after(["--appendonly", "yes"], async (client) => {
      await client.call("SELECT", "3");
      assertEquals(await client.call("GET", "a"), "$1\r\n3\r\n");
    });
  },
});
