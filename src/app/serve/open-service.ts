import { join, resolve } from "node:path";
import { type Clock, GaitError } from "#core";
import { type Gateway, keepPausesShort } from "#edge";
import { openAdmin } from "../admin/open-admin.ts";
import { openAgents } from "../agents/open-agents.ts";
import { alertIncidents, alertRecords, configureAlerts, openAlerts, watchCosts } from "../alerts/open-alerts.ts";
import { openAppealDoor } from "../appeals/open-appeal-door.ts";
import type { Config } from "../config/config.ts";
import { forwards } from "../config/consistency.ts";
import { renderEffective } from "../config/effective.ts";
import type { Assignment } from "../config/environment.ts";
import { requireConfig } from "../config/read-config.ts";
import { Probes } from "../doctor/probe-guard.ts";
import { Identity } from "../identity/identity.ts";
import { openSignOn } from "../identity/sign-on.ts";
import { IncidentBook, lookForIncidents } from "../incidents/incident-book.ts";
import { openLearned } from "../learned/open-learned.ts";
import { openTrainer } from "../learned/open-trainer.ts";
import { openPassive } from "../passive/open-passive.ts";
import { productRow } from "../passive/product-row.ts";
import { toldStep } from "../passive/told-step.ts";
import { createAutomaticPolicies } from "../policy/automatic-policies.ts";
import { endpointTagger } from "../policy/endpoint-tagger.ts";
import { liftExonerated } from "../policy/lift-exonerated.ts";
import { openLivePolicy } from "../policy/open-live-policy.ts";
import { openVerdictFile } from "../policy/verdict-file.ts";
import { WebhookDesk } from "../policy/webhook-desk.ts";
import { openPublish } from "../publish/open-publish.ts";
import { openRecords } from "../records/open-records.ts";
import { restoreDecisions } from "../records/standing-decisions.ts";
import { applicationModes, gatewayOptions } from "./gateway-options.ts";
import { idleGateway } from "./idle-gateway.ts";
import { createJudge } from "./judge.ts";
import { openBeside } from "./open-beside.ts";
import { createProtection } from "./protection.ts";
import { messageOf, type ReloadResult, type Service, type UpgradeResult } from "./service.ts";
import { startConfig } from "./start-config.ts";
import { openStateDirectory } from "./state-directory.ts";
import { createUpgrade, succeeding, takeStanding } from "./upgrade/create-upgrade.ts";
import type { Succession } from "./upgrade/succession.ts";
import { Witness } from "./witness.ts";
import { openTraffic } from "./workers/open-traffic.ts";
import { publishStanding } from "./workers/published-standing.ts";

/** Where a service takes its configuration from. */
export interface ServiceSources {
  readonly path: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly flags: readonly Assignment[];
  /** This process takes over from another one. */
  readonly succession?: Succession | undefined;
}

/** A running gateway with its admin plane. */
export interface RunningService extends Service {
  /** Drains traffic, then closes the admin plane. */
  stop(): Promise<{ readonly cut: number }>;
  /** Of the page of appeals; undefined where there is none. */
  readonly appealsPort: number | undefined;
  /** Resolves when a successor serves in place of this process, which then has nothing left to do but to stop. */
  readonly superseded: Promise<void>;
  reopenLogs(): void;
}

/** Changes of these keys wait for the next start: they are bound to sockets and files that are open. */
const atNextStartKeys = [
  "listen",
  "workers",
  "beside",
  "passive",
  "publish",
  "appeals",
  "admin",
  "store",
  "accessLog",
  "tls",
] as const;

/** How soon after a conviction its policy is written. */
const automaticMs = 15_000;

const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

/**
 * Starts everything: configuration, state directory, judge, data plane, admin plane. When the file is bad and a last
 * good one was kept, it serves with that and says so (`degraded`). @throws GaitError when it cannot start at all.
 */
