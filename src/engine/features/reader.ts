import type { Exchange } from "#core";
import type { RefererHosts } from "../baselines/referer-hosts.ts";
import type { EndpointTable } from "../endpoints/endpoint-table.ts";
import type { AddressBook } from "../sessions/address.ts";
import type { AgentBook } from "../sessions/agent-book.ts";
import { hashText } from "../sessions/text-hash.ts";
import { codeOfMethod, type Facts, hostStart, refererKind } from "./facts.ts";

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

  applicationName(index: number): string {
    return this.#names[index] ?? "";
  }

  read(facts: Facts, exchange: Exchange): void {
    const { request } = exchange;
    facts.at = exchange.at;
    facts.application = this.#application(exchange.application);
    facts.agent = this.#agents.idOf(request.userAgent);
    this.#addresses.parse(exchange.client.ip, facts.words);
    facts.endpoint = this.#endpoints.match(request.path);
    facts.pathHash = this.#endpoints.pathHash;
    facts.urlHash = this.#endpoints.hashUrl(facts.pathHash, request.query, 0, request.query.length);
    facts.class = this.#endpoints.classOf(facts.endpoint);
    facts.method = codeOfMethod(request.method);
    this.#readReferer(facts, exchange);
  }

  #readReferer(facts: Facts, exchange: Exchange): void {
    const { referer, host } = exchange.request;
    facts.refererHash = 0;
    facts.refererHost = 0;
    if (referer === "" || !exchange.observes.referer) {
      facts.referer = exchange.observes.referer ? refererKind.none : refererKind.unobserved;
      return;
    }
    const start = hostStart(referer);
    if (start < 0) {
      facts.referer = refererKind.foreign;
      return;
    }
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
      return;
    }
    // The log does not say which host was asked: learn which hosts' pages are ours.
    facts.refererHost = hashText(referer, this.#seed, start, slash);
    facts.referer = this.#hosts.isOwn(facts.refererHost) ? refererKind.own : refererKind.foreign;
  }

  #application(name: string): number {
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
