import { expect, test } from "vitest";
import type { Action, Verdict } from "#core";
import type { Decision } from "../decisions/decision.ts";
import type { Rule } from "../rules/rule.ts";
import { applyPolicy, type PolicyBasis } from "./apply-policy.ts";

const policy: PolicyBasis = { basis: "prior", certifiedFprMax: 0.001 };

/** A client that is convicted by itself (`block`), marked (`tag`) or a person (`allow`). */
function judged(conviction: "block" | "tag" | "allow", action: Action = "allow"): Verdict {
  const behaviour = conviction === "allow" ? 3 : 99;
  const nats = conviction === "block" ? 5 : 1;
  return {
    action,
    kind: conviction === "allow" ? "human" : "automated",
    score: { total: behaviour, behaviour, presentation: 50 },
    signals: [{ detector: "id-walk", axis: "enumeration", group: "enumeration", nats, evidence: {} }],
    rule: null,
    watched: ["noted-before"],
    basis: "none",
    certifiedFpr: null,
    reference: "r",
    revision: 1,
  };
}

function rule(name: string, action?: Action): Rule {
  return { name, does: action === undefined ? undefined : { action, options: { of: name } } } as unknown as Rule;
}

function standing(action: Action, more: Partial<Decision> = {}): Decision {
  return {
    id: "d",
    scope: "address",
    value: "203.0.113.9",
    action,
    reason: "on a list",
    origin: "operator",
    cohort: "",
    createdAt: 0,
    expiresAt: 1,
    ...more,
  };
}

const acts = (
  acting: Rule | undefined,
  matched: readonly Rule[] = [],
): { acting: Rule | undefined; matched: readonly Rule[] } => ({
  acting,
  matched: acting === undefined ? matched : [acting, ...matched],
});

test("what stands wins over rules and convictions, whichever way it goes, and is the reason shown", () => {
  const rules = acts(rule("stops", "block"));
  expect(applyPolicy(judged("block"), { standing: standing("allow"), rules, policy })).toMatchObject({
    action: "allow",
    basis: "list",
    rule: "on a list",
  });
  expect(
    applyPolicy(judged("allow"), { standing: standing("block"), rules: acts(rule("lets", "allow")), policy }),
  ).toMatchObject({
    action: "block",
    basis: "list",
  });
});

test("what a rule or a conviction left behind says so, and its options come along where it has any", () => {
  const kept = standing("block", { origin: "rule", options: { status: 404 } });
  expect(applyPolicy(judged("allow"), { standing: kept, policy })).toMatchObject({
    basis: "rule",
    options: { status: 404 },
  });
  const convicted = applyPolicy(judged("allow"), { standing: standing("block", { origin: "conviction" }), policy });
  expect(convicted.basis).toBe("prior");
  expect("options" in convicted).toBe(false);
});

test("a rule that refuses acts before convictions are asked", () => {
  expect(
    applyPolicy(judged("allow"), { standing: undefined, rules: acts(rule("slow", "throttle")), policy }),
  ).toMatchObject({
    action: "throttle",
    basis: "rule",
    rule: "slow",
    options: { of: "slow" },
  });
  expect(
    applyPolicy(judged("block"), { standing: undefined, rules: acts(rule("lets", "allow")), policy }),
  ).toMatchObject({
    action: "allow",
    basis: "rule",
  });
});

test.each(["tag", "log"] as const)("a rule that only says %s gives way to a refusal and to nothing else", (remark) => {
  const rules = acts(rule("remarks", remark));
  const over = (of: "block" | "tag" | "allow"): Verdict =>
    applyPolicy(judged(of), { standing: undefined, rules, policy });
  expect(over("block")).toMatchObject({ action: "block", basis: "prior", rule: null });
  expect(over("tag")).toMatchObject({ action: remark, basis: "rule", rule: "remarks" });
  expect(over("allow")).toMatchObject({ action: remark, basis: "rule", rule: "remarks" });
});

test("a rule that only weighs does nothing by itself", () => {
  const verdict = applyPolicy(judged("allow"), { standing: undefined, rules: acts(rule("weighs")), policy });
  expect(verdict).toMatchObject({ action: "allow", basis: "none", rule: null });
});

test("what another part asked for stands where no rule acts, and is not judged a second time", () => {
  expect(applyPolicy(judged("block", "throttle"), { standing: undefined, policy })).toMatchObject({
    action: "throttle",
    basis: "none",
    rule: null,
  });
  const refusing = applyPolicy(judged("allow", "throttle"), {
    standing: undefined,
    rules: acts(rule("stops", "block")),
    policy,
  });
  expect(refusing).toMatchObject({ action: "block", rule: "stops" });
  const remarked = applyPolicy(judged("allow", "throttle"), {
    standing: undefined,
    rules: acts(rule("notes", "log")),
    policy,
  });
  expect(remarked).toMatchObject({ action: "throttle", rule: null });
});

test("without rules and lists convictions decide", () => {
  expect(applyPolicy(judged("block"), { standing: undefined, policy })).toMatchObject({
    action: "block",
    basis: "prior",
  });
  expect(applyPolicy(judged("tag"), { standing: undefined, policy })).toMatchObject({ action: "tag", basis: "prior" });
  const person = judged("allow");
  expect(applyPolicy(person, { standing: undefined, policy })).toBe(person);
});

test("every rule that matched without acting is noted behind what was noted before, the acting one is not", () => {
  const watching = [rule("first", "block"), rule("second", "tag")];
  const seen = (verdict: Verdict): readonly string[] => verdict.watched;
  expect(seen(applyPolicy(judged("allow"), { standing: undefined, rules: acts(undefined, watching), policy }))).toEqual(
    ["noted-before", "first", "second"],
  );
  expect(
    seen(applyPolicy(judged("block"), { standing: undefined, rules: acts(rule("acts", "block"), watching), policy })),
  ).toEqual(["noted-before", "first", "second"]);
  expect(
    seen(applyPolicy(judged("allow"), { standing: standing("block"), rules: acts(undefined, watching), policy })),
  ).toEqual(["noted-before", "first", "second"]);
  const one = acts(undefined, [rule("only", "block")]);
  expect(seen(applyPolicy(judged("allow"), { standing: undefined, rules: one, policy }))).toEqual([
    "noted-before",
    "only",
  ]);
  const alone = judged("allow");
  expect(applyPolicy(alone, { standing: undefined, rules: acts(rule("acts", "block")), policy }).watched).toBe(
    alone.watched,
  );
  expect(applyPolicy(alone, { standing: undefined, rules: acts(undefined), policy })).toBe(alone);
});
