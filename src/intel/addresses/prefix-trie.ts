import { type AddressWords, createAddressWords, parseAddress } from "./parse-address.ts";

/** One address block. Words beyond the length may hold host bits; they are ignored. */
export interface Prefix {
  readonly family: 4 | 6;
  readonly words: readonly [number, number, number, number];
  readonly length: number;
}

/** A sealed trie's arrays, to be handed to another thread. Treat as opaque. */
export interface TrieImage {
  readonly prefixes: number;
  readonly four: FamilyImage;
  readonly six: FamilyImage;
}

interface FamilyImage {
  readonly nodes: Uint32Array<ArrayBuffer>;
  readonly table: Uint32Array<ArrayBuffer>;
}

/**
 * Address blocks to bit sets: every block carries up to 31 marks, and a lookup returns the marks of all blocks that
 * hold the address, joined. A binary trie per family in typed arrays (two children and the marks, 12 bytes a
 * node), entered through a table over the first bits, so that a lookup walks at most 16 levels for IPv4.
 *
 * Filled once, then sealed: a reload builds a new trie and swaps it in, so readers never wait and never see half a list.
 */
export class PrefixTrie {
  readonly #four: FamilyTrie;
  readonly #six: FamilyTrie;
  readonly #words: AddressWords = createAddressWords();
  #prefixes: number;

  /** @param image What another trie's `image` gave; default: an empty trie. */
  constructor(image?: TrieImage) {
    this.#four = new FamilyTrie(image?.four);
    this.#six = new FamilyTrie(image?.six);
    this.#prefixes = image?.prefixes ?? 0;
  }

  /** The sealed trie's own arrays, not copies. */
  get image(): TrieImage {
    return { prefixes: this.#prefixes, four: this.#four.image, six: this.#six.image };
  }

  /** How many blocks were added. */
  get prefixes(): number {
    return this.#prefixes;
  }

  /** Bytes of the tries' arrays. */
  get bytes(): number {
    return this.#four.bytes + this.#six.bytes;
  }

  /** @param marks One to 31 bits, joined to what the block already carries. */
  add(prefix: Prefix, marks: number): void {
    const trie = prefix.family === 4 ? this.#four : this.#six;
    trie.add(prefix.words, prefix.length, marks);
    this.#prefixes++;
  }

  /** Cuts the arrays to size and builds the entry tables; to be called once, after the last `add`. */
  seal(): void {
    this.#four.seal();
    this.#six.seal();
  }

  /** The joined marks of all blocks that hold `ip`; 0 when none does or `ip` is no address. */
  lookup(ip: string): number {
    const family = parseAddress(ip, this.#words);
    if (family === 0) return 0;
    return family === 4 ? this.#four.lookup(this.#words, 32) : this.#six.lookup(this.#words, 128);
  }
}

/** Tries below this many nodes are walked from the root: a table would be larger than they are. */
const tableNodesMin = 4_096;
const tableBits = 16;

class FamilyTrie {
  /** Node n: left child at 3n, right child at 3n + 1, marks at 3n + 2; node 0 is the root, child 0 means none. */
  #nodes: Uint32Array<ArrayBuffer>;
  #count: number;
  /** For every value of the first bits: node reached (0: none) and marks met on the way, in pairs. */
  #table: Uint32Array<ArrayBuffer>;

  constructor(image?: FamilyImage) {
    this.#nodes = image?.nodes ?? new Uint32Array(3 * 64);
    this.#count = image === undefined ? 1 : image.nodes.length / 3;
    this.#table = image?.table ?? new Uint32Array(0);
  }

  get image(): FamilyImage {
    return { nodes: this.#nodes, table: this.#table };
  }

  get bytes(): number {
    return this.#nodes.byteLength + this.#table.byteLength;
  }

  add(words: Prefix["words"], length: number, marks: number): void {
    let node = 0;
    for (let bit = 0; bit < length; bit++) {
      const slot = 3 * node + (((words[bit >>> 5] ?? 0) >>> (31 - (bit & 31))) & 1);
      let next = this.#nodes[slot] ?? 0;
      if (next === 0) {
        next = this.#grow();
        this.#nodes[slot] = next;
      }
      node = next;
    }
    this.#nodes[3 * node + 2] = (this.#nodes[3 * node + 2] ?? 0) | marks;
  }

  #grow(): number {
    if (3 * (this.#count + 1) > this.#nodes.length) {
      const larger = new Uint32Array(this.#nodes.length * 2);
      larger.set(this.#nodes);
      this.#nodes = larger;
    }
    return this.#count++;
  }

  seal(): void {
    this.#nodes = this.#nodes.slice(0, 3 * this.#count);
    if (this.#count < tableNodesMin) return;
    this.#table = new Uint32Array(2 ** (tableBits + 1));
    for (let value = 0; value < 2 ** tableBits; value++) {
      let node = 0;
      let marks = this.#nodes[2] ?? 0;
      for (let bit = tableBits - 1; bit >= 0; bit--) {
        node = this.#nodes[3 * node + ((value >>> bit) & 1)] ?? 0;
        if (node === 0) break;
        marks |= this.#nodes[3 * node + 2] ?? 0;
      }
      this.#table[2 * value] = node;
      this.#table[2 * value + 1] = marks;
    }
  }

  lookup(words: AddressWords, bits: number): number {
    const nodes = this.#nodes;
    let node = 0;
    let bit = 0;
    let marks = nodes[2] ?? 0;
    if (this.#table.length > 0) {
      const entry = ((words[0] ?? 0) >>> (32 - tableBits)) * 2;
      node = this.#table[entry] ?? 0;
      marks = this.#table[entry + 1] ?? 0;
      if (node === 0) return marks;
      bit = tableBits;
    }
    for (; bit < bits; bit++) {
      node = nodes[3 * node + (((words[bit >>> 5] ?? 0) >>> (31 - (bit & 31))) & 1)] ?? 0;
      if (node === 0) break;
      marks |= nodes[3 * node + 2] ?? 0;
    }
    return marks;
  }
}
