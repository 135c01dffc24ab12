import { afterEach, expect, test } from "vitest";
import { permissionsOf, roles } from "../operations/permissions.ts";
import { type Answer, adminPort, ask, openServiceRig, type ServiceRig } from "../serve/testdata/service-rig.ts";

const password = "correct horse battery staple";
let rig: ServiceRig | undefined;
afterEach(async () => {
  await rig?.close();
  rig = undefined;
});

interface Api {
  readonly port: number;
  /** A POST as a page of the console sends it. */
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
}

async function openApi(): Promise<Api> {
  const running = await openServiceRig();
  rig = running;
  const port = adminPort(running);
  return {
    port,
    post: (path, body, headers = {}) =>
      ask(
        { port },
        {
          path: `/api/v1/${path}`,
          method: "POST",
          headers: { "content-type": "application/json", ...headers },
          body: JSON.stringify(body),
        },
      ),
  };
}

function identity(): ServiceRig["service"]["identity"] {
  if (rig === undefined) throw new Error("no gateway runs");
  return rig.service.identity;
}

/** Makes the first administrator and returns the headers of the session. */
async function signIn({ post }: Api): Promise<Readonly<Record<string, string>>> {
  const token = identity().operators.bootstrapToken;
  const answer = await post("session/bootstrap", { token, user: "ann", password });
  expect(answer.status).toBe(200);
  return headersOf(answer);
}

function headersOf(answer: Answer): Readonly<Record<string, string>> {
  const cookie = String(answer.headers["set-cookie"]).split(";")[0] ?? "";
  return { cookie, "x-csrf-token": String((JSON.parse(answer.body) as { csrf: string }).csrf) };
}

interface Route {
  readonly path: string;
  readonly permission: string;
  readonly example: unknown;
}

/** Every route, as the OpenAPI document lists them. */
async function routesOf(api: Api, headers: Readonly<Record<string, string>>): Promise<readonly Route[]> {
  const answer = await ask({ port: api.port }, { path: "/api/v1/openapi.json", headers });
  const { paths } = JSON.parse(answer.body) as { paths: Record<string, { post: Record<string, unknown> }> };
  return Object.entries(paths).map(([path, { post }]) => ({
    path: path.slice("/api/v1/".length),
    permission: String(post["x-permission"]),
    example: (post.requestBody as { content: Record<string, { example: unknown }> }).content["application/json"]
      ?.example,
  }));
}

test("each route asks each role and nobody at all for its permission", async () => {
  const api = await openApi();
  const admin = await signIn(api);
  const routes = await routesOf(api, admin);
  expect(routes.length).toBeGreaterThan(25);
  const secrets: Record<string, string> = {};
  for (const role of roles) {
    const made = await api.post("tokens/create", { name: `the-${role}`, role }, admin);
    secrets[role] = (JSON.parse(made.body) as { secret: string }).secret;
  }
  for (const { path, permission, example } of routes) {
    for (const role of roles) {
      const headers = { authorization: `Bearer ${secrets[role]}` };
      const may = [...permissionsOf[role]].some((each) => each === permission);
      // What a role may not do is refused before its input is looked at; what it may do is not refused as forbidden.
      const { status } = await api.post(path, may ? { nonsense: true } : example, headers);
      expect([path, role, status]).toEqual([path, role, may ? 400 : 403]);
    }
    if (permission === "anyone") continue;
    expect([path, (await api.post(path, example)).status]).toEqual([path, 401]);
    expect([path, (await api.post(path, example, { authorization: "Bearer gait_made-up" })).status]).toEqual([
      path,
      401,
    ]);
  }
});

test("once there is an account, nobody looks without signing in, not even at the plain pages", async () => {
  const api = await openApi();
  expect((await ask({ port: api.port }, { path: "/status" })).status).toBe(200);
  expect((await ask({ port: api.port }, { path: "/api/v1/overview" })).status).toBe(200);
  const admin = await signIn(api);
  for (const path of ["/status", "/live", "/decisions", "/api/v1/overview", "/api/v1/openapi.json"])
    expect([path, (await ask({ port: api.port }, { path })).status]).toEqual([path, 401]);
  expect((await ask({ port: api.port }, { path: "/status", headers: admin })).status).toBe(200);
  // A browser's own box for passwords comes up for whoever opens a page, never over the console's form.
  const challenge = async (headers: Readonly<Record<string, string>>): Promise<unknown> =>
    (await ask({ port: api.port }, { path: "/live", headers })).headers["www-authenticate"];
  expect(await challenge({ "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors" })).toBeUndefined();
  expect(await challenge({ "sec-fetch-site": "none", "sec-fetch-mode": "navigate" })).toMatch(/^Basic/);
  expect(await challenge({})).toMatch(/^Basic/);
});

