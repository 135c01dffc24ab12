import { createRandom, type Millis, mix32 } from "#core";
import { type SavedSpace, SlotSpace } from "./slot-space.ts";

const slotsMax = 2_048;
const spacesMax = 64;
/** Spaces of pairs, numbered from `spacesMax` on. */
const pairSpacesMax = 16;

/** Whether a space is one of pairs of values: an article *and* a place. */
export function isPairSpace(space: number): boolean {
  return space >= spacesMax;
}
/** Values a new slot shows before it is compared with the known spaces. */
const probeValues = 64;
const sharedLeast = 0.6;
/** After a comparison that found nothing the next waits four times as long: the space to join may not have known much yet. */
const patience = 4;
const patienceMax = 100_000;

/** Spaces that are kept over a restart, the busiest: at most a megabyte each. */
const savedMax = 8;
const pairsSavedMax = 2;

/** What is kept of the spaces and of the slots that fill them. */
export interface SavedSpaces {
  readonly spaces: readonly SavedSpace[];
  /** Pairs of values from two of the spaces above. Missing in what earlier versions wrote. */
  readonly pairs?: readonly { readonly first: number; readonly second: number; readonly space: SavedSpace }[];
  readonly slots: readonly (readonly [slot: number, space: number])[];
}

interface Slot {
  space: number;
  readonly probe: number[];
  /** Values since the last comparison, and at how many the next one begins; infinity once it has joined. */
  since: number;
  again: number;
}

/**
 * Which parameter slots of which endpoints take their values from the same space. A slot opens its own space; after
 * 64 distinct values it is compared with every space of the application that knows as much as its own, and where three in
 * five of its values are known there, it joins; if not, it is compared again after four times as many values each time. So a scraper that leaves `/api/stock?sku=` for `/mobile/v2/availability/{x}` is still one
 * scraper of SKUs, with its counts and its evidence.
 *
 * Pairs of values (an article and a place) have spaces of their own, keyed by the spaces of the two: what an enumerator asks
 * for need not be odd on either side to be odd together.
 *
 * Evaded by re-encoding values (a hash instead of the number); wrong for two unrelated spaces of small consecutive
 * numbers, which then share popularity. Bounded: 2,048 slots, 64 spaces, 16 spaces of pairs; beyond that new slots are not judged.
 */
export class SlotSpaces {
  readonly #slots = new Map<number, Slot>();
  readonly #spaces: SlotSpace[] = [];
  readonly #pairs: SlotSpace[] = [];
  /** Numbers of the spaces of pairs, by the two spaces that a pair's values come from. */
  readonly #pairNumbers = new Map<number, number>();
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  get spaces(): readonly SlotSpace[] {
    return this.#spaces;
  }

  /** Number of the slot's space, or -1 when the tables are full. Stable, except that a young slot may join another. */
  spaceOf(slot: number, value: number): number {
    // As a signed number, which a map finds without making an object of it.
    const known = this.#slots.get(slot | 0);
    if (known === undefined) return this.#open(slot, value);
    if (known.probe.length > 0) this.#probe(known, value);
    else if (++known.since >= known.again) known.probe.push(value);
    return known.space;
  }

  space(number: number): SlotSpace | undefined {
    return isPairSpace(number) ? this.#pairs[number - spacesMax] : this.#spaces[number];
  }

  /**
   * Number of the space of pairs of values from two spaces, or -1: when either is not judged by itself (too few values, or
   * not enough seen of it), or all places are taken. Endpoints whose slots share their spaces share their pairs, too.
   */
  pairSpaceOf(first: number, second: number): number {
    if (this.#spaces[first]?.laws === undefined || this.#spaces[second]?.laws === undefined) return -1;
    const key = first * spacesMax + second;
    const known = this.#pairNumbers.get(key);
    if (known !== undefined) return known;
    if (this.#pairs.length >= pairSpacesMax) return -1;
    return this.#addPair(key);
  }

  /** Learns one request by an unconvicted client. */
  learn(space: number, value: number, at: Millis): void {
    this.space(space)?.learn(value, at);
  }

  save(): SavedSpaces {
    const kept = [...this.#spaces.keys()]
      .filter((number) => (this.#spaces[number]?.requests ?? 0) > 0)
      .sort((a, b) => (this.#spaces[b]?.requests ?? 0) - (this.#spaces[a]?.requests ?? 0))
      .slice(0, savedMax);
    const places = new Map(kept.map((number, place) => [number, place]));
    return {
      spaces: kept.flatMap((number) => this.#spaces[number]?.save() ?? []),
      pairs: [...this.#pairNumbers]
        .flatMap(([key, number]) => {
          const [first, second] = [places.get(Math.floor(key / spacesMax)), places.get(key % spacesMax)];
          const space = this.space(number);
          if (first === undefined || second === undefined || space === undefined || space.requests === 0) return [];
          return [{ first, second, space }];
        })
        .sort((a, b) => b.space.requests - a.space.requests)
        .slice(0, pairsSavedMax)
        .map(({ first, second, space }) => ({ first, second, space: space.save() })),
      slots: [...this.#slots].flatMap(([slot, { space }]) => {
        const place = places.get(space);
        return place === undefined ? [] : [[slot, place] as const];
      }),
    };
  }

  /** Puts back what `save` gave, into spaces that have seen nothing: what was popular is popular still. */
  restore(saved: SavedSpaces): void {
    for (const [place, each] of saved.spaces.slice(0, savedMax).entries()) {
      const space = new SlotSpace(createRandom(mix32(place, this.#seed)));
      space.restore(each);
      this.#spaces.push(space);
    }
    for (const { first, second, space } of (saved.pairs ?? []).slice(0, pairsSavedMax))
      this.space(this.#addPair(first * spacesMax + second))?.restore(space);
    for (const [slot, space] of saved.slots.slice(0, slotsMax))
      this.#slots.set(slot | 0, { space, probe: [], since: 0, again: probeValues * patience });
  }

  #addPair(key: number): number {
    const number = spacesMax + this.#pairs.length;
    this.#pairs.push(new SlotSpace(createRandom(mix32(key ^ 0x9a14, this.#seed))));
    this.#pairNumbers.set(key, number);
    return number;
  }

  #open(slot: number, value: number): number {
    if (this.#slots.size >= slotsMax) return -1;
    const space = this.#spaces.length < spacesMax ? this.#spaces.length : -1;
    if (space >= 0) this.#spaces.push(new SlotSpace(createRandom(mix32(slot, this.#seed))));
    this.#slots.set(slot | 0, { space, probe: [value], since: 0, again: probeValues * patience });
    return space;
  }

  #probe(slot: Slot, value: number): void {
    if (slot.probe.includes(value)) return;
    slot.probe.push(value);
    if (slot.probe.length < probeValues) return;
    const own = this.#spaces[slot.space]?.requests ?? 0;
    let best = slot.space;
    let bestShare = sharedLeast;
    for (const [number, space] of this.#spaces.entries()) {
      if (number === slot.space || space.size() < probeValues || space.requests < own) continue;
      const shared = slot.probe.filter((probed) => space.knows(probed)).length / probeValues;
      if (shared >= bestShare) {
        best = number;
        bestShare = shared;
      }
    }
    slot.again = best === slot.space ? Math.min(patienceMax, slot.again * patience) : Number.POSITIVE_INFINITY;
    slot.space = best;
    slot.since = 0;
    slot.probe.length = 0;
  }
}
