import { describe, expect, test } from "vitest";
import { createRandom, fnv1a, type Random } from "#core";
import { drawNormal } from "../statistics/index.ts";
import {
  type AxisLaws,
  Cohort,
  type CohortAxisName,
  Cohorts,
  cohortAxes,
  cohortAxisCount,
  cohortAxisIndex,
  EProcess,
  logPause,
  priorLaws,
  type Sighting,
} from "./index.ts";

const minute = 60_000;

interface Person {
  readonly presentation: number;
  readonly behaviour?: number;
  readonly bins?: Partial<Record<CohortAxisName, number>>;
  readonly address?: string;
  readonly account?: number;
  readonly letIn?: boolean;
  readonly device?: number;
  readonly country?: string;
  readonly anchored?: boolean;
}

function sighting(at: number, person: Person): Sighting {
  const bins = new Int8Array(cohortAxisCount).fill(-1);
  for (const [name, bin] of Object.entries(person.bins ?? {})) bins[cohortAxisIndex[name as CohortAxisName]] = bin;
  const address = person.address ?? `198.51.${Math.floor(at / minute) % 250}.${at % 250}`;
  const addressHash = fnv1a(address);
  return {
    application: "shop",
    at,
    address,
    addressHash,
    client: addressHash,
    device: person.device ?? 0,
    account: person.account ?? 0,
    letIn: person.letIn ?? null,
    country: person.country ?? "DE",
    asn: 3320,
    anchored: person.anchored ?? false,
    behaviour: person.behaviour ?? 11,
    presentation: person.presentation,
    stack: 0,
    step: 99,
    context: 0,
    walk: 0,
    bins,
  };
}

function pick(shares: readonly number[], random: Random): number {
  let u = random();
  let k = 0;
  while (k < shares.length - 1 && u > (shares[k] as number)) u -= shares[k++] as number;
  return k;
}

/** A person's session: every session-level axis drawn from the honest law. */
function honest(at: number, random: Random): Sighting {
  const bins: Partial<Record<CohortAxisName, number>> = {};
  for (const { name, honest: shares } of cohortAxes) bins[name] = pick(shares, random);
  const who = Math.floor(random() * 100_000);
  const looks = Math.floor(random() * 20);
  return sighting(at, {
    presentation: 1 + looks,
    behaviour: 1 + Math.floor(random() * 30),
    bins,
    address: `10.${who >> 16}.${(who >> 8) & 255}.${who & 255}`,
    device: random() < 0.5 ? 1_000_000 + who : 0,
  });
}

const bare = { arrival: 2, jar: 2, "side-effects": 2 } as const;

function bot(i: number, overrides: Partial<Person> = {}): Sighting {
  return sighting(i * minute, { presentation: 500, behaviour: 900, bins: bare, ...overrides });
}

