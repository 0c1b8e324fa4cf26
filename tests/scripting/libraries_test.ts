/**
 * Function libraries: loading them and calling their functions, next to a real server.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { ReplyEncoder } from "../../src/resp/encoder.ts";
import { ErrorReply, RedisError, type Reply } from "../../src/resp/reply.ts";
import { LuaEngine } from "../../src/scripting/engine.ts";
import type { RunLimits, ScriptOutcome } from "../../src/scripting/host.ts";
import { type RawClient } from "../support/raw_client.ts";
import { startRedis } from "../support/servers.ts";
import { HAS_SERVER } from "./compare.ts";
import { FakeHost } from "./fake_host.ts";
import { NO_LIMITS } from "./subject.ts";

/** Code of a library, and the calls of its functions that follow. */
interface LibraryCase {
  code: string;
  calls?: string[][];
}

const register = (body: string) => `redis.register_function('f', function(keys, args) ${body} end)`;

/** Libraries that do not load. */
const REFUSED = [
  "",
  "return 1",
  "syntax error here",
  "\n\nreturn +",
  "foo = 1",
  "return foo",
  "local a = KEYS",
  "local a = ARGV",
  "local a = tonumber('1')",
  "local a = string.len('x')",
  "local a = math",
  "error('x')",
  "redis.call('ping')",
  "redis.pcall('ping')",
  "redis.setresp(3)",
  "redis.foo()",
  "redis.foo = 1",
  "redis.register_function = 1",
  "redis.register_function()",
  "redis.register_function('f')",
  "redis.register_function('f', 1)",
  "redis.register_function('f', 'g')",
  "redis.register_function({}, function() end)",
  "redis.register_function(nil, function() end)",
  "redis.register_function('f', function() end, 3)",
  "redis.register_function('a b', function() end)",
  "redis.register_function('', function() end)",
  "redis.register_function('f', function() end) redis.register_function('f', function() end)",
  "redis.register_function{}",
  "redis.register_function{function_name = 'f'}",
  "redis.register_function{callback = function() end}",
  "redis.register_function{function_name = {}, callback = function() end}",
  "redis.register_function{function_name = 'f', callback = 'x'}",
  "redis.register_function{function_name = 'f', callback = function() end, description = {}}",
  "redis.register_function{function_name = 'f', callback = function() end, flags = 'x'}",
  "redis.register_function{function_name = 'f', callback = function() end, flags = {'x'}}",
  "redis.register_function{function_name = 'f', callback = function() end, flags = {5}}",
  "redis.register_function{function_name = 'f', callback = function() end, flags = {{}}}",
  "redis.register_function{function_name = 'f', callback = function() end, unknown = 1}",
  "redis.register_function{function_name = 'f', callback = function() end, [1] = 1}",
  "redis.register_function{[{}] = 1}",
  "redis.log(redis.LOG_NOTICE)",
  "redis.log('x', 'y')",
  "local t = {} t.x.y = 1",
  "local a = redis.REPL_ALL",
  "local a = _G",
].map((code): LibraryCase => ({ code }));

/** Libraries that load, and what their functions give. */
const LOADED: LibraryCase[] = [
  { code: register("return 1"), calls: [["f", "0"]] },
  { code: register("return {keys, args}"), calls: [["f", "1", "k", "a", "b"], ["f", "0"]] },
  { code: register("return #keys + #args"), calls: [["f", "2", "k", "l", "a"]] },
  { code: register("error('boom')"), calls: [["f", "0"]] },
  { code: register("\n\nerror('third line')"), calls: [["f", "0"]] },
  { code: register("return redis.call('nosuch')"), calls: [["f", "0"]] },
  { code: register("return redis.pcall('nosuch')"), calls: [["f", "0"]] },
  { code: register("return redis.call('echo', args[1])"), calls: [["f", "0", "hi"]] },
  { code: register("foo = 1"), calls: [["f", "0"]] },
  { code: register("return foo"), calls: [["f", "0"]] },
  { code: register("return KEYS"), calls: [["f", "0"]] },
  { code: register("return ARGV"), calls: [["f", "0"]] },
  { code: register("redis.call = 1"), calls: [["f", "0"]] },
  { code: register("_G.x = 1"), calls: [["f", "0"]] },
  { code: register("setmetatable(_G, {})"), calls: [["f", "0"]] },
  { code: register("string.rep = nil"), calls: [["f", "0"]] },
  { code: register("return redis.breakpoint"), calls: [["f", "0"]] },
  { code: register("return redis.register_function"), calls: [["f", "0"]] },
  { code: register("return __redis__err__handler"), calls: [["f", "0"]] },
  { code: register("return {err = 'My Error'}"), calls: [["f", "0"]] },
  { code: register("return {ok = 'fine'}"), calls: [["f", "0"]] },
  { code: register("redis.setresp(3) return true"), calls: [["f", "0"]] },
  { code: register("return cjson.encode(args)"), calls: [["f", "0", "1", "x"]] },
  { code: register("return {pcall(function() return nope end)}"), calls: [["f", "0"]] },
  {
    code: `local r = redis.register_function
      r('f', function() return r('g', function() end) end)`,
    calls: [["f", "0"]],
  },
  {
    code: `local n = 0
      redis.register_function('f', function() n = n + 1 return n end)`,
    calls: [["f", "0"], ["f", "0"]],
  },
  {
    code: `local function helper(x) return x .. '!' end
      redis.register_function('f', function(k, a) return helper(a[1]) end)
      redis.register_function('g', function(k, a) return helper(helper(a[1])) end)`,
    calls: [["f", "0", "x"], ["g", "0", "y"]],
  },
  {
    code: `redis.register_function{function_name = 'f', callback = function() return 'named' end,
      description = 'words', flags = {'no-writes', 'NO-WRITES', 'allow-oom'}}`,
    calls: [["f", "0"]],
  },
  { code: "redis.register_function(5, function() return 'five' end)", calls: [["5", "0"]] },
  {
    code: "redis.register_function{FUNCTION_NAME = 'f', CallBack = function() return 1 end}",
    calls: [["f", "0"]],
  },
  {
    code: `redis.log(redis.LOG_DEBUG, 'x') local v = redis.REDIS_VERSION
      redis.register_function('f', function() return v == redis.REDIS_VERSION end)`,
    calls: [["f", "0"]],
  },
];

