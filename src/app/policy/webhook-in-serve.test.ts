import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { ask, openServiceRig, type ServiceRig } from "../serve/testdata/service-rig.ts";
import { openWebhookReceiver, type WebhookReceiver } from "./testdata/webhook-receiver.ts";

let rig: ServiceRig | undefined;
let receiver: WebhookReceiver | undefined;
afterEach(async () => {
  await rig?.close();
  receiver?.close();
  rig = undefined;
});

/** A gateway whose rule on `/x` calls a webhook. */
async function openWebhooks(
  mode: "enforce" | "observe",
  rule: string,
): Promise<{ readonly rig: ServiceRig; readonly receiver: WebhookReceiver }> {
  const receives = await openWebhookReceiver("shared");
  const running = await openServiceRig();
  rig = running;
  receiver = receives;
  const { directory } = running;
  mkdirSync(join(directory, "rules"));
  writeFileSync(join(directory, "secret"), "shared", { mode: 0o600 });
  writeFileSync(
    join(directory, "rules", "rule.yaml"),
    `- { name: taken-over, why: Chosen by the test., when: request.path == "/x", then: ${rule} }\n`,
  );
  const webhook = `{ name: reset, url: "${receives.url}", secretFile: ${directory}/secret, inside: [127.0.0.1] }`;
  running.write(`mode: ${mode}\npolicy: { rules: ${directory}/rules, webhooks: [${webhook}] }\n`);
  const reloaded = running.service.reload();
  if (reloaded.kind === "refused") throw new Error(reloaded.reason);
  return { rig: running, receiver: receives };
}

async function operate(path: string, body: unknown): Promise<{ readonly status: number; readonly json: unknown }> {
  const answer = await ask(
    { socketPath: (rig as ServiceRig).service.socketPath },
    {
      path: `/api/v1/${path}`,
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    },
  );
  return { status: answer.status, json: JSON.parse(answer.body) };
}

test("a rule that acts calls its webhook once for a session, and names requests that the application has seen", async () => {
  const { rig, receiver } = await openWebhooks("enforce", "{ log: { webhook: reset } }, mode: enforce");
  const before = await ask(rig, { path: "/account" });
  for (let i = 0; i < 5; i++) expect((await ask(rig, { path: "/x" })).status).toBe(200);
  await expect.poll(() => receiver.calls.length).toBe(1);
  const [call] = receiver.calls;
  expect(call).toMatchObject({
    signed: true,
    notice: { rule: "taken-over", action: "log", path: "/x", application: "default" },
  });
  expect(call?.notice.passed).toContain(before.headers["x-request-id"]);
  expect(JSON.stringify(call?.notice)).not.toContain("127.0.0.1");
});

test("a webhook that is away costs nobody an answer; what was given up is listed and can be made again", async () => {
  const { rig, receiver } = await openWebhooks("enforce", "{ block: { webhook: rest } }, mode: enforce");
  expect((await ask(rig, { path: "/x" })).status).toBe(403);
  const { json } = await operate("webhooks/list", {});
  expect(json).toMatchObject({
    webhooks: [{ name: "reset", url: receiver.url }],
    counts: { waiting: 0, dead: 1 },
    dead: [{ webhook: "rest", rule: "taken-over", detail: "policy.webhooks has none of that name" }],
  });
  expect((await operate("webhooks/retry", { id: "made-up" })).status).toBe(404);
  const [letter] = rig.service.webhooks.dead();
  expect(await operate("webhooks/retry", { id: letter?.id })).toEqual({ status: 200, json: { queued: true } });
});

test.each([
  ["a rule that watches", "enforce", "{ log: { webhook: reset } }"],
  ["a gateway that observes", "observe", "{ log: { webhook: reset } }, mode: enforce"],
] as const)("%s calls nobody", async (_, mode, rule) => {
  const { rig, receiver } = await openWebhooks(mode, rule);
  await ask(rig, { path: "/x" });
  await expect.poll(() => rig.service.witness.recent.added).toBe(1);
  expect(rig.service.webhooks.counts()).toEqual({ waiting: 0, delivered: 0, dead: 0, forgotten: 0 });
  expect(receiver.calls).toEqual([]);
});

test("two webhooks of one name, a URL that is none and an inside that is public are mistakes that are told", async () => {
  const { rig } = await openWebhooks("enforce", "log");
  const hook = `{ name: reset, url: "https://app.example/reset", secretFile: ${rig.directory}/secret }`;
  for (const [yaml, told] of [
    [`[${hook}, ${hook}]`, "given twice"],
    [`[{ name: a, url: "ftp://x/", secretFile: ${rig.directory}/secret }]`, "url"],
    [`[{ name: a, url: "https://app.example/", secretFile: ${rig.directory}/missing }]`, "cannot be read"],
    [`[{ name: a, url: "https://app.example/", secretFile: x, inside: [8.8.8.8] }]`, "no private"],
    [`[{ name: a, url: "https://app.example/", secretFile: x, inside: [169.254.169.254] }]`, "no private"],
    [`[{ name: a, url: "https://app.example/" }]`, "secretFile"],
  ] as const) {
    rig.write(`policy: { webhooks: ${yaml} }\n`);
    expect(rig.service.reload()).toMatchObject({ kind: "refused", reason: expect.stringContaining(told) as unknown });
  }
});
