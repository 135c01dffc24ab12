import { describe, expect, test } from "vitest";
import { fnv1a } from "#core";
import { testConviction } from "../testdata/conviction.ts";
import { Certifier } from "./certifier.ts";
import {
  Cohort,
  CohortMemory,
  Cohorts,
  type Conviction,
  cohortAxisCount,
  cohortAxisIndex,
  type EarlierVisit,
  EarlierVisits,
  priorLaws,
  type Sighting,
  writeCohortKeys,
} from "./index.ts";

const minute = 60_000;
const laws = priorLaws();

/** A visit to the shop by look and step, as a person makes it unless told otherwise. */
function sighting(i: number, at: number, more: Partial<Sighting> & { readonly parts?: number } = {}): Sighting {
  const bins = new Int8Array(cohortAxisCount).fill(-1);
  bins[cohortAxisIndex["side-effects"]] = more.parts ?? 0;
  const address = `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`;
  const addressHash = fnv1a(address);
  return {
    application: "shop",
    at,
    address,
    addressHash,
    client: addressHash,
    device: 0,
    account: 0,
    letIn: null,
    country: "DE",
    asn: 3320,
    anchored: false,
    behaviour: 0,
    presentation: 1 + (i % 5),
    stack: 0,
    step: 99,
    context: 0,
    walk: 0,
    visit: 1_000_000 + i,
    bins,
    ...more,
  };
}

function bare(i: number, at: number): Sighting {
  const found = sighting(100_000 + i, at, { presentation: 500, parts: 2 });
  found.bins[cohortAxisIndex.arrival] = 2;
  found.bins[cohortAxisIndex.jar] = 2;
  return found;
}

function visitsOfPeople(cohorts: Cohorts, count: number, more: Partial<Sighting> = {}): void {
  for (let i = 0; i < count; i++) cohorts.report(sighting(i, i * 300, more));
}

function attack(cohorts: Cohorts, at: number): Conviction | undefined {
  for (let i = 0; i < 60; i++) {
    const [found] = cohorts.report(bare(i, at + i * minute));
    if (found !== undefined) return found;
  }
  return undefined;
}

describe("bounds from visits before the case", () => {
  test("2,995 visits that a conviction would have spared earn it 1e-3, one fewer earns nothing", () => {
    const few = new Cohorts();
    visitsOfPeople(few, 2_994);
    expect(attack(few, 2_000_000)).toMatchObject({ basis: "prior", certifiedFpr: null, missing: 1 });
    const enough = new Cohorts();
    visitsOfPeople(enough, 2_995);
    const found = attack(enough, 2_000_000);
    expect(found).toMatchObject({ basis: "certified", certifiedOver: "earlier visits", missing: 0 });
    expect(found?.certifiedFpr).toBeLessThanOrEqual(1e-3);
    expect(found?.began).toBe(2_000_000);
  });

  test("people who wore the look before stand against it, however they came", () => {
    const cohorts = new Cohorts();
    visitsOfPeople(cohorts, 3_200);
    for (let i = 0; i < 3; i++) cohorts.report(sighting(50_000 + i, 1_000_000, { presentation: 500, parts: 2 }));
    // The cohort's row is young again after a day of silence; what was seen before is not forgotten.
    const found = attack(cohorts, 1_000_000 + 2 * 86_400_000);
    expect(found).toMatchObject({ basis: "prior", certifiedFpr: null });
  });

  test("visits after the case began, to other applications, and those that came bare earn nothing", () => {
    const later = new Cohorts();
    later.report(bare(0, 0));
    for (let i = 0; i < 3_500; i++) later.report(sighting(i, 1 + i * 300));
    expect(attack(later, 2_000_000)).toMatchObject({ certifiedFpr: null, missing: 2_995 });
    const elsewhere = new Cohorts();
    visitsOfPeople(elsewhere, 3_500, { application: "portal" });
    expect(attack(elsewhere, 2_000_000)).toMatchObject({ certifiedFpr: null, missing: 2_995 });
    const calls = new Cohorts();
    for (let i = 0; i < 3_500; i++) calls.report(sighting(i, i * 300, { parts: -1 }));
    expect(attack(calls, 2_000_000)).toMatchObject({ certifiedFpr: null, missing: 2_995 });
  });

  test("a behaviour that is convicted with its cohort claims what itself may, not what the cohort may", () => {
    const cohorts = new Cohorts();
    visitsOfPeople(cohorts, 1_000, { behaviour: 7, anchored: true });
    visitsOfPeople(cohorts, 3_000, { behaviour: 7 });
    // One visit in three thousand behaves as the attack does: rare enough to carry a conviction over, too many for a bound.
    cohorts.report({ ...bare(500, 1_500_000), behaviour: 9, presentation: 3 });
    for (let i = 0; i < 60; i++) cohorts.report({ ...bare(i, 2_000_000 + i * minute), behaviour: 9 });
    const [own, linked] = cohorts.convictions();
    expect(own).toMatchObject({ grouping: "presentation", certifiedOver: "earlier visits" });
    expect(linked).toMatchObject({ grouping: "behaviour", linkedFrom: own?.key, certifiedFpr: null, missing: 0 });
    expect(linked?.certifiedOver).toBeUndefined();
  });

  test("an anchored person who is hit takes the bound back", () => {
    const cohorts = new Cohorts();
    visitsOfPeople(cohorts, 3_000);
    const found = attack(cohorts, 2_000_000);
    expect(found?.basis).toBe("certified");
    cohorts.report({ ...bare(900, 9_000_000), anchored: true });
    expect(cohorts.convictions().find(({ key }) => key === found?.key)).toMatchObject({
      basis: "prior",
      certifiedFpr: null,
    });
  });
});

