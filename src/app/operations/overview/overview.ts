import { z } from "zod";
import { kinds } from "../../serve/traffic-split.ts";
import type { Operation } from "../operation.ts";
import type { OperationContext } from "../operation-context.ts";

/** The span that the overview is about. */
export interface OverviewInput {
  /** Begin, ms since 1970; default: an hour before `to`. */
  readonly from?: number | undefined;
  /** End; default: now. */
  readonly to?: number | undefined;
  readonly application?: string | undefined;
  readonly steps: number;
}

/** What happened, told from the records: each number is a filter of `events.query` over the same span. */
export interface Overview {
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  readonly mode: string;
  readonly applications: readonly { readonly name: string; readonly mode: string }[];
  readonly kinds: readonly string[];
  readonly totals: { readonly requests: number; readonly sessions: number; readonly actors: number };
  readonly byKind: Readonly<Record<string, number>>;
  /** One row per step, counts in the order of `kinds`. */
  readonly rows: readonly (readonly number[])[];
  /** What enforcement did, by action. */
  readonly enforced: Readonly<Record<string, number>>;
  /** What it would have done but for observe mode, by action. */
  readonly wouldHave: Readonly<Record<string, number>>;
  /** Latency that judging added, microseconds. */
  readonly addedLatencyUs: { readonly p50: number; readonly p99: number };
  /** What refused automation would have cost the origin, and how that is worked out. */
  readonly saved: { readonly requests: number; readonly milliseconds: number; readonly formula: string };
  /** Share of requests from networks of data centres, proxies, VPN or Tor; null: no list or database is configured. */
  readonly badInfrastructureShare: number | null;
  readonly incidents: { readonly open: number };
  /** Records that are not in these numbers yet, and those lost for good. */
  readonly waiting: number;
  readonly shed: number;
}

const hourMs = 3_600_000;
const formula =
  "requests refused × mean time the origin took for answered requests of the same span; null counts as zero";

/** `overview`: the split over time, modes, added latency, what enforcement did and would have done. */
export const overview: Operation<OverviewInput, Overview> = {
  name: "overview",
  summary: "What happened in a span: who came, what was done, what it cost.",
  effect: "read",
  permission: "look",
  example: {},
  input: z.strictObject({
    from: z.number().min(0).optional().meta({ description: "Begin, ms since 1970. Default: an hour before the end." }),
    to: z.number().min(0).optional().meta({ description: "End, ms since 1970. Default: now." }),
    application: z.string().max(64).optional().meta({ description: "One application only." }),
    steps: z.int().min(1).max(500).default(60).meta({ description: "Steps between begin and end." }),
  }),
  output: z.strictObject({
    from: z.number(),
    to: z.number(),
    stepMs: z.number(),
    mode: z.string(),
    applications: z.array(z.strictObject({ name: z.string(), mode: z.string() })),
    kinds: z.array(z.string()),
    totals: z.strictObject({ requests: z.number(), sessions: z.number(), actors: z.number() }),
    byKind: z.record(z.string(), z.number()),
    rows: z.array(z.array(z.number())),
    enforced: z.record(z.string(), z.number()),
    wouldHave: z.record(z.string(), z.number()),
    addedLatencyUs: z.strictObject({ p50: z.number(), p99: z.number() }),
    saved: z.strictObject({ requests: z.number(), milliseconds: z.number(), formula: z.string() }),
    badInfrastructureShare: z.number().nullable(),
    incidents: z.strictObject({ open: z.number() }),
    waiting: z.number(),
    shed: z.number(),
  }),
  async handle(context, input) {
    const { service } = context;
    const to = input.to ?? context.now + 1;
    const from = input.from ?? to - hourMs;
    const stepMs = Math.max(1, Math.ceil((to - from) / input.steps));
    const span = { from, to, application: input.application };
    const [split, figures, actions] = await Promise.all([
      splitOf(context, span, stepMs),
      figuresOf(context, span),
      actionsOf(context, span),
    ]);
    const { appended, stored, shed } = service.records.stats();
    const { lists, databases } = service.config.intel;
    return {
      from,
      to,
      stepMs,
      mode: service.config.mode,
      applications: [...service.witness.modes].map(([name, mode]) => ({ name, mode })),
      kinds,
      totals: figures.totals,
      byKind: split.byKind,
      rows: split.rows,
      enforced: actions.enforced,
      wouldHave: actions.wouldHave,
      addedLatencyUs: figures.addedLatencyUs,
      saved: { requests: actions.refused, milliseconds: Math.round(actions.refused * figures.originMs), formula },
      badInfrastructureShare: lists.length + databases.length === 0 ? null : figures.badInfrastructureShare,
      incidents: { open: service.incidents.list().filter(({ state }) => state === "open").length },
      waiting: appended - stored - shed,
      shed,
    };
  },
};

