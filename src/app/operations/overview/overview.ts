import { z } from "zod";
import { kinds } from "../../serve/traffic-split.ts";
import type { Operation } from "../operation.ts";
import { countedFigures, isLong, spanFor, summedFigures } from "./overview-figures.ts";

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

const formula =
  "requests refused × mean time the origin took for answered requests of the same span; nothing where none was answered";

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
    const span = spanFor(input, context.now);
    const { from, to, stepMs } = span;
    const figures = await (isLong(span) ? summedFigures(context, span) : countedFigures(context, span));
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
      byKind: figures.byKind,
      rows: figures.rows,
      enforced: figures.enforced,
      wouldHave: figures.wouldHave,
      addedLatencyUs: figures.addedLatencyUs,
      saved: { requests: figures.refused, milliseconds: Math.round(figures.refused * figures.originMs), formula },
      badInfrastructureShare: lists.length + databases.length === 0 ? null : figures.badInfrastructureShare,
      incidents: { open: service.incidents.list().filter(({ state }) => state === "open").length },
      waiting: appended - stored - shed,
      shed,
    };
  },
};
