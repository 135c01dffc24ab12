import { afterEach, expect, test } from "vitest";
import { appLimits } from "#core";
import { ask, openServiceRig, type ServiceRig } from "../serve/testdata/service-rig.ts";

let rig: ServiceRig | undefined;
afterEach(async () => {
  await rig?.close();
  rig = undefined;
});

const send = (port: number, body: string, method = "POST"): ReturnType<typeof ask> =>
  ask({ port }, { path: "/appeal", method, headers: { "content-type": "application/x-www-form-urlencoded" }, body });

async function inbox({ service }: ServiceRig): Promise<readonly Record<string, unknown>[]> {
  const asked = {
    path: "/api/v1/appeals/list",
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  };
  const answer = await ask({ socketPath: service.socketPath }, asked);
  return (JSON.parse(answer.body) as { readonly appeals: readonly Record<string, unknown>[] }).appeals;
}

test("whoever is refused is led to a page that tells nothing, and what they say waits in the inbox", async () => {
  rig = await openServiceRig(
    'mode: enforce\npolicy: { block: ["127.0.0.1"] }\nappeals: { listen: "127.0.0.1:0", path: /appeal }\n',
  );
  const refused = await ask(rig, { path: "/pay", headers: { accept: "text/html" } });
  const reference = String(refused.headers["x-request-id"]);
  expect(refused.body).toContain(`<a href="/appeal?reference=${reference}">tell us</a>`);
  expect(JSON.parse((await ask(rig, { path: "/pay" })).body)).toMatchObject({ appeal: "/appeal" });

  const port = rig.service.appealsPort ?? 0;
  const form = await ask({ port }, { path: `/appeal?reference=${reference}` });
  expect(form.body).toContain(`value="${reference}"`);
  expect(form.headers["content-security-policy"]).toMatch(/^default-src 'none'; style-src 'sha256-/);
  for (const vector of ["block", "policy", "list", "127.0.0.1", "rule"])
    expect(form.body.replace(/<style>[^<]*<\/style>/, "")).not.toContain(vector);

  const body = `reference=${reference}&text=I+only+wanted+to+pay.&contact=ann%40example.org`;
  const known = await send(port, body);
  const unknown = await send(port, "reference=made-up&text=x");
  expect([known.status, known.body]).toEqual([200, unknown.body]);
  const appeal = { reference, text: "I only wanted to pay.", contact: "ann@example.org", state: "open" };
  const running = rig;
  await expect.poll(() => inbox(running)).toMatchObject([appeal]);
  // A second time is thanked for and changes nothing.
  expect((await send(port, body)).body).toBe(known.body);
  expect(await inbox(rig)).toHaveLength(1);
  const audited = rig.service.records.control.audit({ after: 0, limit: 10 });
  expect(audited).toContainEqual(expect.objectContaining({ who: "appeal-page", operation: "appeals.add" }));
});

test("what is no appeal is thanked for, refused or shown as text, and never run", async () => {
  rig = await openServiceRig('appeals: { listen: "127.0.0.1:0" }\n');
  const port = rig.service.appealsPort ?? 0;
  const hostile = await ask(
    { port },
    { path: `/appeal?reference=${encodeURIComponent('"><script>alert(1)</script>')}` },
  );
  expect(hostile.body).not.toContain("<script");
  expect((await send(port, `text=${"x".repeat(appLimits.appealBytesMax.default)}`)).status).toBe(413);
  expect((await send(port, "x", "PUT")).status).toBe(405);
  expect((await send(port, "reference=%00&text=x")).status).toBe(200);
  expect(await inbox(rig)).toEqual([]);
});

test("a flood of appeals is cut at its rate", async () => {
  rig = await openServiceRig('appeals: { listen: "127.0.0.1:0" }\n');
  const port = rig.service.appealsPort ?? 0;
  const most = appLimits.appealsPerMinute.default;
  const references: string[] = [];
  for (let i = 0; i < most + 5; i++) references.push(String((await ask(rig)).headers["x-request-id"]));
  for (const reference of references) expect((await send(port, `reference=${reference}`)).status).toBe(200);
  const running = rig;
  await expect.poll(async () => (await inbox(running)).length).toBe(most);
});

test("without the section there is no page and no link", async () => {
  rig = await openServiceRig('mode: enforce\npolicy: { block: ["127.0.0.1"] }\n');
  expect(rig.service.appealsPort).toBeUndefined();
  expect((await ask(rig, { path: "/pay", headers: { accept: "text/html" } })).body).toContain(
    "tell the site's operator",
  );
});