test("a change needs the session's own token, whatever else a page on another site can send", async () => {
  const api = await openApi();
  const admin = await signIn(api);
  const block = { value: "192.0.2.1", action: "block" };
  const { cookie = "" } = admin;
  expect((await api.post("decisions/add", block, { cookie })).status).toBe(401);
  expect((await api.post("decisions/add", block, { cookie, "x-csrf-token": "made up" })).status).toBe(401);
  const foreign = { ...admin, origin: "https://evil.example" };
  expect((await api.post("decisions/add", block, foreign)).status).toBe(403);
  expect((await api.post("decisions/add", block, { ...admin, "sec-fetch-site": "cross-site" })).status).toBe(403);
  expect((await api.post("decisions/add", block, { ...admin, host: "evil.example" })).status).toBe(421);
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
    const headers = { ...admin, "content-type": type };
    expect([type, (await api.post("decisions/add", block, headers)).status]).toEqual([type, 415]);
  }
  expect(
    (await ask({ port: api.port }, { path: "/api/v1/decisions/add?value=192.0.2.1", headers: admin })).status,
  ).toBe(405);
  expect(rig?.service.protection.decisions.size).toBe(0);
  expect((await api.post("decisions/add", block, admin)).status).toBe(200);
});

test("the first administrator is made once, with the token of this start alone", async () => {
  const api = await openApi();
  expect((await api.post("session/bootstrap", { token: "guess", user: "eve", password })).status).toBe(401);
  const token = identity().operators.bootstrapToken;
  await signIn(api);
  expect((await api.post("session/bootstrap", { token, user: "eve", password })).status).toBe(401);
  expect(identity().operators.bootstrapToken).toBeUndefined();
});

test("a session's id is new at every sign-in, is gone after signing out, and its cookie is as strict as can be", async () => {
  const api = await openApi();
  const first = await signIn(api);
  const planted = "gait-session=planted-by-somebody";
  const second = await api.post("session/create", { user: "ann", password }, { cookie: planted });
  expect(second.status).toBe(200);
  expect(String(second.headers["set-cookie"])).toMatch(/^gait-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
  expect(headersOf(second).cookie).not.toBe(first.cookie);
  // Signing in with a session at hand ends that one.
  const third = await api.post("session/create", { user: "ann", password }, { cookie: headersOf(second).cookie ?? "" });
  expect((await api.post("session/delete", {}, headersOf(second))).status).toBe(401);
  expect((await api.post("session/delete", {}, headersOf(third))).status).toBe(200);
  expect((await api.post("users/list", {}, headersOf(third))).status).toBe(401);
  expect((await api.post("users/list", {}, first)).status).toBe(200);
});

test("beyond loopback names the cookie is bound to the host and to TLS", async () => {
  rig = await openServiceRig("admin: { hosts: [gait.internal] }\n");
  const port = adminPort(rig);
  const token = rig.service.identity.operators.bootstrapToken;
  const answer = await ask(
    { port },
    {
      path: "/api/v1/session/bootstrap",
      method: "POST",
      headers: { host: "gait.internal", "content-type": "application/json" },
      body: JSON.stringify({ token, user: "ann", password }),
    },
  );
  expect(String(answer.headers["set-cookie"])).toMatch(
    /^__Host-gait=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict$/,
  );
});

test("guessing is slowed down and the owner still gets in from elsewhere", async () => {
  const api = await openApi();
  await signIn(api);
  const statuses: number[] = [];
  for (let i = 0; i < 7; i++)
    statuses.push((await api.post("session/create", { user: "ann", password: "wrong" })).status);
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
  const elsewhere = await identity().signIn({ user: "ann", password, code: "", address: "198.51.100.7" });
  expect(elsewhere.kind).toBe("signed-in");
});

test("a role that was taken away ends at once, and the last administrator stays", async () => {
  const api = await openApi();
  const admin = await signIn(api);
  expect((await api.post("users/save", { name: "ann", role: "viewer" }, admin)).status).toBe(409);
  await api.post("users/save", { name: "ben", role: "operator", password }, admin);
  const ben = headersOf(await api.post("session/create", { user: "ben", password }));
  expect((await api.post("decisions/add", { value: "192.0.2.1", action: "block" }, ben)).status).toBe(200);
  await api.post("users/save", { name: "ben", role: "viewer" }, admin);
  expect((await api.post("decisions/remove", { value: "192.0.2.1" }, ben)).status).toBe(401);
});

test("no password, token or session id lies on disk as it is", async () => {
  const api = await openApi();
  const admin = await signIn(api);
  const made = await api.post("tokens/create", { name: "grafana", role: "viewer" }, admin);
  const { secret } = JSON.parse(made.body) as { secret: string };
  const documents = JSON.stringify([
    rig?.service.records.control.documents("users"),
    rig?.service.records.control.documents("tokens"),
    rig?.service.records.control.audit({ after: 0, limit: 1_000 }),
  ]);
  for (const hidden of [password, secret, secret.slice(5), admin.cookie?.split("=")[1] ?? "?"])
    expect(documents).not.toContain(hidden);
});
