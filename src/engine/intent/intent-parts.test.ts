import { describe, expect, test } from "vitest";
import { AxisEvidence } from "./axis-evidence.ts";
import { axisPriors, personaProofAxes } from "./axis-priors.ts";
import { decayFactor } from "./decay.ts";
import { DeployWatch } from "./deploy-watch.ts";
import { EdgeCounts, edgesMax } from "./edge-counts.ts";
import { isKnownScriptName, ScriptNames, scriptNamesMax } from "./script-names.ts";
import { StepBook } from "./step-book.ts";
import { bitCount, factBit, factsMax, generalFacts, stepsMax } from "./step-facts.ts";
import { StepShares } from "./step-shares.ts";
import { Votes } from "./votes.ts";

const start = Date.UTC(2026, 0, 5);
const day = 24 * 3600_000;

describe("votes", () => {
  test("one per voter and day", () => {
    const votes = new Votes();
    expect(votes.admit(7, 0, start)).toBe(1);
    expect(votes.admit(7, 0, start + 1_000)).toBe(0);
    expect(votes.admit(8, 0, start)).toBe(1);
    expect(votes.admit(7, 0, start + day)).toBe(1);
  });

  test("nobody votes without an identity", () => {
    expect(new Votes().admit(0, 0, start)).toBe(0);
  });

  test("a cohort of n votes weighs sqrt(n)", () => {
    const votes = new Votes();
    let sum = 0;
    for (let i = 1; i <= 100; i++) sum += votes.admit(i, 5, start);
    expect(sum).toBeCloseTo(10, 3);
  });

  test("when the day's table is full, further voters are not heard", () => {
    const votes = new Votes();
    let heard = 0;
    for (let i = 1; i <= 60_000; i++) heard += votes.admit(i, 0, start);
    expect(heard).toBe(49_152);
  });
});

describe("script names", () => {
  test("known ones are believed at first sight, others after three anchored sessions", () => {
    const names = new ScriptNames();
    expect(names.isScript(names.sight("_ga"))).toBe(true);
    const own = names.sight("house");
    expect(names.isScript(own)).toBe(false);
    for (let i = 0; i < 3; i++) names.learn(1 << own, 1);
    expect(names.isScript(own)).toBe(true);
    expect(names.list().map(({ name }) => name)).toEqual(["_ga", "house"]);
  });

  test("a flood of invented names cannot displace what honest clients carry", () => {
    const names = new ScriptNames();
    const own = names.sight("house");
    for (let i = 0; i < 5; i++) names.learn(1 << own, 1);
    for (let i = 0; i < 100_000; i++) names.sight(`x${i}`);
    expect(names.sight("house")).toBe(own);
    expect(names.isScript(own)).toBe(true);
  });

  test("no more than 32 are kept", () => {
    const names = new ScriptNames();
    for (let i = 0; i < 1_000; i++) expect(names.sight(`x${i % 500}`)).toBeLessThan(scriptNamesMax);
  });

  test("absence is unknown without script, and rarer the more sessions show it", () => {
    const names = new ScriptNames();
    expect(names.absence()).toBeUndefined();
    const ga = names.sight("_ga");
    const before = names.absence() ?? 0;
    for (let i = 0; i < 1_000; i++) names.learn(1 << ga, 1);
    expect(names.absence()).toBeLessThan(before / 5);
  });

  test("a name that an answer issues is no script's", () => {
    const names = new ScriptNames();
    names.sight("_ga");
    names.withdraw("_ga");
    expect(names.mask).toBe(0);
  });

  test("vendors' prefixes are recognised", () => {
    expect(isKnownScriptName("_ga_ABC123")).toBe(true);
    expect(isKnownScriptName("_hjSessionUser_12")).toBe(true);
    expect(isKnownScriptName("sid")).toBe(false);
  });
});

