import type { Kind } from "#core";
import {
  createRuleSet,
  layoutOf,
  numberNames,
  type Rule,
  type SpokenSignal,
  type Subject,
  type Vocabulary,
} from "#policy";

/** The kinds in the order in which stored facts number them. */
export const storedKinds: readonly Kind[] = ["human", "verified-agent", "declared-bot", "automated", "unknown"];

/** One request as it was stored; reused by its reader. */
export interface StoredFacts {
  readonly sequence: number;
  readonly at: number;
  readonly session: number;
  readonly actor: number;
  readonly kind: number;
  readonly subResource: boolean;
  readonly canary: number;
  /** Per cent of sessions that were noted at that time. */
  readonly share: number;
  readonly texts: readonly string[];
  readonly numbers: Float64Array;
  readonly tags: readonly string[];
  readonly signals: readonly SpokenSignal[];
}

/** What the origin answered to a stored request. */
export interface StoredOutcome {
  readonly sequence: number;
  readonly status: number;
  readonly bytes: number;
  readonly durationMs: number;
}

/** What one rule would have done. */
export interface BacktestResult {
  readonly rule: string;
  readonly requests: number;
  readonly sessions: number;
  readonly actors: number;
  /** Sessions by what they were taken to be in the end. */
  readonly byKind: Readonly<Record<Kind, number>>;
  /** Share of all people's sessions that it would have hit; `null` when there were none. */
  readonly humanShare: number | null;
  /** The same per day of stored time. */
  readonly humansPerDay: number;
  /** What the origin would not have had to answer. */
  readonly saved: { readonly requests: number; readonly bytes: number; readonly originMs: number };
  /** What the rule reads and some of the stored requests do not have: there it counts as unknown and does not match. */
  readonly notStored: readonly string[];
  /** Sequence numbers of the first matches, to look at. */
  readonly samples: readonly number[];
}

/** What all the stored requests were. */
export interface BacktestReport {
  readonly requests: number;
  readonly sessions: number;
  readonly humans: number;
  readonly from: number;
  readonly to: number;
  /** Share of sessions that were stored, on average: less than 1 where the site was too busy for all. */
  readonly share: number;
  readonly results: readonly BacktestResult[];
}

/** Names of stored values, in the order in which a segment has them. */
export interface StoredLayout {
  readonly texts: readonly string[];
  readonly numbers: readonly string[];
}

/** A backtest under way: fed row by row, asked at the end. */
export interface Backtest {
  /** The reader of a segment that was written with this layout; what it does not have is unknown. */
  reader(layout: StoredLayout): { fact(row: StoredFacts): void; outcome(row: StoredOutcome): void };
  report(): BacktestReport;
}

/** What is tried. */
export interface BacktestOptions {
  readonly rules: readonly Rule[];
  readonly vocabulary: Vocabulary;
  readonly inList: Subject["inList"];
  /** Told of every match, request by request: what a comparison with a run in watch mode needs. */
  readonly onMatch?: ((sequence: number, rule: string) => void) | undefined;
}

const samplesMax = 20;
/** Matches whose answer has not been read yet: an answer follows its request closely. */
const pendingMax = 65_536;

/**
 * Asks rules about stored requests exactly as the gateway asked then: the same conditions, the same values, the same index.
 * So the matches are those of a run in watch mode, not an estimate of them. Only lists are read as they are today.
 */
export function createBacktest({ rules, vocabulary, inList, onMatch }: BacktestOptions): Backtest {
  const watching = rules.map((rule) => ({ ...rule, mode: "watch" as const }));
  const set = createRuleSet(watching, vocabulary, 0);
  const tallies = new Map(watching.map((rule) => [rule.name, new Tally()]));
  const kinds = new Map<number, number>();
  const missing = new Set<string>();
  const pending = new Map<number, readonly Tally[]>();
  let requests = 0;
  let shares = 0;
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  return {
    reader(layout) {
      const view = createView(layout, vocabulary, inList);
      for (const name of absentFrom(layout, vocabulary)) missing.add(name);
      return {
        fact(row) {
          requests++;
          shares += row.share;
          if (row.at < from) from = row.at;
          if (row.at > to) to = row.at;
          kinds.set(row.session, row.kind);
          const hit = set.matches(view(row));
          if (hit.length === 0) return;
          if (onMatch !== undefined) for (const { name } of hit) onMatch(row.sequence, name);
          const found = hit.flatMap((rule) => tallies.get(rule.name) ?? []);
          for (const tally of found) tally.add(row);
          if (pending.size >= pendingMax) dropFirst(pending);
          pending.set(row.sequence, found);
        },
        outcome(row) {
          const found = pending.size === 0 ? undefined : pending.get(row.sequence);
          if (found === undefined) return;
          pending.delete(row.sequence);
          for (const tally of found) tally.save(row);
        },
      };
    },
    report() {
      let humans = 0;
      for (const kind of kinds.values()) if (storedKinds[kind] === "human") humans++;
      const share = requests === 0 ? 1 : shares / requests / 100;
      // As many days as the stored sessions stand for.
      const days = (Math.max(to - from, hourMs) / dayMs) * share;
      const results = watching.flatMap((rule) => {
        const notStored = [...rule.condition.reads].filter((name) => missing.has(name));
        return tallies.get(rule.name)?.result(rule.name, { kinds, humans, days, notStored }) ?? [];
      });
      return { requests, sessions: kinds.size, humans, from: finite(from), to: finite(to), share, results };
    },
  };
}

