import { appLimits, type HashKey, keyedHash } from "#core";
import { hashEvent, type ProductEvent, type SentEvent } from "./product-events.ts";

/** Takes product events once each and hands them on. */
export interface EventIntake {
  /** False: its id was taken before; nothing happens again. */
  take(sent: SentEvent): boolean;
  /** Told of every new event; must not throw. Returns what ends it. */
  subscribe(listener: (event: ProductEvent) => void): () => void;
  readonly facts: { taken: number; repeated: number };
}

/**
 * Remembers ids, as keyed hashes, in two generations: when the younger is full the older is forgotten. So an id is known
 * for at least the next {@link appLimits.eventIdsMax} events, in bounded memory.
 */
export function createEventIntake(key: HashKey, idsMax: number = appLimits.eventIdsMax.default): EventIntake {
  let young = new Set<number>();
  let old = new Set<number>();
  const listeners = new Set<(event: ProductEvent) => void>();
  const facts = { taken: 0, repeated: 0 };
  return {
    facts,
    take(sent) {
      const event = hashEvent(sent, key);
      const id = idHash(event, key);
      if (young.has(id) || old.has(id)) {
        facts.repeated++;
        return false;
      }
      young.add(id);
      if (young.size >= idsMax) {
        old = young;
        young = new Set();
      }
      facts.taken++;
      for (const listener of listeners) listener(event);
      return true;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** An id is unique within its application. */
function idHash({ application, id }: ProductEvent, key: HashKey): number {
  return keyedHash(key, `${application}\n${id}`);
}
