/**
 * A part of the engine that remembers something about each live session, as typed arrays indexed by session slot.
 * The guard calls `open` before the slot's first request and `close` when the session ends or is evicted; a slot
 * number is used again afterwards, so `open` must reset whatever an earlier session left there.
 */
export interface SessionSlab {
  open(slot: number): void;
  close(slot: number): void;
  /** Bytes of typed-array memory per session slot; summed up in the engine's bench. */
  readonly bytesPerSession: number;
}
