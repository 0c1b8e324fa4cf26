/**
 * What of the stream commands a case beside a real server cannot tell: what they journal and
 * announce, ids out of the clock, times of consumers, and that replaying the journal elsewhere, at
 * another time and with other settings, gives the same streams.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { streamCommands } from "../../src/commands/stream/mod.ts";
import { StreamValue } from "../../src/values/stream.ts";
import { formatStreamId, MAX_STREAM_ID, MIN_STREAM_ID } from "../../src/values/stream_id.ts";
import { mulberry32 } from "../support/prng.ts";
import { NOW, Probe } from "./probe.ts";
import { FILE, PRIMARY } from "../../src/session/caller.ts";

const FIVE = Array.from({ length: 5 }, (_, i) => `XADD x ${i + 1} f v`);

/** A probe with a stream `x` of five entries and a group `g` that has read nothing. */
function withGroup(): Probe {
  const server = new Probe(streamCommands);
  server.setUp(...FIVE, "XGROUP CREATE x g 0");
  return server;
}

Deno.test("XADD takes ids from the clock, and journals them", () => {
  const server = new Probe(streamCommands);
  assertEquals(server.run("XADD x * f v"), `${NOW}-0`);
  assertEquals(server.run("XADD x * f v"), `${NOW}-1`);
  server.clock.advance(5);
  assertEquals(server.run("XADD x * f v"), `${NOW + 5}-0`);
  assertEquals(server.run(`XADD x ${NOW + 5}-* f v`), `${NOW + 5}-1`);
  assertEquals(server.run(`XADD x ${NOW + 9}-7 f v`), `${NOW + 9}-7`);
  // The clock is behind the last id now.
  assertEquals(server.run("XADD x NOMKSTREAM * f v"), `${NOW + 9}-8`);
  assertEquals(server.takeEffects(), [
    `0: XADD x ${NOW}-0 f v`,
    `0: XADD x ${NOW}-1 f v`,
    `0: XADD x ${NOW + 5}-0 f v`,
    `0: XADD x ${NOW + 5}-1 f v`,
    `0: XADD x ${NOW + 9}-7 f v`,
    `0: XADD x NOMKSTREAM ${NOW + 9}-8 f v`,
  ]);
});

Deno.test("approximate trimming is journaled as what it came to", () => {
  const server = new Probe(streamCommands);
  server.keyspace.limits.streamNodeMaxEntries = 2;
  server.setUp(...FIVE);
  server.run("XADD x MAXLEN ~ 3 6 f v");
  server.run("XADD x MINID ~ 4 LIMIT 10 * f v");
  server.run("XTRIM x MAXLEN ~ 1 LIMIT 2");
  server.run("XTRIM x MINID ~ 99");
  server.run("XTRIM x MAXLEN ~ 50");
  server.run("XADD x MAXLEN 1 MAX f v");
  server.run(`XADD x MAXLEN = 1 ${NOW + 1} f v`);
  server.run("XTRIM x MAXLEN 0");
  assertEquals(server.takeEffects(), [
    "0: XADD x MAXLEN = 4 6-0 f v",
    `0: XADD x MINID = 3-0 LIMIT 10 ${NOW}-0 f v`,
    "0: XTRIM x MAXLEN = 3 LIMIT 2",
    `0: XTRIM x MINID = ${NOW}-0`,
    `0: XADD x MAXLEN = 1 ${NOW + 1} f v`,
    "0: XTRIM x MAXLEN 0",
  ]);
});

Deno.test("a file's commands may give LIMIT without ~", () => {
  const server = new Probe(streamCommands);
  server.setUp(...FIVE);
  assert(String(server.run("XADD x MAXLEN = 2 LIMIT 1 6 f v")).startsWith("-ERR syntax error"));
  const file = server.clients.create(FILE, null);
  server.execute(file, "XADD x MAXLEN = 2 LIMIT 1 6 f v".split(" "));
  assertEquals(server.run("XLEN x"), 2);
});

Deno.test("reading for a group is journaled as claims and the group's progress", () => {
  const server = withGroup();
  server.clock.advance(100);
  server.run("XREADGROUP GROUP g c COUNT 2 STREAMS x >");
  assertEquals(server.takeEffects(), [
    `0: XCLAIM x g c 0 1-0 TIME ${NOW + 100} RETRYCOUNT 1 FORCE JUSTID LASTID 1-0`,
    `0: XCLAIM x g c 0 2-0 TIME ${NOW + 100} RETRYCOUNT 1 FORCE JUSTID LASTID 2-0`,
  ]);
  server.run("XREADGROUP GROUP g c COUNT 1 NOACK STREAMS x >");
  assertEquals(server.takeEffects(), ["0: XGROUP SETID x g 3-0 ENTRIESREAD 3"]);
  server.run("XREADGROUP GROUP g c STREAMS x 0");
  server.run("XREADGROUP GROUP g c COUNT 9 STREAMS x 9");
  assertEquals(server.takeEffects(), []);
  server.run("XREADGROUP GROUP g new STREAMS x 0");
  assertEquals(server.takeEffects(), []);
  server.run("XREADGROUP GROUP g newer NOACK STREAMS x 0");
  assertEquals(server.takeEffects(), ["0: XGROUP CREATECONSUMER x g newer"]);
  server.run("XACK x g 1 9");
  server.run("XACK x g 1");
  assertEquals(server.takeEffects(), ["0: XACK x g 1 9"]);
});

