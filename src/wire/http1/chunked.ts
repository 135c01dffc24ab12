import { hexValue } from "./bytes.ts";
import { field, passesInAnswer } from "./field-names.ts";
import { type Fields, FieldsDraft, findHeadEnd, noFields, parseFields } from "./fields.ts";

const CR = 0x0d;
const LF = 0x0a;
const sizeDigitsMax = 8;

const inSize = 0;
const inSizeLf = 1;
const inData = 2;
const inDataCr = 3;
const inDataLf = 4;
const inTrailers = 5;
const finished = 6;

/** Caps for the section behind the last chunk. */
export interface TrailerLimits {
  readonly trailersMax: number;
  readonly trailerBytesMax: number;
}

/**
 * Chunked decoding (RFC 9112 section 7.1), incremental and strict: sizes of one to eight hexadecimal digits directly
 * followed by CRLF. Chunk extensions are refused: nobody uses them, and parsers disagree about where they end
 * (the TERM.EXT and EXT.TERM desynchronisations). Nothing is buffered but an unfinished trailer section.
 */
export class ChunkedDecoder {
  /** Code of what is wrong, or "". */
  fault = "";
  /** End of the payload that the last `decode` left at the front of the bytes it was given. */
  payloadEnd = 0;
  trailers: Fields = noFields;
  #state = inSize;
  #size = 0;
  #digits = 0;
  #held: Buffer | undefined;
  readonly #limits: TrailerLimits;

  constructor(limits: TrailerLimits) {
    this.#limits = limits;
  }

  /** Whether the last chunk and the trailer section were read. */
  get done(): boolean {
    return this.#state === finished;
  }

  /**
   * Reads bytes[from, end) and moves the payload found there to the front, to bytes[from, payloadEnd): one piece of
   * payload per piece of input, whatever the chunk sizes (a flood of one-byte chunks is not multiplied).
   *
   * @returns The index behind what was consumed; less than `end` only when the body is finished or faulty.
   */
  decode(bytes: Buffer, from: number, end: number): number {
    let at = from;
    let write = from;
    while (at < end && this.#state !== finished && this.fault === "") {
      if (this.#state === inData) {
        const take = Math.min(this.#size, end - at);
        if (write !== at) bytes.copyWithin(write, at, at + take);
        write += take;
        at += take;
        this.#size -= take;
        if (this.#size === 0) this.#state = inDataCr;
      } else if (this.#state === inTrailers) {
        at = this.#readTrailers(bytes, at, end);
      } else {
        this.#step(bytes[at++] as number);
      }
    }
    this.payloadEnd = write;
    return at;
  }

  #step(byte: number): void {
    switch (this.#state) {
      case inSize: {
        const digit = hexValue[byte] as number;
        if (digit < 16) {
          if (++this.#digits > sizeDigitsMax) this.fault = "chunk-size";
          this.#size = this.#size * 16 + digit;
        } else if (byte === CR && this.#digits > 0) this.#state = inSizeLf;
        else this.fault = byte === 0x3b ? "chunk-extension" : "chunk-size";
        return;
      }
      case inSizeLf:
        if (byte !== LF) this.fault = "chunk-size";
        this.#state = this.#size === 0 ? inTrailers : inData;
        this.#digits = 0;
        return;
      case inDataCr:
        if (byte !== CR) this.fault = "chunk-end";
        this.#state = inDataLf;
        return;
      default:
        if (byte !== LF) this.fault = "chunk-end";
        this.#state = inSize;
    }
  }

  /** The section ends with an empty line; without trailers that line is all there is. */
  #readTrailers(bytes: Buffer, at: number, end: number): number {
    const heldLength = this.#held?.length ?? 0;
    if (this.#held === undefined && end - at >= 2 && bytes[at] === CR && bytes[at + 1] === LF) {
      this.#state = finished;
      return at + 2;
    }
    const piece = bytes.subarray(at, Math.min(end, at + this.#limits.trailerBytesMax + 4 - heldLength));
    const section = this.#held === undefined ? Buffer.from(piece) : Buffer.concat([this.#held, piece]);
    if (section.length >= 2 && section[0] === CR && section[1] === LF) {
      this.#state = finished;
      return at + 2 - heldLength;
    }
    const sectionEnd = findHeadEnd(section, 0, heldLength);
    if (sectionEnd === -2) this.fault = "trailer";
    else if (sectionEnd < 0) {
      if (section.length > this.#limits.trailerBytesMax) this.fault = "trailer-bytes";
      this.#held = section;
      return at + piece.length;
    } else this.#takeTrailers(section, sectionEnd);
    return at + Math.max(0, sectionEnd) - heldLength;
  }

  #takeTrailers(section: Buffer, end: number): void {
    const draft = new FieldsDraft();
    const text = section.toString("latin1", 0, end);
    const window = {
      bytes: section,
      text,
      textStart: 0,
      from: 0,
      end,
      linesMax: this.#limits.trailersMax,
      passes: passesInAnswer,
    };
    this.fault = parseFields(draft, window);
    // A trailer that repeats framing, routing or identity would be a header smuggled in behind the checks.
    if (this.fault === "" && draft.ids.some((id) => id !== field.other && id <= field.secretLast))
      this.fault = "trailer-name";
    if (this.fault === "" && draft.names.some((name) => name.includes("_"))) this.fault = "trailer-name";
    this.trailers = draft;
    this.#held = undefined;
    this.#state = finished;
  }
}
