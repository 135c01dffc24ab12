import { expect, test } from "vitest";
import { readTrace, type Verdict } from "#core";
import { convictsAlone, decideAction } from "#policy";
import type { Engine } from "./engine.ts";
import { testEngine } from "./testdata/rows.ts";

const start = Date.UTC(2026, 0, 5, 9);

/** Somebody who reads a page with its parts, keeps the cookie and is let in. */
function person(number: number): string {
  const cookie = `sid=s${number}`;
  return [
    `@10.${number >> 8}.${number & 255}.7 GET / 200 < ${cookie}; Path=/; HttpOnly`,
    `+0.2 GET /static/app.css 200 > ${cookie} "Referer: https://shop.example/"`,
    `+9 GET /login 200 > ${cookie} "Referer: https://shop.example/"`,
    `+0.2 GET /static/app.css 200 > ${cookie} "Referer: https://shop.example/login"`,
    `+${4 + ((number * 37) % 41)} #u${number} POST /login 302 > ${cookie} "Referer: https://shop.example/login" "<Location: /account"`,
  ].join("\n");
}

function play(engine: Engine, trace: string, at: number): Verdict | undefined {
  let last: Verdict | undefined;
  for (const exchange of readTrace(trace, { start: at, application: "shop", host: "shop.example" })) {
    last = engine.inspect(exchange);
    engine.observe(exchange);
  }
  return last;
}

function engineAfterPeople(count: number): Engine {
  const engine = testEngine({ limits: { sessionsMax: 8_192, clientsMax: 16_384 } });
  for (let number = 1; number <= count; number++) play(engine, person(number), start + number * 1_000);
  engine.sweep(start + count * 1_000 + 40 * 60_000);
  return engine;
}

/** One client that guesses passwords of one account. */
const guesses = Array.from({ length: 40 }, (_, i) => `+2 @203.0.113.9 #victim:p${i} POST /login 401`).join("\n");
const later = start + 24 * 3_600_000;

test("a session that convicts itself carries a bound once enough people were seen without such evidence", () => {
  const engine = engineAfterPeople(3_100);
  const verdict = play(engine, guesses, later);
  expect(verdict?.kind).toBe("automated");
  const word = verdict?.signals.find(({ detector }) => detector === "verified-people");
  expect(word?.evidence).toMatchObject({ alike: 0, missing: 0 });
  expect(Number(word?.evidence.of)).toBeGreaterThanOrEqual(2_995);
  expect(verdict?.basis).toBe("certified");
  expect(verdict?.certifiedFpr).toBeLessThanOrEqual(1e-3);
  if (verdict === undefined) return;
  expect(convictsAlone(verdict)).toBe(true);
  expect(decideAction(verdict, "certified", { certifiedFprMax: 1e-3 })).toEqual({
    action: "block",
    basis: "certified",
  });
  expect(decideAction(verdict, "certified", { certifiedFprMax: 1e-5 }).action).toBe("allow");
  // What people showed outlives a restart.
  const next = testEngine({ limits: { sessionsMax: 8_192, clientsMax: 16_384 } });
  expect(next.learned.restore(engine.learned.save(later), later).kind).toBe("restored");
  expect(play(next, guesses, later)?.certifiedFpr).toBe(verdict.certifiedFpr);
}, 60_000);

test("after few people the same session is refused by priors alone, and no bound is claimed", () => {
  const engine = engineAfterPeople(60);
  const verdict = play(engine, guesses, later);
  expect(verdict?.certifiedFpr).toBeNull();
  expect(verdict?.basis).not.toBe("certified");
  const word = verdict?.signals.find(({ detector }) => detector === "verified-people");
  expect(word?.evidence.certifiedFpr).toBe("none yet");
  if (verdict === undefined) return;
  expect(decideAction(verdict, "prior", { certifiedFprMax: 1e-3 })).toEqual({ action: "block", basis: "prior" });
  expect(decideAction(verdict, "certified", { certifiedFprMax: 1e-3 }).action).toBe("allow");
});
