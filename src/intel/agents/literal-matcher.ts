/** One thing to find: literals in this order, with anything between them. */
export interface LiteralPattern {
  /** At least one; the first has at least two characters. */
  readonly parts: readonly string[];
  readonly atStart: boolean;
  readonly atEnd: boolean;
  readonly caseSensitive: boolean;
  /** The character before the first part, if any, must not be a letter or digit. */
  readonly wholeWord: boolean;
}

/**
 * Finds which of many patterns occur in a text, in one pass: an Aho-Corasick automaton (Aho and Corasick,
 * "Efficient string matching", 1975) over case-folded characters with a dense transition table.
 *
 * Time is linear in the text for any text, so a client cannot choose a user agent that is slow to match; a pattern's
 * further parts are found by `indexOf`, linear as well. Characters outside ASCII never match.
 */
export class LiteralMatcher {
  readonly #patterns: readonly LiteralPattern[];
  /** Folded character code to column; 0 for characters no pattern uses. */
  readonly #columnOf = new Uint8Array(128);
  readonly #columns: number;
  readonly #next: Uint16Array;
  /** First pattern ending in a state plus one; 0: none. Chains run through `#sibling` and then `#shorter`. */
  readonly #output: Uint16Array;
  readonly #sibling: Uint16Array;
  /** The nearest state along the failure links that ends a pattern; 0: none. */
  readonly #shorter: Uint16Array;

  /** @param patterns At most 65,000 states in all, which holds about 5,000 names. */
  constructor(patterns: readonly LiteralPattern[]) {
    this.#patterns = patterns;
    let columns = 1;
    for (const pattern of patterns) {
      for (const code of codesOf(pattern)) {
        if (this.#columnOf[code] === 0) this.#columnOf[code] = columns++;
      }
    }
    for (let code = 65; code <= 90; code++) this.#columnOf[code] = this.#columnOf[code + 32] ?? 0;
    this.#columns = columns;
    const states = 1 + patterns.reduce((sum, pattern) => sum + (pattern.parts[0]?.length ?? 0), 0);
    if (states > 65_000) throw new RangeError(`${states} states; a literal matcher holds at most 65000`);
    this.#next = new Uint16Array(states * columns);
    this.#output = new Uint16Array(states);
    this.#shorter = new Uint16Array(states);
    this.#sibling = new Uint16Array(patterns.length);
    this.#link(this.#insert());
  }

  /** Calls `found` with the index of every pattern that occurs in `text`; a pattern may be reported more than once. */
  scan(text: string, found: (pattern: number) => void): void {
    let state = 0;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      state = this.#next[state * this.#columns + (code < 128 ? (this.#columnOf[code] ?? 0) : 0)] ?? 0;
      for (let at = this.#output[state] === 0 ? this.#shorter[state] : state; at; at = this.#shorter[at]) {
        for (let entry = this.#output[at] ?? 0; entry !== 0; entry = this.#sibling[entry - 1] ?? 0) {
          if (this.#holds(entry - 1, text, i + 1)) found(entry - 1);
        }
      }
    }
  }

  #insert(): number {
    let states = 1;
    for (const [index, pattern] of this.#patterns.entries()) {
      let state = 0;
      for (const code of codesOf(pattern)) {
        const slot = state * this.#columns + (this.#columnOf[code] ?? 0);
        if (this.#next[slot] === 0) this.#next[slot] = states++;
        state = this.#next[slot] ?? 0;
      }
      this.#sibling[index] = this.#output[state] ?? 0;
      this.#output[state] = index + 1;
    }
    return states;
  }

  /** Breadth first: failure links, folded into the transition table so that a scan never falls back. */
  #link(states: number): void {
    const fail = new Uint16Array(states);
    const queue: number[] = [];
    for (let column = 0; column < this.#columns; column++) {
      const child = this.#next[column] ?? 0;
      if (child !== 0) queue.push(child);
    }
    for (let head = 0; head < queue.length; head++) {
      const state = queue[head] ?? 0;
      const back = fail[state] ?? 0;
      this.#shorter[state] = this.#output[back] === 0 ? (this.#shorter[back] ?? 0) : back;
      for (let column = 0; column < this.#columns; column++) {
        const slot = state * this.#columns + column;
        const child = this.#next[slot] ?? 0;
        const other = this.#next[back * this.#columns + column] ?? 0;
        if (child === 0) this.#next[slot] = other;
        else {
          fail[child] = other;
          queue.push(child);
        }
      }
    }
  }

  #holds(index: number, text: string, end: number): boolean {
    const pattern = this.#patterns[index];
    if (pattern === undefined) return false;
    const first = pattern.parts[0] ?? "";
    const start = end - first.length;
    if (pattern.atStart && start !== 0) return false;
    if (pattern.wholeWord && start > 0 && isWord(text.charCodeAt(start - 1))) return false;
    if (pattern.caseSensitive && !text.startsWith(first, start)) return false;
    let at = end;
    for (let part = 1; part < pattern.parts.length; part++) {
      const literal = pattern.parts[part] ?? "";
      const position = text.indexOf(literal, at);
      if (position < 0) return false;
      at = position + literal.length;
    }
    return !pattern.atEnd || at === text.length;
  }
}

function codesOf(pattern: LiteralPattern): number[] {
  return Array.from((pattern.parts[0] ?? "").toLowerCase(), (character) => character.charCodeAt(0) & 0x7f);
}

function isWord(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}
