import { expect, test } from "vitest";
import { createRandom, type Signal, type Verdict } from "#core";
import { decideAction } from "#policy";
import { detectors } from "./detectors/index.ts";
import { orchestrationDetectors } from "./detectors/orchestration-detectors.ts";
import { explain } from "./explain.ts";
import { GroupCaps, presentationNatsMax } from "./groups.ts";
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

test("models of weak labels alone, however sure of themselves, call nobody automated and refuse nobody", () => {
  const sure = ["learned-behaviour", "learned-presentation"].map((detector, at) =>
    signal(detector, at === 0 ? "model" : "presentation", {
      nats: 50,
      axis: at === 0 ? "model" : "presentation",
    }),
  );
  const verdict = verdictOf(sure);
  expect(verdict.kind).toBe("unknown");
  const certifiedFprMax = 1;
  expect(decideAction(verdict, "prior", { certifiedFprMax }).action).toBe("allow");
  expect(decideAction({ ...verdict, kind: "automated" }, "prior", { certifiedFprMax }).action).toBe("tag");
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

test("a refused member of a cohort reads what would have spared it, and how many honest sessions behave alike", () => {
  const conviction: Signal = {
    detector: "convicted-cohort",
    axis: "cohort",
    group: "cohort",
    nats: 14,
    evidence: {
      cohort: "1a",
      grouping: "presentation",
      sessions: 40,
      certifiedFpr: "none yet",
      enforced: "yes",
      honestAlike: 0,
      honestSeen: 412_338,
      spared: "the cookies it was given had come back; it had looked around first",
      case: "",
    },
  };
  const refused: Verdict = { ...verdictOf([conviction]), action: "block", basis: "prior" };
  const { counterfactuals, honest } = explain(refused);
  expect(counterfactuals).toEqual([
    "would not be blocked if the cookies it was given had come back",
    "would not be blocked if it had looked around first",
  ]);
  expect(honest).toEqual([{ by: "behaviour", alike: 0, of: 412_338 }]);
  expect(explain({ ...refused, action: "hold" }).counterfactuals[0]).toMatch(/^would not be held if/);
});

test("a session that is refused by its own evidence is told what leaves it marked only, and is compared with verified people", () => {
  const evidence = { alike: 2, of: 900, certifiedFpr: "none yet", missing: 2_095 };
  const own = [
    signal("fixed-period", "period", { nats: 4 }),
    signal("cookies-not-returned", "omissions", { nats: 5 }),
    { detector: "verified-people", axis: "guarantee", group: "verified-people", nats: 0, evidence },
  ];
  const refused: Verdict = { ...verdictOf(own), action: "block", basis: "prior" };
  const { counterfactuals, honest } = explain(refused);
  expect(counterfactuals).toContain("would not be blocked if its requests had not come at a fixed period");
  expect(honest).toEqual([{ by: "evidence", alike: 2, of: 900 }]);
  // Without the period it is still called automated: only what was done would have been another.
  expect(explain(verdictOf(own)).counterfactuals).not.toContain(
    "would not be automated if its requests had not come at a fixed period",
  );
});

test("what is shown adds up exactly: the prior, every group at its cap and presentation at its own are the score", () => {
  const random = createRandom(3);
  const caps = new GroupCaps();
  const groups = ["scan", "period", "enumeration", "token-provenance", "authentication", "presentation"];
  for (let round = 0; round < 300; round++) {
    const signals = Array.from({ length: 1 + Math.floor(8 * random()) }, () => {
      const group = groups[Math.floor(random() * groups.length)] ?? "";
      return signal("fixed-period", group, {
        nats: 6 * random() - 2,
        ...(group === "presentation" ? { axis: "presentation" } : {}),
      });
    });
    const verdict = verdictOf(signals);
    const { reasons, priorNats } = explain(verdict);
    expect(reasons).toHaveLength(signals.length);
    let logOdds = priorNats;
    for (const group of groups) {
      const sum = signals.filter((one) => one.group === group).reduce((total, { nats }) => total + nats, 0);
      if (group === "presentation") logOdds += Math.max(-presentationNatsMax, Math.min(presentationNatsMax, sum));
      else logOdds += Math.min(caps.cap(group), sum);
    }
    expect(verdict.score.total).toBeCloseTo(100 / (1 + Math.exp(-logOdds)), 1);
  }
});
