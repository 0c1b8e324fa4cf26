/**
 * The request decoder as a stage of a pipe: bytes in, one batch a chunk out.
 *
 * @module
 */

import { type RequestBatch, RequestDecoder } from "./decoder.ts";

/**
 * Bytes in, one {@linkcode RequestBatch} a chunk out.
 *
 * Chunks may be views on one reused buffer. The batch is the same object each time (the decoder),
 * so it must be exhausted (`next` until null) before the next one is read; requests left in it come
 * first in the next. A chunk that completes nothing yields no batch, so that a long value costs no
 * turns of the reader.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const names: string[] = [];
 * const bytes = new Blob(["PING\r\n*1\r\n$6\r\nDBSI", "ZE\r\n"]).stream();
 * for await (const batch of bytes.pipeThrough(new RequestDecoderStream())) {
 *   for (let args = batch.next(); args !== null; args = batch.next()) names.push(args[0]);
 * }
 * assertEquals(names, ["PING", "DBSIZE"]);
 * ```
 */
export class RequestDecoderStream extends TransformStream<Uint8Array, RequestBatch> {
  /**
   * @param decoder where the limits are, and what the batches are
   * @param onBatch takes each batch within the transform itself; nothing then comes out of the
   * readable side. It saves the turns of the event loop that reading costs: a third of the
   * processor time of a connection that sends one request at a time
   */
  constructor(
    decoder: RequestDecoder = new RequestDecoder(),
    onBatch?: (batch: RequestBatch) => void,
  ) {
    super(
      {
        transform(chunk, controller) {
          decoder.feed(chunk);
          if (!decoder.hasWork) return;
          if (onBatch === undefined) controller.enqueue(decoder);
          else onBatch(decoder);
        },
      },
      { highWaterMark: 1 },
      { highWaterMark: onBatch === undefined ? 0 : 1 },
    );
  }
}