describe("cohorts", () => {
  test("one request per address: a library's logins are convicted within a dozen sessions, from prior knowledge only", () => {
    const cohorts = new Cohorts();
    let after = 0;
    for (let i = 1; i <= 60 && after === 0; i++) if (cohorts.report(bot(i)).length > 0) after = i;
    expect(after).toBeGreaterThanOrEqual(5);
    expect(after).toBeLessThanOrEqual(15);
    const [conviction] = cohorts.convictions();
    expect(conviction).toMatchObject({ grouping: "presentation", basis: "prior", certifiedFpr: null, missing: 2995 });
    expect(conviction?.evidence.join("; ")).toMatch(/came straight to the step in 100 % of \d+ sessions/);
    const next = bot(100, { address: "203.0.113.9" });
    expect(cohorts.judge(next, next.bins, next.at)?.key).toBe(conviction?.key);
    expect(cohorts.cohorts()[0]).toMatchObject({ state: "convicted", grouping: "presentation" });
  });

  test("thirty sessions of one person with a broken set-up are not a cohort", () => {
    const cohorts = new Cohorts();
    for (let i = 0; i < 200; i++) cohorts.report(bot(i, { address: "192.0.2.7" }));
    expect(cohorts.convictions()).toEqual([]);
  });

  test("twenty popular looks with honest people stay free over twelve thousand sessions", () => {
    const random = createRandom(12);
    const cohorts = new Cohorts();
    for (let i = 0; i < 12_000; i++) {
      cohorts.report(honest(i * 2_000, random));
      if (i % 3_000 === 2_999) for (const _ of cohorts.refit());
    }
    expect(cohorts.convictions()).toEqual([]);
  });

  test("password managers that share a jar state are no cohort of bots, though they log in at once, by the shortest way, and four in ten are refused", () => {
    const cohorts = new Cohorts();
    for (let i = 0; i < 60; i++) {
      const member = sighting(i * minute, {
        presentation: 0,
        behaviour: 0,
        bins: { way: 0, gap: i % 2, arrival: 1, jar: 2 },
        account: 1_000 + i,
        letIn: i % 10 >= 4,
      });
      cohorts.report({ ...member, context: 77 });
    }
    expect(cohorts.convictions()).toEqual([]);
  });

  test("an attack inside a popular browser's cohort never costs its people anything", () => {
    const random = createRandom(13);
    const cohorts = new Cohorts();
    let hit = 0;
    for (let i = 0; i < 6_000; i++) {
      const person = { ...honest(i * 2_000, random), presentation: 5 };
      const knows = person.bins.map((bin, axis) => (axis <= cohortAxisIndex["side-effects"] ? bin : -1));
      if (cohorts.judge(person, knows, person.at) !== undefined) hit++;
      cohorts.report(person);
      if (i % 3 === 0) cohorts.report({ ...bot(i, { presentation: 5 }), at: i * 2_000, client: i, address: `a${i}` });
    }
    expect(hit / 6_000).toBeLessThan(0.002);
  });

  test("a linked behaviour outlives a change of looks, and only where honest people do not share it", () => {
    const random = createRandom(14);
    const cohorts = new Cohorts({ alpha: 0.01 });
    for (let i = 0; i < 4_000; i++) cohorts.report({ ...honest(i * 2_000, random), anchored: true });
    for (let i = 0; i < 60; i++) cohorts.report({ ...bot(i), at: 8_000_000 + i * minute });
    expect(cohorts.convictions().map(({ grouping }) => grouping)).toEqual(["presentation", "behaviour"]);
    const disguised = bot(300, { presentation: 501 });
    expect(cohorts.judge(disguised, disguised.bins, disguised.at)?.linkedFrom).toBeGreaterThan(0);
  });

  test("a linked behaviour is carried over on prior knowledge once five hundred honest sessions are known, not before", () => {
    for (const [people, groupings] of [
      [300, ["presentation"]],
      [900, ["presentation", "behaviour"]],
    ] as const) {
      const random = createRandom(14);
      const cohorts = new Cohorts({ alpha: 0.01 });
      for (let i = 0; i < people; i++) cohorts.report({ ...honest(i * 2_000, random), anchored: true });
      for (let i = 0; i < 60; i++) cohorts.report({ ...bot(i), at: 8_000_000 + i * minute });
      expect(cohorts.convictions().map(({ grouping }) => grouping)).toEqual(groupings);
    }
  });

  test("a campaign that comes again with a driven browser is judged from its third log-in on, owners who reset their passwords are not", () => {
    const strange = { arrival: 0, way: 0, habit: 3, jar: 2 } as const;
    const own = { arrival: 0, way: 1, habit: 0, jar: 0 } as const;
    for (const [bins, convicted] of [
      [strange, true],
      [own, false],
    ] as const) {
      const random = createRandom(15);
      const cohorts = new Cohorts();
      for (let i = 1; i <= 80; i++) cohorts.campaigns.tried(i, 5);
      for (let i = 0; i < 600; i++)
        cohorts.report({ ...honest(i * 2_000, random), account: 1 + ((i * 7_919) % 1_000), letIn: true });
      let found = 0;
      for (let i = 0; i < 12 && found === 0; i++) {
        const person = { presentation: 777, behaviour: 778, bins, account: 1 + i, letIn: true } as const;
        if (cohorts.report({ ...sighting(2_000_000 + i * minute, person), stack: 0 }).length > 0) found = i + 1;
      }
      expect(found > 0).toBe(convicted);
      if (convicted) expect(found).toBeLessThanOrEqual(6);
      if (convicted)
        expect(cohorts.convictions()[0]?.evidence.join()).toMatch(/tried by a campaign that was convicted before/);
    }
  });

  test("a row that is used again carries nothing of its former cohort: only its own behaviour is linked", () => {
    const random = createRandom(16);
    const cohorts = new Cohorts({ alpha: 0.01 });
    for (let i = 0; i < 4_000; i++) cohorts.report({ ...honest(i * 2_000, random), anchored: true });
    // The same look at the same endpoint did something else until it fell silent for more than a day.
    for (let i = 0; i < 40; i++)
      cohorts.report({
        ...bot(i, { behaviour: 777, bins: { arrival: 0, jar: 0, "side-effects": 0 } }),
        at: 8_000_000 + i * minute,
      });
    const later = 8_000_000 + 30 * 60 * minute;
    for (let i = 0; i < 30; i++) cohorts.report({ ...bot(i), at: later + i * minute });
    const linked = cohorts.convictions().find(({ grouping }) => grouping === "behaviour");
    expect(linked?.evidence[0]).toMatch(/^shared by (\d\d?|100) % of a convicted cohort/);
    const former = bot(300, { presentation: 501, behaviour: 777 });
    expect(cohorts.judge(former, former.bins, later)).toBeUndefined();
  });

  test("anchored people inside a conviction end it, and an operator's pardon does at once", () => {
    const cohorts = new Cohorts();
    for (let i = 0; i < 60; i++) cohorts.report(bot(i));
    expect(cohorts.convictions()).toHaveLength(1);
    for (let i = 0; i < 3; i++) cohorts.report(bot(70 + i, { anchored: true }));
    expect(cohorts.convictions()).toEqual([]);
    const other = new Cohorts();
    for (let i = 0; i < 60; i++) other.report(bot(i));
    expect(other.pardon(other.convictions()[0]?.key ?? 0, 61 * minute)).toBe(true);
    for (let i = 61; i < 200; i++) other.report(bot(i));
    expect(other.convictions()).toEqual([]);
  });

  test("a flood of cohorts evicts noise, never a conviction", () => {
    const cohorts = new Cohorts({ limits: { cohortsMax: 64, convictionsMax: 2 } });
    for (let i = 0; i < 60; i++) cohorts.report(bot(i));
    const key = cohorts.convictions()[0]?.key;
    for (let i = 0; i < 5_000; i++) cohorts.report(bot(i, { presentation: 1_000 + i, behaviour: 5_000 + i }));
    expect(cohorts.convictions().map((conviction) => conviction.key)).toContain(key);
    expect(cohorts.cohorts().length).toBeLessThanOrEqual(66);
    const member = bot(6_000);
    expect(cohorts.judge(member, member.bins, 100 * minute)?.key).toBe(key);
  });

  test("a case starts over after a silent day, and a conviction nobody met for a week retires", () => {
    const cohorts = new Cohorts();
    for (let i = 0; i < 4; i++) cohorts.report(bot(i));
    const day = 1_440;
    for (let i = 0; i < 4; i++) cohorts.report(bot(2 * day + i));
    expect(cohorts.convictions()).toEqual([]);
    for (let i = 0; i < 60; i++) cohorts.report(bot(2 * day + 10 + i));
    const late = bot(12 * day);
    expect(cohorts.judge(late, late.bins, late.at)).toBeUndefined();
    expect(cohorts.convictions()).toEqual([]);
  });
});

