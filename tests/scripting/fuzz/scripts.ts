/**
 * Random scripts about values: what the libraries make of them, and how they are converted. Most
 * are sound, some are not quite: errors are compared too.
 *
 * @module
 */

import type { Prng } from "../../support/prng.ts";

/** Shows a value with all that it holds, in the order of `pairs`. */
const SHOW = `local function show(v, d)
  if type(v) == 'table' then
    if d > 20 then return '...' end
    local s = {}
    for k, x in pairs(v) do
      -- Their order depends on addresses.
      if type(k) == 'table' then return 'a table with tables as keys' end
      s[#s + 1] = show(k, d + 1) .. '=' .. show(x, d + 1)
    end
    return '{' .. table.concat(s, ',') .. '}'
  end
  if type(v) == 'number' then return string.format('%.17g', v) end
  if type(v) == 'string' then return string.format('%q', v) end
  return tostring(v)
end
`;

const SHOW_CALL = (call: string) =>
  `${SHOW}local t = {pcall(${call})} local s = {} for i = 1, 12 do s[i] = show(t[i], 0) end return s`;

/** Bytes as a Lua string, with escapes for all that is not a letter or a digit. */
export function quote(bytes: string): string {
  return `'${
    bytes.replace(/[^A-Za-z0-9 {}\[\]:,"._+-]/g, (char) =>
      `\\${String(char.charCodeAt(0)).padStart(3, "0")}`)
  }'`;
}

const EDGES = [
  ...["0", "-0", "1", "-1", "127", "128", "-128", "-129", "255", "256", "32767", "32768", "-32769"],
  ...["65535", "65536", "2^31-1", "2^31", "-2^31", "-2^31-1", "2^32-1", "2^32", "2^53", "2^53+2"],
  ...["2^62", "2^63", "-2^63", "2^64", "1e14", "1e15", "99999999999999", "123456789012345", "1e21"],
  ...["0.1", "0.5", "1/3", "2.5", "1e-4", "1e-5", "1e300", "1e-300", "5e-324", "1e308*10"],
  ...["-1e308*10", "3.4e38", "16777217", "1.1754944e-38", "0.30000000000000004"],
];

const WORDS = [
  "a",
  "b",
  "key",
  "name",
  "x1",
  "",
  "id",
  "list",
  "err",
  "ok",
  "map",
  "set",
  "double",
];

function bytes(random: Prng, length: number): string {
  let text = "";
  for (let i = 0; i < length; i++) {
    text += random.int(3) === 0
      ? String.fromCharCode(random.int(256))
      : random.pick(["a", "b", "z", "0", '"', "\\", "/", "\n", " "]);
  }
  return text;
}

function number(random: Prng): string {
  switch (random.int(5)) {
    case 0:
      return random.pick(EDGES);
    case 1:
      return String(random.int(20) - 5);
    case 2:
      return String((random.next() - 0.5) * 10 ** (random.int(40) - 20));
    case 3:
      return String(Math.round((random.next() - 0.5) * 2 ** random.int(64)));
    default:
      return (random.next() * 100).toFixed(random.int(6));
  }
}

function string(random: Prng): string {
  return quote(random.int(3) > 0 ? random.pick(WORDS) : bytes(random, random.int(40)));
}

/** A Lua expression. */
function value(random: Prng, depth = 0): string {
  const kind = random.int(depth > 4 ? 6 : 10);
  if (kind < 2) return number(random);
  if (kind < 4) return string(random);
  if (kind === 4) return random.pick(["true", "false", "nil", "cjson.null"]);
  if (kind === 5) return random.int(8) === 0 ? "function() end" : number(random);
  const parts: string[] = [];
  for (let n = random.int(kind === 6 ? 25 : 6); n > 0; n--) {
    const item = value(random, depth + 1);
    const keyed = random.int(kind === 7 ? 1 : 3) === 0;
    if (!keyed || item === "nil") parts.push(item);
    else if (random.int(3) > 0) parts.push(`[${string(random)}]=${item}`);
    else {parts.push(
        `[${random.pick(["1", "2", "3", "4", "7", "20", "1.5", "-1", "0", "true"])}]=${item}`,
      );}
  }
  return `{${parts.join(",")}}`;
}

