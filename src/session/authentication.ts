/**
 * Who may use the server: the password of `requirepass`, which is that of the user `default`.
 *
 * @module
 */

import type { Config } from "../config/config.ts";
import type { Client } from "./client.ts";

/** The password check of one server. */
export class Authentication {
  readonly #config: Config;

  constructor(config: Config) {
    this.#config = config;
  }

  /** Whether there is a password. */
  get required(): boolean {
    return this.#config.values.requirepass !== "";
  }

  /** Whether a client has to authenticate before it may do anything. */
  asks(client: Client): boolean {
    return !client.authenticated && this.required;
  }
}
