/**
 * The engine by itself: what a script can do to it, how slow ones are suspended and ended, that
 * engines share nothing.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { ErrorReply, RedisError, type Reply } from "../../src/resp/reply.ts";
import { LuaEngine } from "../../src/scripting/engine.ts";
import type { RunLimits } from "../../src/scripting/host.ts";
import { FakeHost } from "./fake_host.ts";
import { NO_LIMITS, Subject } from "./subject.ts";

const MB = 1024 * 1024;

function text(reply: Reply): string {
  assert(reply instanceof ErrorReply, `not an error: ${JSON.stringify(reply)}`);
  return reply.text;
}

/** A clock that goes on by 1 ms whenever it is read, and what is done in each pause. */
function slow(after: number, pause: (nth: number) => string | null): RunLimits & { count: number } {
  let time = 0;
  return {
    count: 0,
    now: () => time++,
    slowAfter: after,
    async pause() {
      await new Promise((resolve) => setTimeout(resolve, 0));
      return pause(++this.count);
    },
  };
}

Deno.test("engine: a quick script has ended when run returns", () => {
  const subject = new Subject();
  assertEquals(subject.outcome("return 1").reply, 1);
  assertEquals(subject.outcome("for i = 1, 100 do end return 2").reply, 2);
  assertEquals(subject.engine.isRunning, false);
});

Deno.test("engine: a slow script lets the event loop run, and goes on", async () => {
  const subject = new Subject();
  const limits = slow(5, () => null);
  let ticks = 0;
  const timer = setInterval(() => ticks++, 0);
  const outcome = subject.start(
    "local n = 0 for i = 1, 2000000 do n = n + 1 end return n",
    [],
    [],
    limits,
  );
  assert(outcome instanceof Promise);
  assert(subject.engine.isRunning);
  assertThrows(() => subject.outcome("return 1"), Error, "a script is running");
  assertEquals((await outcome).reply, 2000000);
  clearInterval(timer);
  assert(limits.count > 1 && ticks > 1);
  assertEquals(subject.outcome("return 1").reply, 1);
});

const ENDLESS = {
  "a loop": "while true do end",
  "a repeat": "repeat until false",
  "a numeric for": "for i = 1, math.huge do end",
  "a generic for": "for k in function() return 1 end do end",
  "pcall in a loop": "while true do pcall(function() while true do end end) end",
  "pcall of calls": "while true do pcall(redis.call, 'ping') end",
  "xpcall": "while true do xpcall(function() while true do end end, function(e) return e end) end",
  "recursion": "local function f() return f() end return f()",
  "a coroutine": "local f = coroutine.wrap(function() while true do end end) f()",
  "coroutines in a loop":
    "while true do coroutine.resume(coroutine.create(function() while true do end end)) end",
  "a coroutine made before":
    "local c = coroutine.create(function() while true do pcall(coroutine.yield) end end) while true do coroutine.resume(c) end",
  "a pattern": "return ('a'):rep(40):match(('a-'):rep(40) .. 'b')",
  "a pattern in pcall":
    "while true do pcall(string.match, ('a'):rep(40), ('a-'):rep(40) .. 'b') end",
  "gsub": "('x'):rep(100):gsub('x', function() while true do end end)",
  "sort": "table.sort({1, 2, 3}, function() while true do end end)",
  "a metamethod": "return setmetatable({}, {__index = function() while true do end end}).x",
  "tail calls between two":
    "local a, b function a() return b() end function b() return a() end a()",
};

for (const [name, script] of Object.entries(ENDLESS)) {
  Deno.test(`engine: ${name} can be killed`, async () => {
    const subject = new Subject();
    const limits = slow(3, (nth) => nth === 3 ? "Script killed by user with SCRIPT KILL..." : null);
    const outcome = await subject.start(script, [], [], limits);
    assertMatch(
      text(outcome.reply),
      /^ERR Script killed by user with SCRIPT KILL\.\.\. script: [0-9a-f]{40}, on /,
    );
    assertEquals(limits.count, 3);
    assertEquals(subject.outcome("for i = 1, 100000 do end return 'next'").reply, "next");
  });
}

