import { createRandom, type Millis, mix32 } from "#core";
import { type SavedSpace, SlotSpace } from "./slot-space.ts";

const slotsMax = 2_048;
const spacesMax = 64;
/** Values a new slot shows before it is compared with the known spaces. */
const probeValues = 64;
const sharedLeast = 0.6;

/** Spaces that are kept over a restart, the busiest: at most a megabyte each. */
const savedMax = 8;

/** What is kept of the spaces and of the slots that fill them. */
export interface SavedSpaces {
  readonly spaces: readonly SavedSpace[];
  readonly slots: readonly (readonly [slot: number, space: number])[];
}

interface Slot {
  space: number;
  readonly probe: number[];
}

/**
 * Which parameter slots of which endpoints take their values from the same space. A slot opens its own space; after
 * 64 distinct values it is compared with every space of the application, and where three in five of its values are
 * known there, it joins. So a scraper that leaves `/api/stock?sku=` for `/mobile/v2/availability/{x}` is still one
 * scraper of SKUs, with its counts and its evidence.
 *
 * Evaded by re-encoding values (a hash instead of the number); wrong for two unrelated spaces of small consecutive
 * numbers, which then share popularity. Bounded: 2,048 slots, 64 spaces; beyond that new slots are not judged.
 */
export class SlotSpaces {
  readonly #slots = new Map<number, Slot>();
  readonly #spaces: SlotSpace[] = [];
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
    if (known.probe.length < probeValues && known.probe.length > 0) this.#probe(known, value);
    return known.space;
  }

  space(number: number): SlotSpace | undefined {
    return this.#spaces[number];
  }

  /** Learns one request by an unconvicted client. */
  learn(space: number, value: number, at: Millis): void {
    this.#spaces[space]?.learn(value, at);
  }

  save(): SavedSpaces {
    const kept = [...this.#spaces.keys()]
      .filter((number) => (this.#spaces[number]?.requests ?? 0) > 0)
      .sort((a, b) => (this.#spaces[b]?.requests ?? 0) - (this.#spaces[a]?.requests ?? 0))
      .slice(0, savedMax);
    const places = new Map(kept.map((number, place) => [number, place]));
    return {
      spaces: kept.flatMap((number) => this.#spaces[number]?.save() ?? []),
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
    for (const [slot, space] of saved.slots.slice(0, slotsMax)) this.#slots.set(slot | 0, { space, probe: [] });
  }

  #open(slot: number, value: number): number {
    if (this.#slots.size >= slotsMax) return -1;
    const space = this.#spaces.length < spacesMax ? this.#spaces.length : -1;
    if (space >= 0) this.#spaces.push(new SlotSpace(createRandom(mix32(slot, this.#seed))));
    this.#slots.set(slot | 0, { space, probe: [value] });
    return space;
  }

  #probe(slot: Slot, value: number): void {
    if (slot.probe.includes(value)) return;
    slot.probe.push(value);
    if (slot.probe.length < probeValues) return;
    let best = slot.space;
    let bestShare = sharedLeast;
    for (const [number, space] of this.#spaces.entries()) {
      if (number === slot.space || space.size() < probeValues) continue;
      const shared = slot.probe.filter((probed) => space.knows(probed)).length / probeValues;
      if (shared >= bestShare) {
        best = number;
        bestShare = shared;
      }
    }
    slot.space = best;
    slot.probe.length = 0;
  }
}
