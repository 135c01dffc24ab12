import type { FactView } from "../fact-view.ts";
import { type Field, flag, number, text } from "../field.ts";

function said(view: FactView, name: string): string | number | undefined {
  for (const { detector, evidence } of view.verdict.signals) if (detector === "convicted-cohort") return evidence[name];
  return undefined;
}

/** The cohort that a session was judged with, and the engine's own verdict. */
export const cohortFields: readonly Field[] = [
  flag("cohort.convicted", "The session belongs to a convicted cohort.", {
    usual: 0,
    read: (view) => said(view, "sessions") !== undefined,
  }),
  number("cohort.sessions", "Sessions of the convicted cohort; unknown without a conviction.", {
    read: (view) => Number(said(view, "sessions") ?? Number.NaN),
  }),
  number("cohort.purity", "Estimated share of the convicted cohort that is automation; unknown without a conviction.", {
    read: (view) => Number(said(view, "purity") ?? Number.NaN),
  }),
  text("cohort.name", "Name of the convicted cohort; empty: none.", {
    read: (view) => String(said(view, "cohort") ?? ""),
  }),
  text("cohort.grouping", "How the convicted cohort was grouped; empty: none.", {
    read: (view) => String(said(view, "grouping") ?? ""),
  }),
  text("kind", "What the client is taken to be: human, verified-agent, declared-bot, automated or unknown.", {
    read: ({ verdict }) => verdict.kind,
  }),
  number("score.total", "0 to 100, higher is worse.", { usual: 80, read: ({ verdict }) => verdict.score.total }),
  number("score.behaviour", "Score of behaviour alone.", { usual: 80, read: ({ verdict }) => verdict.score.behaviour }),
  number("score.presentation", "Score of presentation alone; it never decides.", {
    usual: 80,
    read: ({ verdict }) => verdict.score.presentation,
  }),
  number("score.nats", "Sum of what all signals say, before caps.", {
    usual: 4,
    read: ({ verdict }) => verdict.signals.reduce((sum, { nats }) => sum + nats, 0),
  }),
  number("score.signals", "Signals that spoke for automation.", {
    usual: 3,
    read: ({ verdict }) => verdict.signals.filter(({ nats }) => nats > 0).length,
  }),
];
