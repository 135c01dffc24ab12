import { createServer } from "node:net";

/** Seconds since the start, so that who waits sees where it stands. */
const startedAt = performance.now();

/** Says on stderr what goes on; stdout is for results. */
export function progress(text: string): void {
  process.stderr.write(`[${((performance.now() - startedAt) / 1_000).toFixed(0).padStart(3)} s] ${text}\n`);
}

/**
 * Runs one phase of a benchmark under a deadline. What waits for a process that will not answer must end with a sentence,
 * not with a terminal that says nothing.
 *
 * @throws Error that names the phase when its time is up; the phase's own errors, with its name in front.
 */
export async function phase<T>(name: string, seconds: number, work: () => Promise<T>): Promise<T> {
  progress(name);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${seconds} s`)), seconds * 1_000);
  });
  try {
    return await Promise.race([work(), late]);
  } catch (error) {
    throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** Ports that were free a moment ago, all different. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
          const server = createServer();
          server.once("error", reject);
          server.listen(0, "127.0.0.1", () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
