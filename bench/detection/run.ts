/**
 * The detection bench: applications, people with personas and attackers, simulated by one seed and judged by the engine
 * as live traffic is. Prints recall, volume that got through, sessions to decision, harm per persona, calibration and
 * cost; the last line is JSON. A goal that this size of run cannot decide has `met: null`; one that is missed, false.
 *
 *     npm run bench:detection [-- --quick] [-- --seed 3] [-- --full [--seeds 20] [--jobs 2] [--keep DIRECTORY]]
 *     npm run bench:detection -- --learning      # only how soon a site is known
 *
 * The attack by the tool "aiohttp-like" on the application "devtool" took no part in tuning; people of that application
 * did, when caps of cohorts were chosen.
 */
import { createRandom, type Exchange, type Intel, noIntel, type Random, unknownNetwork, type Verdict } from "#core";
import { clopperPearsonLower, clopperPearsonUpper, createEngine, type Engine, reliability } from "#engine";
import { decideAction } from "#policy";
import {
  type Attack,
  browserAgent,
  enumeration,
  giftCards,
  heldOutTool,
  ladderStep,
  ladderSteps,
  matchedEnumeration,
  replayFarm,
  scraper,
  spraying,
  stuffing,
  takeover,
} from "./attackers.ts";
import { runFull } from "./full.ts";
import { createPeople, type Person, type Persona, type Site, visit } from "./people.ts";

const quick = process.argv.includes("--quick");
const seed = Number(process.argv[process.argv.indexOf("--seed") + 1]) || 1;
const random = createRandom(seed);
const hour = 3_600_000;
const day = 24 * hour;
const start = Date.UTC(2026, 0, 5);
/** One seed of the full run: one visit of each of thirty thousand people on the measured day, and a template held out. */
const pooled = process.argv.includes("--pooled");
/** Visits that every persona has at least on the measured day, whatever its share: how many seeds there are decides it. */
const personaLeast = Number(process.argv[process.argv.indexOf("--persona-least") + 1]) || 0;
const perDay = quick ? 4_000 : pooled ? 30_000 : 20_000;
/**
 * Sessions of the ladder's last step: a conviction within thirty sessions, which is its goal, can stop nine in ten only of
 * three hundred and more.
 */
const lastStepSessions = 400;

const sites: readonly Site[] = [
  { application: "shop", login: "/login", assets: ["/static/site.{v}.css", "/static/app.{v}.js"], version: 1 },
  { application: "portal", login: "/auth/login", assets: ["/assets/main.{v}.js"], version: 1 },
  { application: "devtool", login: "/session", assets: ["/build/bundle.{v}.js", "/build/style.{v}.css"], version: 1 },
];
const [shop, portal, devtool] = sites as [Site, Site, Site];
/** Took no part in anything until the full run: neither its people nor attacks on it. */
const library: Site = {
  application: "library",
  login: "/signin",
  assets: ["/pkg/core.{v}.js", "/pkg/theme.{v}.css", "/pkg/icons.{v}.js"],
  version: 1,
};
const played: readonly Site[] = pooled ? [...sites, library] : sites;

/** Where a simulated address lives: its first byte is its network; 20-24 are the home of most people. */
const intel: Intel = {
  ...noIntel,
  network: (ip) => {
    const region = Number(ip.slice(0, ip.indexOf(".")));
    const country = region < 40 ? "DE" : String.fromCharCode(65 + (region % 26), 65 + ((region * 7) % 26));
    return { ...unknownNetwork, asn: 1_000 + region, country };
  },
};

interface Outcome {
  sessions: number;
  /** Sessions with a request that policy would have refused. */
  hit: number;
  /** Those of them that a certificate of 1e-3 was claimed for. */
  certified: number;
  /** Sessions called automated at some request, whatever is done about it. */
  called: number;
  /** Sum of the probabilities that the last verdicts gave. */
  said: number;
}

interface AttackResult {
  readonly attack: Attack;
  requests: number;
  through: number;
  /** Of the requests after the first one that was refused. */
  afterFirst: number;
  throughAfterFirst: number;
  sessionsHit: number;
  firstSession: number;
  firstLoginHits: number;
  logins: number;
  held: number;
  steps: number;
  /** Of those after the first refusal: requests whose presentation says nothing against them, and those stopped. */
  looksFine: number;
  looksFineStopped: number;
}

