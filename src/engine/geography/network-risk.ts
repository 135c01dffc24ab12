import { engineLimits, type Millis } from "#core";
import { mix32 } from "../sessions/text-hash.ts";
import { type NetworkNumber, nameOfNetwork } from "./network-name.ts";

/** How a session ended: taken for automation by its behaviour alone, shown to be a person, or neither. */
export type NetworkOutcome = "convicted" | "person" | "other";

/** Where a session was: its operator (0: unknown) and its prefix (0: none). */
export interface NetworkPlace {
  readonly operator: NetworkNumber;
  readonly prefix: NetworkNumber;
  /** The operator's name, for people. */
  readonly holder: string;
}

/** What is known of a session's network, as evidence. */
export interface NetworkStanding {
  readonly network: string;
  readonly nats: number;
  readonly convicted: number;
  readonly sessions: number;
  /** How many times the installation's own average. */
  readonly times: number;
}

/** One network in a report. Counts are decayed: what happened a half-life ago counts half. */
export interface NetworkRiskRow {
  readonly network: string;
  readonly kind: "operator" | "prefix";
  readonly holder: string;
  /** Expected share of automation, 0-1. */
  readonly risk: number;
  /** How many times the installation's own average. */
  readonly times: number;
  /** What it weighs as evidence, 0 to `networkNatsMax`. */
  readonly nats: number;
  readonly convicted: number;
  readonly people: number;
  readonly sessions: number;
  readonly learnedAt: Millis;
}

/** What is kept over a restart. */
export interface SavedNetworkRisk {
  readonly rows: readonly (readonly [
    network: NetworkNumber,
    convicted: number,
    people: number,
    sessions: number,
    at: Millis,
    holder: string,
  ])[];
}

interface Row {
  convicted: number;
  people: number;
  sessions: number;
  at: Millis;
  readonly holder: string;
}

const dayMs: Millis = 86_400_000;
/** Prior of an operator: one conviction in 300 sessions, as a Beta distribution worth that many sessions. */
const priorConvicted = 1;
const priorSessions = 300;
/** A prefix is taken for its operator's average until about so many of its own sessions were seen. */
const prefixPrior = 60;
/** One person shown to be one outweighs this many sessions of which nothing is known. */
const personSessions = 10;
/** Convictions before a network has any name at all: a handful of addresses makes no neighbourhood. */
const convictedLeast = 4;
/** A network is a weak prior: this is the most that its name may say. */
export const networkNatsMax = 1;
/** Voters remembered for a day, direct-mapped. */
const votersMax = 16_384;
const everywhere = 0;

/**
 * Learned risk of networks: which share of a network's sessions ended in a conviction, by operator and by prefix, shrunk to
 * what is usual (empirical Bayes: prefixes to their operator, operators to a Beta(1, 300) prior) and forgotten with a
 * half-life of 30 days. No list is needed. It only ever speaks against a network, at most `networkNatsMax`, and only
 * relative to this installation's own average: where everything is attacked, being attacked says nothing.
 *
 * Against feeding on itself: what is learned is what *behaviour alone* convicted (the owner's duty), a session is weighed
 * by what others did before it, and its own conviction is taken out when it is asked for again. Against blackening a
 * neighbour: an address is counted once a day, however many sessions it makes up. Offices and carriers: everybody
 * unconvicted there pushes the risk down, whoever has shown to be a person ten times as much. Evasion: a clean
 * network, which is why it weighs so little.
 */
export class NetworkRisk {
  readonly #rows = new Map<NetworkNumber, Row>();
  readonly #voters = new Uint32Array(votersMax);
  readonly #halfLifeMs: Millis;
  readonly #networksMax: number;

  constructor(halfLifeMs: Millis = 30 * dayMs, networksMax: number = engineLimits.networkRisksMax.default) {
    this.#halfLifeMs = halfLifeMs;
    this.#networksMax = networksMax;
    this.#rows.set(everywhere, blank("", 0));
  }