test("a cohort that turns out purer is asked again, and one that hit a person earns no bound by it", () => {
  const memory = new CohortMemory(8, 4_000);
  for (let i = 0; i < 3_000; i++) {
    const { addressHash: address, bins } = sighting(i, 0);
    const keys = new Float64Array(5);
    memory.earlier.note({ application: fnv1a("shop"), keys, bins, at: i, visit: i, address, whole: true });
  }
  const cohort = new Cohort();
  cohort.open(1, 1, 0);
  // Everything it asks for is swept: wholly automation's.
  cohort.enumeration = 5;
  cohort.swept = 1;
  cohort.sessions = 40;
  const basisAfter = (anchored: number): string => {
    const standing = { conviction: testConviction({ since: 1e6, purity: 0.5 }), lastMet: 0, met: 0, anchored };
    new Certifier(memory, 1e-3).weigh(standing, cohort);
    expect(standing.conviction.purity).toBe(1);
    return standing.conviction.basis;
  };
  expect(basisAfter(0)).toBe("certified");
  expect(basisAfter(1)).toBe("prior");
});

test("where enough anchored people were seen their word decides, but visits that a conviction would have hit refute it", () => {
  const fresh = new Cohorts();
  visitsOfPeople(fresh, 2_995, { anchored: true });
  expect(attack(fresh, 2_000_000)).toMatchObject({ basis: "certified", certifiedOver: "anchored people" });
  const worn = new Cohorts();
  visitsOfPeople(worn, 3_200, { anchored: true });
  for (let i = 0; i < 3; i++) worn.report(sighting(50_000 + i, 1_000_000, { presentation: 500, parts: 2 }));
  expect(attack(worn, 1_000_000 + 2 * 86_400_000)).toMatchObject({ basis: "prior", certifiedFpr: null, missing: 0 });
});

describe("what is kept of earlier visits", () => {
  const keys = new Float64Array(5);
  const visit = (i: number, more: Partial<EarlierVisit> = {}): EarlierVisit => {
    writeCohortKeys(sighting(i, 0), keys);
    const bins = new Int8Array(cohortAxisCount).fill(-1);
    return { application: fnv1a("shop"), keys, bins, at: i, visit: i, address: i, whole: true, ...more };
  };
  const conviction = (key: number, more: Partial<Conviction> = {}): Conviction =>
    testConviction({ key, since: 1e6, pattern: ["arrival"], ...more });
  const keyOf = (i: number): number => {
    writeCohortKeys(sighting(i, 0), keys);
    return keys[1] as number;
  };

  test("a visit counts once however often it is noted, and an address sixteen times at most", () => {
    const visits = new EarlierVisits(100);
    for (let i = 0; i < 5; i++) visits.note(visit(1));
    expect(visits.visits).toBe(1);
    for (let i = 10; i < 40; i++) visits.note(visit(i, { address: 7 }));
    expect(visits.visits).toBe(17);
    visits.note(visit(50, { whole: false }));
    expect(visits.visits).toBe(17);
  });

  test("the oldest visits leave, and with them what they counted for", () => {
    const visits = new EarlierVisits(8);
    for (let i = 0; i < 20; i++) visits.note(visit(i, { address: 7 }));
    expect(visits.visits).toBe(8);
    for (let i = 20; i < 28; i++) visits.note(visit(i, { whole: false }));
    expect(visits.visits).toBe(0);
    visits.note(visit(30, { address: 7 }));
    expect(visits.visits).toBe(1);
  });

  test("whose first request alone would be hit is held against a pure conviction; in an impure one only whoever shows the pattern is", () => {
    const visits = new EarlierVisits(100);
    for (let i = 0; i < 10; i++) visits.note(visit(i));
    const bins = new Int8Array(cohortAxisCount).fill(-1);
    bins[cohortAxisIndex.arrival] = 2;
    visits.note(visit(15, { bins, whole: false }));
    const key = keyOf(0);
    expect(visits.word(conviction(key), laws)).toEqual({ visits: 10, alike: 3 });
    expect(visits.word(conviction(key, { purity: 0.3 }), laws)).toEqual({ visits: 10, alike: 1 });
    expect(visits.word(conviction(key, { began: 6 }), laws)).toEqual({ visits: 6, alike: 2 });
  });

  test("a restart keeps the newest that fit; what is cut short or of another shape is not read", () => {
    const visits = new EarlierVisits(16);
    for (let i = 0; i < 20; i++) visits.note(visit(i));
    const saved = visits.save();
    const again = new EarlierVisits(16);
    again.restore(saved);
    expect(again.visits).toBe(16);
    expect(again.word(conviction(keyOf(0)), laws)).toEqual(visits.word(conviction(keyOf(0)), laws));
    const cut = new EarlierVisits(16);
    cut.restore(saved.subarray(0, saved.length - 1));
    expect(cut.visits).toBe(0);
    const other = saved.slice();
    other[0] = (other[0] as number) ^ 1;
    const none = new EarlierVisits(16);
    none.restore(other);
    none.restore(new Uint8Array(3));
    expect(none.visits).toBe(0);
    const smaller = new EarlierVisits(4);
    smaller.restore(saved);
    expect(smaller.visits).toBe(4);
  });
});
