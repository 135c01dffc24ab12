import { type RollupName, rollupOf, speedSteps } from "#store";
import { kinds } from "../../serve/traffic-split.ts";
import type { OperationContext } from "../operation-context.ts";
import type { Overview, OverviewInput } from "./overview.ts";

const hourMs = 3_600_000;
const minuteMs = 60_000;
/** From this length on the sums of the store are read in place of its events. */
const longMs = 2 * hourMs;

/** What the overview tells of a span of records. */
export interface OverviewFigures
  extends Pick<Overview, "totals" | "byKind" | "rows" | "enforced" | "wouldHave" | "addedLatencyUs"> {
  readonly refused: number;
  readonly badInfrastructureShare: number;
  /** Mean time of the origin for an answered request, ms. */
  readonly originMs: number;
}

/** A span in steps. */
export interface OverviewSpan {
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  readonly application: string | undefined;
}

/** Whether a span is told from sums. */
export function isLong({ from, to }: Pick<OverviewSpan, "from" | "to">): boolean {
  return to - from >= longMs;
}

/** The span that was asked for; a long one begins with a whole minute and has steps of whole minutes, as sums have. */
export function spanFor(input: OverviewInput, now: number): OverviewSpan {
  const { application } = input;
  const to = input.to ?? now + 1;
  const from = input.from ?? to - hourMs;
  const stepMs = Math.max(1, Math.ceil((to - from) / input.steps));
  if (!isLong({ from, to })) return { from, to, stepMs, application };
  const whole = Math.floor(from / minuteMs) * minuteMs;
  const minutes = Math.max(1, Math.ceil((to - whole) / input.steps / minuteMs));
  return { from: whole, to, stepMs: minutes * minuteMs, application };
}

interface Counted {
  readonly step: number;
  readonly kind: string;
  readonly action: string;
  readonly enforced: string;
  readonly n: number;
}

/** Figures from the events themselves. */
export async function countedFigures(
  context: Pick<OperationContext, "query">,
  span: OverviewSpan,
): Promise<OverviewFigures> {
  const { from, to, stepMs, application } = span;
  const where = `time >= $1 AND time < $2${application === undefined ? "" : " AND application = $3"}`;
  const values = application === undefined ? [from, to] : [from, to, application];
  const counted = await context.query(
    `SELECT floor((time - ${from}) / ${stepMs}) AS step, kind, action, enforced, count(*) AS n FROM everything WHERE ${where} GROUP BY ALL`,
    values,
  );
  const [row] = await context.query(
    // Both quantiles from one digest: two would be kept and merged apart, for as much time as everything else here.
    `SELECT *, quantiles[1] AS p50, quantiles[2] AS p99 FROM (SELECT count(*) AS requests,
       approx_count_distinct(session) AS sessions, approx_count_distinct(actor) AS actors,
       approx_quantile(decision, [0.5, 0.99]) AS quantiles,
       count(*) FILTER (infrastructure <> '') AS bad,
       avg(CASE WHEN duration >= 0 AND status > 0 THEN duration END) AS origin
     FROM everything WHERE ${where})`,
    values,
  );
  const number = (name: string): number => Number(row?.[name] ?? 0);
  return {
    ...sumsOf(counted.map(toCounted), span),
    totals: { requests: number("requests"), sessions: number("sessions"), actors: number("actors") },
    addedLatencyUs: { p50: tenth(number("p50")), p99: tenth(number("p99")) },
    originMs: number("origin"),
    badInfrastructureShare: number("bad") / Math.max(1, number("requests")),
  };
}

/** The same from sums: exact but for latency, which they know to 5 %. */
export async function summedFigures(
  context: Pick<OperationContext, "query">,
  span: OverviewSpan,
): Promise<OverviewFigures> {
  const { from, to, stepMs, application } = span;
  const where = application === undefined ? "" : "WHERE application = $1";
  const values = application === undefined ? [] : [application];
  const ask = (columns: string, name: RollupName, groups = ""): ReturnType<typeof context.query> =>
    context.query(`SELECT ${columns} FROM ${rollupOf(name, from, to)} ${where} ${groups}`, values);
  const minutes = await ask(
    `floor((start - ${from}) / ${stepMs}) AS step, kind, action, enforced, sum(n) AS n, sum(bad) AS bad,
     sum(origin) AS origin, sum(answered) AS answered`,
    "minutes",
    "GROUP BY 1, 2, 3, 4",
  );
  const [visits] = await ask(
    "approx_count_distinct(session) AS sessions, approx_count_distinct(actor) AS actors",
    "visits",
  );
  const speeds = await ask("step, sum(n) AS n", "speeds", "GROUP BY 1 ORDER BY 1");
  const total = (name: string): number => minutes.reduce((sum, row) => sum + Number(row[name] ?? 0), 0);
  const requests = total("n");
  return {
    ...sumsOf(minutes.map(toCounted), span),
    totals: { requests, sessions: Number(visits?.sessions ?? 0), actors: Number(visits?.actors ?? 0) },
    addedLatencyUs: { p50: quantile(speeds, 0.5), p99: quantile(speeds, 0.99) },
    originMs: total("origin") / Math.max(1, total("answered")),
    badInfrastructureShare: total("bad") / Math.max(1, requests),
  };
}

function toCounted(row: Readonly<Record<string, unknown>>): Counted {
  const { step, kind, action, enforced, n } = row;
  return { step: Number(step), kind: String(kind), action: String(action), enforced: String(enforced), n: Number(n) };
}

/** What falls out of counts by step, kind and action. */
function sumsOf(
  counted: readonly Counted[],
  { from, to, stepMs }: OverviewSpan,
): Pick<OverviewFigures, "rows" | "byKind" | "enforced" | "wouldHave" | "refused"> {
  const steps = Math.max(1, Math.ceil((to - from) / stepMs));
  const rows = Array.from({ length: steps }, () => kinds.map(() => 0));
  const names: readonly string[] = kinds;
  const byKind: Record<string, number> = Object.fromEntries(kinds.map((kind) => [kind, 0]));
  const done: Record<string, number> = {};
  const wouldHave: Record<string, number> = {};
  let refused = 0;
  for (const { step, kind, action, enforced, n } of counted) {
    byKind[kind] = (byKind[kind] ?? 0) + n;
    const row = rows[step];
    const place = names.indexOf(kind);
    if (row !== undefined && place >= 0) row[place] = (row[place] ?? 0) + n;
    done[enforced] = (done[enforced] ?? 0) + n;
    if (action !== enforced) wouldHave[action] = (wouldHave[action] ?? 0) + n;
    if (enforced === "block" || enforced === "deceive" || enforced === "challenge") refused += n;
  }
  return { rows, byKind, enforced: done, wouldHave, refused };
}

/** A quantile of counts by step of `speeds`, in order. */
function quantile(speeds: readonly Readonly<Record<string, unknown>>[], share: number): number {
  const total = speeds.reduce((sum, { n }) => sum + Number(n), 0);
  let seen = 0;
  for (const { step, n } of speeds) {
    seen += Number(n);
    if (seen >= share * total) return tenth(Math.exp(Number(step) / speedSteps));
  }
  return 0;
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
