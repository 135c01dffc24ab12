import { ByteRing } from "./byte-ring.ts";

/** The shared memory between one worker and the judging thread. Plain data: it is sent to the worker. */
export interface RingPair {
  readonly asks: SharedArrayBuffer;
  readonly verdicts: SharedArrayBuffer;
}

/** Allocates both rings. Sizes in bytes are rounded up to a power of two. */
export function allocateRings(sizes: { readonly askRingBytes: number; readonly verdictRingBytes: number }): RingPair {
  return {
    asks: ByteRing.allocate(powerOfTwo(sizes.askRingBytes)),
    verdicts: ByteRing.allocate(powerOfTwo(sizes.verdictRingBytes)),
  };
}

function powerOfTwo(bytes: number): number {
  return 2 ** Math.max(10, Math.ceil(Math.log2(bytes)));
}
