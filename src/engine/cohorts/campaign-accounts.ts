import { Bloom, packWords, unpackWords } from "#core";
import { logBeta } from "../statistics/index.ts";

const bits = 1 << 18;
/** One campaign's filter is smaller than that of all of them. */
const campaignBits = 1 << 17;
/** Campaigns told apart; the one that was met longest ago leaves. With all of them together they fit a mask of sixteen bits. */
const campaignsMax = 15;
const ringSize = 256;
/** People's log-ins needed before their share says anything. */
const peopleLeast = 64;
/** How alike honest cohorts are in this: pseudo-observations. */
const alike = 40;
/** Nobody is sure that fewer than one in fifty of a cohort's people gave their password away; where most did, it tells nothing. */
const shareLeast = 0.02;
const shareMost = 0.5;
/** A campaign that comes again tries nine in ten accounts that it has tried before: pseudo-observations of that, and of the others. */
const again = { tried: 4.5, other: 0.5 } as const;
/** Log-ins by people between two looks at their share. */
const refitEvery = 32;
/** A cohort's accounts are a campaign's from here on. */
const belongsNats = 2;

/** What is kept: filters and a sample of keyed hashes, no account. */
export interface SavedCampaignAccounts {
  readonly tried: string;
  readonly count: number;
  readonly people: readonly number[];
  /** Missing in what earlier versions wrote. */
  readonly campaigns?: readonly { readonly campaign: number; readonly tried: string; readonly count: number }[];
}

/** Accounts that one campaign, or all of them together, have tried. */
interface Book {
  /** Key of the conviction and of the program that it stopped; 0: all together, or free. */
  campaign: number;
  readonly filter: Bloom;
  count: number;
  /** When it was last met, by a count of meetings. */
  met: number;
  /** Raised when the book is given to another campaign, so that what cohorts counted for the former is forgotten. */
  generation: number;
  /** Share of people's accounts that are in it; undefined while that would say nothing. */
  share: number | undefined;
}

/** A cohort's accounts, counted against each book. */
export class CampaignCounts {
  readonly seen: Uint16Array = new Uint16Array(campaignsMax + 1);
  readonly tried: Uint16Array = new Uint16Array(campaignsMax + 1);
  readonly generations: Uint32Array = new Uint32Array(campaignsMax + 1);
}

/** How strongly a cohort's accounts are those of a campaign, and whose. */
export interface CampaignEvidence {
  /** ln of the e-value, over all campaigns together and each by itself. */
  readonly nats: number;
  /** Key of the book that says most; 0: none by itself. */
  readonly campaign: number;
  /** Of so many accounts, so many had been tried before. */
  readonly seen: number;
  readonly tried: number;
}

const nothing: CampaignEvidence = { nats: 0, campaign: 0, seen: 0, tried: 0 };

/**
 * Which accounts convicted campaigns have tried, wherever they did. A library logs in for the same customers whatever version it has
 * reached, whichever log-in it calls and however it moves: a cohort most of whose accounts belong to a campaign, where one in
 * so many of people's do, is that campaign with a new face. The other way round from `WorkList`, which knows lists that are worked
 * through once. Says nothing about one session: its account's owner may be at the keyboard.
 *
 * Each campaign has a book of its own besides the one of all together: where somebody else tries half of a platform's accounts, all
 * together say little of a cohort, and the library's eighty customers still say much. One conviction may stop several campaigns that behave
 * alike, so books are kept by conviction and program: a library is then spread over a book for each of its versions, which all say the same.
 *
 * Evaded by mixing in accounts that no campaign has tried, which costs the attacker that share of the volume.
 */
export class CampaignAccounts {
  readonly #all: Book = createBook(bits);
  readonly #books: Book[] = [this.#all];
  #meetings = 0;
  /** Accounts of the last people let in: their share among the tried is known the moment a campaign is. */
  readonly #people: number[] = [];
  #hand = 0;
  #fittedAt = -1;
  #added = 0;

