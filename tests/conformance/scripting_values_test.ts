import { conform } from "./runner.ts";
import { evalCases, functionCases, quoted } from "./scripting_support.ts";

/** Values that scripts return, and what becomes of them. */
const VALUES = [
  ...["nil", "true", "false", "0", "-0", "1", "-1", "3.99", "-3.99", "1e15", "2^53", "2^53+1"],
  ...["2^62", "2^63", "-2^63", "2^64", "1e300", "-1e300", "0/0", "1/0", "-1/0", "0.1+0.2"],
  ...["''", "'x'", "'1'", "'a\\0b'", "'\\r\\n'", "'\\255'", "('x'):rep(100000)"],
  ...["{}", "{1}", "{1,2,nil,4}", "{nil,2}", "{1,{2,{3,{}}}}", "{true,false}", "{a=1}", "{1,a=2}"],
  ...["{[0]=1}", "{[1]='a',[3]='c'}", "{[1.5]=2}", "{'a',print}", "print", "redis.call"],
  ...["{ok='x'}", "{ok=''}", "{ok='a\\nb'}", "{ok=1}", "{ok='x',1,2}", "{{ok='x'},{err='y z'}}"],
  ...[
    "{double=1.5}",
    "{double=1}",
    "{double=1/0}",
    "{double='x'}",
  ],
  ...[
    "{map={a=1}}",
    "{map={}}",
    "{map=1}",
    "{map={[1]='x'}}",
    "{set={a=true}}",
    "{set={}}",
    "{set=1}",
  ],
  ...["{big_number='123'}", "{big_number=123}", "{big_number='a\\nb'}", "{big_number=''}"],
  ...["{verbatim_string={string='x',format='txt'}}", "{verbatim_string={string='x'}}"],
  ...["{verbatim_string={format='txt'}}", "{verbatim_string={string='a\\nb',format='mkd'}}"],
  ...["{verbatim_string='x'}", "{map={a={map={b={1,2}}}}}", "{set={[1]=true}}"],
  ...["coroutine.create(function() end)", "setmetatable({},{__index=function() return 1 end})"],
  ...["setmetatable({1,2},{__index=function() error('x') end})", "tostring(1)", "tostring(1e15)"],
  ...[
    "tostring(1e100)",
    "tostring(-0)",
    "tostring(0.1)",
    "tostring(1/3)",
    "10 % 3",
    "-10 % 3",
    "2^0.5",
  ],
  ...["#'abc'", "#{1,2,3}", "'a'..1", "1 ..2", "'10'+5", "'0x10'+0", "1 == 1.0", "'a' < 'b'"],
  ...["select('#', nil, nil)", "type(KEYS)", "#KEYS", "#ARGV", "type(redis)", "_VERSION"],
  ...[
    "redis.status_reply('x y')",
    "redis.error_reply('X y')",
    "redis.sha1hex('')",
    "redis.sha1hex('x')",
  ],
  ...["redis.sha1hex(1)", "redis.sha1hex(1.5)", "redis.sha1hex(nil)", "redis.sha1hex({})"],
  ...[
    "redis.LOG_DEBUG",
    "redis.LOG_WARNING",
    "redis.REPL_ALL",
    "redis.REPL_NONE",
    "redis.REPL_SLAVE",
  ],
  ...["redis.REPL_REPLICA", "redis.REPL_AOF", "redis.replicate_commands()", "redis.breakpoint()"],
  ...["redis.debug('x')", "redis.set_repl(redis.REPL_ALL)", "redis.acl_check_cmd('get','x')"],
  ...[
    "redis.log(redis.LOG_DEBUG, 'x')",
    "table.concat({1,2,3}, ',')",
    "table.getn({1,2})",
    "unpack({1,2})",
  ],
  ...["string.format('%d %s %5.2f %q', 3, 'x', 1.5, 'a\"b')", "string.format('%x', 255)"],
  ...[
    "string.byte('A')",
    "string.char(0,255)",
    "('abc'):sub(-2)",
    "('abc'):find('b')",
    "('a,b'):gsub(',', ';')",
  ],
  ...[
    "('k=v'):match('(%w+)=(%w+)')",
    "math.floor(-1.5)",
    "math.max(1,3,2)",
    "math.huge",
    "math.pi",
  ],
  ...["tonumber('0x1f')", "tonumber('z', 36)", "tonumber('')", "tonumber(' 5 ')", "tonumber('5x')"],
  ...["next({})", "rawequal('a','a')", "pcall(error, 'x')", "pcall(error, {err='X'})", "type(nil)"],
  ...["bit.band(0xff, 0x0f)", "bit.bor(1,2,4)", "bit.bxor(1,3)", "bit.bnot(0)", "bit.lshift(1,31)"],
  ...[
    "bit.rshift(-1,1)",
    "bit.arshift(-2,1)",
    "bit.rol(1,33)",
    "bit.tohex(255)",
    "bit.tohex(-1,-4)",
    "bit.tobit(2^32+1)",
  ],
  ...[
    "cjson.encode({1,2,3})",
    "cjson.encode({a=1})",
    "cjson.encode({})",
    "cjson.encode('a\"\\n\\0')",
  ],
  ...[
    "cjson.encode(1.5)",
    "cjson.encode(1e20)",
    "cjson.encode(cjson.null)",
    "cjson.encode({cjson.null})",
  ],
  ...[
    "cjson.encode(true)",
    "cjson.encode('/')",
    "cjson.encode({[1]=1,[3]=3})",
    "cjson.encode({1,nil,3})",
  ],
  ...[
    "cjson.decode('[1,2,{\"a\":null}]')[2]",
    "cjson.decode('{\"a\":1}').a",
    "cjson.decode('null') == cjson.null",
  ],
  ...[
    "cjson.decode('\"\\\\u00e9\"')",
    "cjson.decode('1.5e3')",
    "cjson.decode('-0')",
    "cjson.decode('[]')",
  ],
  ...[
    "cjson.encode(cjson.decode('[[],{}]'))",
    "cjson.decode('12345678901234567890')",
    "cjson.decode(' true ')",
  ],
  ...[
    "cmsgpack.pack(1)",
    "cmsgpack.pack('x',1,nil,true)",
    "cmsgpack.pack({1,2})",
    "cmsgpack.pack({a=1})",
  ],
  ...[
    "cmsgpack.pack(1.5)",
    "cmsgpack.pack(-1)",
    "cmsgpack.pack(2^40)",
    "cmsgpack.pack(('x'):rep(40))",
    "cmsgpack.pack({})",
  ],
  ...["{cmsgpack.unpack(cmsgpack.pack(1,'a',{2}))}", "{cmsgpack.unpack_one(cmsgpack.pack(1,2))}"],
  ...[
    "{cmsgpack.unpack_limit(cmsgpack.pack(1,2,3), 2)}",
    "struct.pack('>I2', 258)",
    "struct.pack('<i4', -2)",
  ],
  ...[
    "{struct.unpack('>I2', '\\1\\2')}",
    "struct.size('>i4d')",
    "struct.pack('>d', 1.5)",
    "struct.pack('s', 'abc')",
  ],
  ...[
    "struct.pack('bBhH', 1, 2, 3, 4)",
    "{struct.unpack('<s', 'abc\\0')}",
    "{struct.unpack('c0', 'abc')}",
  ],
];

