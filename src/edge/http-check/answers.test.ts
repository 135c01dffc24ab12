import { expect, test } from "vitest";
import type { Action } from "#core";
import { renderAnswer } from "./answers.ts";

const verdict = {
  kind: "automated",
  score: { total: 90, behaviour: 90, presentation: 50 },
  signals: [],
  rule: null,
  watched: [],
  basis: "rule",
  certifiedFpr: null,
  reference: "r",
  revision: 0,
} as const;

const statusOf = (action: Action): string =>
  renderAnswer({ action, verdict: { ...verdict, action }, reference: "r", failure: "" }, "auth-request").slice(9, 12);

test("what a proxy cannot carry out never reaches the real origin: a honeypot that is elsewhere is a refusal", () => {
  for (const action of ["allow", "tag", "log"] as const) expect(statusOf(action)).toBe("200");
  for (const action of ["block", "deceive", "route", "hold", "step-up", "tarpit", "throttle"] as const) {
    expect(statusOf(action)).toMatch(/^4/);
  }
});
