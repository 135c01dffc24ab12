import { cohortLimits, fnv1a, type LimitValues, limitValues, type Millis } from "#core";
import { nameAttack } from "../auth/attack-words.ts";
import { AlphaLedger } from "./alpha-ledger.ts";
import { cohortAxisCount, cohortAxisIndex } from "./axes.ts";
import type { CampaignAccounts } from "./campaign-accounts.ts";
import { type CaseStrength, caseStrength, innocence } from "./case-strength.ts";
import { Certifier, type Passing, withdrawn } from "./certifier.ts";
import { Cohort } from "./cohort.ts";
import { CohortMemory, type StandingConviction } from "./cohort-memory.ts";
import { type CohortView, viewOfCohort, viewOfConviction } from "./cohort-view.ts";
import type { CollisionAudit } from "./collision-audit.ts";
import { type Conviction, caseInWords, cohortPurity, hits, speakingPattern } from "./conviction.ts";
import { countLogin, votesToJudge } from "./count-login.ts";
import { excludedAxes, groupings, type Membership, writeCohortKeys } from "./groupings.ts";
import { fitNullLaws, type NullLaws, type ShownBins } from "./null-laws.ts";
import type { Population } from "./population.ts";
import { asAlways, duplicationNats, fillBins, type Sighting } from "./sighting.ts";
import type { WorkList } from "./work-list.ts";

export interface CohortsOptions {
  /** Honest people per day that convictions may be expected to hit. Default 1. */
  readonly falsePositivesPerDay?: number;
  /** Error probability of a day's tests together. Default 1e-3. */
  readonly alpha?: number;
  /** False-positive rate that a certificate must prove. Default 1e-3. */
  readonly certifiedRate?: number;
  readonly limits?: Partial<LimitValues<typeof cohortLimits>>;
}

const day: Millis = 86_400_000;
/** A behaviour that most of its members share with people is no key to refuse anybody by. */
const purityOfBehaviourLeast = 0.5;
/**
 * Sessions before a cohort may be called honest, and how much stronger a case must be then. Not a shelter: a driven browser
 * does on most axes what people do, and would stand acquitted before the axis that gives it away had spoken.
 */
const honestVotes = 20;
const honestNats = Math.log(100);
/** A case is closed once an hour at most: each new one is a new test, and the stronger case that it needs pays for a hundred. */
const caseLeastMs: Millis = 3_600_000;

/**
 * Judges sessions together. Bounded: a table of `cohortsMax` rows and, apart from it, the convictions, so that an
 * attacker who opens a million cohorts evicts noise and never the convictions against him.
 *
 * A report costs O(groupings * axes), some microseconds, once per session; `judge` is three map look-ups per
 * request. Learning of the null and the audit of collisions run in the slow lane through `refit`.
 */
export class Cohorts {
  readonly #limits: LimitValues<typeof cohortLimits>;
  readonly #rows: Cohort[] = [];
  readonly #byKey = new Map<number, Cohort>();
  readonly #memory: CohortMemory;
  readonly #alpha: AlphaLedger;
  /** False-positive rate that a certificate must prove, and that a behaviour must be rarer than to be acted upon. */
  readonly certifiedRate: number;
  readonly #certifier: Certifier;
  readonly #keys = new Float64Array(groupings.length);
  readonly #bins = new Int8Array(cohortAxisCount);
  #hand = 0;