export async function openService(sources: ServiceSources): Promise<RunningService> {
  keepPausesShort();
  const { config: first, degraded: degradedAtStart } = startConfig(sources);
  let config = first;
  let revision = 1;
  let degraded = degradedAtStart;
  let reloadsRefused = 0;
  let draining = false;
  const state = openStateDirectory(config.store.path);
  const signOn = openSignOn(config.admin.signOn);
  const agents = openAgents(config.store.path, config, systemClock);
  const judge = createJudge(state.hashKey, agents);
  const { succession } = sources;
  const learned = openLearned(state.path, judge.learned, { clock: systemClock });
  const trainer = openTrainer(judge.engine.models, { clock: systemClock, seed: state.hashKey.k0 });
  const records = await openRecords(config, state.hashKey, {
    held: succession?.ended,
    network: (ip) => agents.intel.network(ip),
  });
  const { control } = records;
  const rules = openLivePolicy(config, { state, clock: systemClock, facts: judge.facts, control });
  const { policy, panic, recorder } = rules;
  const { hashKey } = state;
  const webhooks = new WebhookDesk({ clock: systemClock, passed: (reference) => witness.passed(reference) });
  webhooks.configure(config);
  const protection = createProtection(config, {
    judge,
    policy,
    clock: systemClock,
    panic,
    recorder,
    webhooks,
    hashKey,
  });
  restoreDecisions(control, protection.decisions, {
    now: systemClock.now(),
    monotonic: systemClock.monotonic(),
  });
  const automatic = createAutomaticPolicies({
    cohorts: () => judge.engine.cohorts(),
    policy,
    desk: rules.desk,
    clock: systemClock,
    modeOf: () => config.policy.automatic,
  });
  const writer = setInterval(() => void automatic.look().catch(() => undefined), automaticMs).unref();
  const verdicts = openVerdictFile(state.path, protection.decisions, systemClock);
  const witness: Witness = new Witness(protection, {
    clock: systemClock,
    modes: applicationModes(config),
    engine: judge.engine,
    records,
  });
  const told = { hashKey: state.hashKey, revision, robots: agents.robotsServed };
  const options = gatewayOptions(config, told);
  await takeStanding(succession, protection.decisions, systemClock);
  const publishing = await openPublish(config, {
    clock: systemClock,
    decisions: protection.decisions,
    config: () => config,
    say: (text) => process.stderr.write(`gait: ${text}\n`),
  });
  const probes = new Probes(systemClock);
  const guard = probes.around(publishing.around(witness));
  const gateway = forwards(config)
    ? await openTraffic(succession === undefined ? options : succeeding(options, succession), {
        guard,
        treatments: rules.treatments,
        clock: systemClock,
        workers: config.workers,
        decisions: protection.decisions,
        directory: state.path,
        limits: config.limits.workers ?? {},
      })
    : idleGateway;
  succession?.serving();
  await succession?.released;
  const beside = await openOrDrain("beside", gateway, () =>
    openBeside(config, { guard, clock: systemClock, hashKey: state.hashKey, statePath: state.path }),
  );
  const passive = await openOrDrain("passive", gateway, () =>
    openPassive(config, { guard, clock: systemClock, hashKey: state.hashKey }),
  );
  passive.events.subscribe((event) => {
    records.appendProduct(productRow(event, state.hashKey));
    judge.facts.told(toldStep(event));
  });
  const keep = (): void => {
    if (sources.path !== undefined) state.keepLastGood(resolve(sources.path), renderEffective(config));
  };
  if (degraded === "") keep();
  const socketPath = config.admin.socket ?? join(config.store.path, "admin.sock");
  const alerts = openAlerts(config, systemClock);
  const stopWatchingCosts = watchCosts(alerts, { records, config: () => config, clock: systemClock });
  const incidents = new IncidentBook(control, judge.engine, { clock: systemClock });
  const sweeper = setInterval(() => {
    judge.sweep(systemClock.now());
    protection.decisions.expire(systemClock.monotonic());
    panic.look();
    alertIncidents(alerts, lookForIncidents(incidents));
    alertRecords(alerts, records.stats());
    policy.expire(systemClock.now());
    liftExonerated(protection.decisions, () => judge.engine.cohorts());
    verdicts.keep("soon");
  }, 1_000);
  sweeper.unref();

  const refuse = (reason: string): ReloadResult => {
    reloadsRefused++;
    degraded = `the last reload was refused: ${reason}`;
    return { kind: "refused", reason };
  };
  const reload = (): ReloadResult => {
    try {
      const { config: next } = requireConfig(sources);
      const prepared = policy.prepare(next.policy);
      configureAlerts(alerts, next);
      webhooks.configure(next);
      agents.configure(next);
      const told = { hashKey: state.hashKey, revision: revision + 1, robots: agents.robotsServed };
      if (forwards(next)) gateway.reload(gatewayOptions(next, told));
      const atNextStart = atNextStartKeys.filter((key) => JSON.stringify(next[key]) !== JSON.stringify(config[key]));
      protection.configure(next);
      judge.facts.tagWith(endpointTagger(next));
      prepared.commit();
      witness.modes = applicationModes(next);
      config = next;
      revision++;
      degraded = "";
      keep();
      return { kind: "reloaded", revision, atNextStart };
    } catch (error) {
      return refuse(messageOf(error));
    }
  };
  const service = {
    startedAt: systemClock.now(),
    configFile: sources.path,
    addresses: gateway.addresses,
    beside: beside.addresses,
    passive,
    publishing,
    probes,
    socketPath,
    witness,
    protection,
    policyRoom: rules,
    learned,
    get config(): Config {
      return config;
    },
    get revision(): number {
      return revision;
    },
    get degraded(): string {
      return degraded === "" ? policy.degraded : degraded;
    },
    get reloadsRefused(): number {
      return reloadsRefused;
    },
    get draining(): boolean {
      return draining;
    },
    adminAddress: undefined as string | undefined,
    edgeStats: () => gateway.stats(),
    engineStats: () => judge.stats(),
    records,
    incidents,
    alerts,
    webhooks,
    identity: new Identity(control, { key: records.key, signOn }),
    engine: judge.engine,
    trainer,
    agentReport: () => ({ ...agents.report(), alarms: agents.alarms() }),
    networksInPlace: () => agents.networksInPlace(),
    reload,
    // Filled in below, when there is something to hand over.
    upgrade: (): Promise<UpgradeResult> => Promise.resolve({ kind: "refused", reason: "still starting" }),
  };
  const admin = await openAdminOrDrain(service, gateway);
  service.adminAddress = admin.address;
  const appeals = await openOrDrain("appeals", gateway, () => openAppealDoor(service, systemClock));
  const superseded = Promise.withResolvers<void>();
  const upgrade = createUpgrade({
    gateway,
    standing: () => publishStanding(protection.decisions, { now: systemClock.monotonic(), directory: state.path }),
    async release() {
      draining = true;
      await beside.close();
      await passive.close();
      await appeals.close();
      await admin.close();
    },
    superseded: superseded.resolve,
  });
  return Object.assign(service, {
    upgrade,
    appealsPort: appeals.port,
    superseded: superseded.promise,
    reopenLogs: () => gateway.reopenLogs(),
    async stop() {
      draining = true;
      const { cut } = await gateway.drain();
      await beside.close();
      await passive.close();
      await publishing.close();
      await appeals.close();
      clearInterval(sweeper);
      await trainer.close();
      await learned.close();
      agents.close();
      await admin.close();
      clearInterval(writer);
      verdicts.keep("at once");
      await rules.close();
      stopWatchingCosts();
      alerts.close();
      webhooks.close();
      await records.close();
      return { cut };
    },
  });
}

/** A gateway whose admin plane cannot open is closed again: half a start is none. */
async function openAdminOrDrain(service: Service, gateway: Gateway): ReturnType<typeof openAdmin> {
  try {
    return await openAdmin(service);
  } catch (error) {
    await gateway.drain();
    throw error instanceof GaitError ? error : new GaitError("admin-listen", messageOf(error));
  }
}

/** The same for every other door. */
async function openOrDrain<Door>(
  name: "beside" | "passive" | "appeals",
  gateway: Gateway,
  open: () => Promise<Door>,
): Promise<Door> {
  try {
    return await open();
  } catch (error) {
    await gateway.drain();
    if (error instanceof GaitError) throw error;
    if (name === "appeals") throw new GaitError("appeals-listen", `appeals: ${messageOf(error)}`);
    throw name === "beside"
      ? new GaitError("beside-listen", `beside: ${messageOf(error)}`)
      : new GaitError("passive-listen", `passive: ${messageOf(error)}`);
  }
}
