import { createRandom, type Exchange, type Intel, noIntel, unknownNetwork } from "#core";
import { createEngine, ruleVocabulary } from "#engine";
import { createRuleSet, type Rule } from "#policy";
import { matchesOf } from "../../src/app/policy/trial/run-trace.ts";
import {
  type Attack,
  browserAgent,
  enumeration,
  giftCards,
  heldOutTool,
  ladderStep,
  ladderSteps,
  replayFarm,
  scraper,
  spraying,
  stuffing,
  takeover,
} from "../detection/attackers.ts";
import { createPeople, type Persona, type Site, visit } from "../detection/people.ts";

/** A simulated session and the rules that matched it. */
export interface SessionMatches {
  /** Persona of a person, or name of an attack. */
  readonly who: string;
  readonly honest: boolean;
  readonly rules: ReadonlySet<string>;
}

const day = 86_400_000;
const start = Date.UTC(2026, 0, 5);
const site: Site = {
  application: "shop",
  login: "/login",
  assets: ["/static/site.{v}.css", "/static/app.{v}.js"],
  version: 1,
};

/** Where a simulated address lives: its first byte is its network; 20 to 24 are the home of most people. */
export const simulatedIntel: Intel = {
  ...noIntel,
  network: (ip) => {
    const region = Number(ip.slice(0, ip.indexOf(".")));
    const country = region < 40 ? "DE" : String.fromCharCode(65 + (region % 26), 65 + ((region * 7) % 26));
    const office = region === 24 ? (["corporate-nat"] as const) : [];
    return { ...unknownNetwork, asn: 1_000 + region, country, categories: office };
  },
};

/** How a simulation is drawn. */
export interface SimulationOptions {
  readonly people: number;
  readonly seed: number;
}

interface SimulatedSession {
  readonly who: string;
  readonly honest: boolean;
  readonly exchanges: readonly Exchange[];
}

/**
 * Two days of people with every persona of the detection bench, attackers among them on the second day, judged by one engine
 * with the rules around it. One seed gives one run.
 */
export function simulateDays(rules: readonly Rule[], options: SimulationOptions): readonly SessionMatches[] {
  const sessions = drawSessions(options);
  const set = createRuleSet(rules, ruleVocabulary, 1);
  const engine = createEngine({
    intel: simulatedIntel,
    seed: options.seed,
    limits: { sessionsMax: 16_384, clientsMax: 65_536 },
  });
  engine.facts.follow(set.reads);
  const matched = sessions.map(() => new Set<string>());
  for (const { exchange, session } of inOrder(sessions)) {
    for (const { name } of matchesOf(engine, set, exchange)) matched[session]?.add(name);
    engine.observe(exchange);
  }
  return sessions.map(({ who, honest }, i) => ({ who, honest, rules: matched[i] ?? new Set() }));
}

/** The exchanges of such days in the order of time. */
export function simulateTraffic(options: SimulationOptions): readonly Exchange[] {
  return inOrder(drawSessions(options)).map(({ exchange }) => exchange);
}

function drawSessions({ people, seed }: SimulationOptions): readonly SimulatedSession[] {
  const random = createRandom(seed);
  const crowd = createPeople(Math.ceil(people / 3), random);
  const sessions: SimulatedSession[] = [];
  for (let i = 0; i < people; i++) {
    const person = crowd[Math.floor(random() * crowd.length)];
    if (person === undefined) continue;
    const at = start + (i / people) * 2 * day + random() * 60_000;
    const sale = i > people / 2 && i % 20 === 0;
    const { exchanges } = visit(person, site, { at, random, sale });
    const who: Persona = sale ? "flash sale" : person.persona;
    sessions.push({ who, honest: true, exchanges });
  }
  const recorded = sessions.filter(({ exchanges }) => exchanges.length > 8).slice(0, 5);
  for (const attack of attacks(
    random,
    recorded.map(({ exchanges }) => exchanges),
  ))
    for (const exchanges of attack.sessions) sessions.push({ who: attack.name, honest: false, exchanges });
  return sessions;
}

function inOrder(
  sessions: readonly SimulatedSession[],
): readonly { readonly exchange: Exchange; readonly session: number }[] {
  return sessions
    .flatMap(({ exchanges }, session) => exchanges.map((exchange) => ({ exchange: told(exchange), session })))
    .sort((a, b) => a.exchange.at - b.exchange.at);
}

/** The bench gives people no header lists; what it does not simulate is unknown, not absent. */
function told(exchange: Exchange): Exchange {
  if (exchange.request.headers.names.length > 0) return exchange;
  return { ...exchange, observes: { ...exchange.observes, headers: "none" } };
}

function attacks(random: () => number, recorded: readonly (readonly Exchange[])[]): readonly Attack[] {
  const options = (hour: number) => ({ site, at: start + day + hour * 3_600_000, random });
  return [
    stuffing(options(0), 300),
    spraying(options(1), 200),
    heldOutTool(options(2), 100),
    enumeration(options(3), 300),
    scraper(options(4), 60),
    replayFarm(options(5), 60, recorded),
    giftCards(options(8), 100),
    takeover(options(10), 60),
    browserAgent(options(11), 40),
    ...ladderSteps.map((_, step) => ladderStep(options(12 + step), step, 40)),
  ];
}
