/**
 * Asking a server that may be away for a while: the modes that watch one go on when it is back.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import { systemMessage } from "../connection.ts";
import { OutputClosedError } from "../io.ts";
import { ExitRequest } from "../options.ts";
import { type ClientReply, ProtocolError } from "../reply_parser.ts";
import type { Session } from "../session.ts";

const CLEAR_LINE = "\r\x1b[0K";

/** PINGs that are not measured: the first ones wait for this program to be compiled. */
const WARM_UP = 50;

/** Have the way to the server and back run at its full speed before it is measured. */
export async function warmUp(session: Session): Promise<void> {
  for (let i = 0; i < WARM_UP; i++) await askPatiently(session, ["PING"]);
}

/**
 * Ask, and connect anew once a second for as long as there is no server.
 *
 * @throws {ExitRequest} when what comes is no protocol
 */
export async function askPatiently(
  session: Session,
  command: readonly ByteString[],
): Promise<ClientReply> {
  for (let tries = 0;;) {
    if (session.connected) {
      try {
        const reply = await session.ask(command);
        if (tries > 0) session.note(CLEAR_LINE);
        return reply;
      } catch (error) {
        if (error instanceof OutputClosedError) throw error;
        if (error instanceof ProtocolError) {
          throw new ExitRequest(`Error: ${systemMessage(error)}\n`, 1);
        }
        session.disconnect();
      }
    }
    session.note(`${CLEAR_LINE}Reconnecting... ${++tries}\r`);
    await session.connect(true);
    await session.io.sleep(1000);
  }
}
