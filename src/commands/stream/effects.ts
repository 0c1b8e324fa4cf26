/**
 * What the commands on consumer groups leave in the journal.
 *
 * Reading and claiming depend on time, on what is pending, and on the order of requests. Their
 * effects are journaled as XCLAIM with everything given (TIME, RETRYCOUNT, FORCE, LASTID; JUSTID,
 * as nobody reads the reply), by XGROUP SETID, and by XGROUP CREATECONSUMER.
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import type { Context } from "../../command/context.ts";
import { EventClass } from "../../keyspace/events.ts";
import type { StreamConsumer, StreamGroup } from "../../values/stream.ts";
import { formatStreamId, type StreamId } from "../../values/stream_id.ts";

/** A consumer group that a command works on, with the key it is at. */
export class GroupEffects {
  readonly #context: Context;
  readonly #key: ByteString;
  readonly #group: StreamGroup;

  constructor(context: Context, key: ByteString, group: StreamGroup) {
    this.#context = context;
    this.#key = key;
    this.#group = group;
  }

  /** Say that the command has changed something, without an event. */
  changed(): void {
    this.#context.keyspace.changes++;
  }

  /** The consumer of that name, made if need be, as one that was seen now. */
  seenConsumer(name: ByteString): StreamConsumer {
    const now = this.#context.clock.ms;
    const known = this.#group.consumer(name);
    if (known !== undefined) {
      known.seenTime = now;
      return known;
    }
    this.changed();
    this.#context.db.notify(this.#key, EventClass.STREAM, "xgroup-createconsumer");
    this.#leave(["XGROUP", "CREATECONSUMER", this.#key, this.#group.name, name]);
    return this.#group.createConsumer(name, now)!;
  }

  /** These ids are pending for a consumer now, all with the same time and count. */
  pending(
    consumer: StreamConsumer,
    ids: readonly StreamId[],
    deliveryTime: number,
    deliveryCount: number,
  ): void {
    if (!this.#context.journal.active) return;
    const effect = ["XCLAIM", this.#key, this.#group.name, consumer.name, "0"];
    for (const id of ids) effect.push(formatStreamId(id));
    effect.push("TIME", String(deliveryTime), "RETRYCOUNT", String(deliveryCount));
    effect.push("FORCE", "JUSTID", "LASTID", formatStreamId(this.#group.lastId));
    this.#leave(effect);
  }

  /** How far the group has read changed. */
  progress(): void {
    const { name, lastId, entriesRead } = this.#group;
    this.#leave([
      "XGROUP",
      "SETID",
      this.#key,
      name,
      formatStreamId(lastId),
      "ENTRIESREAD",
      String(entriesRead ?? -1),
    ]);
  }

  #leave(effect: ByteString[]): void {
    this.#context.journal.replace(this.#context.db.index, effect);
  }
}
