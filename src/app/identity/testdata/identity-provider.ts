import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSelfSigned } from "#edge";

/** A real OpenID Connect provider (oidc-provider) on loopback, under a certificate of its own. */
export interface IdentityProvider {
  readonly issuer: string;
  /** The certificate that vouches for it. */
  readonly caFile: string;
  readonly secretFile: string;
  /** What it is asked for, by path, so that a test can see that it was asked. */
  readonly asked: string[];
  /** Replaces what it answers at a path; for a provider that was taken over. */
  readonly lies: Map<string, (honest: string) => string>;
  close(): Promise<void>;
}

export interface ProviderOptions {
  readonly redirectUrl: string;
  /** Groups by the name somebody signs in with. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
  readonly claimsIn: "id-token" | "userinfo";
}

interface ProviderClass {
  new (issuer: string, configuration: object): { callback(): (request: unknown, response: unknown) => void };
}

export const clientSecret = "a-secret-that-only-tests-know";

/** Starts one; it takes any name with any password, as its development pages do. */
export async function openIdentityProvider(options: ProviderOptions): Promise<IdentityProvider> {
  const { default: Provider } = (await import("oidc-provider" as string)) as { readonly default: ProviderClass };
  const day = 86_400_000;
  const { key, cert } = createSelfSigned(["localhost", "127.0.0.1"], { validFrom: Date.now() - day, validTo: Date.now() + day });
  const asked: string[] = [];
  const lies = new Map<string, (honest: string) => string>();
  let handle: (request: unknown, response: unknown) => void = () => undefined;
  const server = createServer({ key, cert }, (request, response) => {
    const path = (request.url ?? "").split("?", 1)[0] ?? "";
    asked.push(path);
    const lie = lies.get(path);
    if (lie !== undefined) {
      const end = response.end.bind(response);
      response.end = ((body: Buffer | string) => {
        response.removeHeader("content-length");
        return end(lie(String(body)));
      }) as typeof response.end;
    }
    handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  handle = new Provider(issuer, configurationOf(options)).callback();
  const folder = mkdtempSync(join(tmpdir(), "gait-provider-"));
  const caFile = join(folder, "ca.pem");
  const secretFile = join(folder, "secret");
  writeFileSync(caFile, cert);
  writeFileSync(secretFile, clientSecret, { mode: 0o600 });
  return { issuer, caFile, secretFile, asked, lies, close: () => close(server, folder) };
}

function configurationOf({ redirectUrl, groups, claimsIn }: ProviderOptions): object {
  return {
    clients: [{ client_id: "gait", client_secret: clientSecret, redirect_uris: [redirectUrl] }],
    claims: { openid: ["sub"], profile: ["preferred_username", "groups"] },
    conformIdTokenClaims: claimsIn === "userinfo",
    pkce: { required: () => true },
    cookies: { keys: ["only for tests"] },
    ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, AuthorizationCode: 60, IdToken: 600 },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, preferred_username: id, groups: groups[id] ?? [] }),
    }),
  };
}

async function close(server: Server, folder: string): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
}
