import type { ClientColumns } from "#actors";
import type { Hashed, Kind, Millis, Verdict } from "#core";
import type { ClientView } from "#engine";

export const kinds: readonly Kind[] = ["human", "verified-agent", "declared-bot", "automated", "unknown"];

/**
 * Every client of a run as columns: about 90 bytes each instead of an object's 500, so that a million fit beside
 * the engine. Indexes are the order in which the engine lists its clients, which does not change between listings.
 */
export class ClientTable implements ClientColumns {
  length = 0;
  /** IPv4 addresses as numbers; the few others as text. A million strings would weigh as much as all columns. */
  #v4 = new Uint32Array(1024);
  readonly #otherAddresses: Map<number, string> = new Map();
  readonly #agents: string[] = [];
  readonly #agentIndex = new Map<string, number>();
  readonly #applications: string[] = [];
  readonly #cohorts: Map<number, string> = new Map();
  #agent = new Int32Array(1024);
  #application = new Uint16Array(1024);
  #kind = new Uint8Array(1024);
  #requests = new Uint32Array(1024);
  #decidedRequest = new Uint32Array(1024);
  /** Nine numbers each: first and last seen, decided at, identity, account, three scores, sessions. */
  #numbers = new Float64Array(1024 * numbersEach);

  add(view: ClientView, verdict: Verdict): number {
    const index = this.length++;
    if (index >= this.#kind.length) this.#grow();
    const { ip } = view;
    const v4 = packV4(ip);
    if (v4 < 0) this.#otherAddresses.set(index, ip);
    else this.#v4[index] = v4;
    this.#agent[index] = this.#agentOf(view.userAgent);
    this.#application[index] = this.#applicationOf(view.application);
    this.#kind[index] = kinds.indexOf(verdict.kind);
    this.#requests[index] = view.requests;
    const decided = view.decidedAt;
    this.#decidedRequest[index] = decided?.request ?? 0;
    const { score } = verdict;
    const at = index * numbersEach;
    const numbers = this.#numbers;
    numbers[at] = view.firstSeen;
    numbers[at + 1] = view.lastSeen;
    numbers[at + 2] = decided?.time ?? 0;
    numbers[at + 3] = view.cookieIdentity;
    numbers[at + 4] = view.account;
    numbers[at + 5] = score.total;
    numbers[at + 6] = score.behaviour;
    numbers[at + 7] = score.presentation;
    numbers[at + 8] = view.sessions;
    if (view.cohort !== "") this.#cohorts.set(index, view.cohort);
    return index;
  }

  #grow(): void {
    const size = this.#kind.length * 2;
    const v4 = new Uint32Array(size);
    v4.set(this.#v4);
    this.#v4 = v4;
    const agent = new Int32Array(size);
    agent.set(this.#agent);
    this.#agent = agent;
    const application = new Uint16Array(size);
    application.set(this.#application);
    this.#application = application;
    const kind = new Uint8Array(size);
    kind.set(this.#kind);
    this.#kind = kind;
    const requests = new Uint32Array(size);
    requests.set(this.#requests);
    this.#requests = requests;
    const decided = new Uint32Array(size);
    decided.set(this.#decidedRequest);
    this.#decidedRequest = decided;
    const numbers = new Float64Array(size * numbersEach);
    numbers.set(this.#numbers);
    this.#numbers = numbers;
  }

  #agentOf(text: string): number {
    const known = this.#agentIndex.get(text);
    if (known !== undefined) return known;
    this.#agentIndex.set(text, this.#agents.length);
    return this.#agents.push(text) - 1;
  }

  #applicationOf(name: string): number {
    const known = this.#applications.indexOf(name);
    return known >= 0 ? known : this.#applications.push(name) - 1;
  }

  application(index: number): string {
    return this.#applications[this.#application[index] as number] ?? "";
  }
  ip(index: number): string {
    const other = this.#otherAddresses.get(index);
    if (other !== undefined) return other;
    const v4 = this.#v4[index] as number;
    return `${v4 >>> 24}.${(v4 >>> 16) & 255}.${(v4 >>> 8) & 255}.${v4 & 255}`;
  }
  userAgent(index: number): string {
    return this.#agents[this.#agent[index] as number] ?? "";
  }
  kind(index: number): Kind {
    return kinds[this.#kind[index] as number] ?? "unknown";
  }
  requests(index: number): number {
    return this.#requests[index] as number;
  }
  firstSeen(index: number): Millis {
    return this.#number(index, 0);
  }
  lastSeen(index: number): Millis {
    return this.#number(index, 1);
  }
  decidedAt(index: number): { readonly request: number; readonly time: Millis } | null {
    const request = this.#decidedRequest[index] as number;
    return request === 0 ? null : { request, time: this.#number(index, 2) };
  }
  cookieIdentity(index: number): Hashed {
    return this.#number(index, 3);
  }
  account(index: number): Hashed {
    return this.#number(index, 4);
  }
  score(index: number): Verdict["score"] {
    return {
      total: this.#number(index, 5),
      behaviour: this.#number(index, 6),
      presentation: this.#number(index, 7),
    };
  }
  scoreTotal(index: number): number {
    return this.#number(index, 5);
  }
  sessions(index: number): number {
    return this.#number(index, 8);
  }
  cohort(index: number): string {
    return this.#cohorts.get(index) ?? "";
  }

  #number(index: number, place: number): number {
    return this.#numbers[index * numbersEach + place] as number;
  }
}

const numbersEach = 9;

/** A canonical IPv4 address as a number, or -1 for any other text. */
function packV4(ip: string): number {
  let packed = 0;
  let octet = 0;
  let dots = 0;
  for (let i = 0; i < ip.length; i++) {
    const code = ip.charCodeAt(i);
    if (code === 0x2e) {
      packed = packed * 256 + octet;
      octet = 0;
      dots++;
    } else if (code >= 0x30 && code <= 0x39) octet = octet * 10 + code - 0x30;
    else return -1;
  }
  return dots === 3 ? packed * 256 + octet : -1;
}
