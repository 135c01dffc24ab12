import type { Exchange, Intel, Millis, Network, Signal } from "#core";
import { row64, rowBytes, rowFlag } from "../clients/client-table.ts";
import type { FeatureState } from "../features/state.ts";
import {
  addressHash,
  type NetworkPlace,
  NetworkRisk,
  type NetworkRiskRow,
  type NetworkStanding,
  prefixOf,
  ResidentialPools,
  type SavedNetworkRisk,
  SharedAddresses,
  SuspectAddresses,
} from "../geography/index.ts";
import { foreignLanguageBit, networkCode } from "../networks.ts";
import { LanguageLaw, languageAsked } from "../presentation/language-law.ts";
import type { AddressBook } from "../sessions/address.ts";
import type { AgentBook } from "../sessions/agent-book.ts";
import { foldHashed } from "../sessions/text-hash.ts";
import { type CategoryCount, CategoryCounts, categoriesBits } from "./category-counts.ts";
import { suspectIntel } from "./suspect-intel.ts";

/** What the network part needs of the guard. */
export interface NetworkSources {
  readonly state: Pick<FeatureState, "clients" | "sessions">;
  readonly agents: Pick<AgentBook, "entry">;
  readonly addresses: AddressBook;
  readonly intel: Intel;
  /** Log-odds by behaviour alone, presentation and therefore networks left out. */
  behaviourLogOdds(row: number, signals: readonly Signal[]): number;
  /** The live session was seen on more networks than a device has. */
  wanders(slot: number): boolean;
  readonly limits: Readonly<Record<"networkRisksMax" | "sharedAddressesMax" | "suspectAddressesMax", number>>;
}

/** What was learned of the networks sessions come from. */
export interface NetworksView {
  readonly networks: readonly NetworkRiskRow[];
  readonly categories: readonly CategoryCount[];
  /** Addresses suspected at the time to be exits of a residential proxy. */
  readonly suspects: number;
}

/** One address as the engine sees it now. */
export interface AddressView {
  readonly network: Network;
  /** People seen behind it within a day; at least 1. */
  readonly people: number;
  /** What its network's name weighs; undefined: nothing, as behind every shared address. */
  readonly risk: NetworkStanding | undefined;
}

const none: readonly Signal[] = [];
/** Ten to one by behaviour alone: what a network's name is learned from must not need the name. */
const taughtLogOdds = Math.log(10);
const natsScale = 128;
const sharedCategories = categoriesBits(["mobile-gateway", "corporate-nat"]);
/** Where a rented home cannot be: these are no access networks of single people. */
const noHome = categoriesBits(["hosting", "vpn", "proxy", "tor", "mobile-gateway", "corporate-nat"]);

/**
 * Where sessions come from: their network's category and language, what convictions have taught of it, how many people stand
 * behind an address, and which addresses look like exits of rented pools. Everything is looked up when a session begins and
 * learned when it ends; a request in between costs nothing. Six bytes per session.
 */
export class NetworkPart {
  readonly bytesPerSession: number = 6;
  /** The world, with the addresses that are suspected here. */
  readonly intel: Intel;
  readonly risk: NetworkRisk;
  readonly #sources: NetworkSources;
  readonly #shared: SharedAddresses;
  readonly #suspects: SuspectAddresses;
  readonly #pools: ResidentialPools = new ResidentialPools();
  readonly #languages: LanguageLaw = new LanguageLaw();
  readonly #asn: Uint32Array;
  readonly #categories: Uint8Array;
  readonly #nats: Uint8Array;
  readonly #counts: CategoryCounts = new CategoryCounts();
  /** Names of operators by AS number. */
  readonly #holders = new Map<number, string>();
  readonly #words: Uint32Array = new Uint32Array(4);
  #latest: Millis = 0;