const engine = createEngine({ intel, seed, limits: { sessionsMax: 65_536, clientsMax: 262_144 } });
const harm = new Map<Persona, Outcome>();
const scored: { score: number; positive: boolean }[] = [];
const reasons = new Map<string, number>();
let requests = 0;
let cpuMs = 0;
/** Until when people's visits were played. */
let playedUntil = 0;

/** One session through the inline door; a refused request never reaches the application. */
function run(target: Engine, exchange: Exchange): Verdict {
  const verdict = target.inspect(exchange);
  const blocked = isBlocked(verdict);
  target.observe(blocked ? { ...exchange, response: undefined } : exchange);
  requests++;
  return verdict;
}

/** What policy would refuse under basis "certified" where the operator asks for a bound of 1e-3. */
function isCertified(verdict: Verdict): boolean {
  return decideAction(verdict, "certified", { certifiedFprMax: 1e-3 }).action === "block";
}

/** What policy would refuse with its defaults: basis "prior". */
function isBlocked(verdict: Verdict): boolean {
  return decideAction(verdict, "prior", { certifiedFprMax: 1e-3 }).action === "block";
}

interface Event {
  readonly exchange: Exchange;
  readonly session: number;
  readonly source: Source;
}

/** Sessions that are played, and who is told of each verdict. */
interface Source {
  readonly sessions: readonly (readonly Exchange[])[];
  each(session: number, exchange: Exchange, verdict: Verdict): void;
}

/** Plays sessions of all sources together in time order. */
function play(...sources: readonly Source[]): void {
  const events: Event[] = sources.flatMap((source) =>
    source.sessions.flatMap((exchanges, session) => exchanges.map((exchange) => ({ exchange, session, source }))),
  );
  events.sort((a, b) => a.exchange.at - b.exchange.at);
  let sweptAt = 0;
  const before = process.cpuUsage();
  for (const { exchange, session, source } of events) {
    if (exchange.at - sweptAt > 600_000) {
      engine.sweep(exchange.at);
      sweptAt = exchange.at;
    }
    source.each(session, exchange, run(engine, exchange));
  }
  const { user, system } = process.cpuUsage(before);
  cpuMs += (user + system) / 1_000;
}

interface Visits extends Source {
  /** What became of them, to be called when they were played. */
  settle(): void;
  /** Visits that a replay farm could have recorded. */
  readonly ordinary: readonly (readonly Exchange[])[];
}

/** Everybody once, in an order of chance; rare personas come again until each has its least number of visits. */
function stratified(people: readonly Person[], count: number): Person[] {
  const byPersona = Map.groupBy(people, ({ persona }) => persona);
  const more = [...byPersona.values()].flatMap((members) =>
    Array.from({ length: Math.max(0, personaLeast - members.length) }, (_, i) => members[i % members.length] as Person),
  );
  return [...people, ...more]
    .slice(-count)
    .map((person) => ({ person, draw: random() }))
    .sort((a, b) => a.draw - b.draw)
    .map(({ person }) => person);
}

