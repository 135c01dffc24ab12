import fc from "fast-check";
import { expect, test } from "vitest";
import { createRandom } from "#core";
import type { Decision, DecisionKeys } from "./decision.ts";
import { createDecisionTable } from "./decision-table.ts";
import { drawLifetime, lifetimeDefault, nextLifetime } from "./lifetime.ts";

let serial = 0;
function decision(part: Partial<Decision>): Decision {
  serial++;
  return {
    id: `d${serial}`,
    scope: "session",
    value: 1,
    action: "block",
    reason: "test",
    origin: "conviction",
    cohort: "",
    createdAt: 0,
    expiresAt: 1_000,
    ...part,
  };
}
const keys: DecisionKeys = {
  address: "203.0.113.9",
  session: 1,
  account: 0,
  token: 0,
  fingerprint: "f",
  behaviour: "",
  cohort: "",
};

test("an allow wins over every block, whatever its scope", () => {
  const table = createDecisionTable();
  table.add(decision({ scope: "session", value: 1 }));
  table.add(decision({ scope: "fingerprint", value: "f" }));
  table.add(decision({ scope: "network", value: "203.0.113.0/24", action: "allow", origin: "operator" }));
  expect(table.lookup(keys, 0)?.action).toBe("allow");
});

test("a decision stands until its time, not after it", () => {
  const table = createDecisionTable();
  table.add(decision({ expiresAt: 1_000 }));
  expect(table.lookup(keys, 999)?.action).toBe("block");
  expect(table.lookup(keys, 1_000)).toBeUndefined();
  expect(table.expire(1_000)).toBe(1);
  expect(table.size).toBe(0);
});

test("a full table keeps what it has and refuses the newcomer: a flood launders nothing", () => {
  const table = createDecisionTable(2);
  table.add(decision({ value: 1 }));
  table.add(decision({ value: 2 }));
  expect(table.add(decision({ value: 3 }))).toMatchObject({ added: false, problem: /full/ });
  expect(table.lookup(keys, 0)?.action).toBe("block");
  expect(table.add(decision({ value: 2, action: "throttle" }))).toEqual({ added: true });
});

test("only an operator decides about addresses, and a machine does not overwrite his word", () => {
  const table = createDecisionTable();
  expect(table.add(decision({ scope: "address", value: "203.0.113.9" }))).toMatchObject({ added: false });
  expect(table.add(decision({ scope: "address", value: "203.0.113.9", origin: "operator" }))).toEqual({ added: true });
  expect(table.add(decision({ scope: "session", value: 1, action: "allow", origin: "operator" }))).toEqual({
    added: true,
  });
  expect(table.add(decision({ scope: "session", value: 1, action: "block" }))).toMatchObject({
    added: false,
    problem: /operator/,
  });
  expect(table.add(decision({ scope: "network", value: "203.0.113.0/33", origin: "operator" }))).toMatchObject({
    added: false,
  });
});

test("exoneration of a cohort lifts what its conviction left behind and nothing else", () => {
  const table = createDecisionTable();
  table.add(decision({ value: 1, cohort: "c1" }));
  table.add(decision({ value: 2, cohort: "c2" }));
  expect(table.exonerate("c1")).toBe(1);
  expect(table.lookup(keys, 0)).toBeUndefined();
  expect(table.lookup({ ...keys, session: 2 }, 0)?.action).toBe("block");
});

test("the narrowest network speaks, IPv6 included", () => {
  const table = createDecisionTable();
  table.add(decision({ scope: "network", value: "2001:db8::/32", action: "throttle", origin: "operator" }));
  table.add(decision({ scope: "network", value: "2001:db8:1::/48", action: "block", origin: "operator" }));
  expect(table.lookup({ ...keys, session: 0, fingerprint: "", address: "2001:db8:1::5" }, 0)?.action).toBe("block");
  expect(table.lookup({ ...keys, session: 0, fingerprint: "", address: "2001:db8:2::5" }, 0)?.action).toBe("throttle");
  expect(table.lookup({ ...keys, session: 0, fingerprint: "", address: "2001:db9::5" }, 0)).toBeUndefined();
});

test("unknown keys never match", () => {
  fc.assert(
    fc.property(fc.constantFrom("session", "account", "token", "fingerprint", "cohort"), (scope) => {
      const table = createDecisionTable();
      expect(table.add(decision({ scope, value: scope === "fingerprint" || scope === "cohort" ? "" : 0 })).added).toBe(
        false,
      );
      expect(
        table.lookup({ address: "", session: 0, account: 0, token: 0, fingerprint: "", behaviour: "", cohort: "" }, 0),
      ).toBeUndefined();
    }),
  );
});

test("lifetimes are drawn between their bounds, with no favourite, and lengthen after a change of clothes", () => {
  const random = createRandom(7);
  const drawn = Array.from({ length: 2_000 }, () => drawLifetime(random));
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(lifetimeDefault.minMs);
  expect(Math.max(...drawn)).toBeLessThanOrEqual(lifetimeDefault.maxMs);
  const middle = Math.sqrt(lifetimeDefault.minMs * lifetimeDefault.maxMs);
  const below = drawn.filter((one) => one < middle).length;
  expect(Math.abs(below - 1_000)).toBeLessThan(120);
  expect(nextLifetime(random, { changedPresentation: "yes" })).toBe(lifetimeDefault.maxMs);
});
