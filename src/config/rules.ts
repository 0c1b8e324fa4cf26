/**
 * Conditions on texts that single directives set.
 *
 * @module
 */

import type { ByteString } from "../bytes/bytes.ts";

/** What the variables of a process title stand for; the two empty ones often are empty. */
const TITLE_VARIABLES: Record<string, string> = {
  "title": "",
  "server-mode": "",
  "listen-addr": "*",
  "port": "0",
  "tls-port": "0",
  "unixsocket": "-",
  "config-file": "-",
};

/** Whether a template for the process title is well formed and never comes out blank. */
export function isProcessTitleTemplate(template: ByteString): boolean {
  let title = "";
  for (const [, piece] of template.matchAll(/(\{\{|\{[^{}]*\}|[^{]|\{)/g)) {
    if (piece === "{") return false;
    if (piece === "{{") title += "{";
    else if (piece[0] !== "{") title += piece;
    else {
      const name = piece.slice(1, -1);
      if (!Object.hasOwn(TITLE_VARIABLES, name)) return false;
      title += TITLE_VARIABLES[name];
    }
  }
  return /[^ ]/.test(title);
}

/** The reason against a host name to announce, or null. */
export function hostnameFault(name: ByteString): string | null {
  if (name.length >= 256) return "Hostnames must be less than 256 characters";
  return /^[A-Za-z0-9.-]*$/.test(name)
    ? null
    : "Hostnames may only contain alphanumeric characters, hyphens or dots";
}

/** The reason against a node name for people, or null. */
export function nodeNameFault(name: ByteString): string | null {
  // Letters, digits, and the signs that the cluster's configuration file does not use itself.
  return /^[^!#$%&()*+:;<>?@[\]^{|}~]*$/.test(name)
    ? null
    : "Announced human node name contained invalid character";
}

/** The reason against the name of a file that must lie in a given directory, or null. */
export function plainNameFault(directive: string, noun: string) {
  return (name: ByteString): string | null =>
    name.includes("/") ? `${directive} can't be a path, just a ${noun}` : null;
}

/** As {@linkcode plainNameFault}, and the name must not be empty either. */
export function properNameFault(directive: string, noun: string) {
  const fault = plainNameFault(directive, noun);
  return (name: ByteString): string | null =>
    name === "" ? `${directive} can't be empty` : fault(name);
}
