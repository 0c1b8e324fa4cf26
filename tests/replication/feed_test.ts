/** What the journal's effects are in the stream. */

import { assertEquals } from "@std/assert";
import { Journal } from "../../src/journal/journal.ts";
import { Feed } from "../../src/replication/feed.ts";
import { ReplicationStream } from "../../src/replication/stream.ts";
import { mulberry32 } from "../support/prng.ts";
import { encodeCommand, fromBytes } from "../support/resp.ts";

class Fed {
  readonly journal = new Journal();
  readonly stream = new ReplicationStream(1024 * 1024);
  growths = 0;
  broken: unknown[] = [];
  readonly feed = new Feed({
    journal: this.journal,
    stream: this.stream,
    onGrowth: () => this.growths++,
    onBroken: (error) => this.broken.push(error),
  });

  /** Run what a command would: a unit with these effects. */
  unit(...effects: readonly (readonly [db: number, ...args: string[]])[]): void {
    this.journal.begin();
    for (const [db, ...args] of effects) this.journal.append(db, args);
    this.journal.end();
  }

  get text(): string {
    const reader = this.stream.reader(0)!;
    let text = "";
    for (let piece = reader.peek(); piece.length > 0; piece = reader.peek()) {
      text += fromBytes(piece);
      reader.advance(piece.length);
    }
    return text;
  }
}

const lines = (...commands: string[]) =>
  commands.map((line) => encodeCommand(line.split(" "))).join("");

Deno.test("a SELECT goes before a command of another database; what belongs together is wrapped", () => {
  const fed = new Fed();
  fed.feed.start();
  fed.unit([0, "SET", "a", "1"]);
  fed.unit([0, "SET", "b", "1"]);
  fed.unit([3, "SET", "c", "1"], [3, "DEL", "d"]);
  fed.unit([3, "SET", "e", "1"]);
  assertEquals(
    fed.text,
    lines(
      "SELECT 0",
      "SET a 1",
      "SET b 1",
      "MULTI",
      "SELECT 3",
      "SET c 1",
      "DEL d",
      "EXEC",
      "SET e 1",
    ),
  );
});

Deno.test("the database is named anew for a reader that begins here", () => {
  const fed = new Fed();
  fed.feed.start();
  fed.unit([2, "SET", "a", "1"]);
  fed.feed.forgetSelected();
  assertEquals(fed.feed.selectedDb, -1);
  fed.unit([2, "SET", "a", "2"]);
  fed.feed.send(["PING"]);
  fed.unit([2, "SET", "a", "3"]);
  assertEquals(
    fed.text,
    lines("SELECT 2", "SET a 1", "SELECT 2", "SET a 2", "PING", "SET a 3"),
  );
});

Deno.test("nothing is fed before the start and after the stop; growth is told once a turn", async () => {
  const fed = new Fed();
  fed.unit([0, "SET", "a", "1"]);
  assertEquals(fed.journal.active, false);
  fed.feed.start();
  fed.feed.start();
  fed.unit([0, "SET", "a", "2"]);
  fed.unit([0, "SET", "a", "3"]);
  assertEquals(fed.growths, 0);
  await Promise.resolve();
  assertEquals(fed.growths, 1);
  fed.feed.stop();
  fed.unit([0, "SET", "a", "4"]);
  await Promise.resolve();
  assertEquals(fed.growths, 1);
  assertEquals(fed.text, lines("SELECT 0", "SET a 2", "SET a 3"));
});

Deno.test("reading the stream gives each effect in its database, in order", () => {
  const { next } = mulberry32(7);
  const below = (limit: number) => Math.floor(next() * limit);
  const fed = new Fed();
  fed.feed.start();
  const expected: string[] = [];
  for (let i = 0; i < 2000; i++) {
    if (below(20) === 0) fed.feed.forgetSelected();
    const effects = Array.from(
      { length: 1 + below(3) },
      (_, n) => [below(3), "SET", `k${i}`, `${n}`] as const,
    );
    fed.unit(...effects);
    for (const [db, ...args] of effects) expected.push(`${db} ${args.join(" ")}`);
  }
  let db = -1;
  let open = 0;
  const got: string[] = [];
  const text = fed.text;
  const pattern = /\*(\d+)\r\n((?:\$\d+\r\n[^\r]*\r\n)+)/g;
  for (const [, , body] of text.matchAll(pattern)) {
    const args = [...body.matchAll(/\$\d+\r\n([^\r]*)\r\n/g)].map(([, arg]) => arg);
    if (args[0] === "SELECT") db = Number(args[1]);
    else if (args[0] === "MULTI") assertEquals(++open, 1);
    else if (args[0] === "EXEC") assertEquals(--open, 0);
    else got.push(`${db} ${args.join(" ")}`);
  }
  assertEquals(got, expected);
});

Deno.test("a unit that cannot be encoded is told, and what follows begins anew", () => {
  const fed = new Fed();
  fed.feed.start();
  fed.unit([1, "SET", "a", "1"]);
  const from = fed.stream.end;
  const bad = { db: 1, args: ["SET", "a".repeat(20_000), "2"] };
  Object.defineProperty(bad.args, "2", {
    get: () => {
      throw new RangeError("Array buffer allocation failed");
    },
  });
  fed.journal.begin();
  fed.journal.append(bad.db, bad.args);
  fed.journal.end();
  assertEquals(fed.broken.map(String), ["RangeError: Array buffer allocation failed"]);
  fed.stream.reset(fed.stream.end);
  const text = lines("SELECT 1", "SET a 3");
  const position = fed.stream.end;
  fed.unit([1, "SET", "a", "3"]);
  assertEquals(fed.stream.end - position, text.length);
  assertEquals(position >= from, true);
});
