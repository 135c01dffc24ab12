import { AuthCounters } from "../auth/auth-counters.ts";
import { CampaignCounts } from "./campaign-accounts.ts";
import type { Cohort } from "./cohort.ts";
import type { CohortMemory } from "./cohort-memory.ts";
import type { Sighting } from "./sighting.ts";

/** Sessions before a cohort is judged whose accounts a convicted campaign had tried before. */
const votesToJudgeAgain = 3;
const againNats = 2;

/** What a log-in adds to its cohort: its kind, and whether a campaign has tried that account. */
export function countLogin(
  cohort: Cohort,
  { application, account, letIn, password, pushed, marks }: Sighting,
  memory: Pick<CohortMemory, "population" | "workList" | "campaigns">,
): void {
  if (letIn === null || account === 0) return;
  const known = memory.population(application).knowsAccount(account);
  cohort.logins ??= new AuthCounters();
  cohort.logins.observe({ account, password: password ?? 0, letIn, known, pushed: pushed === true });
  if (!cohort.claim(account)) return;
  const { campaigns } = memory;
  cohort.accounts ??= new CampaignCounts();
  campaigns.observe(cohort.accounts, marks ?? campaigns.marksOf(account));
  cohort.campaign = campaigns.evidence(cohort.accounts);
  const workList = memory.workList(application);
  if (workList.laws !== undefined && known) cohort.workList.observe(workList.binOf(account), workList.laws);
}

/** Sessions a cohort must have before it is judged: fewer where a campaign comes again. E-values hold whenever one looks. */
export function votesToJudge({ campaign }: Cohort, usual: number): number {
  return campaign.nats > againNats ? Math.min(votesToJudgeAgain, usual) : usual;
}
