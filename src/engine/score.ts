import type { Kind, Score, Signal } from "#core";
import { GroupSums } from "./group-sums.ts";
import { cappedAs, type GroupCaps, presentationNatsMax } from "./groups.ts";
import { applyPersona, type Persona } from "./persona.ts";
import { sigmoid } from "./statistics/index.ts";

/**
 * Prior log-odds that a client that says nothing of itself is automated: one in five. Design value; reports put the
 * share of requests near one half (Imperva Bad Bot Report 2025: 51 %), of clients well below.
 */
export const priorLogOdds = -1.4;

/** Automation is called so at ten to one, with behaviour alone at least at four to one. */
const automatedLogOdds = Math.log(10);
const automatedBehaviourLogOdds = Math.log(4);
/** A client is called a person when the odds are ten to one and something spoke for it. */
const humanLogOdds = -Math.log(10);

/** What a client's evidence adds up to, before policy. */
export interface Judgement {
  readonly kind: Kind;
  readonly score: Score;
  readonly signals: readonly Signal[];
  /** Log-odds in nats, with prior: total and behaviour alone. */
  readonly logOdds: number;
  readonly behaviourLogOdds: number;
  /** Capped sum of each group, in nats. */
  readonly groups: Pick<GroupSums, "names" | "of">;
  /** The benign way of being unusual that explained some of the evidence away. */
  readonly persona: Persona | undefined;
}

/** Facts about a client that are no evidence but decide its kind. */
export interface Standing {
  readonly verified: boolean;
  readonly declared: boolean;
  /** It declares a tool, or it tries to log in, which no crawler does: saying so excuses nothing then. */
  readonly unexcused?: boolean;
}

/**
 * Adds signals up: summed within their group and capped there, groups added, behaviour and presentation apart,
 * presentation clipped to two nats either way. Pure.
 *
 * `score.behaviour` and `score.total` are 100 × probability; `score.presentation` is 100 × the probability that
 * presentation alone would suggest from even odds, so 50 means that it says nothing.
 */
export function judge(signals: readonly Signal[], caps: GroupCaps, standing: Standing): Judgement {
  const groups = new GroupSums();
  let presentation = 0;
  for (const signal of signals) {
    if (signal.axis === "presentation") {
      presentation += signal.nats;
      continue;
    }
    groups.add(cappedAs(signal.group), signal.nats);
  }
  groups.cap(caps);
  const persona = applyPersona(groups, signals);
  const against = groups.total("against");
  let excuses = groups.total("excuses");
  if (sharesExcuses(signals)) excuses = Math.max(excuses, sharedExcusesMin);
  const behaviour = priorLogOdds + against + excuses;
  presentation = Math.max(-presentationNatsMax, Math.min(presentationNatsMax, presentation));
  const logOdds = behaviour + presentation;
  const score = {
    total: percent(logOdds),
    behaviour: percent(behaviour),
    presentation: percent(presentation),
  };
  return {
    kind: kindOf(behaviour, logOdds, standing),
    score,
    signals,
    logOdds,
    behaviourLogOdds: behaviour,
    groups,
    persona,
  };
}

/** What speaks for a person and the whole convicted cohort does alike: doubt is left, no alibi. */
const sharedExcusesMin = -3;
/** Groupings whose members behave alike; looks say nothing about that. */
const alikeGroupings: ReadonlySet<unknown> = new Set(["behaviour", "context", "walk"]);

/**
 * A driven browser loads parts, names referers and returns cookies. Where its cohort was put together by behaviour and
 * convicted by something else, those are what all members do, and whether this one differs was asked before it was hit. So it was beneath
 * a look that people wear: such a conviction hits only strangers who show all that carried it themselves.
 */
function sharesExcuses(signals: readonly Signal[]): boolean {
  for (const { detector, nats, evidence } of signals)
    if (detector === "convicted-cohort" && nats > 0)
      return alikeGroupings.has(evidence.grouping) || evidence.shared === "yes";
  return false;
}

function kindOf(behaviour: number, logOdds: number, standing: Standing): Kind {
  if (standing.verified) return "verified-agent";
  const automated = behaviour >= automatedBehaviourLogOdds && logOdds >= automatedLogOdds;
  // Otherwise an attack would only have to call itself curl, or a search engine, to be let through.
  if (standing.declared && !(automated && standing.unexcused === true)) return "declared-bot";
  if (automated) return "automated";
  return logOdds <= humanLogOdds ? "human" : "unknown";
}

/** 0-100 with two decimals, so that rankings do not tie early. */
function percent(logOdds: number): number {
  return Math.round(10_000 * sigmoid(logOdds)) / 100;
}
