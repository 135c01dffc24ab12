import { expect, test } from "vitest";
import { GroupSums } from "../group-sums.ts";
import { SessionGate } from "./session-gate.ts";

const at = 1_767_225_600_000;

function judged(nats: number, kind: "automated" | "unknown" = "automated", group = "jar-order") {
  const groups = new GroupSums();
  groups.add(group, nats);
  return { kind, groups } as const;
}

function gateAfter(people: number, nats: (person: number) => number): SessionGate {
  const gate = new SessionGate(7);
  for (let person = 1; person <= people; person++) gate.learn(judged(nats(person), "unknown"), person, at);
  return gate;
}

test("nothing is said about a session while no person was seen, or while nothing convicts it alone", () => {
  expect(new SessionGate(7).word(judged(6))).toBeUndefined();
  expect(gateAfter(10, () => 0).word(judged(2.9))).toBeUndefined();
  expect(gateAfter(10, () => 0).word(judged(6, "unknown"))).toBeUndefined();
  // Its cohort has a guarantee of its own, and what refusers show says nothing here.
  expect(gateAfter(10, () => 0).word(judged(6, "automated", "cohort"))).toBeUndefined();
  expect(gateAfter(10, () => 0).word(judged(6, "automated", "omissions"))).toBeUndefined();
});

test("no bound is claimed one person below the count, and one is from it on", () => {
  const few = gateAfter(2_994, () => 0).word(judged(6));
  expect(few).toMatchObject({ nats: 0, evidence: { alike: 0, of: 2_994, certifiedFpr: "none yet", missing: 1 } });
  const enough = gateAfter(2_995, () => 0).word(judged(6));
  expect(enough?.evidence.certifiedFpr).toBeLessThanOrEqual(1e-3);
  expect(enough?.nats).toBe(0);
});

test("what people show too may say no more than it is rare among them", () => {
  const gate = gateAfter(1_000, (person) => (person <= 50 ? 6 : 0));
  const word = gate.word(judged(6));
  expect(word?.evidence).toMatchObject({ alike: 50, of: 1_000, certifiedFpr: "none yet" });
  // 50 of 1,000: at most 6.3 % of people at 95 % confidence, so 6 nats become 2.8.
  expect(6 + (word?.nats ?? 0)).toBeCloseTo(2.76, 1);
  expect(gate.word(judged(6.5))?.nats).toBe(0);
});

test("one account is one vote, however often it comes", () => {
  const gate = new SessionGate(7);
  for (let i = 0; i < 500; i++) gate.learn(judged(9, "unknown"), 77, at);
  gate.learn(judged(9, "unknown"), 0, at);
  expect(gate.word(judged(6))?.evidence).toMatchObject({ alike: 1, of: 1 });
});

test("what people showed outlives a restart, and is forgotten after a fortnight", () => {
  const gate = gateAfter(3_000, (person) => person % 2);
  const next = new SessionGate(8);
  next.restore(gate.save());
  expect(next.word(judged(6))).toEqual(gate.word(judged(6)));
  next.learn(judged(0, "unknown"), 9_999, at + 15 * 86_400_000);
  expect(next.word(judged(6))?.evidence.of).toBe(1);
});
