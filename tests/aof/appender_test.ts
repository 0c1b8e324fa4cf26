import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Appender } from "../../src/aof/appender.ts";
import type { AppendFile } from "../../src/aof/file.ts";
import { fromBytes } from "../../src/bytes/bytes.ts";
import { ManualClock } from "../../src/clock/clock.ts";
import { Config } from "../../src/config/config.ts";
import { Logger } from "../../src/log/logger.ts";
import { encodeCommand } from "../../src/resp/encoder.ts";

/** A file that can be full. */
class FakeFile implements AppendFile {
  text = "";
  room = Infinity;
  synced = "";
  syncs = 0;
  failSync = false;
  closed = false;

  appendSync(bytes: Uint8Array): number {
    if (this.room === 0) throw new Error("No space left on device (os error 28)");
    const count = Math.min(this.room, bytes.length);
    this.room -= count;
    this.text += fromBytes(bytes, 0, count);
    return count;
  }

  truncateSync(size: number): void {
    this.text = this.text.slice(0, size);
  }

  syncSync(): void {
    this.syncs++;
    if (this.failSync) throw new Error("Input/output error (os error 5)");
    this.synced = this.text;
  }

  async sync(): Promise<void> {
    await Promise.resolve();
    this.syncSync();
  }

  close(): void {
    this.closed = true;
  }
}

function setUp(settings: Record<string, string> = {}) {
  const config = new Config();
  for (const [name, value] of Object.entries(settings)) config.assign(name, [value]);
  const clock = new ManualClock();
  const lines: string[] = [];
  const state = { position: 0, error: null as string | null, fatal: 0, synced: 0 };
  const appender = new Appender({
    clock,
    config,
    log: new Logger({ clock, sink: (line) => void lines.push(fromBytes(line).trim()) }),
    position: () => state.position,
    rewriting: () => false,
    writeDelayMs: () => 0,
    onError: (reason) => state.error = reason,
    onSynced: () => state.synced++,
    onFatal: () => state.fatal++,
  });
  const file = new FakeFile();
  appender.open(file, 0, 0);
  const append = (...effects: [db: number, line: string][]) => {
    state.position++;
    appender.append(effects.map(([db, line]) => ({ db, args: line.split(" ") })));
  };
  return { appender, file, append, clock, lines, state, config };
}

const commands = (...lines: string[]) =>
  lines.map((line) => encodeCommand(line.split(" "))).join("");
const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("effects of a unit are wrapped, databases are named when they change", async () => {
  const { appender, file, append } = setUp();
  append([0, "SET a 1"]);
  append([0, "SET b 2"]);
  append([3, "SET c 3"], [3, "DEL d"]);
  append([3, "INCR c"]);
  assertEquals([file.text, appender.holdsReplies], ["", true]);
  await turn();
  assertEquals(appender.holdsReplies, false);
  assertEquals(
    file.text,
    commands(
      "SELECT 0",
      "SET a 1",
      "SET b 2",
      "MULTI",
      "SELECT 3",
      "SET c 3",
      "DEL d",
      "EXEC",
      "INCR c",
    ),
  );
  assertEquals([appender.size, appender.pendingBytes], [file.text.length, 0]);
  appender.close();
  assertEquals([file.closed, file.synced], [true, file.text]);
});

Deno.test("the time is remarked once a second, when that is wanted", async () => {
  const { file, append, clock } = setUp({ "aof-timestamp-enabled": "yes" });
  append([0, "INCR a"]);
  append([0, "INCR a"]);
  clock.advance(1000);
  append([0, "INCR a"]);
  await turn();
  const second = 1_700_000_000;
  assertEquals(
    file.text,
    `#TS:${second}\r\n${commands("SELECT 0", "INCR a", "INCR a")}#TS:${second + 1}\r\n` +
      commands("INCR a"),
  );
});

Deno.test("always: one flush for all of a turn, and replies wait for it", async () => {
  const { appender, file, append, state } = setUp({ appendfsync: "always" });
  const seen: string[] = [];
  append([0, "SET a 1"]);
  appender.whenWritten(() => seen.push(file.synced));
  append([0, "SET b 2"]);
  assertEquals([file.syncs, seen.length, appender.syncedPosition], [0, 0, 0]);
  await turn();
  assertEquals([file.syncs, appender.syncedPosition, state.synced], [1, 2, 1]);
  assertEquals(seen, [commands("SELECT 0", "SET a 1", "SET b 2")]);
});

