/**
 * Random users, rules and commands.
 *
 * @module
 */

import type { Prng } from "../../support/prng.ts";

/** Users that are made, changed and deleted. */
export const USERS: readonly string[] = ["u0", "u1", "u2", "u3", "default"];

const CATEGORIES =
  ("keyspace read write set sortedset list hash string bitmap hyperloglog geo stream " +
    "pubsub admin fast slow blocking dangerous connection transaction scripting").split(" ");
const KEYS = ["a1", "a2", "b1", "b2", "r1", "w1", "x", "", "A1", "a*"];
const KEY_PATTERNS = [
  "a*",
  "b*",
  "a1",
  "b?",
  "[ab]1",
  "r*",
  "w*",
  "*",
  "",
  "**",
  "\\a1",
  "[^x]*",
  "x",
];
const LISTENED = ["s1", "s2", "t1"];
const LISTENED_PATTERNS = ["s*", "t*", "s1"];
const SENT = ["c1", "c2", "d1"];
const CHANNEL_PATTERNS = ["s*", "s1", "t*", "c*", "c1", "*", "", "[sc]1", "d?"];
const PASSWORDS = ["p", "q", "", "long password", "\0\xff"];
const HASHES = [
  "148de9c5a7a44d19e56cd9ae1a554bf67847afb0c58f6e12fa29ac7ddfca9940",
  "8e35c2cd3bf6641bdb0e2050b76932cbb2e6034a0ddacc1d9bea82a6ba57f7cf",
  "148DE9c5a7a44d19e56cd9ae1a554bf67847afb0c58f6e12fa29ac7ddfca9940",
  "abc",
];
const NONSENSE = [
  "foo",
  "+nope",
  "-nope",
  "+@nope",
  "-@",
  "+",
  "%X~a",
  "~a b",

  "+get|",
  "",
];
const FIRST_ARGS = [
  "select|0",
  "select|1",
  "echo|hi",
  "get|a1",
  "set|a1",
  "config|nope",
  "debug|x",
];

/** Commands that rules name often, so that rules meet. */
const OFTEN = ("get set mget copy select config config|get config|set client client|id " +
  "client|setname publish subscribe psubscribe acl|whoami echo sort").split(" ");

/** Commands whose rules override each other. */
const FAMILIES = [
  ["config", "config|get", "config|set"],
  ["client", "client|id", "client|setname", "client|nope"],
  ["select", "select|0", "select|1", "select|"],
  ["get", "get|a1", "get|A1"],
];

/** Commands; K is a key, N a channel to send to, L one to listen to, M a pattern of those. */
const COMMANDS = `
get K
set K v
set K v get
getset K v
mget K K K
mset K v K v
msetnx K v K v
del K
exists K K
append K v
strlen K
incrby K 0
setrange K 0 v
bitfield K get u8 0
bitfield K set u8 0 1
bitop or K K K
pfmerge K K
lpush K v
rpush K v
lpop K
lrange K 0 -1
lmove K K left right
rpoplpush K K
lmpop 2 K K left
sadd K v
smembers K
smove K K v
sinterstore K K K
sintercard 2 K K
sintercard 0 K
hset K f v
hget K f
zadd K 1 m
zrange K 0 -1
zunionstore K 2 K K
zunion 2 K K
zrangestore K K 0 -1
xadd K 1-1 f v
xread streams K K 0 0
geoadd K 1 1 m
georadius K 1 1 1 km
georadius K 1 1 1 km store K
geosearchstore K K frommember m byradius 1 km
sort K
sort K alpha
sort K by nosort
sort K by x* alpha
sort K alpha get x* get #
sort K by x* store K
sort_ro K by x*
copy K K
rename K K
renamenx K K
type K
expire K 1000
persist K
touch K K
unlink K
watch K
unwatch
publish N hi
spublish N hi
ping
echo hi
echo ho
select 0
select 1
config get hz
config resetstat
config get a
client getname
client setname n
client id x
command count x
acl whoami
acl cat x
acl deluser nobody
acl setuser
dbsize x
pubsub numpat
unsubscribe L x
nope K
get
config nope
lastsave x
time x
wait 0 0
select 2
echo hi
config get maxmemory
publish N N
get K
mget K K
copy K K
set K v
`;

/** Commands that are asked for but not run: they wait, end something or have other effects. */
const ASKED_ALONE = `
blpop K K 0
blmove K K left right 0
bzpopmin K 0
blmpop 0 2 K K left
xreadgroup group g c block 0 streams K >
subscribe L N L
psubscribe M N
ssubscribe L N
unsubscribe N
memory usage K
migrate h 1 K 0 1 keys K
migrate h 1 "" 0 1 keys
migrate host 1 K 0 1
migrate host 1 "" 0 1 keys K K
migrate host 1 "" 0 1 copy auth keys keys K
xread streams K K 0
object encoding K
pfmerge K
flushall
shutdown
replicaof no one
psync ? -1
sync
debug jmap
client kill x
client pause 1
config set a b
config rewrite
acl list
acl setuser x
acl log
auth a b
hello 3
reset
quit
multi
exec
keys *
scan 0
info
swapdb 0 1
config
object help
`;

