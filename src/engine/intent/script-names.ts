import type { Millis } from "#core";
import { wilsonBound } from "../statistics/index.ts";
import { decayFactor } from "./decay.ts";

/** Candidates an application may have: one bit of a session's row each. */
export const scriptNamesMax = 32;
/** A candidate is kept for this many sights before it may be displaced. */
const patience = 4;
const nameLengthMax = 128;

/**
 * Names that script in the page sets: no answer issues them, yet honest clients carry them. Their absence
 * measures "no JavaScript ran" without any code of ours in the page. Known ones (analytics, consent) are
 * believed from the first sight on; others after three anchored sessions brought them.
 *
 * Clients choose the names, so the table is a Misra-Gries summary (1982): a flood of invented names displaces
 * only names that are rarer than the flood is wide. Evasion: harvesting these cookies from a browser; their
 * values age, and the harvest must be repeated per identity.
 */
export class ScriptNames {
  readonly #indices = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #counts: Float32Array = new Float32Array(scriptNamesMax);
  readonly #healthy: Float32Array = new Float32Array(scriptNamesMax);
  readonly #known: Uint8Array = new Uint8Array(scriptNamesMax);
  #hand = 0;
  #sessions = 0;
  #scripted = 0;

  /** Bit of the name, or -1 when it has none (yet). A name seen often enough gets one. */
  sight(name: string): number {
    const found = this.#indices.get(name);
    if (found !== undefined) {
      this.#counts[found] = Math.min(1e6, (this.#counts[found] ?? 0) + 1);
      return found;
    }
    if (name.length > nameLengthMax) return -1;
    if (this.#names.length < scriptNamesMax) return this.#place(this.#names.length, name);
    this.#hand = (this.#hand + 1) % scriptNamesMax;
    const left = (this.#counts[this.#hand] ?? 0) - 1;
    this.#counts[this.#hand] = left;
    if (left > 0 || this.isScript(this.#hand)) return -1;
    this.#indices.delete(this.#names[this.#hand] ?? "");
    return this.#place(this.#hand, name);
  }

  /** True when honest clients have this name from script. */
  isScript(index: number): boolean {
    return this.#known[index] === 1 || (this.#healthy[index] ?? 0) >= 3;
  }

  /** A name that an answer issued after all is no script's name. */
  withdraw(name: string): void {
    const index = this.#indices.get(name);
    if (index === undefined) return;
    this.#healthy[index] = 0;
    this.#known[index] = 0;
    this.#counts[index] = 0;
  }

  /** Bits of the candidates that are script names. */
  get mask(): number {
    let mask = 0;
    for (let i = 0; i < this.#names.length; i++) if (this.isScript(i)) mask |= 1 << i;
    return mask >>> 0;
  }

  /** Learns from an anchored web session that had chances to bring script's cookies. */
  learn(seen: number, weight: number): void {
    this.#sessions += weight;
    if ((seen & this.mask) !== 0) this.#scripted += weight;
    for (let i = 0; i < this.#names.length; i++) {
      if ((seen & (1 << i)) !== 0) this.#healthy[i] = (this.#healthy[i] ?? 0) + weight;
    }
  }

  /**
   * Upper 95 % bound of the share of honest web sessions without any script cookie, or undefined while the
   * application is not known to have any. The prior (2 % of visitors run no script, GDS 2013: 1.1 %) weighs 50.
   */
  absence(): number | undefined {
    if (this.mask === 0) return undefined;
    const trials = this.#sessions + 50;
    return wilsonBound("upper", trials - (this.#scripted + 49), { trials });
  }

  /** Forgets by half every three days. */
  decay(elapsedMs: Millis): void {
    const factor = decayFactor(elapsedMs);
    for (let i = 0; i < scriptNamesMax; i++) {
      this.#healthy[i] = (this.#healthy[i] ?? 0) * factor;
      this.#counts[i] = (this.#counts[i] ?? 0) * factor;
    }
    this.#sessions *= factor;
    this.#scripted *= factor;
  }

  /** Names that honest clients have from script, with the anchored sessions that showed them. */
  list(): readonly { readonly name: string; readonly sessions: number }[] {
    return this.#names
      .map((name, index) => ({ name, index, sessions: this.#healthy[index] ?? 0 }))
      .filter(({ index }) => this.isScript(index))
      .map(({ name, sessions }) => ({ name, sessions }));
  }

  /** What a snapshot keeps. */
  save(): ScriptNamesState {
    return { names: this.list(), sessions: this.#sessions, scripted: this.#scripted };
  }

  /** Takes what `save` gave. */
  restore(state: ScriptNamesState): void {
    for (const { name, sessions } of state.names.slice(0, scriptNamesMax)) {
      const index = this.sight(name);
      if (index >= 0) this.#healthy[index] = sessions;
    }
    this.#sessions = state.sessions;
    this.#scripted = state.scripted;
  }

  #place(index: number, name: string): number {
    // A slice of a header would keep the whole header alive; joining makes a string of its own.
    const own = Array.from(name).join("");
    this.#names[index] = own;
    this.#indices.set(own, index);
    this.#counts[index] = patience;
    this.#healthy[index] = 0;
    this.#known[index] = isKnownScriptName(own) ? 1 : 0;
    return index;
  }
}

/** What survives a restart. */
export interface ScriptNamesState {
  readonly names: readonly { readonly name: string; readonly sessions: number }[];
  readonly sessions: number;
  readonly scripted: number;
}

/** Cookies that widely used scripts set from the page; sources: the vendors' own cookie documentation. */
const knownNames: ReadonlySet<string> = new Set([
  "_ga",
  "_gid",
  "_gat",
  "_gcl_au",
  "_fbp",
  "_fbc",
  "_clck",
  "_clsk",
  "_uetsid",
  "_uetvid",
  "_dd_s",
  "_scid",
  "_ttp",
  "hubspotutk",
  "__hstc",
  "__hssc",
  "__hssrc",
  "OptanonConsent",
  "OptanonAlertBoxClosed",
  "CookieConsent",
  "cookieyes-consent",
  "euconsent-v2",
  "ajs_anonymous_id",
  "ajs_user_id",
]);
const knownPrefixes = [
  "_ga_",
  "_gat_",
  "_hjSession",
  "_pk_id.",
  "_pk_ses.",
  "amplitude_id",
  "amp_",
  "mp_",
  "intercom-id-",
];

/** True for names of analytics and consent scripts that are the same on every site. */
export function isKnownScriptName(name: string): boolean {
  return knownNames.has(name) || knownPrefixes.some((prefix) => name.startsWith(prefix));
}
