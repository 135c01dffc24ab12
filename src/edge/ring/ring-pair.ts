import { ByteRing } from "./byte-ring.ts";

/** The shared memory between one worker and the judging thread. Plain data: it is sent to the worker. */
export interface RingPair {
  readonly asks: SharedArrayBuffer;
  readonly verdicts: SharedArrayBuffer;
}

/** Allocates both rings. Sizes are powers of two in bytes. */
export function allocateRings(sizes: { readonly askRingBytes: number; readonly verdictRingBytes: number }): RingPair {
  return { asks: ByteRing.allocate(sizes.askRingBytes), verdicts: ByteRing.allocate(sizes.verdictRingBytes) };
}
