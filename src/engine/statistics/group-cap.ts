import { betaQuantile } from "./incomplete-beta.ts";

/** A published prevalence, worth `sessions` of our own observations until local data outweighs it. */
export interface PrevalencePrior {
  readonly rate: number;
  readonly sessions: number;
  /** Where the number comes from; an assumption says that it is one. */
  readonly source: string;
}

/**
 * The most that evidence with one benign cause may ever say: -ln of the upper 95 % bound of how common that cause
 * is among honest clients. The prior enters as Beta pseudo-counts, so an unmeasured group starts modestly and
 * *earns* weight as clean sessions accumulate; a thousand repetitions of one oddity never pass it.
 *
 * @param hits anchored honest clients that showed the group's violation pattern, of `clients` seen.
 * @returns nats ≥ 0.
 */
export function groupCap(prior: PrevalencePrior, hits: number, clients: number): number {
  const a = prior.rate * prior.sessions + hits;
  const b = (1 - prior.rate) * prior.sessions + (clients - hits);
  if (a + b <= 0) return 0;
  const upper = betaQuantile(a + 1, Math.max(b, 1e-9), 0.95);
  return upper <= 0 ? 0 : Math.max(0, -Math.log(upper));
}

/**
 * Benign causes and how common they are among people, as starting points. Every one is replaced by what local
 * anchored clients show. Rates marked "assumed" have no publication behind them that we could check.
 */
export const personaPriors: Readonly<Record<Persona, PrevalencePrior>> = {
  "cookie-refuser": { rate: 0.015, sessions: 300, source: "assumed; detection bench population" },
  "privacy-browser": { rate: 0.006, sessions: 300, source: "assumed; detection bench population" },
  "script-blocker": {
    rate: 0.002,
    sessions: 400,
    source: "GDS 2013: 0.2 % of visits had JavaScript disabled or blocked on purpose",
  },
  "script-failed": {
    rate: 0.009,
    sessions: 400,
    source: "GDS 2013: 0.9 % of visits did not run JavaScript for other reasons",
  },
  "shared-address": { rate: 0.25, sessions: 300, source: "assumed; offices, carriers and campuses" },
  "deep-link": { rate: 0.3, sessions: 300, source: "assumed; bookmarks, mail and search results" },
  "unusual-header-order": {
    rate: 0.01,
    sessions: 300,
    source: "assumed; extensions, antivirus and TLS-inspecting proxies",
  },
  traveller: { rate: 0.02, sessions: 300, source: "assumed; a person abroad or behind a VPN" },
};

export type Persona =
  | "cookie-refuser"
  | "privacy-browser"
  | "script-blocker"
  | "script-failed"
  | "shared-address"
  | "deep-link"
  | "unusual-header-order"
  | "traveller";
