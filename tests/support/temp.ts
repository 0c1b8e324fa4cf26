/**
 * Temporary directories that remove themselves at the end of their block.
 *
 * @module
 */

/** A directory of one test; `await using` removes it with all that is in it. */
export class TempDir implements AsyncDisposable {
  private constructor(readonly path: string) {}

  /** Make a new directory under the system's place for temporary files. */
  static async create(): Promise<TempDir> {
    return new TempDir(await Deno.makeTempDir({ prefix: "redeno-test-" }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true }).catch(() => {});
  }
}
