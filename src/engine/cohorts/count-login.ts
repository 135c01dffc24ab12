import { AuthCounters } from "../auth/auth-counters.ts";
import type { Cohort } from "./cohort.ts";
import type { CohortMemory } from "./cohort-memory.ts";
import type { Sighting } from "./sighting.ts";

/** Sessions before a cohort is judged whose accounts a convicted campaign had tried before. */
const votesToJudgeAgain = 3;
const againNats = 2;

/** What a log-in adds to its cohort: its kind, and whether a campaign has tried that account. */
export function countLogin(
  cohort: Cohort,
  { application, account, letIn, password, pushed }: Sighting,
  memory: Pick<CohortMemory, "population" | "workList" | "campaigns">,
): void {
  if (letIn === null || account === 0) return;
  const known = memory.population(application).knowsAccount(account);
  cohort.logins ??= new AuthCounters();
  cohort.logins.observe({ account, password: password ?? 0, letIn, known, pushed: pushed === true });
  if (!cohort.claim(account)) return;
  const { campaigns } = memory;
  if (campaigns.laws !== undefined) cohort.campaign.observe(campaigns.binOf(account), campaigns.laws);
  const workList = memory.workList(application);
  if (workList.laws !== undefined && known) cohort.workList.observe(workList.binOf(account), workList.laws);
}

/** Sessions a cohort must have before it is judged: fewer where a campaign comes again. E-values hold whenever one looks. */
export function votesToJudge({ campaign }: Cohort, usual: number): number {
  const again = campaign.total > 1 && campaign.logEvidence(true) > againNats;
  return again ? Math.min(votesToJudgeAgain, usual) : usual;
}
