import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { policyLimits } from "#core";
import type { Config } from "../config/config.ts";
import { openWebhookReceiver, type WebhookReceiver } from "./testdata/webhook-receiver.ts";
import { WebhookDesk } from "./webhook-desk.ts";
import type { WebhookNotice } from "./webhook-notice.ts";

let receiver: WebhookReceiver;
let directory: string;
let desk: WebhookDesk;

const clock = { now: () => Date.now(), monotonic: () => performance.now() };

beforeEach(async () => {
  receiver = await openWebhookReceiver("shared");
  directory = mkdtempSync(join(tmpdir(), "gait-webhooks-"));
  writeFileSync(join(directory, "secret"), "shared\n", { mode: 0o600 });
  desk = new WebhookDesk({ clock, passed: (reference) => [`${reference}-before`], pausesMs: [5, 10] });
  desk.configure(configWith(["127.0.0.1"]));
});
afterEach(() => {
  desk.close();
  receiver.close();
  rmSync(directory, { recursive: true, force: true });
});

function configWith(inside: readonly string[]): Config {
  const webhooks = [{ name: "reset", url: receiver.url, secretFile: join(directory, "secret"), inside }];
  return { policy: { webhooks } } as unknown as Config;
}

function notice(reference: string): WebhookNotice {
  return {
    at: 1,
    application: "shop",
    rule: "taken-over",
    pack: "account-takeover",
    why: "A stolen account.",
    action: "log",
    reference,
    method: "POST",
    path: "/transfer",
    kind: "automated",
    score: 97,
    account: "42",
  };
}

test("a call arrives once, signed, with the requests that the application knows", async () => {
  desk.tell("reset", notice("r1"));
  await expect.poll(() => desk.counts()).toEqual({ waiting: 0, delivered: 1, dead: 0, forgotten: 0 });
  expect(receiver.calls).toHaveLength(1);
  const [call] = receiver.calls;
  expect(call).toMatchObject({
    signed: true,
    notice: { ...notice("r1"), version: 1, webhook: "reset", passed: ["r1-before"] },
  });
  expect(call?.delivery).toBe(call?.notice.id);
});

test("telling neither waits nor connects: nothing has happened when it returns", () => {
  desk.tell("reset", notice("r1"));
  expect(receiver.calls).toEqual([]);
  expect(desk.counts()).toMatchObject({ waiting: 1, delivered: 0 });
});

test("a call that fails is tried again under the same id, and given up after its last pause", async () => {
  receiver.status = 500;
  desk.tell("reset", notice("r1"));
  await expect.poll(() => desk.counts().dead).toBe(1);
  expect(receiver.calls).toHaveLength(3);
  expect(new Set(receiver.calls.map(({ delivery }) => delivery)).size).toBe(1);
  const [letter] = desk.dead();
  expect(letter).toMatchObject({ webhook: "reset", rule: "taken-over", reference: "r1", tries: 3 });
  expect(letter?.detail).toContain("500");

  receiver.status = 204;
  expect(desk.retry("another")).toBe(false);
  expect(desk.retry(letter?.id ?? "")).toBe(true);
  await expect.poll(() => desk.counts()).toMatchObject({ waiting: 0, delivered: 1, dead: 0 });
  expect(receiver.calls.at(-1)?.delivery).toBe(letter?.id);
});

test("the last allowed call waits, the next one is a dead letter, and dead letters have their cap, too", async () => {
  receiver.status = 0;
  const { webhooksWaitingMax, webhooksDeadMax } = policyLimits;
  for (let i = 0; i < webhooksWaitingMax.default; i++) desk.tell("reset", notice(`r${i}`));
  expect(desk.counts()).toMatchObject({ waiting: webhooksWaitingMax.default, dead: 0 });
  desk.tell("reset", notice("one-more"));
  expect(desk.dead()).toMatchObject([{ reference: "one-more", detail: "1000 calls are waiting already" }]);
  for (let i = 0; i < webhooksDeadMax.default; i++) desk.tell("reset", notice(`d${i}`));
  expect(desk.counts()).toMatchObject({ dead: webhooksDeadMax.default, forgotten: 1 });
  // However many wait, a receiver that hangs holds two connections.
  await expect.poll(() => receiver.calls.length).toBe(2);
});

test("a name that no webhook has is a dead letter that says so", () => {
  desk.tell("rest", notice("r1"));
  expect(desk.dead()).toMatchObject([{ webhook: "rest", detail: "policy.webhooks has none of that name", tries: 0 }]);
});

test("an address inside is reached only where the operator named it", async () => {
  desk.configure(configWith([]));
  desk.tell("reset", notice("r1"));
  await expect.poll(() => desk.counts().dead).toBe(1);
  expect(desk.dead()[0]?.detail).toMatch(/^scheme/);
  expect(receiver.calls).toEqual([]);
});