const GREEDY = {
  "a long string": "return #string.rep('x', 2^30)",
  "strings put together": "local s = 'x' while true do s = s .. s end",
  "a table": "local t = {} for i = 1, 1e9 do t[i] = {} end",
  "coroutines": "local t = {} for i = 1, 1e9 do t[i] = coroutine.create(function() end) end",
  "table.concat":
    "local s = ('x'):rep(2^20) local t = {} for i = 1, 2000 do t[i] = s end return #table.concat(t)",
  "gsub": "return #(('x'):rep(2^20):gsub('x', ('y'):rep(2^10)))",
  "cjson.encode": "return #cjson.encode(('\\1'):rep(2^24))",
};

for (const [name, script] of Object.entries(GREEDY)) {
  Deno.test(`engine: ${name} beyond the memory limit is an error`, async () => {
    const subject = new Subject(64 * MB);
    const outcome = await subject.start(script, [], [], NO_LIMITS);
    assertMatch(text(outcome.reply), /not enough memory/);
    const caught = await subject.start(
      `local ok, err = pcall(function() ${script} end) return err`,
      [],
      [],
      NO_LIMITS,
    );
    assertEquals(caught.reply, "not enough memory");
    assert(subject.engine.capacityBytes <= 64 * MB);
    assertEquals(subject.outcome("return #ARGV[1]", [], ["x".repeat(100_000)]).reply, 100_000);
  });
}

Deno.test("engine: memory that a large script took is given back", () => {
  const subject = new Subject();
  assertEquals(subject.outcome("return #ARGV[1]", [], ["x".repeat(100 * MB)]).reply, 100 * MB);
  assert(subject.engine.capacityBytes < 100 * MB);
});

Deno.test("engine: arguments beyond the memory limit are an error", async () => {
  const subject = new Subject(32 * MB);
  const outcome = await subject.start("return 1", ["x".repeat(40 * MB)], [], NO_LIMITS);
  assertMatch(text(outcome.reply), /not enough memory/);
  assertEquals(subject.reply("return 1"), 1);
});

const DEEP = {
  "recursion": ["local function f() return 1 + f() end return f()", /stack overflow/],
  "metamethods": [
    "local t = setmetatable({}, {__index = function(t, k) return t[k] end}) return t.x",
    /C stack overflow/,
  ],
  "coroutines": [
    "local function f() return coroutine.wrap(f)() end return f()",
    /C stack overflow/,
  ],
  "gsub": ["local function f(s) return (s:gsub('.', f)) end return f('x')", /C stack overflow/],
  "a pattern": ["return ('x'):rep(300000):find(('x?'):rep(150000))", /stack overflow/],
  "a pattern in pcall": [
    "return {pcall(string.find, ('x'):rep(300000), ('x?'):rep(150000))}",
    /stack overflow/,
  ],
  "brackets": [`return ${"(".repeat(100_000)}`, /chunk has too many syntax levels/],
} as const;

for (const [name, [script, error]] of Object.entries(DEEP)) {
  Deno.test(`engine: deep ${name} is an error`, async () => {
    const subject = new Subject();
    const outcome = await subject.start(script, [], [], NO_LIMITS);
    assertMatch(text(outcome.reply), error);
    assertEquals(subject.reply("return 1"), 1);
  });
}

Deno.test("engine: a nested reply is cut where Lua's stack would be full", () => {
  let reply = new Subject().reply("local t = {} t[1] = t return t");
  let depth = 0;
  while (Array.isArray(reply)) {
    reply = reply[0];
    depth++;
  }
  assertEquals(text(reply), "ERR reached lua stack limit");
  assertEquals(depth, 7995);
});

