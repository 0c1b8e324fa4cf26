/**
 * CLIENT KILL: finding the clients that a request means, and closing them.
 *
 * @module
 */

import type { User } from "../../acl/user.ts";
import { asciiUpper, type ByteString } from "../../bytes/bytes.ts";
import { parseInteger } from "../../bytes/int.ts";
import { OK, RedisError, type Reply, syntaxError } from "../../resp/reply.ts";
import { type ClientType, clientType, parseClientType } from "../../session/client_info.ts";
import type { AdminContext } from "../services.ts";
import type { Client } from "../../session/client.ts";

/** What these commands work with. */
type Needs = AdminContext<"acl" | "clients">;

interface Filter {
  id?: number;
  address?: ByteString;
  localAddress?: ByteString;
  type?: ClientType;
  user?: User;
  skipMe: boolean;
}

/** Run CLIENT KILL, in its old form (`KILL addr`) and its new one (`KILL filter value …`). */
export function killClients(context: Needs, args: readonly ByteString[]): Reply {
  const oldForm = args.length === 3;
  const filter: Filter = oldForm ? { address: args[2], skipMe: false } : parseFilter(context, args);
  let killed = 0;
  for (const other of context.services.clients.values()) {
    if (other.closed || !matches(other, filter)) continue;
    if (other === context.client) {
      if (filter.skipMe) continue;
      // The reply still has to go out.
      context.client.closeAfterReply = true;
    } else {
      other.close();
    }
    killed++;
  }
  if (!oldForm) return killed;
  if (killed === 0) throw new RedisError("ERR No such client");
  return OK;
}

function parseFilter(context: Needs, args: readonly ByteString[]): Filter {
  const filter: Filter = { skipMe: true };
  if (args.length % 2 !== 0) throw syntaxError();
  for (let i = 2; i < args.length; i += 2) {
    const value = args[i + 1];
    switch (asciiUpper(args[i])) {
      case "ID": {
        const id = parseInteger(value);
        if (id === null || id < 1) {
          throw new RedisError("ERR client-id should be greater than 0");
        }
        filter.id = Number(id);
        break;
      }
      case "TYPE":
        filter.type = parseClientType(value);
        break;
      case "ADDR":
        filter.address = value;
        break;
      case "LADDR":
        filter.localAddress = value;
        break;
      case "USER":
        filter.user = context.services.acl.user(value);
        if (filter.user === undefined) throw new RedisError(`ERR No such user '${value}'`);
        break;
      case "SKIPME": {
        const word = asciiUpper(value);
        if (word !== "YES" && word !== "NO") throw syntaxError();
        filter.skipMe = word === "YES";
        break;
      }
      default:
        throw syntaxError();
    }
  }
  return filter;
}

function matches(client: Client, filter: Filter): boolean {
  const { connection } = client;
  return (filter.id === undefined || filter.id === client.id) &&
    (filter.address === undefined || filter.address === connection?.address) &&
    (filter.localAddress === undefined || filter.localAddress === connection?.localAddress) &&
    (filter.type === undefined || filter.type === clientType(client)) &&
    (filter.user === undefined || filter.user === client.user);
}