describe("steps", () => {
  const all = 0xffff_ffff;

  test("a precondition needs 90 votes and a lower bound of 0.95", () => {
    const book = new StepBook();
    const step = book.addStep(3);
    book.propose(2, start);
    const bit = book.factBitOf(2);
    for (let i = 0; i < 89; i++) book.learn(step, all, { kind: "native", weight: 1, began: start + 1 });
    expect(book.required("native", step) & bit).toBe(0);
    book.learn(step, all, { kind: "native", weight: 1, began: start + 1 });
    expect(book.required("native", step) & bit).not.toBe(0);
    // Misses do not take it back, whoever they are of: only a deploy does.
    for (let i = 0; i < 50; i++) book.learn(step, 0, { kind: "native", weight: 1, began: 2 });
    expect(book.required("native", step) & bit).not.toBe(0);
    book.freeze(Math.log2(bit >>> 0));
    book.thaw(Math.log2(bit >>> 0));
    expect(book.required("native", step) & bit).toBe(0);
  });

  test("sessions that began before a fact was looked for do not vote on it", () => {
    const book = new StepBook();
    const step = book.addStep(3);
    book.propose(2, start);
    for (let i = 0; i < 200; i++) book.learn(step, 0, { kind: "web", weight: 1, began: start - 1 });
    expect(book.share("web", step, generalFacts.length).asked).toBe(0);
  });

  test("the table of steps and facts is bounded, and rare candidates give way", () => {
    const book = new StepBook();
    for (let endpoint = 1; endpoint <= 40; endpoint++) book.addStep(endpoint);
    expect(book.stepEndpoints()).toHaveLength(stepsMax);
    for (let i = 0; i < 20; i++) book.propose(1_000, start);
    for (let endpoint = 100; endpoint < 900; endpoint++) book.propose(endpoint, start);
    expect(book.factBitOf(1_000)).not.toBe(0);
    expect(book.places().facts).toHaveLength(factsMax - generalFacts.length);
  });

  test("a frozen fact is not required until it is relearned", () => {
    const book = new StepBook();
    const step = book.addStep(3);
    expect(book.required("web", step) & factBit("page-seen")).not.toBe(0);
    book.freeze(0);
    expect(book.required("web", step) & factBit("page-seen")).toBe(0);
    book.thaw(0);
    for (let i = 0; i < 100; i++) book.learn(step, all, { kind: "web", weight: 1, began: start });
    expect(book.required("web", step) & factBit("page-seen")).not.toBe(0);
  });

  test("bits are counted", () => {
    expect(bitCount(0)).toBe(0);
    expect(bitCount(0xffff_ffff)).toBe(32);
    expect(bitCount(0b1011)).toBe(3);
  });
});

describe("shares of kinds at a step", () => {
  const accept = (shares: StepShares, kind: number, count: number): void => {
    for (let i = 0; i < count; i++) shares.accept(kind, 0);
  };

  test("are learned freely on the first day, so that a site with an app never fears bare log-ins", () => {
    const shares = new StepShares();
    accept(shares, 0, 500);
    accept(shares, 1, 500);
    expect(shares.share(1, 0)).toBeCloseTo(0.5, 1);
    shares.decay(day);
    expect(shares.share(1, 0)).toBeCloseTo(0.5, 1);
  });

  test("grow slowly once established, so that an attack with valid credentials does not become an app", () => {
    const shares = new StepShares();
    accept(shares, 0, 5_000);
    shares.decay(day);
    expect(shares.share(1, 0)).toBeLessThan(0.002);
    accept(shares, 1, 50_000);
    expect(shares.share(1, 0)).toBeLessThan(0.013);
    let days = 0;
    while (shares.share(1, 0) < 0.3) {
      accept(shares, 1, 50_000);
      shares.decay(day);
      days++;
    }
    expect(days).toBeGreaterThanOrEqual(5);
  });
});

