import type { PolicyRoom } from "../../policy/open-live-policy.ts";
import type { Service } from "../../serve/service.ts";
import { type BacktestedRule, backtestPolicy } from "../policies/backtest-policy.ts";

interface Known {
  /** The proposals that were tried. */
  key: string;
  effects: ReadonlyMap<string, BacktestedRule>;
  trying: boolean;
}

const known = new WeakMap<PolicyRoom, Known>();

/**
 * What proposals would have done, as far as it is known: all of them are tried in one pass beside whoever asks, again when
 * there are others. Until then the map is what it was.
 */
export function effectsOf(service: Service, names: readonly string[]): ReadonlyMap<string, BacktestedRule> {
  const { policyRoom } = service;
  const state = known.get(policyRoom) ?? { key: "", effects: new Map<string, BacktestedRule>(), trying: false };
  known.set(policyRoom, state);
  const key = [...names].sort().join(" ");
  if (key !== state.key && !state.trying && names.length > 0) {
    state.trying = true;
    void tryAll(service, names)
      .then((effects) => {
        state.effects = effects;
        state.key = key;
      })
      .catch(() => {
        // Nothing is stored yet, or a rule cannot be tried: the queue says that the effect is not known.
        state.key = key;
      })
      .finally(() => {
        state.trying = false;
      });
  }
  return state.effects;
}

async function tryAll(service: Service, names: readonly string[]): Promise<ReadonlyMap<string, BacktestedRule>> {
  const context = { service } as Parameters<typeof backtestPolicy.handle>[0];
  const { rules } = await backtestPolicy.handle(context, { names });
  return new Map(rules.map((rule) => [rule.rule, rule]));
}