Deno.test("engine: a reply out of shared tables is refused before it fills the memory", () => {
  const subject = new Subject();
  const reply = subject.reply("local t = {1} for i = 1, 40 do t = {t, t} end return t");
  assertEquals(text(reply), "ERR reply of the script is too large");
});

Deno.test("engine: finalizers do not run", () => {
  const subject = new Subject();
  const script = `local p = newproxy(true)
    getmetatable(p).__gc = function() while true do end end
    p = nil collectgarbage() return 'alive'`;
  assertEquals(subject.reply(script), "alive");
});

Deno.test("engine: setfenv(0, …) holds for one script", () => {
  const subject = new Subject();
  assertEquals(subject.reply("setfenv(0, {}) return 1"), 1);
  assertEquals(subject.reply("return type(redis)"), "table");
});

Deno.test("engine: the metatable of strings cannot be changed", () => {
  const subject = new Subject();
  const reply = subject.reply("getmetatable('').__index = nil");
  assertMatch(text(reply), /Attempt to modify a readonly table/);
});

Deno.test("engine: all bytes go through, in strings of any length", () => {
  const subject = new Subject();
  const bytes = Array.from({ length: 256 }, (_, n) => String.fromCharCode(n)).join("");
  for (const value of ["", bytes, bytes.repeat(10), bytes.repeat(1000), "a".repeat(3 * MB)]) {
    assertEquals(subject.reply("return ARGV[1]", [], [value]), value);
    assertEquals(subject.reply("return redis.call('echo', KEYS[1])", [value]), value);
    assertEquals(subject.reply("return {KEYS[1] == ARGV[1]}", [value], [value]), [1]);
  }
});

Deno.test("engine: engines share neither globals nor settings", () => {
  const one = new Subject();
  const other = new Subject();
  one.reply("cjson.encode_number_precision(3) return 1");
  assertEquals(one.reply("return cjson.encode(math.pi)"), "3.14");
  assertEquals(other.reply("return cjson.encode(math.pi)"), "3.1415926535898");
});

Deno.test("engine: reset forgets scripts, settings and memory", () => {
  const subject = new Subject();
  const { engine, host } = subject;
  const script = engine.compile("return 5");
  subject.reply("cjson.encode_number_precision(3)");
  engine.reset();
  assertEquals(engine.memoryBytes, 0);
  assertEquals(subject.reply("return cjson.encode(math.pi)"), "3.1415926535898");
  // What still holds a script may run it: it is compiled again.
  const run = { script, name: "x", keys: [], args: [], host, limits: NO_LIMITS };
  assertEquals((engine.run(run) as { reply: Reply }).reply, 5);
});

Deno.test("engine: released scripts leave no memory behind", () => {
  const engine = new LuaEngine({ kind: "eval", now: () => 0 });
  const host = new FakeHost();
  const round = () => {
    for (let i = 0; i < 2000; i++) {
      const script = engine.compile(`local n = ${i} return 'text ${i}'`);
      engine.run({ script, name: "x", keys: [], args: [], host, limits: NO_LIMITS });
      engine.release(script);
    }
    const script = engine.compile("collectgarbage() return 1");
    engine.run({ script, name: "x", keys: [], args: [], host, limits: NO_LIMITS });
    engine.release(script);
    return engine.memoryBytes;
  };
  const first = round();
  round();
  assert(round() <= first + 20_000);
});

Deno.test("engine: an error of the host comes out as it is, and the engine goes on", async () => {
  const subject = new Subject();
  const call = subject.host.call;
  subject.host.call = () => {
    throw new TypeError("a fault of the server");
  };
  await assertRejects(async () => await subject.start("redis.call('x')", [], [], NO_LIMITS));
  await assertRejects(async () =>
    await subject.start("for i = 1, 2 do pcall(redis.call, 'x') end", [], [], NO_LIMITS)
  );
  subject.host.call = call;
  assertEquals(subject.reply("return redis.call('echo', 'well')"), "well");
});

