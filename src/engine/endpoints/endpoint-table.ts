import { hashText, mix32 } from "../sessions/text-hash.ts";
import { classOfContent, type EndpointClass, endpointClass, endpointClasses, isSpokenAsApi } from "./endpoint-class.ts";
import { TemplateTree } from "./template-tree.ts";

export interface EndpointLimits {
  readonly endpointsMax: number;
  readonly endpointChildrenMax: number;
  readonly pathSegmentsMax: number;
  readonly pathCacheMax: number;
  readonly pathCharsMax: number;
}

/** One endpoint as reports show it. */
export interface EndpointView {
  readonly id: number;
  readonly template: string;
  readonly class: EndpointClass;
  readonly requests: number;
}

/** What is kept of an endpoint: its template, class, requests, and how often browsers load parts after it. */
export type SavedEndpoint = readonly [
  template: string,
  purpose: string,
  requests: number,
  closureChances: number,
  closureKept: number,
];

/** What is kept of all endpoints. */
export interface SavedEndpoints {
  readonly endpoints: readonly SavedEndpoint[];
  readonly collapsed: readonly string[];
}

/** Requests an endpoint needs before what was observed may overrule what its path says. */
const roleMin = 20;

/**
 * All endpoints of a process and what was learned about each. The way from a path to its template is remembered in a
 * direct-mapped table by the path's hash, so that a known path costs one lookup and no string is kept.
 */
export class EndpointTable {
  readonly #tree: TemplateTree;
  readonly #cacheTag: Uint32Array;
  readonly #cacheEndpoint: Uint16Array;
  readonly #cacheMask: number;
  readonly #pathCharsMax: number;
  readonly #seed: number;
  readonly #class: Uint8Array;
  readonly #api: Uint8Array;
  /** Requests; requests that named a page of this client as referer within its load; times named as a referer. */
  readonly #requests: Uint32Array;
  readonly #followed: Uint32Array;
  readonly #named: Uint32Array;
  /** Pages among browsers that fetch sub-resources: chances and kept. */
  readonly #closureChances: Float32Array;
  readonly #closureKept: Float32Array;
  /** Hash of the path looked up last, whether cached or not. */
  pathHash = 0;
  #lastText = "";
  #lastHash = 0;

