import { expect, test } from "vitest";
import type { LoggedRequest } from "../world/gateway.ts";
import { Truth } from "../world/truth.ts";
import { scoreCampaigns, scorePeer, scorePeople } from "./score.ts";

const line = (number: number, ip: string, action: string): LoggedRequest => ({
  time: new Date(Date.UTC(2026, 0, 1) + number * 1_000).toISOString(),
  id: `r${number}`,
  application: "shop",
  ip,
  method: "GET",
  path: "/",
  query: "",
  status: 200,
  bytes: 10,
  durationMs: 1,
  userAgent: "x",
  kind: action === "allow" ? "unknown" : "automated",
  score: 0,
  action,
  enforced: action,
  rule: null,
});

const truth = new Truth();
const player = { name: "first", side: "attack", campaign: "login library" } as const;
truth.note("192.0.2.1", { ...player, session: 0 });
truth.note("192.0.2.2", { ...player, session: 1 });
truth.note("198.51.100.1", { name: "returning", side: "person", campaign: "", session: 0 });
const log = [
  line(0, "192.0.2.1", "allow"),
  line(1, "198.51.100.1", "tag"),
  line(2, "192.0.2.2", "block"),
  line(3, "192.0.2.1", "block"),
  line(4, "192.0.2.2", "allow"),
  line(5, "203.0.113.9", "block"),
];

test("an attack is counted from its first stopped request on, and strangers are nobody's", () => {
  const [score] = scoreCampaigns(log, truth, [{ name: "login library", label: "A" }]);
  expect(score).toMatchObject({ requests: 4, stopped: 2, afterConviction: { requests: 2, stopped: 1 } });
  expect(score?.players[0]).toMatchObject({ sessions: 2, firstStopped: { request: 2, seconds: 2 }, called: 0.5 });
});

test("a mark for the application harms nobody; a block does", () => {
  expect(scorePeople(log, truth)[0]).toMatchObject({ sessions: 1, stoppedSessions: 0, calledSessions: 1 });
  const blocked = scorePeople([...log, line(6, "198.51.100.1", "block")], truth)[0];
  expect(blocked).toMatchObject({ stoppedSessions: 1, stoppedRequests: 1, bound: 1 });
});

test("a peer's refusals are counted on the same requests", () => {
  expect(scorePeer("peer", new Set(["r0", "r1"]), { log, truth })).toMatchObject({
    attackRequests: 4,
    attackRefused: 1,
    peopleRequests: 1,
    peopleRefused: 1,
    peopleSessionsRefused: 1,
  });
});

test("one address cannot be given to two players", () => {
  expect(() => truth.note("192.0.2.1", { name: "other", side: "person", campaign: "", session: 0 })).toThrow(
    /first and to other/,
  );
});
