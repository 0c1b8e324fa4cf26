import { assertEquals } from "@std/assert";
import { FAULT_TEXTS } from "../../src/acl/faults.ts";
import { joinSelectors } from "../../src/acl/rules.ts";
import { User } from "../../src/acl/user.ts";
import { hashPassword, randomHex } from "../../src/acl/passwords.ts";
import { CONTEXT, userOf } from "./support.ts";

const SECRET = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

/** Rules, and the user that they make as 7.2 describes it. */
const DESCRIBED: [rules: string[], text: string][] = [
  [[], "off sanitize-payload resetchannels -@all"],
  [["on", "nopass", "~*", "&*", "+@all"], "on nopass sanitize-payload ~* &* +@all"],
  [["on", ">secret"], `on sanitize-payload #${SECRET} resetchannels -@all`],
  [["skip-sanitize-payload"], "off skip-sanitize-payload resetchannels -@all"],
  [["~a", "%R~b", "%W~c", "%RW~d"], "off sanitize-payload ~a %R~b %W~c ~d resetchannels -@all"],
  [["%R~a", "%W~a"], "off sanitize-payload ~a resetchannels -@all"],
  [["&a", "&b", "&a"], "off sanitize-payload resetchannels &a &b -@all"],
  [["+get", "+SET", "+get"], "off sanitize-payload resetchannels -@all +set +get"],
  [["+get", "-get"], "off sanitize-payload resetchannels -@all -get"],
  [
    ["+@all", "-get", "-@write", "+set"],
    "off sanitize-payload resetchannels +@all -get -@write +set",
  ],
  [["+@all", "-get", "+@all"], "off sanitize-payload resetchannels +@all"],
  [["+config|get", "+config"], "off sanitize-payload resetchannels -@all +config"],
  [["+config", "-config|set"], "off sanitize-payload resetchannels -@all +config -config|set"],
  [["+SELECT|0", "+select|1"], "off sanitize-payload resetchannels -@all +select|0 +select|1"],
  [["+@Read", "-@read"], "off sanitize-payload resetchannels -@all -@read"],
  [
    ["(+get ~a)", "(%R~b &c -@all)"],
    "off sanitize-payload resetchannels -@all (~a resetchannels -@all +get) " +
    "(%R~b resetchannels &c -@all)",
  ],
  [["(+get)", "clearselectors"], "off sanitize-payload resetchannels -@all"],
  [["on", ">x", "~a", "&b", "+get", "(+set)", "reset"], "off sanitize-payload resetchannels -@all"],
];

Deno.test("users are described by rules that make them again", () => {
  for (const [rules, text] of DESCRIBED) {
    const user = userOf(...rules);
    assertEquals(user.describe(), text, rules.join(" "));
    const words = joinSelectors(text.split(" "));
    assertEquals(userOf(...words as string[]).describe(), text);
  }
});

Deno.test("a description follows every change", () => {
  const user = userOf("on");
  assertEquals(user.describe(), "on sanitize-payload resetchannels -@all");
  user.apply("off");
  assertEquals(user.describe(), "off sanitize-payload resetchannels -@all");
});

Deno.test("what is wrong with a rule is told by its kind", () => {
  const faults: [rules: string[], fault: keyof typeof FAULT_TEXTS][] = [
    [["foo"], "syntax"],
    [["+nope"], "unknown"],
    [["-@nope"], "unknown"],
    [["+config|nope"], "unknown"],
    [["+get|a|b"], "unknown"],
    [["+config|get|a"], "first-arg"],
    [["+select|"], "syntax"],
    [["~*", "~a"], "keys-after-all"],
    [["&*", "&a"], "channels-after-all"],
    [["~a b"], "syntax"],
    [["%~a"], "syntax"],
    [["%RR~a"], "syntax"],
    [["%"], "syntax"],
    [["<x"], "no-password"],
    [["#x"], "hash"],
    [["!x"], "hash"],
    [["(+get"], "syntax"],
    [["(on)"], "syntax"],
    [["(+nope)"], "unknown"],
  ];
  for (const [rules, fault] of faults) {
    const user = new User("u", CONTEXT);
    assertEquals(rules.map((rule) => user.apply(rule)).at(-1), fault, rules.join(" "));
  }
});

Deno.test("a user is unlimited when one selector has everything, and as long", () => {
  assertEquals(userOf("+@all", "~*").limited, true);
  assertEquals(userOf("+@all", "~*", "&*").limited, false);
  assertEquals(userOf("+@all", "~*", "&*", "-get").limited, true);
  assertEquals(userOf("+@all", "~*", "&*", "-get", "+get").limited, true);
  assertEquals(userOf("(+@all ~* &*)").limited, false);
  assertEquals(userOf("(+@all ~* &*)", "clearselectors").limited, true);
  assertEquals(userOf("+@all", "~*", "&*", "reset").limited, true);
  const copy = userOf("+@all", "~*", "&*").copy("v");
  assertEquals([copy.name, copy.limited], ["v", false]);
});

Deno.test("a copy goes its own way", () => {
  const user = userOf(">a", "~a", "&a", "+select|0", "(+get ~b)");
  const copy = user.copy();
  const before = user.describe();
  for (const rule of [">b", "~b", "%R~c", "&b", "+select|1", "+set", "(+set)", "on"]) {
    assertEquals(copy.apply(rule), null);
  }
  assertEquals(user.describe(), before);
});

Deno.test("passwords: any of several, none when off, every one with nopass", () => {
  const user = userOf("on", ">a", ">b");
  assertEquals(["a", "b", "c", "", "aa"].map((word) => user.accepts(word)), [
    true,
    true,
    false,
    false,
    false,
  ]);
  user.apply("<a");
  assertEquals([user.accepts("a"), user.accepts("b")], [false, true]);
  user.apply("nopass");
  assertEquals([user.accepts("a"), user.accepts("")], [true, true]);
  user.apply("resetpass");
  assertEquals([user.accepts("a"), user.accepts("")], [false, false]);
  assertEquals(userOf(">a").accepts("a"), false);
  assertEquals(userOf("on", `#${SECRET}`).accepts("secret"), true);
});

Deno.test("hashes are those of the bytes; random digits are as many as asked for", () => {
  assertEquals(hashPassword("secret"), SECRET);
  assertEquals(
    hashPassword("\x00\xff"),
    "06eb7d6a69ee19e5fbdf749018d3d2abfa04bcbd1365db312eb86dc7169389b8",
  );
  for (const digits of [1, 2, 3, 64, 1024]) {
    const text = randomHex(digits);
    assertEquals([text.length, /^[0-9a-f]+$/.test(text)], [digits, true]);
  }
});

Deno.test("selectors may come in several words", () => {
  assertEquals(joinSelectors(["on", "(+get", "~a)", "off"]), ["on", "(+get ~a)", "off"]);
  assertEquals(joinSelectors(["(", "+get", ")"]), ["( +get )"]);
  assertEquals(joinSelectors(["()", "(a)"]), ["()", "(a)"]);
  assertEquals(joinSelectors(["on", "(+get", "~a"]), 1);
  assertEquals(joinSelectors([]), []);
});
