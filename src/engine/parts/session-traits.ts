import { counter } from "../features/counters.ts";
import type { FeatureState } from "../features/state.ts";
import { dimensionIndex, dimensions, strictDefault } from "../fingerprint/index.ts";
import type { OrchestrationCase } from "../intent/orchestration.ts";
import { mix32 } from "../sessions/text-hash.ts";

/** Values of a session's behavioural dimensions by position; NaN where a dimension was not observed. */
export type Traits = Float64Array;

export function createTraits(): Traits {
  return new Float64Array(dimensions.length);
}

function place(name: string): number {
  return dimensionIndex.get(name) ?? 0;
}

const at = {
  cookieReturn: place("cookie return"),
  neverIssued: place("cookie never issued"),
  stale: place("stale cookie"),
  outOfScope: place("cookie out of scope"),
  order: place("cookie order"),
  jarAge: place("jar age"),
  script: place("script cookies"),
  preconditions: place("preconditions"),
  kind: place("kind of client"),
  redirects: place("redirects"),
  icon: place("icon"),
  referrers: place("referrers"),
  robots: place("robots file"),
  methods: place("methods"),
  loginVariant: place("login variant"),
  arrival: place("arrival"),
  length: place("length"),
} as const;

/** Order rules as the fingerprint's dimension names them. */
const orderClass: Readonly<Record<string, number>> = {
  chromium: 0,
  rfc: 0,
  libcurl: 1,
  cpython: 2,
  go: 3,
  alphabetical: 4,
};

/**
 * Fills in what a client's row and its ledger say about its behaviour. Presentation is no trait. `login` is the endpoint
 * number of the session's sensitive step, 0 when it took none; `straight`: 1 when that was its first request, else 0. A native application
 * and a library that imitates it differ in nothing else: neither opens a page or keeps a jar.
 */
export function fillTraits(
  traits: Traits,
  source: {
    readonly state: FeatureState;
    readonly row: number;
    readonly subject: OrchestrationCase | undefined;
    readonly login: number;
    readonly straight: number;
  },
): void {
  const { state, row, subject, login, straight } = source;
  const get = (index: number): number => state.clients.get(row, index);
  traits.fill(Number.NaN);
  const pages = get(counter.pages);
  const api = get(counter.api);
  const posts = get(counter.posts);
  traits[at.kind] = pages > 0 || get(counter.assets) > 0 ? 0 : 2;
  traits[at.robots] = get(counter.robots) > 0 ? 1 : 0;
  traits[at.icon] = get(counter.favicon) > 0 ? 1 : 0;
  traits[at.methods] = posts === 0 ? 0 : pages + api > posts ? 1 : 2;
  if (get(counter.redirectChances) > 0)
    traits[at.redirects] = third(get(counter.redirectsFollowed), get(counter.redirectChances));
  if (get(counter.linkChances) > 0) traits[at.referrers] = third(get(counter.linkClosed), get(counter.linkChances));
  if (login > 0) {
    traits[at.loginVariant] = login;
    traits[at.arrival] = straight;
    traits[at.preconditions] = get(counter.loginCold) > 0 ? 2 : get(counter.pagesClosed) > 0 ? 0 : 1;
  }
  traits[at.length] = state.clients.requestsOf(row);
  if (subject?.ledger.observed) fillLedger(traits, subject);
}

function fillLedger(traits: Traits, { ledger, intent }: OrchestrationCase): void {
  const owed = ledger.opportunities("missing");
  if (owed === 0) traits[at.cookieReturn] = ledger.cookies === 0 ? 0 : Number.NaN;
  else traits[at.cookieReturn] = 1 + third(owed - ledger.events("missing"), owed);
  traits[at.neverIssued] = ledger.events("neverIssued") > 0 ? 1 : 0;
  traits[at.stale] = ledger.events("stale") > 0 ? 1 : 0;
  traits[at.outOfScope] = ledger.events("outOfScope") > 0 ? 1 : 0;
  if (ledger.orderSize >= 3) traits[at.order] = orderClass[ledger.orderRule ?? ""] ?? 5;
  traits[at.jarAge] = Math.min(3, ledger.maturity);
  if (intent.scriptChances > 2 && intent.scriptAbsence !== undefined) traits[at.script] = intent.scriptSeen ? 0 : 2;
}

/** 0 all, 1 some, 2 none. */
function third(kept: number, chances: number): number {
  if (kept >= chances) return 0;
  return kept > 0 ? 1 : 2;
}

/**
 * Key of the dimensions that are most stable (the fingerprint's strict ones), 0 when fewer than `knownMin` are known.
 * All of them are categories or classes, so no edges are needed. Never 1, which callers may use as a mark.
 */
export function strictKey(traits: Traits, knownMin: number): number {
  let key = 0x9e37;
  let known = 0;
  for (const dimension of strictDefault) {
    const value = traits[dimension] as number;
    if (!Number.isNaN(value)) known++;
    key = mix32(Math.imul(key, 31) ^ (Number.isNaN(value) ? 0 : 1 + Math.trunc(value)));
  }
  return known < knownMin ? 0 : Math.max(2, key);
}
