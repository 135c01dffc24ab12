import { join } from "node:path";
import type { Clock } from "#core";
import type { LiveFacts } from "#engine";
import { type ControlStore, type FactLog, openFactLog } from "#store";
import type { Config } from "../config/config.ts";
import type { StateDirectory } from "../serve/state-directory.ts";
import { createTreatments, type LiveTreatments } from "./answer-treatments.ts";
import { endpointTagger } from "./endpoint-tagger.ts";
import { createFactRecorder, type FactRecorder, firstLayout } from "./fact-recorder.ts";
import { type LivePolicy, openPolicy } from "./open-policy.ts";
import { openPanicSwitch, type PanicSwitch } from "./panic-switch.ts";
import { createPolicyDesk, type PolicyDesk } from "./policy-desk.ts";
import { openPolicyLedger } from "./policy-ledger.ts";

/** What serves the gateway's policy. */
export interface PolicyRoom {
  readonly policy: LivePolicy;
  readonly desk: PolicyDesk;
  readonly panic: PanicSwitch;
  readonly facts: FactLog;
  readonly factsFolder: string;
  readonly recorder: FactRecorder;
  readonly treatments: LiveTreatments;
  close(): Promise<void>;
}

/** The rules and the switch that stops them, from the state directory. @throws GaitError as `openPolicy`. */
export function openLivePolicy(
  config: Config,
  {
    state,
    clock,
    facts,
    control,
  }: {
    readonly state: StateDirectory;
    readonly clock: Clock;
    readonly facts: LiveFacts;
    readonly control: ControlStore;
  },
): PolicyRoom {
  facts.tagWith(endpointTagger(config));
  const policy = openPolicy(config.policy, { facts, ledger: openPolicyLedger(control), clock });
  const factsFolder = join(state.path, "facts");
  const log = openFactLog(factsFolder, firstLayout(facts.vocabulary));
  const desk = createPolicyDesk({
    policy,
    factsFolder,
    flushFacts: () => log.flush(),
    falsePositivesPerDay: () => config.enforce.falsePositivesPerDay,
    lists: () => config.policy.lists,
  });
  return {
    policy,
    desk,
    panic: openPanicSwitch(state.path),
    facts: log,
    factsFolder,
    recorder: createFactRecorder(log, { clock, vocabulary: facts.vocabulary }),
    treatments: createTreatments({ hashKey: state.hashKey, clock }),
    close: () => log.close(),
  };
}
