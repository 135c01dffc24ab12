import { row8, rowBytes, rowFloat, slipShift } from "../clients/client-table.ts";
import { type CounterName, counter } from "../features/counters.ts";
import type { FeatureState } from "../features/state.ts";
import type { OrchestrationCase } from "../intent/orchestration.ts";
import { foreignLanguageBit, networkOf } from "../networks.ts";
import { slip } from "../presentation/presentation-slips.ts";
import type { AgentEntry } from "../sessions/agent-book.ts";

/** A session as models see it. */
export interface SessionSource {
  readonly state: FeatureState;
  readonly row: number;
  /** Ledger and graph, where cookies are observed. */
  readonly subject: OrchestrationCase | undefined;
  readonly agent: AgentEntry;
  /** Code of the network class. */
  readonly network: number;
}

/** One number that models read of a session; NaN where it was not observed. */
export interface SessionFeature {
  readonly name: string;
  /** +1: more of it is never more innocent; -1: never more suspicious; 0: not known beforehand. */
  readonly monotone: -1 | 0 | 1;
  read(source: SessionSource): number;
}

function count(source: SessionSource, name: CounterName): number {
  return source.state.clients.get(source.row, counter[name]);
}

/** Share of chances that were taken; NaN without a chance. */
function share(taken: CounterName, chances: CounterName, monotone: -1 | 0 | 1): SessionFeature {
  return {
    name: `${taken} of ${chances}`,
    monotone,
    read: (source) => {
      const of = count(source, chances);
      return of === 0 ? Number.NaN : Math.min(1, count(source, taken) / of);
    },
  };
}

function answered(source: SessionSource): number {
  return (
    count(source, "pages") +
    count(source, "assets") +
    count(source, "api") +
    count(source, "posts") +
    count(source, "heads")
  );
}

/** Share of all that was asked for. */
function part(name: CounterName, monotone: -1 | 0 | 1): SessionFeature {
  return {
    name: `share of ${name}`,
    monotone,
    read: (source) => {
      const of = answered(source);
      return of === 0 ? Number.NaN : Math.min(1, count(source, name) / of);
    },
  };
}

function gaps(name: string, monotone: -1 | 0 | 1, read: (source: SessionSource) => number): SessionFeature {
  return { name, monotone, read: (source) => (count(source, "gaps") < 2 ? Number.NaN : read(source)) };
}

function float(source: SessionSource, place: number): number {
  return source.state.clients.f32[source.row * (rowBytes / 4) + place] as number;
}

/**
 * What a session did. Nothing that a labelling function reads is among them (`labelling.ts`): a model that sees what its
 * labels were made of learns the labels and nothing else.
 */
export const behaviourFeatures: readonly SessionFeature[] = [
  { name: "requests", monotone: 0, read: ({ state, row }) => Math.log2(1 + state.clients.requestsOf(row)) },
  part("pages", 0),
  part("assets", 0),
  part("api", 0),
  part("posts", 0),
  part("heads", 1),
  share("redirectsFollowed", "redirectChances", -1),
  share("conditional", "assets", -1),
  share("linkClosed", "linkChances", -1),
  share("linkUnseen", "linkChances", 0),
  share("assetsReferred", "assets", -1),
  share("revisits", "pages", -1),
  share("loginCold", "loginAttempts", 1),
  { name: "icon fetched", monotone: -1, read: (source) => Math.min(1, count(source, "favicon")) },
  { name: "robots file read", monotone: 1, read: (source) => Math.min(1, count(source, "robots")) },
  gaps("typical gap", 0, (source) => float(source, rowFloat.logGapMean)),
  gaps("spread of gaps", -1, (source) =>
    Math.sqrt(Math.max(0, float(source, rowFloat.logGapM2)) / Math.max(1, count(source, "gaps") - 1)),
  ),
  gaps("quick gaps", 0, (source) => count(source, "quickGaps") / count(source, "gaps")),
  {
    name: "cookies in the order of a browser",
    monotone: -1,
    read: ({ subject }) => {
      if (subject?.ledger.observed !== true || subject.ledger.orderSize < 3) return Number.NaN;
      return ["chromium", "rfc"].includes(subject.ledger.orderRule ?? "") ? 1 : 0;
    },
  },
  {
    name: "cookies of scripts seen",
    monotone: -1,
    read: ({ subject }) =>
      subject === undefined || subject.intent.scriptChances < 2 ? Number.NaN : Number(subject.intent.scriptSeen),
  },
  {
    name: "stale cookies",
    monotone: 0,
    read: ({ subject }) =>
      subject?.ledger.observed === true ? Math.min(3, subject.ledger.events("stale")) : Number.NaN,
  },
];

function slips(bit: number): (source: SessionSource) => number {
  return ({ state, row }) =>
    (((state.clients.u8[row * rowBytes + row8.flags] as number) >> slipShift) & bit) === 0 ? 0 : 1;
}

/** What a session wore. A model of these speaks within the two nats that presentation has, however sure it is. */
export const presentationFeatures: readonly SessionFeature[] = [
  { name: "browser not recognised", monotone: 1, read: ({ agent }) => (agent.family === 0 ? 1 : 0) },
  { name: "user agent malformed", monotone: 1, read: ({ agent }) => (agent.malformed === "" ? 0 : 1) },
  { name: "browser version", monotone: 0, read: ({ agent }) => (agent.major === 0 ? Number.NaN : agent.major) },
  { name: "hints contradict", monotone: 1, read: slips(slip.hints) },
  { name: "headers contradict", monotone: 1, read: slips(slip.headers) },
  { name: "connection contradicts", monotone: 1, read: slips(slip.connection) },
  { name: "hosting network", monotone: 1, read: ({ network }) => (networkOf(network) === "hosting" ? 1 : 0) },
  {
    name: "network that hides",
    monotone: 0,
    read: ({ network }) => (["vpn", "tor", "relay"].includes(networkOf(network)) ? 1 : 0),
  },
  { name: "foreign language", monotone: 0, read: ({ network }) => ((network & foreignLanguageBit) === 0 ? 0 : 1) },
  share("shapeChanges", "shapeChances", 1),
];

/** Reads all features of one side into `into`. */
export function readFeatures(features: readonly SessionFeature[], source: SessionSource, into: Float64Array): void {
  for (let i = 0; i < features.length; i++) into[i] = (features[i] as SessionFeature).read(source);
}
