import { storedKinds } from "#analyst";
import { type Clock, type Exchange, type Kind, type Millis, policyLimits, type Verdict } from "#core";
import { layoutOf, numberNames, type RequestIdentity, type Subject, type Vocabulary } from "#policy";
import type { FactLayout, FactLog, FactRow } from "#store";
import { maskedPath } from "../serve/masked-path.ts";

/** What was asked about a request, and by which rules. */
export interface NotedAbout {
  readonly subject: Subject;
  readonly identity: RequestIdentity;
  /** What the rules in force read; another set is another layout. */
  readonly reads: ReadonlySet<string>;
}

/** Keeps what rules were asked, so that a rule written tomorrow can be asked about today. */
export interface FactRecorder {
  note(exchange: Exchange, verdict: Verdict, about: NotedAbout): void;
  /** The origin's answer to a request noted before. */
  settle(exchange: Exchange): void;
}

const kindPlace = new Map<Kind, number>(storedKinds.map((kind, place) => [kind, place]));

interface Places {
  readonly layout: FactLayout;
  readonly texts: readonly number[];
  readonly numbers: Uint16Array;
}

/** All variables, and of the calls those that some rule makes: the engine counts nothing else. */
function placesFor(vocabulary: Vocabulary, reads: ReadonlySet<string>): Places {
  const { texts, numbers } = layoutOf(vocabulary);
  const kept = numberNames(vocabulary)
    .map((name, place) => ({ name, place }))
    .filter(({ name, place }) => place < numbers.size || reads.has(name));
  return {
    layout: { texts: [...texts.keys()], numbers: kept.map(({ name }) => name) },
    texts: [...texts.values()],
    numbers: Uint16Array.from(kept, ({ place }) => place),
  };
}

/** The layout of a log that no rule was asked for yet. */
export function firstLayout(vocabulary: Vocabulary): FactLayout {
  return placesFor(vocabulary, new Set()).layout;
}

/** Records into a fact log. Requests whose answer is still out are remembered by their reference, within a cap. */
export function createFactRecorder(
  log: FactLog,
  { clock, vocabulary }: { readonly clock: Clock; readonly vocabulary: Vocabulary },
): FactRecorder {
  let reads: ReadonlySet<string> = new Set();
  let places = placesFor(vocabulary, reads);
  let texts = places.texts.map(() => "");
  let numbers = new Float64Array(places.numbers.length);
  const load = createLoad();
  const follow = (next: ReadonlySet<string>): void => {
    reads = next;
    places = placesFor(vocabulary, next);
    texts = places.texts.map(() => "");
    numbers = new Float64Array(places.numbers.length);
    log.relayout(places.layout);
  };
  const waiting = new Map<string, number>();
  const waitingMax = policyLimits.factsWaitingMax.default;
  // Rises over restarts, too: a later start begins at a later time.
  let sequence = clock.now() * 1_000;
  const row: { -readonly [Name in keyof FactRow]: FactRow[Name] } = {
    sequence: 0,
    at: 0,
    session: 0,
    actor: 0,
    kind: 0,
    subResource: false,
    canary: 0,
    share: 100,
    texts: [],
    numbers: new Float64Array(0),
    tags: [],
    signals: [],
  };
  return {
    note(exchange, verdict, about) {
      const { subject, identity } = about;
      row.share = load.share(exchange.at);
      if (mix(identity.session) >= row.share) return;
      if (about.reads !== reads) follow(about.reads);
      for (const place of places.texts) texts[place] = keepable(subject.text(place));
      if (subject.readAll !== undefined) subject.readAll(places.numbers, numbers);
      else for (let i = 0; i < numbers.length; i++) numbers[i] = subject.number(places.numbers[i] as number);
      row.sequence = ++sequence;
      row.at = exchange.at;
      row.session = identity.session;
      row.actor = identity.actor;
      row.kind = kindPlace.get(verdict.kind) ?? storedKinds.length - 1;
      row.canary = subject.canary;
      row.subResource = subject.subResource === true;
      row.texts = texts;
      row.numbers = numbers;
      row.tags = subject.tags;
      row.signals = subject.signals;
      log.fact(row);
      if (waiting.size >= waitingMax) forgetFirst(waiting);
      waiting.set(exchange.id, sequence);
    },
    settle({ id, response }) {
      const noted = waiting.get(id);
      if (noted === undefined) return;
      waiting.delete(id);
      if (response === undefined) return;
      const { status, bytes, durationMs } = response;
      log.outcome({ sequence: noted, status, bytes, durationMs });
    },
  };
}

/**
 * Paths are kept as records keep them: a link that resets a password is a secret. A rule that asks for the shape of such a
 * segment is tried on its mask.
 */
function keepable(text: string): string {
  return text.startsWith("/") ? maskedPath(text) : text;
}

function forgetFirst(map: Map<string, number>): void {
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}

const fullRate = 100;

/**
 * Noting what rules may ask of a request costs as much as judging it, and a gibibyte of it should reach back for most of a
 * day: beyond 100 requests a second only a share of the sessions is noted, each of them whole. In per cent, by the second
 * before.
 */
function createLoad(): { share(at: Millis): number } {
  let second = 0;
  let count = 0;
  let share = 100;
  return {
    share(at) {
      const now = Math.floor(at / 1_000);
      if (now !== second) {
        share = count <= fullRate ? 100 : Math.max(1, Math.floor((100 * fullRate) / count));
        second = now;
        count = 0;
      }
      count++;
      return share;
    },
  };
}

/** In [0, 100), fixed for a session and unrelated to its side of a canary. */
function mix(session: number): number {
  return ((Math.imul((session % 0x1_0000_0000) | 0, 0x9e3779b1) >>> 0) / 0x1_0000_0000) * 100;
}
