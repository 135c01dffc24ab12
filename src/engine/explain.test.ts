import { expect, test } from "vitest";
import type { Signal, Verdict } from "#core";
import { detectors } from "./detectors/index.ts";
import { orchestrationDetectors } from "./detectors/orchestration-detectors.ts";
import { explain } from "./explain.ts";
import { GroupCaps } from "./groups.ts";
import { phrases } from "./phrases.ts";
import { judge } from "./score.ts";

function signal(detector: string, group: string, options: { readonly nats: number; readonly axis?: string }): Signal {
  return {
    detector,
    group,
    axis: options.axis ?? "side-effects",
    nats: options.nats,
    evidence: { owed: 40, returned: 0 },
  };
}

function verdictOf(signals: readonly Signal[]): Verdict {
  const judgement = judge(signals, new GroupCaps(), { verified: false, declared: false });
  return {
    action: "allow",
    kind: judgement.kind,
    score: judgement.score,
    signals,
    rule: null,
    watched: [],
    basis: "none",
    certifiedFpr: null,
    reference: "",
    revision: 0,
  };
}

test("an explanation names the strongest evidence first and what would have changed the verdict", () => {
  const verdict = verdictOf([
    signal("cookies-not-returned", "omissions", { nats: 4 }),
    signal("robots-behaviour", "robots", { nats: 0.5 }),
  ]);
  expect(verdict.kind).toBe("automated");
  const told = explain(verdict);
  expect(told.reasons[0]?.sentence).toBe("returned the cookie it was given on 0 of 40 requests");
  expect(told.counterfactuals).toContain("would not be automated if the session cookie had come back");
});

test("where no single change would help, a pair is named", () => {
  const verdict = verdictOf([
    signal("cookies-not-returned", "omissions", { nats: 4.5 }),
    signal("fixed-period", "period", { nats: 5 }),
  ]);
  expect(explain(verdict).counterfactuals).toEqual([
    "would not be automated if the session cookie had come back and its requests had not come at a fixed period",
  ]);
});

test("a cut group says what its cap stands for", () => {
  const told = explain(verdictOf([signal("cookies-not-returned", "omissions", { nats: 50 })]));
  expect(told.capped).toHaveLength(1);
  expect(told.capped[0]).toMatch(/^omissions: 50.0 nats count as \d\.\d \(design; people who refuse cookies/);
});

test("presentation alone never makes a client automated, however loud", () => {
  const loud = [1, 2, 3].map(() => signal("user-agent-malformed", "presentation", { nats: 9, axis: "presentation" }));
  const verdict = verdictOf(loud);
  expect(verdict.kind).toBe("unknown");
  expect(verdict.score.presentation).toBeGreaterThan(80);
  expect(verdict.score.behaviour).toBeLessThan(21);
});

test("every detector has its words, so that no page shows names instead of reasons", () => {
  const named = [...detectors, ...orchestrationDetectors].map(({ name }) => name);
  expect(named.filter((name) => phrases[name] === undefined)).toEqual([]);
});

test("a missing cookie is named, and so is what would have changed the verdict", () => {
  const signals: Signal[] = [
    {
      detector: "cookie-missing",
      axis: "orchestration",
      group: "cookie-refusal",
      nats: 4,
      evidence: { events: 6, opportunities: 6 },
    },
    {
      detector: "precondition-missed",
      axis: "orchestration",
      group: "direct-entry",
      nats: 3,
      evidence: { step: "POST /login", missed: "page-seen, own-cookie", honestSessions: 90 },
    },
  ];
  const verdict: Verdict = {
    action: "allow",
    kind: "automated",
    score: { total: 97, behaviour: 97, presentation: 50 },
    signals,
    rule: null,
    watched: [],
    basis: "none",
    certifiedFpr: null,
    reference: "",
    revision: 0,
  };
  const { reasons, counterfactuals } = explain(verdict);
  expect(reasons.map(({ sentence }) => sentence)).toEqual([
    "left out a cookie it had been given on 6 of 6 occasions",
    "came to POST /login without what people do before it: no page read, no cookie of this site",
  ]);
  expect(counterfactuals).toContain("would not be automated if the cookies it was given had come back");
});
