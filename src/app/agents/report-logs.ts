import { intelLimits } from "#core";
import { logInputFromPath, readLogs } from "#edge";
import { AgentSwarms, type Swarm } from "#engine";
import { createIntel } from "#intel";
import { parseRobots } from "#policy";
import { AgentLedger } from "./agent-ledger.ts";

/**
 * The report "agents on your site" from access logs. Standings are claims: a log holds no signatures, and nobody is looked up.
 * @throws GaitError `log-file`, `log-format` and the others of `readLogs`.
 */
export async function reportLogs(
  paths: readonly string[],
  robotsText: string | undefined,
): Promise<ReturnType<AgentLedger["report"]> & { readonly swarms: readonly Swarm[] }> {
  const intel = createIntel();
  const limits = { bytesMax: intelLimits.robotsBytes.default, rulesMax: intelLimits.robotsRules.default };
  const robots = robotsText === undefined ? undefined : parseRobots(robotsText, limits);
  const ledger = new AgentLedger(intelLimits.agentsCounted.default, () => robots);
  const swarms = new AgentSwarms();
  await readLogs(paths.map(logInputFromPath), {
    choice: { format: "auto", fields: "", captures: [] },
    // Hashes made here are never compared with others', so the key does not matter.
    parse: { application: "default", key: { k0: 0, k1: 0 }, forwarded: "inside", zoneMinutes: 0 },
    onExchange(exchange) {
      ledger.countRequest();
      const bot = intel.declaredBot(exchange.request.userAgent);
      if (bot === undefined) {
        swarms.note(exchange);
        return;
      }
      ledger.note(exchange, { ...bot, standing: "claimed" });
      ledger.noteCost(bot.name, exchange);
    },
  });
  return { ...ledger.report(), swarms: swarms.swarms() };
}
