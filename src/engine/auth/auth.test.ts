import { describe, expect, test } from "vitest";
import { createRandom } from "#core";
import { axisLaws, EProcess } from "../cohorts/index.ts";
import { drawNormal } from "../statistics/index.ts";
import {
  AccountRisk,
  AuthCounters,
  attackType,
  ContextShifts,
  GapLaw,
  type LoginAttempt,
  type LoginContext,
} from "./index.ts";

const hour = 3_600_000;
const week = 168 * hour;

function counted(attempts: number, attempt: (i: number) => Partial<LoginAttempt>): ReturnType<AuthCounters["counts"]> {
  const counters = new AuthCounters();
  for (let i = 0; i < attempts; i++) {
    counters.observe({ account: 1, password: 1, letIn: false, known: true, pushed: false, ...attempt(i) });
  }
  return counters.counts();
}

describe("attack types", () => {
  test.each([
    ["stuffing", (i: number) => ({ account: 100 + i, password: 5_000 + i * 7, known: i % 2 === 0 })],
    ["spraying", (i: number) => ({ account: 100 + i, password: 1 + (i % 3), known: i % 3 !== 0 })],
    ["cracking", (i: number) => ({ account: 7, password: 9_000 + i * 3 })],
    ["second-factor fatigue", () => ({ account: 7, password: 9, letIn: true, pushed: true })],
    ["people", (i: number) => ({ account: 100 + (i % 30), password: 9_000 + (i % 30), letIn: i % 8 !== 0 })],
    ["validated list", (i: number) => ({ account: 100 + i, password: 9_000 + i, letIn: true })],
  ] as const)("%s is recognised from 50 attempts", (type, attempt) => {
    const found = attackType(counted(50, attempt));
    expect(found.type).toBe(type);
    expect(found.words).toMatch(/^50 attempts on/);
  });

  test("works where passwords were not observed", () => {
    expect(attackType(counted(60, (i) => ({ account: 1 + i, password: 0, known: i % 2 === 0 }))).type).toBe("stuffing");
  });
});

