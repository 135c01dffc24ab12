import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { type Exchange, noFingerprint, observesAll, testHashKey, type Verdict } from "#core";
import { ChallengeBook, type Redeemed } from "./challenge-book.ts";

const bits = 8;
const book = (): ChallengeBook => new ChallengeBook(testHashKey, { bits, validMs: 60_000 });

function exchange(
  over: {
    readonly ip?: string;
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly userAgent?: string;
    readonly application?: string;
  } = {},
): Exchange {
  const headers = over.headers ?? { Accept: "text/html,*/*" };
  return {
    id: "r",
    at: 0,
    application: over.application ?? "shop",
    client: { ip: over.ip ?? "203.0.113.9", fingerprint: noFingerprint },
    request: {
      method: over.method ?? "GET",
      scheme: "https",
      host: "shop.example",
      path: "/",
      query: "",
      protocol: "HTTP/1.1",
      headers: { names: Object.keys(headers), values: Object.values(headers) },
      userAgent: over.userAgent ?? "Browser",
      referer: "",
      cookies: [],
      bodyBytes: 0,
      token: 0,
      account: 0,
      password: 0,
      tokens: [],
      oddities: [],
    },
    observes: observesAll,
  };
}

const verdict = (action: Verdict["action"], options?: Verdict["options"]): Verdict => ({
  action,
  kind: "unknown",
  score: { total: 50, behaviour: 50, presentation: 50 },
  signals: [],
  rule: "suspicious",
  watched: [],
  basis: "rule",
  certifiedFpr: null,
  reference: "r",
  revision: 1,
  options,
});
const challenged = verdict("challenge");

function puzzleOf(made: Verdict): string {
  return String(made.options?.puzzle);
}

/** The first number for which the hash begins with enough zero bits, or with too few. */
function solve(puzzle: string, wanted: "solved" | "wrong" = "solved"): string {
  for (let n = 0; ; n++) {
    const first = createHash("sha256").update(`${puzzle}.${n}`).digest()[0];
    if ((first === 0) === (wanted === "solved")) return `${puzzle}.${n}`;
  }
}

const at = (now: number, session = 1): { session: number; now: number } => ({ session, now });
const withSolution = (solution: string): Exchange =>
  exchange({ headers: { accept: "text/html", "x-gait-solution": solution } });

test("a browser gets a puzzle, solves it and is let through for as long as the operator said", () => {
  const challenges = book();
  const asked = challenges.settle(exchange(), challenged, at(0));
  expect(asked).toMatchObject({ action: "challenge", options: { bits } });
  const solution = solve(puzzleOf(asked));
  expect(challenges.settle(withSolution(solution), challenged, at(1_000))).toMatchObject({
    action: "challenge",
    options: { redeemed: "solved" },
  });
  expect(challenges.settle(exchange(), challenged, at(2_000))).toMatchObject({
    action: "log",
    options: { challenge: "passed" },
  });
  expect(challenges.settle(exchange(), challenged, at(60_999)).action).toBe("log");
  expect(challenges.settle(exchange(), challenged, at(61_000)).action).toBe("challenge");
});

test("a solution is taken where the second request is let through by itself, and never where it is refused", () => {
  const challenges = book();
  const solution = solve(puzzleOf(challenges.settle(exchange(), challenged, at(0))));
  expect(challenges.settle(withSolution(solution), verdict("block"), at(1)).action).toBe("block");
  expect(challenges.settle(withSolution(solution), verdict("allow"), at(1)).options).toMatchObject({
    redeemed: "solved",
  });
});

test("a pass holds for its session, its address prefix, its user agent and its application", () => {
  const challenges = book();
  const solution = solve(puzzleOf(challenges.settle(exchange(), challenged, at(0))));
  challenges.settle(withSolution(solution), challenged, at(0));
  const next = (over: Parameters<typeof exchange>[0], session = 1): Verdict["action"] =>
    challenges.settle(exchange(over), challenged, at(5, session)).action;
  expect(next({ ip: "203.0.113.77" })).toBe("log");
  expect(next({ ip: "203.0.114.9" })).toBe("challenge");
  expect(next({ userAgent: "Other" })).toBe("challenge");
  expect(next({ application: "bank" })).toBe("challenge");
  expect(next({}, 2)).toBe("challenge");
});

