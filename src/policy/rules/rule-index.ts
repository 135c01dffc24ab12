import type { Subject, Vocabulary } from "../language/vocabulary.ts";
import type { Rule } from "./rule.ts";
import { type RuleKey, ruleKeys } from "./rule-keys.ts";

/**
 * Finds the few rules that may match a request without looking at the rest.
 *
 * Two levels. Each set of tags has a bucket with the rules for everybody and those for one of its tags; a request opens the one of
 * its endpoint. Inside a bucket a rule waits at one part of its condition (a conjunction at its top, so each part must hold), the one that ordinary requests fail: a signal that
 * spoke, an exact text, a number beyond what is usual. Rules that share a number share the walk along its thresholds.
 */
export interface RuleIndex {
  /**
   * Writes the positions of rules that may match into `into` and returns how many; order is not defined, and a rule that waits
   * for a signal stands there as often as the signal came.
   */
  candidates(subject: Subject, into: Uint16Array): number;
}

/** The most rules one index holds: positions are 16 bits. */
export const rulesMax = 4096;
/** Sets of tags whose buckets are remembered; more are looked up again. */
const tagSetsMax = 1024;

/** Builds the index. Rules stand at their position in `rules`. */
export function createRuleIndex(rules: readonly Rule[], vocabulary: Vocabulary): RuleIndex {
  const speaking = new Set(vocabulary.variables.flatMap(({ name, parts }) => (parts === true ? [name] : [])));
  const live = [...rules.entries()].filter(([, rule]) => rule.mode !== "retired");
  const keys = new Map(live.map(([position, { condition }]) => [position, ruleKeys.of(condition.ast, vocabulary)]));
  const whole = createBuckets(live, keys);
  const aboutParts = live.filter(([, { condition }]) => [...condition.reads].some((name) => speaking.has(name)));
  const parts = createBuckets(aboutParts, keys);
  return {
    candidates(subject, into) {
      const buckets = subject.subResource === true ? parts : whole;
      return collect(buckets.of(subject.tags), subject, into);
    },
  };
}

type KeysOf = ReadonlyMap<number, readonly RuleKey[]>;

interface Buckets {
  of(tags: readonly string[]): Bucket;
}

/** One bucket for each set of tags that was seen: the rules for everybody and those for its tags, each once. */
function createBuckets(live: readonly (readonly [number, Rule])[], keys: KeysOf): Buckets {
  const members = new Map<string, number[]>();
  for (const [position, rule] of live) for (const tag of bucketsOf(rule)) append(members, tag, position);
  const remembered = new Map<readonly string[], Bucket>();
  return {
    of(tags) {
      const known = remembered.get(tags);
      if (known !== undefined) return known;
      if (remembered.size >= tagSetsMax) remembered.clear();
      const positions = new Set([everybody, ...tags].flatMap((tag) => members.get(tag) ?? []));
      const made = createBucket(new Map([...positions].map((position) => [position, keys.get(position) ?? []])));
      remembered.set(tags, made);
      return made;
    },
  };
}

/** Bucket of the rules that are not for certain tags; no tag is called so. */
const everybody = "";

interface Walk {
  readonly place: number;
  /** Ascending for "above", descending for "below": walked until one is beyond the value. */
  readonly limits: Float64Array;
  readonly rules: Uint16Array;
}

interface Bucket {
  readonly always: readonly number[];
  readonly bySignal: ReadonlyMap<string, readonly number[]>;
  readonly texts: readonly { readonly place: number; readonly values: ReadonlyMap<string, readonly number[]> }[];
  readonly above: readonly Walk[];
  /** Places and lowest limits of `above`, side by side: most requests pass none of them. */
  readonly places: Uint16Array;
  readonly lowest: Float64Array;
  readonly beyond: Uint16Array;
  readonly below: readonly Walk[];
}

/** A rule for one of several tags stands in each bucket; so does a rule whose condition demands one tag. */
function bucketsOf(rule: Rule): readonly string[] {
  if (rule.applies.length > 0) return rule.applies;
  const demanded = ruleKeys.demandedTag(rule.condition.ast);
  return demanded === undefined ? [everybody] : [demanded];
}

