import type { Exchange } from "#core";
import { presentationKey } from "./presentation-key.ts";

/** One program behind many addresses. */
export interface Swarm {
  /** What its requests present themselves as; see `SeenRequest.look`. */
  readonly look: string;
  readonly userAgent: string;
  readonly requests: number;
  readonly addresses: readonly string[];
  readonly networks: number;
  /** Nats by cause, each capped; their sum passed `natsMin`. */
  readonly evidence: Readonly<Record<"robots" | "parts" | "echoes" | "churn", number>>;
  readonly nats: number;
}

/** One request, as far as swarms look at it. */
export interface SeenRequest {
  /** What it presents itself as: user agent and headers. */
  readonly look: string;
  readonly userAgent: string;
  readonly path: string;
  readonly query: string;
  readonly address: string;
  /** The /24 or /48 of the address. */
  readonly network: string;
  /** It brought neither a cookie nor a referer. */
  readonly cold: boolean;
}

export interface SwarmLimits {
  readonly presentationsMax: number;
  readonly addressesMax: number;
  readonly pathsMax: number;
}

interface Tally {
  readonly look: string;
  readonly userAgent: string;
  requests: number;
  pages: number;
  parts: number;
  robots: number;
  cold: number;
  readonly addresses: Map<string, number>;
  readonly networks: Set<string>;
}

interface PathTally {
  presentation: string;
  shared: boolean;
  readonly addresses: Set<string>;
}

const requestsMin = 20;
const addressesMin = 15;
const natsMin = 7;
/** Shares among people, and the caps that follow from them: ln(1/share), as everywhere in the engine. */
const peopleReadRobots = 0.002;
const programsReadRobots = 0.05;
const natsRobotsMax = 5;
const natsPartsMax = 4;
const natsEchoesMax = 4;
const natsChurnMax = 2;
const echoAddressesMin = 3;
const partPattern = /\.(?:css|js|mjs|png|jpe?g|gif|svg|webp|avif|ico|woff2?|ttf|map)$/i;

/**
 * Links one program that hides behind a common browser's headers and many addresses.
 *
 * Grouped by presentation, a popular browser's visitors also come from many addresses; what they do not do is, together: ask for
 * robots.txt, load pages for hours and never a part of one while others do, arrive cold every time and never come back from
 * the same address, and fetch the same deep address from several places when nobody else knows it (a work list handed round).
 * Each cause is capped by how common it is among people, so no single one links anybody.
 *
 * Fed in the slow lane, for one window (a day); memory is bounded, and presentations beyond the limit are not linked. Evasion: one
 * presentation per address, loading parts, keeping to one address for a visit: then nothing is left to hide.
 */
export class AgentSwarms {
  readonly #limits: SwarmLimits;
  readonly #tallies = new Map<string, Tally>();
  readonly #paths = new Map<string, PathTally>();
  #requests = 0;
  #parts = 0;

  constructor(limits: SwarmLimits = { presentationsMax: 4_096, addressesMax: 4_096, pathsMax: 65_536 }) {
    this.#limits = limits;
  }

  note({ request, client }: Exchange): void {
    const { userAgent, path, query } = request;
    this.noteSeen({
      look: presentationKey(request),
      userAgent,
      path,
      query,
      address: client.ip,
      network: networkOf(client.ip),
      cold: request.cookies.length === 0 && request.referer === "",
    });
  }