/** JSON as text, sound or nearly so. */
function json(random: Prng, depth = 0): string {
  switch (random.int(depth > 4 ? 5 : 8)) {
    case 0:
      return random.pick(["null", "true", "false", "nul", "NaN", "inf", "-inf", "Infinity"]);
    case 1:
      return String((random.next() - 0.5) * 10 ** (random.int(30) - 15));
    case 2:
      return random.pick([
        "0",
        "-0",
        "1",
        "-1",
        "01",
        "1.",
        "1e5",
        "1E-3",
        "0x1F",
        "1e400",
        "-",
        "+1",
      ]);
    case 3:
      return String(random.int(1000));
    case 4: {
      const escapes = [
        "\\n",
        '\\"',
        "\\u0041",
        "\\u00e9",
        "\\ud83d\\ude00",
        "\\ud800",
        "\\x",
        "\\/",
      ];
      let text = "";
      for (let n = random.int(5); n > 0; n--) {
        text += random.int(4) === 0 ? random.pick(escapes) : random.pick(["a", "b", "é", " ", "1"]);
      }
      return `"${text}"`;
    }
    case 5:
    case 6: {
      const items = Array.from({ length: random.int(5) }, () => json(random, depth + 1));
      return `[${items.join(random.pick([",", ", ", ","]))}]`;
    }
    default: {
      const items = Array.from(
        { length: random.int(5) },
        () => `"${random.pick(WORDS)}":${json(random, depth + 1)}`,
      );
      return `{${items.join(",")}}`;
    }
  }
}

/** A text with some bytes changed, left out or put in. */
function mutate(random: Prng, text: string, changes = random.int(3)): string {
  for (; changes > 0 && text.length > 0; changes--) {
    const at = random.int(text.length);
    const rest = text.substring(at + (random.int(2) === 0 ? 1 : 0));
    text = text.substring(0, at) + (random.int(2) === 0 ? bytes(random, 1) : "") + rest;
  }
  return text;
}

const latin1 = (text: string) => String.fromCharCode(...new TextEncoder().encode(text));

/** MessagePack, sound or nearly so. */
function msgpack(random: Prng, depth = 0): string {
  const byte = (n: number) => String.fromCharCode(n & 255);
  const many = (count: number) =>
    Array.from({ length: count }, () => msgpack(random, depth + 1)).join("");
  switch (random.int(depth > 3 ? 5 : 8)) {
    case 0:
      return byte(random.int(256)) + bytes(random, random.int(10));
    case 1:
      return byte(0xcc + random.int(8)) + bytes(random, 8);
    case 2:
      return byte(random.int(128));
    case 3:
      return byte(0xca + random.int(2)) + bytes(random, 8);
    case 4: {
      const text = bytes(random, random.int(31));
      return random.int(2) === 0
        ? byte(0xa0 + text.length) + text
        : `\xd9${byte(text.length)}${text}`;
    }
    case 5: {
      const count = random.int(5);
      return random.pick([byte(0x90 + count), `\xdc\0${byte(count)}`]) + many(count);
    }
    default: {
      const count = random.int(4);
      const head = random.pick([byte(0x80 + count), `\xde\0${byte(count)}`]);
      return head + many(2 * count);
    }
  }
}

const FORMAT_PARTS = [
  ...[
    "b",
    "B",
    "h",
    "H",
    "i",
    "I",
    "l",
    "L",
    "T",
    "f",
    "d",
    "s",
    "x",
    "c0",
    "c3",
    "i3",
    "I5",
    "i8",
  ],
  ...["i16", ">", "<", "!", "!4", "!8", " ", "i1", "I2", "c1", "y", "i33", "!3"],
];

function structFormat(random: Prng): string {
  return Array.from({ length: 1 + random.int(6) }, () => random.pick(FORMAT_PARTS)).join("");
}

