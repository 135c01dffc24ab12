import { mkdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type IdentityProvider, openIdentityProvider } from "../../src/app/identity/testdata/identity-provider.ts";
import { openBrowser, settled } from "./browser.ts";
import { type OwnGateway, openOwnGateway } from "./own-gateway.ts";

const pictures = new URL("../../test-results/console/", import.meta.url).pathname;
let provider: IdentityProvider;
let gateway: OwnGateway;

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  const port = await freePort();
  const redirectUrl = `http://127.0.0.1:${port}/console/login`;
  provider = await openIdentityProvider({ redirectUrl, groups: { ann: ["soc"], eve: [] }, claimsIn: "userinfo" });
  const { issuer, caFile, secretFile } = provider;
  gateway = await openOwnGateway("", {
    admin: `listen: "127.0.0.1:${port}", signOn: { name: Example, issuer: "${issuer}", clientId: gait, clientSecretFile: "${secretFile}", redirectUrl: "${redirectUrl}", caFile: "${caFile}", addresses: ["127.0.0.1"], roles: { soc: analyst } }`,
  });
}, 120_000);
afterAll(async () => {
  await gateway?.close();
  await provider?.close();
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test("the button leads to the provider and back into the console, and the code is out of the address; who holds no role reads why", async () => {
  for (const [name, ends] of [
    ["ann", "overview"],
    ["eve", "refused"],
  ] as const) {
    const context = await (await openBrowser()).newContext({ ignoreHTTPSErrors: true, colorScheme: "light" });
    const page = await context.newPage();
    const seen: string[] = [];
    page.on("framenavigated", (frame) => seen.push(frame.url()));
    await page.goto(`${gateway.admin}/console/login`);
    await page.waitForSelector("text=Sign in with Example");
    await page.screenshot({ path: `${pictures}sign-on.png` });
    await page.click("text=Sign in with Example");
    await page.fill('input[name="login"]', name);
    await page.fill('input[name="password"]', "any");
    await page.keyboard.press("Enter");
    await page.click('button:has-text("Continue")');
    if (ends === "overview") {
      await page.waitForURL((url) => url.pathname === "/console/");
      await settled(page);
      await page.goto(`${gateway.admin}/console/settings?tab=account`);
      await page.waitForSelector("text=Signed in as sso:ann");
      await page.screenshot({ path: `${pictures}sign-on-account.png` });
    } else {
      await page.waitForSelector("text=has none of the roles");
      await page.screenshot({ path: `${pictures}sign-on-refused.png` });
    }
    // The provider did send a code; neither the address nor the way back holds it.
    expect(seen.some((url) => url.startsWith(provider.issuer))).toBe(true);
    expect(page.url()).not.toContain("code=");
    await page.goBack();
    expect(page.url()).not.toContain("code=");
    await context.close();
  }
});