describe("log-ins that are refused", () => {
  const login = (i: number, parts: Partial<Person>): Sighting =>
    sighting(i * 1_000, {
      presentation: 7,
      behaviour: 70,
      account: 1_000 + i,
      address: `203.0.${i >> 8}.${i & 255}`,
      ...parts,
    });

  test("convict those who come straight to the log-in, from the first hour, before any account is known", () => {
    const cohorts = new Cohorts();
    let convicted = -1;
    for (let i = 0; i < 40 && convicted < 0; i++)
      if (cohorts.report(login(i, { bins: { arrival: 2 }, letIn: false })).length > 0) convicted = i;
    expect(convicted).toBeGreaterThan(3);
    expect(convicted).toBeLessThan(30);
  });

  test("convict nobody while the log-in is broken for everybody", () => {
    const cohorts = new Cohorts();
    for (let i = 0; i < 60; i++) cohorts.report(login(i, { presentation: i % 5, bins: { arrival: 0 }, letIn: true }));
    for (let i = 60; i < 400; i++) {
      const person = login(i, { presentation: i % 5, bins: { arrival: 0 }, letIn: false });
      expect(cohorts.report(person), `person ${i}`).toEqual([]);
    }
  });
});

describe("whose behaviour counts as people's", () => {
  /** Votes for the behaviour of one who comes two days after three hundred others, one of them from 192.0.2.7. */
  const votes = (person: Partial<Person>): number => {
    const cohorts = new Cohorts();
    for (let i = 0; i < 301; i++)
      cohorts.report(
        sighting(i, { presentation: 9, behaviour: 5, address: i === 7 ? "192.0.2.7" : `10.0.${i >> 8}.${i & 255}` }),
      );
    const shown = { presentation: 3, behaviour: 77, account: 5, letIn: true, address: "192.0.2.7", ...person };
    cohorts.report(sighting(2 * 86_400_000, shown));
    return cohorts.audit.alike(77);
  };

  test("an account that logs in from where it always does, on a device that keeps no cookie, votes", () => {
    expect(votes({ bins: { habit: 0 } })).toBe(1);
    expect(votes({ bins: { habit: 1 } })).toBe(1);
  });

  test("one that is elsewhere, refused, of no known habit, or at an address never seen does not", () => {
    expect(votes({ bins: { habit: 2 } })).toBe(0);
    expect(votes({ bins: { habit: 1 }, letIn: false })).toBe(0);
    expect(votes({})).toBe(0);
    expect(votes({ bins: { habit: 1 }, address: "203.0.113.9" })).toBe(0);
  });
});

