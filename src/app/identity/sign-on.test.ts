import { createServer } from "node:http";
import { request as httpsRequest } from "node:https";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { type Answer, adminPort, ask, openServiceRig, type ServiceRig } from "../serve/testdata/service-rig.ts";
import { type IdentityProvider, openIdentityProvider, type ProviderOptions } from "./testdata/identity-provider.ts";

const groups = { ann: ["gait-admins", "staff"], ben: ["soc"], eve: ["staff"], "name with spaces": ["gait-admins"] };
let rig: ServiceRig | undefined;
let provider: IdentityProvider | undefined;
afterEach(async () => {
  await rig?.close();
  await provider?.close();
  rig = undefined;
  provider = undefined;
});

interface Setting {
  readonly provider: IdentityProvider;
  readonly port: number;
  readonly redirectUrl: string;
  post(path: string, body: unknown, cookie?: string): Promise<Answer>;
}

async function open(
  given: Partial<ProviderOptions> & { readonly yaml?: string; readonly issuer?: (real: string) => string } = {},
): Promise<Setting> {
  const port = await freePort();
  const redirectUrl = `http://127.0.0.1:${port}/console/login`;
  const real = await openIdentityProvider({ redirectUrl, groups, claimsIn: "userinfo", ...given });
  provider = real;
  const { issuer, caFile, secretFile } = real;
  const yaml = `admin:
  listen: 127.0.0.1:${port}
  signOn:
    name: Example
    issuer: ${(given.issuer ?? String)(issuer)}
    clientId: gait
    clientSecretFile: ${secretFile}
    redirectUrl: ${redirectUrl}
    caFile: ${caFile}
    addresses: ["127.0.0.1"]
    roles: { gait-admins: admin, soc: analyst }
${given.yaml ?? ""}`;
  rig = await openServiceRig(yaml, { env: { GAIT__ADMIN__LISTEN: `127.0.0.1:${port}` } });
  const where = { port: adminPort(rig) };
  return {
    provider: real,
    port,
    redirectUrl,
    post: (path, body, cookie = "") =>
      ask(where, {
        path: `/api/v1/${path}`,
        method: "POST",
        headers: { "content-type": "application/json", ...(cookie === "" ? {} : { cookie }) },
        body: JSON.stringify(body),
      }),
  };
}

/** The button: where the browser is sent, and the cookie it keeps. */
async function begin({ post }: Setting): Promise<{ readonly url: string; readonly cookie: string }> {
  const answer = await post("session/sign-on", {});
  expect(answer.status, answer.body).toBe(200);
  return { url: (JSON.parse(answer.body) as { url: string }).url, cookie: cookieOf(answer) };
}

/** Goes through the provider's pages as a browser would, and returns the query string it is sent back with. */
async function signInAtProvider({ redirectUrl }: Setting, url: string, name: string): Promise<string> {
  const jar = new Map<string, string>();
  let next = { url, body: undefined as string | undefined };
  for (let hops = 0; hops < 12; hops++) {
    const answer = await fetchAs(jar, next.url, next.body);
    const location = answer.headers.location;
    if (location !== undefined) {
      const target = new URL(location, next.url);
      if (target.href.startsWith(redirectUrl)) return target.search.slice(1);
      next = { url: target.href, body: undefined };
      continue;
    }
    const action = /<form[^>]+action="([^"]+)"/.exec(answer.body)?.[1];
    const prompt = /name="prompt" value="(\w+)"/.exec(answer.body)?.[1];
    if (action === undefined || prompt === undefined)
      throw new Error(`the provider says ${answer.body.slice(0, 2_000)}`);
    const form = new URLSearchParams({ prompt, ...(prompt === "login" ? { login: name, password: "any" } : {}) });
    next = { url: new URL(action, next.url).href, body: form.toString() };
  }
  throw new Error("the provider sent the browser round in a circle");
}

function fetchAs(
  jar: Map<string, string>,
  url: string,
  body: string | undefined,
): Promise<{ readonly headers: Readonly<Record<string, string | undefined>>; readonly body: string }> {
  const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
  const type = body === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" };
  return new Promise((resolve, reject) => {
    const options = {
      method: body === undefined ? "GET" : "POST",
      headers: { cookie, ...type },
      rejectUnauthorized: false,
    };
    const call = httpsRequest(url, options, (response) => {
      for (const line of response.headers["set-cookie"] ?? []) {
        const [name = "", value = ""] = (line.split(";", 1)[0] ?? "").split("=", 2);
        jar.set(name, value);
      }
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ headers: { location: response.headers.location }, body: Buffer.concat(chunks).toString("utf8") }),
      );
    });
    call.on("error", reject);
    call.end(body);
  });
}

