import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { CohortView } from "#engine";
import { type ControlStore, openControlStore } from "#store";
import { IncidentBook } from "./incident-book.ts";

const hour = 3_600_000;
let folder = "";
let control: ControlStore;
let now = 0;
let views: CohortView[] = [];
const clock = { now: () => now, monotonic: () => now };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gait-incidents-"));
  control = openControlStore(folder, Buffer.alloc(32, 1));
  now = 1_000 * hour;
  views = [];
});
afterEach(() => {
  control.close();
  rmSync(folder, { recursive: true, force: true });
});

function convicted(key: number, lastSeen: number): CohortView {
  return {
    key,
    grouping: "behaviour",
    application: "shop",
    sessions: 12,
    addresses: 9,
    countries: 2,
    addressSample: [],
    firstSeen: lastSeen,
    lastSeen,
    nats: 20,
    groups: {},
    attack: "",
    needed: 9,
    state: "convicted",
    conviction: { evidence: ["they never bring a cookie back"] } as unknown as NonNullable<CohortView["conviction"]>,
  };
}

function open(): IncidentBook {
  return new IncidentBook(control, { cohorts: () => views }, { clock });
}

test("a conviction is opened once, followed without filling the audit log, and found again after a restart", () => {
  const book = open();
  views = [convicted(17, now)];
  expect(book.look().map(({ type }) => type)).toEqual(["opened"]);
  now += hour;
  views = [{ ...convicted(17, now), sessions: 40 }];
  for (let i = 0; i < 10; i++) expect(book.look()).toEqual([]);
  expect(book.list()).toMatchObject([{ id: "inc-h", sessions: 40, lastSeen: now, state: "open" }]);
  expect(control.audit({ after: 0, limit: 10 }).map(({ who, operation }) => `${who} ${operation}`)).toEqual([
    "gait incidents.open",
  ]);
  expect(open().list()).toMatchObject([{ id: "inc-h", reasons: ["they never bring a cookie back"] }]);
});

test("what went quiet for a day is resolved, and opened again when it comes back", () => {
  const book = open();
  const start = now;
  views = [convicted(17, start)];
  book.look();
  now = start + 24 * hour - 1;
  expect(book.look()).toEqual([]);
  now = start + 24 * hour;
  expect(book.look()).toMatchObject([{ type: "resolved", incident: { resolvedBy: "gait" } }]);
  expect(book.look()).toEqual([]);
  views = [convicted(17, now)];
  expect(book.look()).toMatchObject([{ type: "opened", incident: { openedAt: start, state: "open" } }]);
});

test("cohorts that are not convicted are nobody's business", () => {
  views = [{ ...convicted(17, now), conviction: undefined, state: "judged" }];
  expect(open().look()).toEqual([]);
});
