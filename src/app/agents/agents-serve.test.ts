import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, expect, test } from "vitest";
import { runCli } from "../cli/main.ts";
import type { AgentsReportOutput } from "../operations/agents/agents-report.ts";
import { ask, openServiceRig, type ServiceRig } from "../serve/testdata/service-rig.ts";
import { fetchRobots } from "./fetch-robots.ts";

const open: { close(): Promise<void> | void }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

const robotsText = "User-agent: *\nDisallow: /private\nContent-Usage: train-ai=n\n";

async function rigWith(agents: string): Promise<ServiceRig> {
  const directory = mkdtempSync(join(tmpdir(), "gait-robots-"));
  const file = join(directory, "robots.txt");
  writeFileSync(file, robotsText);
  const rig = await openServiceRig(`mode: enforce\nagents: { robotsFile: ${file}, ${agents} }\n`);
  open.push({ close: () => rmSync(directory, { recursive: true, force: true }) }, rig);
  return rig;
}

const from = (userAgent: string): { headers: Record<string, string> } => ({ headers: { "user-agent": userAgent } });

test("robots.txt is answered by the gateway, and who breaks it is counted", async () => {
  const rig = await rigWith("serveRobots: true");
  const answer = await ask(rig, { path: "/robots.txt", ...from("GPTBot/1.2") });
  expect(answer).toMatchObject({ status: 200, body: robotsText });
  expect(answer.headers["content-type"]).toBe("text/plain; charset=utf-8");
  expect((await ask(rig, { path: "/robots.txt", method: "HEAD", ...from("GPTBot/1.2") })).body).toBe("");
  await ask(rig, { path: "/private/list", ...from("GPTBot/1.2") });
  await ask(rig, { path: "/", ...from("ClaudeBot/1.0") });
  const { agents } = rig.service.agentReport();
  expect(agents.find(({ name }) => name === "GPTBot")).toMatchObject({ readRobots: true, disallowed: 1, obeys: false });
  expect(agents.find(({ name }) => name === "ClaudeBot")).toMatchObject({ unwantedUse: 1, obeys: false });
});

test("the application answers /robots.txt where the gateway is not told to", async () => {
  const rig = await rigWith("serveRobots: false");
  expect((await ask(rig, { path: "/robots.txt" })).body).toBe("origin");
});

test("a refusal invites the agent to sign, and so does every other refusal", async () => {
  const rig = await rigWith("preset: signed-only, inviteSignatures: true");
  const refused = await ask(rig, from("GPTBot/1.2"));
  expect(refused.status).toBe(403);
  expect(refused.headers["accept-signature"]).toMatch(/^sig1=\("@authority".*tag="web-bot-auth"/);
  rig.service.protection.decisions.add({
    id: "test",
    scope: "address",
    value: "127.0.0.1",
    action: "block",
    reason: "test",
    origin: "operator",
    cohort: "",
    createdAt: 0,
    expiresAt: Number.POSITIVE_INFINITY,
  });
  const person = await ask(rig, from("Mozilla/5.0 (X11; Linux x86_64) Chrome/142.0.0.0 Safari/537.36"));
  expect(person.status).toBe(403);
  expect(person.headers["accept-signature"]).toBe(refused.headers["accept-signature"]);
});

test("without the invitation refusals say nothing of signatures", async () => {
  const rig = await rigWith("preset: signed-only");
  expect((await ask(rig, from("GPTBot/1.2"))).headers["accept-signature"]).toBeUndefined();
});

test("an operator's own lane is asked before the preset's", async () => {
  const rig = await rigWith("preset: signed-only, lanes: [{ agents: [gptbot], action: allow }]");
  expect((await ask(rig, from("GPTBot/1.2"))).status).toBe(200);
  expect((await ask(rig, from("CCBot/2.0"))).status).toBe(403);
});

test("an upstream's robots.txt is read within size and time; none is none, and a dead upstream says nothing", async () => {
  const server = createServer((request, response) => {
    if (request.headers.host === "big.example") response.end("#".repeat(600_000));
    else if (request.headers.host === "none.example") response.writeHead(404).end("no");
    else response.end(robotsText);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await fetchRobots(url, "shop.example")).toBe(robotsText);
  expect(await fetchRobots(url, "none.example")).toBe("");
  expect((await fetchRobots(url, "big.example"))?.length).toBeLessThanOrEqual(524_288);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect(await fetchRobots(url, "shop.example")).toBeUndefined();
});

test("the report of the running gateway names who says who it is, and links the program that does not", async () => {
  const rig = await openServiceRig("trustedProxies: [127.0.0.1]\n");
  open.push(rig);
  const phone =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile/15E148 Safari/604.1";
  for (let i = 0; i < 24; i++) {
    const path = i % 8 === 0 ? "/robots.txt" : `/guide/part-${i % 5}`;
    await ask(rig, { path, headers: { "user-agent": phone, "x-forwarded-for": `198.51.${i}.7` } });
  }
  await ask(rig, { path: "/open", ...from("GPTBot/1.2") });
  await expect.poll(() => rig.service.records.stats().appended).toBe(25);
  await rig.service.records.flush();
  const answer = await ask({ socketPath: rig.service.socketPath }, { path: "/api/v1/agents/report" });
  const report = JSON.parse(answer.body) as AgentsReportOutput;
  expect(report.requests).toBe(25);
  expect(report.agents).toMatchObject([{ name: "GPTBot", operator: "OpenAI", requests: 1, purpose: "train" }]);
  expect(report.agents[0]?.documentation).toMatch(/^https:/);
  expect(report.undeclared).toMatchObject([{ found: "swarm", requests: 24, addresses: 24, userAgent: phone }]);
  expect(report.undeclared[0]?.reasons[0]).toMatch(/robots 5.0/);
  const stdout = new PassThrough();
  const signal = new AbortController().signal;
  const streams = { stdout, stderr: new PassThrough(), stdin: new PassThrough(), env: {}, signal };
  expect(await runCli(["agents", "report", "--socket", rig.service.socketPath], streams)).toBe(0);
  const said = String(stdout.read());
  expect(said).toContain("GPTBot (OpenAI), AI training: 1 request from 1 address");
  expect(said).toMatch(/one program, many addresses: 24 requests from 24 addresses/);
}, 30_000);