  constructor(limits: EndpointLimits, seed: number) {
    this.#tree = new TemplateTree({
      endpointsMax: limits.endpointsMax,
      childrenMax: limits.endpointChildrenMax,
      segmentsMax: limits.pathSegmentsMax,
    });
    this.#seed = seed;
    this.#pathCharsMax = limits.pathCharsMax;
    let cells = 16;
    while (cells < limits.pathCacheMax) cells *= 2;
    this.#cacheTag = new Uint32Array(cells);
    this.#cacheEndpoint = new Uint16Array(cells);
    this.#cacheMask = cells - 1;
    this.#class = new Uint8Array(limits.endpointsMax);
    this.#api = new Uint8Array(limits.endpointsMax);
    this.#requests = new Uint32Array(limits.endpointsMax);
    this.#followed = new Uint32Array(limits.endpointsMax);
    this.#named = new Uint32Array(limits.endpointsMax);
    this.#closureChances = new Float32Array(limits.endpointsMax);
    this.#closureKept = new Float32Array(limits.endpointsMax);
  }

  get size(): number {
    return this.#tree.templates.length;
  }

  /** The endpoint of a path; leaves the path's hash in `pathHash`. */
  match(path: string): number {
    const hash = this.hashPath(path, 0, path.length);
    this.pathHash = hash;
    const cell = hash & this.#cacheMask;
    if (this.#cacheTag[cell] === hash) return this.#cacheEndpoint[cell] as number;
    const cut = path.length > this.#pathCharsMax ? path.slice(0, this.#pathCharsMax) : path;
    const known = this.#tree.templates.length;
    const endpoint = this.#tree.match(cut);
    if (this.#tree.templates.length > known) {
      this.#class[endpoint] = endpointClass[this.#guess(endpoint)];
      this.#api[endpoint] = isSpokenAsApi(this.template(endpoint)) ? 1 : 0;
    }
    this.#cacheTag[cell] = hash;
    this.#cacheEndpoint[cell] = endpoint;
    return endpoint;
  }

  /** Hash of a stretch of text that is a path; the same for a request's path and for a referer that names it. */
  hashPath(text: string, from: number, to: number): number {
    const end = to - from > this.#pathCharsMax ? from + this.#pathCharsMax : to;
    const hash = hashText(text, this.#seed, from, end);
    return hash === 0 ? 1 : hash;
  }

  /** As `hashPath` of the whole text, for texts that mostly are the one asked for before: a client's requests come in runs. */
  hashAgain(text: string): number {
    if (text !== this.#lastText) {
      this.#lastText = text;
      this.#lastHash = this.hashPath(text, 0, text.length);
    }
    return this.#lastHash;
  }

  /** Hash of path and query together; the path's own when there is no query. */
  hashUrl(path: number, text: string, from: number, to: number): number {
    return to <= from ? path : mix32(path ^ this.hashPath(text, from, to)) || 1;
  }

  classOf(endpoint: number): number {
    return this.#class[endpoint] as number;
  }

  /** Whether programs speak to it rather than pages' forms, by its path's words or by the JSON it has answered. */
  isApi(endpoint: number): boolean {
    return this.#api[endpoint] !== 0;
  }

  template(endpoint: number): string {
    return this.#tree.templates[endpoint]?.text ?? "/{any}";
  }

  /** One request of the endpoint; `followed`: it named a page this client had just loaded. */
  learnRequest(endpoint: number, followed: boolean): void {
    const requests = (this.#requests[endpoint] as number) + 1;
    this.#requests[endpoint] = requests;
    if (followed) this.#followed[endpoint] = (this.#followed[endpoint] as number) + 1;
    if ((requests & 31) === 0) this.#relearnRole(endpoint);
  }

  /** A request named a path of this endpoint as its referer: pages are named, sub-resources are not (but style sheets). */
  learnNamed(endpoint: number): void {
    this.#named[endpoint] = (this.#named[endpoint] as number) + 1;
  }

  /** What an answer's media type says overrules guesses by the path's words, except the purpose of a page. */
  learnContent(endpoint: number, contentType: string): void {
    const said = classOfContent(contentType);
    if (said === "unknown") return;
    if (said === "api") this.#api[endpoint] = 1;
    const known = endpointClasses[this.#class[endpoint] as number];
    if (known === "unknown" || known === "page" || known === "asset" || (known === "api" && said !== "asset"))
      this.#class[endpoint] = endpointClass[said];
  }

  /** Whether a browser that fetches sub-resources fetched some after a page of this endpoint. */
  learnClosure(endpoint: number, kept: boolean): void {
    if ((this.#closureChances[endpoint] as number) >= 4096) {
      this.#closureChances[endpoint] = (this.#closureChances[endpoint] as number) / 2;
      this.#closureKept[endpoint] = (this.#closureKept[endpoint] as number) / 2;
    }
    this.#closureChances[endpoint] = (this.#closureChances[endpoint] as number) + 1;
    if (kept) this.#closureKept[endpoint] = (this.#closureKept[endpoint] as number) + 1;
  }

  /** Share of loads of this endpoint after which browsers fetch sub-resources, borrowing `parent` while unknown. */
  closure(endpoint: number, parent: number): number {
    const weight = 4;
    return (
      ((this.#closureKept[endpoint] as number) + weight * parent) /
      ((this.#closureChances[endpoint] as number) + weight)
    );
  }

  /** The template's text, or "" for an endpoint beyond the table. */
  templateOf(endpoint: number): string {
    return this.#tree.templates[endpoint]?.text ?? "";
  }

  *views(): Generator<EndpointView> {
    for (const [id, template] of this.#tree.templates.entries()) {
      const known = endpointClasses[this.#class[id] as number] ?? "unknown";
      yield { id, template: template.text, class: known, requests: this.#requests[id] as number };
    }
  }

  save(): SavedEndpoints {
    return {
      endpoints: this.#tree.templates.map(({ text }, id) => [
        text,
        endpointClasses[this.#class[id] as number] ?? "unknown",
        this.#requests[id] as number,
        this.#closureChances[id] as number,
        this.#closureKept[id] as number,
      ]),
      collapsed: this.#tree.collapsed(),
    };
  }

  /** Puts back what `save` gave, into a table that has seen nothing yet. */
  restore(saved: SavedEndpoints): void {
    for (const [template, purpose, requests, chances, kept] of saved.endpoints) {
      const endpoint = template === "/{any}" ? -1 : this.#tree.restore(template);
      if (endpoint < 0) continue;
      const known = endpointClasses.find((name) => name === purpose);
      this.#class[endpoint] = endpointClass[known ?? this.#guess(endpoint)];
      this.#requests[endpoint] = requests;
      this.#closureChances[endpoint] = chances;
      this.#closureKept[endpoint] = kept;
    }
    for (const way of saved.collapsed) this.#tree.collapse(way);
  }

  /** Number of the endpoint with this template, or -1. Linear: for snapshots only. */
  find(template: string): number {
    return this.#tree.templates.findIndex(({ text }) => text === template);
  }

  #guess(endpoint: number): EndpointClass {
    return this.#tree.templates[endpoint]?.guess ?? "unknown";
  }

  /** Followed in most cases and almost never named: a sub-resource, whatever its path looks like; and the reverse. */
  #relearnRole(endpoint: number): void {
    const requests = this.#requests[endpoint] as number;
    const known = endpointClasses[this.#class[endpoint] as number];
    if (requests < roleMin || (known !== "unknown" && known !== "page" && known !== "asset")) return;
    const followed = (this.#followed[endpoint] as number) / requests;
    const named = (this.#named[endpoint] as number) / requests;
    if (known === "unknown" && followed > 0.5 && named < 0.05) this.#class[endpoint] = endpointClass.asset;
    else if (known === "unknown" && named > 0.5) this.#class[endpoint] = endpointClass.page;
  }
}
