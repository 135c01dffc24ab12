import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { operations } from "../operations/operation-table.ts";
import { adminPort, ask, openServiceRig, type ServiceRig } from "./testdata/service-rig.ts";

let rig: ServiceRig | undefined;
afterEach(async () => {
  vi.restoreAllMocks();
  await rig?.close();
});

/** One secret per number, made so that nothing else could contain it. */
function canary(number: number): string {
  return `cnry${createHash("sha256").update(`canary ${number}`).digest("hex").slice(0, 28)}`;
}

function jwtOf(secret: string): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none" })}.${part({ sub: secret })}.${secret}`;
}

type Place = (secret: string) => { path?: string; method?: string; headers?: Record<string, string>; body?: string };

const post = (type: string, body: string, path = "/submit"): ReturnType<Place> => ({
  method: "POST",
  path,
  headers: { "content-type": type },
  body,
});

/** Everywhere that clients put secrets. */
const places: readonly Place[] = [
  (s) => ({ headers: { authorization: `Bearer ${s}` } }),
  (s) => ({ headers: { authorization: `Basic ${Buffer.from(`user:${s}`).toString("base64")}` } }),
  (s) => ({ headers: { authorization: `Bearer ${jwtOf(s)}` } }),
  (s) => ({ headers: { authorization: `Digest response="${s}"` } }),
  (s) => ({ headers: { "proxy-authorization": `Basic ${s}` } }),
  (s) => ({ headers: { cookie: `sid=${s}` } }),
  (s) => ({ headers: { cookie: `a=1; __Host-session=${s}; b=2` } }),
  (s) => ({ headers: { cookie: s } }),
  (s) => ({ headers: { "x-api-key": s } }),
  (s) => ({ headers: { "x-auth-token": s } }),
  (s) => ({ headers: { "x-csrf-token": s } }),
  (s) => ({ headers: { "x-amz-security-token": s } }),
  (s) => ({ headers: { "x-session-id": s } }),
  (s) => ({ headers: { "x-custom-secret": s } }),
  (s) => ({ path: `/?token=${s}` }),
  (s) => ({ path: `/a?x=1&access_token=${s}&y=2` }),
  (s) => ({ path: `/a?api_key=${s}` }),
  (s) => ({ path: `/a?password=${s}` }),
  (s) => ({ path: `/cb?code=${s}&state=x` }),
  (s) => ({ path: `/cb?state=${s}` }),
  (s) => ({ path: `/a?session=${s}` }),
  (s) => ({ path: `/a?sig=${s}` }),
  (s) => ({ path: `/a?jwt=${jwtOf(s)}` }),
  (s) => ({ path: `/a?q=${jwtOf(s)}` }),
  (s) => ({ path: `/reset/${s}` }),
  (s) => ({ path: `/reset/${s}/confirm` }),
  (s) => ({ path: `/magic/${jwtOf(s)}` }),
  (s) => ({ headers: { referer: `https://shop.example/reset?token=${s}` } }),
  (s) => ({ headers: { referer: `https://shop.example/?password=${s}` } }),
  (s) => post("application/x-www-form-urlencoded", `user=a&password=${s}`, "/login"),
  (s) => post("application/x-www-form-urlencoded", `card=${s}&cvc=123`),
  (s) => post("application/json", JSON.stringify({ user: "a", password: s }), "/login"),
  (s) => post("application/json", JSON.stringify({ deep: [{ token: s }] })),
  (s) => post("application/json", JSON.stringify({ query: `mutation { login(password: "${s}") }` }), "/graphql"),
  (s) => post("application/grpc-web+proto", `\u0000\u0000\u0000\u0000\u0020${s}`, "/pkg.Service/Login"),
  (s) =>
    post(
      "multipart/form-data; boundary=b",
      `--b\r\ncontent-disposition: form-data; name="password"\r\n\r\n${s}\r\n--b--\r\n`,
    ),
  (s) => post("text/xml", `<login><password>${s}</password></login>`),
  (s) => post("text/plain", s),
];

