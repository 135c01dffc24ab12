import { fnv1a } from "#core";

/** One parameter value of a request: which slot, which value, and the value as a number where it is a plain one. */
export interface SlotValue {
  slot: number;
  value: number;
  number: number;
}

const slotsMax = 4;
const valueCharsMax = 64;

/** A request's parameter values; one list is refilled by every call. */
export class SlotValues {
  readonly values: readonly SlotValue[] = Array.from({ length: slotsMax }, () => ({ slot: 0, value: 0, number: 0 }));
  size = 0;

  /**
   * Reads the values of a query (`name=value`, at most four, each at most 64 characters) and of variable path
   * segments (those that hold a digit). Whatever is longer or later is left out: it costs an attacker nothing to
   * hide a value there, and him the origin's understanding of it.
   */
  read(endpoint: number, path: string, query: string): void {
    this.size = 0;
    this.#readPath(endpoint, path);
    let from = 0;
    while (from < query.length && this.size < slotsMax) {
      let to = query.indexOf("&", from);
      if (to < 0) to = query.length;
      const equals = query.indexOf("=", from);
      if (equals > from && equals < to - 1 && to - equals - 1 <= valueCharsMax) {
        this.#add(fnv1a(query.slice(from, equals), endpoint + 1), query.slice(equals + 1, to));
      }
      from = to + 1;
    }
  }

  #readPath(endpoint: number, path: string): void {
    let position = 0;
    let from = 1;
    while (from < path.length && this.size < 2) {
      let to = path.indexOf("/", from);
      if (to < 0) to = path.length;
      position++;
      const segment = to - from <= valueCharsMax ? path.slice(from, to) : "";
      if (/\d/.test(segment) && !/^v\d{1,2}$/i.test(segment) && !segment.includes(".")) {
        this.#add((endpoint + 1) * 64 + position, segment);
      }
      from = to + 1;
    }
  }

  #add(slot: number, text: string): void {
    const place = this.values[this.size];
    if (place === undefined) return;
    place.slot = slot >>> 0;
    place.value = fnv1a(text);
    place.number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    this.size++;
  }
}
