/** A bare item of RFC 9651 section 3.3, as far as signatures use them. */
export type BareItem =
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "integer"; readonly value: number }
  | { readonly kind: "token"; readonly value: string }
  | { readonly kind: "bytes"; readonly value: Uint8Array }
  | { readonly kind: "boolean"; readonly value: boolean };

export type Parameters = readonly (readonly [name: string, value: BareItem])[];

export interface Item {
  readonly kind: "item";
  readonly value: BareItem;
  readonly parameters: Parameters;
}

export interface InnerList {
  readonly kind: "list";
  readonly items: readonly Item[];
  readonly parameters: Parameters;
}

export type Member = Item | InnerList;

class Malformed extends Error {}

const membersMax = 64;

/**
 * Parses a dictionary (RFC 9651 section 4.2.2) strictly. A key given twice is refused rather than overwritten, so that
 * nobody can hide one signature behind another. Linear in the text.
 *
 * @returns Undefined when the text is not a dictionary, or has more than 64 members.
 */
export function parseDictionary(text: string): ReadonlyMap<string, Member> | undefined {
  return attempt(() => {
    const reader = new Reader(text);
    const members = new Map<string, Member>();
    reader.skipSpaces();
    while (!reader.done) {
      const key = reader.key();
      if (members.has(key) || members.size >= membersMax) throw new Malformed();
      if (reader.take("=")) members.set(key, reader.member());
      else members.set(key, { kind: "item", value: { kind: "boolean", value: true }, parameters: reader.parameters() });
      reader.skipBlanks();
      if (reader.done) break;
      if (!reader.take(",")) throw new Malformed();
      reader.skipBlanks();
      if (reader.done) throw new Malformed();
    }
    return members;
  });
}

/** Parses a single item (RFC 9651 section 4.2.3); undefined when the text is none. */
export function parseItem(text: string): Item | undefined {
  return attempt(() => {
    const reader = new Reader(text);
    reader.skipSpaces();
    const item = reader.item();
    reader.skipSpaces();
    if (!reader.done) throw new Malformed();
    return item;
  });
}

function attempt<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

/** Serialises a member by RFC 9651 section 4.1. */
export function renderMember(member: Member): string {
  if (member.kind === "item") return renderBare(member.value) + renderParameters(member.parameters);
  return `(${member.items.map(renderMember).join(" ")})${renderParameters(member.parameters)}`;
}

function renderParameters(parameters: Parameters): string {
  let text = "";
  for (const [name, value] of parameters) {
    text += value.kind === "boolean" && value.value ? `;${name}` : `;${name}=${renderBare(value)}`;
  }
  return text;
}

function renderBare(item: BareItem): string {
  switch (item.kind) {
    case "string":
      return `"${item.value.replace(/[\\"]/g, "\\$&")}"`;
    case "bytes":
      return `:${Buffer.from(item.value).toString("base64")}:`;
    case "boolean":
      return item.value ? "?1" : "?0";
    default:
      return String(item.value);
  }
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get done(): boolean {
    return this.#at >= this.#text.length;
  }

  take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  skipSpaces(): void {
    while (this.#text[this.#at] === " ") this.#at++;
  }

  skipBlanks(): void {
    while (this.#text[this.#at] === " " || this.#text[this.#at] === "\t") this.#at++;
  }

  key(): string {
    return this.#match(/[a-z*][a-z0-9_.*-]*/y);
  }

  member(): Member {
    if (!this.take("(")) return this.item();
    const items: Item[] = [];
    for (;;) {
      this.skipSpaces();
      if (this.take(")")) break;
      if (items.length >= membersMax) throw new Malformed();
      items.push(this.item());
      if (this.#text[this.#at] !== " " && this.#text[this.#at] !== ")") throw new Malformed();
    }
    return { kind: "list", items, parameters: this.parameters() };
  }

  item(): Item {
    return { kind: "item", value: this.#bare(), parameters: this.parameters() };
  }

  parameters(): Parameters {
    const parameters: [string, BareItem][] = [];
    while (this.take(";")) {
      this.skipSpaces();
      const name = this.key();
      if (parameters.length >= membersMax || parameters.some(([given]) => given === name)) throw new Malformed();
      parameters.push([name, this.take("=") ? this.#bare() : { kind: "boolean", value: true }]);
    }
    return parameters;
  }

  #bare(): BareItem {
    const first = this.#text[this.#at] ?? "";
    if (first === '"') return { kind: "string", value: this.#string() };
    if (first === ":") return { kind: "bytes", value: this.#bytes() };
    if (first === "?") return { kind: "boolean", value: this.#match(/\?[01]/y) === "?1" };
    if (/[-0-9]/.test(first)) {
      const integer = this.#match(/-?\d{1,15}/y);
      if (this.#text[this.#at] === ".") throw new Malformed();
      return { kind: "integer", value: Number(integer) };
    }
    return { kind: "token", value: this.#match(/[A-Za-z*][A-Za-z0-9:/!#$%&'*+.^_`|~-]*/y) };
  }

  #string(): string {
    const raw = this.#match(/"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"/y);
    return raw.slice(1, -1).replace(/\\(["\\])/g, "$1");
  }

  #bytes(): Uint8Array {
    const raw = this.#match(/:[A-Za-z0-9+/]*={0,2}:/y).slice(1, -1);
    if (raw.length % 4 === 1) throw new Malformed();
    return Buffer.from(raw, "base64");
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) throw new Malformed();
    this.#at += found.length;
    return found;
  }
}
