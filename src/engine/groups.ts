import { groupCap, type PrevalencePrior } from "./statistics/index.ts";

/** Groups known to the table; other parts of the engine may bring their own. */
export type GroupName =
  | "omissions"
  | "precondition"
  | "robots"
  | "period"
  | "timing"
  | "enumeration"
  | "scan"
  | "authentication"
  | "redirects"
  | "errors"
  | "methods"
  | "cache"
  | "wire"
  | "jar-impossible"
  | "jar-order"
  | "jar-cloned"
  | "jar-race"
  | "jar-age"
  | "token-provenance"
  | "history"
  | "cohort"
  | "takeover"
  | "conduct"
  | "model"
  | "travel"
  | "presentation";

/**
 * Groups of signals with one benign cause, and how common that cause is among people. A group's sum never passes
 * ln(1/upper 95 % bound of that share): a thousand repetitions of one oddity stay one oddity.
 * Rates marked "design" have no publication behind them that we could check; local anchored clients outweigh every one.
 */
export const groupPriors: Readonly<Record<GroupName, PrevalencePrior>> = {
  omissions: {
    rate: 0.004,
    sessions: 600,
    source: "design; people who refuse cookies, strip referers and load no parts at once: the privacy persona",
  },
  precondition: { rate: 0.02, sessions: 300, source: "design; password managers, native applications, deep links" },
  robots: { rate: 0.002, sessions: 600, source: "design; people who read robots.txt or site maps" },
  period: { rate: 0.002, sessions: 600, source: "design; self-reloading pages and wall dashboards" },
  timing: { rate: 0.08, sessions: 300, source: "design; timing is cheap to fake and people vary, two nats" },
  enumeration: { rate: 0.002, sessions: 600, source: "design; people who page through long numbered lists" },
  scan: { rate: 0.004, sessions: 600, source: "design; old bookmarks and broken relaunches" },
  authentication: { rate: 0.0005, sessions: 4000, source: "design; people with ten failed logins in a row" },
  redirects: { rate: 0.006, sessions: 600, source: "design; aborted loads" },
  errors: { rate: 0.03, sessions: 300, source: "design; tabs whose calls fail after logout" },
  methods: { rate: 0.003, sessions: 600, source: "design; download managers and previewers" },
  cache: { rate: 0.5, sessions: 300, source: "speaks for people only" },
  wire: { rate: 0.02, sessions: 300, source: "design; broken links with unescaped characters" },
  "jar-impossible": { rate: 0.0002, sessions: 6000, source: "design; nobody's browser does it, a broken proxy might" },
  "jar-order": { rate: 0.001, sessions: 1500, source: "design; proxies and extensions that re-order cookies" },
  "jar-cloned": { rate: 0.0005, sessions: 4000, source: "design; people on anonymising networks that no list names" },
  "jar-race": { rate: 0.02, sessions: 300, source: "design; parallel requests around a rotation" },
  "jar-age": { rate: 0.25, sessions: 300, source: "design; first visits" },
  "token-provenance": { rate: 0.004, sessions: 600, source: "design; cached shells and restored tabs" },
  cohort: { rate: 1e-5, sessions: 300_000, source: "bounded by the cohort's own e-value and budget, not by a persona" },
  history: { rate: 0.002, sessions: 1500, source: "design; an address and user agent that changed hands within a day" },
  takeover: { rate: 0.002, sessions: 1500, source: "design; owners who change everything on a new telephone" },
  model: {
    rate: 0.05,
    sessions: 300,
    source: "design; models of weak labels are wrong about whoever resembles an attack",
  },
  travel: {
    rate: 0.1,
    sessions: 300,
    source: "design; people on VPNs that no list names, and wrong places of addresses",
  },
  conduct: { rate: 0.15, sessions: 300, source: "design; hurried people, people with assistive technology, testers" },
  presentation: { rate: 0.1, sessions: 300, source: "contract: at most two nats, whatever is seen" },
};

/**
 * Groups of other parts of the engine that the same people explain. Somebody who refuses cookies also blocks scripts
 * and strips referers: adding such groups up as if they were independent convicts the privacy persona.
 */
const personaOf: ReadonlyMap<string, GroupName> = new Map([
  ["cookie-refusal", "omissions"],
  ["script-blocked", "omissions"],
  ["direct-entry", "precondition"],
]);

/** The group whose cap applies to a signal's group. */
export function cappedAs(group: string): string {
  return personaOf.get(group) ?? group;
}

/** Presentation may speed a verdict up, never decide it. */
export const presentationNatsMax = 2;

/** For groups nobody has entered: as modest as an unmeasured cause must be. */
const unknownPrior: PrevalencePrior = { rate: 0.03, sessions: 300, source: "design; a cause nobody has measured" };

/** What is kept of the caps. */
export interface SavedCaps {
  readonly clients: number;
  readonly hits: readonly (readonly [group: string, clients: number])[];
}

/** What local anchored clients have shown about each group; caps follow from both. */
export class GroupCaps {
  readonly #caps = new Map<string, number>();
  readonly #hits = new Map<string, number>();
  #clients = 0;

  /** Nats a group may say at most. */
  cap(group: string): number {
    const known = this.#caps.get(group);
    if (known !== undefined) return known;
    const prior: PrevalencePrior = groupPriors[group as GroupName] ?? unknownPrior;
    const cap = groupCap(prior, this.#hits.get(group) ?? 0, this.#clients);
    this.#caps.set(group, cap);
    return cap;
  }

  /** An anchored client (legitimacy resting on scarce facts) and the groups that spoke against it. */
  learnAnchored(groups: readonly string[]): void {
    this.#clients++;
    for (const group of groups) this.#hits.set(group, (this.#hits.get(group) ?? 0) + 1);
    if ((this.#clients & 31) === 0 || groups.length > 0) this.#caps.clear();
  }

  save(): SavedCaps {
    return { clients: this.#clients, hits: [...this.#hits] };
  }

  restore(saved: SavedCaps): void {
    this.#clients = saved.clients;
    for (const [group, hits] of saved.hits) this.#hits.set(group, hits);
    this.#caps.clear();
  }

  /** Anchored clients seen: what a certificate would rest on. */
  get anchoredClients(): number {
    return this.#clients;
  }
}