/** Visits of people from one time to another, at the usual rate. */
function visitsOf(
  people: readonly Person[],
  options: {
    readonly from: number;
    readonly to: number;
    readonly measured: boolean;
    readonly version: number;
    readonly stratified?: boolean;
  },
): Visits {
  const { from, to, measured, version } = options;
  const count = Math.round((perDay * (to - from)) / day);
  const chosen = options.stratified === true ? stratified(people, count) : undefined;
  const visits = Array.from({ length: count }, (_, i) => {
    const person = chosen?.[i] ?? (people[Math.floor(random() * people.length)] as Person);
    const site = { ...(played[person.number % played.length] as Site), version };
    const at = from + (i / count) * (to - from) + random() * 60_000;
    const sale = version === 2 && i % 20 === 0;
    return {
      persona: sale ? ("flash sale" as const) : person.persona,
      exchanges: visit(person, site, { at, random, sale, idle: to - from === day && i < 0.95 * count }).exchanges,
    };
  });
  const hit = new Uint8Array(count);
  const certified = new Uint8Array(count);
  const called = new Uint8Array(count);
  const last: (Verdict | undefined)[] = new Array(count);
  return {
    sessions: visits.map(({ exchanges }) => exchanges),
    ordinary: visits.filter(({ persona }) => persona === "ordinary").map(({ exchanges }) => exchanges),
    each: (session, _exchange, verdict) => {
      last[session] = verdict;
      if (verdict.kind !== "automated") return;
      called[session] = 1;
      if (!isBlocked(verdict)) return;
      if (measured && hit[session] === 0) note(`${visits[session]?.persona}: ${why(verdict)}`);
      hit[session] = 1;
      if (isCertified(verdict)) certified[session] = 1;
    },
    settle: () => {
      if (!measured) return;
      for (const [i, { persona }] of visits.entries()) {
        const outcome = harm.get(persona) ?? { sessions: 0, hit: 0, certified: 0, called: 0, said: 0 };
        outcome.sessions++;
        outcome.hit += hit[i] as number;
        outcome.certified += certified[i] as number;
        outcome.called += called[i] as number;
        harm.set(persona, outcome);
        const score = (last[i]?.score.total ?? 0) / 100;
        outcome.said += score;
        scored.push({ score, positive: false });
      }
    },
  };
}

function why(verdict: Verdict): string {
  return verdict.signals
    .filter(({ nats }) => nats > 0.5)
    .sort((a, b) => b.nats - a.nats)
    .slice(0, 3)
    .map(
      ({ detector, nats, evidence }) =>
        `${detector} ${evidence.grouping ?? ""} ${nats.toFixed(1)}${evidence.case === undefined ? "" : ` (${evidence.case})`}`,
    )
    .join(", ");
}

function note(reason: string): void {
  reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
}

/** An attack in the midst of people, who go on as they did. */
function attackNow(attack: Attack, people: readonly Person[]): AttackResult {
  const result: AttackResult = {
    attack,
    requests: 0,
    through: 0,
    afterFirst: 0,
    throughAfterFirst: 0,
    sessionsHit: 0,
    firstSession: 0,
    firstLoginHits: 0,
    logins: 0,
    held: 0,
    steps: 0,
    looksFine: 0,
    looksFineStopped: 0,
  };
  const hit = new Uint8Array(attack.sessions.length);
  const loggedIn = new Uint8Array(attack.sessions.length);
  const order = new Map<number, number>();
  const last: (Verdict | undefined)[] = new Array(attack.sessions.length);
  const begins = playedUntil;
  const ends = Math.max(...attack.sessions.map((exchanges) => exchanges.at(-1)?.at ?? 0)) + 60_000;
  const crowd = visitsOf(people, { from: begins, to: ends, measured: true, version: 2 });
  playedUntil = ends;
  const each = (session: number, exchange: Exchange, verdict: Verdict): void => {
    if (!order.has(session)) order.set(session, order.size + 1);
    last[session] = verdict;
    const caught = isBlocked(verdict);
    const started = result.firstSession > 0;
    result.requests++;
    if (!caught) result.through++;
    if (started) {
      result.afterFirst++;
      if (!caught) result.throughAfterFirst++;
    }
    if (caught && !started) result.firstSession = order.get(session) ?? 0;
    if (started && verdict.score.presentation <= 50) {
      result.looksFine++;
      if (caught) result.looksFineStopped++;
    }
    if (caught) hit[session] = 1;
    if (exchange.request.method !== "POST") return;
    if (exchange.request.path.startsWith("/account/")) {
      result.steps++;
      if (caught || verdict.signals.some(({ detector }) => detector === "takeover-chain")) result.held++;
    } else if (loggedIn[session] === 0) {
      loggedIn[session] = 1;
      result.logins++;
      if (caught) result.firstLoginHits++;
    }
  };
  play({ sessions: attack.sessions, each }, crowd);
  crowd.settle();
  if (process.argv.includes("--cohorts")) printCohorts(attack.sessions[0]?.[0]?.at ?? 0);
  result.sessionsHit = hit.reduce((sum, flag) => sum + flag, 0);
  for (const verdict of last)
    if (verdict !== undefined) scored.push({ score: verdict.score.total / 100, positive: true });
  const stopped = result.afterFirst === 0 ? 0 : 1 - result.throughAfterFirst / result.afterFirst;
  console.log(
    `  ${attack.name.padEnd(42)} sessions hit ${String(result.sessionsHit).padStart(3)}/${attack.sessions.length}  first at session ${result.firstSession || "never"}  stopped after that ${(100 * stopped).toFixed(1)} %  got through ${(100 * (result.through / result.requests)).toFixed(1)} %`,
  );
  return result;
}