  /** A convicted campaign tried this account. `campaign`: key of the conviction and of the program that was stopped. */
  tried(account: number, campaign = 0): void {
    if (addTo(this.#all, account)) this.#added++;
    if (campaign === 0) return;
    const book = this.#bookOf(campaign);
    book.met = ++this.#meetings;
    if (addTo(book, account)) this.#added++;
  }

  /** Somebody unconvicted was let in to this account. */
  learn(account: number): void {
    this.#people[this.#hand % ringSize] = account;
    this.#hand++;
  }

  /** Which books hold this account, a bit each; the lowest is that of all together. */
  marksOf(account: number): number {
    let marks = 0;
    for (const [place, { filter }] of this.#books.entries()) if (filter.has(account)) marks |= 1 << place;
    return marks;
  }

  /** One more account of a cohort, with its marks from before the cohort's member was judged. */
  observe(counts: CampaignCounts, marks: number): void {
    this.#refit();
    for (const [place, { share, generation }] of this.#books.entries()) {
      if (share === undefined) continue;
      if (counts.generations[place] !== generation) {
        counts.generations[place] = generation;
        counts.seen[place] = 0;
        counts.tried[place] = 0;
      }
      counts.seen[place] = Math.min(65_535, (counts.seen[place] as number) + 1);
      counts.tried[place] = Math.min(65_535, (counts.tried[place] as number) + ((marks >>> place) & 1));
    }
  }

  /** What the counts say. */
  evidence(counts: CampaignCounts): CampaignEvidence {
    this.#refit();
    let best = nothing;
    const said: { readonly nats: number; readonly met: number }[] = [];
    for (const [place, { share, generation, campaign, met }] of this.#books.entries()) {
      const seen = counts.seen[place] as number;
      if (share === undefined || seen < 2 || counts.generations[place] !== generation) continue;
      const tried = counts.tried[place] as number;
      const nats = natsOf(tried, seen, share);
      said.push({ nats, met });
      if (best === nothing || nats >= best.nats)
        best = { nats, campaign: nats > belongsNats ? campaign : 0, seen, tried };
    }
    if (best === nothing) return nothing;
    return { ...best, nats: mixed(said) };
  }

  save(): SavedCampaignAccounts {
    const [, ...campaigns] = this.#books;
    return {
      tried: packWords(this.#all.filter.words),
      count: this.#all.count,
      people: [...this.#people],
      campaigns: campaigns.map(({ campaign, filter, count }) => ({ campaign, tried: packWords(filter.words), count })),
    };
  }

  restore(saved: SavedCampaignAccounts): void {
    fill(this.#all, saved);
    for (const each of saved.campaigns?.slice(0, campaignsMax) ?? []) fill(this.#bookOf(each.campaign), each);
    for (const account of saved.people.slice(0, ringSize)) this.learn(account);
    this.#fittedAt = -1;
  }

  #bookOf(campaign: number): Book {
    const known = this.#books.find((book) => book.campaign === campaign);
    if (known !== undefined) return known;
    const [, ...told] = this.#books;
    let book =
      told.length < campaignsMax ? undefined : told.reduce((one, other) => (other.met < one.met ? other : one));
    if (book === undefined) {
      book = createBook(campaignBits);
      this.#books.push(book);
    }
    book.campaign = campaign;
    book.filter.clear();
    book.count = 0;
    book.generation++;
    book.share = undefined;
    return book;
  }

  /** Looks at people's share again when books or people have changed. */
  #refit(): void {
    const state = this.#added * 65_536 + Math.floor(this.#hand / refitEvery);
    if (state === this.#fittedAt) return;
    this.#fittedAt = state;
    const people = this.#people.length;
    for (const book of this.#books) {
      book.share = undefined;
      if (book.count === 0 || people < peopleLeast) continue;
      let met = 0;
      for (const account of this.#people) if (book.filter.has(account)) met++;
      const share = Math.max(shareLeast, (met + 1) / (people + 2));
      if (share <= shareMost) book.share = share;
    }
  }
}

function createBook(size: number): Book {
  return { campaign: 0, filter: new Bloom(size, 4), count: 0, met: 0, generation: 1, share: undefined };
}

function fill(book: Book, saved: { readonly tried: string; readonly count: number }): void {
  book.filter.words.set(unpackWords(saved.tried).subarray(0, book.filter.words.length));
  book.count = saved.count;
}

/** True when the account was new to the book. A full filter would call everybody tried, so it starts over. */
function addTo(book: Book, account: number): boolean {
  if (!book.filter.add(account)) return false;
  book.count++;
  if (book.count >= book.filter.bits / 10) {
    book.filter.clear();
    book.count = 0;
  }
  return true;
}

/** ln of the beta-binomial likelihood ratio: a campaign that comes again against people of whose accounts `share` were tried. */
function natsOf(tried: number, seen: number, share: number): number {
  const a = alike * share;
  const b = alike - a;
  const other = seen - tried;
  const comesAgain = logBeta(again.tried + tried, again.other + other) - logBeta(again.tried, again.other);
  return comesAgain - logBeta(a + tried, b + other) + logBeta(a, b);
}

/**
 * ln of a weighted mean: a mean of e-values is one, whatever their dependence. Whoever is stopped retools at once, so the campaign met last
 * weighs most, the next one half of that, then a third; all of them together come after the last one.
 */
function mixed(said: { readonly nats: number; readonly met: number }[]): number {
  said.sort((one, other) => other.met - one.met);
  let sum = 0;
  let weights = 0;
  for (const [rank, { nats }] of said.entries()) {
    sum += Math.exp(nats) / (rank + 1);
    weights += 1 / (rank + 1);
  }
  return Math.log(sum / weights);
}
