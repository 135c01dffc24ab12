import { type Clock, type Guard, intelLimits } from "#core";
import { createNameResolver } from "#integrations";
import { createIntel, type LiveIntel } from "#intel";
import { guessTags } from "#policy";
import type { Config } from "../config/config.ts";
import { openListStore } from "../intel/list-store.ts";
import { openLiveNetworks } from "../intel/live-networks.ts";
import { type ListAlarm, listAlarms, listSources, loadBotRanges } from "../intel/load-networks.ts";
import { AgentGuard } from "./agent-guard.ts";
import { AgentLedger, type AgentRow } from "./agent-ledger.ts";
import { AgentVerifier } from "./agent-verifier.ts";
import { configuredLanes } from "./configured-lanes.ts";
import { readRegisteredAgents } from "./registered-agents.ts";
import { createRobotsBook } from "./robots-book.ts";

/** What the gateway knows of networks and agents, and what it does about agents. */
export interface Agents {
  readonly intel: LiveIntel;
  /** Puts agents in their lanes around a guard. */
  around(inner: Guard): Guard;
  /** Takes a new configuration, with lists, databases and registered agents as they are on disk now. */
  configure(config: Config): void;
  report(): { readonly requests: number; readonly agents: readonly AgentRow[] };
  alarms(): readonly ListAlarm[];
  /** The robots.txt that the gateway answers in the applications' place; undefined: they answer. */
  readonly robotsServed: string | undefined;
  /** Resolves when the networks of the last configuration are in place, or could not be read (`alarms`). */
  networksInPlace(): Promise<void>;
  /** Ends its timers. */
  close(): void;
}

/** RFC 9309 section 2.4: a robots.txt should not be used for more than a day; an hour follows changes sooner. */
const robotsEveryMs = 3_600_000;

/** Opens both from the state directory. @throws GaitError `intel-database`, `intel-lists`, `agents-file`. */
export function openAgents(directory: string, first: Config, clock: Clock): Agents {
  const intel = createIntel();
  const verifier = new AgentVerifier({ intel, resolver: createNameResolver(), registered: [] });
  const robots = createRobotsBook(first);
  const networks = openLiveNetworks(directory, first.intel, intel);
  const ledger = new AgentLedger(intelLimits.agentsCounted.default, (application) => robots.of(application));
  let config = first;
  const guards: AgentGuard[] = [];
  const learn = (): void => {
    loadBotRanges(verifier.claims, intel.bots, openListStore(directory));
    verifier.register(readRegisteredAgents(directory));
    void robots.refresh();
  };
  learn();
  const configure = (next: Config): void => {
    robots.configure(next);
    networks.configure(next.intel);
    learn();
    config = next;
    for (const guard of guards) guard.lanes = configuredLanes(next.agents);
  };
  const robotsTimer = setInterval(() => void robots.refresh(), robotsEveryMs);
  robotsTimer.unref();
  return {
    intel,
    configure,
    around(inner) {
      const guard = new AgentGuard(inner, {
        intel,
        verifier,
        ledger,
        lanes: configuredLanes(config.agents),
        tagsOf: (exchange) => [
          ...(config.applications.find(({ name }) => name === exchange.application)?.tags ?? []),
          ...guessTags(exchange.request.path),
        ],
        clock,
        agentsMax: intelLimits.agentsCounted.default,
      });
      guards.push(guard);
      return guard;
    },
    get robotsServed() {
      return robots.served;
    },
    networksInPlace: () => networks.inPlace(),
    close: () => clearInterval(robotsTimer),
    report: () => ledger.report(),
    alarms() {
      const sources =
        config.intel.lists.length === 0 ? [] : listSources({ ...config.intel, botRanges: false }, intel.bots);
      const listed = listAlarms(sources, openListStore(directory), {
        now: clock.now(),
        maximumAge: config.intel.maximumAge,
      });
      return networks.problem === "" ? listed : [{ list: "networks", text: networks.problem }, ...listed];
    },
  };
}
