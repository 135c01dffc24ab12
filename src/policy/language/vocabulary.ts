/** One name a rule may read. */
export interface Variable {
  /** As written in rules: `session.requests`. */
  readonly name: string;
  readonly type: "text" | "number" | "flag";
  /** One sentence with the unit; docs/vocabulary-of-rules.md lists it. */
  readonly description: string;
  /**
   * What nine in ten requests of ordinary visitors stay at or below. The index of rules looks first at conditions that
   * such a request fails. Absent: unknown, and the variable makes no key.
   */
  readonly usual?: number;
  /** Of a text: what ordinary requests show, each value at least one in ten of them. Other values are keys that few requests pass. */
  readonly usualTexts?: readonly string[];
  /**
   * Says something about a single sub-resource (a picture, a script). Rules that read no such variable are not asked about
   * sub-resources: what they read does not change with them.
   */
  readonly parts?: boolean;
}

/** A function of rules that asks for a number by words: `count("login.failed", "address", "10m")`. */
export interface WordFunction {
  readonly name: string;
  /** Each argument is one of these words, written as a text in the rule. */
  readonly parameters: readonly { readonly name: string; readonly words: readonly string[] }[];
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
  /** Functions of words; every combination has a place behind the variables' numbers. */
  readonly functions?: readonly WordFunction[];
}

/** A truth value with room for what was not observed: 0 false, 1 true, 2 unknown. An unknown condition never matches. */
export type Truth = 0 | 1 | 2;

/** A detector that spoke and what it said, in nats. */
export interface SpokenSignal {
  readonly detector: string;
  readonly nats: number;
}

/**
 * What rules are asked about: one request of one session. Values are worked out when a rule asks for them, and once a
 * request. May be a reused object; nothing keeps it.
 */
export interface Subject {
  /** Value of the number or flag (0 or 1) at a place of the layout; NaN is unknown. */
  number(place: number): number;
  /** Value of the text at a place of the layout; empty when absent. */
  text(place: number): string;
  /** Tags of the endpoint and its application. The same tags are the same array: the index remembers by identity. */
  readonly tags: readonly string[];
  readonly signals: readonly SpokenSignal[];
  /** The request is for a sub-resource: only rules that read something about one are asked. */
  readonly subResource?: boolean;
  /**
   * Writes the positions of those places whose value is at least the limit beside it, and returns how many. What
   * `number` would answer one by one, made fast where a subject knows how. Absent: asked one by one.
   */
  beyond?(places: Uint16Array, limits: Float64Array, into: Uint16Array): number;
  /** Writes what `number` answers for each place, made fast where a subject knows how. Absent: asked one by one. */
  readAll?(places: Uint16Array, into: Float64Array): void;
  /**
   * Is `value` on the operator's list of that name? Undefined when there is no such list, so that a list that is gone makes
   * no condition true, not even a negated one.
   */
  inList(list: string, value: string): boolean | undefined;
  /** In [0, 1), fixed for a session: which share of canary traffic it belongs to. */
  readonly canary: number;
}

/** Where a function's combinations of words stand among the numbers. */
export interface FunctionPlaces {
  readonly first: number;
  readonly parameters: WordFunction["parameters"];
}

/** Where variables stand in a `Subject`. */
export interface Layout {
  readonly texts: ReadonlyMap<string, number>;
  readonly numbers: ReadonlyMap<string, number>;
  readonly functions: ReadonlyMap<string, FunctionPlaces>;
  /** All places of numbers, those of functions included. */
  readonly numberCount: number;
}

/** The places of a vocabulary's variables: texts among texts, numbers and flags among numbers, then the functions. */
export function layoutOf(vocabulary: Vocabulary): Layout {
  const texts = new Map<string, number>();
  const numbers = new Map<string, number>();
  for (const variable of vocabulary.variables) {
    const places = variable.type === "text" ? texts : numbers;
    places.set(variable.name, places.size);
  }
  const functions = new Map<string, FunctionPlaces>();
  let numberCount = numbers.size;
  for (const { name, parameters } of vocabulary.functions ?? []) {
    functions.set(name, { first: numberCount, parameters });
    numberCount += parameters.reduce((product, { words }) => product * words.length, 1);
  }
  return { texts, numbers, functions, numberCount };
}

/** The place of one combination of words; each must be a word of its parameter. */
export function placeOfCall({ first, parameters }: FunctionPlaces, words: readonly string[]): number {
  let offset = 0;
  for (const [index, parameter] of parameters.entries())
    offset = offset * parameter.words.length + parameter.words.indexOf(words[index] ?? "");
  return first + offset;
}

/** What stands at each place of the numbers: names of variables, then calls as `Condition.reads` writes them. */
export function numberNames(vocabulary: Vocabulary): readonly string[] {
  const names = [...layoutOf(vocabulary).numbers.keys()];
  for (const { name, parameters } of vocabulary.functions ?? []) {
    const calls = parameters.reduce<readonly string[]>(
      (before, { words }) => before.flatMap((start) => words.map((word) => (start === "" ? word : `${start},${word}`))),
      [""],
    );
    names.push(...calls.map((words) => `${name}(${words})`));
  }
  return names;
}

/** A subject whose values are at hand, for trials and tests. Places that are not given are unknown. */
export function fixedSubject(values: {
  readonly texts?: readonly string[];
  readonly numbers?: ArrayLike<number>;
  readonly tags?: readonly string[];
  readonly signals?: readonly SpokenSignal[];
  readonly inList?: Subject["inList"];
  readonly canary?: number;
}): Subject {
  const { texts = [], numbers = [], tags = [], signals = [], inList = () => undefined, canary = 0 } = values;
  return {
    number: (place) => numbers[place] ?? Number.NaN,
    text: (place) => texts[place] ?? "",
    tags,
    signals,
    inList,
    canary,
  };
}
