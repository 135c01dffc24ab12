import { Bloom, HyperLogLog, type Millis, SpaceSaving } from "#core";
import type { AuthCounters } from "../auth/auth-counters.ts";
import { cohortAxes } from "./axes.ts";
import type { CampaignCounts, CampaignEvidence } from "./campaign-accounts.ts";
import { EProcess } from "./e-process.ts";
import { logPause, stepsPerNat } from "./log-pause.ts";

const addressSampleMax = 8;
const noCampaign: CampaignEvidence = { nats: 0, campaign: 0, seen: 0, tried: 0 };

/** Three seconds: password managers that submit by themselves are even and quick. */
const shortestPause = logPause(3_000);
/** Pauses before a cohort has a middle. */
const pausesLeast = 3;

/** Bytes of one filter, and of one count of distinct things. */
const bloomBytes = 128;
const registers = 64;

const widthOfAxis: readonly number[] = cohortAxes.map(({ bins }) => EProcess.width(bins.length));
/** Where each axis begins among a cohort's numbers, and how many there are. */
const firstOfAxis: readonly number[] = widthOfAxis.map((_, axis) => sumOf(widthOfAxis.slice(0, axis)));
const valuesOfAxes: number = sumOf(widthOfAxis);

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0);
}

/** One client may speak this often per cohort: a person with thirty sessions is not thirty people. */
const votesPerClient = 4;

/**
 * Sessions judged together: a process per axis, who they were, and how strong the case is.
 * About 7 kB. Owned by `Cohorts`; rows are reused after eviction.
 */
