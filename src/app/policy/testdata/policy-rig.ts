import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Clock, type Exchange, type Kind, keyedHash, noFingerprint, observesAll, testHashKey, type Verdict } from "#core";
import { type FactLog, openFactLog } from "#store";
import { fixedSubject, type RuleFacts, type Vocabulary } from "#policy";
import { loadConfig } from "../../config/load-config.ts";
import { createProtection, type Protection } from "../../serve/protection.ts";
import { createFactRecorder, firstLayout } from "../fact-recorder.ts";
import { type LivePolicy, openPolicy } from "../open-policy.ts";
import { createPolicyDesk, type PolicyDesk } from "../policy-desk.ts";
import { openPolicyLedger } from "../policy-ledger.ts";

/** Policy on a clock of its own in front of a judge that says of each client what the test says. */
export interface PolicyRig {
  readonly policy: LivePolicy;
  readonly desk: PolicyDesk;
  readonly protection: Protection;
  readonly clock: { at: number } & Clock;
  readonly panic: { on: boolean };
  /** One request of a session that is of this kind. */
  request(session: number, path: string, kind: Kind): Verdict;
  close(): Promise<void>;
}

const vocabulary: Vocabulary = {
  variables: [
    { name: "request.path", type: "text", description: "path" },
    { name: "application", type: "text", description: "application" },
    { name: "cohort.name", type: "text", description: "cohort" },
    { name: "session.number", type: "number", description: "number of the session" },
    { name: "score.behaviour", type: "number", description: "score" },
  ],
  detectors: [],
  tags: ["login"],
};

function exchangeOf(session: number, path: string, at: number): Exchange {
  return {
    id: `${session}-${at}-${path}`,
    at,
    application: "default",
    client: { ip: "203.0.113.9", fingerprint: noFingerprint },
    request: {
      method: "GET",
      scheme: "https",
      host: "shop.example",
      path,
      query: "",
      protocol: "HTTP/1.1",
      headers: { names: [], values: [] },
      userAgent: String(session),
      referer: "",
      cookies: [],
      bodyBytes: 0,
      token: 0,
      account: 0,
      password: 0,
      tokens: [],
      oddities: [],
    },
    observes: observesAll,
  };
}

function verdictOf(kind: Kind): Verdict {
  const total = kind === "human" ? 4 : kind === "automated" ? 95 : 50;
  return {
    action: "allow",
    kind,
    score: { total, behaviour: total, presentation: 50 },
    signals: [],
    rule: null,
    watched: [],
    basis: "none",
    certifiedFpr: null,
    reference: "",
    revision: 0,
  };
}

/** @param rules Rules in force from the start, as YAML; their modes are those of their author. */
export async function openPolicyRig(rules: string): Promise<PolicyRig> {
  const folder = mkdtempSync(join(tmpdir(), "gait-policy-"));
  const clock = { at: Date.UTC(2026, 0, 5), now: () => clock.at, monotonic: () => clock.at };
  let later: (exchange: Exchange) => void = () => undefined;
  const facts: RuleFacts = {
    vocabulary,
    follow: () => undefined,
    moveWith: () => undefined,
    onAnswer: (ask) => {
      later = ask;
    },
    listWith: () => undefined,
    subject: ({ request }) =>
      fixedSubject({
        texts: [request.path, "default", ""],
        numbers: [Number(request.userAgent), 0],
        tags: request.path.startsWith("/giftcards") ? ["giftcard"] : [],
        canary: (keyedHash(testHashKey, request.userAgent) % 1_000_000) / 1_000_000,
      }),
    identity: ({ request }) => {
      const session = Number(request.userAgent) + 1;
      return { session, actor: session, account: 0, cohort: "", fingerprint: "" };
    },
  };
  const policy = openPolicy({ packs: [] }, { facts, ledger: openPolicyLedger(undefined), clock });
  const log: FactLog = openFactLog(join(folder, "facts"), firstLayout(vocabulary));
  const desk = createPolicyDesk({
    policy,
    factsFolder: join(folder, "facts"),
    flushFacts: () => log.flush(),
    falsePositivesPerDay: () => 1_000_000,
    lists: () => ({}),
  });
  policy.apply({ file: "own/start.yaml", text: rules }, { who: "test", why: "start" });
  const loaded = loadConfig({
    file: { name: "gait.yaml", bytes: Buffer.from("upstream: http://127.0.0.1:1\nenforce: { basis: certified }\n") },
  });
  if (loaded.kind === "refused") throw new Error("the configuration of the test is refused");
  let kind: Kind = "unknown";
  const judge = { inspect: () => verdictOf(kind), observe: (exchange: Exchange) => later(exchange), reweigh: (judged: Verdict) => judged };
  const panic = { on: false };
  const recorder = createFactRecorder(log, { clock, vocabulary });
  const protection = createProtection(loaded.config, { judge, policy, clock, panic, recorder, hashKey: testHashKey });
  return {
    policy,
    desk,
    protection,
    clock,
    panic,
    request(session, path, wanted) {
      kind = wanted;
      const exchange = exchangeOf(session, path, clock.at);
      const verdict = protection.inspect(exchange);
      protection.observe(exchange);
      return verdict;
    },
    async close() {
      await log.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