interface Span {
  readonly from: number;
  readonly to: number;
  readonly application: string | undefined;
}

function spanWhere({ from, to, application }: Span): { readonly sql: string; readonly values: (string | number)[] } {
  if (application === undefined) return { sql: "time >= $1 AND time < $2", values: [from, to] };
  return { sql: "time >= $1 AND time < $2 AND application = $3", values: [from, to, application] };
}

async function splitOf(
  context: OperationContext,
  span: Span,
  stepMs: number,
): Promise<Pick<Overview, "rows" | "byKind">> {
  const { sql, values } = spanWhere(span);
  const found = await context.query(
    `SELECT floor((time - ${span.from}) / ${stepMs}) AS step, kind, count(*) AS n FROM everything WHERE ${sql} GROUP BY ALL`,
    values,
  );
  const steps = Math.max(1, Math.ceil((span.to - span.from) / stepMs));
  const rows = Array.from({ length: steps }, () => kinds.map(() => 0));
  const names: readonly string[] = kinds;
  const byKind: Record<string, number> = Object.fromEntries(kinds.map((kind) => [kind, 0]));
  for (const { step, kind, n } of found) {
    const name = String(kind);
    byKind[name] = (byKind[name] ?? 0) + Number(n);
    const row = rows[Number(step)];
    const place = names.indexOf(name);
    if (row !== undefined && place >= 0) row[place] = Number(n);
  }
  return { rows, byKind };
}

async function figuresOf(
  context: OperationContext,
  span: Span,
): Promise<Pick<Overview, "totals" | "addedLatencyUs" | "badInfrastructureShare"> & { readonly originMs: number }> {
  const { sql, values } = spanWhere(span);
  const [row] = await context.query(
    // Both quantiles from one digest: two would be kept and merged apart, for as much time as everything else here.
    `SELECT *, quantiles[1] AS p50, quantiles[2] AS p99 FROM (SELECT count(*) AS requests,
       approx_count_distinct(session) AS sessions, approx_count_distinct(actor) AS actors,
       approx_quantile(decision, [0.5, 0.99]) AS quantiles,
       count(*) FILTER (infrastructure <> '') AS bad,
       avg(CASE WHEN duration >= 0 AND status > 0 THEN duration END) AS origin
     FROM everything WHERE ${sql})`,
    values,
  );
  const number = (name: string): number => Number(row?.[name] ?? 0);
  return {
    totals: { requests: number("requests"), sessions: number("sessions"), actors: number("actors") },
    addedLatencyUs: { p50: tenth(number("p50")), p99: tenth(number("p99")) },
    originMs: number("origin"),
    badInfrastructureShare: number("bad") / Math.max(1, number("requests")),
  };
}

async function actionsOf(
  context: OperationContext,
  span: Span,
): Promise<Pick<Overview, "enforced" | "wouldHave"> & { readonly refused: number }> {
  const { sql, values } = spanWhere(span);
  const rows = await context.query(
    `SELECT action, enforced, count(*) AS n FROM everything WHERE ${sql} GROUP BY ALL`,
    values,
  );
  const done: Record<string, number> = {};
  const wouldHave: Record<string, number> = {};
  let refused = 0;
  for (const { action, enforced, n } of rows) {
    const name = String(enforced);
    done[name] = (done[name] ?? 0) + Number(n);
    if (action !== enforced) wouldHave[String(action)] = (wouldHave[String(action)] ?? 0) + Number(n);
    if (name === "block" || name === "deceive" || name === "challenge") refused += Number(n);
  }
  return { enforced: done, wouldHave, refused };
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
