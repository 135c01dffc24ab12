import { hashText } from "./text-hash.ts";

/** What is known about a user agent, found out once per text. */
export interface AgentEntry {
  readonly text: string;
  /** Name of the bot this user agent declares, or "". */
  readonly declared: string;
  /** What it declares is a library or program that anybody runs for anything, not an agent with a purpose of its own. */
  readonly tool: boolean;
  /** Presentation evidence: browser family, 0 none recognised. */
  readonly family: number;
  /** Major version of the family, 0 unknown. */
  readonly major: number;
  /** How the text breaks the grammar every browser keeps, or "". */
  readonly malformed: string;
}

/** Finds out about a user agent; called once per distinct text. */
export type ReadAgent = (userAgent: string) => AgentEntry;

const bucketsMax = 4_096;

/**
 * User agents as small numbers. Texts beyond the cap share buckets by hash: they stay apart from the known ones and,
 * mostly, from each other, so that a flood of random user agents costs bounded memory and cannot pose as a known one.
 */
export class AgentBook {
  readonly #ids = new Map<string, number>();
  readonly #entries: AgentEntry[] = [];
  readonly #read: ReadAgent;
  readonly #textsMax: number;
  readonly #charsMax: number;

  constructor(read: ReadAgent, textsMax: number, options: { readonly charsMax: number }) {
    this.#read = read;
    this.#textsMax = textsMax;
    this.#charsMax = options.charsMax;
  }

  idOf(userAgent: string): number {
    return this.#ids.get(userAgent) ?? this.#enter(userAgent);
  }

  entry(id: number): AgentEntry {
    return this.#entries[id] ?? overflowEntry;
  }

  #enter(userAgent: string): number {
    if (userAgent.length > this.#charsMax) {
      const cut = userAgent.slice(0, this.#charsMax);
      return this.#ids.get(cut) ?? this.#enter(cut);
    }
    if (this.#entries.length >= this.#textsMax) return this.#textsMax + (hashText(userAgent, 0) % bucketsMax);
    // Through a buffer, because a slice would keep the whole log chunk it was cut from alive.
    const text = Buffer.from(userAgent).toString();
    const id = this.#entries.length;
    this.#entries.push(this.#read(text));
    this.#ids.set(text, id);
    return id;
  }
}

const overflowEntry: AgentEntry = Object.freeze({
  text: "(one of too many user agents)",
  declared: "",
  tool: false,
  family: 0,
  major: 0,
  malformed: "",
});
