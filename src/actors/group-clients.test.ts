import fc from "fast-check";
import { expect, test } from "vitest";
import type { Kind } from "#core";
import { type ClientColumns, type GroupBy, groupClients } from "./group-clients.ts";

interface Row {
  readonly ip: string;
  readonly kind?: Kind;
  readonly cookie?: number;
  readonly account?: number;
  readonly cohort?: string;
}

function columns(rows: readonly Row[]): ClientColumns {
  return {
    length: rows.length,
    application: () => "default",
    ip: (i) => rows[i]?.ip ?? "",
    kind: (i) => rows[i]?.kind ?? "human",
    cookieIdentity: (i) => rows[i]?.cookie ?? 0,
    account: (i) => rows[i]?.account ?? 0,
    cohort: (i) => rows[i]?.cohort ?? "",
  };
}

/** Groups as lists of indexes, and the reasons of their links. */
function group(rows: readonly Row[], by: GroupBy = "actor"): { groups: number[][]; reasons: string[] } {
  const ledger = groupClients(columns(rows), by);
  const groups = new Map<number, number[]>();
  rows.forEach((_, i) => {
    groups.set(ledger.root(i), [...(groups.get(ledger.root(i)) ?? []), i]);
  });
  return { groups: [...groups.values()], reasons: [...ledger.links()].map((link) => link.reason) };
}

const bot = "automated";

test("honest people behind one NAT are never joined", () => {
  const { groups } = group(Array.from({ length: 50 }, () => ({ ip: "192.0.2.1" })));
  expect(groups).toHaveLength(50);
});

test("automation that changes user agents at one address is one actor, the people beside it are not in it", () => {
  const rows: Row[] = [{ ip: "192.0.2.1", kind: bot }, { ip: "192.0.2.1" }, { ip: "192.0.2.1", kind: bot }];
  expect(group(rows)).toEqual({
    groups: [[0, 2], [1]],
    reasons: ["automation with changing user agents at one address"],
  });
});

test("a returned cookie joins addresses", () => {
  const rows: Row[] = [{ ip: "192.0.2.1", cookie: 7 }, { ip: "198.51.100.1", cookie: 7 }, { ip: "192.0.2.1" }];
  expect(group(rows).groups).toEqual([[0, 1], [2]]);
});

test("an identity that too many share is nobody's, at the limit it still is", () => {
  const many = (count: number): Row[] => Array.from({ length: count }, (_, i) => ({ ip: `192.0.2.${i}`, cookie: 7 }));
  expect(group(many(64)).groups).toHaveLength(1);
  expect(group(many(65)).groups).toHaveLength(65);
});

test("a stuffer does not chain its victims together", () => {
  const rows: Row[] = [
    { ip: "203.0.113.1", kind: bot, account: 1 },
    { ip: "203.0.113.2", kind: bot, account: 1 },
    { ip: "192.0.2.1", account: 1 },
    { ip: "192.0.2.2", account: 2 },
  ];
  expect(group(rows).groups).toEqual([[0, 1], [2], [3]]);
});

test("a convicted cohort is one actor, its members that were not convicted stay apart", () => {
  const rows: Row[] = [
    { ip: "203.0.113.1", kind: bot, cohort: "c1" },
    { ip: "203.0.113.2", kind: bot, cohort: "c1" },
    { ip: "192.0.2.1", cohort: "c1" },
  ];
  expect(group(rows)).toEqual({ groups: [[0, 1], [2]], reasons: ["same convicted cohort"] });
});

test("by ip one actor per address, by client none are joined", () => {
  const rows: Row[] = [{ ip: "192.0.2.1" }, { ip: "192.0.2.1", kind: bot }, { ip: "192.0.2.2" }];
  expect(group(rows, "ip").groups).toEqual([[0, 1], [2]]);
  expect(group(rows, "client").groups).toHaveLength(3);
});

test("every client is in exactly one actor, and the links explain every actor", () => {
  const row = fc.record({
    ip: fc.constantFrom("192.0.2.1", "192.0.2.2", "192.0.2.3"),
    kind: fc.constantFrom<Kind>("human", "automated", "unknown", "declared-bot"),
    cookie: fc.integer({ min: 0, max: 3 }),
    account: fc.integer({ min: 0, max: 3 }),
    cohort: fc.constantFrom("", "a", "b"),
  });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 40 }), (rows) => {
      const { groups, reasons } = group(rows);
      expect(groups.flat().sort((a, b) => a - b)).toEqual(rows.map((_, i) => i));
      expect(reasons).toHaveLength(rows.length - groups.length);
    }),
  );
});
