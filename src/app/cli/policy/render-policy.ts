import type { ApplyPackOutput } from "../../operations/policies/apply-pack.ts";
import type { BacktestPolicyOutput } from "../../operations/policies/backtest-policy.ts";
import type { RuleChange, RuleDifference } from "../../policy/policy-desk.ts";
import { plural } from "../../replay/words.ts";

/** One rule as a line. */
export function renderRule(rule: {
  readonly name: string;
  readonly step: string;
  readonly pack: string;
  readonly does: string;
  readonly matched: number;
  readonly acted: number;
}): string {
  const { name, step, pack, does, matched, acted } = rule;
  return `${step.padEnd(9)} ${name.padEnd(32)} ${does.padEnd(24)} matched ${matched}, acted ${acted}  (${pack})\n`;
}

/** One change as lines. */
export function renderChange({ version, at, who, why, before, after }: RuleChange): string {
  const lines = [before === "" ? "" : `  - ${before}\n`, after === "" ? "" : `  + ${after}\n`];
  return `version ${version}, ${new Date(at).toISOString()}, ${who}: ${why}\n${lines.join("")}`;
}

/** One difference as lines. */
export function renderDifference({ rule, change, before, after }: RuleDifference): string {
  const lines = [before === "" ? "" : `  - ${before}\n`, after === "" ? "" : `  + ${after}\n`];
  return `${change} ${rule}\n${lines.join("")}`;
}

/** A backtest as people read it. */
export function renderBacktest(report: BacktestPolicyOutput): string {
  const days = Math.max((report.to - report.from) / 86_400_000, 1 / 24);
  const sampled = report.share > 0.995 ? "" : `, ${Math.round(report.share * 100)} % of sessions`;
  const head = `${report.storedRequests} requests in ${report.storedSessions} sessions, ${report.storedHumans} of them people's, over ${days.toFixed(1)} days${sampled}; read in ${report.tookMs} ms\n`;
  const rules = report.rules.map((rule) => {
    const budget = `${rule.humansPerDay.toFixed(2)} people a day of ${report.falsePositivesPerDay} allowed`;
    const saved = `${(rule.savedBytes / 1e6).toFixed(1)} MB and ${(rule.savedOriginMs / 1_000).toFixed(1)} s of the origin's time saved`;
    const missing =
      rule.notStored.length === 0 ? "" : `  not stored before now, so unknown: ${rule.notStored.join(", ")}\n`;
    const limit = rule.overLimit ? `  OVER ITS LIMIT: ${rule.reason}\n` : "";
    return `${rule.rule}: would have matched ${plural(rule.requests, "request")} in ${plural(rule.sessions, "session")} of ${plural(rule.actors, "actor")}, of which ${rule.likelyHuman} likely human, ${rule.verifiedBots} verified; ${budget}; ${saved}\n${missing}${limit}`;
  });
  return head + rules.join("");
}

/** What a pack would have matched, as people read it. */
export function renderTried(tried: BacktestPolicyOutput): string {
  const days = Math.max((tried.to - tried.from) / 86_400_000, 1 / 24);
  const stored = `tried on ${tried.storedRequests} requests of ${tried.storedSessions} sessions over ${days.toFixed(1)} days:\n`;
  const matching = tried.rules.filter(({ requests }) => requests > 0);
  const lines = matching
    .toSorted((one, other) => other.requests - one.requests)
    .map(
      ({ rule, requests, sessions, actors, likelyHuman, overLimit, reason }) =>
        `  ${rule.padEnd(36)} ${requests} requests, ${sessions} sessions, ${actors} actors, ${likelyHuman} likely human${overLimit ? `  OVER ITS LIMIT: ${reason}` : ""}\n`,
    );
  const unknown = tried.rules.filter(({ notStored }) => notStored.length > 0).length;
  const counts = unknown === 0 ? "" : `; ${unknown} ask for counts that nobody kept before now`;
  return `${stored}${lines.join("")}  ${tried.rules.length - matching.length} rules would have matched nothing${counts}\n`;
}

/** A pack in use as people read it: what it would have matched, then what is in force and how to undo it. */
export function renderApplied(
  pack: string,
  application: string | undefined,
  { tried, version, rules, mode, undo }: ApplyPackOutput,
): string {
  const where = application ?? "all applications";
  return `${renderTried(tried)}version ${version}: ${rules} rules of ${pack} at ${where}, mode ${mode}\nundo: ${undo}\n`;
}
