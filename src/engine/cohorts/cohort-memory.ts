import type { Millis } from "#core";
import { ArrivalBook, type SavedArrival } from "./arrival-book.ts";
import { cohortAxes } from "./axes.ts";
import { CampaignAccounts, type SavedCampaignAccounts } from "./campaign-accounts.ts";
import { CollisionAudit, type SavedAudit } from "./collision-audit.ts";
import type { Conviction } from "./conviction.ts";
import { type AxisLaws, axisLaws } from "./e-process.ts";
import { EarlierVisits } from "./earlier-visits.ts";
import { type NullLaws, priorNullLaws } from "./null-laws.ts";
import { Population, type SavedPopulation } from "./population.ts";
import { type SavedWorkList, WorkList } from "./work-list.ts";

/** A conviction that stands, and whom it met. */
export interface StandingConviction {
  conviction: Conviction;
  lastMet: Millis;
  met: number;
  anchored: number;
}

interface SavedLaw {
  readonly axis: string;
  readonly honest: readonly number[];
  readonly automated: readonly number[] | undefined;
  readonly cohorts: number;
}

/** What of judging together outlives a restart: hashes, counts and names, no address, account or password. */
export interface SavedCohorts {
  readonly laws: readonly SavedLaw[];
  readonly revision: number;
  readonly convictions: readonly StandingConviction[];
  readonly populations: readonly (readonly [application: string, saved: SavedPopulation])[];
  readonly workLists: readonly (readonly [application: string, saved: SavedWorkList])[];
  /** Missing in what earlier versions wrote. */
  readonly campaigns?: SavedCampaignAccounts;
  readonly arrivals: readonly SavedArrival[];
  readonly audit: SavedAudit;
  readonly anchored: { readonly groups: number; readonly hit: number };
}

/**
 * What cohorts have learned and found, apart from the cases that are open: the null, what is common at each application,
 * campaigns' work lists, who arrives how, convictions. Open cases start over after a restart; convictions stand.
 */
export class CohortMemory {
  laws: NullLaws = priorNullLaws();
  anchoredGroups = 0;
  anchoredHit = 0;
  readonly convictions: Map<number, StandingConviction> = new Map();
  arrivals: ArrivalBook = new ArrivalBook();
  readonly campaigns: CampaignAccounts = new CampaignAccounts();
  audit: CollisionAudit = new CollisionAudit();
  readonly #populations: PerApplication<Population>;
  readonly #workLists: PerApplication<WorkList>;

  /** What clients showed before a case began; kept in a section of its own beside `save`. */
  readonly earlier: EarlierVisits;

  /** @param applicationsMax applications with their own picture; the oldest leaves. @param earlierVisitsMax visits that certificates look back on. */
  constructor(applicationsMax: number, earlierVisitsMax: number) {
    this.earlier = new EarlierVisits(earlierVisitsMax);
    this.#populations = new PerApplication(applicationsMax, () => new Population());
    this.#workLists = new PerApplication(applicationsMax, () => new WorkList());
  }

  population(application: string): Population {
    return this.#populations.get(application);
  }

  /** Accounts that convicted campaigns have tried at an application. */
  workList(application: string): WorkList {
    return this.#workLists.get(application);
  }

  save(): SavedCohorts {
    return {
      laws: cohortAxes.map(({ name }, axis) => ({
        axis: name,
        honest: [...(this.laws.axes[axis] as AxisLaws).honest],
        automated: listOf(this.laws.axes[axis]?.automated),
        cohorts: this.laws.cohorts[axis] ?? 0,
      })),
      revision: this.laws.revision,
      convictions: [...this.convictions.values()],
      populations: this.#populations.entries().map(([name, population]) => [name, population.save()]),
      workLists: this.#workLists.entries().map(([name, list]) => [name, list.save()]),
      campaigns: this.campaigns.save(),
      arrivals: this.arrivals.save(),
      audit: this.audit.save(),
      anchored: { groups: this.anchoredGroups, hit: this.anchoredHit },
    };
  }

  /** Puts back what `save` gave. Laws of axes that are no longer, or have other bins now, stay at what is known here. */
  restore(saved: SavedCohorts): void {
    const byAxis = new Map(saved.laws.map((law) => [law.axis, law]));
    const fitting = cohortAxes.map(({ name, bins }) => {
      const law = byAxis.get(name);
      return law?.honest.length === bins.length ? law : undefined;
    });
    this.laws = {
      axes: fitting.map((law, axis) =>
        law === undefined
          ? (this.laws.axes[axis] as AxisLaws)
          : axisLaws(Float64Array.from(law.honest), law.automated && Float64Array.from(law.automated)),
      ),
      cohorts: fitting.map((law) => law?.cohorts ?? 0),
      revision: saved.revision,
    };
    for (const standing of saved.convictions) this.convictions.set(standing.conviction.key, { ...standing });
    for (const [name, population] of saved.populations) this.population(name).restore(population);
    for (const [name, list] of saved.workLists) this.workList(name).restore(list);
    if (saved.campaigns !== undefined) this.campaigns.restore(saved.campaigns);
    this.arrivals.restore(saved.arrivals);
    this.audit.restore(saved.audit);
    this.anchoredGroups = saved.anchored.groups;
    this.anchoredHit = saved.anchored.hit;
  }
}

function listOf(values: Float64Array | undefined): readonly number[] | undefined {
  return values === undefined ? undefined : [...values];
}

/** One thing per application; the oldest leaves when there are too many. */
class PerApplication<Thing> {
  readonly #things = new Map<string, Thing>();
  readonly #max: number;
  readonly #create: () => Thing;

  constructor(max: number, create: () => Thing) {
    this.#max = max;
    this.#create = create;
  }

  get(application: string): Thing {
    let thing = this.#things.get(application);
    if (thing !== undefined) return thing;
    if (this.#things.size >= this.#max) {
      const oldest = this.#things.keys().next().value;
      if (oldest !== undefined) this.#things.delete(oldest);
    }
    thing = this.#create();
    this.#things.set(application, thing);
    return thing;
  }

  entries(): (readonly [string, Thing])[] {
    return [...this.#things];
  }
}
