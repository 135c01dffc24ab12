import { describe, expect, test } from "vitest";
import type { Signal } from "#core";
import { explain } from "./explain.ts";
import { GroupCaps } from "./groups.ts";
import { judge } from "./score.ts";

const signal = (detector: string, group: string, nats: number): Signal => ({
  detector,
  axis: "orchestration",
  group,
  nats,
  evidence: {},
});
const standing = { verified: false, declared: false };
const omits = [
  signal("referer-closure", "omissions", 2.8),
  signal("asset-referers", "omissions", 3.4),
  signal("cookie-missing", "cookie-refusal", 4.1),
  signal("js-cookies-absent", "script-blocked", 3.9),
  signal("precondition-missed", "direct-entry", 2.8),
];

describe("a privacy browser", () => {
  test("that loads what its pages need and omits everything else is unknown, not automated", () => {
    const found = judge([signal("missing-subresources", "omissions", -2), ...omits], new GroupCaps(), standing);
    expect(found.kind).toBe("unknown");
    expect(found.persona?.name).toBe("privacy browser");
    expect(found.score.behaviour).toBeLessThan(25);
  });

  test("is no excuse for a client that loads no parts, nor for what no browser does", () => {
    const bare = judge([signal("missing-subresources", "omissions", 3), ...omits], new GroupCaps(), standing);
    expect(bare.kind).toBe("automated");
    expect(bare.persona).toBeUndefined();
    const forged = [signal("missing-subresources", "omissions", -2), ...omits, signal("x", "jar-impossible", 7)];
    expect(judge(forged, new GroupCaps(), standing).kind).toBe("automated");
  });

  test("is named where an explanation says what was left out", () => {
    const found = judge([signal("missing-subresources", "omissions", -2), ...omits], new GroupCaps(), standing);
    const told = explain({
      action: "allow",
      kind: found.kind,
      score: found.score,
      signals: found.signals,
      rule: null,
      watched: [],
      basis: "none",
      certifiedFpr: null,
      reference: "r",
      revision: 1,
    });
    expect(told.capped[0]).toBe(
      "omissions and precondition together count as 0.0 nats: a privacy browser explains them",
    );
  });
});

describe("a password manager", () => {
  const quick = (times: number, nats: number): Signal => ({
    ...signal("auth-speed", "authentication", nats),
    evidence: { quick: times, inOneSession: times, attempts: 2 },
  });
  const straight = signal("precondition-missed", "direct-entry", 2.7);

  test("that came straight to the form and retried once at once is unknown, not automated", () => {
    const found = judge([quick(1, 3), straight], new GroupCaps(), standing);
    expect(found.kind).toBe("unknown");
    expect(found.persona?.name).toBe("password manager");
  });

  test("is no excuse for a second quick retry, nor for pages without their parts", () => {
    expect(judge([quick(2, 5.1), straight], new GroupCaps(), standing).kind).toBe("automated");
    const bare = [quick(1, 3), straight, signal("missing-subresources", "omissions", 2)];
    expect(judge(bare, new GroupCaps(), standing).kind).toBe("automated");
    const cold = [quick(1, 3), signal("session-before-authentication", "precondition", 2.7)];
    expect(judge(cold, new GroupCaps(), standing).kind).toBe("automated");
    const unseen = { ...straight, evidence: { missed: "page-seen, own-cookie" } };
    expect(judge([quick(1, 3), unseen], new GroupCaps(), standing).kind).toBe("automated");
    const failing = [quick(1, 3), straight, signal("auth-failures", "authentication", 3)];
    expect(judge(failing, new GroupCaps(), standing).kind).toBe("automated");
  });
});

describe("a member of a cohort that behaves alike", () => {
  const loads = [signal("missing-subresources", "omissions", -3), signal("asset-referers", "omissions", -4)];
  const convicted = (grouping: string, shared?: "yes"): Signal => ({
    ...signal("convicted-cohort", "cohort", 14),
    evidence: shared === undefined ? { grouping } : { grouping, shared },
  });

  test("is not acquitted by what the whole cohort does", () => {
    const cookies = signal("cookie-missing", "jar-age", -4);
    const found = judge([...loads, cookies, convicted("context")], new GroupCaps(), standing);
    expect(found.kind).toBe("automated");
    expect(judge([...loads, cookies, convicted("presentation")], new GroupCaps(), standing).kind).not.toBe("automated");
    expect(judge([...loads, cookies, convicted("presentation", "yes")], new GroupCaps(), standing).kind).toBe(
      "automated",
    );
    expect(judge([...loads, cookies], new GroupCaps(), standing).kind).toBe("human");
  });
});