/** The engine with what FUNCTION LOAD and FCALL do around it. */
class Functions {
  readonly engine = new LuaEngine({ kind: "function", now: () => performance.now() });
  readonly host = new FakeHost();

  load(code: string, limits: RunLimits = NO_LIMITS): Reply {
    this.host.registered.length = 0;
    try {
      const handle = this.engine.loadLibrary(`\n${code}`, this.host, limits);
      return handle.length === 0 ? new ErrorReply("ERR No functions registered") : "lib";
    } catch (error) {
      if (error instanceof RedisError) return new ErrorReply(error.message);
      throw error;
    }
  }

  call(name: string, keys: string[], args: string[]): ScriptOutcome {
    const { callback } = this.host.registered.find((each) => each.name === name)!;
    const outcome = this.engine.run({
      ...{ script: callback, name, keys, args, host: this.host, limits: NO_LIMITS },
    });
    if (outcome instanceof Promise) throw new Error("the function was suspended");
    return outcome;
  }

  reply([name, count, ...rest]: string[]): Reply {
    return this.call(name, rest.slice(0, Number(count)), rest.slice(Number(count))).reply;
  }
}

async function compare(client: RawClient, { code, calls = [] }: LibraryCase): Promise<void> {
  const functions = new Functions();
  await client.call("FUNCTION", "FLUSH");
  const expected = [await client.call("FUNCTION", "LOAD", `#!lua name=lib\n${code}`)];
  const actual = [ReplyEncoder.encode(functions.load(code), 2).join("")];
  for (const call of calls) {
    expected.push(await client.call("FCALL", ...call));
    actual.push(ReplyEncoder.encode(functions.reply(call), 2).join(""));
  }
  assertEquals(actual, expected, code);
}

Deno.test({
  name: "libraries: load, fail and run as on a real server",
  ignore: !HAS_SERVER,
  fn: async () => {
    await using server = await startRedis();
    await using client = await server.connect();
    for (const each of [...REFUSED, ...LOADED]) await compare(client, each);
  },
});

Deno.test("libraries: what is registered comes with its description and flags", () => {
  const functions = new Functions();
  functions.load(LOADED.find(({ code }) => code.includes("description"))!.code);
  const [{ name, description, flags }] = functions.host.registered;
  assertEquals({ name, description, flags }, {
    name: "f",
    description: "words",
    flags: ["no-writes", "allow-oom"],
  });
});

Deno.test("libraries: loading has a time limit that no pcall keeps", () => {
  const functions = new Functions();
  let time = 0;
  const limits: RunLimits = {
    now: () => time += 100,
    slowAfter: 500,
    pause: () => Promise.reject(new Error("loading is never suspended")),
    timeout: "FUNCTION LOAD timeout",
  };
  const reply = functions.load("while true do end", limits);
  assert(reply instanceof ErrorReply);
  assertMatch(reply.text, /^ERR Error registering functions: ERR FUNCTION LOAD timeout/);
  assertEquals(functions.load(register("return 1")), "lib");
  assertEquals(functions.reply(["f", "0"]), 1);
});

Deno.test("libraries: all are there again after the interpreter broke", async () => {
  const functions = new Functions();
  functions.load(register("return args[1] .. '!'"));
  const f = functions.host.registered[0];
  functions.load(
    "redis.register_function('g', function() return ('x'):rep(300000):find(('x?'):rep(150000)) end)",
  );
  const g = functions.host.registered[0];
  const run = { keys: [], args: ["a"], host: functions.host, limits: NO_LIMITS };
  const broken = await functions.engine.run({ ...run, script: g.callback, name: "g" });
  assert(broken.reply instanceof ErrorReply);
  assertMatch(broken.reply.text, /stack overflow/);
  const outcome = await functions.engine.run({ ...run, script: f.callback, name: "f" });
  assertEquals(outcome.reply, "a!");
});

Deno.test("libraries: an unloaded one is not loaded again, and reset forgets all", () => {
  const { engine, host } = new Functions();
  const code = `\n${register("return 1")}`;
  const handle = engine.loadLibrary(code, host, NO_LIMITS);
  engine.unloadLibrary(handle);
  engine.unloadLibrary(handle);
  host.registered.length = 0;
  engine.loadLibrary(code, host, NO_LIMITS);
  engine.reset();
  assertEquals(engine.memoryBytes, 0);
});