describe("the watch for deploys", () => {
  const known = { application: 1, now: start, words: () => "cookie sid comes back" };
  const feed = (watch: DeployWatch, count: number, kept: boolean, cohortOf: (i: number) => number) => {
    for (let i = 0; i < count; i++) watch.observe("sid", kept, { cohort: cohortOf(i), anchored: false, ...known });
  };

  test("calls a fall in all cohorts a deploy, freezes the edge and thaws it after 90 sessions", () => {
    const watch = new DeployWatch();
    feed(watch, 300, true, (i) => i % 10);
    feed(watch, 60, false, (i) => i % 10);
    expect(watch.changes(1)).toMatchObject([{ edge: "cookie sid comes back", kind: "deploy", cohorts: 10 }]);
    expect(watch.changes(2)).toEqual([]);
    expect(watch.isFrozen("sid")).toBe(true);
    feed(watch, 100, false, (i) => i % 10);
    expect(watch.isFrozen("sid")).toBe(false);
  });

  test("calls a fall inside one cohort a bot, and the edge stands", () => {
    const watch = new DeployWatch();
    feed(watch, 300, true, (i) => i % 10);
    for (let i = 0; i < 400; i++) {
      watch.observe("sid", i % 3 === 0, { cohort: i % 3 === 0 ? i % 10 : 77, anchored: false, ...known });
    }
    expect(watch.changes().every(({ kind }) => kind === "cohort")).toBe(true);
    expect(watch.changes().length).toBeGreaterThan(0);
    expect(watch.isFrozen("sid")).toBe(false);
  });

  test("cannot be blinded by many fallen cohorts while anchored ones keep the edge", () => {
    const watch = new DeployWatch();
    feed(watch, 300, true, (i) => i % 10);
    for (let i = 0; i < 600; i++) {
      const honest = i % 2 === 0;
      watch.observe("sid", honest, { cohort: honest ? (i / 2) % 6 : 100 + (i % 8), anchored: honest, ...known });
    }
    expect(watch.isFrozen("sid")).toBe(false);
  });
});

describe("edges", () => {
  test("share one budget, and fade to make room", () => {
    const budget = { used: 0 };
    const edges = new EdgeCounts(budget);
    for (let i = 0; i < edgesMax + 100; i++)
      edges.count("follows", { kind: "web", from: i % 4_096, to: Math.floor(i / 4_096) + 1 }, 1);
    expect(edges.edges()).toHaveLength(edgesMax);
    edges.decay(6 * day);
    expect(budget.used).toBe(0);
    edges.count("follows", { kind: "web", from: 1, to: 2 }, 1);
    expect(edges.edges()).toEqual([{ type: "follows", kind: "web", from: 1, to: 2, hits: 1, trials: 1 }]);
  });

  test("half is forgotten in three days", () => {
    expect(decayFactor(3 * day)).toBeCloseTo(0.5);
    expect(decayFactor(-5)).toBe(1);
  });
});

describe("axis evidence", () => {
  test("saturates: the hundredth violation adds nothing to the cap", () => {
    const axis = new AxisEvidence(axisPriors.missing);
    expect(axis.nats(64, 64)).toBeLessThanOrEqual(axis.cap);
    expect(axis.nats(0, 0)).toBe(0);
    expect(axis.nats(0, 20)).toBeLessThan(0);
  });

  test("earns weight as anchored sessions show a violation to be rare, and loses it where they commit it", () => {
    const rare = new AxisEvidence(axisPriors.outOfScope);
    const start = rare.cap;
    for (let i = 0; i < 20_000; i++) rare.learn(0, 5, 1);
    expect(rare.refit()).toBe(true);
    expect(rare.refit()).toBe(false);
    expect(rare.cap).toBeGreaterThan(start + 2);
    const common = new AxisEvidence(axisPriors.outOfScope);
    for (let i = 0; i < 2_000; i++) common.learn(i % 3 === 0 ? 5 : 0, 5, 1);
    common.refit();
    expect(common.nats(5, 5)).toBeLessThan(1.4);
  });

  test("every persona-proof axis starts below the threshold of a single conviction", () => {
    for (const axis of personaProofAxes) expect(new AxisEvidence(axisPriors[axis]).cap).toBeLessThan(Math.log(1e4));
  });
});