  /** Learns one finished session. `voter`: its address when convicted, else its identity; counted once a day. */
  learn(
    place: NetworkPlace,
    voter: number,
    { outcome, at }: { readonly outcome: NetworkOutcome; readonly at: Millis },
  ): void {
    if (this.#voted(voter, outcome, at)) return;
    this.#count(everywhere, "", { outcome, at });
    if (place.operator !== 0) this.#count(place.operator, place.holder, { outcome, at });
    if (place.prefix !== 0) this.#count(place.prefix, place.holder, { outcome, at });
  }

  /**
   * What a place's name says, from 0 to `networkNatsMax` nats, or undefined when it says nothing. `own` convictions are the
   * asking client's and do not count. Two look-ups and a logarithm.
   */
  standing({ operator, prefix }: NetworkPlace, own: 0 | 1 = 0): NetworkStanding | undefined {
    const all = this.#rows.get(everywhere) as Row;
    if (all.convicted < convictedLeast) return undefined;
    const mean = rateOf(all, { convicted: priorConvicted, sessions: priorSessions, own });
    const wide = operator === 0 ? undefined : this.#rows.get(operator);
    const near = prefix === 0 ? undefined : this.#rows.get(prefix);
    const wideRate =
      wide === undefined ? mean : rateOf(wide, { convicted: priorConvicted, sessions: priorSessions, own });
    const named = near !== undefined && near.convicted - own >= convictedLeast ? near : wide;
    if (named === undefined || named.convicted - own < convictedLeast) return undefined;
    const rate = near === undefined ? wideRate : this.#near(near, wideRate, own);
    const nats = Math.min(networkNatsMax, Math.log(rate / mean));
    if (nats <= 0) return undefined;
    const network = nameOfNetwork(named === near ? prefix : operator);
    return { network, nats, convicted: named.convicted - own, sessions: named.sessions - own, times: rate / mean };
  }

  /** The networks with a name of their own, the riskiest first. Decayed to `now`. */
  report(now: Millis): NetworkRiskRow[] {
    const all = this.#rows.get(everywhere) as Row;
    const mean = rateOf(all, { convicted: priorConvicted, sessions: priorSessions, own: 0 });
    const found: NetworkRiskRow[] = [];
    for (const [network, row] of this.#rows) {
      if (network === everywhere) continue;
      const kind = network < 2 ** 33 ? "operator" : "prefix";
      const fade = 2 ** (-Math.max(0, now - row.at) / this.#halfLifeMs);
      const risk =
        kind === "operator"
          ? rateOf(row, { convicted: priorConvicted, sessions: priorSessions, own: 0 })
          : this.#near(row, mean, 0);
      const nats = row.convicted < convictedLeast ? 0 : Math.max(0, Math.min(networkNatsMax, Math.log(risk / mean)));
      found.push({
        network: nameOfNetwork(network),
        kind,
        holder: row.holder,
        risk,
        times: risk / mean,
        nats,
        convicted: row.convicted * fade,
        people: row.people * fade,
        sessions: row.sessions * fade,
        learnedAt: row.at,
      });
    }
    return found.sort((one, other) => other.nats - one.nats || other.risk - one.risk);
  }

  save(): SavedNetworkRisk {
    const rows = [...this.#rows].map(
      ([network, { convicted, people, sessions, at, holder }]) =>
        [network, round(convicted), round(people), round(sessions), at, holder] as const,
    );
    return { rows };
  }

  restore({ rows }: SavedNetworkRisk): void {
    for (const [network, convicted, people, sessions, at, holder] of rows.slice(0, this.#networksMax))
      this.#rows.set(network, { convicted, people, sessions, at, holder });
  }

  #near(row: Row, operatorRate: number, own: 0 | 1): number {
    return rateOf(row, { convicted: prefixPrior * operatorRate, sessions: prefixPrior, own });
  }

  /** Has this voter spoken today? A table of tags: another voter in the same cell makes it forget, never count twice as much. */
  #voted(voter: number, outcome: NetworkOutcome, at: Millis): boolean {
    const salt = outcome === "convicted" ? 1 : outcome === "person" ? 2 : 3;
    const tag = mix32(voter ^ mix32(Math.floor(at / dayMs) * 4 + salt)) | 1;
    const cell = mix32(tag) % votersMax;
    if (this.#voters[cell] === tag >>> 0) return true;
    this.#voters[cell] = tag >>> 0;
    return false;
  }

  #count(
    network: NetworkNumber,
    holder: string,
    { outcome, at }: { readonly outcome: NetworkOutcome; readonly at: Millis },
  ): void {
    let row = this.#rows.get(network);
    if (row === undefined) {
      if (this.#rows.size >= this.#networksMax) this.#evict();
      row = blank(holder, at);
      this.#rows.set(network, row);
    }
    const fade = 2 ** (-Math.max(0, at - row.at) / this.#halfLifeMs);
    row.convicted *= fade;
    row.people *= fade;
    row.sessions *= fade;
    row.at = Math.max(row.at, at);
    row.sessions++;
    if (outcome === "convicted") row.convicted++;
    else if (outcome === "person") row.people++;
  }

  /** Of the next rows the one with the least to say; a flood of new prefixes so gives up its own. */
  #evict(): void {
    let victim: NetworkNumber | undefined;
    let least = Number.POSITIVE_INFINITY;
    let looked = 0;
    for (const [network, row] of this.#rows) {
      if (network === everywhere) continue;
      const worth = row.convicted * 100 + row.people * 10 + row.sessions;
      if (worth < least) [victim, least] = [network, worth];
      if (++looked >= 32) break;
    }
    if (victim !== undefined) this.#rows.delete(victim);
  }
}

function rateOf(
  row: Row,
  prior: { readonly convicted: number; readonly sessions: number; readonly own: 0 | 1 },
): number {
  const sessions = row.sessions + row.people * (personSessions - 1);
  return (
    (Math.max(0, row.convicted - prior.own) + prior.convicted) / (Math.max(0, sessions - prior.own) + prior.sessions)
  );
}

function blank(holder: string, at: Millis): Row {
  return { convicted: 0, people: 0, sessions: 0, at, holder };
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