const hourMs = 3_600_000;
const dayMs = 86_400_000;

/** Stored values where today's vocabulary expects them; what was not stored is unknown. One subject, reused. */
function createView(
  layout: StoredLayout,
  vocabulary: Vocabulary,
  inList: Subject["inList"],
): (row: StoredFacts) => Subject {
  const textFrom = [...layoutOf(vocabulary).texts.keys()].map((name) => layout.texts.indexOf(name));
  const stored = new Map(layout.numbers.map((name, place) => [name, place]));
  const numberFrom = numberNames(vocabulary).map((name) => stored.get(name) ?? -1);
  let row: StoredFacts | undefined;
  const subject = {
    number: (place: number) => row?.numbers[numberFrom[place] ?? -1] ?? Number.NaN,
    text: (place: number) => row?.texts[textFrom[place] ?? -1] ?? "",
    tags: [] as readonly string[],
    signals: [] as readonly SpokenSignal[],
    subResource: false,
    inList,
    canary: 0,
  };
  const tagLists = new Map<string, readonly string[]>();
  return (next) => {
    row = next;
    subject.tags = sameList(tagLists, next.tags);
    subject.signals = next.signals;
    subject.canary = next.canary;
    subject.subResource = next.subResource;
    return subject;
  };
}

const tagListsMax = 4_096;

/** The index remembers tags by the identity of their list, so that equal lists must be one. */
function sameList(lists: Map<string, readonly string[]>, tags: readonly string[]): readonly string[] {
  const key = tags.join(" ");
  let list = lists.get(key);
  if (list === undefined) {
    if (lists.size >= tagListsMax) lists.clear();
    list = [...tags];
    lists.set(key, list);
  }
  return list;
}

function absentFrom(layout: StoredLayout, vocabulary: Vocabulary): readonly string[] {
  const stored = new Set([...layout.texts, ...layout.numbers]);
  return [...layoutOf(vocabulary).texts.keys(), ...numberNames(vocabulary)].filter((name) => !stored.has(name));
}

class Tally {
  #requests = 0;
  readonly #sessions = new Set<number>();
  readonly #actors = new Set<number>();
  readonly #samples: number[] = [];
  #savedRequests = 0;
  #bytes = 0;
  #originMs = 0;

  add({ session, actor, sequence }: StoredFacts): void {
    this.#requests++;
    this.#sessions.add(session);
    this.#actors.add(actor);
    if (this.#samples.length < samplesMax) this.#samples.push(sequence);
  }

  save({ bytes, durationMs }: StoredOutcome): void {
    this.#savedRequests++;
    this.#bytes += bytes;
    this.#originMs += Math.max(0, durationMs);
  }

  result(
    rule: string,
    {
      kinds,
      humans,
      days,
      notStored,
    }: {
      readonly kinds: ReadonlyMap<number, number>;
      readonly humans: number;
      readonly days: number;
      readonly notStored: readonly string[];
    },
  ): BacktestResult {
    const byKind = { human: 0, "verified-agent": 0, "declared-bot": 0, automated: 0, unknown: 0 };
    for (const session of this.#sessions) byKind[storedKinds[kinds.get(session) ?? 4] ?? "unknown"]++;
    return {
      rule,
      requests: this.#requests,
      sessions: this.#sessions.size,
      actors: this.#actors.size,
      byKind,
      humanShare: humans === 0 ? null : byKind.human / humans,
      humansPerDay: byKind.human / days,
      saved: { requests: this.#savedRequests, bytes: this.#bytes, originMs: this.#originMs },
      notStored,
      samples: this.#samples,
    };
  }
}

function dropFirst(map: Map<number, unknown>): void {
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
