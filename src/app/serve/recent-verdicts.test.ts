import { expect, test } from "vitest";
import type { Signal } from "#core";
import { EvidenceShelf } from "./evidence-shelf.ts";
import { type KeptVerdict, RecentVerdicts } from "./recent-verdicts.ts";

const signals: readonly Signal[] = [
  { detector: "id-walk", axis: "enumeration", group: "enumeration", nats: 2.5, evidence: { steps: 12, of: "pages" } },
  { detector: "cookie-ghost", axis: "orchestration", group: "jar", nats: -0.25, evidence: {} },
];

function add(recent: RecentVerdicts, reference: string): KeptVerdict {
  const kept = Object.assign(recent.blank(), { reference, signals, status: 200 });
  kept.score.total = 12.5;
  recent.add(kept);
  return kept;
}

test("evidence that was laid by reads as it was", () => {
  const recent = new RecentVerdicts(10);
  const kept = add(recent, "r1");
  expect(recent.find("r1")?.signals).toEqual(signals);
  recent.layBy(kept);
  recent.layBy(kept);
  expect(kept.signals).toEqual([]);
  expect(recent.find("r1")).toMatchObject({ reference: "r1", signals });
  expect(recent.newest(1, () => true, 1)).toMatchObject([{ reference: "r1", signals }]);
});

test("a full turn of ordinary verdicts later the evidence is still there, and it gives way to more", () => {
  const recent = new RecentVerdicts(100);
  for (let i = 0; i < 200; i++) {
    recent.layBy(add(recent, `r${i}`));
  }
  expect(recent.find("r100")?.signals).toEqual(signals);
  const shelf = new EvidenceShelf(1);
  const place = shelf.put(signals);
  expect(shelf.read(place)).toEqual(signals);
  for (let i = 0; i < 64; i++) shelf.put(signals);
  expect(shelf.read(place)).toBeUndefined();
});

test("a verdict with more evidence than the whole shelf holds reads as none, not as another's", () => {
  const shelf = new EvidenceShelf(1);
  const many = Array.from({ length: 100 }, () => signals[0] as Signal);
  expect(shelf.read(shelf.put(many))).toBeUndefined();
});

test("what was found stays as it was when its object serves another verdict", () => {
  const recent = new RecentVerdicts(3);
  recent.layBy(add(recent, "r0"));
  const found = recent.find("r0");
  for (let i = 1; i < 20; i++) {
    const kept = add(recent, `r${i}`);
    kept.score.total = 90 + i;
    recent.layBy(kept);
    // Whatever is still found under a reference is that request's own.
    for (let j = 0; j <= i; j++) expect(recent.find(`r${j}`)?.reference ?? `r${j}`).toBe(`r${j}`);
    for (let j = Math.max(0, i - 2); j <= i; j++) expect(recent.find(`r${j}`)).toBeDefined();
  }
  expect(found).toMatchObject({ reference: "r0", score: { total: 12.5 }, signals });
  expect(recent.newest(10, () => true, 10).map(({ reference }) => reference)).toEqual(["r19", "r18", "r17"]);
});
