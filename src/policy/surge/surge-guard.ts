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
/** Five minutes of a place must be known before anything is called unusual. */
const windowsKnownMin = 30;
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
}

/**
 * Keeps an origin inside what it is used to when one place is driven to many times its volume (an inventory interface was
 * asked 700 times as often as usual for days). People come first: automation and the unknown share what is left, and are told
 * when to come back. In a wanted surge only automation waits. The usual load is learned outside of surges, so that a
 * slow flood does not become the usual one within hours. Pure: time is an argument.
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
    const strained = place.windowsKnown >= windowsKnownMin && place.asked > Math.max(strainMin, factor * place.usual);
    if (!strained || this.#passes(request, place)) {
      place.passed++;
      return admitted;
    }
    const retryAfterSeconds = Math.ceil((windowMs - (request.at % windowMs)) / 1_000) + 10;
    const times = Math.round(place.asked / Math.max(1, place.usual));
    return {
      admitted: false,
      retryAfterSeconds,
      why: `surge: ${request.method} ${request.shape} is asked ${times} times as often as usual`,
    };
  }

  #passes({ kind, application, at }: SurgeRequest, { passed, usual }: Place): boolean {
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
    const fresh: Place = { window, asked: 0, passed: 0, usual: 0, windowsKnown: 0 };
    if (this.#places.size >= this.#placesMax) this.#dropFirst();
    this.#places.set(key, fresh);
    return fresh;
  }

  /** The window is over: what was usual in it is learned, and the quiet windows since. */
  #turn(place: Place, window: number): void {
    const surged =
      place.windowsKnown >= windowsKnownMin && place.asked > Math.max(strainMin, this.options.factor * place.usual);
    if (!surged) {
      place.windowsKnown++;
      // A plain mean while little is known, then a slow forgetting.
      place.usual += (place.asked - place.usual) * Math.max(forgetting, 1 / place.windowsKnown);
      const quiet = Math.min(360, window - place.window - 1);
      if (quiet > 0) {
        place.windowsKnown += quiet;
        place.usual *= (1 - forgetting) ** quiet;
      }
    }
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
