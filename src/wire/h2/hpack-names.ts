import type { Buffer } from "node:buffer";

/** RFC 7541 appendix A: which entries of the static table name a pseudo-header of requests. */
const staticPseudo: readonly string[] = ["", "a", "m", "m", "p", "p", "s", "s"];
const staticEntries = 61;
/** A request has four or five pseudo-headers; reading more than this serves nobody. */
const fieldsMax = 16;

/**
 * The order of pseudo-headers in the first header block of a connection, as letters: "m,a,s,p" for `:method`,
 * `:authority`, `:scheme`, `:path`; "o" for `:protocol`; "?" for a name that is none of them. Browsers and libraries
 * differ in it and libraries rarely let their users choose.
 *
 * A reader of names only: values are skipped, the dynamic table remembers letters. It starts with an empty table, so
 * only the first block of a connection can be read. Total over any bytes.
 *
 * @param whole Whether `block` is the whole header block; if not, the answer is undefined until a regular field or
 *   the end was seen.
 */
export function pseudoHeaderOrder(block: Buffer, whole: boolean): string | undefined {
  const reader = new BlockReader(block);
  const letters: string[] = [];
  for (let fields = 0; fields < fieldsMax; fields++) {
    if (reader.done()) return whole ? letters.join(",") : undefined;
    const letter = reader.next();
    if (reader.broken) return whole ? letters.join(",") : undefined;
    if (letter === regular) return letters.join(",");
    if (letter !== sizeUpdate) letters.push(letter);
  }
  return letters.join(",");
}

const regular = "";
const sizeUpdate = "#";

class BlockReader {
  readonly #block: Buffer;
  #at = 0;
  /** Letters of the names added to the dynamic table, newest first. */
  readonly #added: string[] = [];
  /** The block ended in the middle of a field, or a number in it has no bound. */
  broken = false;

  constructor(block: Buffer) {
    this.#block = block;
  }

  done(): boolean {
    return this.#at >= this.#block.length;
  }

  /** Letter of the next field's name; `regular` for a regular one, `sizeUpdate` where it was no field at all. */
  next(): string {
    const first = this.#block[this.#at] ?? 0;
    if ((first & 0x80) !== 0) return this.#letterAt(this.#integer(0x7f));
    if ((first & 0xe0) === 0x20) {
      this.#integer(0x1f);
      return sizeUpdate;
    }
    const adds = (first & 0xc0) === 0x40;
    const index = this.#integer(adds ? 0x3f : 0x0f);
    const letter = index === 0 ? this.#literalName() : this.#letterAt(index);
    this.#skipString();
    if (adds) this.#added.unshift(letter);
    return letter;
  }

  #letterAt(index: number): string {
    return index <= staticEntries
      ? (staticPseudo[index] ?? regular)
      : (this.#added[index - staticEntries - 1] ?? regular);
  }

  /** RFC 7541 section 5.1, bounded to four continuation bytes. */
  #integer(mask: number): number {
    let value = (this.#block[this.#at++] ?? 0) & mask;
    if (value < mask) return value;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#block[this.#at++];
      if (byte === undefined) break;
      value += (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return value;
    }
    this.broken = true;
    return 0;
  }

  #literalName(): string {
    const huffman = ((this.#block[this.#at] ?? 0) & 0x80) !== 0;
    const length = this.#integer(0x7f);
    const from = this.#at;
    this.#advance(length);
    if (length < 2) return regular;
    const first = this.#block[from] ?? 0;
    const second = this.#block[from + 1] ?? 0;
    if (!huffman) return first === 0x3a ? (pseudoLetters[String.fromCharCode(second)] ?? "?") : regular;
    // RFC 7541 appendix B: ":" is 1011100, so it fills the upper seven bits of the first byte.
    if (first >>> 1 !== 0x5c) return regular;
    const bits = ((first & 1) << 8) | second;
    return huffmanLetters.find(({ code, width }) => bits >>> (9 - width) === code)?.letter ?? "?";
  }

  #skipString(): void {
    this.#advance(this.#integer(0x7f));
  }

  #advance(count: number): void {
    if (this.#at + count > this.#block.length) this.broken = true;
    this.#at += count;
  }
}

/** By second letter of the name; `:path` and `:protocol` share one, and only the rarer is ever sent as a literal. */
const pseudoLetters: Readonly<Record<string, string>> = { m: "m", a: "a", s: "s", p: "o" };

const huffmanLetters = [
  { code: 0b101001, width: 6, letter: "m" },
  { code: 0b00011, width: 5, letter: "a" },
  { code: 0b01000, width: 5, letter: "s" },
  { code: 0b101011, width: 6, letter: "o" },
] as const;