Deno.test("claims are journaled with all that they came to", () => {
  const server = withGroup();
  server.setUp("XREADGROUP GROUP g c STREAMS x >", "XDEL x 2 4");
  server.clock.advance(5000);
  server.run("XCLAIM x g d 0 1 2 3 IDLE 1000");
  assertEquals(server.takeEffects(), [
    `0: XCLAIM x g d 0 1-0 TIME ${NOW + 4000} RETRYCOUNT 2 FORCE JUSTID LASTID 5-0`,
    `0: XCLAIM x g c 0 2-0 TIME ${NOW} RETRYCOUNT 1 FORCE JUSTID LASTID 5-0`,
    `0: XCLAIM x g d 0 3-0 TIME ${NOW + 4000} RETRYCOUNT 2 FORCE JUSTID LASTID 5-0`,
  ]);
  server.run("XCLAIM x g d 0 9 LASTID 8");
  assertEquals(server.takeEffects(), ["0: XGROUP SETID x g 8-0 ENTRIESREAD 5"]);
  server.run("XAUTOCLAIM x g d 2000 0");
  assertEquals(server.takeEffects(), [
    `0: XCLAIM x g c 0 4-0 TIME ${NOW} RETRYCOUNT 1 FORCE JUSTID LASTID 8-0`,
    `0: XCLAIM x g d 0 5-0 TIME ${NOW + 5000} RETRYCOUNT 2 FORCE JUSTID LASTID 8-0`,
  ]);
  server.run("XAUTOCLAIM x g d 2000 0");
  assertEquals(server.takeEffects(), []);
});

Deno.test("stream commands announce their events", () => {
  const server = new Probe(streamCommands);
  const lines = [
    "XADD x 1 f v",
    "XADD x MAXLEN 1 2 f v",
    "XADD x 2 f v",
    "XTRIM x MAXLEN 1",
    "XTRIM x MAXLEN 0",
    "XDEL x 1",
    "XADD x 3 f v",
    "XDEL x 3 4",
    "XSETID x 9",
    "XGROUP CREATE x g 0",
    "XGROUP CREATE y g 0 MKSTREAM",
    "XREADGROUP GROUP g c STREAMS x >",
    "XGROUP CREATECONSUMER x g c",
    "XCLAIM x g d 0 1",
    "XAUTOCLAIM x g e 0 0",
    "XGROUP SETID x g 5",
    "XGROUP DELCONSUMER x g c",
    "XGROUP DELCONSUMER x g c",
    "XGROUP DESTROY x g",
    "XGROUP DESTROY x g",
  ];
  for (const line of lines) server.run(line);
  assertEquals(server.takeEvents(), [
    "new 0:x",
    "xadd 0:x",
    "xadd 0:x",
    "xtrim 0:x",
    "xtrim 0:x",
    "xadd 0:x",
    "xdel 0:x",
    "xsetid 0:x",
    "xgroup-create 0:x",
    "new 0:y",
    "xgroup-create 0:y",
    "xgroup-createconsumer 0:x",
    "xgroup-createconsumer 0:x",
    "xgroup-createconsumer 0:x",
    "xgroup-setid 0:x",
    "xgroup-delconsumer 0:x",
    "xgroup-destroy 0:x",
  ]);
});

Deno.test("a consumer is seen by any command, and active when it gets something", () => {
  const server = withGroup();
  const times = () => {
    const [consumer] = server.run("XINFO CONSUMERS x g") as { flat: unknown[] }[];
    return [consumer.flat[5], consumer.flat[7]];
  };
  server.run("XREADGROUP GROUP g c STREAMS x 0");
  server.clock.advance(100);
  assertEquals(times(), [100, -1]);
  server.run("XREADGROUP GROUP g c COUNT 1 STREAMS x >");
  server.clock.advance(50);
  assertEquals(times(), [50, 50]);
  server.run("XREADGROUP GROUP g c STREAMS x 9");
  server.run("XCLAIM x g c 0 5");
  assertEquals(times(), [0, 50]);
  server.run("XCLAIM x g c 0 5 FORCE");
  assertEquals(times(), [0, 0]);
  server.clock.advance(10);
  server.run("XAUTOCLAIM x g c 5000 0");
  assertEquals(times(), [0, 10]);
});

