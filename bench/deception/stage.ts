import { Agent, request as httpRequest } from "node:http";
import { type Clock, createRandom, type Exchange, type Signal, type Verdict } from "#core";
import { openGateway } from "#edge";
import { createEngine } from "#engine";
import { loadConfig } from "../../src/app/config/load-config.ts";
import { createTreatments } from "../../src/app/policy/answer-treatments.ts";
import { openPolicy } from "../../src/app/policy/open-policy.ts";
import { openPolicyLedger } from "../../src/app/policy/policy-ledger.ts";
import { gatewayOptions } from "../../src/app/serve/gateway-options.ts";
import { createProtection } from "../../src/app/serve/protection.ts";
import { openOrigin } from "./origin.ts";

/** What an adversary can turn, one at a time: each is something real in the request. */
export const knobs = [
  "user-agent",
  "accept",
  "accept-language",
  "address",
  "referer",
  "origin",
  "field-order",
  "extra-field",
  "content-type",
  "query",
  "cookie",
  "client-hint",
] as const;

/** One answer as the adversary sees it. */
export interface Seen {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
  readonly ms: number;
}

/** A login behind the gateway, and a judge that recognises the adversary by one knob. */
export interface Stage {
  /** The knob by which the adversary is recognised from now on; -1: not at all. */
  recogniseBy(knob: number): void;
  /** One login with everything as usual but one knob; -1: everything as usual. */
  logIn(turned: number): Promise<Seen>;
  /** One login of a person. */
  person(): Promise<Seen>;
  readonly secrets: ReadonlySet<string>;
  close(): Promise<void>;
}

const clock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };
const hashKey = { k0: 0x1234_5678, k1: 0x9abc_def0 };
const convicted: Signal = {
  detector: "convicted-cohort",
  axis: "cohort",
  group: "cohort",
  nats: 9,
  evidence: { enforced: "yes" },
};

/**
 * Opens origin and gateway. Who is recognised is told to the judge, because this is about answers and not about detection;
 * rules, policy, learned answers and the data plane are the ones of `gait serve`.
 *
 * @param then What is done to whom is recognised, as YAML.
 */
export async function openStage(then: string, seed: number): Promise<Stage> {
  const origin = await openOrigin(seed);
  const engine = createEngine({ seed });
  let turnedToEscape = -1;
  const judge = {
    inspect(exchange: Exchange): Verdict {
      const verdict = engine.inspect(exchange);
      const adversary = exchange.request.query.includes("adversary");
      if (!adversary || turnedToEscape < 0 || exchange.request.query.includes(`knob=${turnedToEscape};`)) {
        return {
          ...verdict,
          action: "allow",
          kind: "human",
          score: { total: 3, behaviour: 3, presentation: 50 },
          signals: [],
        };
      }
      const score = { total: 99.95, behaviour: 99.95, presentation: 40 };
      return { ...verdict, action: "allow", kind: "automated", score, signals: [convicted] };
    },
    observe: (exchange: Exchange) => engine.observe(exchange),
    reweigh: (judged: Verdict) => judged,
  };
  const read = loadConfig({
    file: {
      name: "gait.yaml",
      bytes: Buffer.from(
        `applications: [{ name: bank, upstream: "${origin.url}", mode: enforce, tags: [login] }]\nlisten: 127.0.0.1:0\ntrustedProxies: [127.0.0.1]\nenforce: { basis: certified }\n`,
      ),
    },
  });
  if (read.kind === "refused") throw new Error("the configuration of the bench is refused");
  const policy = openPolicy({ packs: [] }, { facts: engine.facts, ledger: openPolicyLedger(undefined), clock });
  const rule = `- { name: recognised, why: Told by the bench., when: '"convicted-cohort" in signals', then: ${then}, mode: enforce }\n`;
  policy.apply({ file: "own/bench.yaml", text: rule }, { who: "bench", why: "under test" });
  const panic = { on: false };
  const guard = createProtection(read.config, { judge, policy, clock, panic, hashKey });
  const treatments = createTreatments({ hashKey, clock });
  const gateway = await openGateway(gatewayOptions(read.config, { hashKey, revision: 1 }), guard, { treatments });
  const port = gateway.addresses[0]?.port ?? 0;
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const random = createRandom(seed + 1);
  const ask = asker({ port, agent });
  return {
    secrets: origin.secrets,
    recogniseBy(knob) {
      turnedToEscape = knob;
    },
    logIn: (turned) => ask(dressed(turned, random)),
    person: () => ask({ ...dressed(-1, random), path: "/login" }),
    async close() {
      agent.destroy();
      await gateway.drain();
      origin.close();
    },
  };
}

interface Outgoing {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The adversary's request, with one knob turned for real. The mark in the query is for the judge of the bench alone. */
function dressed(turned: number, random: () => number): Outgoing {
  const knob = knobs[turned];
  const is = (name: (typeof knobs)[number]): boolean => knob === name;
  const user = `user${Math.floor(random() * 1e6)}`;
  const fields = [`user=${user}`, "password=right"];
  const host = Math.floor(random() * 250) + 1;
  return {
    path: `/login?adversary=1&knob=${turned};${is("query") ? "&v=2" : ""}`,
    headers: {
      "x-forwarded-for": is("address") ? `203.0.113.${host}` : `198.51.${Math.floor(random() * 200)}.${host}`,
      "user-agent": is("user-agent") ? "okhttp/4.12.0" : "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
      accept: is("accept") ? "application/json" : "*/*",
      "content-type": `application/x-www-form-urlencoded${is("content-type") ? "; charset=utf-8" : ""}`,
      ...(is("accept-language") ? {} : { "accept-language": "en-GB,en;q=0.9" }),
      ...(is("referer") ? { referer: "https://bank.example/login" } : {}),
      ...(is("origin") ? { origin: "https://bank.example" } : {}),
      ...(is("cookie") ? { cookie: "seen=1" } : {}),
      ...(is("client-hint") ? { "sec-ch-ua-mobile": "?0" } : {}),
    },
    body: [...(is("field-order") ? fields.toReversed() : fields), ...(is("extra-field") ? ["remember=on"] : [])].join(
      "&",
    ),
  };
}

function asker({ port, agent }: { readonly port: number; readonly agent: Agent }): (what: Outgoing) => Promise<Seen> {
  return ({ path, headers, body }) =>
    new Promise((resolve, reject) => {
      const start = performance.now();
      const target = { host: "127.0.0.1", port, agent, method: "POST", path };
      const length = String(Buffer.byteLength(body));
      const call = httpRequest({ ...target, headers: { ...headers, "content-length": length } }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString("utf8"),
            ms: performance.now() - start,
          }),
        );
      });
      call.on("error", reject);
      call.end(body);
    });
}
