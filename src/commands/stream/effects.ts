/**
 * What the commands on consumer groups leave in the journal.
 *
 * Reading and claiming depend on time, on what is pending, and on who asks first. Their effects are
 * told by XCLAIM with everything given (TIME, RETRYCOUNT, FORCE, LASTID; JUSTID, as nobody reads
 * the reply), one for each entry. Where no XCLAIM can tell it (NOACK), there are XGROUP SETID and
 * XGROUP CREATECONSUMER. As a real server does, a consumer that got nothing is told to nobody.
 *
 * An XCLAIM does not tell how many entries the group has read. A real server's replicas lose count
 * there; these find the number themselves (see {@linkcode isDelivery}).
 *
 * @module
 */

import type { ByteString } from "../../bytes/bytes.ts";
import type { Context } from "../../command/context.ts";
import { EventClass } from "../../keyspace/events.ts";
import type { StreamConsumer, StreamGroup } from "../../values/stream.ts";
import { compareStreamIds, formatStreamId, type StreamId } from "../../values/stream_id.ts";

/** What is pending, since when, and how often it was delivered. */
export interface Pending {
  readonly id: StreamId;
  readonly deliveryTime: number;
  readonly deliveryCount: number;
}

/**
 * Whether an XCLAIM with these options is what a group's reading left in a stream of effects: then
 * the group has read one entry more.
 */
export function isDelivery(
  { client }: Context,
  { ids, force, justId }: { ids: readonly StreamId[]; force: boolean; justId: boolean },
  lastId: StreamId,
): boolean {
  return client.caller.obeyed && force && justId &&
    ids.length === 1 && compareStreamIds(ids[0], lastId) === 0;
}

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

  /**
   * The consumer of that name, made if need be, as one that was seen now.
   *
   * @param told whether it must be told by itself when it is new
   */
  seenConsumer(name: ByteString, told: boolean): StreamConsumer {
    const now = this.#context.clock.ms;
    const known = this.#group.consumer(name);
    if (known !== undefined) {
      known.seenTime = now;
      return known;
    }
    this.changed();
    this.#context.db.notify(this.#key, EventClass.STREAM, "xgroup-createconsumer");
    if (told) this.#leave(["XGROUP", "CREATECONSUMER", this.#key, this.#group.name, name]);
    return this.#group.createConsumer(name, now)!;
  }

  /**
   * An entry is pending for a consumer now.
   *
   * @param lastId what the group has read up to by then
   */
  pending(
    consumer: StreamConsumer,
    { id, deliveryTime, deliveryCount }: Pending,
    lastId: StreamId = this.#group.lastId,
  ): void {
    if (!this.#context.journal.active) return;
    const [key, group] = [this.#key, this.#group.name];
    const effect = ["XCLAIM", key, group, consumer.name, "0", formatStreamId(id)];
    effect.push("TIME", String(deliveryTime), "RETRYCOUNT", String(deliveryCount));
    effect.push("FORCE", "JUSTID", "LASTID", formatStreamId(lastId));
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