function spellings(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  return [secret, bytes.toString("hex"), bytes.toString("base64").replace(/=+$/, ""), encodeURIComponent(secret)];
}

function filesBelow(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

test("76 secrets sent through the gateway appear nowhere: no output, no page, no metric, no file, no access log", async () => {
  const said: string[] = [];
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, "write").mockImplementation((chunk) => {
      said.push(String(chunk));
      return true;
    });
  }
  const logged: string[] = [];
  for (const [round, format] of ["combined", "json"].entries()) {
    const logs = mkdtempSync(join(tmpdir(), "gait-canaries-"));
    const running = await openServiceRig(`accessLog: { path: ${logs}/access.log, format: ${format} }\n`);
    rig = running;
    const references: string[] = [];
    for (const [i, place] of places.entries()) {
      const answer = await ask(running, place(canary(round * places.length + i)));
      references.push(String(answer.headers["x-request-id"] ?? ""));
    }
    const port = adminPort(running);
    for (const path of ["/status", "/metrics", "/decisions", "/"]) said.push((await ask({ port }, { path })).body);
    said.push(await firstEvent(port, "/live"), await firstEvent(port, "/api/v1/live"));
    said.push(...(await everyOperation(running)));
    for (const reference of references) said.push((await ask({ port }, { path: `/explain/${reference}` })).body);
    await running.service.stop();
    for (const file of filesBelow(running.directory)) said.push(readFileSync(file, "latin1"));
    logged.push(readFileSync(join(logs, "access.log"), "latin1"));
    await running.close();
    rig = undefined;
    rmSync(logs, { recursive: true });
  }
  vi.restoreAllMocks();
  expect(said.join("").length).toBeGreaterThan(10_000);
  expect(leaks(said.join("\n"), () => true)).toEqual([]);
  // An access log keeps paths as they came, because it is worth nothing otherwise; everything else is masked there, too.
  expect(leaks(logged.join("\n"), (place) => !/reset\/|magic\//.test(String(place)))).toEqual([]);
});

test("the search for canaries finds one that was planted", () => {
  const planted = canary(3);
  for (const spelling of spellings(planted)) expect(leaks(`x ${spelling} y`, () => true)).toHaveLength(1);
});

function leaks(text: string, counts: (place: Place) => boolean): readonly string[] {
  const found: string[] = [];
  for (let number = 0; number < places.length * 2; number++) {
    const place = places[number % places.length];
    if (place === undefined || !counts(place)) continue;
    if (spellings(canary(number)).some((spelling) => text.includes(spelling))) found.push(String(place));
  }
  return found;
}

/** What every operation that only reads answers, and what exports, a backup and a dump for support hold. */
async function everyOperation({ service }: ServiceRig): Promise<readonly string[]> {
  const call = async (path: string, body: object): Promise<string> => {
    const headers = { "content-type": "application/json" };
    const what = { path: `/api/v1/${path}`, method: "POST", headers, body: JSON.stringify(body) };
    return (await ask({ socketPath: service.socketPath }, what)).body;
  };
  const answers: string[] = [];
  for (const { name, effect, example } of operations)
    if (effect === "read") answers.push(await call(name.replace(".", "/"), example));
  answers.push(
    await call("events/query", { limit: 1_000 }),
    await call("sql", { statement: "SELECT * FROM everything" }),
  );
  // Their files lie below the state directory and are looked through with it.
  for (const format of ["jsonl", "csv"]) answers.push(await call("records/export", { format }));
  answers.push(await call("backup", {}));
  expect(answers.at(-1)).toContain("backups");
  return answers;
}

/** The first document that an open stream receives. */
async function firstEvent(port: number, path: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  const reader = response.body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  await reader?.cancel();
  return Buffer.from(value ?? new Uint8Array()).toString("utf8");
}
