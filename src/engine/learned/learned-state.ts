import type { Millis } from "#core";
import type { SavedAccounts } from "../auth/account-risk.ts";
import type { SavedShifts } from "../auth/context-shift.ts";
import { type SavedSite, SiteBaseline } from "../baselines/site-baseline.ts";
import type { AlphaBudget, AlphaEntry, SavedCohorts, SessionGate } from "../cohorts/index.ts";
import type { SavedEndpoints } from "../endpoints/endpoint-table.ts";
import type { SavedSpaces } from "../enumeration/slot-spaces.ts";
import type { Reader } from "../features/reader.ts";
import type { FeatureState } from "../features/state.ts";
import { type FingerprintView, type SavedFingerprints, type Specificity, specificity } from "../fingerprint/index.ts";
import type { SavedNetworkRisk } from "../geography/index.ts";
import type { GroupCaps, SavedCaps } from "../groups.ts";
import { exportGraph, type IntentGraph } from "../intent/intent-graph.ts";
import type { AccountPart } from "../parts/account-part.ts";
import type { CohortPart } from "../parts/cohort-part.ts";
import type { EnumerationPart } from "../parts/enumeration-part.ts";
import type { NetworkPart } from "../parts/network-part.ts";
import type { OrchestrationPart } from "../parts/orchestration-part.ts";
import { seal, unseal } from "./sealed-sections.ts";

/** The parts of an engine that learn. */
export interface LearningParts {
  readonly reader: Reader;
  readonly sites: SiteBaseline[];
  readonly caps: GroupCaps;
  readonly gate: SessionGate;
  readonly parts: readonly [
    orchestration: OrchestrationPart,
    cohorts: CohortPart,
    accounts: AccountPart,
    networks: NetworkPart,
    enumeration: EnumerationPart,
  ];
  /** Seed of the installation: hashes made under another one mean nothing here. */
  readonly seed: number;
}

/** What came of restoring. A refused snapshot has changed nothing. */
export type LearnedOutcome =
  | { readonly kind: "restored"; readonly savedAt: Millis; readonly convictions: number; readonly endpoints: number }
  | { readonly kind: "refused"; readonly reason: string };

interface Saved {
  readonly savedAt: Millis;
  readonly seed: number;
  readonly applications: readonly string[];
  readonly sites: readonly SavedSite[];
  readonly endpoints: SavedEndpoints;
  readonly caps: SavedCaps;
  readonly cohorts: SavedCohorts;
  readonly accounts: SavedAccounts;
  /** Missing in what earlier versions wrote. */
  readonly logins?: SavedShifts;
  /** Missing in what earlier versions wrote. */
  readonly networks?: SavedNetworkRisk | undefined;
  /** Missing in what earlier versions wrote. */
  readonly fingerprints?: SavedFingerprints;
  /** Absent in a state written before popularity was kept. */
  readonly popularity?: SavedSpaces;
}

/**
 * What an engine has learned and found, as bytes that outlive it: endpoints, habits, intent graph and cookies, what is
 * common, what honest cohorts do, work lists, convictions, habits of accounts, the names of networks, what values are popular. Live
 * sessions and open cases start over. Names, counts and keyed hashes only: no cookie, token, address or password, nor a digest of one.
 */
export class LearnedState {
  readonly #state: FeatureState;
  readonly #parts: LearningParts;

  constructor(state: FeatureState, parts: LearningParts) {
    this.#state = state;
    this.#parts = parts;
  }

  /** The intent graph of an application; undefined while no connector has shown cookies both ways. */
  graph(application: string, at: Millis): IntentGraph | undefined {
    const [{ orchestration }] = this.#parts.parts;
    return orchestration === undefined ? undefined : exportGraph(orchestration, application, at);
  }

  /** The day's budget of honest people that convictions may be expected to hit, and what was spent on whom. */
  budget(at: Millis): AlphaBudget & { readonly entries: readonly AlphaEntry[] } {
    const [, { cohorts }] = this.#parts.parts;
    return { ...cohorts.alphaLedger.budget(at), entries: cohorts.alphaLedger.entries() };
  }

