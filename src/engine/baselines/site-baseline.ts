import { Habit, type HabitPrior, type SavedHabit } from "./habit.ts";

export type HabitName = "subresources" | "links" | "assetReferers" | "cookies" | "redirects" | "warmLogins";

/**
 * Habits of people's clients with what is supposed before local data. The persona shares are design values in the
 * range of published surveys and stand until anchored local clients replace them (docs/how-gait-judges.md lists them).
 */
export const habitPriors: Readonly<Record<HabitName, HabitPrior>> = {
  subresources: {
    exhibitors: 4,
    mean: 0.75,
    weight: 12,
    persona: 0.012,
    source: "HTTP Archive Web Almanac 2024: nearly every page loads sub-resources; text browsers, data savers: design",
  },
  links: {
    exhibitors: 4,
    mean: 0.75,
    weight: 12,
    persona: 0.015,
    source: "strict-origin-when-cross-origin is the default of all engines since 2021; strippers of referers: design",
  },
  assetReferers: {
    exhibitors: 3,
    mean: 0.9,
    weight: 12,
    persona: 0.015,
    source: "as links",
  },
  cookies: {
    exhibitors: 8,
    mean: 0.95,
    weight: 12,
    persona: 0.015,
    source: "cookie refusers 1-2 % of visitors: design",
  },
  redirects: {
    exhibitors: 4,
    mean: 0.85,
    weight: 12,
    persona: 0.01,
    source: "RFC 9110 15.4: user agents follow; redirects that leave the observed hosts: learned as absence",
  },
  warmLogins: {
    exhibitors: 2,
    mean: 0.9,
    weight: 12,
    persona: 0.03,
    source: "password managers and native applications that post without a page: design",
  },
};

/** Human pace of page views: mean and spread of ln(seconds between pages). */
const paceMean = Math.log(20);
const paceWeight = 30;
const versionsTracked = 8;

/** What is kept of a site's baseline. */
export interface SavedSite {
  readonly habits: Readonly<Partial<Record<HabitName, SavedHabit>>>;
  readonly versions: readonly (readonly [mean: number, count: number])[];
  readonly pace: readonly [sum: number, count: number];
}

/**
 * What one application has taught about the people who use it. Every number starts from a stated prior and moves with
 * local traffic; nothing here is ever set by one client alone.
 */
export class SiteBaseline {
  readonly habits: Readonly<Record<HabitName, Habit>>;
  /** Decayed maximum-like quantile of browser versions per family, for "how old is old here". */
  readonly #versionMean: Float64Array = new Float64Array(versionsTracked);
  readonly #versionCount: Float64Array = new Float64Array(versionsTracked);
  #paceSum = paceMean * paceWeight;
  #paceCount = paceWeight;

  constructor() {
    this.habits = Object.fromEntries(
      Object.entries(habitPriors).map(([name, prior]) => [name, new Habit(prior)]),
    ) as unknown as Record<HabitName, Habit>;
  }

  /** A page gap, in seconds, of a client that has people's habits. */
  learnPace(seconds: number): void {
    if (this.#paceCount > 50_000) {
      this.#paceSum /= 2;
      this.#paceCount /= 2;
    }
    this.#paceSum += Math.log(Math.max(0.05, seconds));
    this.#paceCount++;
  }

  /** Mean of ln(seconds) between page views of people here. */
  get pace(): number {
    return this.#paceSum / this.#paceCount;
  }

  /** The browser version of a client that has people's habits; one vote per client. */
  learnVersion(family: number, major: number): void {
    if (family <= 0 || family >= versionsTracked || major <= 0) return;
    const count = Math.min(2_000, this.#versionCount[family] as number);
    this.#versionMean[family] = ((this.#versionMean[family] as number) * count + major) / (count + 1);
    this.#versionCount[family] = count + 1;
  }

  /** Versions behind this site's usual one; 0 while fewer than twenty browsers of the family have voted. */
  versionsBehind(family: number, major: number): number {
    if (major <= 0 || (this.#versionCount[family] ?? 0) < 20) return 0;
    return (this.#versionMean[family] as number) - major;
  }

  save(): SavedSite {
    return {
      habits: Object.fromEntries(Object.entries(this.habits).map(([name, habit]) => [name, habit.save()])),
      versions: [...this.#versionMean].map((mean, family) => [mean, this.#versionCount[family] as number]),
      pace: [this.#paceSum, this.#paceCount],
    };
  }

  restore(saved: SavedSite): void {
    for (const [name, habit] of Object.entries(this.habits)) {
      const kept = saved.habits[name as HabitName];
      if (kept !== undefined) habit.restore(kept);
    }
    for (const [family, [mean, count]] of saved.versions.slice(0, versionsTracked).entries()) {
      this.#versionMean[family] = mean;
      this.#versionCount[family] = count;
    }
    [this.#paceSum, this.#paceCount] = saved.pace;
  }
}