describe("gap law", () => {
  test("says nothing before it learned, then eighths; a tool's sleep convicts within some dozen logins", () => {
    const random = createRandom(2);
    const gaps = new GapLaw();
    expect(gaps.binOf(1_000)).toBe(-1);
    for (let i = 0; i < 3_000; i++) gaps.learn(Math.exp(9 + 0.8 * drawNormal(random)));
    gaps.refresh();
    expect(gaps.binOf(-1)).toBe(-1);
    expect(gaps.edges()).toHaveLength(7);
    const counts = new Float64Array(8);
    for (let i = 0; i < 4_000; i++) {
      const bin = gaps.binOf(Math.exp(9 + 0.8 * drawNormal(random)));
      counts[bin] = (counts[bin] as number) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(110);
    const laws = axisLaws(new Float64Array(8).fill(100 / 8));
    const process = new EProcess(8);
    let logins = 0;
    while (process.logEvidence(false) < Math.log(1e6) && logins < 100) {
      process.observe(gaps.binOf(10_000 + 10_000 * random()), laws);
      logins++;
    }
    expect(logins).toBeLessThan(60);
  });
});

describe("context shift", () => {
  const weekOf = (shifts: ContextShifts, start: number, attack: boolean): void => {
    const random = createRandom(start);
    for (let h = 0; h < 168; h++) {
      for (let i = 0; i < 120; i++) {
        const endpoint = random() < 0.7 ? "/login" : "/login/mobile";
        shifts.observe([endpoint, random() < 0.4 ? "fresh jar" : "aged jar"], start + h * hour + i);
      }
      if (!attack || h !== 100) continue;
      for (let i = 0; i < 60; i++) shifts.observe(["/login/mobile", "fresh jar"], start + h * hour + 500 + i);
      return;
    }
  };

  test("names the cell that carries the excess, and is silent about an ordinary hour", () => {
    const quiet = new ContextShifts();
    weekOf(quiet, 0, false);
    expect(quiet.shift()).toBeUndefined();
    weekOf(quiet, week, false);
    expect(quiet.shift()?.p).toBeGreaterThan(1e-3);
    const attacked = new ContextShifts();
    weekOf(attacked, 0, false);
    weekOf(attacked, week, true);
    const shift = attacked.shift();
    expect(shift?.p).toBeLessThan(1e-6);
    expect(shift?.cells[0]?.cell).toBe("/login/mobile · fresh jar");
    expect(shift?.cells[0]?.share).toBeGreaterThan(0.7);
  });
});

describe("account risk", () => {
  const home = { country: 49, asn: 3320, device: 77, presentation: 5, hour: 19 };
  const share = (facet: string, value: number): number =>
    facet === "country" && value === 49 ? 0.5 : facet === "presentation" ? 0.2 : 0.001;
  const abroad = { country: 63, asn: 9299, device: 0, presentation: 6, hour: 4 };
  const settled = (): AccountRisk => {
    const risk = new AccountRisk({ accountsMax: 100 });
    for (let day = 0; day < 10; day++) risk.login(1, home, { at: day * 24 * hour, share, suspicious: false });
    return risk;
  };

  test("the owner's ways score low, a stranger's high, a new account nothing", () => {
    const risk = settled();
    expect(risk.score(1, home, share)).toBeLessThan(0);
    expect(risk.score(1, abroad, share)).toBeGreaterThan(4);
    expect(risk.score(2, abroad, share)).toBe(0);
  });

  test("a strange login alone holds nothing; followed by a gift card it holds that step and lists the account", () => {
    const risk = settled();
    expect(risk.step(1, "gift card", 240 * hour)).toBe(false);
    risk.login(1, abroad, { at: 241 * hour, share, suspicious: false });
    expect(risk.compromised()).toEqual([]);
    expect(risk.step(1, "gift card", 242 * hour)).toBe(true);
    expect(risk.compromised()[0]).toMatchObject({ account: 1, steps: ["gift card"] });
    expect(risk.step(1, "gift card", 300 * hour)).toBe(false);
    risk.clear(1);
    expect(risk.compromised()).toEqual([]);
  });

  test("a device, network and country all new make a login strange under the commonest look, from the fifth login of an account on", () => {
    for (const [logins, held] of [
      [3, false],
      [4, true],
    ] as const) {
      const risk = new AccountRisk();
      for (let day = 0; day < logins; day++) risk.login(1, home, { at: day * 24 * hour, share, suspicious: false });
      const lookalike = { ...abroad, presentation: home.presentation };
      expect(risk.score(1, lookalike, () => 0.05)).toBeLessThan(4);
      risk.login(1, lookalike, { at: 241 * hour, share: () => 0.05, suspicious: false });
      expect(risk.step(1, "change e-mail", 242 * hour)).toBe(held);
    }
    const traveller = settled();
    traveller.login(1, { ...home, country: 63, asn: 9299 }, { at: 241 * hour, share: () => 0.3, suspicious: false });
    expect(traveller.step(1, "change e-mail", 242 * hour)).toBe(false);
  });

  test("a login let in within a convicted cohort lists the account at once", () => {
    const risk = settled();
    risk.login(1, home, { at: 241 * hour, share, suspicious: true });
    expect(risk.compromised()).toHaveLength(1);
    expect(risk.step(1, "change e-mail", 241 * hour)).toBe(true);
  });

  test("accounts are bounded, the longest silent leave first", () => {
    const risk = settled();
    for (let account = 2; account <= 101; account++)
      risk.login(account, home, { at: 241 * hour, share, suspicious: false });
    expect(risk.score(1, abroad, share)).toBe(0);
  });
});

describe("what is new to an account", () => {
  const share = (): number => 0.01;
  const from = (asn: number, device: number): LoginContext => ({
    country: asn,
    asn,
    device,
    presentation: asn,
    hour: 9,
  });
  const suspicious = false;

  test("counts device, network and country for an account that has a home, and says so of one that is new each time", () => {
    const risk = new AccountRisk();
    for (const at of [0, 1, 2]) risk.login(1, from(7, 70), { at: at * hour, share, suspicious });
    expect(risk.novelty(1, from(7, 70))).toBe(0);
    expect(risk.novelty(1, from(7, 71))).toBe(1);
    expect(risk.novelty(1, from(8, 80))).toBe(3);
    for (const at of [0, 1]) risk.login(2, from(20 + at, 0), { at: at * hour, share, suspicious });
    expect(risk.novelty(2, from(30, 0))).toBe(4);
    expect(risk.novelty(3, from(30, 0))).toBe(-1);
  });

  test("a new home is learned when a day has passed without a complaint, and not before", () => {
    const risk = new AccountRisk();
    for (let i = 0; i < 20; i++) risk.login(1, from(7, 70), { at: i * 0.1 * hour, share, suspicious });
    risk.login(1, from(8, 80), { at: 10 * hour, share, suspicious });
    risk.login(1, from(8, 80), { at: 20 * hour, share, suspicious });
    expect(risk.novelty(1, from(8, 80))).toBe(3);
    risk.login(1, from(8, 80), { at: 44 * hour, share, suspicious });
    expect(risk.novelty(1, from(8, 80))).toBe(0);
  });

  test("nor ever, when the account was complained of", () => {
    const risk = new AccountRisk();
    for (let i = 0; i < 20; i++) risk.login(1, from(7, 70), { at: i * 0.1 * hour, share, suspicious });
    risk.login(1, from(8, 80), { at: 10 * hour, share, suspicious });
    risk.step(1, "gift card", 10 * hour + 1);
    risk.login(1, from(8, 80), { at: 80 * hour, share, suspicious });
    expect(risk.novelty(1, from(8, 80))).toBe(3);
  });
});
