import { guessTags, tagNames } from "#policy";

/** The tags of one endpoint of one application. Interned: the same tags are the same object. */
export interface TagSet {
  readonly names: readonly string[];
  /** Positions in the list of all tags. */
  readonly ids: readonly number[];
}

/** Says how an operator tagged an endpoint: its application's tags and those of a route; undefined: guess. */
export type Tagger = (application: string, template: string) => readonly string[] | undefined;

const idOf: ReadonlyMap<string, number> = new Map(tagNames.map((name, index) => [name, index]));
const noTags: TagSet = Object.freeze({ names: Object.freeze([]), ids: Object.freeze([]) });

/** The tags of endpoints, worked out once each: an operator's, or guessed from the words of the template. */
export class TagBook {
  readonly #sets = new Map<number, TagSet>();
  readonly #interned = new Map<string, TagSet>();
  #tagger: Tagger = () => undefined;

  /** Takes another way of tagging; everything is worked out again. */
  tagWith(tagger: Tagger): void {
    this.#tagger = tagger;
    this.#sets.clear();
  }

  /** Bounded by endpoints × applications, both capped. */
  of(key: { readonly application: number; readonly endpoint: number }, words: TagWords): TagSet {
    const place = key.application * 65_536 + key.endpoint;
    const known = this.#sets.get(place);
    if (known !== undefined) return known;
    const application = words.applicationName(key.application);
    const template = words.template(key.endpoint);
    const found = this.#intern(this.#tagger(application, template) ?? guessTags(template));
    this.#sets.set(place, found);
    return found;
  }

  /** The id of a tag, or -1. */
  static idOf(name: string): number {
    return idOf.get(name) ?? -1;
  }

  #intern(names: readonly string[]): TagSet {
    if (names.length === 0) return noTags;
    const key = names.join(" ");
    const known = this.#interned.get(key);
    if (known !== undefined) return known;
    const made: TagSet = { names: [...names], ids: names.flatMap((name) => idOf.get(name) ?? []) };
    this.#interned.set(key, made);
    return made;
  }
}

/** Names behind the numbers of applications and endpoints. */
export interface TagWords {
  applicationName(index: number): string;
  template(endpoint: number): string;
}
