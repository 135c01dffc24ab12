import { compromisedAccounts } from "./accounts/compromised-accounts.ts";
import { loginShift } from "./accounts/login-shift.ts";
import { getActor } from "./actors/get-actor.ts";
import { listActors } from "./actors/list-actors.ts";
import { agentsReport } from "./agents/agents-report.ts";
import { listAlerts, testAlert } from "./alerts/alerts.ts";
import { addAppeal } from "./appeals/add-appeal.ts";
import { decideAppeal } from "./appeals/decide-appeal.ts";
import { listAppeals } from "./appeals/list-appeals.ts";
import { listAudit } from "./audit/list-audit.ts";
import { verifyAudit } from "./audit/verify-audit.ts";
import { errorBudget } from "./cohorts/error-budget.ts";
import { getCohort } from "./cohorts/get-cohort.ts";
import { listCohorts } from "./cohorts/list-cohorts.ts";
import { effectiveConfiguration } from "./configuration/effective-configuration.ts";
import { addDecision } from "./decisions/add-decision.ts";
import { exonerate } from "./decisions/exonerate.ts";
import { findDecision } from "./decisions/find-decision.ts";
import { listDecisions } from "./decisions/list-decisions.ts";
import { removeDecision } from "./decisions/remove-decision.ts";
import { unblock } from "./decisions/unblock.ts";
import { findDecoy } from "./decoys/find-decoy.ts";
import { intentGraph } from "./discovery/intent-graph.ts";
import { listEndpoints } from "./discovery/list-endpoints.ts";
import { eventFacets } from "./events/event-facets.ts";
import { eventSeries } from "./events/event-series.ts";
import { eventWays } from "./events/event-ways.ts";
import { queryEvents } from "./events/query-events.ts";
import { health } from "./health/health.ts";
import { bootstrapSession } from "./identity/bootstrap-session.ts";
import { createSession } from "./identity/create-session.ts";
import { deleteSession } from "./identity/delete-session.ts";
import { getSessionState } from "./identity/get-session-state.ts";
import { secondFactor } from "./identity/second-factor.ts";
import { beginSignOn, finishSignOn } from "./identity/sign-on.ts";
import { createToken, listTokens, revokeToken } from "./identity/tokens.ts";
import { deleteUser, listUsers, saveUser, signOutUser } from "./identity/users.ts";
import { getIncident } from "./incidents/get-incident.ts";
import { listIncidents } from "./incidents/list-incidents.ts";
import { mergeIncidents } from "./incidents/merge-incidents.ts";
import { updateIncident } from "./incidents/update-incident.ts";
import { knownAddress } from "./intel/known-address.ts";
import { learnedNetworks } from "./intel/learned-networks.ts";
import { describeModels } from "./models/describe-models.ts";
import { unusualGroups } from "./models/unusual-groups.ts";
import type { AnyOperation, Operation } from "./operation.ts";
import { overview } from "./overview/overview.ts";
import { applyPack, tryPack, withdrawPolicy } from "./policies/apply-pack.ts";
import { applyPolicy } from "./policies/apply-policy.ts";
import { backtestPolicy } from "./policies/backtest-policy.ts";
import { checkPolicy } from "./policies/check-policy.ts";
import { listPacks } from "./policies/list-packs.ts";
import { listPolicies } from "./policies/list-policies.ts";
import { listVocabulary } from "./policies/list-vocabulary.ts";
import { movePolicy } from "./policies/move-policy.ts";
import { policyDiff } from "./policies/policy-diff.ts";
import { policyHistory } from "./policies/policy-history.ts";
import { rollbackPolicy } from "./policies/rollback-policy.ts";
import { setPanic } from "./policies/set-panic.ts";
import { productActivity } from "./product/product-activity.ts";
import { productRings } from "./product/product-rings.ts";
import { decideProposals } from "./proposals/decide-proposals.ts";
import { listProposals } from "./proposals/list-proposals.ts";
import { backup } from "./records/backup.ts";
import { deleteSubject } from "./records/delete-subject.ts";
import { exportRecords } from "./records/export-records.ts";
import { runSql } from "./records/run-sql.ts";
import { search } from "./search/search.ts";
import { getSession } from "./sessions/get-session.ts";
import { supportDump } from "./support/support-dump.ts";
import { listWebhooks } from "./webhooks/list-webhooks.ts";
import { retryWebhook } from "./webhooks/retry-webhook.ts";

