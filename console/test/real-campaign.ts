import type { ServiceRig } from "../../src/app/serve/testdata/service-rig.ts";
import { type DecisionRecord, readTrace } from "../../src/core/index.ts";

const minute = 60_000;

/** Looks of a campaign in order: what is new in each is what the incident page must name. */
export const looks = [
  { agent: "curl/8.5.0", ja4: "t13d1", headers: "h-curl", network: "198.51.100" },
  { agent: "Mozilla/5.0 (X11; Linux x86_64) Chrome/142", ja4: "t13d1", headers: "h-curl", network: "198.51.100" },
  { agent: "Mozilla/5.0 (X11; Linux x86_64) Chrome/142", ja4: "t13d2", headers: "h-curl", network: "198.51.100" },
  { agent: "Mozilla/5.0 (X11; Linux x86_64) Chrome/142", ja4: "t13d2", headers: "h-chrome", network: "198.51.100" },
  { agent: "Mozilla/5.0 (X11; Linux x86_64) Chrome/142", ja4: "t13d2", headers: "h-chrome", network: "203.0.113" },
] as const;

/** What each change of looks must be called. */
export const changes = ["user agent", "TLS hello", "header order", "networks"] as const;

/**
 * Puts a campaign that retools four times among the traffic of people into a gateway's own records, through its own store:
 * `events` of all, a tenth of them the campaign's. The last of them carries `refused`, the reference of a request that the
 * gateway really refused.
 */
export async function recordCampaign(rig: ServiceRig, events: number, refused: string): Promise<void> {
  const { records } = rig.service;
  const [exchange] = readTrace("POST /checkout 200");
  if (exchange === undefined) throw new Error("the trace is empty");
  const start = Date.now() - 100 * minute;
  for (let i = 0; i < events; i++) {
    const mine = i % 10 === 0;
    const at = start + Math.floor((i * 90 * minute) / events);
    const look = looks[Math.min(looks.length - 1, Math.floor((i * looks.length) / events))] ?? looks[0];
    const last = i + 10 >= events && mine;
    records.append(
      recordOf(exchange, { i, at, look: mine ? look : undefined, reference: last ? refused : `seed-${i}` }),
    );
    if (i % 20_000 === 0) await records.flush();
  }
  await records.flush();
}

/** Opens the campaign's incident in a gateway's control store; it is read at the next start. */
export function openIncident({ service }: ServiceRig): void {
  const start = Date.now() - 100 * minute;
  service.records.control.change({ at: start, who: "gait", operation: "incidents.open", subject: "{}" }, [
    {
      collection: "incidents",
      id: "inc-made",
      body: {
        id: "inc-made",
        cohorts: ["made"],
        application: "default",
        attack: "",
        openedAt: start,
        lastSeen: Date.now(),
        sessions: 31,
        reasons: ["31 of 31 sessions went to checkout without opening a product"],
        state: "open",
        resolvedBy: "",
        assignee: null,
        notes: [],
      },
    },
  ]);
}

interface Seed {
  readonly i: number;
  readonly at: number;
  readonly look: (typeof looks)[number] | undefined;
  readonly reference: string;
}

function recordOf(exchange: DecisionRecord["exchange"], { i, at, look, reference }: Seed): DecisionRecord {
  const attacks = look !== undefined;
  const { client, request } = exchange;
  const fingerprint = { ...client.fingerprint, ja4: look?.ja4 ?? "t13d9", headers: look?.headers ?? "h-people" };
  return {
    sequence: i,
    exchange: {
      ...exchange,
      id: reference,
      at,
      client: { ...client, ip: `${look?.network ?? `10.${i % 200}.7`}.${i % 31}`, fingerprint },
      request: { ...request, userAgent: look?.agent ?? "Mozilla/5.0 Firefox/145.0" },
    },
    verdict: {
      action: attacks ? "block" : "allow",
      kind: attacks ? "automated" : "human",
      score: { total: attacks ? 97 : 3, behaviour: attacks ? 97 : 3, presentation: 10 },
      signals: attacks ? [{ detector: "no-way-there", axis: "intent", group: "way", nats: 6, evidence: {} }] : [],
      rule: null,
      watched: [],
      basis: attacks ? "prior" : "none",
      certifiedFpr: null,
      reference: "",
      revision: 1,
    },
    enforced: attacks ? "block" : "allow",
    path: "/checkout",
    trail: { session: i % 31, identity: 0, template: "/checkout", cohort: attacks ? "made" : "" },
    decisionUs: 9,
    session: `seed-s${i % 310}`,
    actor: attacks ? `seed-a${String(i % 31).padStart(2, "0")}` : `seed-p${i % 4_000}`,
    failure: "",
  };
}
