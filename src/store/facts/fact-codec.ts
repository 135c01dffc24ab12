/** What rules were asked about one request, and who it belonged to. */
export interface FactRow {
  /** Rises by one with each request. */
  readonly sequence: number;
  /** Wall clock, milliseconds. */
  readonly at: number;
  readonly session: number;
  readonly actor: number;
  /** Place in the list of kinds. */
  readonly kind: number;
  /** The request is for a sub-resource, about which most rules are not asked. */
  readonly subResource: boolean;
  /** In [0, 1): the session's share of canary traffic. */
  readonly canary: number;
  /** Per cent of sessions that were noted at that time; whole sessions are left out where a site is too busy for all. */
  readonly share: number;
  readonly texts: readonly string[];
  /** NaN is unknown. */
  readonly numbers: Float64Array;
  readonly tags: readonly string[];
  readonly signals: readonly StoredSignal[];
}

/** A detector that spoke, in nats. */
export interface StoredSignal {
  readonly detector: string;
  readonly nats: number;
}

/** What the origin answered, and what that cost. */
export interface OutcomeRow {
  readonly sequence: number;
  readonly status: number;
  readonly bytes: number;
  readonly durationMs: number;
}

/** Names of the values of rows, in their order: a segment says them once, so that another version can read it. */
export interface FactLayout {
  readonly texts: readonly string[];
  readonly numbers: readonly string[];
}

/** Receives rows. The row is reused: nothing of it may be kept. */
export interface FactReader {
  fact(row: FactRow): void;
  outcome(row: OutcomeRow): void;
}

const kindFact = 1;
const kindOutcome = 2;
const number = { unknown: 0, whole: 1, real: 2 } as const;
const textLengthMax = 8_192;
const dictionaryMax = 65_536;
/** Long texts fill it sooner: a flood of them cannot fill memory. */
const dictionaryCharactersMax = 4_194_304;
const wholeMax = 0x7fffffff;
/** Beyond any row: texts are cut, names and tags are few. */
const rowBytesMax = 1_048_576;

/**
 * Writes rows as bytes: texts once a segment, numbers only where they are not zero, whole ones as variable-length integers.
 * A row of a hundred facts takes about a hundred bytes.
 */
export class FactEncoder {
  #bytes: Buffer;
  #at = 0;
  readonly #dictionary = new Map<string, number>();
  #characters = 0;

  constructor(bytesMax: number) {
    this.#bytes = Buffer.allocUnsafe(bytesMax + rowBytesMax);
  }

  /** Bytes written since the last `take`. */
  get length(): number {
    return this.#at;
  }

  fact(row: FactRow): void {
    this.#bytes[this.#at++] = kindFact;
    this.#varint(row.sequence);
    this.#real(row.at);
    this.#varint(row.session);
    this.#varint(row.actor);
    this.#varint(row.kind * 2 + (row.subResource ? 1 : 0));
    this.#real(row.canary);
    this.#varint(row.share);
    this.#varint(row.texts.length);
    for (const text of row.texts) this.#text(text);
    this.#numbers(row.numbers);
    this.#varint(row.tags.length);
    for (const tag of row.tags) this.#text(tag);
    this.#varint(row.signals.length);
    for (const { detector, nats } of row.signals) {
      this.#text(detector);
      this.#real(nats);
    }
  }

  outcome({ sequence, status, bytes, durationMs }: OutcomeRow): void {
    this.#bytes[this.#at++] = kindOutcome;
    this.#varint(sequence);
    this.#varint(Math.max(0, status));
    this.#varint(Math.max(0, bytes));
    this.#real(durationMs);
  }

  /** The bytes written since the last call, copied. */
  take(): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(0, this.#at));
    this.#at = 0;
    return taken;
  }

  /** Forgets the texts: the next row starts a segment. */
  reset(): void {
    this.#dictionary.clear();
    this.#characters = 0;
    this.#at = 0;
  }

  #numbers(numbers: Float64Array): void {
    let count = 0;
    for (let i = 0; i < numbers.length; i++) if (numbers[i] !== 0) count++;
    this.#varint(count);
    for (let i = 0; i < numbers.length; i++) {
      const value = numbers[i] as number;
      if (value === 0) continue;
      if (Number.isNaN(value)) this.#varint(i * 4 + number.unknown);
      else if (value > 0 && value <= wholeMax && Math.floor(value) === value) {
        this.#varint(i * 4 + number.whole);
        this.#varint(value);
      } else {
        this.#varint(i * 4 + number.real);
        this.#real(value);
      }
    }
  }

  /** Its place in the dictionary; a new text writes its bytes behind a place that is not taken yet. */
  #text(whole: string): void {
    const text = whole.length > textLengthMax ? whole.slice(0, textLengthMax) : whole;
    const known = this.#dictionary.get(text);
    if (known !== undefined) {
      this.#varint(known + 1);
      return;
    }
    this.#varint(0);
    this.#varint(Buffer.byteLength(text));
    this.#at += this.#bytes.write(text, this.#at);
    if (this.#dictionary.size >= dictionaryMax || this.#characters + text.length > dictionaryCharactersMax) return;
    this.#characters += text.length;
    this.#dictionary.set(text, this.#dictionary.size);
  }

  #varint(value: number): void {
    let left = value;
    while (left >= 128) {
      this.#bytes[this.#at++] = (left % 128) | 128;
      left = Math.floor(left / 128);
    }
    this.#bytes[this.#at++] = left;
  }

  #real(value: number): void {
    this.#at = this.#bytes.writeDoubleLE(value, this.#at);
  }
}

