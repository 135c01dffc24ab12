import { z } from "zod";
import type { Row } from "#store";
import type { OperationContext } from "../operation-context.ts";

/** One recorded decision. */
export interface EventRow {
  readonly reference: string;
  readonly at: number;
  readonly application: string;
  readonly session: string;
  readonly actor: string;
  readonly cohort: string;
  /** The address where it may be shown; else the network it belongs to. */
  readonly ip: string;
  readonly network: string;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly template: string;
  readonly status: number;
  readonly bytes: number;
  readonly durationMs: number;
  readonly agent: string;
  readonly verified: string;
  readonly ja4: string;
  readonly headers: string;
  readonly kind: string;
  readonly action: string;
  readonly enforced: string;
  readonly score: { readonly total: number; readonly behaviour: number; readonly presentation: number };
  readonly basis: string;
  readonly rule: string;
  readonly watched: readonly string[];
  readonly signals: readonly EventSignal[];
  readonly decisionUs: number;
}

/** One finding of an event. */
export interface EventSignal {
  readonly detector: string;
  readonly axis: string;
  readonly group: string;
  readonly nats: number;
  readonly evidence: Readonly<Record<string, string | number>>;
}

const word = z.string();
const count = z.number();

export const eventSignal: z.ZodType<EventSignal> = z.strictObject({
  detector: word,
  axis: word,
  group: word,
  nats: count,
  evidence: z.record(z.string(), z.union([z.string(), z.number()])),
});

export const eventRow: z.ZodType<EventRow> = z.strictObject({
  reference: word,
  at: count,
  application: word,
  session: word,
  actor: word,
  cohort: word,
  ip: word,
  network: word,
  method: word,
  host: word,
  path: word,
  template: word,
  status: count,
  bytes: count,
  durationMs: count,
  agent: word,
  verified: word,
  ja4: word,
  headers: word,
  kind: word,
  action: word,
  enforced: word,
  score: z.strictObject({ total: count, behaviour: count, presentation: count }),
  basis: word,
  rule: word,
  watched: z.array(word),
  signals: z.array(eventSignal),
  decisionUs: count,
});

/** Reads an event off a row of the view `everything`. */
export function toEvent(context: OperationContext, row: Row): EventRow {
  const text = (name: string): string => String(row[name] ?? "");
  const number = (name: string): number => Number(row[name] ?? 0);
  return {
    reference: text("reference"),
    at: number("time"),
    application: text("application"),
    session: text("session"),
    actor: text("actor"),
    cohort: text("cohort"),
    ip: shownAddress(context, row),
    network: text("network"),
    method: text("method"),
    host: text("host"),
    path: text("path"),
    template: text("template"),
    status: number("status"),
    bytes: number("bytes"),
    durationMs: number("duration"),
    agent: text("agent"),
    verified: text("verified"),
    ja4: text("ja4"),
    headers: text("headers"),
    kind: text("kind"),
    action: text("action"),
    enforced: text("enforced"),
    score: { total: scoreIn(row.total), behaviour: scoreIn(row.behaviour), presentation: scoreIn(row.presentation) },
    basis: text("basis"),
    rule: text("rule"),
    watched: text("watched") === "" ? [] : text("watched").split(" "),
    signals: signalsIn(text("signals")),
    decisionUs: number("decision"),
  };
}

/** Scores are kept in single precision; two decimals are all that means anything. */
export function scoreIn(value: unknown): number {
  return Math.round(Number(value ?? 0) * 100) / 100;
}

/** Findings as the store keeps them: [[detector, axis, group, nats, {evidence}], …]. */
export function signalsIn(text: string): readonly EventSignal[] {
  if (text === "") return [];
  const parsed = JSON.parse(text) as readonly [string, string, string, number, EventSignal["evidence"]][];
  return parsed.map(([detector, axis, group, nats, evidence]) => ({ detector, axis, group, nats, evidence }));
}

/** The address while it is kept or still in memory (the last clients seen); its network otherwise. */
export function shownAddress({ service }: OperationContext, row: Row): string {
  const kept = String(row.ip ?? "");
  if (kept !== "") return kept;
  return service.witness.addresses.find(Number(row.address ?? 0)) ?? String(row.network ?? "");
}
