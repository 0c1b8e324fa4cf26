import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { RawClient } from "../support/raw_client.ts";
import { freePort, REPOSITORY } from "../support/servers.ts";
import { TempDir } from "../support/temp.ts";
import { until } from "../support/until.ts";

Deno.test("what nobody handled is logged and counted, and the server goes on", async () => {
  await using dir = await TempDir.create();
  const port = freePort();
  const logfile = `${dir.path}/log`;
  await using _child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", `${REPOSITORY}tests/server/faulty_main.ts`, "--port", `${port}`],
      ...["--bind", "127.0.0.1", "--dir", dir.path, "--save", "", "--logfile", logfile],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const log = () => {
    try {
      return Deno.readTextFileSync(logfile);
    } catch {
      return "";
    }
  };
  await until(() => log().includes("a callback of nobody"), "the second fault");
  const text = log();
  assertStringIncludes(
    text,
    "# A rejection that nobody handled, the server goes on: RangeError: a",
  );
  assertStringIncludes(text, "# An error that nobody handled, the server goes on: TypeError: a");
  assert(/faulty_main\.ts:\d+/.test(text), text);
  await using client = await RawClient.connect(port);
  assertEquals(await client.call("PING"), "+PONG\r\n");
  assertStringIncludes(await client.call("INFO", "stats"), "\r\nunhandled_errors:2\r\n");
  await client.call("CONFIG", "RESETSTAT");
  assertStringIncludes(await client.call("INFO", "stats"), "\r\nunhandled_errors:0\r\n");
});
