import { type Exchange, type Hashed, type HashKey, keyedHash, type Verdict } from "#core";
import { detectorNames } from "#engine";
import { endpointTags, type RequestIdentity, type RuleFacts, type Subject, type Variable } from "#policy";

const variables: readonly Variable[] = [
  { name: "application", type: "text", description: "Name of the application." },
  { name: "client.ip", type: "text", description: "Address of the client." },
  { name: "request.method", type: "text", description: "Method as sent." },
  { name: "request.host", type: "text", description: "Host in lower case." },
  { name: "request.path", type: "text", description: "Path without the query." },
  { name: "request.userAgent", type: "text", description: "User agent as sent." },
  { name: "kind", type: "text", description: "human, verified-agent, declared-bot, automated or unknown." },
  { name: "score.total", type: "number", description: "0 to 100, higher is worse." },
  { name: "score.behaviour", type: "number", description: "0 to 100, from behaviour alone." },
  { name: "score.presentation", type: "number", description: "0 to 100, from presentation alone." },
];

const knownTags: readonly string[] = ["login", "signup", "checkout", "payment", "payout", "password", "account"];

/** What facts are filled from. */
export interface FactSources {
  /** Drawn per installation: nobody can choose which share of canary traffic he belongs to. */
  readonly hashKey: HashKey;
  tagsOf(application: string): readonly string[];
}

/** What can be told from a request and its verdict alone, without looking into the engine. */
export function createBasicFacts({ hashKey, tagsOf }: FactSources): RuleFacts {
  const texts: string[] = ["", "", "", "", "", "", ""];
  const numbers = new Float64Array(3);
  const signals = new Map<string, number>();
  const subject = {
    texts,
    numbers,
    tags: [] as readonly string[],
    signals,
    inList: () => false,
    canary: 0,
  } satisfies Subject;
  const identity = { session: 0, actor: 0, cohort: "", fingerprint: "" };
  return {
    vocabulary: { variables, detectors: detectorNames, tags: knownTags },
    subject(exchange, judged) {
      const { request } = exchange;
      texts[0] = exchange.application;
      texts[1] = exchange.client.ip;
      texts[2] = request.method;
      texts[3] = request.host;
      texts[4] = request.path;
      texts[5] = request.userAgent;
      texts[6] = judged.kind;
      numbers[0] = judged.score.total;
      numbers[1] = judged.score.behaviour;
      numbers[2] = judged.score.presentation;
      signals.clear();
      for (const { detector, nats } of judged.signals) signals.set(detector, nats);
      subject.tags = [...tagsOf(exchange.application), ...endpointTags(request.path)];
      subject.canary = (clientHash(exchange, hashKey) % 10_000) / 10_000;
      return subject;
    },
    identity(exchange, judged): RequestIdentity {
      identity.session = clientHash(exchange, hashKey);
      identity.actor = identity.session;
      identity.cohort = cohortOf(judged);
      return identity;
    },
  };
}

/** Address and user agent: all that is known of a client without the engine's sessions. Never 0. */
export function clientHash({ client, request }: Exchange, hashKey: HashKey): Hashed {
  return keyedHash(hashKey, `${client.ip} ${request.userAgent}`);
}

/** The convicted cohort that hits a request, or "". */
export function cohortOf({ signals }: Verdict): string {
  const cohort = signals.find(({ detector }) => detector === "convicted-cohort")?.evidence.cohort;
  return typeof cohort === "string" ? cohort : "";
}