/** The strongest unconvicted cohorts of each grouping that an attack touched, with what spoke: for working on the engine. */
function printCohorts(since: number): void {
  const touched = engine.cohorts().filter(({ conviction, lastSeen }) => conviction === undefined && lastSeen >= since);
  for (const grouping of ["presentation", "stack", "behaviour", "context", "walk"]) {
    for (const view of touched.filter((candidate) => candidate.grouping === grouping).slice(0, 3)) {
      const groups = Object.entries(view.groups).map(([name, nats]) => `${name} ${nats}`);
      console.log(
        `      ${grouping} of ${view.application}, ${view.state}: ${view.sessions} sessions, ${view.nats.toFixed(1)} of ${view.needed?.toFixed(1)} nats: ${groups.join(", ")}`,
      );
    }
  }
}

interface Goal {
  readonly name: string;
  readonly value: number | null;
  readonly target: string;
  readonly met: boolean | null;
}

function share(
  results: readonly AttackResult[],
  top: (r: AttackResult) => number,
  bottom: (r: AttackResult) => number,
): number | null {
  const total = results.reduce((sum, result) => sum + bottom(result), 0);
  return total === 0 ? null : results.reduce((sum, result) => sum + top(result), 0) / total;
}

function goalsOf(results: ReadonlyMap<string, AttackResult>, ladder: readonly AttackResult[]): Goal[] {
  const of = (name: string): AttackResult => results.get(name) as AttackResult;
  const [stuffed, sprayed, held] = [
    of("credential stuffing"),
    of("spraying"),
    of("held-out tool on the held-out application"),
  ];
  const logins = [stuffed, sprayed, held];
  const libraries = ladder.filter(({ attack }) => attack.library);
  const stopped = share(
    logins,
    (r) => r.afterFirst - r.throughAfterFirst,
    (r) => r.afterFirst,
  );
  const first = share(
    [...logins, ...libraries],
    (r) => r.firstLoginHits,
    (r) => r.logins,
  );
  const survived = share(
    libraries,
    (r) => r.firstLoginHits,
    (r) => r.logins,
  );
  const headless = share(
    ladder.slice(11),
    (r) => r.firstLoginHits,
    (r) => r.logins,
  );
  const steps = share(
    [of("takeover then gift card")],
    (r) => r.held,
    (r) => r.steps,
  );
  const all = [...harm.values()].reduce(
    (sum, { sessions, hit, certified }) => ({
      sessions: sum.sessions + sessions,
      hit: sum.hit + hit,
      certified: sum.certified + certified,
    }),
    { sessions: 0, hit: 0, certified: 0 },
  );
  const bound = clopperPearsonUpper(all.hit, all.sessions);
  const worst = Math.max(...[...harm.values()].map(({ sessions, hit }) => hit / sessions));
  const refuted = [...harm.values()].some(({ hit, sessions }) => decided(hit, sessions, 1e-3) === false);
  const worstDecidable = [...harm.values()].every(({ sessions }) => sessions >= 3_000);
  const { error: ece, bins } = reliability(scored);
  console.log(
    `calibration, said and seen in fifteenths: ${bins.map(({ predicted, observed }) => `${predicted.toFixed(3)}/${observed.toFixed(3)}`).join(" ")}`,
  );
  const atLeast = (name: string, value: number | null, least: number): Goal => ({
    name,
    value: round(value),
    target: `>= ${least}`,
    met: value === null ? null : value >= least,
  });
  const within = (name: string, value: number, most: number): Goal => ({
    name,
    value: round(value),
    target: `<= ${most}`,
    // A negative value says that it never happened.
    met: value >= 0 && value <= most,
  });
  return [
    atLeast("library login volume stopped after first refusal", stopped, 0.99),
    atLeast(
      "library login volume stopped after first refusal, of what presentation says nothing against (score at most 50)",
      share(
        logins,
        (r) => r.looksFineStopped,
        (r) => r.looksFine,
      ),
      0.99,
    ),
    atLeast("library logins refused at the first credential POST", first, 0.6),
    within(
      "sessions until the case against stuffing stood at 1e-6, one request per address",
      sessionsAt1e6("stuffing"),
      30,
    ),
    within("sessions to first refusal, stuffing", stuffed.firstSession, 30),
    within("sessions to first refusal, held-out tool and application", held.firstSession, 30),
    within("requests to refusal, enumeration, one request per address", of("catalogue enumeration").firstSession, 10),
    within(
      "requests to refusal, enumeration with both margins as people's",
      of("catalogue enumeration, margins as people's").firstSession || -1,
      60,
    ),
    atLeast("login volume stopped over the 11 library steps of the ladder", survived, 0.99),
    atLeast(
      "retooling steps survived (99 % of a library's log-ins stopped, 90 % of a browser's)",
      survivedSteps(ladder),
      12,
    ),
    atLeast("login volume stopped at the headless step of the ladder", headless, 0.9),
    atLeast("sensitive steps held after takeover", steps, 0.9),
    // A bound of 1e-4 needs 29,956 clean groups; a quick run can refute the goal but not prove it.
    {
      name: "session FPR, 95 % bound",
      value: round(bound),
      target: "<= 1e-4",
      met: decided(all.hit, all.sessions, 1e-4),
    },
    {
      name: "worst persona",
      value: round(worst),
      target: "<= 1e-3 over 3,000 sessions each",
      met: worstDecidable ? worst <= 1e-3 : refuted ? false : null,
    },
    within(
      "honest sessions refused under a certificate of 1e-3, 95 % bound",
      clopperPearsonUpper(all.certified, all.sessions),
      1e-3,
    ),
    { name: "expected calibration error", value: round(ece), target: "<= 0.02", met: ece <= 0.02 },
    ...learningGoals(),
  ];
}

