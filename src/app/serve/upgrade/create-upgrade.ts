import type { Clock } from "#core";
import type { Gateway, GatewayOptions } from "#edge";
import type { DecisionTable } from "#policy";
import { messageOf, type UpgradeResult } from "../service.ts";
import { type PublishedStanding, restoreStanding } from "../workers/published-standing.ts";
import { startSuccessor } from "./start-successor.ts";
import { inheritSockets, type Succession } from "./succession.ts";

/** What is handed over, and how this process lets go. */
export interface UpgradeParts {
  readonly gateway: Gateway;
  standing(): PublishedStanding;
  /** Closes what only one process may hold; traffic goes on. */
  release(): Promise<void>;
  /** Called when there is nothing left to do here but to drain. */
  superseded(): void;
}

/** Makes the upgrade in place of one service. While one is under way, another is refused. */
export function createUpgrade({ gateway, standing, release, superseded }: UpgradeParts): () => Promise<UpgradeResult> {
  let underWay = false;
  return async () => {
    if (underWay) return { kind: "refused", reason: "an upgrade is under way already" };
    underWay = true;
    const descriptors = gateway.sockets();
    const sockets = gateway.addresses.map((address, i) => ({ ...address, descriptors: descriptors[i] ?? [] }));
    try {
      const successor = await startSuccessor({ sockets, standing: standing() });
      // After this turn, so that an admin request that asked for it is answered first.
      setImmediate(() => {
        void release().finally(() => {
          successor.release();
          superseded();
        });
      });
      return { kind: "upgraded", pid: successor.pid };
    } catch (error) {
      underWay = false;
      return { kind: "refused", reason: messageOf(error) };
    }
  };
}

/** The options of a successor: it listens on what was handed over to it. */
export function succeeding(options: GatewayOptions, { sockets }: Succession): GatewayOptions {
  return { ...options, listen: inheritSockets(options.listen, sockets) };
}

/**
 * A successor begins with the decisions that stood at its predecessor, whether or not they were durable. Those of the
 * configuration are left out: the successor has read its own.
 */
export async function takeStanding(
  succession: Succession | undefined,
  decisions: DecisionTable,
  clock: Clock,
): Promise<void> {
  const published = await succession?.standing;
  if (published === undefined) return;
  const kept = published.decisions.filter(({ id }) => !id.startsWith("config-"));
  restoreStanding(decisions, { published: { ...published, decisions: kept }, now: clock.monotonic() });
}
