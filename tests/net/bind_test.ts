import { assertEquals } from "@std/assert";
import { LocalServer } from "../server/support.ts";
import { RawClient } from "../support/raw_client.ts";
import { findExecutable, findRedisServer } from "../support/servers.ts";
import { TempDir } from "../support/temp.ts";

/** A command line that runs the rest in a network namespace with nothing but loopback. */
const ALONE = [
  "-rn",
  "sh",
  "-c",
  'ip link set lo up && ip addr add 10.9.9.9/32 dev lo && exec "$0" "$@"',
];

function canBeAlone(): boolean {
  if (findExecutable("unshare") === undefined || findExecutable("ip") === undefined) return false;
  const args = [...ALONE, "cat", "/proc/net/if_inet6"];
  const { success, stdout } = new Deno.Command("unshare", { args, stderr: "null" }).outputSync();
  return success && new TextDecoder().decode(stdout).includes(" lo");
}

const why = Deno.build.os !== "linux"
  ? "only on Linux"
  : findRedisServer() === undefined
  ? "no redis-server on PATH"
  : !canBeAlone()
  ? "no network namespace with IPv6"
  : undefined;

Deno.test({
  name:
    "bind at the start and by CONFIG SET listens where a real server does, and who comes from elsewhere is refused alike" +
    (why === undefined ? "" : ` (ignored: ${why})`),
  ignore: why !== undefined,
  async fn() {
    await using dir = await TempDir.create();
    const script = new URL("bind_in_namespace.ts", import.meta.url).pathname;
    const { success, stdout, stderr } = await new Deno.Command("unshare", {
      args: [...ALONE, Deno.execPath(), "run", "-A", "--no-check", script, dir.path],
    }).output();
    const text = new TextDecoder();
    if (!success) throw new Error(text.decode(stderr));
    const { atStart, guarded, later } = JSON.parse(text.decode(stdout));
    for (const { ours, real } of [...atStart, ...guarded, ...later]) {
      assertEquals(ours, real, ours.what);
    }
  },
});

Deno.test("CONFIG SET bind moves to addresses that overlap the old ones, and back if it fails", async () => {
  await using local = await LocalServer.start();
  const { port } = local.server;
  await using client = await local.connect();
  const set = (bind: string) => client.call("CONFIG", "SET", "bind", bind);
  const reachable = async () => {
    await using other = await RawClient.connect(port);
    return await other.call("PING");
  };
  const failed = "-ERR CONFIG SET failed (possibly related to argument 'bind') - " +
    "Failed to bind to specified addresses.\r\n";
  for (const bind of ["localhost", "127.0.0.1", "localhost", "-127.0.0.1", "127.0.0.1"]) {
    assertEquals(await set(bind), "+OK\r\n", bind);
    assertEquals(await reachable(), "+PONG\r\n");
  }
  for (const bind of ["localhost 127.0.0.1", "192.0.2.1", "127.0.0.1 127.0.0.1"]) {
    assertEquals(await set(bind), failed, bind);
    assertEquals(local.server.parts.config.text("bind"), "127.0.0.1");
    assertEquals(await reachable(), "+PONG\r\n");
  }
  // Several at once, from one who sees it through and one who cannot wait.
  await using other = await local.connect();
  await client.sendRaw("CONFIG SET bind localhost\r\nCONFIG GET bind\r\n");
  await other.sendRaw("MULTI\r\nCONFIG SET bind -127.0.0.1\r\nCONFIG GET bind\r\nEXEC\r\n");
  assertEquals(await client.readReply(), "+OK\r\n");
  await client.readReply();
  for (const reply of ["+OK\r\n", "+QUEUED\r\n", "+QUEUED\r\n"]) {
    assertEquals(await other.readReply(), reply);
  }
  assertEquals(
    await other.readReply(),
    "*2\r\n+OK\r\n*2\r\n$4\r\nbind\r\n$10\r\n-127.0.0.1\r\n",
  );
  assertEquals(await set("127.0.0.1"), "+OK\r\n");
  assertEquals(await reachable(), "+PONG\r\n");
  assertEquals(
    await client.call("INFO", "server").then((info) => info.match(/listener0:.*/)?.[0]),
    `listener0:name=tcp,bind=127.0.0.1,port=${port}`,
  );
});