function collect(bucket: Bucket, subject: Subject, into: Uint16Array): number {
  let count = 0;
  for (const position of bucket.always) into[count++] = position;
  if (bucket.bySignal.size > 0) {
    for (const { detector } of subject.signals) {
      const found = bucket.bySignal.get(detector);
      if (found !== undefined) for (const position of found) into[count++] = position;
    }
  }
  for (const { place, values } of bucket.texts) {
    const text = subject.text(place);
    if (text === "") continue;
    const found = values.get(text);
    if (found !== undefined) for (const position of found) into[count++] = position;
  }
  const passing = passed(bucket, subject);
  for (let at = 0; at < passing; at++) {
    const walk = bucket.above[bucket.beyond[at] as number];
    if (walk === undefined) continue;
    const { place, limits, rules } = walk;
    const value = subject.number(place);
    for (let i = 0; i < limits.length && value >= (limits[i] as number); i++) into[count++] = rules[i] as number;
  }
  for (const { place, limits, rules } of bucket.below) {
    const value = subject.number(place);
    for (let i = 0; i < limits.length && value <= (limits[i] as number); i++) into[count++] = rules[i] as number;
  }
  return count;
}

/** Which walks have a value at or above their lowest limit. */
function passed({ places, lowest, beyond }: Bucket, subject: Subject): number {
  if (subject.beyond !== undefined) return subject.beyond(places, lowest, beyond);
  let count = 0;
  for (let at = 0; at < places.length; at++) {
    if (subject.number(places[at] as number) >= (lowest[at] as number)) beyond[count++] = at;
  }
  return count;
}

function createBucket(choices: KeysOf): Bucket {
  const always: number[] = [];
  const bySignal = new Map<string, number[]>();
  const byText = new Map<number, Map<string, number[]>>();
  const above = new Map<number, { limit: number; rule: number }[]>();
  const below = new Map<number, { limit: number; rule: number }[]>();
  for (const [position, key] of chooseKeys(choices)) {
    if (key === undefined) always.push(position);
    else if (key.kind === "signal") append(bySignal, key.name, position);
    else if (key.kind === "text") {
      const values = byText.get(key.place) ?? new Map<string, number[]>();
      for (const value of new Set(key.values)) append(values, value, position);
      byText.set(key.place, values);
    } else append(key.kind === "above" ? above : below, key.place, { limit: key.limit, rule: position });
  }
  const walks = [...above].map(([place, list]) => walkOf(place, list, 1));
  return {
    always,
    bySignal,
    texts: [...byText].map(([place, values]) => ({ place, values })),
    above: walks,
    places: Uint16Array.from(walks, ({ place }) => place),
    lowest: Float64Array.from(walks, ({ limits }) => limits[0] ?? Number.POSITIVE_INFINITY),
    beyond: new Uint16Array(walks.length),
    below: [...below].map(([place, list]) => walkOf(place, list, -1)),
  };
}

/** The cheapest sort of key that a rule offers; among those, the number that most rules of the bucket can share. */
function chooseKeys(choices: KeysOf): Map<number, RuleKey | undefined> {
  const shared = new Map<number, number>();
  for (const keys of choices.values()) {
    for (const key of keys) if ("place" in key) shared.set(key.place, (shared.get(key.place) ?? 0) + 1);
  }
  const popularity = (key: RuleKey): number => ("place" in key ? (shared.get(key.place) ?? 0) : 0);
  const chosen = new Map<number, RuleKey | undefined>();
  for (const [position, keys] of choices) {
    chosen.set(position, keys.toSorted((a, b) => a.cost - b.cost || popularity(b) - popularity(a))[0]);
  }
  return chosen;
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function walkOf(place: number, list: readonly { limit: number; rule: number }[], direction: 1 | -1): Walk {
  const sorted = list.toSorted((a, b) => direction * (a.limit - b.limit));
  return {
    place,
    limits: Float64Array.from(sorted, ({ limit }) => limit),
    rules: Uint16Array.from(sorted, ({ rule }) => rule),
  };
}