  constructor(options: CohortsOptions = {}) {
    this.#limits = limitValues(cohortLimits, options.limits);
    this.#memory = new CohortMemory(this.#limits.populationsMax, this.#limits.earlierVisitsMax);
    this.certifiedRate = options.certifiedRate ?? 1e-3;
    this.#certifier = new Certifier(this.#memory, this.certifiedRate);
    this.#alpha = new AlphaLedger({
      alpha: options.alpha ?? 1e-3,
      shares: Object.fromEntries(groupings.map(({ name, share }) => [name, share])),
      peoplePerDay: options.falsePositivesPerDay ?? 1,
    });
  }

  get laws(): NullLaws {
    return this.#memory.laws;
  }

  get alphaLedger(): AlphaLedger {
    return this.#alpha;
  }

  get audit(): CollisionAudit {
    return this.#memory.audit;
  }

  /** What is learned and found, and outlives a restart. */
  get memory(): CohortMemory {
    return this.#memory;
  }

  population(application: string): Population {
    return this.#memory.population(application);
  }

  /** Accounts that convicted campaigns have tried anywhere. */
  get campaigns(): CampaignAccounts {
    return this.#memory.campaigns;
  }

  /** Accounts that convicted campaigns have tried at an application. */
  workList(application: string): WorkList {
    return this.#memory.workList(application);
  }

  /**
   * The conviction that hits a member, or undefined. Valid at a client's first request, when only its memberships
   * and perhaps some bins are known. Does not learn.
   */
  judge(membership: Membership, bins: Int8Array, at: Millis): Conviction | undefined {
    if (this.#memory.convictions.size === 0) return undefined;
    writeCohortKeys(membership, this.#keys);
    for (let g = 0; g < groupings.length; g++) {
      const entry = this.#keys[g] === 0 ? undefined : this.#memory.convictions.get(this.#keys[g] as number);
      if (entry === undefined || !hits(entry.conviction, bins, this.#memory.laws.axes)) continue;
      if (at - entry.lastMet > this.#limits.convictionIdleMs) {
        this.#memory.convictions.delete(entry.conviction.key);
        continue;
      }
      entry.met++;
      entry.lastMet = at;
      return entry.conviction;
    }
    return undefined;
  }

  /** Learns from one session. Returns the convictions that followed from it, mostly none. */
  report(sighting: Sighting): readonly Conviction[] {
    const population = this.population(sighting.application);
    fillBins(this.#bins, sighting, population);
    writeCohortKeys(sighting, this.#keys);
    const keys = Float64Array.from(this.#keys);
    const standing = this.#standing(keys);
    let found: Conviction[] | undefined;
    for (let g = 0; g < groupings.length; g++) {
      const key = keys[g] as number;
      if (key === 0) continue;
      const conviction = this.#reportTo(key, g, sighting);
      if (conviction !== undefined) found = [...(found ?? []), conviction, ...this.#link(conviction, sighting)];
    }
    const guilty = standing !== undefined && hits(standing.conviction, this.#bins, this.#memory.laws.axes);
    if (guilty && sighting.anchored) this.#collide(standing, sighting.at);
    this.#certifier.learn(sighting, { keys, bins: this.#bins, guilty });
    if (!guilty && found === undefined) this.#learn(sighting, population);
    return found ?? [];
  }

  /** A visit on its way, before its report: for the bounds of convictions to come. Does not judge. */
  pass(membership: Membership, visit: Omit<Passing, "keys">): void {
    writeCohortKeys(membership, this.#keys);
    this.#certifier.under(membership, { ...visit, keys: this.#keys });
  }

  /** Refits the null on the cohorts that stand unconvicted, in steps that its caller takes; the last one puts it in force. */
  *refit(): Generator<undefined, void> {
    this.#memory.laws = yield* fitNullLaws(this.honest(), this.#memory.laws);
  }

  /** Cohorts that are not convicted and have enough votes, one vote each. */
  honest(): ShownBins[] {
    return [...this.#byKey.values()].filter(
      ({ convicted, votes, grouping }) => !convicted && votes >= 8 && groupings[grouping]?.name === "presentation",
    );
  }

  /** What is judged and what was found, convictions first. */
  cohorts(): CohortView[] {
    const views = [...this.#byKey.values()].map((cohort) =>
      viewOfCohort(cohort, this.#memory.convictions.get(cohort.key)?.conviction, this.#memory.laws),
    );
    for (const { conviction } of this.#memory.convictions.values()) {
      if (!this.#byKey.has(conviction.key)) views.push(viewOfConviction(conviction));
    }
    return views.sort(
      (a, b) => Number(b.conviction !== undefined) - Number(a.conviction !== undefined) || b.nats - a.nats,
    );
  }

  convictions(): Conviction[] {
    return [...this.#memory.convictions.values()].map(({ conviction }) => conviction);
  }

  /** An operator's pardon: the conviction ends and the cohort counts as honest for a week. */
  pardon(key: number, at: Millis): boolean {
    const cohort = this.#byKey.get(key);
    if (cohort !== undefined) {
      cohort.open(key, cohort.grouping, at);
      cohort.pardonedUntil = at + 7 * day;
    }
    return this.#memory.convictions.delete(key);
  }

  #reportTo(key: number, grouping: number, sighting: Sighting): Conviction | undefined {
    const cohort = this.#cohort(key, grouping, sighting);
    cohort.lastSeen = sighting.at;
    if (sighting.behaviour !== 0) cohort.behaviours.add(sighting.behaviour);
    if (sighting.anchored) cohort.anchored++;
    if (sighting.country !== "") cohort.countries.add(fnv1a(sighting.country));
    cohort.arrivalCap = this.#memory.arrivals.cap(sighting.application, sighting.step, cohort.taught);
    cohort.step = sighting.step;
    const swept = sighting.enumeration?.[grouping];
    if (swept !== undefined) cohort.enumeration = swept;
    cohort.swept = sighting.swept?.[grouping] ?? cohort.swept;
    const met = cohort.meet(sighting.address, sighting.addressHash);
    this.#bins[cohortAxisIndex.address] = met ? 1 : 0;
    this.#bins[cohortAxisIndex.spacing] = cohort.spacing(sighting.pause ?? -1);
    const walk = groupings[grouping]?.name === "walk";
    if (walk) cohort.duplication = duplicationNats(cohort.votes + 1, sighting);
    countLogin(cohort, sighting, this.#memory);
    // Copies of one recording share its cookie: there the address speaks.
    if (!cohort.admit(walk ? sighting.addressHash : sighting.client)) return undefined;
    for (let axis = 0; axis < cohortAxisCount; axis++) {
      const bin = this.#bins[axis] as number;
      const laws = this.#memory.laws.axes[axis];
      if (bin >= 0 && laws !== undefined) cohort.axes[axis]?.observe(bin, laws);
    }
    if (cohort.convicted) this.#certifier.weigh(this.#memory.convictions.get(key), cohort);
    if (cohort.convicted || cohort.caseVotes < votesToJudge(cohort, this.#limits.votesToJudge)) return undefined;
    if (cohort.alpha === 0) cohort.alpha = this.#alpha.issue(groupings[grouping]?.name ?? "", sighting.at);
    // A behaviour that is plainly people's own is no key to refuse anybody by, whatever some of its members do.
    if (groupings[grouping]?.name === "behaviour" && this.#memory.audit.common(sighting.behaviour, this.certifiedRate))
      return undefined;
    return this.#tryCase(cohort, sighting.at);
  }

  #tryCase(cohort: Cohort, at: Millis): Conviction | undefined {
    const excluded = excludedAxes[cohort.grouping] as ReadonlySet<number>;
    const strength = caseStrength(cohort, this.#memory.laws, excluded);
    const needed = -Math.log(cohort.alpha) + (at < cohort.honestUntil ? honestNats : 0);
    if (strength.nats < needed) {
      const innocent = strength.nats < 0 && cohort.caseVotes >= honestVotes;
      if (!innocent || innocence(cohort, this.#memory.laws, excluded) < Math.log(100)) return undefined;
      cohort.honestUntil = at + 7 * day;
      if (at - cohort.caseSince >= caseLeastMs) cohort.acquit(at);
      return undefined;
    }
    if (cohort.pardonedUntil > at) return undefined;
    const purity = cohortPurity(cohort, this.#memory.laws, excluded);
    if (purity < (groupings[cohort.grouping]?.name === "behaviour" ? purityOfBehaviourLeast : 0.1)) return undefined;
    return this.#convict(cohort, strength, { at, purity });
  }

  #convict(cohort: Cohort, strength: CaseStrength, { at, purity }: { at: Millis; purity: number }): Conviction {
    const grouping = groupings[cohort.grouping]?.name ?? "context";
    const members = Math.max(cohort.addresses.estimate(), 1);
    cohort.convicted = true;
    const attack = nameAttack(cohort.logins);
    this.#memory.arrivals.withdraw(cohort.application, cohort.step, cohort.taught);
    const conviction = this.#certifier.certified({
      key: cohort.key,
      grouping,
      application: cohort.application,
      since: at,
      began: cohort.caseSince,
      nats: strength.nats,
      alpha: cohort.alpha,
      linkedFrom: 0,
      enforced: this.#alpha.spend(grouping, at, { alpha: cohort.alpha, members }),
      sessions: cohort.sessions,
      purity,
      // A look that was acquitted before is people's, too.
      shared: excludedAxes[cohort.grouping]?.size === 0 && cohort.votes > cohort.caseVotes,
      pattern: speakingPattern(cohort, this.#memory.laws),
      evidence: [
        ...(attack.name === "" ? [] : [`${attack.name}: ${attack.words}`]),
        ...caseInWords(cohort, strength.groups, this.#memory.laws),
      ],
      attack: attack.name,
      threat: attack.threat,
    });
    this.#keep(conviction, at);
    return conviction;
  }

  /**
   * A convicted cohort's members mostly share one behaviour. Where hardly any honest session does, that behaviour
   * is convicted with it: this is what survives the next change of user agent, headers, TLS and network.
   */
  #link(conviction: Conviction, { at, application }: Sighting): Conviction[] {
    const cohort = this.#byKey.get(conviction.key);
    const [top] = cohort?.behaviours.top(1) ?? [];
    if (cohort === undefined || top === undefined || conviction.grouping === "behaviour") return [];
    if (top.count - top.error < 0.6 * cohort.sessions || !this.#memory.audit.unlikely(top.value, this.certifiedRate))
      return [];
    writeCohortKeys(
      { application, behaviour: top.value, presentation: 0, stack: 0, step: 0, context: 0, walk: 0 },
      this.#keys,
    );
    const key = this.#keys[0] as number;
    if (this.#memory.convictions.has(key)) return [];
    const linked = this.#certifier.certified({
      ...conviction,
      key,
      grouping: "behaviour",
      alpha: 0,
      linkedFrom: conviction.key,
      purity: 1,
      evidence: [
        `shared by ${Math.round((100 * top.count) / cohort.sessions)} % of a convicted cohort and by ${this.#memory.audit.alike(top.value)} of ${this.#memory.audit.sessions} honest sessions`,
        ...conviction.evidence,
      ],
    });
    this.#keep(linked, at);
    return [linked];
  }

  #keep(conviction: Conviction, at: Millis): void {
    if (this.#memory.convictions.size >= this.#limits.convictionsMax) {
      const oldest = this.#memory.convictions.keys().next().value;
      if (oldest !== undefined) this.#memory.convictions.delete(oldest);
    }
    this.#memory.convictions.set(conviction.key, { conviction, lastMet: at, met: 0, anchored: 0 });
  }

  #standing(keys: Float64Array): StandingConviction | undefined {
    for (const key of keys) {
      const entry = key === 0 ? undefined : this.#memory.convictions.get(key);
      if (entry !== undefined) return entry;
    }
    return undefined;
  }

  /** An anchored person was hit: the conviction ends once that is more than the budget allows. */
  #collide(entry: StandingConviction, at: Millis): void {
    entry.anchored++;
    entry.conviction = withdrawn(entry.conviction);
    if (entry.anchored >= 3 && entry.anchored > 0.01 * entry.met) this.pardon(entry.conviction.key, at);
  }

  #learn(sighting: Sighting, population: Population): void {
    const { at, country, asn, addressHash: address, device, account, letIn } = sighting;
    if (account !== 0 && letIn !== null && population.knowsAccount(account))
      this.workList(sighting.application).learn(account, at);
    if (account !== 0 && letIn === true) this.campaigns.learn(account);
    const returning = this.#bins[cohortAxisIndex["return-visit"]] === 0;
    if (sighting.behaviour !== 0 && (sighting.anchored || returning || asAlways(sighting, this.#bins)))
      this.#memory.audit.vote(sighting.behaviour);
    const votes = this.#byKey.get(this.#presentationKey(sighting))?.votes ?? 0;
    const arrival = sighting.entered === true ? 2 : (this.#bins[cohortAxisIndex.arrival] as number);
    const taught = this.#memory.arrivals.learn(sighting, arrival, votes);
    if (taught > 0) for (const key of this.#keys) this.#taught(key, taught);
    const came = letIn !== null && this.#bins[cohortAxisIndex.arrival] === 0;
    const asPeople = came ? (letIn ? "let in" : "refused") : null;
    population.learn({ at, country, asn, address, device, account, letIn: letIn === true, asPeople });
  }

  #taught(key: number, weight: number): void {
    const cohort = this.#byKey.get(key);
    if (cohort !== undefined) cohort.taught += weight;
  }

  #presentationKey(sighting: Sighting): number {
    writeCohortKeys(sighting, this.#keys);
    return this.#keys[1] as number;
  }

  #cohort(key: number, grouping: number, sighting: Sighting): Cohort {
    const known = this.#byKey.get(key);
    if (known !== undefined) {
      if (sighting.at - known.lastSeen > this.#limits.cohortIdleMs && !known.convicted)
        known.open(key, grouping, sighting.at);
      return known;
    }
    const row = this.#rows.length < this.#limits.cohortsMax ? this.#newRow() : this.#evict();
    row.open(key, grouping, sighting.at);
    row.application = sighting.application;
    row.convicted = this.#memory.convictions.has(key);
    this.#byKey.set(key, row);
    return row;
  }

  #newRow(): Cohort {
    const row = new Cohort();
    this.#rows.push(row);
    return row;
  }

  /** Of the next rows by the clock's hand, the one with the fewest sessions that is not convicted, oldest first. */
  #evict(): Cohort {
    let victim: Cohort | undefined;
    for (let step = 0; step < this.#limits.evictionScan; step++) {
      const row = this.#rows[this.#hand] as Cohort;
      this.#hand = (this.#hand + 1) % this.#rows.length;
      if (victim === undefined || row.worth() < victim.worth()) victim = row;
    }
    const row = victim as Cohort;
    this.#byKey.delete(row.key);
    return row;
  }
}
