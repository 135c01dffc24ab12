import { dataType, trueFlag } from "./typed-data.ts";
import { type Cursor, readVarint } from "./varint.ts";

/** Names of messages, each with the names of its arguments. */
export type MessageNames = Readonly<Record<string, readonly string[]>>;

/** What `next` gives beside the index of a known message. */
export const noMessage = { end: -1, broken: -2, unknown: -3 } as const;

const argumentsMax = 16;

/**
 * Reads the messages of a NOTIFY where they lie: one reader serves every frame and makes no object, because it runs for
 * every request. Arguments are found by their place in the table of names; those without a place there are passed over.
 */
export class MessageReader {
  readonly #messages: readonly Uint8Array[];
  readonly #arguments: readonly (readonly Uint8Array[])[];
  readonly #kinds = new Uint8Array(argumentsMax);
  readonly #starts = new Int32Array(argumentsMax);
  readonly #ends = new Int32Array(argumentsMax);
  readonly #numbers = new Float64Array(argumentsMax);
  #cursor: { bytes: Buffer; at: number; end: number } = { bytes: Buffer.alloc(0), at: 0, end: 0 };

  constructor(names: MessageNames) {
    const bytesOf = (name: string): Uint8Array => Buffer.from(name, "latin1");
    this.#messages = Object.keys(names).map(bytesOf);
    this.#arguments = Object.values(names).map((list) => list.map(bytesOf));
  }

  /** Turns to a payload: bytes[start, end). What is read from it is valid only while the bytes are. */
  open(bytes: Buffer, start: number, end: number): void {
    this.#cursor = { bytes, at: start, end };
  }

  /** Reads the next message and gives its place in the table, or one of `noMessage`. */
  next(): number {
    const cursor = this.#cursor;
    if (cursor.at >= cursor.end) return noMessage.end;
    const found = findName(this.#messages, cursor, 0);
    if (cursor.at < 0 || cursor.at >= cursor.end) return noMessage.broken;
    const count = cursor.bytes[cursor.at++] as number;
    const known = this.#arguments[found] ?? noArguments;
    this.#kinds.fill(dataType.null);
    for (let i = 0; i < count; i++) {
      // HAProxy sends arguments in the order in which they are configured, so the next in the table is the best guess.
      const place = findName(known, cursor, i);
      if (cursor.at < 0) return noMessage.broken;
      this.#readValue(place);
      if (cursor.at < 0) return noMessage.broken;
    }
    return found < 0 ? noMessage.unknown : found;
  }

  /** Whether an argument was sent with a value. */
  has(place: number): boolean {
    return this.#kinds[place] !== dataType.null;
  }

  /** A text; addresses are written out. "" where there is none. Bytes above 127 are kept one to one. */
  text(place: number): string {
    const start = this.#starts[place] as number;
    const { bytes } = this.#cursor;
    switch (this.#kinds[place]) {
      case dataType.string:
        return bytes.toString("latin1", start, this.#ends[place]);
      case dataType.ipv4:
        return `${bytes[start]}.${bytes[start + 1]}.${bytes[start + 2]}.${bytes[start + 3]}`;
      case dataType.ipv6:
        return ipv6Text(bytes, start);
      default:
        return "";
    }
  }

  /** A number; -1 where there is none. */
  number(place: number): number {
    const kind = this.#kinds[place] as number;
    return kind >= dataType.int32 && kind <= dataType.uint64 ? (this.#numbers[place] as number) : -1;
  }

  /** Whether an argument is true. */
  flag(place: number): boolean {
    return this.#kinds[place] === dataType.bool && this.#numbers[place] === 1;
  }

  /** Copies the bytes of a text and gives the place after them. The caller has room: no text is longer than its frame. */
  copy(place: number, into: Buffer, at: number): number {
    if (this.#kinds[place] !== dataType.string) return at;
    const end = this.#ends[place] as number;
    return at + this.#cursor.bytes.copy(into, at, this.#starts[place], end);
  }

  /** Reads a typed value into its place; a place of -1 is passed over. */
  #readValue(place: number): void {
    const cursor = this.#cursor;
    if (cursor.at >= cursor.end) {
      cursor.at = -1;
      return;
    }
    const head = cursor.bytes[cursor.at++] as number;
    const kind = head & 15;
    let start = cursor.at;
    let value = 0;
    if (kind === dataType.bool) value = (head & trueFlag) === 0 ? 0 : 1;
    else if (kind >= dataType.int32 && kind <= dataType.uint64) value = readVarint(cursor);
    else if (kind === dataType.ipv4) cursor.at += 4;
    else if (kind === dataType.ipv6) cursor.at += 16;
    else if (kind === dataType.string || kind === dataType.binary) {
      const length = readLength(cursor);
      start = cursor.at;
      if (start >= 0) cursor.at += length;
    } else if (kind !== dataType.null) cursor.at = -1;
    if (cursor.at > cursor.end) cursor.at = -1;
    if (place < 0 || place >= argumentsMax || cursor.at < 0) return;
    this.#kinds[place] = kind;
    this.#starts[place] = start;
    this.#ends[place] = cursor.at;
    this.#numbers[place] = value;
  }
}

const noArguments: readonly Uint8Array[] = [];

/** A length of bytes that lie in the frame; the cursor's `at` is -1 where they do not. */
function readLength(cursor: Cursor): number {
  const length = readVarint(cursor);
  if (cursor.at >= 0 && length > cursor.end - cursor.at) cursor.at = -1;
  return length;
}

/** Finds the name at the cursor, first where it is guessed to stand, and steps over it. -1: not in the list. */
function findName(names: readonly Uint8Array[], cursor: Cursor, guess: number): number {
  const length = readLength(cursor);
  if (cursor.at < 0) return -1;
  const start = cursor.at;
  cursor.at += length;
  const guessed = names[guess];
  if (guessed !== undefined && sameName(guessed, cursor, start)) return guess;
  for (let i = 0; i < names.length; i++) {
    if (sameName(names[i] as Uint8Array, cursor, start)) return i;
  }
  return -1;
}

/** Whether a name is what lies between `start` and the cursor. */
function sameName(name: Uint8Array, { bytes, at }: Cursor, start: number): boolean {
  if (name.length !== at - start) return false;
  for (let i = 0; i < name.length; i++) if (name[i] !== bytes[start + i]) return false;
  return true;
}

function ipv6Text(bytes: Uint8Array, at: number): string {
  let text = "";
  for (let i = 0; i < 16; i += 2) {
    const group = ((bytes[at + i] as number) << 8) | (bytes[at + i + 1] as number);
    text += i === 0 ? group.toString(16) : `:${group.toString(16)}`;
  }
  return text;
}
