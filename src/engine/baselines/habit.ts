/** What is supposed about a habit before this site has shown anything. */
export interface HabitPrior {
  /** Clients that are taken to have shown the habit already: how sure we are that sites like this invite it. */
  readonly exhibitors: number;
  /** Share of chances at which a client with the habit keeps it, and how many observed chances that is worth. */
  readonly mean: number;
  readonly weight: number;
  /** Share of people who never show it, by persona (blockers, caches, privacy settings). */
  readonly persona: number;
  /** Where the persona's share comes from; "design" marks a value that stands until local data replaces it. */
  readonly source: string;
}

/** What is kept of a habit. */
export type SavedHabit = readonly [exhibitors: number, abstainers: number, chances: number, kept: number];

/** One client's chances count at most this often: no client teaches the site alone. */
export const chancesPerClientMax = 16;
const countsMax = 100_000;

/**
 * Something people's clients do at this site: fetch sub-resources, name the page they come from, return cookies.
 * Learned from clients that showed it at least once, each with a bounded say; how often *they* keep it is the site's
 * baseline. While few have shown it, its absence says little: the doubt shrinks as 1/n (Laplace's rule of succession),
 * and stays when clients without the habit outnumber those with it fifty to one (an application without assets, a log
 * that does not hold them).
 *
 * Attack: clients that show the habit once and then break it lower the baseline. Each has a say of at most
 * `chancesPerClientMax` chances, so that moving it takes as many clients as there are honest ones.
 */
export class Habit {
  readonly prior: HabitPrior;
  exhibitors = 0;
  abstainers = 0;
  #chances = 0;
  #kept = 0;

  constructor(prior: HabitPrior) {
    this.prior = prior;
  }

  /** A client showed the habit for the first time. */
  learnExhibitor(): void {
    this.exhibitors++;
  }

  /** A client had chances enough and let all pass. */
  learnAbstainer(): void {
    this.abstainers++;
  }

  /** One chance of a client that has the habit. */
  learnChance(kept: boolean): void {
    if (this.#chances >= countsMax) {
      this.#chances /= 2;
      this.#kept /= 2;
    }
    this.#chances++;
    if (kept) this.#kept++;
  }

  /** Share of chances that clients with the habit keep. */
  get mean(): number {
    return (this.#kept + this.prior.weight * this.prior.mean) / (this.#chances + this.prior.weight);
  }

  /** Probability that a person never shows the habit here: personas plus the doubt that this site invites it at all. */
  get absence(): number {
    const silent = Math.max(0, this.abstainers / 50 - this.exhibitors);
    const doubt = (1 + silent) / (2 + this.prior.exhibitors + this.exhibitors + silent);
    return Math.min(1, this.prior.persona + doubt);
  }

  save(): SavedHabit {
    return [this.exhibitors, this.abstainers, this.#chances, this.#kept];
  }

  restore([exhibitors, abstainers, chances, kept]: SavedHabit): void {
    this.exhibitors = exhibitors;
    this.abstainers = abstainers;
    this.#chances = chances;
    this.#kept = kept;
  }
}
