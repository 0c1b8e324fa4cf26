/**
 * `--pipe`, before a server that answers from a script.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { answering, bulk, runOn, ScriptedServer, TestIo } from "./support.ts";

const SENT = "All data transferred. Waiting for the last reply...\n";
const LAST = "Last reply received from server.\n";

Deno.test("--pipe: counts replies, prints errors, ends with the last", async () => {
  using subject = answering({
    PING: "+PONG\r\n",
    bad: "-ERR bad\xff\r\n",
    ECHO: ([, text]) => bulk(text),
  });
  const io = new TestIo("PING\r\nbad\r\n*2\r\n$4\r\nECHO\r\n$20\r\n01234567890123456789\r\nPING");
  assertEquals(await runOn(subject, ["--pipe"], io), {
    code: 1,
    out: `${SENT}${LAST}errors: 1, replies: 4\n`,
    err: "ERR bad\xff\n",
  });
  assertEquals((await runOn(subject, ["--pipe"], new TestIo("PING\r\n"))).code, 0);
});

Deno.test("--pipe: silence ends it after a while, but not before the end of the input", async () => {
  using subject = answering({ PING: "+PONG\r\n", BLPOP: "", ECHO: "" });
  const io = new TestIo();
  io.haste = 1000;
  const running = runOn(subject, ["--pipe", "--pipe-timeout", "3"], io);
  io.type("PING\r\n");
  // Longer than the limit; the input goes on.
  while (io.clock < 10_000) await new Promise<void>((resolve) => io.later(1, resolve));
  io.type("BLPOP k 0\r\n");
  io.end();
  assertEquals(await running, {
    code: 1,
    out: `${SENT}errors: 1, replies: 1\n`,
    err: "No replies for 3 seconds: exiting.\n",
  });
});

Deno.test("--pipe: a server that leaves ends it", async () => {
  for (const answer of [null, "-ERR Protocol error\r\n", "?\r\n"]) {
    using subject = new ScriptedServer(([name]) => {
      if (name === "ECHO") return null;
      return answer;
    });
    const { code, out, err } = await runOn(subject, ["--pipe"], new TestIo("X\r\n"));
    assertEquals([code, out.includes("errors:")], [1, false]);
    const told = answer === null
      ? ""
      : answer === "?\r\n"
      ? "Error reading replies from server\n"
      : "ERR Protocol error\n";
    assertEquals(err, told);
  }
});

Deno.test("--pipe: reading and writing go on side by side", async () => {
  // More than the buffers between the two hold, in both directions.
  const value = "v".repeat(1000);
  let count = 0;
  using subject = answering({ X: () => bulk(value), ECHO: ([, text]) => bulk(text) });
  const io = new TestIo();
  const read = io.read.bind(io);
  io.read = async (buffer) => {
    if (count++ < 400) io.type("X\r\n".repeat(20));
    else io.end();
    return await read(buffer);
  };
  const { code, out } = await runOn(subject, ["--pipe"], io);
  assertEquals([code, out], [0, `${SENT}${LAST}errors: 0, replies: 8000\n`]);
});
