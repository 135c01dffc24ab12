import { join } from "node:path";
import type { Clock } from "#core";
import type { LiveFacts } from "#engine";
import { openControlStore } from "#store";
import type { Config } from "../config/config.ts";
import type { StateDirectory } from "../serve/state-directory.ts";
import { endpointTagger } from "./endpoint-tagger.ts";
import { type LivePolicy, openPolicy } from "./open-policy.ts";
import { openPanicSwitch, type PanicSwitch } from "./panic-switch.ts";
import { openPolicyLedger } from "./policy-ledger.ts";

/** The rules and the switch that stops them, from the state directory. @throws GaitError as `openPolicy`. */
export function openLivePolicy(
  config: Config,
  { state, clock, facts }: { readonly state: StateDirectory; readonly clock: Clock; readonly facts: LiveFacts },
): { readonly policy: LivePolicy; readonly panic: PanicSwitch } {
  const { k0, k1 } = state.hashKey;
  const store = openControlStore(join(state.path, "control"), Buffer.from(`${k0}:${k1}:audit`));
  facts.tagWith(endpointTagger(config));
  const policy = openPolicy(config.policy, { facts, ledger: openPolicyLedger(store), clock });
  return { policy, panic: openPanicSwitch(state.path) };
}
