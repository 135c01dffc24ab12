import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { ask, openServiceRig, type ServiceRig } from "../serve/testdata/service-rig.ts";
import { setPanic } from "./panic-switch.ts";

let rig: ServiceRig | undefined;

afterEach(async () => {
  await rig?.close();
  rig = undefined;
});

const refuseSecret = `
- name: secret-path
  why: Nobody links to it.
  when: request.path == "/secret"
  then: block
  mode: enforce
- name: seen-only
  why: Watched.
  when: request.path.startsWith("/s")
  then: block
`;

/** A gateway in enforce mode with rules of its own. */
async function withRules(text: string, more = ""): Promise<ServiceRig> {
  rig = await openServiceRig("mode: enforce\n");
  mkdirSync(join(rig.directory, "rules"));
  writeFileSync(join(rig.directory, "rules", "site.yaml"), text);
  rig.write(`mode: enforce\npolicy: { rules: ${rig.directory}/rules${more} }\n`);
  const reloaded = rig.service.reload();
  if (reloaded.kind === "refused") throw new Error(reloaded.reason);
  return rig;
}

function newest({ service }: ServiceRig) {
  return service.witness.recent.newest(1, () => true, 10)[0];
}

test("an enforced rule acts, a watching one is only noted", async () => {
  const { port } = await withRules(refuseSecret);
  expect((await ask({ port }, { path: "/secret" })).status).toBe(403);
  expect(newest(rig as ServiceRig)).toMatchObject({ basis: "rule", rule: "secret-path", watched: ["seen-only"] });
  expect((await ask({ port }, { path: "/shop" })).status).toBe(200);
  expect(newest(rig as ServiceRig)).toMatchObject({ action: "allow", watched: ["seen-only"] });
});

test("the operator's allow-list wins over every rule and is the reason shown", async () => {
  const { port } = await withRules(refuseSecret, ", allow: [127.0.0.1]");
  expect((await ask({ port }, { path: "/secret" })).status).toBe(200);
  expect(newest(rig as ServiceRig)).toMatchObject({ action: "allow", rule: "policy.allow lists 127.0.0.1" });
});

test("an allow rule wins over a blocking one that stands before it", async () => {
  const allow = '- { name: partner, why: b, when: request.userAgent == "partner", then: allow, mode: enforce }\n';
  const { port } = await withRules(refuseSecret + allow);
  const answer = await ask({ port }, { path: "/secret", headers: { "user-agent": "partner" } });
  expect(answer.status).toBe(200);
  expect(newest(rig as ServiceRig)).toMatchObject({ action: "allow", basis: "rule", rule: "partner" });
});

test("a bad rule refuses the reload with its place, and the rules in force stay", async () => {
  const { port, service, directory } = await withRules(refuseSecret);
  const file = join(directory, "rules", "site.yaml");
  writeFileSync(file, refuseSecret.replace("request.path ==", "request.pth =="));
  expect(service.reload()).toMatchObject({
    kind: "refused",
    reason: expect.stringContaining(`${file}:4:`) as string,
  });
  expect(service.degraded).toContain('did you mean "request.path"?');
  expect((await ask({ port }, { path: "/secret" })).status).toBe(403);
  writeFileSync(file, refuseSecret.replace("/secret", "/other"));
  expect(service.reload()).toMatchObject({ kind: "reloaded" });
  expect((await ask({ port }, { path: "/secret" })).status).toBe(200);
});

test("panic stops every action and says what would have been done; off brings it back", async () => {
  const { port, service, directory } = await withRules(refuseSecret);
  setPanic(join(directory, "state"), "on");
  service.policyRoom.panic.look();
  expect((await ask({ port }, { path: "/secret" })).status).toBe(200);
  expect(newest(rig as ServiceRig)).toMatchObject({ action: "log", rule: "secret-path" });
  setPanic(join(directory, "state"), "off");
  service.policyRoom.panic.look();
  expect((await ask({ port }, { path: "/secret" })).status).toBe(403);
});

test("a gateway whose rules broke while it was down starts with the last good ones and says so", async () => {
  const first = await withRules(refuseSecret);
  const { directory } = first;
  await first.service.stop();
  writeFileSync(join(directory, "rules", "site.yaml"), "- name: [");
  const again = await openServiceRig("", { directory });
  try {
    expect(again.service.degraded).toContain("last good rules");
    expect((await ask({ port: again.port }, { path: "/secret" })).status).toBe(403);
  } finally {
    await again.service.stop();
  }
});

test("a rule that weighs adds its nats to the score", async () => {
  const weigh = '- { name: heavy, why: b, when: request.path == "/w", weight: 2, mode: enforce }\n';
  const { port } = await withRules(weigh);
  await ask({ port }, { path: "/v" });
  const before = newest(rig as ServiceRig)?.score.total ?? 0;
  await ask({ port }, { path: "/w" });
  const after = newest(rig as ServiceRig);
  expect(after?.signals.map(({ detector }) => detector)).toContain("rule");
  expect(after?.score.total ?? 0).toBeGreaterThan(before + 10);
});
