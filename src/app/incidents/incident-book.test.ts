import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { CohortView } from "#engine";
import { type ControlStore, openControlStore } from "#store";
import { IncidentBook, type KeptIncident } from "./incident-book.ts";

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
    behaviour: 0,
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

test("one attack seen by several groupings is one incident, also after a restart", () => {
  const addressSample = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"];
  const behaviour = { ...convicted(17, now), addressSample, attack: "stuffing" };
  const stack = { ...convicted(18, now), grouping: "stack", sessions: 30, addressSample: addressSample.slice(2) };
  views = [behaviour, stack];
  expect(
    open()
      .look()
      .map(({ incident }) => incident.id),
  ).toEqual(["inc-h"]);
  const again = open();
  expect(again.look()).toEqual([]);
  expect(again.list()).toMatchObject([{ id: "inc-h", cohorts: ["h", "i"], sessions: 30, attack: "stuffing" }]);
});

test("attacks are told apart by application, by grouping alike, and by less than half of their addresses", () => {
  const addressSample = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"];
  const first = { ...convicted(17, now), addressSample };
  const others = [
    { ...convicted(18, now), addressSample },
    { ...convicted(19, now), grouping: "stack", application: "api", addressSample },
    { ...convicted(20, now), grouping: "stack", addressSample: ["192.0.2.4", "192.0.2.5", "192.0.2.6"] },
    { ...convicted(21, now), grouping: "context", addressSample: [] },
  ];
  views = [first, ...others];
  expect(open().look()).toHaveLength(5);
});

test("an incident that was stored when it had one cohort is read, and followed under its id", () => {
  const { cohorts: _, attack: __, ...stored } = { ...kept(), cohort: "h" };
  control.change({ at: now, who: "gait", operation: "incidents.open", subject: "{}" }, [
    { collection: "incidents", id: "inc-h", body: stored },
  ]);
  const book = open();
  views = [convicted(17, now)];
  expect(book.look()).toEqual([]);
  expect(book.list()).toMatchObject([{ id: "inc-h", cohorts: ["h"], attack: "" }]);
});

function kept(): KeptIncident {
  views = [convicted(17, now)];
  const book = open();
  book.look();
  return book.list()[0] as KeptIncident;
}
