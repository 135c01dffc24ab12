import type { Exchange } from "#core";
import type { RefererHosts } from "../baselines/referer-hosts.ts";
import type { EndpointTable } from "../endpoints/endpoint-table.ts";
import { type AddressBook, writeIPv4 } from "../sessions/address.ts";
import type { AgentBook } from "../sessions/agent-book.ts";
import { hashText } from "../sessions/text-hash.ts";
import { codeOfMethod, type Facts, hostStart, refererKind } from "./facts.ts";
import { MarkTable } from "./mark-table.ts";

/** Works out the facts of a request: who, which endpoint, which referer. Interns every text it keeps. */
export class Reader {
  readonly #applications = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #applicationsMax: number;
  readonly #agents: AgentBook;
  readonly #addresses: AddressBook;
  readonly #endpoints: EndpointTable;
  readonly #hosts: RefererHosts;
  readonly #seed: number;
  readonly #agentMarks = new MarkTable();
  readonly #pathMarks = new MarkTable();
  readonly #refererMarks = new MarkTable();
  #lastAgentText: string | undefined;
  #lastAgent = 0;
  #lastReferer = "";
  #lastRefererHost = "";
  #lastRefererHash = 0;
  #lastRefererKind: number = refererKind.none;
  #lastName = "";
  #lastApplication = -1;

  constructor(parts: {
    readonly applicationsMax: number;
    readonly agents: AgentBook;
    readonly addresses: AddressBook;
    readonly endpoints: EndpointTable;
    readonly hosts: RefererHosts;
    readonly seed: number;
  }) {
    this.#applicationsMax = parts.applicationsMax;
    this.#agents = parts.agents;
    this.#addresses = parts.addresses;
    this.#endpoints = parts.endpoints;
    this.#hosts = parts.hosts;
    this.#seed = parts.seed;
  }

  /** Applications named so far, by number. */
  applications(): readonly string[] {
    return this.#names;
  }

  applicationName(index: number): string {
    return this.#names[index] ?? "";
  }

  read(facts: Facts, exchange: Exchange): void {
    const { request, marks } = exchange;
    facts.at = exchange.at;
    facts.application = this.application(exchange.application);
    facts.agent = this.#agentOf(request.userAgent, marks?.userAgent ?? 0);
    this.#readAddress(facts, exchange);
    this.#readPath(facts, request.path, marks?.path ?? 0);
    facts.urlHash = this.#endpoints.hashUrl(facts.pathHash, request.query, 0, request.query.length);
    facts.class = this.#endpoints.classOf(facts.endpoint);
    facts.method = codeOfMethod(request.method);
    this.#readReferer(facts, exchange);
  }

  #agentOf(userAgent: string, mark: number): number {
    if (mark === 0) {
      // One client's requests come in runs, and a repeated text is mostly the same string.
      if (userAgent !== this.#lastAgentText) {
        this.#lastAgent = this.#agents.idOf(userAgent);
        this.#lastAgentText = userAgent;
      }
      return this.#lastAgent;
    }
    const known = this.#agentMarks.find(mark);
    if (known >= 0) return this.#agentMarks.first(known);
    const agent = this.#agents.idOf(userAgent);
    this.#agentMarks.set(mark, agent, 0);
    return agent;
  }

  #readAddress(facts: Facts, { client }: Exchange): void {
    const ipv4 = client.ipv4 ?? -1;
    if (ipv4 < 0) this.#addresses.parse(client.ip, facts.words);
    else writeIPv4(ipv4, facts.words);
  }

  #readPath(facts: Facts, path: string, mark: number): void {
    const known = mark === 0 ? -1 : this.#pathMarks.find(mark);
    if (known >= 0) {
      facts.pathHash = this.#pathMarks.first(known);
      facts.endpoint = this.#pathMarks.second(known);
      return;
    }
    facts.endpoint = this.#endpoints.match(path);
    facts.pathHash = this.#endpoints.pathHash;
    if (mark !== 0) this.#pathMarks.set(mark, facts.pathHash, facts.endpoint);
  }

  #readReferer(facts: Facts, exchange: Exchange): void {
    const { referer, host } = exchange.request;
    facts.refererHash = 0;
    facts.refererHost = 0;
    if (referer === "" || !exchange.observes.referer) {
      facts.referer = exchange.observes.referer ? refererKind.none : refererKind.unobserved;
      return;
    }
    if (host !== "" && this.#readLastReferer(facts, referer, host)) return;
    // Whether a referer is of the host that was asked is no property of its text.
    const mark = host === "" ? (exchange.marks?.referer ?? 0) : 0;
    const known = mark === 0 ? -1 : this.#refererMarks.find(mark);
    if (known >= 0) {
      facts.refererHash = this.#refererMarks.first(known);
      facts.refererHost = this.#refererMarks.second(known);
    } else if (this.#parseReferer(facts, referer, host)) return;
    else if (mark !== 0) this.#refererMarks.set(mark, facts.refererHash, facts.refererHost);
    const own = facts.refererHost !== 0 && this.#hosts.isOwn(facts.refererHost);
    facts.referer = own ? refererKind.own : refererKind.foreign;
  }

  /** The parts of a page name one referer and come in a run, so the referer read last is the likeliest. */
  #readLastReferer(facts: Facts, referer: string, host: string): boolean {
    if (referer !== this.#lastReferer || host !== this.#lastRefererHost) {
      if (!this.#parseReferer(facts, referer, host)) return false;
      this.#lastReferer = referer;
      this.#lastRefererHost = host;
      this.#lastRefererHash = facts.refererHash;
      this.#lastRefererKind = facts.referer;
      return true;
    }
    facts.refererHash = this.#lastRefererHash;
    facts.referer = this.#lastRefererKind;
    return true;
  }

  /** Hashes the referer's page and, where the request's host is unknown, its host. True when the kind is settled too. */
  #parseReferer(facts: Facts, referer: string, host: string): boolean {
    const start = hostStart(referer);
    if (start < 0) return false;
    let slash = start;
    while (slash < referer.length && referer.charCodeAt(slash) !== 47) slash++;
    let cut = slash;
    while (cut < referer.length && referer.charCodeAt(cut) !== 63 && referer.charCodeAt(cut) !== 35) cut++;
    const endpoints = this.#endpoints;
    const path = slash === cut ? endpoints.hashPath("/", 0, 1) : endpoints.hashPath(referer, slash, cut);
    const query = referer.charCodeAt(cut) === 63;
    facts.refererHash = query ? endpoints.hashUrl(path, referer, cut + 1, referer.length) : path;
    if (host !== "") {
      const own = slash - start === host.length && referer.startsWith(host, start);
      facts.referer = own ? refererKind.own : refererKind.foreign;
      return true;
    }
    // The log does not say which host was asked: learn which hosts' pages are ours.
    facts.refererHost = hashText(referer, this.#seed, start, slash);
    return false;
  }

  /** Number of an application, given out when it is first named. */
  application(name: string): number {
    if (name === this.#lastName && this.#lastApplication >= 0) return this.#lastApplication;
    let index = this.#applications.get(name);
    if (index === undefined) {
      // Applications come from configuration; more than the cap share the last number rather than fail.
      index = Math.min(this.#names.length, this.#applicationsMax - 1);
      this.#names[index] ??= name;
      this.#applications.set(name, index);
    }
    this.#lastName = name;
    this.#lastApplication = index;
    return index;
  }
}