describe("what one login of each session shows together", () => {
  const seconds = (pause: number): number => logPause(1_000 * pause);

  /** Drawn pauses of a cohort, and what its spacing axis came to. */
  function spacingAfter(count: number, draw: () => number): number {
    const cohort = new Cohort();
    cohort.open(1, 1, 0);
    const laws = priorLaws()[cohortAxisIndex.spacing] as AxisLaws;
    const process = new EProcess(3);
    for (let i = 0; i < count; i++) {
      const bin = cohort.spacing(seconds(draw()));
      if (bin >= 0) process.observe(bin, laws);
    }
    return process.logEvidence(true);
  }

  test("pauses drawn from a window are as no people pause, whatever their middle is; people of any pace are people", () => {
    const random = createRandom(21);
    expect(spacingAfter(40, () => 10 + 10 * random())).toBeGreaterThan(6);
    expect(spacingAfter(40, () => 3 + 5 * random())).toBeGreaterThan(3);
    for (const middle of [6, 13, 40]) {
      for (let cohort = 0; cohort < 50; cohort++)
        expect(spacingAfter(60, () => middle * Math.exp(0.8 * drawNormal(random)))).toBeLessThan(6);
    }
  });

  test("a form filled in by a program for a person says nothing, however even its pauses are", () => {
    expect(spacingAfter(60, () => 1.2)).toBe(0);
    const cohort = new Cohort();
    cohort.open(1, 1, 0);
    for (let i = 0; i < 5; i++) expect(cohort.spacing(seconds(2.9))).toBe(-1);
    for (let i = 0; i < 3; i++) expect(cohort.spacing(seconds(3.1))).toBe(-1);
    expect(cohort.spacing(seconds(3.1))).toBe(2);
    expect(cohort.spacing(-1)).toBe(-1);
  });

  test("an acquittal closes the case: three hundred innocent sessions do not shelter what comes after, and stay in the null", () => {
    const cohorts = new Cohorts();
    const random = createRandom(22);
    let at = 0;
    const pay = (bins: Partial<Record<CohortAxisName, number>>): number => {
      at += minute;
      const who = Math.floor(random() * 1e6);
      const address = `10.${who >> 16}.${(who >> 8) & 255}.${who & 255}`;
      return cohorts.report(sighting(at, { presentation: 7, behaviour: 0, bins, address })).length;
    };
    for (let i = 0; i < 300; i++) {
      const bins: Partial<Record<CohortAxisName, number>> = {};
      for (const name of ["arrival", "jar", "side-effects", "typicality", "cadence", "way"] as const)
        bins[name] = pick(cohortAxes[cohortAxisIndex[name]]?.honest ?? [], random);
      expect(pay(bins)).toBe(0);
    }
    const [before] = cohorts.cohorts();
    expect(before?.state).toBe("known honest");
    const bins = cohortAxes[cohortAxisIndex.arrival]?.bins ?? [];
    const seen = bins.reduce((sum, _, bin) => sum + (cohorts.honest()[0]?.shown(cohortAxisIndex.arrival, bin) ?? 0), 0);
    expect(seen).toBeGreaterThanOrEqual(295);
    let convictedAfter = 0;
    for (let i = 1; i <= 60 && convictedAfter === 0; i++) if (pay(bare) > 0) convictedAfter = i;
    expect(convictedAfter).toBeGreaterThan(0);
    expect(convictedAfter).toBeLessThanOrEqual(40);
    expect(cohorts.convictions()[0]?.shared).toBe(true);
  });
});