/** Fewest sessions at which a convicted cohort of this attack had evidence of one in a million against it; -1: none had. */
function sessionsAt1e6(attack: string): number {
  let fewest = -1;
  for (const { conviction } of engine.cohorts()) {
    if (conviction === undefined || conviction.attack !== attack || conviction.nats < Math.log(1e6)) continue;
    if (conviction.linkedFrom !== 0) continue;
    if (fewest < 0 || conviction.sessions < fewest) fewest = conviction.sessions;
  }
  return fewest;
}

/** Whether a rate is within `most`, as far as hits of trials tell at 95 % either way; null where they do not. */
function decided(hits: number, trials: number, most: number): boolean | null {
  if (clopperPearsonUpper(hits, trials) <= most) return true;
  return clopperPearsonLower(hits, trials) > most ? false : null;
}

function survivedSteps(ladder: readonly AttackResult[]): number {
  return ladder.filter(({ attack, firstLoginHits, logins }) => firstLoginHits >= (attack.library ? 0.99 : 0.9) * logins)
    .length;
}

/** How soon a fresh engine knows a site at ten thousand sessions an hour, and may claim a bound of one in a thousand. */
function learningGoals(): Goal[] {
  const draw = createRandom(seed + 7);
  const fresh = createEngine({ intel, seed, limits: { sessionsMax: 16_384, clientsMax: 65_536 } });
  const people = createPeople(20_000, draw);
  const perHour = 10_000;
  const minutes = 26;
  const attackFrom = start + 20 * 60_000;
  const events = Array.from({ length: (perHour * minutes) / 60 }, (_, i) => {
    const at = start + (i / perHour) * hour;
    return visit(people[i] as Person, shop, { at, random: draw }).exchanges;
  }).flat();
  events.push(...stuffing({ site: shop, at: attackFrom, random: draw }, 40).sessions.flat());
  events.sort((a, b) => a.at - b.at);
  let [edges, certified, lookedAt] = [-1, -1, start];
  const accounts = new Set<number>();
  let admitted = -1;
  for (const exchange of events) {
    if (exchange.at > start + minutes * 60_000) break;
    run(fresh, exchange);
    if (exchange.request.account !== 0 && (exchange.response?.status ?? 400) < 400) {
      accounts.add(exchange.request.account);
      if (admitted < 0 && accounts.size >= 2_995) admitted = (exchange.at - start) / 60_000;
    }
    if (exchange.at - lookedAt < (edges < 0 ? 1_000 : 5_000)) continue;
    lookedAt = exchange.at;
    fresh.sweep(exchange.at);
    const minute = (exchange.at - start) / 60_000;
    if (edges < 0 && knowsTheWay(fresh, exchange.at)) edges = minute;
    if (certified < 0 && fresh.learned.earlierVisits() >= 2_995) certified = minute;
  }
  const bounds = fresh.cohorts().flatMap(({ conviction }) => (conviction === undefined ? [] : [conviction]));
  for (const { grouping, sessions, basis, certifiedFpr, certifiedOver } of bounds)
    console.log(
      `an attack that begins after 20 minutes: ${grouping} convicted after ${sessions} sessions, basis ${basis}, false positives at most ${certifiedFpr?.toExponential(1) ?? "unknown"} of ${certifiedOver ?? "nobody yet"}`,
    );
  // The moment counts only where the conviction that came of it carries the bound.
  if (!bounds.some(({ certifiedFpr }) => certifiedFpr !== null && certifiedFpr <= 1e-3)) certified = -1;
  console.log(
    `earlier visits after ${minutes} minutes: ${fresh.learned.earlierVisits()}; anchored people after ${minutes} minutes: ${fresh.learned.peopleSeen()}; accounts let in at all: ${accounts.size} of ${Math.round((perHour * minutes) / 60)} sessions${admitted < 0 ? "" : `, 2,995 of them after ${admitted.toFixed(1)} minutes`}`,
  );
  const goal = (name: string, value: number, most: number): Goal => ({
    name,
    value: value < 0 ? null : round(value),
    target: `<= ${most}`,
    met: value < 0 ? false : value <= most,
  });
  return [
    goal("minutes until edges are learned at 10,000 sessions/h", edges, 2),
    goal("minutes until a conviction carries a bound of 1e-3 at 10,000 sessions/h", certified, 20),
  ];
}