function cookieOf({ headers }: Answer): string {
  return [headers["set-cookie"] ?? []]
    .flat()
    .map((line) => line.split(";", 1)[0])
    .filter((pair) => !pair?.endsWith("="))
    .join("; ");
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function signIn(setting: Setting, name: string): Promise<Answer> {
  const { url, cookie } = await begin(setting);
  return setting.post("session/finish-sign-on", { parameters: await signInAtProvider(setting, url, name) }, cookie);
}

for (const claimsIn of ["userinfo", "id-token"] as const)
  test(`somebody signs in through a real provider that tells groups by ${claimsIn}, and may what the group's role may`, async () => {
    const setting = await open({ claimsIn });
    const answer = await signIn(setting, "ben");
    expect(answer.status, answer.body).toBe(200);
    const state = JSON.parse(answer.body) as { csrf: string; may: string[] };
    expect(state).toMatchObject({ user: "sso:ben", role: "analyst", signOn: "Example" });
    expect(state.may).toContain("incidents.update");
    expect(state.may).not.toContain("decisions.add");
    const cookie = cookieOf(answer);
    expect(cookie).toMatch(/^gait-session=[\w-]{43}$/);
    const headers = { cookie };
    expect((await ask({ port: setting.port }, { path: "/api/v1/overview", headers })).status).toBe(200);
    // Written down with the provider's lasting name of the person.
    const log = await ask({ socketPath: rigNow().service.socketPath }, { path: "/api/v1/audit/list" });
    const { entries } = JSON.parse(log.body) as { entries: readonly { readonly operation: string }[] };
    const written = entries.find((entry) => entry.operation === "session.finish-sign-on");
    expect(JSON.stringify(written)).toContain("sso:ben");
    expect(setting.provider.asked.includes("/me")).toBe(claimsIn === "userinfo");
  }, 30_000);

function rigNow(): ServiceRig {
  if (rig === undefined) throw new Error("no gateway runs");
  return rig;
}

test("who holds no role is refused in words, and who holds several gets the highest", async () => {
  const setting = await open();
  const eve = await signIn(setting, "eve");
  expect(eve.status).toBe(401);
  expect(eve.body).toContain("has none of the roles");
  expect(JSON.parse((await signIn(setting, "ann")).body)).toMatchObject({ role: "admin", user: "sso:ann" });
  // A name that would not be readable in a log is replaced by nothing at all: here `sub` is no better.
  expect((await signIn(setting, "name with spaces")).status).toBe(401);
}, 30_000);

test("what a browser was sent back with is good once, in that browser, and never for another's way", async () => {
  const setting = await open();
  const victim = await begin(setting);
  const attacker = await begin(setting);
  const parameters = await signInAtProvider(setting, attacker.url, "ann");
  const finish = (cookie: string): Promise<Answer> => setting.post("session/finish-sign-on", { parameters }, cookie);
  expect((await finish("")).status).toBe(401);
  // Login cross-site request forgery: the attacker's answer in the victim's browser.
  expect((await finish(victim.cookie)).status).toBe(401);
  expect((await finish(attacker.cookie)).status).toBe(200);
  expect((await finish(attacker.cookie)).status).toBe(401);
}, 30_000);

test("a provider that says no is quoted, on one line", async () => {
  const setting = await open();
  const { url, cookie } = await begin(setting);
  const state = new URL(url).searchParams.get("state") ?? "";
  const parameters = new URLSearchParams({
    error: "access_denied",
    error_description: "not\n\u202etoday",
    state,
    iss: setting.provider.issuer,
  });
  const answer = await setting.post("session/finish-sign-on", { parameters: parameters.toString() }, cookie);
  expect(answer.status).toBe(401);
  expect((JSON.parse(answer.body) as { error: string }).error).toBe("the provider says access_denied (not today)");
}, 30_000);

test("a provider's document that leads elsewhere is not followed: scripts, other addresses, another issuer", async () => {
  const document = "/.well-known/openid-configuration";
  const lie =
    (change: object) =>
    (honest: string): string =>
      JSON.stringify({ ...JSON.parse(honest), ...change });
  for (const [change, words] of [
    [{ authorization_endpoint: "javascript:alert(1)" }, "expected https"],
    [{ issuer: "https://evil.example" }, "cannot be asked"],
  ] as const) {
    const setting = await open();
    setting.provider.lies.set(document, lie(change));
    const answer = await setting.post("session/sign-on", {});
    expect([answer.status, answer.body]).toEqual([503, expect.stringContaining(words)]);
    await rig?.close();
    await provider?.close();
  }
  const setting = await open();
  setting.provider.lies.set(document, lie({ token_endpoint: "https://169.254.169.254/latest" }));
  const { url, cookie } = await begin(setting);
  const parameters = await signInAtProvider(setting, url, "ann");
  const answer = await setting.post("session/finish-sign-on", { parameters }, cookie);
  expect([answer.status, answer.body]).toEqual([503, expect.stringContaining("private-address")]);
}, 60_000);

test("an ID token that another key signed is refused", async () => {
  const setting = await open();
  setting.provider.lies.set("/jwks", (honest) => {
    const { keys } = JSON.parse(honest) as { keys: { n: string }[] };
    return JSON.stringify({ keys: keys.map((key) => ({ ...key, n: `${key.n.slice(0, 20)}AAAA${key.n.slice(24)}` })) });
  });
  const answer = await signIn(setting, "ann");
  expect(answer.status).toBe(401);
  expect(answer.body).toContain("the provider's answer");
}, 30_000);

test("where people sign in through a provider, nobody may look without", async () => {
  const setting = await open();
  expect((await ask({ port: setting.port }, { path: "/api/v1/overview" })).status).toBe(401);
  expect((await ask({ port: setting.port }, { path: "/status" })).status).toBe(401);
}, 30_000);

test("an administrator sees who came through the provider, and ends their sessions at once", async () => {
  const setting = await open();
  const cookie = cookieOf(await signIn(setting, "ben"));
  const socket = { socketPath: rigNow().service.socketPath };
  const { users } = JSON.parse((await ask(socket, { path: "/api/v1/users/list" })).body) as { users: unknown[] };
  expect(users).toMatchObject([{ name: "sso:ben", role: "analyst", by: "provider" }]);
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ name: "sso:ben" });
  const ended = await ask(socket, { path: "/api/v1/users/sign-out", method: "POST", headers, body });
  expect(JSON.parse(ended.body)).toEqual({ ended: 1 });
  expect((await ask({ port: setting.port }, { path: "/api/v1/overview", headers: { cookie } })).status).toBe(401);
}, 30_000);
