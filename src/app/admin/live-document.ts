import { fnv1a } from "#core";
import { reasonsInWords } from "../explain/explanation.ts";
import type { ActorRow } from "../serve/actor-tally.ts";
import type { SeenVerdict } from "../serve/recent-verdicts.ts";
import type { Service } from "../serve/service.ts";
import { kinds } from "../serve/traffic-split.ts";
import { presentMs, type StatusDocument, statusOf } from "./status-document.ts";

const actorsShown = 12;
const verdictsShown = 14;
const reasonsShown = 3;
/** How far back verdicts are looked through for those worth showing. */
const lookBack = 2_000;

/** One client on the status page. */
export interface LiveActor {
  readonly ip: string;
  readonly userAgent: string;
  readonly application: string;
  readonly requests: number;
  readonly kind: string;
  readonly action: string;
  readonly score: number;
  readonly stopped: number;
  readonly lastSeen: number;
  readonly reasons: readonly string[];
}

/** One verdict on the status page. */
export interface LiveVerdict {
  /** Tells clients apart; nothing can be learned from it. */
  readonly client: number;
  readonly reference: string;
  readonly at: number;
  readonly ip: string;
  readonly request: string;
  readonly status: number;
  readonly kind: string;
  readonly action: string;
  readonly enforced: string;
  readonly score: number;
  readonly reason: string;
}

/** Everything the status page shows, sent whole each time: a page that missed one is right again with the next. */
export interface LiveDocument {
  readonly at: number;
  readonly status: StatusDocument;
  readonly kinds: readonly string[];
  readonly split: { readonly from: number; readonly stepMs: number; readonly rows: readonly (readonly number[])[] };
  readonly actors: readonly LiveActor[];
  readonly verdicts: readonly LiveVerdict[];
}

/** The page's data as of now. */
export function liveOf(service: Service): LiveDocument {
  const { witness } = service;
  const at = Date.now();
  return {
    at,
    status: statusOf(service),
    kinds,
    split: witness.split.series(at),
    actors: witness.actors.top(actorsShown, at - presentMs).map(liveActor),
    verdicts: chooseVerdicts(service).map(liveVerdict),
  };
}

/**
 * One verdict per client, the latest: a scraper's thousand requests would push everybody else off the page.
 */
function chooseVerdicts({ witness }: Service): readonly SeenVerdict[] {
  const clients = new Set<string>();
  return witness.recent.newest(
    verdictsShown,
    ({ ip, userAgent }) => {
      const client = `${ip} ${userAgent}`;
      if (clients.has(client)) return false;
      clients.add(client);
      return true;
    },
    lookBack,
  );
}

function liveActor(row: ActorRow): LiveActor {
  const { ip, userAgent, application, requests, kind, action, score, stopped, lastSeen } = row;
  const reasons = reasonsInWords(row, reasonsShown);
  return { ip, userAgent, application, requests, kind, action, score: score.total, stopped, lastSeen, reasons };
}

function liveVerdict(seen: SeenVerdict): LiveVerdict {
  const { reference, at, ip, status, kind, action, enforced, score } = seen;
  const reason = reasonsInWords(seen, 1)[0] ?? "";
  return {
    client: fnv1a(`${ip} ${seen.userAgent}`),
    reference,
    at,
    ip,
    request: `${seen.method} ${seen.path}`,
    status,
    kind,
    action,
    enforced,
    score: score.total,
    reason,
  };
}
