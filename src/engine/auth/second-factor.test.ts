import { expect, test } from "vitest";
import { type Exchange, readTrace, type Verdict } from "#core";
import type { Engine } from "../engine.ts";
import { testEngine } from "../testdata/rows.ts";
import { asksSecondFactor, isSecondFactor, SecondFactors } from "./second-factor.ts";

const minute = 60_000;

function play(engine: Engine, exchanges: readonly Exchange[]): Verdict[] {
  return exchanges.map((exchange) => {
    const verdict = engine.inspect(exchange);
    engine.observe(exchange);
    return verdict;
  });
}

function natsOf(verdict: Verdict | undefined): number {
  return verdict?.signals.find(({ detector }) => detector === "second-factor-fatigue")?.nats ?? 0;
}

/** A log-in with the right password, which makes a telephone ring. */
const rings = '#ann:right POST /login 302 "<Location: /mfa"';

test("steps of a second factor are known by their words, and sending a code in is no question", () => {
  expect(["/mfa", "/account/2fa/verify", "/auth/push/resend"].map(isSecondFactor)).toEqual([true, true, true]);
  expect(["", "/mfassets", "/shop/pushchairs"].map(isSecondFactor)).toEqual([false, false, false]);
  const asks = (trace: string, login = false): boolean => asksSecondFactor(readTrace(trace)[0] as Exchange, login);
  expect(asks(rings, true)).toBe(true);
  expect(asks('POST /login 302 "<Location: /account"', true)).toBe(false);
  expect(asks("POST /mfa/push 200")).toBe(true);
  expect(asks("POST /mfa/verify 200")).toBe(false);
  expect(asks("POST /mfa/push 429")).toBe(false);
  expect(asks("GET /mfa/push 200")).toBe(false);
});

test("four questions are a person's second device and impatience, the fifth speaks, and half an hour ends it", () => {
  const factors = new SecondFactors();
  for (let i = 0; i < 4; i++) expect(factors.asked(7, i * minute).nats).toBe(0);
  expect(factors.fatigue(7, 4 * minute)).toBeUndefined();
  expect(factors.asked(7, 4 * minute)).toEqual({ pushes: 5, minutes: 4, nats: 1 });
  expect(factors.fatigue(8, 4 * minute)).toBeUndefined();
  for (let i = 5; i < 30; i++) factors.asked(7, i * minute);
  expect(factors.fatigue(7, 30 * minute)?.nats).toBe(4);
  expect(factors.fatigue(7, 60 * minute)).toBeUndefined();
  expect(factors.asked(7, 61 * minute).pushes).toBe(1);
});

test("repeated pushes for one account are named, whoever asks from where, and the account is on the list", () => {
  const engine = testEngine();
  // One push per address: nothing but the account is the same.
  const trace = Array.from({ length: 8 }, (_, i) => `+60 @198.51.100.${i} ${rings}`).join("\n");
  const verdicts = play(engine, readTrace(trace));
  expect(verdicts.slice(0, 5).map(natsOf)).toEqual([0, 0, 0, 0, 0]);
  expect(natsOf(verdicts[5])).toBe(1);
  expect(natsOf(verdicts[7])).toBe(3);
  expect(verdicts[7]?.signals.at(-1)?.evidence).toMatchObject({ attack: "second-factor fatigue", pushes: 7 });
  const [found, ...others] = engine.compromisedAccounts();
  expect(others).toEqual([]);
  expect(found?.account).toBe(readTrace(rings)[0]?.request.account);
  expect(found?.reasons.at(-1)).toMatch(/second factor was asked for again and again: 8 times/);
});

test("after it, the step that would turn the access into a loss is held; another account's is not", () => {
  const engine = testEngine();
  play(engine, readTrace(Array.from({ length: 7 }, () => `+30 ${rings}`).join("\n")));
  const step = (who: string): Verdict | undefined =>
    play(engine, readTrace(`#${who} POST /account/email 200`, { start: Date.UTC(2026, 0, 5, 9, 10) }))[0];
  expect(step("ann")?.signals.map(({ detector }) => detector)).toContain("takeover-chain");
  expect(step("bea")?.signals.map(({ detector }) => detector)).not.toContain("takeover-chain");
});

test("stuffing, spraying, cracking and people who mistype make no second factor tired", () => {
  const attempts = (line: (i: number) => string): Verdict[] =>
    play(testEngine(), readTrace(Array.from({ length: 30 }, (_, i) => `+20 @198.51.100.${i} ${line(i)}`).join("\n")));
  const stuffing = attempts((i) => `#u${i}:p${i} POST /login 401`);
  const spraying = attempts((i) => `#u${i}:spring POST /login 401`);
  const cracking = attempts((i) => `#ann:p${i} POST /login 401`);
  const people = attempts((i) => `#u${i}:p${i} POST /login 302 "<Location: /mfa"`);
  for (const verdicts of [stuffing, spraying, cracking, people]) expect(Math.max(...verdicts.map(natsOf))).toBe(0);
});
