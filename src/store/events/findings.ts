import { type Signal, storeLimits } from "#core";
import type { TextBook } from "./text-book.ts";

const signalsMax = storeLimits.signalsLengthMax.default;
/** Signals of one verdict and entries of one signal's evidence; what is beyond is left out. */
const findingsMax = 64;
const entriesMax = 32;
/** Stands before an entry's value that is the number of a text. */
const textMark = 1;
const numberMark = 0;

/** Detectors whose voice is remembered, and the words of one. */
const voicesMax = 256;
const voiceWordsMax = 16;

/** The words that one detector says again and again: its axis, its group, the names of its evidence. */
class Voice {
  readonly detector: number;
  readonly #words: string[] = [];
  readonly #ids: number[] = [];

  constructor(detector: number) {
    this.detector = detector;
  }

  /** The number of a word; few words, mostly the very same strings, are faster looked through than hashed. */
  of(texts: TextBook, word: string): number {
    const at = this.#words.indexOf(word);
    if (at >= 0) return this.#ids[at] as number;
    const id = texts.of(word);
    if (this.#words.length < voiceWordsMax) {
      this.#words.push(word);
      this.#ids.push(id);
    }
    return id;
  }
}

/** What `FindingsReader` reads of a batch. */
export interface Findings {
  readonly findings: Float64Array;
  readonly texts: readonly string[];
}

/**
 * Writes verdicts' evidence as numbers: how many signals; then of each signal detector, axis, group (texts), nats, how many
 * entries; then of each entry its name (text), what sort of value follows, and the value. The words that people read are
 * made of it on the store's side, away from requests.
 */
export class FindingsWriter {
  readonly #texts: TextBook;
  /** How the batch's detectors speak, by name: their texts are looked up once, not with every signal. */
  readonly #voices = new Map<string, Voice>();
  #words = new Float64Array(1 << 14);
  #used = 0;

  constructor(texts: TextBook) {
    this.#texts = texts;
  }

  /** Adds one verdict's signals; returns where they begin. */
  add(signals: readonly Signal[]): number {
    const start = this.#used;
    const count = Math.min(signals.length, findingsMax);
    this.#reserve(1 + count * (5 + 3 * entriesMax));
    const words = this.#words;
    words[this.#used++] = count;
    for (let i = 0; i < count; i++) this.#write(words, signals[i] as Signal);
    return start;
  }

  /** All that was added; begins anew. */
  take(): Float64Array {
    const taken = this.#words.slice(0, this.#used);
    this.#used = 0;
    // Numbers of texts are those of one batch.
    this.#voices.clear();
    return taken;
  }

  #write(words: Float64Array, { detector, axis, group, nats, evidence }: Signal): void {
    const texts = this.#texts;
    let at = this.#used;
    const voice = this.#voiceOf(detector);
    words[at] = voice.detector;
    words[at + 1] = voice.of(texts, axis);
    words[at + 2] = voice.of(texts, group);
    words[at + 3] = nats;
    let entries = 0;
    const entriesAt = at + 4;
    at += 5;
    for (const name in evidence) {
      if (entries === entriesMax) break;
      const value = evidence[name] as string | number;
      const isText = typeof value === "string";
      words[at] = voice.of(texts, name);
      words[at + 1] = isText ? textMark : numberMark;
      words[at + 2] = isText ? texts.of(value) : value;
      at += 3;
      entries++;
    }
    words[entriesAt] = entries;
    this.#used = at;
  }

  #voiceOf(detector: string): Voice {
    const known = this.#voices.get(detector);
    if (known !== undefined) return known;
    const made = new Voice(this.#texts.of(detector));
    // Detectors are few; rules that add evidence all speak as one.
    if (this.#voices.size < voicesMax) this.#voices.set(detector, made);
    return made;
  }

  #reserve(more: number): void {
    if (this.#used + more <= this.#words.length) return;
    const larger = new Float64Array(this.#words.length * 2 + more);
    larger.set(this.#words.subarray(0, this.#used));
    this.#words = larger;
  }
}

/**
 * Evidence as JSON: `[[detector, axis, group, nats, {evidence}], …]`. Whole findings only: what does not fit is left out
 * from the end, never cut in the middle. Texts are quoted once a batch.
 */
export class FindingsReader {
  readonly #words: Float64Array;
  readonly #texts: readonly string[];
  readonly #quoted: string[] = [];

  constructor({ findings, texts }: Findings) {
    this.#words = findings;
    this.#texts = texts;
  }

  render(start: number): string {
    const words = this.#words;
    let at = start;
    const count = words[at++] ?? 0;
    let rendered = "";
    for (let i = 0; i < count; i++) {
      const entries = words[at + 4] ?? 0;
      const one = this.#finding(at, entries);
      at += 5 + 3 * entries;
      if (rendered.length + one.length + 3 > signalsMax) break;
      rendered += rendered === "" ? one : `,${one}`;
    }
    return rendered === "" ? "" : `[${rendered}]`;
  }

  #finding(at: number, entries: number): string {
    const nats = Math.round((this.#words[at + 3] ?? 0) * 1e4) / 1e4;
    let rendered = `[${this.#text(at)},${this.#text(at + 1)},${this.#text(at + 2)},${number(nats)},{`;
    for (let entry = 0, from = at + 5; entry < entries; entry++, from += 3) {
      const isText = this.#words[from + 1] === textMark;
      const value = isText ? this.#text(from + 2) : number(this.#words[from + 2] ?? 0);
      rendered += `${entry === 0 ? "" : ","}${this.#text(from)}:${value}`;
    }
    return `${rendered}}]`;
  }

  #text(at: number): string {
    const place = this.#words[at] ?? 0;
    const known = this.#quoted[place];
    if (known !== undefined) return known;
    const quoted = JSON.stringify(this.#texts[place] ?? "");
    this.#quoted[place] = quoted;
    return quoted;
  }
}

/** As JSON writes numbers: what is not finite is null. */
function number(value: number): string {
  return Number.isFinite(value) ? String(value) : "null";
}