/** The graph shows who issues which cookie and what people bring and do before a log-in. */
function knowsTheWay(target: Engine, at: number): boolean {
  const graph = target.learned.graph("shop", at);
  if (graph === undefined) return false;
  const types = new Set(graph.edges.map(({ type }) => type));
  const known = graph.steps.some(({ preconditions }) => preconditions.length > 0);
  return types.has("issues") && known;
}

function round(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(4));
}

function printPeople(): void {
  console.log(
    "\nhonest sessions refused, and called automated, by persona (a day that begins with a deploy, and the days of the attacks)",
  );
  for (const [persona, { sessions, hit, called, said }] of [...harm].sort(
    (a, b) => b[1].hit / b[1].sessions - a[1].hit / a[1].sessions,
  )) {
    console.log(
      `  ${persona.padEnd(22)} ${String(hit).padStart(4)} of ${String(sessions).padStart(5)}  95 % bound ${clopperPearsonUpper(hit, sessions).toExponential(1)}  called automated ${String(called).padStart(4)}  mean score ${(said / sessions).toFixed(3)}`,
    );
  }
  const told = new Map<string, number>();
  const worstFirst = [...reasons].sort((a, b) => b[1] - a[1]);
  for (const [reason] of worstFirst) {
    const persona = reason.slice(0, reason.indexOf(":"));
    told.set(persona, (told.get(persona) ?? 0) + 1);
    if ((told.get(persona) ?? 0) > 2) reasons.delete(reason);
  }
  for (const [reason, count] of [...reasons].sort((a, b) => b[1] - a[1]).slice(0, 12))
    console.log(`    ${count} x ${reason}`);
}

