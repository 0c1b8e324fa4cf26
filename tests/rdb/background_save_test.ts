/**
 * Saving in the background: called off at any moment, it never comes over a file that is saved later.
 *
 * @module
 */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { SystemClock } from "../../src/clock/clock.ts";
import { ByteMap } from "../../src/keyspace/byte_map/byte_map.ts";
import { Keyspace } from "../../src/keyspace/keyspace.ts";
import { type BackgroundOptions, BackgroundSave } from "../../src/rdb/save/background_save.ts";
import { SaveError, saveRdb } from "../../src/rdb/save/save.ts";
import { TempDir } from "../support/temp.ts";
import { decodeAll } from "./canonical.ts";
import { saveOptions } from "./saving.ts";

function keyspaceOf(keys: number): Keyspace {
  const clock = new SystemClock();
  const keyspace = new Keyspace({ clock, databases: 16, newTable: () => new ByteMap() });
  for (let i = 0; i < keys; i++) {
    keyspace.databases[0].add(`key:${i}`, `value ${i} ${"x".repeat(50)}`);
  }
  return keyspace;
}

function options(keyspace: Keyspace, path: string): BackgroundOptions {
  return { ...saveOptions(keyspace, path, 11), keyDelayMs: () => 0 };
}

/** Keeps the event loop alive, as a listening socket does: the clock's timers do not. */
function keepAlive(): Disposable {
  const timer = setInterval(() => {}, 1000);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

function keysIn(path: string): number {
  return decodeAll(Deno.readFileSync(path)).filter(({ kind }) => kind === "key").length;
}

Deno.test("a save in the background is the same file as a save at one go", async () => {
  using _alive = keepAlive();
  await using dir = await TempDir.create();
  const keyspace = keyspaceOf(20000);
  saveRdb(saveOptions(keyspace, `${dir.path}/a.rdb`, 11));
  const save = new BackgroundSave(options(keyspace, `${dir.path}/b.rdb`));
  assertEquals([save.keysDone, save.keysTotal], [0, 20000]);
  assertEquals(await save.done, true);
  assertEquals(save.keysDone, 20000);
  assertEquals(Deno.readFileSync(`${dir.path}/b.rdb`), Deno.readFileSync(`${dir.path}/a.rdb`));
  assertEquals(keyspace.snapshot, null);
});

Deno.test("a save that is called off leaves nothing, and never replaces a later one", async () => {
  using _alive = keepAlive();
  await using dir = await TempDir.create();
  const path = `${dir.path}/dump.rdb`;
  const keyspace = keyspaceOf(5000);
  let calledOff = 0;
  for (let round = 0; round < 40; round++) {
    const save = new BackgroundSave(options(keyspace, path));
    const ended = save.done.then((result) => calledOff += result === null ? 1 : 0);
    // At one moment after another, up to its end.
    await new Promise((resolve) => setTimeout(resolve, round));
    save.cancel();
    const later = new Keyspace({
      clock: keyspace.clock,
      databases: 1,
      newTable: () => new ByteMap(),
    });
    later.databases[0].add("later", "1");
    saveRdb(saveOptions(later, path, 11));
    await ended;
    assertEquals(keysIn(path), 1);
    assertEquals([...Deno.readDirSync(dir.path)].map(({ name }) => name), ["dump.rdb"]);
    assertEquals(keyspace.snapshot, null);
  }
  assert(calledOff > 0);
});

Deno.test("a save in the background that fails says why and leaves nothing", async () => {
  using _alive = keepAlive();
  await using dir = await TempDir.create();
  const keyspace = keyspaceOf(10);
  assertThrows(
    () => new BackgroundSave(options(keyspace, `${dir.path}/none/dump.rdb`)),
    SaveError,
    "No such file or directory",
  );
  const path = `${dir.path}/dump.rdb`;
  Deno.mkdirSync(`${path}/inside`, { recursive: true });
  const save = new BackgroundSave(options(keyspace, path));
  await assertRejects(() => save.done, SaveError, "Error moving temp DB file temp-");
  assertEquals([...Deno.readDirSync(dir.path)].map(({ name }) => name), ["dump.rdb"]);
  assertEquals(keyspace.snapshot, null);
});
