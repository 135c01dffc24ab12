import type { Rule } from "./rule.ts";

/** Lists that are remembered: a session meets the same rules request after request, and most sessions the same few. */
const listsMax = 256;

const none: readonly Rule[] = Object.freeze([]);

/**
 * The rules at positions, in their order. The same positions give the same list for as long as few others come between: what was matched
 * is kept with thousands of requests, and as many lists alike would be copied by collections.
 */
export class MatchLists {
  readonly #rules: readonly Rule[];
  readonly #lists: ({ readonly positions: readonly number[]; readonly list: readonly Rule[] } | undefined)[];

  constructor(rules: readonly Rule[]) {
    this.#rules = rules;
    this.#lists = new Array(listsMax).fill(undefined);
  }

  /** @param positions are sorted in place; one that was found twice, as by two equal signals, stands once. */
  of(positions: number[]): readonly Rule[] {
    if (positions.length === 0) return none;
    sort(positions);
    const place = placeOf(positions);
    const known = this.#lists[place];
    if (known !== undefined && areSame(known.positions, positions)) return known.list;
    const list: Rule[] = [];
    for (const position of positions) {
      const rule = this.#rules[position];
      if (rule !== undefined && rule !== list.at(-1)) list.push(rule);
    }
    this.#lists[place] = { positions: positions.slice(), list: Object.freeze(list) };
    return list;
  }
}

/** By insertion: there are few, and mostly in order. */
function sort(positions: number[]): void {
  for (let i = 1; i < positions.length; i++) {
    const position = positions[i] as number;
    let at = i;
    for (; at > 0 && (positions[at - 1] as number) > position; at--) positions[at] = positions[at - 1] as number;
    positions[at] = position;
  }
}

function placeOf(positions: readonly number[]): number {
  let hash = 0;
  for (let i = 0; i < positions.length; i++) hash = (Math.imul(hash, 31) + (positions[i] as number)) | 0;
  return (hash ^ (hash >>> 8)) & (listsMax - 1);
}

function areSame(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