/** Commands whose replies scripts look at. */
const REPLIES = [
  ...["'set','a','1'", "'get','none'", "'get','s'", "'incr','n'", "'incrbyfloat','f','1.5'"],
  ...["'lrange','l','0','-1'", "'lrange','none','0','-1'", "'lpop','none','2'", "'lpop','none'"],
  ...[
    "'hgetall','h'",
    "'hget','h','a'",
    "'hmget','h','a','x'",
    "'smembers','set'",
    "'sismember','set','a'",
  ],
  ...[
    "'smismember','set','a','x'",
    "'zscore','z','a'",
    "'zscore','z','x'",
    "'zrange','z','0','-1','withscores'",
  ],
  ...[
    "'zadd','z','incr','1','a'",
    "'zpopmin','z'",
    "'zrandmember','none'",
    "'zmscore','z','a','x'",
  ],
  ...[
    "'xadd','x','1-1','a','b'",
    "'xrange','x','-','+'",
    "'xread','streams','x','0'",
    "'xread','streams','none','0'",
  ],
  ...[
    "'exists','s','none'",
    "'type','s'",
    "'ttl','s'",
    "'ping'",
    "'ping','x'",
    "'echo','x'",
    "'strlen','s'",
  ],
  ...[
    "'geopos','g','x'",
    "'geodist','g','a','a'",
    "'bitfield','s','get','u8','0'",
    "'setbit','s','1','1'",
  ],
  ...[
    "'publish','c','m'",
    "'object','encoding','s'",
    "'mget','s','none'",
    "'set','s','x','nx'",
  ],
  ...[
    "'set','s','x','get'",
    "'getdel','s'",
    "'blmpop','0','1','none','left'",
  ],
  ...[
    "'lmpop','1','none','left'",
    "'zmpop','1','z','min'",
    "'sscan','set','0'",
  ],
  ...[
    "'zrank','z','x'",
    "'srandmember','none'",
    "'spop','set'",
    "'hrandfield','none'",
    "'hscan','h','0'",
  ],
  ...[
    "'append','s','z'",
    "'getrange','s','0','0'",
    "'dbsize'",
    "'touch','s'",
    "'dump','none'",
    "'lpos','l','q'",
    "'lcs','s','none','idx'",
  ],
];

