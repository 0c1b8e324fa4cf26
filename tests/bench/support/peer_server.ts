/**
 * A program of its own: starts a comparable server from npm and prints its port. The package's name
 * comes as the argument, so that neither the type check nor the lock file knows of it.
 *
 * @module
 */

/** What js-redis-server exports, as far as it is used here. */
interface PeerModule {
  createRedisMock(options: { port: number }): Promise<{ addresses(): { port: number }[] }>;
}

if (import.meta.main) {
  const { createRedisMock } = await import(Deno.args[0]) as PeerModule;
  const server = await createRedisMock({ port: 0 });
  console.log(`port ${server.addresses()[0].port}`);
}
