import { assert, assertEquals } from "@std/assert";
import { matchGlob } from "../../src/bytes/glob.ts";
import { mulberry32 } from "../support/prng.ts";

const table: [pattern: string, text: string, matches: boolean][] = [
  ["", "", true],
  ["", "a", false],
  // As in a real server: only the empty pattern matches an empty text.
  ["*", "", false],
  ["*", "anything", true],
  ["**a", "bba", true],
  ["?", "", false],
  ["?", "a", true],
  ["h?llo", "hello", true],
  ["h*llo", "heeeello", true],
  ["h[ae]llo", "hallo", true],
  ["h[ae]llo", "hillo", false],
  ["h[^e]llo", "hello", false],
  ["h[^e]llo", "hallo", true],
  ["h[a-c]llo", "hbllo", true],
  ["h[c-a]llo", "hbllo", true],
  ["\\*", "*", true],
  ["\\*", "a", false],
  ["a\\", "a\\", true],
  ["[\\]]", "]", true],
  ["[ab", "a", true],
  ["[]", "a", false],
  ["[^]", "a", true],
  ["a*b*c", "axxbyyc", true],
  ["a*b*c", "axxbyy", false],
  ["*\xff", "\x00\xff", true],
];

Deno.test("glob: table", () => {
  for (const [pattern, text, matches] of table) {
    assertEquals(matchGlob(pattern, text), matches, `${pattern} ${text}`);
  }
  assert(matchGlob("ABC*", "abcd", true));
  assert(matchGlob("[A-C]x", "bX", true));
  assert(!matchGlob("ABC", "abc"));
});

/** The obvious matcher, by trying everything; patterns of letters, stars and question marks. */
function naive(pattern: string, text: string): boolean {
  if (pattern === "") return text === "";
  if (pattern[0] === "*") {
    for (let i = 0; i <= text.length; i++) {
      if (naive(pattern.slice(1), text.slice(i))) return true;
    }
    return false;
  }
  return text !== "" && (pattern[0] === "?" || pattern[0] === text[0]) &&
    naive(pattern.slice(1), text.slice(1));
}

Deno.test("glob: as a matcher that tries everything", () => {
  const { next: random } = mulberry32(5);
  const word = (letters: string, longest: number) =>
    Array.from(
      { length: Math.floor(random() * longest) },
      () => letters[Math.floor(random() * letters.length)],
    ).join("");
  for (let i = 0; i < 20_000; i++) {
    const pattern = word("ab*?", 8);
    const text = word("ab", 10) + "a";
    assertEquals(matchGlob(pattern, text), naive(pattern, text), `${pattern} ${text}`);
  }
});

Deno.test("glob: many stars take no longer than pattern times text", () => {
  // By trying everything this would not end.
  assert(!matchGlob("*a".repeat(50) + "b", "a".repeat(20_000)));
});

Deno.test("glob: beyond a thousand stars nothing matches, as on a real server", () => {
  const text = "a".repeat(2000);
  assert(matchGlob("*?".repeat(1000), text));
  assert(matchGlob("*?".repeat(1000) + "*", text));
  assert(matchGlob("**?".repeat(1000), text));
  assert(!matchGlob("*?".repeat(1001), text));
  assert(!matchGlob("*?".repeat(2000), text));
});