  /** Anchored people, one vote per account and day, that certificates rest on. */
  peopleSeen(): number {
    const [, { cohorts }] = this.#parts.parts;
    return cohorts.memory.anchoredGroups;
  }

  /** Visits that a conviction made now would be put to. */
  earlierVisits(): number {
    const [, { cohorts }] = this.#parts.parts;
    return cohorts.memory.earlier.visits;
  }

  /** A behaviour in words, whom it resembles, and whether it is rare enough among people to refuse anybody by; undefined: not kept. */
  fingerprint(behaviour: number): (FingerprintView & Specificity) | undefined {
    const [, { cohorts, fingerprints }] = this.#parts.parts;
    const view = fingerprints.book.describe(behaviour);
    if (view === undefined) return undefined;
    const { audit } = cohorts;
    return { ...view, ...specificity(audit.alike(behaviour), audit.sessions, cohorts.certifiedRate) };
  }

  save(now: Millis): Uint8Array {
    const { reader, sites, caps, parts, seed } = this.#parts;
    const { endpoints } = this.#state;
    const [orchestration, cohorts, accounts, networks, enumeration] = parts;
    const applications = reader.applications();
    const saved: Saved = {
      savedAt: now,
      seed,
      applications,
      sites: applications.map((_, index) => (sites[index] ?? new SiteBaseline()).save()),
      endpoints: endpoints.save(),
      caps: caps.save(),
      cohorts: cohorts.cohorts.memory.save(),
      accounts: accounts.risk.save(),
      logins: accounts.shifts.save(),
      networks: networks.save(),
      popularity: enumeration.spaces.save(),
      fingerprints: cohorts.fingerprints.book.save(),
    };
    const graph = orchestration.save({ now, keyCheck: seed });
    const learned = new TextEncoder().encode(JSON.stringify(saved));
    const people = this.#parts.gate.save();
    const earlier = cohorts.cohorts.memory.earlier.save();
    return seal(graph === undefined ? { learned, people, earlier } : { learned, people, earlier, graph });
  }

  /** Puts back what `save` gave. For an engine that has seen nothing yet. */
  restore(bytes: Uint8Array, now: Millis): LearnedOutcome {
    const opened = unseal(bytes);
    if (opened.kind === "refused") return opened;
    const { learned, graph, people, earlier } = opened.sections;
    if (learned === undefined) return { kind: "refused", reason: "it holds no learned state" };
    const saved = JSON.parse(new TextDecoder().decode(learned)) as Saved;
    const { reader, sites, caps, parts, seed } = this.#parts;
    const { endpoints } = this.#state;
    const [orchestration, cohorts, accounts, networks, enumeration] = parts;
    if (saved.seed !== seed)
      return { kind: "refused", reason: "it was made with another hash key, so nothing in it can be recognised" };
    for (const [index, name] of saved.applications.entries()) {
      const site = new SiteBaseline();
      site.restore(saved.sites[index] as SavedSite);
      sites[reader.application(name)] = site;
    }
    endpoints.restore(saved.endpoints);
    caps.restore(saved.caps);
    if (people !== undefined) this.#parts.gate.restore(people);
    if (earlier !== undefined) cohorts.cohorts.memory.earlier.restore(earlier);
    cohorts.restore(saved.cohorts);
    cohorts.fingerprints.book.restore(saved.fingerprints);
    accounts.risk.restore(saved.accounts);
    if (saved.logins !== undefined) accounts.shifts.restore(saved.logins);
    networks.restore(saved.networks);
    if (saved.popularity !== undefined) enumeration.spaces.restore(saved.popularity);
    if (graph !== undefined) orchestration.restore(graph, { now, keyCheck: seed });
    return {
      kind: "restored",
      savedAt: saved.savedAt,
      convictions: saved.cohorts.convictions.length,
      endpoints: saved.endpoints.endpoints.length,
    };
  }
}