Deno.test("everysec: the disk is flushed once a second while there is something to flush", async () => {
  const { appender, file, append, clock } = setUp();
  append([0, "SET a 1"]);
  await turn();
  assertEquals([file.text !== "", file.syncs], [true, 0]);
  clock.advance(1000);
  appender.tick();
  assertEquals([appender.syncing, appender.syncedPosition], [true, 0]);
  await turn();
  assertEquals([appender.syncing, file.synced === file.text, appender.syncedPosition], [
    false,
    true,
    1,
  ]);
  append([0, "SET a 2"]);
  await turn();
  clock.advance(999);
  appender.tick();
  await turn();
  assertEquals(file.syncs, 1);
  clock.advance(1);
  appender.tick();
  await turn();
  assertEquals([file.syncs, appender.syncedPosition], [2, 2]);
  clock.advance(5000);
  appender.tick();
  await turn();
  assertEquals(file.syncs, 2);
});

Deno.test("no: the disk is left to the system", async () => {
  const { appender, file, append, clock } = setUp({ appendfsync: "no" });
  append([0, "SET a 1"]);
  await turn();
  clock.advance(5000);
  appender.tick();
  await turn();
  assertEquals([file.text !== "", file.syncs], [true, 0]);
});

Deno.test("a full disk: replies go on, half a command is taken back, and all is kept", async () => {
  const { appender, file, append, state, lines, clock } = setUp();
  append([0, "SET a 1"]);
  await turn();
  const before = file.text;
  file.room = 10;
  append([0, "SET b 2"]);
  await turn();
  assertEquals([file.text, appender.holdsReplies], [before, false]);
  assertEquals(state.error, "No space left on device");
  assertStringIncludes(
    lines.at(-1)!,
    "Short write while writing to the AOF file: (nwritten=10, expected=27)",
  );
  append([0, "SET c 3"]);
  file.room = 0;
  appender.tick();
  assertEquals([file.text, lines.length], [before, 1]);
  clock.advance(30_000);
  appender.tick();
  assertStringIncludes(lines.at(-1)!, "Error writing to the AOF file: No space left on device");
  file.room = Infinity;
  appender.tick();
  assertEquals(file.text, before + commands("SET b 2", "SET c 3"));
  assertEquals([state.error, state.fatal], [null, 0]);
  assertStringIncludes(lines.at(-1)!, "AOF write error looks solved, Redis can write again.");
});

for (const [what, fail] of [["write", "room"], ["flush", "sync"]]) {
  Deno.test(`always: a ${what} that fails is the end, and no reply leaves`, async () => {
    const { appender, file, append, state, lines } = setUp({ appendfsync: "always" });
    if (fail === "room") file.room = 0;
    else file.failSync = true;
    let replied = false;
    append([0, "SET a 1"]);
    appender.whenWritten(() => replied = true);
    await turn();
    assertEquals([state.fatal, replied, appender.holdsReplies], [1, false, true]);
    assertStringIncludes(lines.at(-1)!, "when the AOF fsync policy is 'always'");
    assertStringIncludes(lines.at(-1)!, "Exiting...");
  });
}

Deno.test("everysec: a flush that fails refuses writes until one goes well", async () => {
  const { appender, file, append, state, clock } = setUp();
  append([0, "SET a 1"]);
  await turn();
  file.failSync = true;
  clock.advance(1000);
  appender.tick();
  await turn();
  assertEquals([state.error, appender.syncedPosition], ["Input/output error", 0]);
  file.failSync = false;
  clock.advance(1000);
  appender.tick();
  await turn();
  assertEquals([state.error, appender.syncedPosition], [null, 1]);
});

for (const inBase of [true, false]) {
  Deno.test(`a rewrite while the disk is full: what waits is ${inBase ? "in the base" : "kept"}`, async () => {
    const { appender, file, append, state } = setUp();
    append([3, "INCR a"]);
    await turn();
    file.room = 5;
    append([3, "INCR b"]);
    await turn();
    file.room = Infinity;
    assertEquals([appender.canOpen, state.error], [true, "No space left on device"]);
    const next = new FakeFile();
    appender.open(next, 0, 0);
    append([3, "INCR c"]);
    appender.tick();
    await turn();
    assertEquals([file.text, next.text], [commands("SELECT 3", "INCR a"), ""]);
    assertEquals(appender.syncedPosition, 1);
    appender.release(inBase);
    const kept = inBase ? [] : ["SELECT 3", "INCR b"];
    assertEquals(next.text, commands(...kept, "SELECT 3", "INCR c"));
    assertEquals([state.error, appender.pendingBytes], [null, 0]);
    appender.close();
    assertEquals(appender.syncedPosition, 3);
  });
}