export class Cohort {
  key = 0;
  grouping = 0;
  application = "";
  label = "";
  firstSeen: Millis = 0;
  lastSeen: Millis = 0;
  /** Sessions reported, votes or not. */
  sessions = 0;
  /** Sessions that counted as evidence. */
  votes = 0;
  /** Of those, the ones since the case began, and when it did: an acquittal closes a case. */
  caseVotes = 0;
  caseSince: Millis = 0;
  /** Issued when the cohort has enough votes to be judged; 0 until then. */
  alpha = 0;
  convicted = false;
  /** Until when the cohort is known honest; 0: not. */
  honestUntil: Millis = 0;
  /** Until when an operator, or the people it hit, keep it from being convicted again; 0: not. */
  pardonedUntil: Millis = 0;
  /** Anchored sessions: legitimacy rests on scarce facts. */
  anchored = 0;
  /** The most that the manner of arrival may say here, in nats: honest clients that arrive alike bound it. */
  arrivalCap: number = Number.POSITIVE_INFINITY;
  /** Weight of bare arrivals that this cohort has taught, and at which step. */
  taught = 0;
  step = 0;
  /** ln of the enumeration e-value of this cohort's requests; negative infinity while nothing is enumerated. */
  enumeration: number = Number.NEGATIVE_INFINITY;
  /** Estimated share of its requests that enumerate. */
  swept = 0;
  /** ln of the evidence that its members copy one walk; negative infinity outside that grouping. */
  duplication: number = Number.NEGATIVE_INFINITY;
  /** Mean of the pauses before its log-ins, on the scale of `Sighting.pause`, and how many there were. */
  readonly #middle = { mean: 0, pauses: 0 };
  /** Known accounts it tried: tried before by a convicted campaign, or not. */
  readonly workList: EProcess = new EProcess(2);
  /** Accounts it tried, counted against those of convicted campaigns; undefined until the first log-in. */
  accounts: CampaignCounts | undefined;
  /** What these said at the last log-in. */
  campaign: CampaignEvidence = noCampaign;
  /** What its log-ins were; undefined until the first. */
  logins: AuthCounters | undefined;
  /** What the axes' processes keep, side by side. */
  readonly #values = new Float64Array(valuesOfAxes);
  readonly axes: readonly EProcess[] = cohortAxes.map(
    ({ bins }, axis) => new EProcess(bins.length, this.#values, firstOfAxis[axis]),
  );
  /** What its members showed in cases that were closed, axis by axis; undefined before the first was. */
  #closed: number[][] | undefined;
  /** Sketches share one buffer: each of its own would weigh more than it holds. */
  readonly #buffer = new ArrayBuffer(3 * bloomBytes + 2 * registers);
  readonly addresses: HyperLogLog = new HyperLogLog(6, new Uint8Array(this.#buffer, 3 * bloomBytes, registers));
  readonly countries: HyperLogLog = new HyperLogLog(
    6,
    new Uint8Array(this.#buffer, 3 * bloomBytes + registers, registers),
  );
  readonly behaviours: SpaceSaving = new SpaceSaving(4);
  readonly addressSample: string[] = [];
  readonly #voters = this.#bloom(0);
  readonly #members = this.#bloom(1);
  readonly #accounts = this.#bloom(2);

  /** Starts over under a new key, or under the same one after a long silence. */
  open(key: number, grouping: number, at: Millis): void {
    this.key = key;
    this.grouping = grouping;
    this.firstSeen = at;
    this.lastSeen = at;
    this.sessions = 0;
    this.votes = 0;
    this.alpha = 0;
    this.convicted = false;
    this.honestUntil = 0;
    this.pardonedUntil = 0;
    this.anchored = 0;
    this.arrivalCap = Number.POSITIVE_INFINITY;
    this.taught = 0;
    this.step = 0;
    this.enumeration = Number.NEGATIVE_INFINITY;
    this.swept = 0;
    this.duplication = Number.NEGATIVE_INFINITY;
    this.#closed = undefined;
    this.#begin(at);
    this.addresses.clear();
    this.countries.clear();
    // What a row's former cohort did must not be convicted in the name of the next one.
    this.behaviours.clear();
    this.addressSample.length = 0;
    this.#members.clear();
  }

  /**
   * Acquitted: the case is closed and a new one begins, so that what comes tomorrow is not weighed against years of innocence.
   * What was seen stays part of what honest cohorts do.
   */
  acquit(at: Millis): void {
    const before = this.#closed;
    this.#closed = this.axes.map(({ counts }, axis) =>
      counts.map((count, bin) => count + (before?.[axis]?.[bin] ?? 0)),
    );
    this.#begin(at);
  }

  /** How many of its members showed a bin of an axis, in this case and those before. */
  shown(axis: number, bin: number): number {
    // Past the process: a refit asks all cohorts for all bins, and each object on the way is a miss.
    const open = this.#values[EProcess.placeOf(bin, firstOfAxis[axis])] as number;
    return this.#closed === undefined ? open : open + (this.#closed[axis]?.[bin] ?? 0);
  }

  #bloom(place: number): Bloom {
    return new Bloom(bloomBytes * 8, 3, new Uint32Array(this.#buffer, place * bloomBytes, bloomBytes / 4));
  }

  #begin(at: Millis): void {
    this.caseSince = at;
    this.caseVotes = 0;
    this.#middle.mean = 0;
    this.#middle.pauses = 0;
    this.workList.reset();
    this.accounts = undefined;
    this.campaign = noCampaign;
    this.logins = undefined;
    for (const process of this.axes) process.reset();
    this.#accounts.clear();
    this.#voters.clear();
  }

  /** What losing this row would cost: convictions first, then evidence, then how lately it was seen. */
  worth(): number {
    return (this.convicted ? 1e15 : 0) + Math.min(this.votes, 1_000) * 3_600_000 + this.lastSeen / 1_000;
  }

  /** Counts the client's session; false when the client has spoken often enough here. */
  admit(client: number): boolean {
    this.sessions++;
    for (let vote = 0; vote < votesPerClient; vote++) {
      if (this.#voters.add(client + vote * 0x9e3779b1)) {
        this.votes++;
        this.caseVotes++;
        return true;
      }
    }
    return false;
  }

  /** True when the account was new to the cohort, which is also noted. */
  claim(account: number): boolean {
    return this.#accounts.add(account);
  }

  /**
   * Bin of the spacing axis for a pause before a log-in, against the middle of those before it; -1 while there is none, or for
   * a pause so short that a program may have filled in the form for a person.
   */
  spacing(pause: number): number {
    if (pause < shortestPause) return -1;
    const { mean, pauses } = this.#middle;
    this.#middle.pauses++;
    this.#middle.mean += (pause - mean) / (pauses + 1);
    if (pauses < pausesLeast) return -1;
    const away = Math.abs(pause - mean) / stepsPerNat;
    if (away < 0.25) return 2;
    return away < 0.5 ? 1 : 0;
  }

  /** True when the address was new to the cohort, which is also noted. */
  meet(address: string, addressHash: number): boolean {
    if (!this.#members.add(addressHash)) return false;
    this.addresses.add(addressHash);
    if (this.addressSample.length < addressSampleMax) this.addressSample.push(address);
    return true;
  }
}
