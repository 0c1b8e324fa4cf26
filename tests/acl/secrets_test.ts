import { assert, assertEquals } from "@std/assert";
import { maskSecrets } from "../../src/acl/secrets.ts";
import { Config } from "../../src/config/config.ts";
import { registry } from "./support.ts";

const config = new Config();

function masked(line: string): string {
  const args = line.split(" ");
  return maskSecrets(registry.resolve(args)!, args, config).join(" ").replaceAll("(redacted)", "*");
}

Deno.test("secrets in arguments are masked, and nothing else", () => {
  const cases = [
    ["AUTH p", "AUTH *"],
    ["auth u p", "auth * *"],
    ["HELLO 3 AUTH u p SETNAME n", "HELLO 3 AUTH * * SETNAME n"],
    ["HELLO 3 SETNAME auth AUTH u p", "HELLO 3 SETNAME auth AUTH * *"],
    ["HELLO x auth u p", "HELLO x auth * *"],
    ["HELLO 3 AUTH u", "HELLO 3 AUTH *"],
    ["HELLO", "HELLO"],
    ["ACL SETUSER u >p +get", "ACL SETUSER * * *"],
    ["acl setuser u", "acl setuser *"],
    ["ACL GETUSER u", "ACL GETUSER u"],
    ["CONFIG SET requirepass p", "CONFIG SET requirepass *"],
    ["CONFIG SET hz 10 MASTERAUTH p maxmemory 1", "CONFIG SET hz 10 MASTERAUTH * maxmemory 1"],
    ["CONFIG SET hz requirepass", "CONFIG SET hz requirepass"],
    ["CONFIG GET requirepass", "CONFIG GET requirepass"],
    ["MIGRATE h 1 k 0 10 AUTH p", "MIGRATE h 1 k 0 10 AUTH *"],
    ["MIGRATE h 1 k 0 10 COPY auth2 u p REPLACE", "MIGRATE h 1 k 0 10 COPY auth2 * * REPLACE"],
    ["MIGRATE h 1 x 0 10 KEYS auth a", "MIGRATE h 1 x 0 10 KEYS auth a"],
    ["SET auth p", "SET auth p"],
  ];
  for (const [line, expected] of cases) assertEquals(masked(line), expected);
});

Deno.test("a command without secrets is not copied", () => {
  const args = ["SET", "a", "b"];
  assert(maskSecrets(registry.resolve(args)!, args, config) === args);
});
