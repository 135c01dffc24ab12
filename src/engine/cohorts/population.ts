import { Bloom, combine32, type Millis, packWords, unpackWords } from "#core";
import { Commonness, type SavedCommonness } from "./commonness.ts";

const dayMs: Millis = 86_400_000;
const hourMs: Millis = 3_600_000;
/** Below this many of a thing, "never seen before" says nothing. */
const settled = 300;
/** People mistype: one in eight log-ins is refused. One in two is no typing. */
const outageShare = 0.5;

/** What is kept of a population: shares of countries, networks and hours, and filters of keyed hashes. */
export interface SavedPopulation {
  readonly countries: SavedCommonness;
  readonly asns: SavedCommonness;
  readonly hours: SavedCommonness;
  readonly accounts: SavedEpochs;
  readonly devices: SavedEpochs;
  readonly addresses: SavedEpochs;
  readonly homes: SavedEpochs;
  readonly firstSeen: Millis | null;
  readonly accountsIn: number;
  readonly sessions: number;
}

/**
 * What is common in one application: its countries, networks and hours, the accounts that got in before, the
 * devices and addresses seen before. Memory fades by swapping Bloom halves every `epochMs`, so it holds the last
 * one to two epochs. About 240 kB.
 */
export class Population {
  readonly countries: Commonness = new Commonness({ halfLifeMs: 7 * dayMs });
  readonly asns: Commonness = new Commonness({ halfLifeMs: 7 * dayMs });
  readonly hours: Commonness = new Commonness({ halfLifeMs: 28 * dayMs, least: 5_000 });
  readonly #accounts = new TwoEpochs(1 << 18, 28 * dayMs);
  readonly #devices = new TwoEpochs(1 << 18, 14 * dayMs);
  readonly #addresses = new TwoEpochs(1 << 18, 14 * dayMs);
  /** Devices together with the network they were seen on. */
  readonly #homes = new TwoEpochs(1 << 18, 14 * dayMs);
  #firstSeen: Millis = Number.NaN;
  #accountsIn = 0;
  /** Share refused of the last log-ins that came the way people come, about seven of them. */
  #peopleRefused = 0;
  #sessions = 0;

  /** Hour of the week in UTC, 0-167. Honest cohorts of one country share its night, which the null's spread covers. */
  static hourOfWeek(at: Millis): number {
    return Math.floor(at / hourMs) % 168;
  }

