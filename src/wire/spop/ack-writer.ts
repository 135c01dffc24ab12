import { finFlag, frameType } from "./frames.ts";
import { dataType } from "./typed-data.ts";
import { writeVarint } from "./varint.ts";

const setVariable = 1;
/** Scope, name and value. */
const setVariableArguments = 3;
const transactionScope = 2;

/** Most bytes of a frame's head: length, type, flags and two variable-length integers. */
const headBytesMax = 4 + 1 + 4 + 10 + 10;
/** Most bytes of a variable beside its texts: kind, argument count, scope, type and two lengths. */
const variableBytesMax = 4 + 10 + 10;
const firstBytes = 16_384;

/**
 * Writes answers to NOTIFY frames one behind the other into one buffer, so that all that arrived together go out
 * together. Each answer is a frame of variables that HAProxy sets for the transaction: `txn.<engine>.<name>`.
 */
export class AckWriter {
  #bytes: Buffer = Buffer.allocUnsafe(firstBytes);
  #at = 0;
  #frameStart = 0;

  /** Begins the answer to one frame. */
  begin(streamId: number, frameId: number): void {
    this.#reserve(headBytesMax);
    this.#frameStart = this.#at;
    const bytes = this.#bytes;
    let at = this.#at + 4;
    bytes[at++] = frameType.ack;
    bytes[at++] = 0;
    bytes[at++] = 0;
    bytes[at++] = 0;
    bytes[at++] = finFlag;
    this.#at = writeVarint(frameId, bytes, writeVarint(streamId, bytes, at));
  }

  /** A variable with a text (Latin-1). */
  text(name: string, value: string): void {
    const at = this.#variable(name, value.length);
    this.#bytes[at] = dataType.string;
    this.#at = writeText(value, this.#bytes, at + 1);
  }

  /** A variable with a whole number below 2^31. */
  number(name: string, value: number): void {
    const at = this.#variable(name, 0);
    this.#bytes[at] = dataType.uint32;
    this.#at = writeVarint(value, this.#bytes, at + 1);
  }

  /** Ends the answer. */
  end(): void {
    const length = this.#at - this.#frameStart - 4;
    const bytes = this.#bytes;
    bytes[this.#frameStart] = length >>> 24;
    bytes[this.#frameStart + 1] = length >>> 16;
    bytes[this.#frameStart + 2] = length >>> 8;
    bytes[this.#frameStart + 3] = length;
  }

  /** Takes back the answer that was begun. */
  drop(): void {
    this.#at = this.#frameStart;
  }

  /** What was written since the last call, in bytes of its own; undefined when there is nothing. */
  take(): Buffer | undefined {
    if (this.#at === 0) return undefined;
    const bytes = Buffer.allocUnsafe(this.#at);
    this.#bytes.copy(bytes, 0, 0, this.#at);
    this.#at = 0;
    return bytes;
  }

  #variable(name: string, valueLength: number): number {
    this.#reserve(variableBytesMax + name.length + valueLength);
    const bytes = this.#bytes;
    let at = this.#at;
    bytes[at++] = setVariable;
    bytes[at++] = setVariableArguments;
    bytes[at++] = transactionScope;
    return writeText(name, bytes, at);
  }

  #reserve(count: number): void {
    if (this.#at + count <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + count));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

/** Short texts byte by byte: a call into the runtime costs more than they do. */
function writeText(text: string, into: Buffer, start: number): number {
  let at = writeVarint(text.length, into, start);
  for (let i = 0; i < text.length; i++) into[at++] = text.charCodeAt(i);
  return at;
}
