import { existsSync } from "node:fs";
import type { Command } from "commander";
import { exitCodes, intelLimits } from "#core";
import type { IntelConfig } from "../../config/config.ts";
import type { CommandContext, Verb } from "../command.ts";
import { directoryOption, type StateOptions, stateOf } from "../state-option.ts";

/** `gait intel`: what is known about networks and bots' addresses. */
export const intel: Verb = (program, context) => {
  const group = program.command("intel").description("what is known about networks: update, status, lookup, networks");
  addUpdate(group, context);
  addStatus(group, context);
  addLookup(group, context);
};

function addUpdate(group: Command, { stdout }: CommandContext): void {
  directoryOption(group.command("update"))
    .description("fetch the configured lists and bots' published ranges; a bad update is refused and the old list kept")
    .argument("[names...]", "only these lists")
    .option("--json", "as one JSON document")
    .addHelpText("after", "\nExit code 4 when an update was refused.\n\nExample:\n  gait intel update && gait reload\n")
    .action(async (names: string[], options: StateOptions & { json?: boolean }) => {
      const { sources, store } = await opened(options);
      const { updateLists } = await import("../../intel/update-lists.ts");
      const wanted = names.length === 0 ? sources : sources.filter(({ name }) => names.includes(name));
      const outcomes = await updateLists(wanted, store, { now: Date.now() });
      if (options.json === true) stdout.write(`${JSON.stringify({ version: 1, lists: outcomes })}\n`);
      else
        for (const { name, outcome, prefixes, detail } of outcomes)
          stdout.write(
            `${outcome.padEnd(9)} ${name}, ${prefixes} prefixes in use${detail === "" ? "" : `: ${detail}`}\n`,
          );
      if (outcomes.some(({ outcome }) => outcome === "refused")) process.exitCode = exitCodes.findings;
    });
}

function addStatus(group: Command, { stdout }: CommandContext): void {
  directoryOption(group.command("status"))
    .description("the lists in use, their age, and alarms")
    .option("--json", "as one JSON document")
    .addHelpText("after", "\nExample:\n  gait intel status\n")
    .action(async (options: StateOptions & { json?: boolean }) => {
      const { sources, store, config } = await opened(options);
      const { listAlarms } = await import("../../intel/load-networks.ts");
      const alarms = listAlarms(sources, store, { now: Date.now(), maximumAge: config.maximumAge });
      if (options.json === true) {
        stdout.write(`${JSON.stringify({ version: 1, lists: store.records(), alarms })}\n`);
        return;
      }
      for (const { name, prefixes, checkedAt } of store.records())
        stdout.write(`${name}: ${prefixes} prefixes, checked ${new Date(checkedAt).toISOString()}\n`);
      for (const { list, text } of alarms) stdout.write(`ALARM ${list}: ${text}\n`);
    });
}

function addLookup(group: Command, { stdout }: CommandContext): void {
  directoryOption(group.command("lookup"))
    .description("what is known about an address")
    .argument("<address>")
    .option("--json", "as one JSON document")
    .addHelpText("after", "\nExample:\n  gait intel lookup 203.0.113.9\n")
    .action(async (address: string, options: StateOptions & { json?: boolean }) => {
      const { store, config } = await opened(options);
      const { loadNetworks } = await import("../../intel/load-networks.ts");
      const { createNetworkLookup } = await import("#intel");
      const found = createNetworkLookup({
        ...loadNetworks(config, store),
        networksCachedMax: intelLimits.networksCached.default,
      })(address);
      if (options.json === true) stdout.write(`${JSON.stringify({ version: 1, address, ...found })}\n`);
      else {
        const place = [found.city, found.country].filter((part) => part !== "").join(", ") || "place unknown";
        const owner = found.asn === 0 ? "network unknown" : `AS${found.asn} ${found.organisation}`;
        stdout.write(
          `${address}: ${owner}, ${place}, ${found.categories.join(", ") || "no category"}${found.lists.length === 0 ? "" : ` (${found.lists.join(", ")})`}\n`,
        );
      }
    });
}

async function opened(options: StateOptions): Promise<{
  readonly config: IntelConfig;
  readonly sources: ReturnType<typeof import("../../intel/load-networks.ts").listSources>;
  readonly store: ReturnType<typeof import("../../intel/list-store.ts").openListStore>;
}> {
  const { requireConfig } = await import("../../config/read-config.ts");
  const { openListStore } = await import("../../intel/list-store.ts");
  const { listSources } = await import("../../intel/load-networks.ts");
  const { createBotDirectory } = await import("#intel");
  const path = options.config ?? (existsSync("gait.yaml") ? "gait.yaml" : undefined);
  const none = { lists: [], databases: [], botRanges: true, maximumAge: "14d" };
  const config = path === undefined ? none : requireConfig({ path, env: process.env }).config.intel;
  const bots = createBotDirectory({
    userAgentCharactersMax: intelLimits.userAgentCharacters.default,
    userAgentsCachedMax: 2,
  });
  return { config, sources: listSources(config, bots), store: openListStore(stateOf(options)) };
}
