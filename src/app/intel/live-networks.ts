import type { LiveIntel } from "#intel";
import type { IntelConfig } from "../config/config.ts";
import { messageOf } from "../serve/service.ts";
import { openListStore } from "./list-store.ts";
import { checkDatabases, loadNetworks } from "./load-networks.ts";
import { loadNetworksAside } from "./load-networks-aside.ts";

/** The networks of a running gateway: read before it serves, read aside while it does. */
export interface LiveNetworks {
  /**
   * Takes a new configuration and whatever is on disk now. Returns at once; the old data serves until the new is whole.
   * @throws GaitError `intel-database` for files that cannot be databases; then the old configuration stays.
   */
  configure(config: IntelConfig): void;
  /** Resolves when all that is under way is in place, overtaken or could not be read. */
  inPlace(): Promise<void>;
  /** Why the old networks still serve; empty when the last configuration's do. */
  readonly problem: string;
}

/** @throws GaitError `intel-database`, `intel-lists`: a gateway does not start with less than it was told to know. */
export function openLiveNetworks(directory: string, first: IntelConfig, intel: LiveIntel): LiveNetworks {
  intel.replaceNetworks(loadNetworks(first, openListStore(directory)));
  let underWay: Promise<unknown> = Promise.resolve();
  let generation = 0;
  let problem = "";
  return {
    configure(config) {
      checkDatabases(config.databases);
      const mine = ++generation;
      const taken = loadNetworksAside(config, directory).then((sources) => {
        // A later reload has overtaken this one: its data is the newer.
        if (mine !== generation) return;
        intel.replaceNetworks(sources);
        problem = "";
      });
      const settled = taken.catch((error: unknown) => {
        if (mine !== generation) return;
        problem = `the last reload could not read them, the ones before stay: ${messageOf(error)}`;
      });
      underWay = Promise.all([underWay, settled]);
    },
    async inPlace() {
      await underWay;
    },
    get problem() {
      return problem;
    },
  };
}