/** Cohorts of people that stand convicted before any attack: each one is an error. */
function peopleConvicted(): number {
  const found = engine.cohorts().filter(({ conviction }) => conviction !== undefined);
  for (const { grouping, sessions, application, conviction } of found) {
    console.log(
      `  convicted without an attack: ${application}, ${grouping}, ${sessions} sessions, ${conviction?.nats.toFixed(1)} nats, purity ${conviction?.purity.toFixed(2)}: ${conviction?.evidence.join("; ")}`,
    );
  }
  return found.length;
}

function main(): void {
  const peopleRandom: Random = createRandom(seed + 1);
  const people = createPeople(quick ? 1_800 : pooled ? 30_000 : 8_000, peopleRandom);
  const first = visitsOf(people, { from: start, to: start + day, measured: false, version: 1 });
  play(first);
  const recorded = first.ordinary;
  const early = peopleConvicted();
  // The second day: a deploy renames files and a cookie, there is a flash sale, and its people are measured.
  const second = visitsOf(people, {
    from: start + day,
    to: start + 2 * day,
    measured: true,
    version: 2,
    stratified: pooled,
  });
  play(second);
  second.settle();
  playedUntil = start + 2 * day;
  const wrong = Math.max(early, peopleConvicted());
  const judged = engine.cohorts().length;
  const at = (n: number): number => start + 2 * day + n * hour;
  const options = (site: Site, n: number): { site: Site; at: number; random: Random } => ({
    site: { ...site, version: 2 },
    at: at(n),
    random,
  });
  console.log(
    `seed ${seed}, ${2 * perDay} honest visits of ${people.length} people on ${played.length} applications, then attacks among as many more`,
  );
  const attacks: Attack[] = [
    stuffing(options(shop, 0), 300),
    spraying(options(portal, 1), 200),
    heldOutTool(options(pooled ? library : devtool, 2), 200),
    enumeration(options(shop, 3), 300),
    // On an application that was not enumerated before: what was found there would find this, too.
    matchedEnumeration(options(portal, 3.5), 300),
    scraper(options(shop, 4), 120),
    replayFarm(
      options(shop, 6),
      100,
      recorded
        .filter((visitSessions) => visitSessions.length > 6 && visitSessions[0]?.application === "shop")
        .slice(0, 5),
    ),
    giftCards(options(shop, 8), 100),
    takeover(options(portal, 10), 60),
    browserAgent(options(shop, 12), 80),
  ];
  const results = new Map(attacks.map((attack) => [attack.name, attackNow(attack, people)]));
  const ladder = ladderSteps.map((_, step) =>
    attackNow(ladderStep(options(portal, 20 + step), step, step === 11 ? lastStepSessions : 60), people),
  );
  printPeople();
  const convicted = engine.cohorts().filter(({ conviction }) => conviction !== undefined);
  console.log(`\nconvicted cohorts: ${convicted.length}`);
  for (const { grouping, sessions, conviction } of convicted.slice(0, 6)) {
    console.log(
      `  ${grouping}, ${sessions} sessions, ${conviction?.nats.toFixed(1)} nats, ${conviction?.basis}: ${conviction?.evidence.slice(0, 2).join("; ")}`,
    );
  }
  console.log(`accounts that may be compromised: ${engine.compromisedAccounts().length}`);
  console.log(
    `cost: ${((1_000 * cpuMs) / requests).toFixed(1)} us per request, inspect and observe, over ${requests} requests (CPU time)`,
  );
  const goals = goalsOf(results, ladder);
  goals.push({ name: "cohorts of people convicted", value: wrong, target: `0 of ${judged}`, met: wrong === 0 });
  for (const { name, value, target, met } of goals)
    console.log(
      `  ${met === null ? "undecided" : met ? "met      " : "MISSED   "} ${name}: ${value ?? "not measured"} (${target})`,
    );
  console.log(JSON.stringify(pooled ? { seed, harm: Object.fromEntries(harm), goals } : { goals }));
}

if (process.argv.includes("--full")) await runFull();
else if (process.argv.includes("--learning")) console.log(JSON.stringify({ goals: learningGoals() }));
else main();
