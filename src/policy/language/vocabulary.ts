/** One name a rule may read. */
export interface Variable {
  /** As written in rules: `session.requests`. */
  readonly name: string;
  readonly type: "text" | "number" | "flag";
  /** One sentence with the unit; docs/policy.md lists it. */
  readonly description: string;
}

/**
 * Everything rules may read, in one order: the position of a variable among its kind is its place in a `Subject`.
 * The engine owns the list, because it fills the values; policy only knows how to read them.
 */
export interface Vocabulary {
  readonly variables: readonly Variable[];
  /** Names of detectors, for `"id-walk" in signals` and `nats("id-walk")`. */
  readonly detectors: readonly string[];
  /** Application tags: `"login" in tags`. */
  readonly tags: readonly string[];
}

/** A truth value with room for what was not observed: 0 false, 1 true, 2 unknown. An unknown condition never matches. */
export type Truth = 0 | 1 | 2;

/** What rules are asked about: one request of one session. May be a reused object; nothing keeps it. */
export interface Subject {
  /** Values of text variables, in vocabulary order. */
  readonly texts: readonly string[];
  /** Values of numbers and flags (0 or 1), in vocabulary order; NaN is unknown. */
  readonly numbers: Float64Array;
  /** Tags of the endpoint and its application. */
  readonly tags: readonly string[];
  /** Nats by detector, of the signals that spoke. */
  readonly signals: ReadonlyMap<string, number>;
  /** Is `value` on the operator's list of that name? */
  inList(list: string, value: string): boolean;
  /** In [0, 1), fixed for a session: which share of canary traffic it belongs to. */
  readonly canary: number;
}

/** Where variables stand in a `Subject`. */
export interface Layout {
  readonly texts: ReadonlyMap<string, number>;
  readonly numbers: ReadonlyMap<string, number>;
}

/** The places of a vocabulary's variables: texts among texts, numbers and flags among numbers. */
export function layoutOf(vocabulary: Vocabulary): Layout {
  const texts = new Map<string, number>();
  const numbers = new Map<string, number>();
  for (const variable of vocabulary.variables) {
    const places = variable.type === "text" ? texts : numbers;
    places.set(variable.name, places.size);
  }
  return { texts, numbers };
}