async function assertRejects(fn: () => Promise<unknown>): Promise<void> {
  try {
    await fn();
  } catch (error) {
    assert(error instanceof TypeError && error.message === "a fault of the server");
    return;
  }
  throw new Error("nothing was thrown");
}

Deno.test("engine: errors of commands are told apart from those that are not counted yet", () => {
  const subject = new Subject();
  const counts = (script: string) =>
    subject.outcome(script).errors.filter(({ counted }) => !counted).map(({ text }) => text);
  assertEquals(counts("return redis.call('nosuch')"), []);
  assertEquals(counts("return redis.pcall('nosuch')"), []);
  assertEquals(counts("return {redis.pcall('nosuch'), {err = 'MINE x'}}"), ["MINE x"]);
  assertEquals(counts("return redis.error_reply('MINE y')"), ["MINE y"]);
  assertEquals(counts("error({err = 'MINE z'})").length, 1);
  assertEquals(counts("return 1"), []);
});

Deno.test("engine: an error table without a text is an error", () => {
  // A real server ends with a crash.
  const subject = new Subject();
  assertMatch(text(subject.reply("error({})")), /^ERR unknown error script: /);
});

Deno.test("engine: the host hears of the log, the protocol and replication", () => {
  const subject = new Subject();
  subject.reply(`redis.log(redis.LOG_WARNING, 'a', 1, {}, 'b') redis.setresp(3)
    redis.set_repl(redis.REPL_AOF) return 1`);
  assertEquals(subject.host.logged, ["warning: a 1 b"]);
  assertEquals([subject.host.protocol, subject.host.replication], [3, 1]);
});

Deno.test("engine: redis and server are the same table", () => {
  assertEquals(new Subject().reply("return rawequal(redis, server)"), 1);
});

Deno.test("engine: os has a clock and nothing else", () => {
  const subject = new Subject();
  assertEquals(subject.reply("return type(os.clock())"), "number");
  assertEquals(subject.reply("local n = 0 for _ in pairs(os) do n = n + 1 end return n"), 1);
});

Deno.test("engine: scripts that can only be short are known as such", () => {
  const engine = new LuaEngine({ kind: "eval", now: () => 0 });
  const brief = (source: string) => engine.compile(source).brief;
  assert(brief("return 1"));
  assert(
    brief(
      "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end",
    ),
  );
  assert(brief("local t = cjson.decode(ARGV[1]) return t.x[1].y"));
  for (
    const long of [
      "while true do end",
      "repeat until false",
      "for i = 1, 2 do end",
      "for k in pairs({}) do end",
      "return (function() end)()",
      "return loadstring(ARGV[1])()",
      "return _G['load' .. 'string'](ARGV[1])()",
      "return getfenv().loadstring(ARGV[1])()",
      "return ('x'):find('y')",
      "return string.gsub('x', 'y', 'z')",
      "return string[ARGV[1]]('x', 'y')",
      "return xpcall(redis.call, redis.call)",
      "local a = 1 while a < 3 do a = a + 1 end return a",
    ]
  ) assert(!brief(long), long);
});

Deno.test("engine: a script that does not compile", () => {
  const engine = new LuaEngine({ kind: "eval", now: () => 0 });
  assertThrows(
    () => engine.compile("return 1 +"),
    RedisError,
    "ERR Error compiling script (new function): user_script:1: unexpected symbol near '<eof>'",
  );
});

Deno.test("engine: a long reply is not that of the script before", () => {
  const subject = new Subject();
  for (let i = 0; i < 20; i++) {
    const value = String.fromCharCode(97 + i).repeat(5000);
    assertEquals(subject.reply("return ARGV[1]", [], [value]), value);
    assertEquals(subject.reply("return {ARGV[1], ARGV[1]}", [], [value + "!"]), [
      value + "!",
      value + "!",
    ]);
    subject.reply("collectgarbage() collectgarbage() return 1");
  }
});
