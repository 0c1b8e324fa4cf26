/**
 * Makes a failing sequence short: leaves out what it also fails without, first halves and in the end
 * single items (Zeller's delta debugging, in its simplest form).
 *
 * @module
 */

/** Tries a sequence. @returns the index of the item at which it fails; -1 when it does not */
export type Trial<T> = (items: readonly T[]) => number | Promise<number>;

/** A sequence that fails at its last item, and a budget of trials. */
export class Shrinker<T> {
  /** The shortest sequence so far. */
  items: readonly T[];
  readonly #trial: Trial<T>;
  #left: number;

  /**
   * @param items a sequence that fails at its last item
   * @param budget how many trials there may be
   */
  constructor(items: readonly T[], trial: Trial<T>, budget: number) {
    this.items = items;
    this.#trial = trial;
    this.#left = budget;
  }

  /** Take a sequence instead if it fails too. */
  async try(items: readonly T[]): Promise<boolean> {
    if (--this.#left < 0) return false;
    const failed = await this.#trial(items);
    if (failed < 0) return false;
    this.items = items.slice(0, failed + 1);
    return true;
  }

  /** Leave out whatever the failure does not need. */
  async drop(): Promise<void> {
    for (let size = this.items.length >> 1; size > 0; size >>= 1) {
      for (let end = this.items.length; end > 0;) {
        const start = Math.max(0, end - size);
        const dropped = await this.try(this.items.toSpliced(start, end - start));
        end = dropped ? Math.min(start, this.items.length) : start;
      }
    }
  }
}
