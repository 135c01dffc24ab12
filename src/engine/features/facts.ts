import type { Exchange, Hashed, Millis } from "#core";
import { endpointClass } from "../endpoints/endpoint-class.ts";

export const methodCode = { get: 0, head: 1, post: 2, other: 3 } as const;
export const refererKind = { unobserved: 0, none: 1, own: 2, foreign: 3 } as const;

/**
 * What one request shows, worked out once and read by every feature. One object is filled again and again: nothing may
 * keep a reference to it.
 */
export class Facts {
  at: Millis = 0;
  /** `at` as the session's own fields hold times (SessionTable.tickOf). */
  tick = 0;
  application = 0;
  agent = 0;
  readonly words: Uint32Array = new Uint32Array(4);
  originHash = 0;
  endpoint = 0;
  class = 0;
  pathHash = 0;
  method = 0;
  referer = 0;
  refererHash = 0;
  /** Hash of path and query. */
  urlHash = 0;
  /** The referer names a page that this client fetched. */
  linked = false;
  /** Hash of the referer's host while it must be learned whether it is ours; 0 otherwise. */
  refererHost = 0;
  slot = -1;
  row = -1;
  identity: Hashed = 0;
  /** Milliseconds since the session's last request; -1 for its first. */
  gapMs = -1;

  /** Becomes a copy of other facts. */
  take(other: Facts): void {
    this.at = other.at;
    this.tick = other.tick;
    this.application = other.application;
    this.agent = other.agent;
    for (let i = 0; i < 4; i++) this.words[i] = other.words[i] as number;
    this.originHash = other.originHash;
    this.endpoint = other.endpoint;
    this.class = other.class;
    this.pathHash = other.pathHash;
    this.method = other.method;
    this.referer = other.referer;
    this.refererHash = other.refererHash;
    this.urlHash = other.urlHash;
    this.linked = other.linked;
    this.refererHost = other.refererHost;
    this.slot = other.slot;
    this.row = other.row;
    this.identity = other.identity;
    this.gapMs = other.gapMs;
  }
}

export function codeOfMethod(method: string): number {
  if (method === "GET") return methodCode.get;
  if (method === "POST") return methodCode.post;
  return method === "HEAD" ? methodCode.head : methodCode.other;
}

/** Endpoints that a person looks at: pages, and whatever has not shown to be anything else. */
export function isPage(code: number): boolean {
  return code <= endpointClass.page || (code >= endpointClass.login && code <= endpointClass.search);
}

export function isAsset(code: number): boolean {
  return code === endpointClass.asset || code === endpointClass.favicon;
}

/** What a request is beside a page, or a page itself. */
export function partOf(code: number): "page" | "part" | "other" {
  return isPage(code) ? "page" : isAsset(code) ? "part" : "other";
}

/** Position after "scheme://" of an absolute URL, or -1. */
export function hostStart(url: string): number {
  for (let colon = 1; colon <= 8; colon++) {
    if (url.charCodeAt(colon) !== 58) continue;
    if (url.charCodeAt(colon + 1) === 47 && url.charCodeAt(colon + 2) === 47) return colon + 3;
  }
  return -1;
}

/** True when the exchange tells what the origin answered. */
export function answered(exchange: Exchange): boolean {
  return exchange.response !== undefined && exchange.response.status > 0;
}