  constructor(sources: NetworkSources) {
    const { networkRisksMax, sharedAddressesMax, suspectAddressesMax } = sources.limits;
    this.#sources = sources;
    this.risk = new NetworkRisk(undefined, networkRisksMax);
    this.#shared = new SharedAddresses(sharedAddressesMax);
    this.#suspects = new SuspectAddresses(suspectAddressesMax);
    this.intel = suspectIntel(sources.intel, (ip) => this.#isSuspect(ip));
    this.#asn = new Uint32Array(sources.state.sessions.slotsMax);
    this.#categories = new Uint8Array(sources.state.sessions.slotsMax);
    this.#nats = new Uint8Array(sources.state.sessions.slotsMax);
  }

  /** A session begins: its network, whether its browser speaks the country's language, and the network's name. */
  open(slot: number, exchange: Exchange): void {
    const { request, client, observes } = exchange;
    const { sessions } = this.#sources.state;
    this.#latest = Math.max(this.#latest, exchange.at);
    const network = this.intel.network(client.ip);
    const code = networkCode(this.intel, client.ip);
    this.#asn[slot] = network.asn;
    this.#categories[slot] = categoriesBits(network.categories);
    const row = sessions.rowOf(slot);
    if (network.organisation !== "" && this.#holders.size < this.#sources.limits.networkRisksMax)
      this.#holders.set(network.asn, network.organisation);
    const standing = this.#standing(row, this.#place(row, network.asn), slot);
    this.#nats[slot] = Math.round((standing?.nats ?? 0) * natsScale);
    // Programs that say what they are speak for nobody, and only complete headers show that a language is missing.
    const whole = observes.headers === "all" && request.userAgent.startsWith("Mozilla/5.0 (");
    const foreign = whole && this.#languages.learn(network.country, languageAsked(request.headers));
    sessions.setNetwork(slot, foreign ? code | foreignLanguageBit : code);
  }

  /** What the network of a live session is known for, as presentation. */
  signals(slot: number): readonly Signal[] {
    const nats = (this.#nats[slot] as number) / natsScale;
    if (nats === 0) return none;
    const row = this.#sources.state.sessions.rowOf(slot);
    const standing = this.risk.standing(this.#place(row, this.#asn[slot] as number));
    return standing === undefined ? none : [signalOf(standing, nats)];
  }

  /** The same for a client without a live session, its own conviction left out. */
  signalsOfRow(row: number, ip: string): readonly Signal[] {
    const { clients } = this.#sources.state;
    const { asn, categories } = this.intel.network(ip);
    if ((categoriesBits(categories) & sharedCategories) !== 0) return none;
    if (this.#shared.shared(this.#address(row))) return none;
    const own = clients.flag(row, rowFlag.convicted) ? 1 : 0;
    const standing = this.risk.standing(this.#place(row, asn), own);
    return standing === undefined ? none : [signalOf(standing, standing.nats)];
  }

  /** Several people were seen behind the session's address within a day. */
  isShared(slot: number): boolean {
    return (
      ((this.#categories[slot] as number) & sharedCategories) !== 0 ||
      this.#shared.shared(this.#address(this.#sources.state.sessions.rowOf(slot)))
    );
  }

  /** What is known of one address: by lists and databases, by convictions, and how many people stand behind it today. */
  describe(ip: string): AddressView {
    const network = this.intel.network(ip);
    this.#sources.addresses.parse(ip, this.#words);
    const prefix = prefixOf(this.#words, 0);
    const standing = this.risk.standing({ operator: network.asn, prefix, holder: "" });
    const people = this.#shared.people(addressHash(this.#words, 0));
    const shared = (categoriesBits(network.categories) & sharedCategories) !== 0 || people >= 2.5;
    return { network, people: Math.round(people), risk: shared ? undefined : standing };
  }

  /** A session ends: learn what it was. `signals` are its behaviour's. */
  close(slot: number, signals: readonly Signal[], at: Millis): void {
    const { agents, behaviourLogOdds } = this.#sources;
    const { clients, sessions } = this.#sources.state;
    this.#latest = Math.max(this.#latest, at);
    const row = sessions.rowOf(slot);
    // Crawlers say what they are and are no convictions.
    if (agents.entry(clients.agentOf(row)).declared !== "" || clients.flag(row, rowFlag.verified)) return;
    const accused = clients.flag(row, rowFlag.convicted);
    const convicted = accused && behaviourLogOdds(row, signals) >= taughtLogOdds;
    // Convicted, but not by behaviour alone: neither way would be honest.
    if (accused && !convicted) return;
    const person = clients.flag(row, rowFlag.anchored) ? this.#person(slot, row) : 0;
    const outcome = convicted ? "convicted" : person !== 0 ? "person" : "other";
    const address = this.#address(row);
    if (person !== 0 && !convicted) this.#shared.see(address, person, { behaviour: 0, at });
    this.#counts.count(this.#categories[slot] as number, outcome);
    const place = this.#place(row, this.#asn[slot] as number);
    const voter = convicted ? address : person !== 0 ? person : clients.hashOf(row);
    this.risk.learn(place, voter, { outcome, at });
    this.#learnPool(slot, signals, { place, address, at, convicted });
  }

  view(): NetworksView {
    return {
      networks: this.risk.report(this.#latest),
      categories: this.#counts.view(),
      suspects: this.#suspects.count(this.#latest),
    };
  }

  save(): SavedNetworkRisk {
    return this.risk.save();
  }

  restore(saved: SavedNetworkRisk | undefined): void {
    if (saved !== undefined) this.risk.restore(saved);
  }

  #learnPool(
    slot: number,
    signals: readonly Signal[],
    seen: {
      readonly place: NetworkPlace;
      readonly address: number;
      readonly at: Millis;
      readonly convicted: boolean;
    },
  ): void {
    const { clients, sessions } = this.#sources.state;
    const { place, address, at, convicted } = seen;
    const returned = clients.sessionsOf(sessions.rowOf(slot)) > 1 ? "yes" : "no";
    const home = ((this.#categories[slot] as number) & noHome) === 0;
    // Where it is at the end is one of the exits it went through.
    const shared = this.#shared.shared(address);
    if (home && !shared && this.#sources.wanders(slot)) this.#suspects.mark(address, at);
    if (!convicted) {
      this.#pools.learnPerson(returned);
      return;
    }
    const cohort = signals.find(({ detector }) => detector === "convicted-cohort")?.evidence.cohort;
    if (typeof cohort !== "string" || !home) return;
    const finding = this.#pools.see(cohort, { address, prefix: place.prefix, operator: place.operator, returned });
    if (finding.residentialProxy && !shared) this.#suspects.mark(address, at);
  }

  #standing(row: number, place: NetworkPlace, slot: number): NetworkStanding | undefined {
    if (((this.#categories[slot] as number) & sharedCategories) !== 0) return undefined;
    const standing = this.risk.standing(place);
    return standing === undefined || this.#shared.shared(this.#address(row)) ? undefined : standing;
  }

  #place(row: number, asn: number): NetworkPlace {
    const { clients } = this.#sources.state;
    const prefix = prefixOf(clients.u32, clients.addressAt(row));
    return { operator: asn, prefix, holder: this.#holders.get(asn) ?? "" };
  }

  #isSuspect(ip: string): boolean {
    if (this.#suspects.marked === 0) return false;
    this.#sources.addresses.parse(ip, this.#words);
    const address = addressHash(this.#words, 0);
    return this.#suspects.suspected(address, this.#latest) && !this.#shared.shared(address);
  }

  #address(row: number): number {
    const { clients } = this.#sources.state;
    return addressHash(clients.u32, clients.addressAt(row));
  }

  /** One number for a person: their account, else their cookie. */
  #person(slot: number, row: number): number {
    const { clients, sessions } = this.#sources.state;
    const account = clients.f64[row * (rowBytes / 8) + row64.account] as number;
    return foldHashed(account === 0 ? sessions.identityOf(slot) : account);
  }
}

function signalOf({ network, convicted, sessions, times }: NetworkStanding, nats: number): Signal {
  const evidence = { network, convicted: Math.round(convicted), sessions: Math.round(sessions), times: round(times) };
  return { detector: "network-risk", axis: "presentation", group: "presentation", nats: round(nats), evidence };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
