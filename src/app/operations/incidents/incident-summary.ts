import { z } from "zod";
import type { IncidentState, KeptIncident } from "../../incidents/incident-book.ts";
import { threatNames, threatsOf } from "../../replay/threats.ts";
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
};

/** Threats whose success costs people their accounts or money. */
const grave = new Set(["OAT-007", "OAT-008", "OAT-020"]);

/** The records' figures for incidents, in one query. */
export async function summarise(
  context: OperationContext,
  incidents: readonly KeptIncident[],
): Promise<readonly IncidentSummary[]> {
  if (incidents.length === 0) return [];
  const places = incidents.map((_, i) => `$${i + 1}`).join(", ");
  const rows = await context.query(
    `SELECT cohort, count(*) AS requests, count(DISTINCT actor) AS actors, count(DISTINCT network) AS networks,
       count(DISTINCT account) FILTER (WHERE account <> 0) AS accounts,
       count(*) FILTER (WHERE enforced NOT IN ('allow', 'log', 'tag')) AS stopped,
       min(time) AS "firstSeen", max(time) AS "lastSeen", arg_max(signals, total) AS signals
     FROM everything WHERE cohort IN (${places}) GROUP BY cohort`,
    incidents.map(({ cohort }) => cohort),
  );
  const byCohort = new Map(rows.map((row) => [String(row.cohort), row]));
  return incidents.map((incident) => summaryOf(incident, byCohort.get(incident.cohort) ?? {}));
}

function summaryOf(incident: KeptIncident, row: Readonly<Record<string, unknown>>): IncidentSummary {
  const number = (name: string): number => Number(row[name] ?? 0);
  const threats = threatsOf("automated", signalsIn(String(row.signals ?? "")));
  const goal = threats.map((threat) => threatNames[threat] ?? threat).join(", ") || "automation";
  const requests = number("requests");
  return {
    id: incident.id,
    title: `${capital(goal)} on ${incident.application}: ${incident.sessions} sessions judged together`,
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
