import { expect, test } from "vitest";
import { findRings, type SharedIdentity } from "./shared-identities.ts";

const shared = (parts: Partial<SharedIdentity>): SharedIdentity => ({
  application: "api",
  kind: "card",
  identity: 7,
  accounts: 3,
  signups: 3,
  trials: 3,
  disguised: 0,
  firstAt: 0,
  lastAt: 3 * 86_400_000,
  ...parts,
});

test("what a household shares is no ring, one account more is", () => {
  for (const kind of ["card", "phone", "email"] as const) {
    expect(findRings([shared({ kind, accounts: 2 })])).toEqual([]);
    expect(findRings([shared({ kind, accounts: 3 })])).toHaveLength(1);
  }
});

test("a ring says what it rests on, the largest first", () => {
  const rings = findRings([
    shared({ accounts: 4, identity: 1 }),
    shared({ kind: "email", accounts: 17, identity: 2, signups: 17, trials: 15, disguised: 12, lastAt: 0 }),
  ]);
  expect(rings.map(({ identity }) => identity)).toEqual([2, 1]);
  expect(rings[0]).toMatchObject({
    threats: ["OAT-019"],
    reason: "one mailbox behind 17 accounts within 1 day (17 sign-ups, 15 trials); 12 times in a form that hides it",
  });
  expect(rings[1]?.reason).toBe("one card behind 4 accounts within 3 days (3 sign-ups, 3 trials)");
});