/** Reads what an encoder wrote; stops in front of a row that is not whole, which is what a crash leaves behind. */
export function decodeFacts(
  bytes: Buffer,
  layout: FactLayout,
  reader: FactReader,
): { readonly rows: number; readonly cut: number } {
  const decoder = new Decoder(bytes, layout);
  let rows = 0;
  for (;;) {
    const start = decoder.at;
    if (start >= bytes.length) return { rows, cut: 0 };
    if (!decoder.row(reader)) return { rows, cut: bytes.length - start };
    rows++;
  }
}

class Decoder {
  at = 0;
  readonly #bytes: Buffer;
  readonly #dictionary: string[] = [];
  #characters = 0;
  readonly #row: { -readonly [Name in keyof FactRow]: FactRow[Name] };
  readonly #texts: string[];
  readonly #tags: string[] = [];
  readonly #signals: { detector: string; nats: number }[] = [];
  readonly #numbers: Float64Array;
  readonly #view: DataView;

  constructor(bytes: Buffer, layout: FactLayout) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#texts = layout.texts.map(() => "");
    this.#numbers = new Float64Array(layout.numbers.length);
    this.#row = {
      sequence: 0,
      at: 0,
      session: 0,
      actor: 0,
      kind: 0,
      subResource: false,
      canary: 0,
      share: 0,
      texts: this.#texts,
      numbers: this.#numbers,
      tags: this.#tags,
      signals: this.#signals,
    };
  }

  /** False: the bytes end inside the row, or are none of ours. */
  row(reader: FactReader): boolean {
    try {
      const kind = this.#bytes[this.at++];
      if (kind === kindFact) this.#fact();
      else if (kind === kindOutcome) {
        const sequence = this.#varint();
        const status = this.#varint();
        const bytes = this.#varint();
        reader.outcome({ sequence, status, bytes, durationMs: this.#real() });
        return true;
      } else return false;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
    reader.fact(this.#row);
    return true;
  }

  #fact(): void {
    const row = this.#row;
    row.sequence = this.#varint();
    row.at = this.#real();
    row.session = this.#varint();
    row.actor = this.#varint();
    const kind = this.#varint();
    row.kind = kind >>> 1;
    row.subResource = (kind & 1) === 1;
    row.canary = this.#real();
    row.share = this.#varint();
    const texts = this.#varint();
    for (let i = 0; i < texts; i++) this.#texts[i] = this.#text();
    this.#numbers.fill(0);
    for (let left = this.#varint(); left > 0; left--) {
      const key = this.#varint();
      const place = key >>> 2;
      const type = key & 3;
      const value = type === number.unknown ? Number.NaN : type === number.whole ? this.#varint() : this.#real();
      this.#numbers[place] = value;
    }
    this.#tags.length = this.#varint();
    for (let i = 0; i < this.#tags.length; i++) this.#tags[i] = this.#text();
    this.#signals.length = 0;
    for (let left = this.#varint(); left > 0; left--) {
      const detector = this.#text();
      this.#signals.push({ detector, nats: this.#real() });
    }
  }

  #text(): string {
    const place = this.#varint();
    if (place > 0) {
      const text = this.#dictionary[place - 1];
      if (text === undefined) throw new RangeError("a text that was never written");
      return text;
    }
    const length = this.#varint();
    if (this.at + length > this.#bytes.length) throw new RangeError("the text ends behind the bytes");
    const text = this.#bytes.toString("utf8", this.at, this.at + length);
    this.at += length;
    if (this.#dictionary.length < dictionaryMax && this.#characters + text.length <= dictionaryCharactersMax) {
      this.#characters += text.length;
      this.#dictionary.push(text);
    }
    return text;
  }

  /** Nearly all are of one byte or two: what is longer is read elsewhere, so that these stay short enough to be inlined. */
  #varint(): number {
    const { at } = this;
    const first = this.#bytes[at] as number;
    if (first < 128) {
      this.at = at + 1;
      return first;
    }
    const second = this.#bytes[at + 1] as number;
    if (second < 128) {
      this.at = at + 2;
      return first - 128 + second * 128;
    }
    return this.#longVarint();
  }

  #longVarint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.#bytes[this.at++];
      if (byte === undefined || scale > 2 ** 53) throw new RangeError("the bytes end inside a number");
      if (byte < 128) return value + byte * scale;
      value += (byte - 128) * scale;
      scale *= 128;
    }
  }

  #real(): number {
    const value = this.#view.getFloat64(this.at, true);
    this.at += 8;
    return value;
  }
}
