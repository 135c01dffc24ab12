import { hashText } from "./text-hash.ts";

/** Address words as kept in tables: IPv6 in four big-endian words, IPv4 mapped into ::ffff:0:0/96. */
export type AddressWords = Uint32Array;

const mappedPrefix = 0xffff;
/** First word of names that are no addresses; fe00::/9 holds no global unicast, and ffff::/16 no client. */
const namedPrefix = 0xffffffff;

/**
 * Turns address text into sixteen bytes without garbage, and back. Log lines may name clients by host name; such
 * names are kept as text up to `textsMax` and by hash beyond.
 */
export class AddressBook {
  readonly #names = new Map<string, number>();
  readonly #texts: string[] = [];
  readonly #textsMax: number;

  constructor(textsMax: number) {
    this.#textsMax = textsMax;
  }

  /** Writes the four words of `text` into `words`. Never fails: what is no address is filed by name. */
  parse(text: string, words: AddressWords): void {
    if (parseIPv4(text, words) || parseIPv6(text, words)) return;
    words[0] = namedPrefix;
    words[1] = 0;
    const known = this.#names.get(text);
    if (known !== undefined) {
      words[2] = 0;
      words[3] = known;
      return;
    }
    if (this.#texts.length >= this.#textsMax) {
      words[2] = 1;
      words[3] = hashText(text, 0);
      return;
    }
    const kept = Buffer.from(text.slice(0, 255)).toString();
    this.#names.set(kept, this.#texts.length);
    words[2] = 0;
    words[3] = this.#texts.length;
    this.#texts.push(kept);
  }

  /** The address of a client's row. */
  renderRow(clients: { readonly u32: Uint32Array; addressAt(row: number): number }, row: number): string {
    const at = clients.addressAt(row);
    const { u32 } = clients;
    return this.render(u32[at] as number, u32[at + 1] as number, u32[at + 2] as number, u32[at + 3] as number);
  }

  /** Canonical text (RFC 5952; IPv4 dotted), or the name under which the client was logged. */
  render(w0: number, w1: number, w2: number, w3: number): string {
    if (w0 === namedPrefix) return w2 === 1 ? `name-${w3.toString(16)}` : (this.#texts[w3] ?? "");
    if (w0 === 0 && w1 === 0 && w2 === mappedPrefix)
      return `${w3 >>> 24}.${(w3 >>> 16) & 255}.${(w3 >>> 8) & 255}.${w3 & 255}`;
    return renderIPv6([w0, w1, w2, w3]);
  }
}

function parseIPv4(text: string, words: AddressWords): boolean {
  const length = text.length;
  if (length < 7 || length > 15) return false;
  let value = 0;
  let part = -1;
  let dots = 0;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code === 46) {
      if (part < 0 || ++dots > 3) return false;
      value = value * 256 + part;
      part = -1;
    } else if (code >= 48 && code <= 57) {
      part = part < 0 ? code - 48 : part * 10 + code - 48;
      if (part > 255) return false;
    } else return false;
  }
  if (dots !== 3 || part < 0) return false;
  writeIPv4(value * 256 + part, words);
  return true;
}

/** The words of an IPv4 address that is known as a number. */
export function writeIPv4(address: number, words: AddressWords): void {
  words[0] = 0;
  words[1] = 0;
  words[2] = mappedPrefix;
  words[3] = address;
}

function parseIPv6(text: string, words: AddressWords): boolean {
  if (text.length > 45 || !text.includes(":")) return false;
  const dotted = text.lastIndexOf(":") + 1;
  if (text.includes(".", dotted)) {
    // The last 32 bits written as IPv4 (RFC 4291 2.2): turned into two groups.
    if (!parseIPv4(text.slice(dotted), words)) return false;
    const low = words[3] as number;
    return parseIPv6(`${text.slice(0, dotted)}${(low >>> 16).toString(16)}:${(low & 0xffff).toString(16)}`, words);
  }
  const gap = text.indexOf("::");
  const before = groupsOf(gap < 0 ? text : text.slice(0, gap));
  const after = gap < 0 ? [] : groupsOf(text.slice(gap + 2));
  if (before === undefined || after === undefined) return false;
  const missing = 8 - before.length - after.length;
  if (gap < 0 ? missing !== 0 : missing < 1) return false;
  const groups = [...before, ...new Array<number>(Math.max(0, missing)).fill(0), ...after];
  for (let i = 0; i < 4; i++) words[i] = (groups[2 * i] ?? 0) * 0x1_0000 + (groups[2 * i + 1] ?? 0);
  return true;
}

function groupsOf(text: string): number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  for (const part of text.split(":")) {
    if (!/^[0-9A-Fa-f]{1,4}$/.test(part)) return undefined;
    groups.push(Number.parseInt(part, 16));
  }
  return groups;
}

function renderIPv6(words: readonly number[]): string {
  const groups = words.flatMap((word) => [word >>> 16, word & 0xffff]);
  let best = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && groups[end] === 0) end++;
    if (end - i > bestLength) {
      best = i;
      bestLength = end - i;
    }
  }
  const text = (from: number, to: number): string =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(":");
  return best < 0 ? text(0, 8) : `${text(0, best)}::${text(best + bestLength, 8)}`;
}
