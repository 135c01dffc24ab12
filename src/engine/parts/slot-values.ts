/** One parameter value of a request: which slot, which value, and the value as a number where it is a plain one. */
export interface SlotValue {
  slot: number;
  value: number;
  number: number;
  /** Number of the space it belongs to, filled in by whoever knows the spaces. */
  space: number;
}

/** The value's space has not been asked for yet. */
export const unknownSpace = -2;

const slotsMax = 4;
const valueCharsMax = 64;

/** A request's parameter values; one list is refilled by every call. */
export class SlotValues {
  readonly values: readonly SlotValue[] = Array.from({ length: slotsMax }, () => ({
    slot: 0,
    value: 0,
    number: 0,
    space: unknownSpace,
  }));
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
        this.#add(hashOf(query, { from, to: equals, seed: endpoint + 1 }), query, equals + 1, to);
      }
      from = to + 1;
    }
  }

  #readPath(endpoint: number, path: string): void {
    let position = 0;
    let from = 1;
    while (from < path.length && this.size < 2) {
      let digits = 0;
      let dotted = false;
      let to = from;
      for (; to < path.length; to++) {
        const code = path.charCodeAt(to);
        if (code === slash) break;
        if (code === dot) dotted = true;
        else if (isDigit(code)) digits++;
      }
      position++;
      const varies = digits > 0 && !dotted && to - from <= valueCharsMax && !isVersion(path, { from, to, digits });
      if (varies) this.#add((endpoint + 1) * 64 + position, path, from, to);
      from = to + 1;
    }
  }

  /** Adds the value that stands in `text` from `from` up to `to`; no string is cut out for it. */
  #add(slot: number, text: string, from: number, to: number): void {
    const place = this.values[this.size];
    if (place === undefined) return;
    place.slot = slot >>> 0;
    place.value = hashOf(text, { from, to, seed: fnvOffset });
    place.number = numberIn(text, from, to);
    place.space = unknownSpace;
    this.size++;
  }
}

const slash = 47;
const dot = 46;
const integerDigitsMax = 15;
const fnvOffset = 0x811c9dc5;

/** FNV-1a of a stretch of text: equals `fnv1a` of the slice. */
function hashOf(text: string, stretch: { readonly from: number; readonly to: number; readonly seed: number }): number {
  let hash = stretch.seed;
  for (let i = stretch.from; i < stretch.to; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** The plain integer of up to fifteen digits that the stretch is; NaN for anything else. */
function numberIn(text: string, from: number, to: number): number {
  if (to <= from || to - from > integerDigitsMax) return Number.NaN;
  let value = 0;
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    if (!isDigit(code)) return Number.NaN;
    value = value * 10 + code - 48;
  }
  return value;
}

/** `v1` or `V12`: a version of an interface is a word of the route. */
function isVersion(
  path: string,
  segment: { readonly from: number; readonly to: number; readonly digits: number },
): boolean {
  const { from, to, digits } = segment;
  return digits === to - from - 1 && digits <= 2 && (path.charCodeAt(from) | 0x20) === 0x76;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