/** Commands whose one reply shows whether a connection may listen. */
const LISTENING = ["subscribe L", "psubscribe M", "ssubscribe L"];

const lines = (text: string) => text.split("\n").filter((line) => line !== "");
const RUN = lines(COMMANDS);
const ASKED = [...RUN, ...lines(ASKED_ALONE)];

/** Makes random rules and commands out of one generator. */
export class Generator {
  readonly #random: Prng;
  /** Names of commands that both servers have, subcommands included. */
  readonly #names: readonly string[];

  constructor(random: Prng, names: readonly string[]) {
    this.#random = random;
    this.#names = names;
  }

  /** One of them, each as likely. */
  pick<T>(items: readonly T[]): T {
    return this.#random.pick(items);
  }

  /** True so often in a hundred times. */
  chance(percent: number): boolean {
    return this.#random.int(100) < percent;
  }

  /** A number below. */
  below(limit: number): number {
    return this.#random.int(limit);
  }

  #sometimesUpper(word: string): string {
    return this.chance(5) ? word.toUpperCase() : word;
  }

  #commandRule(): string {
    const sign = this.pick(["+", "-"]);
    const kind = this.below(10);
    if (kind < 2) return this.#sometimesUpper(sign + this.pick(this.#names));
    if (kind < 5) return this.#sometimesUpper(sign + this.pick(OFTEN));
    if (kind < 8) return this.#sometimesUpper(`${sign}@${this.pick(CATEGORIES)}`);
    if (kind < 9) return this.pick(["+@all", "-@all", "allcommands", "nocommands", "+@ALL"]);
    return sign + this.pick(FIRST_ARGS);
  }

  #keyRule(): string {
    const kind = this.below(10);
    if (kind < 1) return this.pick(["allkeys", "resetkeys", "~*"]);
    const pattern = this.pick(KEY_PATTERNS);
    return this.pick(["~", "~", "~", "%R~", "%W~", "%RW~", "%w~", "%wr~"]) + pattern;
  }

  #channelRule(): string {
    if (this.chance(20)) return this.pick(["allchannels", "resetchannels", "&*"]);
    return `&${this.pick(CHANNEL_PATTERNS)}`;
  }

  #selectorRule(): string {
    const kind = this.below(10);
    if (kind < 5) return this.#commandRule();
    return kind < 8 ? this.#keyRule() : this.#channelRule();
  }

  #selector(): string[] {
    const rules = Array.from({ length: this.below(5) }, () => this.#selectorRule());
    if (this.chance(60)) rules.unshift("+@all");
    if (this.chance(5)) rules.push(this.pick(NONSENSE));
    const text = `(${rules.join(" ")})`;
    return this.chance(30) ? text.split(" ") : [text];
  }

  #related(): string[] {
    const family = this.pick(FAMILIES);
    return Array.from(
      { length: 2 + this.below(3) },
      () => this.pick(["+", "-"]) + this.pick(family),
    );
  }

  #userRule(): string[] {
    const kind = this.below(100);
    if (this.chance(8)) return this.#related();
    if (kind < 18) return this.#selector();
    if (kind < 20) return ["clearselectors"];
    if (kind < 29) return [this.pick(["on", "on", "on", "off", "ON"])];
    if (kind < 34) return [this.pick(["nopass", "nopass", "resetpass"])];
    if (kind < 40) return [this.pick([">", ">", "<"]) + this.pick(PASSWORDS)];
    if (kind < 43) return [this.pick(["#", "!"]) + this.pick(HASHES)];
    if (kind < 45) return [this.pick(["sanitize-payload", "skip-sanitize-payload"])];
    if (kind < 46) return ["reset"];
    if (kind < 48) return [this.pick(NONSENSE)];
    return [this.#selectorRule()];
  }

  /** Rules for a user, some of them wrong. */
  rules(): string[] {
    return Array.from({ length: 1 + this.below(6) }, () => this.#userRule()).flat();
  }

  /** Rules that let a user in. */
  openRules(): string[] {
    return [
      "on",
      "nopass",
      this.pick(["+@all", "+@read", "+@write", "+@fast", "+@all"]),
      ...this.rules(),
    ];
  }

  #fill(template: string): string[] {
    return template.split(" ").map((word) => {
      if (word === "K") return this.pick(KEYS);
      if (word === "N") return this.pick(SENT);
      if (word === "L") return this.pick(LISTENED);
      if (word === "M") return this.pick(LISTENED_PATTERNS);
      return word === '""' ? "" : this.#sometimesUpper(word);
    });
  }

  /** A command that may be run. */
  command(): string[] {
    return this.#fill(this.pick(RUN));
  }

  /** A command to ask for. */
  asked(): string[] {
    return this.#fill(this.pick(ASKED));
  }

  /** A command that listens. */
  listening(): string[] {
    return this.#fill(this.pick(LISTENING));
  }

  /** A password, mostly one that rules give out. */
  password(): string {
    return this.pick(PASSWORDS);
  }
}
