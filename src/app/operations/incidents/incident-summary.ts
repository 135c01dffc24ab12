import { z } from "zod";
import type { IncidentState, KeptIncident } from "../../incidents/incident-book.ts";
import { threatNames, threatsOf } from "../../replay/threats.ts";
import { plural } from "../../replay/words.ts";
import { signalsIn } from "../events/event-row.ts";
import type { OperationContext } from "../operation-context.ts";

/** An incident in a line. */
export interface IncidentSummary {
  readonly id: string;
  readonly title: string;
  readonly goal: string;
  /** OWASP automated threats: OAT-008. */
  readonly threats: readonly string[];
  readonly state: IncidentState;
  readonly severity: "low" | "medium" | "high" | "critical";
  readonly assignee: string | null;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly requests: number;
  readonly actors: number;
  readonly networks: number;
  readonly accounts: number;
  readonly stopped: number;
  /** Terms of a filter that selects its events. */
  readonly where: readonly string[];
}

export const incidentShape: { readonly [Name in keyof IncidentSummary]: z.ZodType<IncidentSummary[Name]> } = {
  id: z.string(),
  title: z.string(),
  goal: z.string(),
  threats: z.array(z.string()),
  state: z.enum(["open", "muted", "resolved"]),
  severity: z.enum(["low", "medium", "high", "critical"]),
  assignee: z.string().nullable(),
  firstSeen: z.number(),
  lastSeen: z.number(),
  requests: z.number(),
  actors: z.number(),
  networks: z.number(),
  accounts: z.number(),
  stopped: z.number(),
  where: z.array(z.string()),
};

/** Threats whose success costs people their accounts or money. */
const grave = new Set(["OAT-007", "OAT-008", "OAT-020"]);

/** The records' figures for incidents, in one query. */
export async function summarise(
  context: OperationContext,
  incidents: readonly KeptIncident[],
): Promise<readonly IncidentSummary[]> {
  if (incidents.length === 0) return [];
  const pairs = incidents.flatMap(({ id, cohorts }) => cohorts.map((cohort) => [cohort, id] as const));
  const places = pairs.map((_, i) => `($${2 * i + 1}, $${2 * i + 2})`).join(", ");
  const rows = await context.query(
    `SELECT incident, count(*) AS requests, count(DISTINCT actor) AS actors, count(DISTINCT network) AS networks,
       count(DISTINCT address) AS addresses, count(DISTINCT account) FILTER (WHERE account <> 0) AS accounts,
       count(*) FILTER (WHERE enforced NOT IN ('allow', 'log', 'tag')) AS stopped,
       min(time) AS "firstSeen", max(time) AS "lastSeen", arg_max(signals, total) AS signals,
       mode(method || ' ' || template) AS endpoint
     FROM everything JOIN (VALUES ${places}) AS members(member, incident) ON cohort = member GROUP BY incident`,
    pairs.flat(),
  );
  const byIncident = new Map(rows.map((row) => [String(row.incident), row]));
  return incidents.map((incident) => summaryOf(incident, byIncident.get(incident.id) ?? {}));
}

/** What an attack on log-ins is after, in words and as an OWASP automated threat. */
const attackGoals: Readonly<Record<string, { readonly words: string; readonly threat: string }>> = {
  stuffing: { words: "credential stuffing", threat: "OAT-008" },
  spraying: { words: "password spraying", threat: "OAT-007" },
  cracking: { words: "password cracking", threat: "OAT-007" },
  "second-factor fatigue": { words: "second-factor fatigue", threat: "OAT-007" },
  "validated list": { words: "log-ins from a validated list", threat: "OAT-008" },
};

function summaryOf(incident: KeptIncident, row: Readonly<Record<string, unknown>>): IncidentSummary {
  const number = (name: string): number => Number(row[name] ?? 0);
  const attack = attackGoals[incident.attack];
  const threats = attack === undefined ? threatsOf("automated", signalsIn(String(row.signals ?? ""))) : [attack.threat];
  const goal = attack?.words ?? (threats.map((threat) => threatNames[threat] ?? threat).join(", ") || "automation");
  const requests = number("requests");
  const endpoint = String(row.endpoint ?? "");
  const where = endpoint === "" ? incident.application : `${endpoint} of ${incident.application}`;
  // What is stored counts on; the sessions of the conviction are those it took, and all there is where nothing is stored.
  const size =
    requests === 0
      ? plural(incident.sessions, "session")
      : `${plural(requests, "request")} from ${plural(number("addresses"), "address", "addresses")}`;
  return {
    id: incident.id,
    title: `${capital(goal)} on ${where}: ${size}`,
    goal,
    threats,
    state: incident.state,
    severity: severityOf(requests, threats),
    assignee: incident.assignee,
    firstSeen: Math.min(incident.openedAt, number("firstSeen") || incident.openedAt),
    lastSeen: Math.max(incident.lastSeen, number("lastSeen")),
    requests,
    actors: number("actors"),
    networks: number("networks"),
    accounts: number("accounts"),
    stopped: number("stopped"),
    where: incident.cohorts.map((cohort) => `cohort:${cohort}`),
  };
}

function severityOf(requests: number, threats: readonly string[]): IncidentSummary["severity"] {
  const step = requests >= 100_000 ? 3 : requests >= 10_000 ? 2 : requests >= 500 ? 1 : 0;
  const raised = Math.min(3, step + (threats.some((threat) => grave.has(threat)) ? 1 : 0));
  return (["low", "medium", "high", "critical"] as const)[raised] ?? "low";
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
