import { type Kind, type Millis, policyLimits } from "#core";

/** A time in which many visitors are wanted: a launch, a flash sale. */
export interface WantedSurge {
  readonly name: string;
  /** Wall clock. */
  readonly from: Millis;
  readonly to: Millis;
  /** Empty: every application. */
  readonly applications: readonly string[];
}

/** How the guard is set. */
export interface SurgeOptions {
  /** A place that is asked this many times as often as usual is in a surge; 0: the guard is off. */
  readonly factor: number;
  readonly wanted: readonly WantedSurge[];
}

/** What is asked for, and by whom. */
export interface SurgeRequest {
  readonly application: string;
  readonly method: string;
  /** Path with identifiers left out. */
  readonly shape: string;
  readonly kind: Kind;
  /** Wall clock. */
  readonly at: Millis;
}

/** Let through, or not in this window. */
export type Admission =
  | { readonly admitted: true }
  | { readonly admitted: false; readonly retryAfterSeconds: number; readonly why: string };

const windowMs = 10_000;
/** A day and a night of a place must be known before anything is called unusual: the first morning is no surge. */
const windowsKnownMin = 8_640;
const hourMs: Millis = 3_600_000;
/** How much of what is usual at an hour a new day changes. */
const dayShare = 0.3;
/** An hour of windows is half forgotten. */
const forgetting = 1 - 0.5 ** (1 / 360);
/** Fewer requests than this in ten seconds strain nobody. */
const strainMin = 200;
/** Within a surge the origin gets this many times its usual load… */
const keptFactor = 4;
/** …and people this many times, before anybody else is asked to wait longer. */
const peopleFactor = 20;

const admitted: Admission = Object.freeze({ admitted: true });

interface Place {
  window: number;
  asked: number;
  passed: number;
  usual: number;
  windowsKnown: number;
  /** UTC days since 1970, and the busiest window of each hour: of this day, and of the days before. */
  day: number;
  readonly today: Float32Array;
  readonly before: Float32Array;
}

/**
 * Keeps an origin inside what it is used to when one place is driven to many times its volume (an inventory interface was
 * asked 700 times as often as usual for days). People come first: automation and the unknown share what is left, and are told
 * when to come back. In a wanted surge only automation waits. Usual is what the last hours were like, or what this hour of the day
 * was like on the days before, whichever is more: a place that is silent all night and busy every morning is in no surge in the
 * morning. It is learned outside of surges, and hours only from days that are over, so that a slow flood does not become the usual
 * one within hours. Pure: time is an argument.
 *
 * Evasion: spread over thousands of shapes of path; each is then small, and enumeration and cohorts see it.
 */
export class SurgeGuard {
  options: SurgeOptions;
  readonly #places = new Map<string, Place>();
  readonly #placesMax: number;

  constructor(options: SurgeOptions, placesMax: number = policyLimits.surgePlacesMax.default) {
    this.options = options;
    this.#placesMax = placesMax;
  }

  admit(request: SurgeRequest): Admission {
    const { factor } = this.options;
    if (factor <= 0) return admitted;
    const place = this.#placeOf(request);
    place.asked++;
    if (place.windowsKnown < windowsKnownMin || place.asked <= strainMin) return pass(place);
    const usual = usualAt(place, request.at);
    if (place.asked <= factor * usual || this.#passes(request, place.passed, usual)) return pass(place);
    const retryAfterSeconds = Math.ceil((windowMs - (request.at % windowMs)) / 1_000) + 10;
    const times = Math.round(place.asked / Math.max(1, usual));
    return {
      admitted: false,
      retryAfterSeconds,
      why: `surge: ${request.method} ${request.shape} is asked ${times} times as often as usual`,
    };
  }

  #passes({ kind, application, at }: SurgeRequest, passed: number, usual: number): boolean {
    if (kind === "human" || kind === "verified-agent")
      // The same floor as for everybody else: at a quiet place the others must not use up what people get.
      return passed < peopleFactor * Math.max(usual, strainMin / keptFactor);
    const wanted = this.options.wanted.some(
      ({ from, to, applications }) =>
        at >= from && at < to && (applications.length === 0 || applications.includes(application)),
    );
    if (kind === "automated") return false;
    return wanted || passed < keptFactor * Math.max(usual, strainMin / keptFactor);
  }

  #placeOf({ application, method, shape, at }: SurgeRequest): Place {
    const key = `${application} ${method} ${shape}`;
    const window = Math.floor(at / windowMs);
    const known = this.#places.get(key);
    if (known !== undefined) {
      if (known.window !== window) this.#turn(known, window);
      return known;
    }
    const [today, before] = [new Float32Array(24), new Float32Array(24)];
    const fresh: Place = { window, asked: 0, passed: 0, usual: 0, windowsKnown: 0, day: dayOf(window), today, before };
    if (this.#places.size >= this.#placesMax) this.#dropFirst();
    this.#places.set(key, fresh);
    return fresh;
  }

  /** The window is over: what was usual in it is learned, and the quiet windows since. */
  #turn(place: Place, window: number): void {
    const at = place.window * windowMs;
    const surged =
      place.windowsKnown >= windowsKnownMin &&
      place.asked > Math.max(strainMin, this.options.factor * usualAt(place, at));
    if (!surged) {
      const hour = Math.floor(at / hourMs) % 24;
      place.today[hour] = Math.max(place.today[hour] as number, place.asked);
      place.windowsKnown++;
      // A plain mean while little is known, then a slow forgetting.
      place.usual += (place.asked - place.usual) * Math.max(forgetting, 1 / place.windowsKnown);
      const quiet = window - place.window - 1;
      if (quiet > 0) {
        place.windowsKnown += quiet;
        place.usual *= (1 - forgetting) ** Math.min(360, quiet);
      }
    }
    if (dayOf(window) !== place.day) turnDay(place, dayOf(window));
    place.window = window;
    place.asked = 0;
    place.passed = 0;
  }

  #dropFirst(): void {
    for (const key of this.#places.keys()) {
      this.#places.delete(key);
      return;
    }
  }
}

function pass(place: Place): Admission {
  place.passed++;
  return admitted;
}

function dayOf(window: number): number {
  return Math.floor((window * windowMs) / (24 * hourMs));
}

/** The day is over: its hours are history. */
function turnDay(place: Place, day: number): void {
  const { before, today } = place;
  for (let hour = 0; hour < 24; hour++) {
    const known = before[hour] as number;
    const seen = today[hour] as number;
    if (seen > 0) before[hour] = known === 0 ? seen : known + dayShare * (seen - known);
  }
  today.fill(0);
  place.day = day;
}

/** Requests of a window that are usual now: of the last hours, or of about this hour on earlier days (whoever comes daily is not punctual). */
function usualAt({ usual, before }: Place, at: Millis): number {
  const hour = Math.floor(at / hourMs) % 24;
  const near = [hour, (hour + 1) % 24, (hour + 23) % 24].map((each) => before[each] as number);
  return Math.max(usual, ...near);
}
