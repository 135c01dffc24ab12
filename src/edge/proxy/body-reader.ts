import type { EdgeLimits } from "#core";
import { ChunkedDecoder, type Fields, noFields } from "#wire";

/** Finds where an announced body ends: by its length, or by its chunks, which it takes apart. */
export class BodyReader {
  /** End of the payload that the last `read` left at the front of the bytes it was given. */
  payloadEnd = 0;
  #left: number;
  readonly #decoder: ChunkedDecoder | undefined;

  constructor(framing: string, length: number, limits: EdgeLimits) {
    this.#left = framing === "length" ? length : 0;
    this.#decoder = framing === "chunked" ? new ChunkedDecoder(limits) : undefined;
  }

  get done(): boolean {
    return this.#decoder === undefined ? this.#left === 0 : this.#decoder.done;
  }

  /** Code of what is wrong with the framing, or "". */
  get fault(): string {
    return this.#decoder?.fault ?? "";
  }

  get trailers(): Fields {
    return this.#decoder?.trailers ?? noFields;
  }

  /** Reads bytes[at, end): payload is moved to bytes[at, payloadEnd). Returns the index behind what was consumed. */
  read(bytes: Buffer, at: number, end: number): number {
    if (this.#decoder !== undefined) {
      const consumed = this.#decoder.decode(bytes, at, end);
      this.payloadEnd = this.#decoder.payloadEnd;
      return consumed;
    }
    this.payloadEnd = Math.min(end, at + this.#left);
    this.#left -= this.payloadEnd - at;
    return this.payloadEnd;
  }
}
