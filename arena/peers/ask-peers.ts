import type { PhaseResult } from "../phase.ts";
import { type PeerScore, scorePeer } from "../scoring/score.ts";
import { byCrowdsec, byFail2ban, byIsbot } from "./offline.ts";

/** What each peer would have refused; one that is not installed says so and has no row. */
export async function askPeers(
  observe: PhaseResult,
  directory: string,
  say: (line: string) => void,
): Promise<readonly PeerScore[]> {
  const seen = { log: observe.log, truth: observe.truth };
  const asked: readonly (readonly [name: string, refused: () => Promise<ReadonlySet<string>>])[] = [
    ...(observe.absent.some((each) => each.startsWith("nginx"))
      ? []
      : [
          ["nginx limit_req", async () => observe.limited] as const,
          ["ModSecurity + CRS", async () => observe.firewalled] as const,
        ]),
    ["express-rate-limit", async () => new Set(expressLimited(observe))],
    ["isbot", async () => byIsbot(observe.log)],
    ["fail2ban", () => byFail2ban(observe.log, directory)],
    ["CrowdSec", () => byCrowdsec(observe.log, directory)],
  ];
  const rows: PeerScore[] = [];
  for (const [name, refused] of asked) {
    try {
      rows.push(scorePeer(name, await refused(), seen));
    } catch (error) {
      say(`${name} has no row: ${String(error).split("\n", 1)[0]}`);
    }
  }
  return rows;
}

/** The platform counted beside; its record has no request id, but the order of an address's requests is the log's. */
function expressLimited({ log, reached }: PhaseResult): readonly string[] {
  const ofAddress = Map.groupBy(reached, ({ ip }) => ip);
  const at = new Map<string, number>();
  return log.flatMap(({ id, ip }) => {
    const index = at.get(ip) ?? 0;
    at.set(ip, index + 1);
    return ofAddress.get(ip)?.[index]?.limited === true ? [id] : [];
  });
}
