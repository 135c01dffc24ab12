import { expect, test } from "vitest";
import { observesAll } from "#core";
import {
  answerFindings,
  clockFinding,
  type Finding,
  failureFindings,
  type ProbeExpectation,
  requestFindings,
} from "./findings.ts";
import type { ArrivedProbe } from "./probe-guard.ts";
import type { SentProbe } from "./send-probe.ts";

const sent: SentProbe = {
  status: 200,
  problem: "",
  localAddress: "192.0.2.7",
  reference: "r-1",
  setCookies: ["sid", "lang"],
  date: 1_000_000,
  tookMs: 12,
};
const arrived: ArrivedProbe = {
  reference: "r-1",
  at: 1_000_000,
  application: "shop",
  ip: "192.0.2.7",
  method: "GET",
  scheme: "https",
  host: "shop.example",
  path: "/a%2Fb/../c",
  cookies: ["gait-doctor"],
  observes: observesAll,
  answer: { status: 200, setCookies: ["lang", "sid"] },
};
const expected: ProbeExpectation = {
  method: "GET",
  path: "/a%2Fb/../c",
  host: "shop.example",
  scheme: "https",
  spoofedAddress: "203.0.113.9",
};

function found(findings: readonly Finding[], check: string): Finding | undefined {
  return findings.find((one) => one.check === check);
}

test("what arrives as it was sent needs no fix", () => {
  const findings = [
    ...requestFindings({ sent, arrived }, expected),
    ...answerFindings({ sent, arrived }),
    ...failureFindings(sent, sent),
    clockFinding(1_000_000, 1_000_500, 1_001_000),
  ];
  expect(findings.filter(({ state, fix }) => state !== "ok" || fix !== "")).toEqual([]);
  expect(findings.map(({ check }) => check)).toEqual([
    "link",
    "client address",
    "method",
    "path",
    "host",
    "TLS",
    "cookies sent",
    "reference",
    "status",
    "cookies given",
    "failure mode",
    "clock",
  ]);
});

test.each([
  ["client address", { ip: "203.0.113.9" }, "failed"],
  ["client address", { ip: "10.0.0.1" }, "warning"],
  ["method", { method: "POST" }, "failed"],
  ["path", { path: "/c" }, "failed"],
  ["host", { host: "shop" }, "failed"],
  ["TLS", { scheme: "http" }, "failed"],
  ["cookies sent", { cookies: [] }, "failed"],
  ["reference", { reference: "r-2" }, "failed"],
] as const)("%s that arrives as %j is found out, with its fix", (check, change, state) => {
  const findings = requestFindings({ sent, arrived: { ...arrived, ...change } }, expected);
  expect(found(findings, check)).toMatchObject({ state, fix: /./ });
  expect(findings.filter((one) => one.state !== "ok")).toHaveLength(1);
});

test("no answer from the proxy, and a request that never reached Gait, are told apart", () => {
  const silent = { ...sent, status: 0, problem: "ECONNREFUSED" };
  expect(requestFindings({ sent: silent, arrived: undefined }, expected)).toMatchObject([
    { check: "proxy", state: "failed", found: /ECONNREFUSED/ },
  ]);
  expect(requestFindings({ sent, arrived: undefined }, expected)).toMatchObject([{ check: "link", state: "failed" }]);
});

test("an answer that carries no reference, and one that carries another, are told apart", () => {
  const none = requestFindings({ sent: { ...sent, reference: "" }, arrived }, expected);
  expect(found(none, "reference")?.found).toContain("no X-Request-Id");
});

test("a status that is not the client's, one Set-Cookie of two, and answers that never come are found out", () => {
  const other = answerFindings({ sent, arrived: { ...arrived, answer: { status: 304, setCookies: ["sid"] } } });
  expect(found(other, "status")).toMatchObject({ state: "failed", fix: /./ });
  expect(found(other, "cookies given")).toMatchObject({ state: "failed", found: /lang, sid, Gait saw sid/ });
  expect(answerFindings({ sent, arrived: { ...arrived, answer: undefined } })).toMatchObject([
    { check: "answers", state: "failed", fix: /./ },
  ]);
  const blind = { ...arrived, observes: { ...observesAll, response: false } };
  expect(answerFindings({ sent, arrived: blind })).toMatchObject([{ check: "answers", state: "warning", fix: /./ }]);
});

test("with the link cut: closed is a choice, slow and silent are failures", () => {
  expect(failureFindings(sent, { ...sent, status: 503 })).toMatchObject([{ state: "warning", found: /closed/ }]);
  expect(failureFindings(sent, { ...sent, tookMs: 2_000 })).toMatchObject([{ state: "ok" }]);
  expect(failureFindings(sent, { ...sent, tookMs: 2_001 })).toMatchObject([{ state: "failed", fix: /time/ }]);
  expect(failureFindings(sent, { ...sent, status: 503, tookMs: 9_000 })).toMatchObject([{ state: "failed" }]);
  expect(failureFindings(sent, { ...sent, status: 0, problem: "timeout" })).toMatchObject([{ state: "failed" }]);
});

test("a clock that is off by more than two seconds is found out, whoever's it is", () => {
  expect(clockFinding(1_002_000, 1_000_000, Number.NaN).state).toBe("ok");
  expect(clockFinding(1_002_001, 1_000_000, Number.NaN)).toMatchObject({ state: "failed", fix: /./ });
  expect(clockFinding(1_000_000, 1_000_000, 996_000)).toMatchObject({ state: "failed", found: /4\.0 s/ });
});