Deno.test("timeouts of XREAD that no clock can reach are refused", () => {
  const server = new Probe(streamCommands);
  const out = "-ERR timeout is out of range";
  assertEquals(server.run("XREAD BLOCK 9223372036854775807 STREAMS x 0"), out);
  assertEquals(server.run(`XREAD BLOCK ${2n ** 63n - BigInt(NOW)} STREAMS x 0`), out);
});

/** All of a stream that replaying its journal must give again. */
function contents(server: Probe, key: string): unknown {
  const stream = server.client.db.peek(key);
  if (!(stream instanceof StreamValue)) return null;
  const { length, entriesAdded } = stream;
  return {
    length,
    entriesAdded,
    ids: [stream.firstId, stream.lastId, stream.maxDeletedId].map(formatStreamId),
    entries: stream.range(MIN_STREAM_ID, MAX_STREAM_ID).map(({ id, fields }) => {
      return `${formatStreamId(id)} ${fields.join(" ")}`;
    }),
    groups: stream.groups().map((group) => ({
      name: group.name,
      lastId: formatStreamId(group.lastId),
      read: group.entriesRead,
      // Those that never got anything are told to nobody.
      consumers: group.consumers().filter(({ pending }) => pending.size > 0)
        .map(({ name, pending }) => `${name} ${pending.size}`),
      pending: group.pending.range(MIN_STREAM_ID, MAX_STREAM_ID).map((entry) => {
        const { id, consumer, deliveryTime, deliveryCount } = entry;
        return `${formatStreamId(id)} ${consumer.name} ${deliveryTime} ${deliveryCount}`;
      }),
    })),
  };
}

Deno.test("replaying the journal of random commands gives the same streams", () => {
  for (let seed = 1; seed <= 6; seed++) {
    const { int, pick } = mulberry32(seed);
    const server = new Probe(streamCommands);
    server.keyspace.limits.streamNodeMaxEntries = 1 + int(5);
    const copy = new Probe(streamCommands);
    copy.clock.advance(1e9);
    copy.client.caller = PRIMARY;
    const id = () => `${NOW + int(server.clock.ms - NOW + 2)}-${int(2)}`;
    const ids = () => Array.from({ length: 1 + int(4) }, id).join(" ");
    const trim = () =>
      pick([
        "",
        `MAXLEN ${pick(["=", "~"])} ${int(12)}`,
        `MINID ${pick(["=", "~"])} ${id()}`,
        `MAXLEN ~ ${int(5)} LIMIT ${int(6)}`,
        `MINID ~ ${server.clock.ms + int(4)}`,
      ]);
    const group = () => pick(["g", "h"]);
    const consumer = () => pick(["a", "b", "c"]);
    const makers: (() => string)[] = [
      () => `XADD x ${trim()} * f v${int(9)}`,
      () => `XADD x * f v g ${int(9)}`,
      () => `XADD x ${trim()} ${server.clock.ms}-* f v`,
      () => `XDEL x ${ids()}`,
      () => `XTRIM x ${trim()}`,
      () => `XGROUP CREATE x ${group()} ${pick(["0", "$", id()])} MKSTREAM`,
      () => `XGROUP SETID x ${group()} ${id()} ENTRIESREAD ${int(9) - 1}`,
      () => `XGROUP DELCONSUMER x ${group()} ${consumer()}`,
      () =>
        `XREADGROUP GROUP ${group()} ${consumer()} COUNT ${1 + int(5)} ${
          pick(["", "", "NOACK "])
        }STREAMS x >`,
      () => `XREADGROUP GROUP ${group()} ${consumer()} STREAMS x >`,
      () => `XACK x ${group()} ${ids()}`,
      () =>
        `XCLAIM x ${group()} ${consumer()} ${int(20)} ${ids()} ${
          pick(["", "FORCE", "JUSTID", `IDLE ${int(50)}`, `LASTID ${id()}`, "RETRYCOUNT 4"])
        }`,
      () => `XAUTOCLAIM x ${group()} ${consumer()} ${int(30)} 0 COUNT ${1 + int(5)}`,
      () => `XSETID x ${server.clock.ms + int(5)} ENTRIESADDED ${500 + int(100)}`,
    ];
    let effects = 0;
    for (let i = 0; i < 1500; i++) {
      server.clock.advance(int(3));
      const line = pick(makers)().replace(/ +/g, " ");
      server.run(line);
      for (const effect of server.takeEffects()) {
        effects++;
        const reply = copy.run(effect.slice("0: ".length));
        assert(!String(reply).startsWith("-"), `${effect}: ${reply}`);
      }
      assertEquals(contents(copy, "x"), contents(server, "x"), `seed ${seed}, ${i}: ${line}`);
    }
    assert(effects > 500);
  }
});