const DATA = "MSET s value n 5 f 1.5 ; RPUSH l 1 2 ; HSET h a 1 ; SADD set a ; ZADD z 1.5 a ; " +
  "XADD x 1-0 f v ; GEOADD g 1 1 a ; ";

/** Describes a value in text, so that nothing of it is lost on its way out. */
const SHOW = `local function show(v) if type(v) ~= 'table' then return type(v)..':'..tostring(v) end
local parts = {} for k, e in pairs(v) do parts[#parts+1] = show(k)..'='..show(e) end
table.sort(parts) return '{'..table.concat(parts, ',')..'}' end `;

const shown = REPLIES.flatMap((call) =>
  [2, 3].map((version) =>
    `${DATA}EVAL ${quoted(`${SHOW}redis.setresp(${version}) return show(redis.call(${call}))`)} 0`
  )
).join("\n");

const passed = REPLIES.flatMap((call) =>
  [2, 3].map((version) =>
    `${DATA}EVAL ${quoted(`redis.setresp(${version}) return redis.pcall(${call})`)} 0`
  )
).join("\n");

/** What 7.2 does otherwise than 7.0. */
const SINCE_7_2 = String.raw`
EVAL "return redis.call('blpop', 'l', '0')" 0 ~differs:script-null
EVAL "return redis.call('brpop', 'l', '0')" 0 ~differs:script-null
EVAL "return redis.pcall('blmove', 'l', 'm', 'left', 'left', '0')" 0 ~differs:script-null
EVAL "return redis.call('bzpopmin', 'z', '0')" 0 ~differs:script-null
EVAL "return redis.call('wait', '1', '0')" 0 ~differs:script-wait
EVAL "return redis.call('echo', 0.1)" 0 ~differs:script-tenth
EVAL "return redis.call('echo', -0)" 0 ~differs:script-zero
EVAL "return redis.call('echo', 1e-7)" 0 ~differs:script-small
EVAL "return redis.call('echo', 2^63)" 0 ~differs:script-large
EVAL "return {double=0/0}" 0 ~differs:script-nan
EVAL "redis.setresp(3) return {double=1e300}" 0 ~differs:script-double
`;

/** Arguments of calls. */
const ARGUMENTS = [
  ...[
    "1",
    "1.0",
    "1.5",
    "1e15",
    "1e16",
    "2^53",
    "1e100",
    "0/0",
    "1/0",
  ],
  ...["-1/0", "100000000000000000000", "3.0e2", "''", "'a\\0b'", "0x10", "123456789.123"],
].map((value) => `return redis.call('echo', ${value})`);

const RETURNS = VALUES.flatMap((value) => [`return ${value}`, `redis.setresp(3) return ${value}`]);

conform(
  "scripting values",
  `
${evalCases(RETURNS)}
${evalCases(ARGUMENTS)}
${SINCE_7_2}
${functionCases(VALUES.slice(0, 80).map((value) => `return ${value}`))}
`,
);

conform("scripting replies", `${shown}\n${passed}`);
