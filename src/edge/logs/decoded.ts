import type { Transform } from "node:stream";

/**
 * Decompressed chunks, losing nothing that could still be decompressed: a stream that breaks off or is damaged
 * first gives everything before the damage and then throws. (Node's own pipeline throws away what is buffered when
 * an error arrives; a truncated rotated log would lose its last megabyte.) Input waits until its output is taken.
 *
 * @throws Error with a sentence for people, after the last good chunk.
 */
export async function* decoded(input: AsyncIterable<Buffer>, decoder: Transform, name: string): AsyncGenerator<Buffer> {
  const ready: Buffer[] = [];
  let failure: Error | undefined;
  let bytes = 0;
  decoder.on("data", (chunk: Buffer) => ready.push(chunk));
  decoder.on("error", (error) => {
    failure = error;
  });
  for await (const chunk of input) {
    await new Promise<void>((resolve) => {
      decoder.once("close", resolve);
      decoder.write(chunk, () => {
        decoder.off("close", resolve);
        resolve();
      });
    });
    for (const out of ready.splice(0)) {
      bytes += out.length;
      yield out;
    }
    if (failure !== undefined) break;
  }
  if (failure === undefined) {
    await new Promise<void>((resolve) => {
      decoder.once("close", resolve);
      decoder.end();
    });
    for (const out of ready.splice(0)) {
      bytes += out.length;
      yield out;
    }
  }
  decoder.destroy();
  if (failure !== undefined) {
    throw new Error(`${name} is damaged or cut off: ${bytes} bytes could be unpacked (${failure.message})`);
  }
}
