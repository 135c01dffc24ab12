import type { ClientColumns } from "#actors";
import type { Action, Hashed, Kind, Millis, Verdict } from "#core";
import type { ClientView } from "#engine";
import { actionFor, outcomes } from "./enforcement.ts";

export const kinds: readonly Kind[] = ["human", "verified-agent", "declared-bot", "automated", "unknown"];

/**
 * Every client of a run as columns: about 60 bytes each instead of an object's 500, so that a million fit beside
 * the engine. Indexes are the order in which the engine lists its clients, which does not change between listings.
 */
export class ClientTable implements ClientColumns {
  length = 0;
  /** IPv4 addresses as numbers; the few others as text. A million strings would weigh as much as all columns. */
  readonly #v4: Uint32Array;
  readonly #otherAddresses: Map<number, string> = new Map();
  readonly #agents: string[] = [];
  readonly #agentIndex = new Map<string, number>();
  readonly #applications: string[] = [];
  readonly #cohorts: Map<number, string> = new Map();
  readonly #agent: Uint32Array;
  readonly #application: Uint16Array;
  readonly #kind: Uint8Array;
  /** Place in `outcomes` of what the default policy would have done. */
  readonly #outcome: Uint8Array;
  readonly #requests: Uint32Array;
  readonly #sessions: Uint32Array;
  readonly #decidedRequest: Uint32Array;
  readonly #firstSeen: Float64Array;
  readonly #lastSeen: Float64Array;
  readonly #decidedTime: Float64Array;
  /** Total, behaviour and presentation of each client; the engine gives two decimals. */
  readonly #scores: Float32Array;
  /** Made when the first is seen: most logs show neither cookies nor accounts. */
  #identity: Float64Array | undefined;
  #account: Float64Array | undefined;
  readonly #capacity: number;

  /** @param capacity Clients there will be; the columns are made once, at that length. */
  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#v4 = new Uint32Array(capacity);
    this.#agent = new Uint32Array(capacity);
    this.#application = new Uint16Array(capacity);
    this.#kind = new Uint8Array(capacity);
    this.#outcome = new Uint8Array(capacity);
    this.#requests = new Uint32Array(capacity);
    this.#sessions = new Uint32Array(capacity);
    this.#decidedRequest = new Uint32Array(capacity);
    this.#firstSeen = new Float64Array(capacity);
    this.#lastSeen = new Float64Array(capacity);
    this.#decidedTime = new Float64Array(capacity);
    this.#scores = new Float32Array(capacity * 3);
  }

  add(view: ClientView, verdict: Verdict): void {
    const index = this.length++;
    const { ip, decidedAt: decided } = view;
    const v4 = packV4(ip);
    if (v4 < 0) this.#otherAddresses.set(index, ip);
    else this.#v4[index] = v4;
    this.#agent[index] = this.#agentOf(view.userAgent);
    this.#application[index] = this.#applicationOf(view.application);
    this.#kind[index] = kinds.indexOf(verdict.kind);
    this.#outcome[index] = Math.max(0, outcomes.indexOf(actionFor(verdict)));
    this.#requests[index] = view.requests;
    this.#sessions[index] = view.sessions;
    this.#decidedRequest[index] = decided?.request ?? 0;
    this.#decidedTime[index] = decided?.time ?? 0;
    this.#firstSeen[index] = view.firstSeen;
    this.#lastSeen[index] = view.lastSeen;
    this.#scores[index * 3] = verdict.score.total;
    this.#scores[index * 3 + 1] = verdict.score.behaviour;
    this.#scores[index * 3 + 2] = verdict.score.presentation;
    if (view.cookieIdentity !== 0) {
      this.#identity ??= new Float64Array(this.#capacity);
      this.#identity[index] = view.cookieIdentity;
    }
    if (view.account !== 0) {
      this.#account ??= new Float64Array(this.#capacity);
      this.#account[index] = view.account;
    }
    if (view.cohort !== "") this.#cohorts.set(index, view.cohort);
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
  /** What the default policy would have done with this client. */
  action(index: number): Action {
    return outcomes[this.#outcome[index] as number] ?? "allow";
  }
  requests(index: number): number {
    return this.#requests[index] as number;
  }
  firstSeen(index: number): Millis {
    return this.#firstSeen[index] as number;
  }
  lastSeen(index: number): Millis {
    return this.#lastSeen[index] as number;
  }
  decidedAt(index: number): { readonly request: number; readonly time: Millis } | null {
    const request = this.#decidedRequest[index] as number;
    return request === 0 ? null : { request, time: this.#decidedTime[index] as number };
  }
  cookieIdentity(index: number): Hashed {
    return this.#identity?.[index] ?? 0;
  }
  account(index: number): Hashed {
    return this.#account?.[index] ?? 0;
  }
  score(index: number): Verdict["score"] {
    return {
      total: this.#score(index, 0),
      behaviour: this.#score(index, 1),
      presentation: this.#score(index, 2),
    };
  }
  scoreTotal(index: number): number {
    return this.#scores[index * 3] as number;
  }
  sessions(index: number): number {
    return this.#sessions[index] as number;
  }
  cohort(index: number): string {
    return this.#cohorts.get(index) ?? "";
  }

  #score(index: number, part: number): number {
    return Math.round((this.#scores[index * 3 + part] as number) * 100) / 100;
  }
}

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