test("addresses of the sixth version count by their /64", () => {
  const challenges = book();
  const from = (ip: string): Exchange => exchange({ ip });
  const solution = solve(puzzleOf(challenges.settle(from("2001:db8:1:2:3:4:5:6"), challenged, at(0))));
  const by = (ip: string): Redeemed => challenges.redeem(solution, { exchange: from(ip), session: 1, now: 1 });
  expect(by("2001:db8:1:3:3:4:5:6")).toBe("forged");
  expect(by("2001:db8:1:2:9:9:9:9")).toBe("solved");
});

test("what was not earned is refused: forged, somebody else's, too late, too easy, or for the second time", () => {
  const challenges = book();
  const puzzle = puzzleOf(challenges.settle(exchange(), challenged, at(0)));
  const redeem = (solution: string, over: Parameters<typeof exchange>[0] = {}, now = 1): Redeemed =>
    challenges.redeem(solution, { exchange: exchange(over), session: 1, now });
  const solution = solve(puzzle);
  const [end, , drawn, mac] = puzzle.split(".");
  expect(redeem(solution, { ip: "198.51.100.1" })).toBe("forged");
  expect(redeem(solution, { userAgent: "Other" })).toBe("forged");
  expect(redeem(solve(`${end}.0.${drawn}.${mac}`))).toBe("forged");
  expect(redeem(solve(`zzzzzzz.${bits}.${drawn}.${mac}`))).toBe("forged");
  expect(redeem(`${puzzle}.`)).toBe("malformed");
  expect(redeem(`${solution}.1`)).toBe("malformed");
  expect(redeem("")).toBe("malformed");
  expect(redeem(`${puzzle}.${"1".repeat(300)}`)).toBe("malformed");
  expect(redeem(solve(puzzle, "wrong"))).toBe("wrong");
  expect(redeem(solution, {}, 120_000)).toBe("expired");
  expect(redeem(solution, {}, 119_999)).toBe("solved");
  expect(redeem(solution, {}, 119_999)).toBe("used");
  // A harder puzzle's number is another puzzle: none is solved by the way.
  expect(
    new ChallengeBook({ k0: 1, k1: 2 }, { bits, validMs: 1 }).redeem(solution, {
      exchange: exchange(),
      session: 1,
      now: 1,
    }),
  ).toBe("forged");
});

test("a solved puzzle is remembered longer than it lives", () => {
  const challenges = book();
  let refused = 0;
  for (let now = 0; now < 600_000; now += 7_000) {
    const solution = solve(puzzleOf(challenges.settle(exchange(), challenged, at(now, 9))));
    expect(challenges.redeem(solution, { exchange: exchange(), session: 1, now })).toBe("solved");
    for (const later of [1, 60_000, 119_998])
      if (challenges.redeem(solution, { exchange: exchange(), session: 1, now: now + later }) === "used") refused++;
  }
  expect(refused).toBe(86 * 3);
});

test("whoever is no browser that shows a page gets what the rule says instead, or a refusal", () => {
  const api = exchange({ headers: { accept: "application/json" } });
  const post = exchange({ method: "POST" });
  for (const client of [api, post, exchange({ headers: {} })])
    expect(book().settle(client, challenged, at(0)).action).toBe("block");
  const instead = (option: string): Verdict["action"] =>
    book().settle(api, verdict("challenge", { else: option }), at(0)).action;
  expect(["throttle", "step-up", "hold", "log", "allow", "nonsense"].map(instead)).toEqual([
    "throttle",
    "step-up",
    "hold",
    "log",
    "block",
    "block",
  ]);
});

test("where the operator wrote nothing there are no puzzles, and nobody's headers are looked through", () => {
  const challenges = new ChallengeBook(testHashKey);
  expect(challenges.settle(exchange(), challenged, at(0))).toBe(challenged);
  const passes = verdict("allow");
  expect(book().settle(withSolution("a.b.c.d.1"), passes, at(0))).toBe(passes);
});
