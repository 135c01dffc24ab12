import type { Config } from "./config.ts";
import { renderEffective } from "./effective.ts";

/**
 * A configuration as it may be shown to whoever looks: the way into a chat is a secret that stands in its URL, so URLs of
 * destinations end behind their host.
 */
export function renderShown(config: Config): string {
  return renderEffective(withoutSecrets(config));
}

/** The same for somebody outside: addresses on the operator's lists are told by their number alone. */
export function renderForSupport(config: Config): string {
  const { policy } = config;
  const counted = (list: readonly string[]): readonly string[] =>
    list.length === 0 ? [] : [`${list.length} left out`];
  return renderEffective({
    ...withoutSecrets(config),
    policy: { ...policy, allow: counted(policy.allow), block: counted(policy.block) },
  });
}

function withoutSecrets(config: Config): Config {
  const { alerts } = config;
  return {
    ...config,
    alerts: {
      ...alerts,
      destinations: alerts.destinations.map((one) => ({ ...one, url: `${new URL(one.url).origin}/…` })),
    },
  };
}
