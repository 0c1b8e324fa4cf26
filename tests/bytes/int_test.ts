import { assertEquals } from "@std/assert";
import { isInt64Text, parseInt64, parseInteger, parseSmallInt } from "../../src/bytes/int.ts";

Deno.test("integers: what is one", () => {
  for (const text of ["0", "1", "-1", "10", "123456789012345", "-123456789012345"]) {
    assertEquals(parseSmallInt(text), Number(text), text);
    assertEquals(parseInteger(text), Number(text), text);
  }
  for (
    const text of [
      "9223372036854775807",
      "-9223372036854775808",
      "9007199254740993",
      "1234567890123456",
    ]
  ) {
    assertEquals(Number.isNaN(parseSmallInt(text)), true, text);
    assertEquals(parseInt64(text), BigInt(text), text);
    assertEquals(isInt64Text(text), true, text);
  }
  assertEquals(typeof parseInteger("9007199254740991"), "number");
  assertEquals(typeof parseInteger("9007199254740992"), "bigint");
});

Deno.test("integers: what is none", () => {
  const texts = ["", "-", "+1", " 1", "1 ", "01", "-0", "-01", "1.0", "1e3", "0x10", "a", "1a"];
  texts.push("9223372036854775808", "-9223372036854775809", "123456789012345678901");
  for (const text of texts) {
    assertEquals(Number.isNaN(parseSmallInt(text)), true, text);
    assertEquals(parseInteger(text), null, text);
    assertEquals(isInt64Text(text), false, text);
  }
});