  /** One request as records keep it: addresses may be hashes, as long as they tell one from another. */
  noteSeen({ look, userAgent, path, query, address, network, cold }: SeenRequest): void {
    const tally = this.#tally(look, userAgent);
    const isPart = partPattern.test(path);
    this.#requests++;
    if (isPart) this.#parts++;
    if (tally === undefined) return;
    tally.requests++;
    if (isPart) tally.parts++;
    else if (path === "/robots.txt") tally.robots++;
    else tally.pages++;
    if (cold) tally.cold++;
    const seen = tally.addresses.get(address);
    if (seen !== undefined || tally.addresses.size < this.#limits.addressesMax)
      tally.addresses.set(address, (seen ?? 0) + 1);
    if (tally.networks.size < this.#limits.addressesMax) tally.networks.add(network);
    if (query !== "" || path.lastIndexOf("/") > 0) this.#notePath(`${path}?${query}`, look, address);
  }

  /** Every program linked so far, the largest first. */
  swarms(): readonly Swarm[] {
    const echoes = new Map<string, number>();
    for (const path of this.#paths.values()) {
      if (path.shared || path.addresses.size < echoAddressesMin) continue;
      echoes.set(path.presentation, (echoes.get(path.presentation) ?? 0) + 1);
    }
    const found: Swarm[] = [];
    for (const [key, tally] of this.#tallies) {
      const swarm = this.#judge(tally, echoes.get(key) ?? 0);
      if (swarm !== undefined) found.push(swarm);
    }
    return found.sort((one, other) => other.requests - one.requests);
  }

  #judge(tally: Tally, echoes: number): Swarm | undefined {
    const { requests, addresses, networks } = tally;
    if (requests < requestsMin || addresses.size < addressesMin) return undefined;
    if (addresses.size < 0.6 * requests || networks.size < 0.5 * addresses.size) return undefined;
    const evidence = {
      robots: bernoulli({
        hits: tally.robots,
        of: requests,
        people: peopleReadRobots,
        programs: programsReadRobots,
        max: natsRobotsMax,
      }),
      parts: this.#partsNats(tally),
      echoes: Math.min(natsEchoesMax, echoes * Math.log(0.5 / 0.15)),
      churn: tally.cold >= 0.95 * requests ? Math.min(natsChurnMax, (addresses.size / requests) * natsChurnMax) : 0,
    };
    const nats = evidence.robots + evidence.parts + evidence.echoes + evidence.churn;
    if (nats < natsMin) return undefined;
    return {
      look: tally.look,
      userAgent: tally.userAgent,
      requests,
      addresses: [...addresses.keys()],
      networks: networks.size,
      evidence,
      nats,
    };
  }

  /** Pages without a single part, where the site's other visitors load parts: by how surprising that is. */
  #partsNats({ parts, pages, requests }: Tally): number {
    if (parts > 0) return 0;
    const others = this.#requests - requests;
    const share = others < requestsMin ? 0 : (this.#parts / others) * 0.5;
    return Math.min(natsPartsMax, -pages * Math.log(1 - Math.min(0.5, share)));
  }

  #tally(key: string, userAgent: string): Tally | undefined {
    const known = this.#tallies.get(key);
    if (known !== undefined) return known;
    if (this.#tallies.size >= this.#limits.presentationsMax) return undefined;
    const tally: Tally = {
      look: key,
      userAgent,
      requests: 0,
      pages: 0,
      parts: 0,
      robots: 0,
      cold: 0,
      addresses: new Map(),
      networks: new Set(),
    };
    this.#tallies.set(key, tally);
    return tally;
  }

  #notePath(path: string, presentation: string, ip: string): void {
    let tally = this.#paths.get(path);
    if (tally === undefined) {
      if (this.#paths.size >= this.#limits.pathsMax || path.length > 2_048) return;
      tally = { presentation, shared: false, addresses: new Set() };
      this.#paths.set(path, tally);
    }
    if (tally.presentation !== presentation) tally.shared = true;
    else if (tally.addresses.size < echoAddressesMin) tally.addresses.add(ip);
  }
}

/** Log-likelihood ratio of `hits` of `of` between two rates, kept between 0 and `max`. */
function bernoulli(at: {
  readonly hits: number;
  readonly of: number;
  readonly people: number;
  readonly programs: number;
  readonly max: number;
}): number {
  const { hits, of, people, programs, max } = at;
  const nats = hits * Math.log(programs / people) + (of - hits) * Math.log((1 - programs) / (1 - people));
  return Math.max(0, Math.min(max, nats));
}

/** The /24 or /48 an address is in, as text. */
function networkOf(ip: string): string {
  const separator = ip.includes(":") ? ":" : ".";
  return ip.split(separator, 3).join(separator);
}
