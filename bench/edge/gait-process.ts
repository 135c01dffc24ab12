/** One Gait process for the benchmark: `node gait-process.ts PORT UPSTREAM_PORT plain|observe|enforce`. */
import { randomBytes } from "node:crypto";
import type { Exchange, Guard, Verdict } from "#core";
import { keepPausesShort, openGateway } from "#edge";
import { createEngine } from "#engine";
import { createIntel } from "#intel";

const [port = "0", upstream = "0", kind = "plain"] = process.argv.slice(2);

const allowed: Omit<Verdict, "reference"> = {
  action: "allow",
  kind: "unknown",
  score: { total: 0, behaviour: 0, presentation: 0 },
  signals: [],
  rule: null,
  watched: [],
  basis: "none",
  certifiedFpr: null,
  revision: 0,
};

/** The data plane alone: every check of the edge, no engine. */
const allowAll: Guard = {
  inspect: (exchange: Exchange) => ({ ...allowed, reference: exchange.id }),
  observe: () => undefined,
};

keepPausesShort();
const key = randomBytes(8);
await openGateway(
  {
    listen: [{ host: "127.0.0.1", port: Number(port) }],
    applications: [{ name: "bench", upstream: { name: "origin", urls: [`http://127.0.0.1:${upstream}`] } }],
    mode: kind === "enforce" ? "enforce" : "observe",
    hashKey: { k0: key.readUInt32LE(0), k1: key.readUInt32LE(4) },
    limits: { requestsPerConnectionMax: 1_000_000_000 },
  },
  kind === "plain" ? allowAll : createEngine({ intel: createIntel(), seed: 7 }),
);
process.on("SIGTERM", () => process.exit(0));
