import { expect, test } from "vitest";
import { absoluteMs, idleMs, OperatorSessions } from "./operator-sessions.ts";
import { hashPassword, noPassword, passwordFits } from "./password.ts";
import { SignInThrottle } from "./sign-in-throttle.ts";
import { base32, codeAt, totpStep } from "./totp.ts";

test("a password fits its hash and no other, and the hash tells its cost", async () => {
  const hash = await hashPassword("a long sentence will do");
  expect(hash).toMatch(/^scrypt\$32768\$8\$3\$/);
  expect(await passwordFits("a long sentence will do", hash)).toBe(true);
  expect(await passwordFits("a long sentence will dO", hash)).toBe(false);
  expect(await passwordFits("anything", noPassword)).toBe(false);
  expect(await passwordFits("", noPassword)).toBe(false);
  expect(await hashPassword("a long sentence will do")).not.toBe(hash);
});

test("one-time codes are those of RFC 6238, good for one step around now and good once", () => {
  const secret = Buffer.from("12345678901234567890");
  // Appendix B of the RFC, cut to six digits.
  expect(codeAt(secret, Math.floor(59 / 30))).toBe("287082");
  expect(codeAt(secret, Math.floor(1_111_111_109 / 30))).toBe("081804");
  expect(codeAt(secret, Math.floor(2_000_000_000 / 30))).toBe("279037");
  const now = 2_000_000_000_000;
  const step = totpStep(secret, "279037", { now, after: 0 });
  expect(step).toBe(66_666_666);
  expect(totpStep(secret, "279037", { now, after: 66_666_666 })).toBeUndefined();
  expect(totpStep(secret, "279037", { now: now + 30_000, after: 0 })).toBe(step);
  expect(totpStep(secret, "279037", { now: now + 90_000, after: 0 })).toBeUndefined();
  expect(totpStep(secret, "27903", { now, after: 0 })).toBeUndefined();
  expect(base32(Buffer.from("12345678901234567890"))).toBe("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
});

test("a session ends after half an hour without a request and after twelve hours in any case", () => {
  const sessions = new OperatorSessions(10);
  const id = sessions.start({ user: "ann", role: "admin" }, 0);
  expect(sessions.find(id, idleMs)).toMatchObject({ user: "ann" });
  expect(sessions.find(id, 2 * idleMs + 1)).toBeUndefined();
  const busy = sessions.start({ user: "ann", role: "admin" }, 0);
  for (let now = 0; now <= absoluteMs; now += idleMs) expect(sessions.find(busy, now)).toBeDefined();
  expect(sessions.find(busy, absoluteMs + 1)).toBeUndefined();
});

test("sessions are bounded and end together when a user changes", () => {
  const sessions = new OperatorSessions(2);
  const [a, b, c] = ["a", "b", "c"].map((user) => sessions.start({ user, role: "viewer" }, 0));
  expect(sessions.find(a ?? "", 1)).toBeUndefined();
  expect(sessions.find(b ?? "", 1)).toBeDefined();
  sessions.endAll("b");
  expect(sessions.find(b ?? "", 1)).toBeUndefined();
  expect(sessions.find(c ?? "", 1)).toBeDefined();
  expect(sessions.find("made up", 1)).toBeUndefined();
});

test("guessing is slowed down per address and locks nobody out", () => {
  const throttle = new SignInThrottle(100);
  for (let i = 0; i < 5; i++) expect(throttle.take("192.0.2.1", 0)).toBe(0);
  expect(throttle.take("192.0.2.1", 0)).toBe(12_000);
  expect(throttle.take("192.0.2.2", 0)).toBe(0);
  expect(throttle.take("192.0.2.1", 11_999)).toBeGreaterThan(0);
  expect(throttle.take("192.0.2.1", 24_000)).toBe(0);
  throttle.forgive("192.0.2.1");
  for (let i = 0; i < 5; i++) expect(throttle.take("192.0.2.1", 24_000)).toBe(0);
});