/**
 * Every operation by its name. A new one is a file of its own, an import and a line in both lists; HTTP, OpenAPI,
 * command line, MCP and docs/operations-api.md follow.
 */
export interface OperationTable {
  readonly overview: typeof overview;
  readonly "events.query": typeof queryEvents;
  readonly "events.series": typeof eventSeries;
  readonly "events.facets": typeof eventFacets;
  readonly "events.ways": typeof eventWays;
  readonly "decisions.list": typeof listDecisions;
  readonly "decisions.find": typeof findDecision;
  readonly "decisions.add": typeof addDecision;
  readonly "decisions.remove": typeof removeDecision;
  readonly "decisions.unblock": typeof unblock;
  readonly "decisions.exonerate": typeof exonerate;
  readonly "decoys.find": typeof findDecoy;
  readonly "actors.list": typeof listActors;
  readonly "actors.get": typeof getActor;
  readonly "sessions.get": typeof getSession;
  readonly "cohorts.list": typeof listCohorts;
  readonly "cohorts.get": typeof getCohort;
  readonly "cohorts.budget": typeof errorBudget;
  readonly "accounts.compromised": typeof compromisedAccounts;
  readonly "models.describe": typeof describeModels;
  readonly "models.unusual": typeof unusualGroups;
  readonly "product.activity": typeof productActivity;
  readonly "product.rings": typeof productRings;
  readonly "endpoints.list": typeof listEndpoints;
  readonly "intent.graph": typeof intentGraph;
  readonly "accounts.shift": typeof loginShift;
  readonly "agents.report": typeof agentsReport;
  readonly "intel.address": typeof knownAddress;
  readonly "intel.networks": typeof learnedNetworks;
  readonly "audit.list": typeof listAudit;
  readonly "audit.verify": typeof verifyAudit;
  readonly "session.get": typeof getSessionState;
  readonly "session.create": typeof createSession;
  readonly "session.bootstrap": typeof bootstrapSession;
  readonly "session.sign-on": typeof beginSignOn;
  readonly "session.finish-sign-on": typeof finishSignOn;
  readonly "session.delete": typeof deleteSession;
  readonly "session.second-factor": typeof secondFactor;
  readonly "users.list": typeof listUsers;
  readonly "users.save": typeof saveUser;
  readonly "users.delete": typeof deleteUser;
  readonly "users.sign-out": typeof signOutUser;
  readonly "tokens.list": typeof listTokens;
  readonly "tokens.create": typeof createToken;
  readonly "tokens.revoke": typeof revokeToken;
  readonly sql: typeof runSql;
  readonly "subjects.delete": typeof deleteSubject;
  readonly "records.export": typeof exportRecords;
  readonly backup: typeof backup;
  readonly "support.dump": typeof supportDump;
  readonly "incidents.list": typeof listIncidents;
  readonly "incidents.get": typeof getIncident;
  readonly "incidents.update": typeof updateIncident;
  readonly "incidents.merge": typeof mergeIncidents;
  readonly "appeals.list": typeof listAppeals;
  readonly "appeals.add": typeof addAppeal;
  readonly "appeals.decide": typeof decideAppeal;
  readonly "alerts.list": typeof listAlerts;
  readonly "alerts.test": typeof testAlert;
  readonly "webhooks.list": typeof listWebhooks;
  readonly "webhooks.retry": typeof retryWebhook;
  readonly "config.effective": typeof effectiveConfiguration;
  readonly "policies.list": typeof listPolicies;
  readonly "policies.check": typeof checkPolicy;
  readonly "policies.apply": typeof applyPolicy;
  readonly "policies.apply-pack": typeof applyPack;
  readonly "policies.try-pack": typeof tryPack;
  readonly "policies.withdraw": typeof withdrawPolicy;
  readonly "policies.backtest": typeof backtestPolicy;
  readonly "policies.move": typeof movePolicy;
  readonly "policies.history": typeof policyHistory;
  readonly "policies.diff": typeof policyDiff;
  readonly "policies.rollback": typeof rollbackPolicy;
  readonly "proposals.list": typeof listProposals;
  readonly "proposals.decide": typeof decideProposals;
  readonly "packs.list": typeof listPacks;
  readonly "vocabulary.list": typeof listVocabulary;
  readonly "panic.set": typeof setPanic;
  readonly health: typeof health;
  readonly search: typeof search;
}