Deno.test("no other file follows while one ends with half a command", async () => {
  const { appender, file, append } = setUp();
  file.room = 5;
  file.truncateSync = () => {
    throw new Error("Input/output error (os error 5)");
  };
  append([0, "INCR a"]);
  await turn();
  assertEquals(appender.canOpen, false);
  file.room = Infinity;
  appender.tick();
  assertEquals([appender.canOpen, file.text], [true, commands("SELECT 0", "INCR a")]);
});

Deno.test("everysec: more is on the disk only when the file before is, too", async () => {
  const { appender, file, append, clock } = setUp();
  const before = Promise.withResolvers<void>();
  file.sync = () => before.promise;
  append([0, "INCR a"]);
  await turn();
  appender.open(new FakeFile(), 0, 0);
  append([0, "INCR b"]);
  await turn();
  clock.advance(1000);
  appender.tick();
  await turn();
  assertEquals([appender.syncing, appender.syncedPosition], [true, 0]);
  before.resolve();
  await turn();
  assertEquals([appender.syncing, appender.syncedPosition], [false, 2]);
});

Deno.test("everysec: a loss of power costs 1.1 seconds and the time of a flush at most", async () => {
  const { appender, file, append, clock, state } = setUp();
  const FLUSH_MS = 150;
  const flushing: { end: number; done: () => void }[] = [];
  file.sync = () =>
    new Promise((done) => {
      flushing.push({ end: clock.monotonic() + FLUSH_MS, done });
    });
  const times: number[] = [];
  let longest = 0;
  for (let ms = 0; ms < 20_000; ms += 10) {
    clock.advance(10);
    if (ms % 70 === 0) {
      append([0, "INCR a"]);
      times[state.position] = clock.monotonic();
    }
    await Promise.resolve();
    while (flushing.length > 0 && flushing[0].end <= clock.monotonic()) flushing.shift()!.done();
    for (let i = 0; i < 5; i++) await Promise.resolve();
    const oldest = times[appender.syncedPosition + 1] ?? clock.monotonic();
    longest = Math.max(longest, clock.monotonic() - oldest);
    if (ms % 100 === 0) appender.tick();
  }
  assert(longest > 1000 && longest <= 1100 + FLUSH_MS, `${longest} ms`);
});

Deno.test("effects that cannot be encoded are owed, with all behind them, until they can", async () => {
  const { appender, file, append, state, lines } = setUp();
  append([0, "SET a 1"]);
  await turn();
  let short = true;
  const args = ["SET", "b".repeat(20_000), "2"];
  Object.defineProperty(args, "2", {
    get: () => {
      if (short) throw new RangeError("Array buffer allocation failed");
      return "2";
    },
  });
  state.position++;
  appender.append([{ db: 1, args }]);
  append([1, "SET c 3"]);
  await turn();
  assertEquals(file.text, commands("SELECT 0", "SET a 1"));
  assertStringIncludes(state.error!, "Array buffer allocation failed");
  appender.tick();
  assertStringIncludes(state.error!, "Array buffer allocation failed");
  short = false;
  appender.tick();
  const all = commands(
    "SELECT 0",
    "SET a 1",
    "SELECT 1",
    `SET ${"b".repeat(20_000)} 2`,
    "SET c 3",
  );
  assertEquals(file.text, all);
  assertEquals(state.error, null);
  assertStringIncludes(lines[lines.length - 1], "AOF write error looks solved");
});

Deno.test("a unit may be larger than a string can be", async () => {
  const { appender, file, append, state } = setUp();
  const sizes: number[] = [];
  file.appendSync = (bytes) => {
    sizes.push(bytes.length);
    return bytes.length;
  };
  const value = "x".repeat(180 * 1024 * 1024);
  append([0, "SET a " + value], [0, "SET b " + value], [0, "SET c " + value]);
  await turn();
  assertEquals([appender.holdsReplies, state.error], [false, null]);
  assertEquals(appender.size, sizes.reduce((a, b) => a + b));
  assert(appender.size > 3 * value.length);
});