  /** Bin of the return-visit axis; -1 before the application was watched for long enough to have regulars. */
  returnBin(device: number, address: number, at: Millis): number {
    if (this.#sessions < settled || at - this.#firstSeen < dayMs) return -1;
    if (device !== 0 && this.#devices.has(device)) return 0;
    return this.#addresses.has(address) ? 1 : 2;
  }

  /** Bin of the roaming axis: a known device on a network it was seen on before, or on a new one; -1 for unknown devices. */
  roamingBin(device: number, asn: number): number {
    if (device === 0 || asn <= 0 || !this.#devices.has(device)) return -1;
    return this.#homes.has(combine32(device, asn)) ? 0 : 1;
  }

  /** Bin of the account axis; -1 before enough accounts got in that an unseen one is unusual. */
  accountBin(account: number, letIn: boolean): number {
    if (account === 0 || this.#accountsIn < settled) return -1;
    return (this.#accounts.has(account) ? 0 : 2) + (letIn ? 0 : 1);
  }

  /**
   * Bin of the outcome axis; -1 while those who came the way people come are refused, too: then the log-in is broken or
   * everybody was logged out, and a refusal says nothing of who gets it. Evaded by coming the way people come, which costs what it costs.
   */
  outcomeBin(letIn: boolean): number {
    if (this.#peopleRefused > outageShare) return -1;
    return letIn ? 0 : 1;
  }

  /** Has this account ever been let in, as far as is remembered? */
  knowsAccount(account: number): boolean {
    return this.#accounts.has(account);
  }

  /**
   * Learns from one session after its bins were read. Sessions of convicted cohorts must not be handed in: an
   * attack may not teach what is common.
   */
  learn(visit: Visit): void {
    if (Number.isNaN(this.#firstSeen)) this.#firstSeen = visit.at;
    this.#sessions++;
    if (visit.country !== "") this.countries.vote(visit.country, visit.at);
    if (visit.asn > 0) this.asns.vote(visit.asn, visit.at);
    this.hours.vote(Population.hourOfWeek(visit.at), visit.at);
    if (visit.device !== 0) {
      this.#devices.add(visit.device, visit.at);
      if (visit.asn > 0) this.#homes.add(combine32(visit.device, visit.asn), visit.at);
    }
    this.#addresses.add(visit.address, visit.at);
    if (visit.asPeople !== null)
      this.#peopleRefused += ((visit.asPeople === "refused" ? 1 : 0) - this.#peopleRefused) * 0.15;
    if (visit.account !== 0 && visit.letIn && this.#accounts.add(visit.account, visit.at)) this.#accountsIn++;
  }

  save(): SavedPopulation {
    return {
      countries: this.countries.save(),
      asns: this.asns.save(),
      hours: this.hours.save(),
      accounts: this.#accounts.save(),
      devices: this.#devices.save(),
      addresses: this.#addresses.save(),
      homes: this.#homes.save(),
      firstSeen: Number.isNaN(this.#firstSeen) ? null : this.#firstSeen,
      accountsIn: this.#accountsIn,
      sessions: this.#sessions,
    };
  }

  restore(saved: SavedPopulation): void {
    this.countries.restore(saved.countries);
    this.asns.restore(saved.asns);
    this.hours.restore(saved.hours);
    this.#accounts.restore(saved.accounts);
    this.#devices.restore(saved.devices);
    this.#addresses.restore(saved.addresses);
    this.#homes.restore(saved.homes);
    this.#firstSeen = saved.firstSeen ?? Number.NaN;
    this.#accountsIn = saved.accountsIn;
    this.#sessions = saved.sessions;
  }
}

/** What a session tells the population. */
export interface Visit {
  readonly at: Millis;
  readonly country: string;
  readonly asn: number;
  readonly address: number;
  readonly device: number;
  readonly account: number;
  readonly letIn: boolean;
  /** What came of a log-in that arrived the way people arrive; null: it did not, or there was none. */
  readonly asPeople: "let in" | "refused" | null;
}

interface SavedEpochs {
  readonly now: string;
  readonly before: string;
  readonly turnAt: Millis | null;
}

/** A Bloom memory of the last one to two epochs. */
class TwoEpochs {
  #now: Bloom;
  #before: Bloom;
  readonly #epochMs: Millis;
  #turnAt: Millis = Number.NaN;

  constructor(bits: number, epochMs: Millis) {
    this.#now = new Bloom(bits, 4);
    this.#before = new Bloom(bits, 4);
    this.#epochMs = epochMs;
  }

  has(value: number): boolean {
    return this.#now.has(value) || this.#before.has(value);
  }

  add(value: number, at: Millis): boolean {
    if (Number.isNaN(this.#turnAt)) this.#turnAt = at + this.#epochMs;
    if (at >= this.#turnAt) {
      const old = this.#before;
      this.#before = this.#now;
      old.clear();
      this.#now = old;
      this.#turnAt = at + this.#epochMs;
    }
    const fresh = !this.#before.has(value);
    return this.#now.add(value) && fresh;
  }

  save(): SavedEpochs {
    const turnAt = Number.isNaN(this.#turnAt) ? null : this.#turnAt;
    return { now: packWords(this.#now.words), before: packWords(this.#before.words), turnAt };
  }

  restore(saved: SavedEpochs): void {
    this.#now.words.set(unpackWords(saved.now).subarray(0, this.#now.words.length));
    this.#before.words.set(unpackWords(saved.before).subarray(0, this.#before.words.length));
    this.#turnAt = saved.turnAt ?? Number.NaN;
  }
}