function directive(random: Prng): string {
  const flags = ["", "", "-", "0", "+", " ", "#"];
  const width = random.pick(["", "", "5", "20", "08"]);
  const precision = random.pick(["", "", ".0", ".3", ".14", ".17"]);
  const kind = random.pick([..."diouxXcgGeEfsq"]);
  if (kind === "q") return "%q";
  return `%${random.pick(flags)}${width}${kind === "c" ? "" : precision}${kind}`;
}

const POSITIONS = [
  "0",
  "1",
  "2",
  "-1",
  "-3",
  "5",
  "100",
  "-100",
  "2^31",
  "2^32+1",
  "-2^40",
  "1.5",
  "nil",
];

/** Kinds of scripts by name: each makes one out of a generator. */
export const KINDS: Record<string, (random: Prng) => string> = {
  reply: (random) => `${random.int(3) === 0 ? "redis.setresp(3) " : ""}return ${value(random)}`,
  cjson_encode: (random) => `return cjson.encode(${value(random)})`,
  cjson_decode: (random) =>
    SHOW_CALL(`cjson.decode, ${quote(mutate(random, latin1(json(random))))}`),
  cmsgpack_pack: (random) =>
    `return cmsgpack.pack(${
      Array.from({ length: 1 + random.int(3) }, () => value(random)).join(", ")
    })`,
  cmsgpack_unpack: (random) =>
    SHOW_CALL(
      `cmsgpack.${random.pick(["unpack", "unpack", "unpack_one", "unpack_limit"])}, ${
        quote(mutate(random, msgpack(random)))
      }${random.int(3) === 0 ? `, ${random.int(5) - 1}, ${random.int(5) - 1}` : ""}`,
    ),
  cmsgpack_round: (random) => SHOW_CALL(`cmsgpack.unpack, cmsgpack.pack(${value(random)})`),
  struct_pack: (random) =>
    `return struct.pack(${quote(structFormat(random))}, ${
      Array.from({ length: 6 }, () => random.int(3) > 0 ? number(random) : string(random)).join(
        ", ",
      )
    })`,
  struct_unpack: (random) =>
    SHOW_CALL(
      `struct.unpack, ${quote(structFormat(random))}, ${quote(bytes(random, random.int(60)))}${
        random.int(3) === 0 ? `, ${random.pick(POSITIONS)}` : ""
      }`,
    ),
  struct_size: (random) => `return struct.size(${quote(structFormat(random))})`,
  bit: (random) => {
    const name = random.pick([
      ...["tobit", "bnot", "band", "bor", "bxor", "lshift", "rshift", "arshift", "rol", "ror"],
      ...["bswap", "tohex"],
    ]);
    return `return bit.${name}(${number(random)}, ${number(random)})`;
  },
  format: (random) => {
    const format = Array.from({ length: 1 + random.int(3) }, () => directive(random)).join("|");
    const args = Array.from(
      { length: 3 },
      () => random.int(5) > 0 ? number(random) : string(random),
    );
    return `return string.format(${quote(format).replace(/\\037/g, "%").replace(/\\035/g, "#")}, ${
      args.join(", ")
    })`;
  },
  text: (random) => {
    const text = quote(bytes(random, random.int(20)));
    const position = () => random.pick(POSITIONS);
    return random.pick([
      `return {string.sub(${text}, ${position()}, ${position()})}`,
      `return {string.byte(${text}, ${position()}, ${position()})}`,
      `return {string.find(${text}, ${string(random)}, ${position()}, true)}`,
      `return {string.match(${text}, '[a-z]+()', ${position()})}`,
      `return {string.find(${text}, '(%w)%1', ${position()})}`,
      `return {string.gsub(${text}, '%w', '<%0>', ${position()})}`,
      `return tostring(tonumber(${quote(String(random.int(1e6).toString(36)))}, ${
        2 + random.int(35)
      }))`,
      `return tostring(tonumber(${text}, 16))`,
      `return tostring(${number(random)})`,
    ]);
  },
  math: (random) =>
    `math.randomseed(${number(random)}) return {math.random(${
      1 + random.int(1000)
    }), tostring(math.random()), math.random(${random.int(100) - 50}, ${50 + random.int(1e9)})}`,
  call: (random) =>
    `return redis.call('echo', ${random.int(2) === 0 ? number(random) : value(random)})`,
};
