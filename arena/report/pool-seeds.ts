import { upperBound } from "../scoring/bounds.ts";
import type { RunReport } from "./run-report.ts";

/** One figure over all seeds. */
export interface PooledFigure {
  readonly name: string;
  readonly text: string;
}

/** Spreads over seeds, and what is counted pooled with its upper 95 % bound. */
export function poolSeeds(reports: readonly RunReport[]): readonly PooledFigure[] {
  const spread = (of: (report: RunReport) => number | null): string => {
    const values = reports.map((report) => 100 * (of(report) ?? 0)).sort((one, other) => one - other);
    return `${values[0]?.toFixed(1)} to ${values.at(-1)?.toFixed(1)} %`;
  };
  const sum = (of: (report: RunReport) => number): number => reports.reduce((total, each) => total + of(each), 0);
  const sessions = sum(({ summary }) => summary.peopleSessions);
  const stoppedSessions = sum(({ summary }) => summary.peopleSessionsStopped);
  const past = sum((report) => report.past?.requests ?? 0);
  const pastStopped = sum(({ summary }) => summary.pastStopped);
  const peers = reports[0]?.peers.map(({ peer }) => peer) ?? [];
  return [
    {
      name: "people",
      text: `${stoppedSessions} of ${sessions} sessions stopped, 95 % bound ${(100 * upperBound(stoppedSessions, sessions)).toFixed(2)} %`,
    },
    { name: "people in the days before", text: `${pastStopped} of ${past} requests stopped` },
    { name: "worst persona", text: worst(reports) },
    { name: "case A, log-ins stopped after the first", text: spread(({ summary }) => summary.caseA.afterConviction) },
    {
      name: "case A, versions survived",
      text: reports.map(({ summary: { caseA } }) => `${caseA.stepsSurvived} of ${caseA.steps}`).join(", "),
    },
    { name: "case B, share of the catalogue leaked", text: spread(({ summary }) => summary.caseB.shareOfCatalogue) },
    { name: "case D, log-ins stopped at the end", text: spread(({ summary }) => summary.caseD.stoppedAfterRetooling) },
    {
      name: "attack requests stopped after the first",
      text: spread(({ summary }) => summary.attackStoppedAfterConviction),
    },
    ...peers.map((peer) => ({ name: `recall, ${peer}`, text: recallOf(reports, peer) })),
  ];
}

function worst(reports: readonly RunReport[]): string {
  const personas = new Map<string, { stopped: number; sessions: number }>();
  for (const report of reports)
    for (const { persona, sessions, stoppedSessions } of [...report.observe.people, ...report.enforce.people]) {
      const known = personas.get(persona) ?? { stopped: 0, sessions: 0 };
      personas.set(persona, { stopped: known.stopped + stoppedSessions, sessions: known.sessions + sessions });
    }
  const [name, { stopped, sessions } = { stopped: 0, sessions: 0 }] = [...personas].sort(
    ([, one], [, other]) =>
      other.stopped / other.sessions - one.stopped / one.sessions || one.sessions - other.sessions,
  )[0] ?? [""];
  return `${name}, ${stopped} of ${sessions} sessions stopped, 95 % bound ${(100 * upperBound(stopped, sessions)).toFixed(1)} %`;
}

function recallOf(reports: readonly RunReport[], name: string): string {
  const found = reports.flatMap(({ peers }) => peers.filter(({ peer }) => peer === name));
  const refused = found.reduce((sum, peer) => sum + peer.attackRefused, 0);
  const of = found.reduce((sum, peer) => sum + peer.attackRequests, 0);
  const people = found.reduce((sum, peer) => sum + peer.peopleSessionsRefused, 0);
  return `${((100 * refused) / Math.max(1, of)).toFixed(1)} % of ${of} attack requests, people's sessions refused: ${people}`;
}
