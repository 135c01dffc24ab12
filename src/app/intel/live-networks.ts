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
      if (config.databases.length === 0 && config.lists.length === 0) {
        // Nothing to read: a thread for it would leave megabytes behind with every reload.
        intel.replaceNetworks(loadNetworks(config, openListStore(directory)));
        problem = "";
        return;
      }
      // One thread at a time; what a later reload has overtaken is not read, or not taken: the later one's data is the newer.
      underWay = underWay.then(async () => {
        if (mine !== generation) return;
        try {
          const sources = await loadNetworksAside(config, directory);
          if (mine !== generation) return;
          intel.replaceNetworks(sources);
          problem = "";
        } catch (error) {
          if (mine === generation)
            problem = `the last reload could not read them, the ones before stay: ${messageOf(error)}`;
        }
      });
    },
    async inPlace() {
      await underWay;
    },
    get problem() {
      return problem;
    },
  };
}
