import type { FoundProxy } from "./machine.ts";
import { doorOf } from "./snippet.ts";

/** What the first configuration is made from. */
export interface FirstConfig {
  readonly upstream: string | undefined;
  readonly proxy: FoundProxy | undefined;
  /** Logs to follow where there is neither an upstream nor a proxy to ask. */
  readonly logs: readonly string[];
}

/** A first `gait.yaml`: valid, commented, in observe mode. */
export function renderFirstConfig(first: FirstConfig): string {
  return `# Gait's configuration, written by gait init. docs/configuration.md explains every key; gait check finds mistakes.

${protectedBy(first)}
# observe: judge and record, act on nothing. Look at the status page for some days, then say enforce.
mode: observe

# What happens when the engine cannot judge: open lets requests pass, closed refuses them.
failMode: open

# Proxies in front of this one (CDN, balancer) whose X-Forwarded-For is believed. Without it a CDN is taken for one client.
trustedProxies: []

policy:
  # Never acted on, whatever happens: your own monitoring, your office. Wins over everything else.
  allow: []
  # Refused once mode is enforce.
  block: []

admin:
  # Status page and metrics. Beyond this machine only with a token (admin.tokenFile).
  listen: 127.0.0.1:9180

store:
  # Everything Gait keeps: its hash key, the last good configuration. For its owner alone.
  path: gait-data
`;
}

function protectedBy({ upstream, proxy, logs }: FirstConfig): string {
  if (upstream !== undefined) {
    return `# Clients reach Gait here…\nlisten: 127.0.0.1:8080\n# …and it forwards to your application.\nupstream: ${upstream}\n`;
  }
  if (proxy !== undefined) {
    const { key, address } = doorOf[proxy.kind];
    return `# Your ${proxy.kind} stays in front and asks here about each request.\nbeside:\n  application: default\n  ${key}: ${address}\n`;
  }
  return `# Access logs that are followed as they grow. Nothing can be done to those requests; they are judged and shown.\npassive:\n  logs:\n${logs.map((path) => `    - ${JSON.stringify(path)}\n`).join("")}`;
}