export const operationTable: OperationTable = {
  overview,
  "events.query": queryEvents,
  "events.series": eventSeries,
  "events.facets": eventFacets,
  "events.ways": eventWays,
  "decisions.list": listDecisions,
  "decisions.find": findDecision,
  "decisions.add": addDecision,
  "decisions.remove": removeDecision,
  "decisions.unblock": unblock,
  "decisions.exonerate": exonerate,
  "decoys.find": findDecoy,
  "actors.list": listActors,
  "actors.get": getActor,
  "sessions.get": getSession,
  "cohorts.list": listCohorts,
  "cohorts.get": getCohort,
  "cohorts.budget": errorBudget,
  "accounts.compromised": compromisedAccounts,
  "models.describe": describeModels,
  "models.unusual": unusualGroups,
  "product.activity": productActivity,
  "product.rings": productRings,
  "endpoints.list": listEndpoints,
  "intent.graph": intentGraph,
  "accounts.shift": loginShift,
  "agents.report": agentsReport,
  "intel.address": knownAddress,
  "intel.networks": learnedNetworks,
  "audit.list": listAudit,
  "audit.verify": verifyAudit,
  "session.get": getSessionState,
  "session.create": createSession,
  "session.bootstrap": bootstrapSession,
  "session.sign-on": beginSignOn,
  "session.finish-sign-on": finishSignOn,
  "session.delete": deleteSession,
  "session.second-factor": secondFactor,
  "users.list": listUsers,
  "users.save": saveUser,
  "users.delete": deleteUser,
  "users.sign-out": signOutUser,
  "tokens.list": listTokens,
  "tokens.create": createToken,
  "tokens.revoke": revokeToken,
  sql: runSql,
  "subjects.delete": deleteSubject,
  "records.export": exportRecords,
  backup,
  "support.dump": supportDump,
  "incidents.list": listIncidents,
  "incidents.get": getIncident,
  "incidents.update": updateIncident,
  "incidents.merge": mergeIncidents,
  "appeals.list": listAppeals,
  "appeals.add": addAppeal,
  "appeals.decide": decideAppeal,
  "alerts.list": listAlerts,
  "alerts.test": testAlert,
  "webhooks.list": listWebhooks,
  "webhooks.retry": retryWebhook,
  "config.effective": effectiveConfiguration,
  "policies.list": listPolicies,
  "policies.check": checkPolicy,
  "policies.apply": applyPolicy,
  "policies.apply-pack": applyPack,
  "policies.try-pack": tryPack,
  "policies.withdraw": withdrawPolicy,
  "policies.backtest": backtestPolicy,
  "policies.move": movePolicy,
  "policies.history": policyHistory,
  "policies.diff": policyDiff,
  "policies.rollback": rollbackPolicy,
  "proposals.list": listProposals,
  "proposals.decide": decideProposals,
  "packs.list": listPacks,
  "vocabulary.list": listVocabulary,
  "panic.set": setPanic,
  health,
  search,
};

/** The table as the faces see it: checked at the border, types forgotten. */
export const operations: readonly AnyOperation[] = Object.values(
  operationTable as unknown as Readonly<Record<string, AnyOperation>>,
);

/** An operation by its name. */
export function operationNamed(name: string): AnyOperation | undefined {
  return operations.find((operation) => operation.name === name);
}

/** The names of all operations. */
export type OperationName = keyof OperationTable;

/** What an operation is given; fields with a default may be left out. */
export type InputOf<Name extends OperationName> =
  OperationTable[Name] extends Operation<infer Input, infer _> ? Partial<Input> : never;

/** What an operation answers. */
export type OutputOf<Name extends OperationName> =
  OperationTable[Name] extends Operation<infer _, infer Output> ? Output : never;
